/* Networks as text. */
#include <math.h>
#include <string.h>

#include "core/option_text.h"
#include "network/network.h"

/* Layers in brackets in brackets. */
enum { NESTED = 8 };

/* How many of the names without a default have no value. */
static size_t count_missing(const dsc_options_read *o) {
    size_t missing = 0;
    for (size_t i = 0; i < o->option_count; i += dsc_option_extent(o->options, o->option_count, i))
        missing += isnan(o->options[i].initial) && !o->is_given[i];
    return missing;
}

/* The extent of the input that a layer's first option is, from the shape before it. */
static dsc_status infer_input(const dsc_layer_info *info, dsc_options_read *o, size_t rank,
                              const size_t *shape) {
    int64_t dimension = info->input_dimension + (info->input_dimension < 0 ? (int64_t)rank : 0);
    if (dimension < 0 || dimension >= (int64_t)rank)
        return dsc_fail(DSC_ERROR_SIZE, "%s: its input is of shape %s", info->name,
                        dsc_shape_text(rank, shape).text);
    o->list[o->count++] = (dsc_option){info->options[0].name, (double)shape[dimension]};
    return DSC_OK;
}

/* Reads options from `first` on. Moves the reader only if none is missing then; otherwise returns why reading
 * stopped, or DSC_OK where only a value is missing. */
static dsc_status read_from(dsc_reader *r, dsc_options_read *o, size_t first) {
    dsc_reader at = *r;
    dsc_options_read read = *o;
    dsc_status status = dsc_read_options(&at, &read, first);
    if (status == DSC_OK && count_missing(&read) == first) {
        *r = at;
        *o = read;
    }
    return status;
}

/* Behind a layer that is parametrized, up to the bracket's end: "weight_hh_l0, dim=1)", "name=weight)", ")".
 * As in PyTorch the name comes first, and is "weight" where there is none. */
static dsc_status read_name_and_options(dsc_reader *r, dsc_options_read *o, char *name) {
    strcpy(name, "weight");
    dsc_skip_spaces(r);
    if (*r->at == ',') {
        const char *before = r->at++;
        char word[DSC_WORD];
        dsc_skip_spaces(r);
        DSC_TRY(dsc_read_letters(r, word, sizeof word, '.'));
        dsc_skip_spaces(r);
        const bool has_value = *r->at == '=';
        if (has_value && strcmp(word, "name") == 0) {
            ++r->at;
            dsc_skip_spaces(r);
            DSC_TRY(dsc_read_letters(r, name, DSC_WORD, '.'));
        } else if (has_value) {
            r->at = before;
        } else {
            memcpy(name, word, sizeof word);
        }
        dsc_skip_spaces(r);
    }
    if (*r->at == ',')
        return dsc_read_options(r, o, 0);
    if (*r->at != ')')
        return dsc_refuse_text(r, "a comma or a bracket must be here");
    ++r->at;
    return DSC_OK;
}

/* The layer's options: where the input's shape is known and they do without the first, it is the input's. */
static dsc_status read_layer_options(dsc_reader *r, const dsc_layer_info *info, dsc_options_read *o,
                                     size_t rank, const size_t *shape) {
    dsc_skip_spaces(r);
    bool may_infer = shape != NULL && info->infers_input;
    if (*r->at == '(') {
        const char *begin = r->at;
        dsc_status status = read_from(r, o, 0);
        if (may_infer && r->at == begin)
            status = read_from(r, o, 1);
        if (r->at == begin && status == DSC_OK) /* something is missing: its name is said later */
            status = dsc_read_options(r, o, 0);
        DSC_TRY(status);
    }
    return may_infer && !o->is_given[0] ? infer_input(info, o, rank, shape) : DSC_OK;
}

static dsc_status read_item(dsc_reader *r, const dsc_network *network, size_t rank, const size_t *shape,
                            dsc_random *random, size_t depth, dsc_network_item *item);

/* Behind "weight_norm": a layer in brackets, its parameter's name if it is not "weight", and options. */
static dsc_status read_parametrized(dsc_reader *r, const dsc_network *network,
                                    const dsc_parametrization_info *info, size_t rank, const size_t *shape,
                                    dsc_random *random, size_t depth, dsc_network_item *item) {
    if (depth == NESTED)
        return dsc_refuse_text(r, "there are too many brackets");
    dsc_skip_spaces(r);
    if (*r->at != '(')
        return dsc_refuse_text(r, "a layer must be here, in brackets");
    ++r->at;
    dsc_skip_spaces(r);
    DSC_TRY(read_item(r, network, rank, shape, random, depth + 1, item));
    char name[DSC_WORD];
    dsc_options_read o = {.owner = info->name,
                          .what = "parametrization",
                          .options = info->options,
                          .option_count = info->option_count};
    dsc_status status = read_name_and_options(r, &o, name);
    if (status == DSC_OK)
        status = dsc_layer_parametrize(item->layer, name, info->name, o.count, o.list, random);
    if (status != DSC_OK)
        dsc_network_release_item(item);
    return status;
}

/* What comes after the layers that the network has so far; shape: NULL where it is not known. */
static dsc_status read_item(dsc_reader *r, const dsc_network *network, size_t rank, const size_t *shape,
                            dsc_random *random, size_t depth, dsc_network_item *item) {
    char name[DSC_WORD];
    DSC_TRY(dsc_read_word(r, name, sizeof name));
    const dsc_parametrization_info *parametrization = dsc_parametrization_find(name);
    if (parametrization != NULL)
        return read_parametrized(r, network, parametrization, rank, shape, random, depth, item);
    const dsc_layer_info *layer = dsc_layer_find(name);
    dsc_options_read o = {.owner = name, .what = "layer"};
    if (layer != NULL) {
        o = (dsc_options_read){.owner = layer->name,
                               .what = "layer",
                               .options = layer->options,
                               .option_count = layer->option_count};
        DSC_TRY(read_layer_options(r, layer, &o, rank, shape));
    }
    return dsc_network_make_item(network, NULL, name, o.count, o.list, random, item);
}

static dsc_status read_network(dsc_reader *r, dsc_network *network, size_t rank, const size_t *shape,
                               dsc_random *random) {
    dsc_network_layer last = {.rank = rank};
    for (size_t d = 0; d < rank; ++d)
        last.shape[d] = shape[d];
    size_t before = network->count;
    for (dsc_skip_spaces(r); *r->at != '\0'; dsc_skip_spaces(r)) {
        dsc_network_item item;
        DSC_TRY(read_item(r, network, last.rank, shape == NULL ? NULL : last.shape, random, 0, &item));
        DSC_TRY(dsc_network_add_item(network, &item));
        if (shape != NULL)
            DSC_TRY(dsc_network_shape_after(network, network->count - 1, &last));
    }
    return network->count > before ? DSC_OK : dsc_refuse_text(r, "there is no layer");
}

static dsc_status parse(dsc_network *network, const char *text, size_t rank, const size_t *shape,
                        dsc_random *random) {
    size_t before = network->count;
    dsc_reader r = {text, text};
    dsc_status status = read_network(&r, network, rank, shape, random);
    if (status != DSC_OK)
        dsc_network_truncate(network, before);
    return status;
}

dsc_status dsc_network_parse(dsc_network *network, const char *text, dsc_random *random) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(text);
    return parse(network, text, 0, NULL, random);
}

dsc_status dsc_network_parse_for(dsc_network *network, const char *text, size_t rank, const size_t *shape,
                                 dsc_random *random) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(text);
    DSC_CHECK_NOT_NULL(shape);
    DSC_TRY(dsc_check_shape(__func__, network->dtype, rank, shape));
    return parse(network, text, rank, shape, random);
}

/* Networks as text. */
#include <math.h>

#include "core/option_text.h"
#include "network/network.h"

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

/* What comes after the layers that the network has so far; shape: NULL where it is not known. */
static dsc_status read_layer(dsc_reader *r, dsc_network *network, size_t rank, const size_t *shape,
                             dsc_random *random) {
    char layer[DSC_WORD];
    DSC_TRY(dsc_read_word(r, layer, sizeof layer));
    dsc_options_read o = {.what = "layer"};
    const dsc_layer_info *info = dsc_layer_find(layer);
    if (info != NULL) {
        o.owner = info->name;
        o.options = info->options;
        o.option_count = info->option_count;
        DSC_TRY(read_layer_options(r, info, &o, rank, shape));
    }
    return dsc_network_add(network, NULL, layer, o.count, o.list, random);
}

static dsc_status read_network(dsc_reader *r, dsc_network *network, size_t rank, const size_t *shape,
                               dsc_random *random) {
    dsc_network_layer last = {.rank = rank};
    for (size_t d = 0; d < rank; ++d)
        last.shape[d] = shape[d];
    size_t before = network->count;
    for (dsc_skip_spaces(r); *r->at != '\0'; dsc_skip_spaces(r)) {
        DSC_TRY(read_layer(r, network, last.rank, shape == NULL ? NULL : last.shape, random));
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

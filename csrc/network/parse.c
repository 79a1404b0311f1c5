/* Networks as text. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network/network.h"

enum { WORD = 64 };

typedef struct reader {
    const char *text, *at;
} reader;

static void skip_spaces(reader *r) {
    while (isspace((unsigned char)*r->at))
        ++r->at;
}

static dsc_status refuse(const reader *r, const char *expected) {
    return dsc_fail(DSC_ERROR_ARGUMENT, "\"%s\", at \"%.16s\" (character %td): %s", r->text, r->at,
                    r->at - r->text + 1, expected);
}

static dsc_status read_word(reader *r, char *word, size_t size) {
    size_t length = 0;
    while (isalnum((unsigned char)r->at[length]) || r->at[length] == '_')
        ++length;
    if (length == 0 || length >= size)
        return refuse(r, "a name must be here");
    memcpy(word, r->at, length);
    word[length] = '\0';
    r->at += length;
    return DSC_OK;
}

/* The value that a word stands for. */
static bool find_word(const dsc_option_info *option, const char *word, double *value) {
    if (option->kind == DSC_OPTION_FLAG) {
        *value = strcmp(word, "true") == 0;
        return *value == 1 || strcmp(word, "false") == 0;
    }
    double first = option->kind == DSC_OPTION_CHOICE ? 0 : option->minimum;
    size_t count = option->choices == NULL             ? 0
                   : option->kind == DSC_OPTION_CHOICE ? (size_t)option->maximum + 1
                                                       : 1;
    for (size_t i = 0; i < count; ++i)
        if (strcmp(option->choices[i], word) == 0) {
            *value = first + (double)i;
            return true;
        }
    return false;
}

static dsc_status read_value(reader *r, const dsc_option_info *option, double *value) {
    skip_spaces(r);
    const char *begin = r->at;
    if (isalpha((unsigned char)*r->at) && strncmp(r->at, "inf", 3) != 0) {
        char word[WORD];
        DSC_TRY(read_word(r, word, sizeof word));
        if (find_word(option, word, value))
            return DSC_OK;
        r->at = begin;
        return refuse(r, option->kind == DSC_OPTION_FLAG ? "true or false must be here"
                         : option->choices == NULL       ? "a number must be here"
                                                         : "the option has no value of this name");
    }
    char *end;
    *value = strtod(r->at, &end);
    if (end == r->at)
        return refuse(r, "a number, true or false must be here");
    r->at = end;
    return DSC_OK;
}

/* A layer's options as they are read. */
typedef struct options {
    const dsc_layer_info *info;
    size_t count;
    dsc_option list[DSC_MAX_OPTIONS];
    bool is_given[DSC_MAX_OPTIONS];
} options;

/* Rows of the table that have one name: "kernel_size[0]", "kernel_size[1]". */
static size_t extent_of(const dsc_layer_info *info, size_t index) {
    size_t length = strcspn(info->options[index].name, "["), extent = 1;
    while (index + extent < info->option_count &&
           strncmp(info->options[index + extent].name, info->options[index].name, length) == 0 &&
           info->options[index + extent].name[length] == '[')
        ++extent;
    return extent;
}

static dsc_status note(reader *r, options *o, size_t index, double value) {
    if (o->is_given[index])
        return refuse(r, "the option before it is given twice");
    o->is_given[index] = true;
    o->list[o->count++] = (dsc_option){o->info->options[index].name, value};
    return DSC_OK;
}

/* One value for all rows of the option's name, or one for each of them in brackets. */
static dsc_status read_values(reader *r, options *o, size_t index, size_t extent) {
    const dsc_option_info *option = &o->info->options[index];
    double value = 0;
    skip_spaces(r);
    bool is_list = *r->at == '(';
    r->at += is_list;
    for (size_t i = 0; i < extent; ++i) {
        const bool may_end = i > 0 && option[i].kind == DSC_OPTION_REST;
        if (i > 0 && is_list) {
            skip_spaces(r);
            if (may_end && *r->at == ')')
                break;
            if (*r->at != ',')
                return refuse(r, "a comma must be here, and a value for each dimension");
            ++r->at;
        }
        if (may_end && !is_list)
            break;
        if (i == 0 || is_list)
            DSC_TRY(read_value(r, option, &value));
        DSC_TRY(note(r, o, index + i, value));
    }
    skip_spaces(r);
    if (is_list && *r->at != ')')
        return refuse(r, "a bracket must be here");
    r->at += is_list;
    return DSC_OK;
}

/* name=value; false, and where it was: there is none. */
static dsc_status read_name(reader *r, options *o, size_t *index, bool *is_named) {
    const char *begin = r->at;
    *is_named = false;
    if (!isalpha((unsigned char)*r->at))
        return DSC_OK;
    char name[WORD];
    DSC_TRY(read_word(r, name, sizeof name));
    skip_spaces(r);
    *is_named = *r->at == '=';
    if (!*is_named) {
        r->at = begin;
        return DSC_OK;
    }
    ++r->at;
    return dsc_option_find(o->info->name, o->info->options, o->info->option_count, name, index);
}

/* Options in brackets: in the table's order, or by name. `first`: where the order begins. */
static dsc_status read_options(reader *r, options *o, size_t first) {
    size_t next = first;
    do {
        ++r->at;
        skip_spaces(r);
        if (o->count == 0 && *r->at == ')')
            break;
        bool is_named;
        size_t index = next;
        DSC_TRY(read_name(r, o, &index, &is_named));
        if (index >= o->info->option_count)
            return refuse(r, o->info->option_count == 0 ? "the layer has no options"
                                                        : "the layer has no more options");
        size_t extent = extent_of(o->info, index);
        DSC_TRY(read_values(r, o, index, extent));
        next = is_named ? next : index + extent;
        skip_spaces(r);
    } while (*r->at == ',');
    if (*r->at != ')')
        return refuse(r, "a comma or a bracket must be here");
    ++r->at;
    return DSC_OK;
}

/* How many of the names without a default have no value. */
static size_t count_missing(const options *o) {
    size_t missing = 0;
    for (size_t i = 0; i < o->info->option_count; i += extent_of(o->info, i))
        missing += isnan(o->info->options[i].initial) && !o->is_given[i];
    return missing;
}

/* The extent of the input that a layer's first option is, from the shape before it. */
static dsc_status infer_input(options *o, size_t rank, const size_t *shape) {
    const dsc_layer_info *info = o->info;
    int64_t dimension = info->input_dimension + (info->input_dimension < 0 ? (int64_t)rank : 0);
    if (dimension < 0 || dimension >= (int64_t)rank)
        return dsc_fail(DSC_ERROR_SIZE, "%s: its input is of shape %s", info->name,
                        dsc_shape_text(rank, shape).text);
    o->list[o->count++] = (dsc_option){info->options[0].name, (double)shape[dimension]};
    return DSC_OK;
}

/* Reads options from `first` on. Moves the reader only if none is missing then; otherwise returns why reading
 * stopped, or DSC_OK where only a value is missing. */
static dsc_status read_from(reader *r, options *o, size_t first) {
    reader at = *r;
    options read = *o;
    dsc_status status = read_options(&at, &read, first);
    if (status == DSC_OK && count_missing(&read) == first) {
        *r = at;
        *o = read;
    }
    return status;
}

/* The layer's options: where the input's shape is known and they do without the first, it is the input's. */
static dsc_status read_layer_options(reader *r, options *o, size_t rank, const size_t *shape) {
    skip_spaces(r);
    bool may_infer = shape != NULL && o->info->infers_input;
    if (*r->at == '(') {
        const char *begin = r->at;
        dsc_status status = read_from(r, o, 0);
        if (may_infer && r->at == begin)
            status = read_from(r, o, 1);
        if (r->at == begin && status == DSC_OK) /* something is missing: its name is said later */
            status = read_options(r, o, 0);
        DSC_TRY(status);
    }
    return may_infer && !o->is_given[0] ? infer_input(o, rank, shape) : DSC_OK;
}

/* What comes after the layers that the network has so far; shape: NULL where it is not known. */
static dsc_status read_layer(reader *r, dsc_network *network, size_t rank, const size_t *shape,
                             dsc_random *random) {
    char layer[WORD];
    DSC_TRY(read_word(r, layer, sizeof layer));
    options o = {.info = dsc_layer_find(layer)};
    if (o.info != NULL)
        DSC_TRY(read_layer_options(r, &o, rank, shape));
    return dsc_network_add(network, NULL, layer, o.count, o.list, random);
}

static dsc_status read_network(reader *r, dsc_network *network, size_t rank, const size_t *shape,
                               dsc_random *random) {
    dsc_network_layer last = {.rank = rank};
    for (size_t d = 0; d < rank; ++d)
        last.shape[d] = shape[d];
    size_t before = network->count;
    for (skip_spaces(r); *r->at != '\0'; skip_spaces(r)) {
        DSC_TRY(read_layer(r, network, last.rank, shape == NULL ? NULL : last.shape, random));
        if (shape != NULL)
            DSC_TRY(dsc_network_shape_after(network, network->count - 1, &last));
    }
    return network->count > before ? DSC_OK : refuse(r, "there is no layer");
}

static dsc_status parse(dsc_network *network, const char *text, size_t rank, const size_t *shape,
                        dsc_random *random) {
    size_t before = network->count;
    reader r = {text, text};
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

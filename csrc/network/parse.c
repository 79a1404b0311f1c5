/* Networks as text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "network/network.h"

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

static dsc_status read_value(reader *r, double *value) {
    static const struct {
        const char *word;
        double value;
    } words[] = {{"true", 1}, {"false", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; ++i) {
        size_t length = strlen(words[i].word);
        if (strncmp(r->at, words[i].word, length) == 0 && !isalnum((unsigned char)r->at[length])) {
            *value = words[i].value;
            r->at += length;
            return DSC_OK;
        }
    }
    char *end;
    *value = strtod(r->at, &end);
    if (end == r->at)
        return refuse(r, "a number, true or false must be here");
    r->at = end;
    return DSC_OK;
}

/* name=value, or the value of the next option in the table's order. */
static dsc_status read_option(reader *r, const dsc_layer_info *info, size_t index, char *name, size_t size,
                              dsc_option *option) {
    skip_spaces(r);
    const char *begin = r->at;
    bool is_named = false;
    if (isalpha((unsigned char)*r->at)) {
        DSC_TRY(read_word(r, name, size));
        skip_spaces(r);
        is_named = *r->at == '=';
    }
    if (is_named) {
        ++r->at;
        skip_spaces(r);
        option->name = name;
    } else {
        r->at = begin;
        if (index >= info->option_count)
            return refuse(r, info->option_count == 0 ? "the layer has no options"
                                                     : "the layer has no more options");
        option->name = info->options[index].name;
    }
    return read_value(r, &option->value);
}

static dsc_status read_layer(reader *r, dsc_network *network, dsc_random *random) {
    char layer[64], names[DSC_MAX_OPTIONS][64];
    dsc_option options[DSC_MAX_OPTIONS];
    size_t count = 0;
    DSC_TRY(read_word(r, layer, sizeof layer));
    const dsc_layer_info *info = dsc_layer_find(layer);
    skip_spaces(r);
    if (info != NULL && *r->at == '(') {
        do {
            ++r->at;
            skip_spaces(r);
            if (count == 0 && *r->at == ')')
                break;
            if (count == DSC_MAX_OPTIONS)
                return refuse(r, "too many options");
            DSC_TRY(read_option(r, info, count, names[count], sizeof names[count], &options[count]));
            for (size_t i = 0; i < count; ++i)
                if (strcmp(options[i].name, options[count].name) == 0)
                    return refuse(r, "the option before it is given twice");
            ++count;
            skip_spaces(r);
        } while (*r->at == ',');
        if (*r->at != ')')
            return refuse(r, "a comma or a bracket must be here");
        ++r->at;
    }
    return dsc_network_add(network, NULL, layer, count, options, random);
}

dsc_status dsc_network_parse(dsc_network *network, const char *text, dsc_random *random) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(text);
    size_t before = network->count;
    reader r = {text, text};
    dsc_status status = DSC_OK;
    for (skip_spaces(&r); status == DSC_OK && *r.at != '\0'; skip_spaces(&r))
        status = read_layer(&r, network, random);
    if (status == DSC_OK && network->count == before)
        status = refuse(&r, "there is no layer");
    if (status != DSC_OK)
        dsc_network_truncate(network, before);
    return status;
}

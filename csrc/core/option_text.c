#include "core/option_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

void dsc_skip_spaces(dsc_reader *r) {
    while (isspace((unsigned char)*r->at))
        ++r->at;
}

dsc_status dsc_refuse_text(const dsc_reader *r, const char *expected) {
    return dsc_fail(DSC_ERROR_ARGUMENT, "\"%s\", at \"%.16s\" (character %td): %s", r->text, r->at,
                    r->at - r->text + 1, expected);
}

dsc_status dsc_read_letters(dsc_reader *r, char *word, size_t size, char more) {
    size_t length = 0;
    while (isalnum((unsigned char)r->at[length]) || r->at[length] == '_' || r->at[length] == more)
        ++length;
    if (length == 0 || length >= size)
        return dsc_refuse_text(r, "a name must be here");
    memcpy(word, r->at, length);
    word[length] = '\0';
    r->at += length;
    return DSC_OK;
}

dsc_status dsc_read_word(dsc_reader *r, char *word, size_t size) {
    return dsc_read_letters(r, word, size, '_');
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

static dsc_status read_value(dsc_reader *r, const dsc_option_info *option, double *value) {
    dsc_skip_spaces(r);
    const char *begin = r->at;
    if (isalpha((unsigned char)*r->at) && strncmp(r->at, "inf", 3) != 0) {
        char word[DSC_WORD];
        DSC_TRY(dsc_read_word(r, word, sizeof word));
        if (find_word(option, word, value))
            return DSC_OK;
        r->at = begin;
        return dsc_refuse_text(r, option->kind == DSC_OPTION_FLAG ? "true or false must be here"
                                  : option->choices == NULL       ? "a number must be here"
                                                                  : "the option has no value of this name");
    }
    char *end;
    *value = strtod(r->at, &end);
    if (end == r->at)
        return dsc_refuse_text(r, "a number, true or false must be here");
    r->at = end;
    return DSC_OK;
}

size_t dsc_option_extent(const dsc_option_info *options, size_t count, size_t index) {
    size_t length = strcspn(options[index].name, "["), extent = 1;
    while (index + extent < count &&
           strncmp(options[index + extent].name, options[index].name, length) == 0 &&
           options[index + extent].name[length] == '[')
        ++extent;
    return extent;
}

static const char *const twice = "the option before it is given twice";

static dsc_status note(dsc_reader *r, dsc_options_read *o, size_t index, double value) {
    if (o->is_given[index])
        return dsc_refuse_text(r, twice);
    o->is_given[index] = true;
    o->list[o->count++] = (dsc_option){o->options[index].name, value};
    return DSC_OK;
}

/* One value for all rows of the option's name, or one for each of them in brackets. */
static dsc_status read_values(dsc_reader *r, dsc_options_read *o, size_t index, size_t extent) {
    const dsc_option_info *option = &o->options[index];
    double value = 0;
    dsc_skip_spaces(r);
    bool is_list = *r->at == '(';
    r->at += is_list;
    for (size_t i = 0; i < extent; ++i) {
        const bool may_end = i > 0 && option[i].kind == DSC_OPTION_REST;
        if (i > 0 && is_list) {
            dsc_skip_spaces(r);
            if (may_end && *r->at == ')')
                break;
            if (*r->at != ',')
                return dsc_refuse_text(r, "a comma must be here, and a value for each dimension");
            ++r->at;
        }
        if (may_end && !is_list)
            break;
        if (i == 0 || is_list)
            DSC_TRY(read_value(r, option, &value));
        DSC_TRY(note(r, o, index + i, value));
    }
    dsc_skip_spaces(r);
    if (is_list && *r->at != ')')
        return dsc_refuse_text(r, "a bracket must be here");
    r->at += is_list;
    return DSC_OK;
}

/* One value, or any number of them in brackets. */
static dsc_status read_list(dsc_reader *r, dsc_options_read *o, size_t index) {
    if (o->is_list_given[index])
        return dsc_refuse_text(r, twice);
    o->is_list_given[index] = true;
    dsc_skip_spaces(r);
    bool is_list = *r->at == '(', is_empty = false;
    r->at += is_list;
    if (is_list) {
        dsc_skip_spaces(r);
        is_empty = *r->at == ')';
    }
    for (bool more = !is_empty; more;) {
        double value;
        DSC_TRY(read_value(r, &o->lists[index], &value));
        DSC_TRY(o->take(o->user, index, value));
        dsc_skip_spaces(r);
        more = is_list && *r->at == ',';
        r->at += more;
    }
    if (is_list && *r->at != ')')
        return dsc_refuse_text(r, "a comma or a bracket must be here");
    r->at += is_list;
    return DSC_OK;
}

/* name=value; false, and where it was: there is none. `index` counts lists first. */
static dsc_status read_name(dsc_reader *r, dsc_options_read *o, size_t *index, bool *is_named) {
    const char *begin = r->at;
    *is_named = false;
    if (!isalpha((unsigned char)*r->at))
        return DSC_OK;
    char name[DSC_WORD];
    DSC_TRY(dsc_read_word(r, name, sizeof name));
    dsc_skip_spaces(r);
    *is_named = *r->at == '=';
    if (!*is_named) {
        r->at = begin;
        return DSC_OK;
    }
    ++r->at;
    for (*index = 0; *index < o->list_count; ++*index)
        if (strcmp(o->lists[*index].name, name) == 0)
            return DSC_OK;
    DSC_TRY(dsc_option_find(o->owner, o->options, o->option_count, name, index));
    *index += o->list_count;
    return DSC_OK;
}

static dsc_status refuse_more(const dsc_reader *r, const dsc_options_read *o) {
    char text[DSC_WORD];
    snprintf(text, sizeof text, "the %s has no %soptions", o->what,
             o->option_count + o->list_count == 0 ? "" : "more ");
    return dsc_refuse_text(r, text);
}

dsc_status dsc_read_options(dsc_reader *r, dsc_options_read *o, size_t first) {
    size_t next = first;
    const char *begin = r->at;
    do {
        bool is_first = r->at == begin;
        ++r->at;
        dsc_skip_spaces(r);
        if (is_first && *r->at == ')')
            break;
        bool is_named;
        size_t index = next, extent = 1;
        DSC_TRY(read_name(r, o, &index, &is_named));
        if (index >= o->list_count + o->option_count)
            return refuse_more(r, o);
        if (index < o->list_count) {
            DSC_TRY(read_list(r, o, index));
        } else {
            extent = dsc_option_extent(o->options, o->option_count, index - o->list_count);
            DSC_TRY(read_values(r, o, index - o->list_count, extent));
        }
        next = is_named ? next : index + extent;
        dsc_skip_spaces(r);
    } while (*r->at == ',');
    if (*r->at != ')')
        return dsc_refuse_text(r, "a comma or a bracket must be here");
    ++r->at;
    return DSC_OK;
}

/* Options as text: "(3, kernel_size=(3, 5), padding=same)", in a table's order or by name. */
#ifndef DSC_CORE_OPTION_TEXT_H
#define DSC_CORE_OPTION_TEXT_H

#include "core/options.h"

/* Letters of a name, with the 0 at its end. */
enum { DSC_WORD = 64, DSC_MAX_LISTS = 2 };

/* Where reading of a text stands. */
typedef struct dsc_reader {
    const char *text, *at;
} dsc_reader;

void dsc_skip_spaces(dsc_reader *r);
/* The text, the place, and what was expected there. */
dsc_status dsc_refuse_text(const dsc_reader *r, const char *expected);
/* Letters, digits and underscores, at least one of them. */
dsc_status dsc_read_word(dsc_reader *r, char *word, size_t size);
/* more: another character that the word may have. */
dsc_status dsc_read_letters(dsc_reader *r, char *word, size_t size, char more);

/* The options of one row as they are read. */
typedef struct dsc_options_read {
    const char *what, *owner; /* "layer", and its name */
    const dsc_option_info *options;
    size_t option_count;
    /* Options with any number of values, which in the order stand before the others. They are handed to
     * `take`, one by one. */
    const dsc_option_info *lists;
    size_t list_count;
    dsc_status (*take)(void *user, size_t list, double value);
    void *user;

    size_t count;
    dsc_option list[DSC_MAX_OPTIONS];
    bool is_given[DSC_MAX_OPTIONS], is_list_given[DSC_MAX_LISTS];
} dsc_options_read;

/* Options in brackets, of which the reader is at the first. `first`: where the order begins. */
dsc_status dsc_read_options(dsc_reader *r, dsc_options_read *o, size_t first);
/* Rows of the table that have one name: "kernel_size[0]", "kernel_size[1]". */
size_t dsc_option_extent(const dsc_option_info *options, size_t count, size_t index);

#endif

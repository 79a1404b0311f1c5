/* Words, values and options of a network's text. */
#ifndef DSC_NETWORK_READER_H
#define DSC_NETWORK_READER_H

#include "core/options.h"

enum { DSC_WORD = 64 }; /* characters of a word, with its end */

typedef struct dsc_reader {
    const char *text, *at;
} dsc_reader;

void dsc_skip_spaces(dsc_reader *r);
/* Says where the text is wrong, and what must be there. */
dsc_status dsc_refuse_text(const dsc_reader *r, const char *expected);
dsc_status dsc_read_word(dsc_reader *r, char *word, size_t size);
/* more: another character that the word may have. */
dsc_status dsc_read_letters(dsc_reader *r, char *word, size_t size, char more);

/* A row's options as they are read. */
typedef struct dsc_given_options {
    const char *owner; /* the row's name */
    const dsc_option_info *table;
    size_t table_count;
    size_t count;
    dsc_option list[DSC_MAX_OPTIONS];
    bool is_given[DSC_MAX_OPTIONS];
} dsc_given_options;

/* Rows of the table that have one name: "kernel_size[0]", "kernel_size[1]". */
size_t dsc_extent_of(const dsc_given_options *o, size_t index);
/* Options up to a bracket's end, from the character before the first: in the table's order, or by name.
 * first: where the order begins. */
dsc_status dsc_read_options(dsc_reader *r, dsc_given_options *o, size_t first);

#endif

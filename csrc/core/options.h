/* Values for a table's options: by name, within their ranges. */
#ifndef DSC_CORE_OPTIONS_H
#define DSC_CORE_OPTIONS_H

#include "core/internal.h"
#include "descent/options.h"

/* The first row of a name. */
dsc_status dsc_option_find(const char *owner, const dsc_option_info *options, size_t count, const char *name,
                           size_t *index);
/* Whether `name` is the option's, or without the brackets: "kernel_size" is that of "kernel_size[1]". */
bool dsc_option_has_name(const dsc_option_info *option, const char *name);
/* Every option's default. */
void dsc_options_begin(const dsc_option_info *options, size_t count, double *values);
/* Some of them set. `owner` is the row's name, for the refusals. */
dsc_status dsc_options_set(const char *owner, const dsc_option_info *options, size_t count, size_t given,
                           const dsc_option *list, double *values);
/* Refuses options without a default that were not given. */
dsc_status dsc_options_check_given(const char *owner, const dsc_option_info *options, size_t count,
                                   const double *values);

/* ---- Rows of option tables ---- */

#define DSC_OPTION(name, kind, initial, low, high, low_open, high_open, summary, choices)                    \
    { name, kind, initial, low, high, low_open, high_open, summary, choices }
#define DSC_OPTION_REAL_ABOVE(name, initial, low, summary)                                                   \
    DSC_OPTION(name, DSC_OPTION_REAL, initial, low, INFINITY, true, true, summary, NULL)
#define DSC_OPTION_REAL_FROM(name, initial, low, summary)                                                    \
    DSC_OPTION(name, DSC_OPTION_REAL, initial, low, INFINITY, false, true, summary, NULL)
#define DSC_OPTION_REAL_ANY(name, initial, summary)                                                          \
    DSC_OPTION(name, DSC_OPTION_REAL, initial, -INFINITY, INFINITY, true, true, summary, NULL)
#define DSC_OPTION_FLAG_AT(name, initial, summary)                                                           \
    DSC_OPTION(name, DSC_OPTION_FLAG, initial, 0, 1, false, false, summary, NULL)
/* A number of something. */
#define DSC_OPTION_WHOLE(name, initial, least, summary)                                                      \
    DSC_OPTION_WHOLE_IN(name, initial, least, 0x1p48, summary)
#define DSC_OPTION_WHOLE_IN(name, initial, low, high, summary)                                               \
    DSC_OPTION(name, DSC_OPTION_INTEGER, initial, low, high, false, false, summary, NULL)

#endif

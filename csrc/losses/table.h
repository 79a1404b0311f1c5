/* The table of losses: what a row is. */
#ifndef DSC_LOSSES_TABLE_H
#define DSC_LOSSES_TABLE_H

#include <math.h>
#include <stddef.h>

#include "descent/losses.h"

/* One option: its row, without the default, and where it stands in the loss's structure. Reals are doubles
 * there, flags bools, integers int64_t, the reduction is dsc_reduction. */
typedef struct dsc_loss_option {
    dsc_option_info info;
    size_t offset;
} dsc_loss_option;

typedef struct dsc_loss {
    dsc_loss_info info; /* its options are filled in by the table */
    const dsc_loss_option *options;
    size_t option_count;
    const void *defaults; /* a structure of `size` bytes */
    size_t size;
    /* options: such a structure, which it may change; inputs: DSC_LOSS_MAX_INPUTS, NULL from the last on. */
    dsc_status (*run)(void *options, dsc_tensor *const *inputs, dsc_tensor **result);
} dsc_loss;

/* For losses whose only option is the reduction. */
typedef struct dsc_plain_loss_options {
    dsc_reduction reduction;
} dsc_plain_loss_options;
#define DSC_PLAIN_LOSS_OPTIONS                                                                               \
    { .reduction = DSC_REDUCTION_MEAN }

/* ---- Rows of option tables ---- */

#define DSC_LOSS_OPTION(type, field, kind, low, high, low_open, high_open, summary, choices)                 \
    { {#field, kind, 0, low, high, low_open, high_open, summary, choices}, offsetof(type, field) }
#define DSC_LOSS_ABOVE(type, field, low, summary)                                                            \
    DSC_LOSS_OPTION(type, field, DSC_OPTION_REAL, low, INFINITY, true, true, summary, NULL)
#define DSC_LOSS_FROM(type, field, low, summary)                                                             \
    DSC_LOSS_OPTION(type, field, DSC_OPTION_REAL, low, INFINITY, false, true, summary, NULL)
#define DSC_LOSS_ANY(type, field, summary)                                                                   \
    DSC_LOSS_OPTION(type, field, DSC_OPTION_REAL, -INFINITY, INFINITY, false, false, summary, NULL)
#define DSC_LOSS_FLAG(type, field, summary)                                                                  \
    DSC_LOSS_OPTION(type, field, DSC_OPTION_FLAG, 0, 1, false, false, summary, NULL)
#define DSC_LOSS_WHOLE(type, field, low, high, summary)                                                      \
    DSC_LOSS_OPTION(type, field, DSC_OPTION_INTEGER, low, high, false, false, summary, NULL)
#define DSC_LOSS_INDEX(type, field, summary) DSC_LOSS_WHOLE(type, field, -0x1p53, 0x1p53, summary)
#define DSC_LOSS_REDUCED(type, last)                                                                         \
    DSC_LOSS_OPTION(type, reduction, DSC_OPTION_CHOICE, 0, last, false, false,                               \
                    "what becomes of the values: as they are, their mean or their sum", dsc_loss_reductions)
#define DSC_LOSS_REDUCTION(type) DSC_LOSS_REDUCED(type, DSC_REDUCTION_SUM)

extern const char *const dsc_loss_reductions[];

#define DSC_LOSS_OPTION_TABLE(table, type, initial)                                                          \
    .options = table, .option_count = sizeof(table) / sizeof *(table), .defaults = &(const type)initial,     \
    .size = sizeof(type)

#endif

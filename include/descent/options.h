/* Options by name, as the tables of optimizer rules, losses and layers list them. */
#ifndef DESCENT_OPTIONS_H
#define DESCENT_OPTIONS_H

#include <stdbool.h>

#include "status.h"

DSC_BEGIN_API

/* Options that a row may have. */
enum { DSC_MAX_OPTIONS = 24 };

typedef enum dsc_option_kind {
    DSC_OPTION_REAL = 0,
    DSC_OPTION_FLAG = 1,    /* 0 or 1 */
    DSC_OPTION_INTEGER = 2, /* a whole number */
    DSC_OPTION_CHOICE = 3,  /* the index of one of the choices */
    DSC_OPTION_REST = 4 /* a whole number behind others of its name, or its minimum: the list ends before */
} dsc_option_kind;

/* An option of a row. The allowed values are [minimum, maximum], without an end that is marked
 * open. An option that has a number for each dimension is a row for each of them, "kernel_size[0]" and
 * "kernel_size[1]", one after the other; "kernel_size" sets them all, but for DSC_OPTION_REST. */
typedef struct dsc_option_info {
    const char *name; /* PyTorch's, as "weight_decay"; its pairs are split, as "beta1" and "beta2" */
    dsc_option_kind kind;
    double initial; /* the default; NaN: there is none, and it must be given */
    double minimum, maximum;
    bool minimum_open, maximum_open;
    const char *summary;
    /* Of a choice the names, as many as maximum + 1; of others the name of the minimum, which is no number
     * then (padding "same"), or NULL. */
    const char *const *choices;
} dsc_option_info;

/* A value for one of them. */
typedef struct dsc_option {
    const char *name;
    double value;
} dsc_option;

DSC_END_API
#endif

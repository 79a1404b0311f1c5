/* A formula as its steps in postfix order. */
#ifndef DSC_FORMULA_FORMULA_H
#define DSC_FORMULA_FORMULA_H

#include "core/internal.h"
#include "descent/formula.h"

typedef enum step_kind {
    STEP_NUMBER,   /* pushes `number` */
    STEP_VARIABLE, /* pushes variable `index` */
    STEP_CALL,     /* function `index` of the topmost values */
    STEP_POWER     /* the topmost value times itself, `index` factors in all */
} step_kind;

typedef struct formula_step {
    step_kind kind;
    size_t index;
    double number;
} formula_step;

struct dsc_formula {
    size_t variable_count;
    size_t height; /* the most values that wait at once */
    size_t count;
    formula_step steps[];
};

/* Whole powers that are done as products. */
enum { LARGEST_PRODUCT = 16 };

typedef union formula_call {
    dsc_status (*unary)(dsc_tensor *x, dsc_tensor **result);
    dsc_status (*binary)(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
} formula_call;

/* The row of a name of so many letters; false: there is none. */
bool dsc_formula_find_function(const char *name, size_t length, size_t *index);
/* The function itself, of a row that there is. */
formula_call dsc_formula_call_of(size_t index);

#endif

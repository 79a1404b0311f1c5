/* What L-BFGS keeps, for the two files that know: its options and scalars by number, and its vectors. */
#ifndef DSC_OPTIMIZERS_LBFGS_STATE_H
#define DSC_OPTIMIZERS_LBFGS_STATE_H

#include "optimizers/lbfgs.h"

enum { LR, MAX_ITER, MAX_EVAL, TOLERANCE_GRAD, TOLERANCE_CHANGE, HISTORY_SIZE, LINE_SEARCH };
enum { N_ITER, FUNC_EVALS, T, H_DIAG, PREV_LOSS, PAIRS }; /* the scalars */

typedef struct dsc_lbfgs {
    dsc_dtype dtype;
    size_t n, capacity, first; /* the history is a ring: pair i is at (first + i) % capacity */
    void *memory;              /* all vectors */
    double *ro, *al;
    size_t ro_count; /* ro is known for so many of the oldest pairs */
} dsc_lbfgs;

/* The vectors before the history. */
enum { DIRECTION, PREVIOUS, START, GRADIENTS, FIXED = GRADIENTS + DSC_LINE_GRADIENTS };

static inline void *dsc_lbfgs_vector(const dsc_lbfgs *l, size_t index) {
    return (char *)l->memory + index * l->n * dsc_dtype_size(l->dtype);
}
static inline size_t dsc_lbfgs_ring(const dsc_lbfgs *l, size_t pair) {
    return (l->first + pair) % l->capacity;
}
static inline void *dsc_lbfgs_change(const dsc_lbfgs *l, size_t pair) {
    return dsc_lbfgs_vector(l, FIXED + 2 * dsc_lbfgs_ring(l, pair));
}
static inline void *dsc_lbfgs_step_taken(const dsc_lbfgs *l, size_t pair) {
    return dsc_lbfgs_vector(l, FIXED + 2 * dsc_lbfgs_ring(l, pair) + 1);
}

#endif

/* Gradients of some rows, and state that begins row by row: every row as if it were a parameter of its own
 * that sees only its own gradients. The step count and the scalars stay the tensor's. */
#ifndef DSC_OPTIMIZERS_ROWS_H
#define DSC_OPTIMIZERS_ROWS_H

#include "optimizers/engine.h"

/* Of a tensor with elements. */
static inline size_t dsc_row_width(const dsc_parameter *t) {
    return t->length / t->shape[0];
}

/* The planes in use that hold no state in a row. */
static inline uint32_t dsc_missing_in_row(const dsc_parameter *t, size_t row) {
    return t->slots & ~t->filled & ~(t->begun != NULL ? (uint32_t)t->begun[row] : 0);
}

dsc_status dsc_check_rows(const dsc_optimizer *o, size_t index, const dsc_row_gradient *rows);

/* Makes room for the rows that the step is going to begin. */
dsc_status dsc_reserve_rows(dsc_optimizer *o, const dsc_run_list *list);

/* After the step: these rows hold state in all planes in use. */
void dsc_begin_rows(dsc_parameter *t, const dsc_row_gradient *rows);

/* All rows hold state in these planes. */
void dsc_fill_planes(dsc_parameter *t, uint32_t planes);

/* No row holds state in this plane, which becomes 0 there. */
void dsc_forget_plane(dsc_optimizer *o, dsc_parameter *t, size_t plane);

/* No row holds state in any plane, and there are no scalars; the planes are the caller's to clear. */
void dsc_forget_state(dsc_parameter *t);

/* Only rows that are not 0 in `begun` hold state in this plane, which becomes 0 in the others. */
dsc_status dsc_restrict_plane(dsc_optimizer *o, dsc_parameter *t, size_t plane, const uint8_t *begun);

#endif

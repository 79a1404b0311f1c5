/* What the recurrent operations share, forward and backward. */
#ifndef DSC_OPERATIONS_RECURRENT_H
#define DSC_OPERATIONS_RECURRENT_H

#include "operations/table.h"
#include "recurrent/recurrence.h"

/* A node's inputs; all but X, W_IH and W_HH may be NULL. Saved: the gates, the cells or what the GRU's reset
 * gates were multiplied with, and the states. */
enum { IN_X, IN_H0, IN_C0, IN_W_IH, IN_W_HH, IN_B_IH, IN_B_HH, IN_W_HR, IN_LENGTHS, IN_COUNT };
enum { SAVED_GATES, SAVED_CELLS, SAVED_STATES };

/* A call's sizes, and its recurrence without buffers. lengths: contiguous, or NULL. */
dsc_recurrence dsc_recurrence_of(dsc_cell cell, bool reverse, dsc_tensor *const *inputs,
                                 const dsc_tensor *lengths);
/* x contiguously, with zeros behind the sequences' ends. A reference. */
dsc_status dsc_recurrent_input(dsc_tensor *x, const dsc_tensor *lengths, dsc_tensor **dense);
/* The states before each step, out of the states: T x N x R. */
const void *dsc_states_before(const dsc_recurrence *r, const dsc_tensor *states);

/* The pull-back in operations, to be differentiated. */
void dsc_recurrent_formula(dsc_pullback *p);

#endif

/* What losses have in common on their way onto the tape. */
#ifndef DSC_LOSSES_LOSS_H
#define DSC_LOSSES_LOSS_H

#include "descent/losses.h"
#include "operations/table.h"

enum { DSC_LOSS_INPUTS = 5 };

/* A loss under way. Inputs 0, 1 and 2 may get gradients; what only weights comes after them. */
typedef struct dsc_loss_call {
    const dsc_operation *operation;
    dsc_reduction reduction;
    dsc_tensor *inputs[DSC_LOSS_INPUTS];
    size_t count;
    dsc_tensor *dense[DSC_LOSS_INPUTS]; /* the same numbers, contiguously, for the kernel */
    /* The values' shape before the reduction; the same with extents of 1 put in, so that it broadcasts with
     * the inputs. */
    size_t rank, shape[DSC_MAX_RANK];
    size_t broadcast_rank, broadcast[DSC_MAX_RANK];
    double divisor; /* of the mean; 0: the number of values */
    dsc_tensor *value, *found[3];
    dsc_options options; /* for the slopes; the field `number`, `rank` and `sizes` are taken */
} dsc_loss_call;

/* The data's checks. Each refuses with a sentence that names the loss and the argument. */
dsc_status dsc_loss_check_alike(const dsc_loss_call *call, size_t input, const char *name);
dsc_status dsc_loss_check_not_differentiated(const dsc_loss_call *call, size_t input, const char *name);

/* Makes room for the value and, as far as they will be wanted, the gradients of the first `differentiable`
 * inputs. */
dsc_status dsc_loss_begin(dsc_loss_call *call, size_t differentiable);
/* Records, or cleans up. */
dsc_status dsc_loss_end(dsc_loss_call *call, dsc_status status, dsc_tensor **result);

/* Where a kernel finds an input, and leaves a result; NULL where there is none. */
static inline void *dsc_loss_input(const dsc_loss_call *call, size_t input) {
    return call->dense[input] == NULL ? NULL : dsc_data(call->dense[input]);
}
static inline void *dsc_loss_found(const dsc_loss_call *call, size_t input) {
    return call->found[input] == NULL ? NULL : dsc_data(call->found[input]);
}

/* The pull-back of every loss. slopes: fills in the derivatives of each value by the inputs, in operations,
 * for gradients of gradients; their numbers are not used: those are the kernel's. What it leaves NULL does
 * not depend on the inputs. */
void dsc_loss_pull_back(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope));

/* The usual loss of elements: x and targets alike. */
dsc_status dsc_loss_of_elements(const dsc_operation *operation, dsc_pointwise_loss *kernel, dsc_tensor *x,
                                dsc_tensor *y, dsc_tensor **result);

#endif

/* What losses have in common on their way onto the tape. */
#ifndef DSC_LOSSES_LOSS_H
#define DSC_LOSSES_LOSS_H

#include "descent/losses.h"
#include "losses/expressions.h"
#include "losses/table.h"
#include "operations/table.h"

enum { DSC_LOSS_INPUTS = 5, DSC_LOSS_GRADIENTS = 3 };

/* What an input is to a loss; input 0, of a real type, is always there. */
typedef enum dsc_loss_role {
    DSC_LOSS_NOTHING = 0,
    DSC_LOSS_NUMBERS,         /* of input 0's type and shape, differentiated by: inputs 0, 1 and 2 only */
    DSC_LOSS_LABELS,          /* likewise, and held fixed */
    DSC_LOSS_ELEMENT_WEIGHTS, /* broadcast to input 0's shape; no gradient; may be NULL */
    DSC_LOSS_CHECKED,         /* the loss itself looks at it */
    DSC_LOSS_OPTIONAL         /* likewise; may be NULL */
} dsc_loss_role;

typedef struct dsc_loss_input {
    dsc_tensor *tensor;
    const char *name; /* for messages */
    dsc_loss_role role;
} dsc_loss_input;

/* A loss under way. */
typedef struct dsc_loss_call {
    const dsc_operation *operation;
    dsc_reduction reduction;
    dsc_loss_input inputs[DSC_LOSS_INPUTS];
    const void *options; /* the loss's own, for its slopes: see dsc_loss_options */
    size_t options_size;
    /* The values' shape before the reduction; the same with extents of 1 put in, so that it broadcasts with
     * the inputs. */
    size_t rank, shape[DSC_MAX_RANK], values; /* the number of them */
    size_t broadcast_rank, broadcast[DSC_MAX_RANK];
    double divisor; /* what the mean's slopes are divided by; 0: the number of values */
    /* What the steps below leave: */
    size_t count;                          /* inputs up to the last that is there */
    dsc_tensor *recorded[DSC_LOSS_INPUTS]; /* they, without the history of those held fixed */
    dsc_tensor *dense[DSC_LOSS_INPUTS];    /* the same numbers, contiguously, for the kernel */
    dsc_tensor *value, *found[DSC_LOSS_GRADIENTS];
} dsc_loss_call;

/* The first line of every loss: its options, which become those that its slopes see. */
#define DSC_LOSS_BEGIN(type, defaults, loss)                                                                 \
    const type o = options != NULL ? *options : (type)defaults;                                              \
    dsc_loss_call call = {.operation = &dsc_operations[dsc_op_##loss],                                       \
                          .reduction = o.reduction,                                                          \
                          .options = &o,                                                                     \
                          .options_size = sizeof o}

/* Refuses inputs that are not what their roles say, with a sentence that names the loss and the input. */
dsc_status dsc_loss_check(dsc_loss_call *call, dsc_tensor **result);
/* The sentence for an input of the wrong type or shape. */
dsc_status dsc_loss_refuse(const dsc_loss_call *call, size_t input, dsc_dtype dtype, size_t rank,
                           const size_t *shape);
/* Whether an input is of this type and shape. */
dsc_status dsc_loss_check_shape(const dsc_loss_call *call, size_t input, dsc_dtype dtype, size_t rank,
                                const size_t *shape);
dsc_status dsc_loss_check_not_differentiated(const dsc_loss_call *call, size_t input);

/* The values' shape: input 0's, without `dimension`, or all of it for SIZE_MAX. */
void dsc_loss_set_values(dsc_loss_call *call, size_t dimension);

/* Makes room for the value and, as far as they will be wanted, the gradients. */
dsc_status dsc_loss_begin(dsc_loss_call *call);
/* A kernel's refusal, with the loss's name before it: kernels do not know that. */
dsc_status dsc_loss_name_refusal(const dsc_loss_call *call, dsc_status status);
/* Records, or cleans up. status: the kernel's. */
dsc_status dsc_loss_end(dsc_loss_call *call, dsc_status status, dsc_tensor **result);

/* Where a kernel finds an input, and leaves a gradient; NULL where there is none. */
static inline const void *dsc_loss_input_data(const dsc_loss_call *call, size_t input) {
    return call->dense[input] == NULL ? NULL : dsc_data(call->dense[input]);
}
static inline void *dsc_loss_found(const dsc_loss_call *call, size_t input) {
    return call->found[input] == NULL ? NULL : dsc_data(call->found[input]);
}

/* The whole of a loss of elements, whose inputs 0, 1 and 2 are the kernel's x, y and z; input 3 is y or z
 * where 1 or 2 is nothing, input 4 is w. */
dsc_status dsc_loss_of_elements(dsc_loss_call *call, dsc_pointwise_loss *kernel, dsc_tensor **result);
/* With a prediction, targets and no option but the reduction. */
dsc_status dsc_loss_of_pair(const dsc_operation *operation, dsc_reduction reduction,
                            dsc_pointwise_loss *kernel, dsc_tensor *prediction, dsc_tensor *targets,
                            dsc_tensor **result);
/* The whole of a checked loss of rows: inputs 0, 1 and 2 are the kernel's x, y and z; input 3 is the targets,
 * or z if it is real; input 4 the weights. */
dsc_status dsc_loss_of_rows(dsc_loss_call *call, dsc_row_loss *kernel, dsc_tensor **result);

/* The pull-back of every loss. slopes: fills in the derivatives of each value by inputs 0, 1 and 2, in
 * operations, for gradients of gradients; their numbers are not used: those are the kernel's. What it leaves
 * NULL does not depend on the inputs. */
void dsc_loss_pull_back(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope));
/* The same for a loss that can be called again, with the node's inputs and options: a leaf then gets the
 * kernel's gradient itself, where others copy it, and the next pass has the kernel make another. */
typedef dsc_status dsc_loss_again(dsc_pullback *p, dsc_tensor **result);
void dsc_loss_pull_back_again(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope),
                              dsc_loss_again *again);

/* Where input 0's classes stand: dimension 1, or the only one. Refused: a scalar. */
dsc_status dsc_loss_class_dimension(const dsc_loss_call *call, size_t *dimension);
/* An input that is classes: int64, of input 0's shape without that dimension; or one, where there is no
 * other.
 */
dsc_status dsc_loss_check_classes(const dsc_loss_call *call, size_t input, size_t dimension);

/* Weights, one for each class, or NULL; no gradient. */
dsc_status dsc_loss_check_class_weights(const dsc_loss_call *call, size_t input, size_t classes);
/* Input 0 has at least one number along its last dimension. */
dsc_status dsc_loss_check_rows(const dsc_loss_call *call);

/* In slopes: `o`, the loss's options. */
#define DSC_LOSS_OPTIONS(type)                                                                               \
    type o;                                                                                                  \
    _Static_assert(sizeof o <= sizeof p->node->options.own, "options too large");                            \
    memcpy(&o, p->node->options.own, sizeof o)

#endif

/* Layers: forward and backward. */
#ifndef DESCENT_LAYER_KERNELS_H
#define DESCENT_LAYER_KERNELS_H

#include <stdbool.h>

#include "context.h"
#include "status.h"

DSC_BEGIN_API

/* What a layer may apply to its result in the same pass: functions whose derivative follows from their value.
 */
typedef enum dsc_activation {
    DSC_ACTIVATION_NONE = 0,
    DSC_ACTIVATION_RELU = 1,
    DSC_ACTIVATION_SIGMOID = 2,
    DSC_ACTIVATION_TANH = 3
} dsc_activation;

/* The sizes and buffers of y = activation(x w^T + b).
 *     x batch x inputs; w outputs x inputs; b outputs, or NULL for none; y batch x outputs */
typedef struct dsc_linear_call {
    dsc_dtype dtype;
    dsc_activation activation;
    size_t batch, inputs, outputs;
    const void *x, *w, *b;
    void *y;
} dsc_linear_call;

/* Writes y. Source: torch.nn.Linear. ReLU passes NaN on, as PyTorch's does.
 * Refused: inputs or outputs 0, NULL buffers, sizes that overflow, no memory for packed operands. */
dsc_status dsc_linear_forward(const dsc_context *context, const dsc_linear_call *layer);

/* Where the gradients go; each may be NULL where it is not wanted. */
typedef struct dsc_linear_gradients {
    const void *dy; /* batch x outputs: the gradient with respect to y */
    void *dz;       /* batch x outputs: scratch for dy behind the activation; not used without one. May be
                       dy */
    void *dx;       /* batch x inputs, written */
    void *dw;       /* outputs x inputs */
    void *db;       /* outputs */
    bool add_dw;    /* false: dw is written; true: added to */
    bool add_db;    /* the same for db */
} dsc_linear_gradients;

/* dz = dy * activation'(y); dx = dz w; dw (+)= dz^T x; db (+)= the sum of dz over the batch.
 * `layer` is as given to dsc_linear_forward, with the y it wrote (read only with an activation).
 * An empty batch leaves zero gradients. dw and dx are as exact as dsc_gemm; db is summed in double
 * and rounded once, as dsc_sum_run's results are, before it is added to what is there. Refused as forward is;
 * without memory nothing is written. */
dsc_status dsc_linear_backward(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients);

/* Elementwise y = max(x, 0), n numbers; NaN stays NaN. y may be x. */
dsc_status dsc_relu_forward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, void *y);

/* dx = 0 where y <= 0 (or x <= 0: the same places), else dy, so that NaN passes. dx may be dy. */
dsc_status dsc_relu_backward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *y,
                             const void *dy, void *dx);

DSC_END_API
#endif

/* Losses: the value and, if asked, the gradient, in one pass over the input.
 *
 * float32 losses are summed in double: each row or element is rounded once, tiles are added in a
 * fixed order. NaN and infinity propagate as in PyTorch. */
#ifndef DESCENT_LOSSES_H
#define DESCENT_LOSSES_H

#include "context.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dsc_reduction {
    DSC_REDUCTION_NONE = 0, /* a value for each sample or element */
    DSC_REDUCTION_MEAN = 1,
    DSC_REDUCTION_SUM = 2
} dsc_reduction;

/* Softmax cross entropy with class indices. Source: torch.nn.CrossEntropyLoss.
 *     l_i = -(1 - s) w[t_i] log p_i[t_i] - s / C sum_c w[c] log p_i[c],    p_i = softmax(logits_i)
 * s is the label smoothing and w the class weights (1 if absent). `mean` divides the sum by the sum
 * of w[t_i]; samples whose target is ignore_index count for nothing. With none left the mean is
 * NaN. */
typedef struct dsc_cross_entropy {
    dsc_dtype dtype;
    size_t samples, classes;
    const void *logits;     /* samples x classes */
    const int64_t *targets; /* samples; each in [0, classes), or ignore_index */
    const void *weight;     /* classes, or NULL */
    int64_t ignore_index;   /* PyTorch's default is -100 */
    double label_smoothing; /* in [0, 1] */
    dsc_reduction reduction;
} dsc_cross_entropy;

/* value: 1 number, or `samples` for no reduction; gradient: samples x classes, the derivative of
 * the value (of the values' sum, for no reduction) with respect to the logits. Either may be NULL.
 * Refused: classes 0, a target outside the classes (the message names it), smoothing outside [0,
 * 1]. */
dsc_status dsc_cross_entropy_run(const dsc_context *context, const dsc_cross_entropy *loss, void *value,
                                 void *gradient);

/* Squared error l_i = (x_i - y_i)^2 over n elements. Source: torch.nn.MSELoss.
 * value: 1 number, or n for no reduction; gradient: n, with respect to x (that of y is its
 * negative). Either may be NULL. The mean of nothing is NaN. */
dsc_status dsc_mse_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, const void *y,
                       dsc_reduction reduction, void *value, void *gradient);

#ifdef __cplusplus
}
#endif
#endif

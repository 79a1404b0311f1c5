/* Losses: the values and, if asked, the gradients, in one pass over the input.
 *
 * Sums are kept in double: each row or element is rounded once, tiles are added in a fixed order, so results
 * do not depend on the number of threads. NaN and infinity propagate as in PyTorch unless said otherwise.
 * Every function refuses what it must before it writes anything.
 *
 * For all of them: `value` is 1 number, or one for each element or sample without a reduction. Gradients are
 * the derivatives of the value (of the values' sum, without a reduction) by an input, in that input's layout.
 * Whatever is not asked for may be NULL. The mean of nothing is NaN. */
#ifndef DESCENT_LOSS_KERNELS_H
#define DESCENT_LOSS_KERNELS_H

#include <stdbool.h>

#include "context.h"
#include "status.h"

DSC_BEGIN_API

typedef enum dsc_reduction {
    DSC_REDUCTION_NONE = 0, /* a value for each sample or element */
    DSC_REDUCTION_MEAN = 1,
    DSC_REDUCTION_SUM = 2,
    DSC_REDUCTION_BATCH_MEAN = 3 /* the sum divided by the first extent: dsc_kl_div_loss only */
} dsc_reduction;

/* ---- Losses of elements ---- */

/* With x the input, y the target, d = x - y; s(x) = 1 / (1 + e^-x), p(x) = log(1 + e^x). A kind looks at the
 * fields that its line names, and refuses them outside their ranges, and NaN. Sources: the losses of these
 * names in torch.nn; Lin et al. 2017, arXiv:1708.02002 for the focal loss. */
typedef enum dsc_pointwise {
    DSC_POINTWISE_SQUARED_ERROR = 0,  /* d^2 */
    DSC_POINTWISE_ABSOLUTE_ERROR = 1, /* |d| */
    /* d^2 / (2 beta) where |d| < beta, else |d| - beta / 2. beta >= 0 */
    DSC_POINTWISE_SMOOTH_L1 = 2,
    /* d^2 / 2 where |d| < delta, else delta (|d| - delta / 2). delta > 0 */
    DSC_POINTWISE_HUBER = 3,
    DSC_POINTWISE_LOG_COSH = 4, /* log cosh d */
    /* max(quantile (y - x), (quantile - 1)(y - x)). quantile in (0, 1) */
    DSC_POINTWISE_QUANTILE = 5,
    /* -z (y log x + (1 - y) log(1 - x)), logs >= -100; z: weights. Refused: x or y outside [0, 1] */
    DSC_POINTWISE_BCE = 6,
    /* z ((1 - y) x + (1 + (w - 1) y) p(-x)); z: weights, w: positive weights */
    DSC_POINTWISE_BCE_WITH_LOGITS = 7,
    /* (log v + d^2 / v) / 2, v = max(z, eps); full: + log(2 pi) / 2. z: variances. eps >= 0. Refused: z < 0
     */
    DSC_POINTWISE_GAUSSIAN_NLL = 8,
    /* log_input: e^x - y x, else x - y log(x + eps); full: + Stirling's terms where y > 1. eps >= 0, not
     * looked at with log_input */
    DSC_POINTWISE_POISSON_NLL = 9,
    /* y (log y - x), 0 log 0 = 0; log_target: e^y (y - x) */
    DSC_POINTWISE_KL_DIVERGENCE = 10,
    /* x where y = 1, max(0, margin - x) where y = -1 */
    DSC_POINTWISE_HINGE_EMBEDDING = 11,
    DSC_POINTWISE_SOFT_MARGIN = 12, /* p(-y x), without PyTorch's overflow */
    /* max(0, -y (x - z) + margin); z: the second input */
    DSC_POINTWISE_MARGIN_RANKING = 13,
    /* a (1 - q)^gamma BCE with logits, q = y s(x) + (1 - y)(1 - s(x)), a = alpha y + (1 - alpha)(1 - y), or 1
     * for alpha -1. gamma >= 0, alpha in [0, 1] or -1 */
    DSC_POINTWISE_FOCAL = 14
} dsc_pointwise;

typedef struct dsc_pointwise_loss {
    dsc_dtype dtype;
    dsc_pointwise kind;
    size_t n;
    const void *x, *y;
    const void *z; /* weights (NULL: 1), variances or second inputs: see the kind */
    const void *w; /* positive weights (NULL: 1) */
    double beta, delta, quantile, eps, margin, gamma, alpha;
    bool full, log_input, log_target;
    dsc_reduction reduction; /* none, mean or sum */
    double divisor;          /* the mean divides by it, > 0; 0: by n */
} dsc_pointwise_loss;

/* dx, dy, dz: gradients by x, y and z; dz is none of weights. */
dsc_status dsc_pointwise_loss_run(const dsc_context *context, const dsc_pointwise_loss *loss, void *value,
                                  void *dx, void *dy, void *dz);

/* |x - y| of n complex numbers, each a real and an imaginary part one after another. Source: torch.nn.L1Loss.
 * dx: as PyTorch's, (x - y) / |x - y|, 0 where x = y. */
dsc_status dsc_complex_l1_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x,
                              const void *y, dsc_reduction reduction, void *value, void *dx);

/* ---- Losses over classes ---- */

/* The layout of inputs and of class weights. Class c of sample i = (a, b) stands at (a classes + c) inner +
 * b, with inner the product of the dimensions after the classes: [N, C, d1, ..., dK]. */
typedef struct dsc_classes {
    dsc_dtype dtype;
    size_t samples; /* all of them: N d1 ... dK */
    size_t classes;
    size_t inner;           /* d1 ... dK; samples is a multiple of it. 0 means 1 */
    const void *input;      /* samples x classes numbers */
    const int64_t *targets; /* samples; each in [0, classes), or ignore_index if that is ignored */
    const void *weight;     /* classes, or NULL for 1 */
    bool ignores;           /* whether samples with the target ignore_index count for nothing */
    int64_t ignore_index;   /* PyTorch ignores -100 */
    dsc_reduction reduction;
} dsc_classes;

/* Softmax cross entropy. Source: torch.nn.CrossEntropyLoss.
 *     l_i = -(1 - s) w[t_i] log p_i[t_i] - s / C sum_c w[c] log p_i[c],    p_i = softmax(input_i)
 * s is the label smoothing. `mean` divides the sum by the sum of w[t_i]; where that is 0 it is NaN, and
 * so are its gradients, but for those of ignored samples, which are always 0. With probabilities instead of
 * targets l_i = -sum_c w[c] ((1 - s) q_i[c] + s / C) log p_i[c],    and the mean divides by the samples; a
 * class of weight or probability 0 counts for nothing, whatever its logit.
 * Refused: classes 0, a target outside the classes (the message names it), smoothing outside [0, 1], an
 * ignore_index >= 0 with probabilities. */
typedef struct dsc_cross_entropy {
    dsc_classes over;
    const void *probabilities; /* in the input's layout; then over.targets is not looked at */
    double label_smoothing;    /* in [0, 1] */
} dsc_cross_entropy;
/* gradient: by the input. by_probabilities: by them, in their layout; only with probabilities. */
dsc_status dsc_cross_entropy_run(const dsc_context *context, const dsc_cross_entropy *loss, void *value,
                                 void *gradient, void *by_probabilities);

/* Negative log likelihood: l_i = -w[t_i] input_i[t_i]. Source: torch.nn.NLLLoss. Mean, ignored samples and
 * refusals as cross entropy. */
dsc_status dsc_nll_run(const dsc_context *context, const dsc_classes *loss, void *value, void *gradient);

/* Cross entropy of a linear layer's outputs x weight^T + bias, a band of samples at a time: the logits are
 * never there all at once. Source: torch.nn.LinearCrossEntropyLoss. over.input is not looked at, and
 * over.inner must be 1. workspace: dsc_linear_cross_entropy_workspace bytes (SIZE_MAX: more than there can
 * be). Without a reduction the gradients are those of the values' sum. Beyond 16384 samples dlinear and dbias
 * are added up in double, for which it takes memory. */
typedef struct dsc_linear_cross_entropy {
    dsc_cross_entropy loss;
    size_t inputs;
    const void *x;           /* samples x inputs */
    const void *linear;      /* classes x inputs */
    const void *linear_bias; /* classes, or NULL */
    void *workspace;
} dsc_linear_cross_entropy;
size_t dsc_linear_cross_entropy_workspace(dsc_dtype dtype, size_t samples, size_t classes);
dsc_status dsc_linear_cross_entropy_run(const dsc_context *context, const dsc_linear_cross_entropy *loss,
                                        void *value, void *dx, void *dlinear, void *dbias);

/* ---- Losses of rows ---- */

/* Of one row each, with C columns; norms and means are over the columns. Sources: the losses of these names
 * in torch.nn. */
typedef enum dsc_row {
    /* sum over i != t of w[t] max(0, margin - x[t] + x[i])^p / C. targets: a class a row; weight; p: 1 or 2
     */
    DSC_ROW_MULTI_MARGIN = 0,
    /* sum over the row's classes j and all others i of max(0, 1 - x[j] + x[i]) / C. targets: C a row, classes
     * up to the first -1 */
    DSC_ROW_MULTILABEL_MARGIN = 1,
    /* mean of BCE with logits times w. y: 0 or 1 for each class; weight */
    DSC_ROW_MULTILABEL_SOFT_MARGIN = 2,
    /* 1 - cos(x, y) where z = 1, max(0, cos(x, y) - margin) where z = -1. z: a number a row */
    DSC_ROW_COSINE_EMBEDDING = 3,
    /* max(0, margin + D(x, y) - D(x, z)), D(a, b) = |a - b + eps|_p; swap: min(D(x, z), D(y, z)) in place of
       D(x, z). margin > 0, p > 0 */
    DSC_ROW_TRIPLET_MARGIN = 4,
    /* 1 - (2 sum x y + eps) / (sum x + sum y + eps), for probabilities x: Milletari et al. 2016,
       arXiv:1606.04797. eps >= 0 */
    DSC_ROW_DICE = 5
} dsc_row;

typedef struct dsc_row_loss {
    dsc_dtype dtype;
    dsc_row kind;
    size_t rows, columns;
    const void *x, *y, *z;
    const int64_t *targets;
    const void *weight; /* columns, or NULL for 1 */
    double margin, p, eps;
    bool swap;
    dsc_reduction reduction;
} dsc_row_loss;

/* dx, dy, dz: gradients by x, y and z, where these are rows. */
dsc_status dsc_row_loss_run(const dsc_context *context, const dsc_row_loss *loss, void *value, void *dx,
                            void *dy, void *dz);

/* Connectionist temporal classification: the negative log probability of the target sequence, summed over all
 * its alignments. Source: torch.nn.CTCLoss; Graves et al. 2006. `mean` divides each sample's loss by its
 * target's length (1 for an empty one) first. */
typedef struct dsc_ctc {
    dsc_dtype dtype;
    size_t steps, samples, classes;
    const void *log_probabilities; /* steps x samples x classes */
    const int64_t *targets;        /* one sample's after another's, without padding */
    const int64_t *input_lengths;  /* samples; each in [0, steps] */
    const int64_t *target_lengths; /* samples */
    int64_t blank;                 /* the class that stands for nothing */
    bool zero_infinity;            /* samples with an infinite loss, too long for their input, count as 0 */
    dsc_reduction reduction;
} dsc_ctc;
dsc_status dsc_ctc_run(const dsc_context *context, const dsc_ctc *loss, void *value, void *gradient);

DSC_END_API
#endif

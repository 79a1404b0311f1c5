/* Losses of tensors: recorded, and differentiable to any order.
 *
 *     dsc_tensor *loss;
 *     dsc_cross_entropy_loss(logits, targets, NULL, &loss);
 *     dsc_backward(loss, NULL, NULL);
 *
 * Value and gradients come out of one pass over the data; second derivatives from formulas in operations.
 * `options` NULL means the defaults, which are PyTorch's; a structure initialised by the macro of its name
 * has them too:
 *
 *     dsc_huber_options options = DSC_HUBER_OPTIONS;
 *     options.delta = 0.5;
 *
 * Every loss takes a reduction: without one the result has a number for each element, row or sample. The mean
 * of nothing is NaN. Every loss refuses NULL, types and shapes other than those named (DSC_ERROR_DTYPE,
 * DSC_ERROR_SIZE), options outside their ranges, and NaN for them (DSC_ERROR_ARGUMENT), with a sentence that
 * names the argument. Weights have no gradient; where one requires it, that is refused unless said otherwise.
 *
 * Sources: the losses of these names in torch.nn, whose numbers they have; others name their paper. */
#ifndef DESCENT_LOSSES_H
#define DESCENT_LOSSES_H

#include "loss_kernels.h"
#include "options.h"
#include "tensor.h"

DSC_BEGIN_API

/* ---- Of elements: all inputs have one real type and shape, and may require gradients unless said otherwise.
 * d = x - y is the prediction less the target. ---- */

/* d^2 */
dsc_status dsc_mse_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                        dsc_tensor **result);

/* |d|, with derivative 0 at 0. */
dsc_status dsc_l1_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                       dsc_tensor **result);

/* d^2 / (2 beta) where |d| < beta, else |d| - beta / 2; beta >= 0. */
typedef struct dsc_smooth_l1_options {
    double beta;
    dsc_reduction reduction;
} dsc_smooth_l1_options;
#define DSC_SMOOTH_L1_OPTIONS                                                                                \
    { .beta = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_smooth_l1_loss(dsc_tensor *prediction, dsc_tensor *targets,
                              const dsc_smooth_l1_options *options, dsc_tensor **result);

/* d^2 / 2 where |d| < delta, else delta (|d| - delta / 2); delta > 0. Huber 1964. */
typedef struct dsc_huber_options {
    double delta;
    dsc_reduction reduction;
} dsc_huber_options;
#define DSC_HUBER_OPTIONS                                                                                    \
    { .delta = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_huber_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_huber_options *options,
                          dsc_tensor **result);

/* log cosh d, without overflow. */
dsc_status dsc_log_cosh_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                             dsc_tensor **result);

/* max(q (y - x), (q - 1)(y - x)): least at the q-quantile; q in (0, 1). Koenker and Bassett 1978. */
typedef struct dsc_quantile_options {
    double quantile;
    dsc_reduction reduction;
} dsc_quantile_options;
#define DSC_QUANTILE_OPTIONS                                                                                 \
    { .quantile = 0.5, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_quantile_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_quantile_options *options,
                             dsc_tensor **result);

/* -weight (y log x + (1 - y) log(1 - x)) of probabilities x, logarithms cut off at -100. weight: of a shape
 * that broadcasts to the prediction's; NULL: 1. Refused: x or y outside [0, 1]. */
typedef struct dsc_bce_options {
    dsc_tensor *weight;
    dsc_reduction reduction;
} dsc_bce_options;
#define DSC_BCE_OPTIONS                                                                                      \
    { .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_bce_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_bce_options *options,
                        dsc_tensor **result);

/* The same of logits: -weight (positive_weight y log s(x) + (1 - y) log(1 - s(x))), s(x) = 1 / (1 + e^-x).
 * Both weights: of shapes that broadcast to the prediction's; NULL: 1. */
typedef struct dsc_bce_with_logits_options {
    dsc_tensor *weight, *positive_weight;
    dsc_reduction reduction;
} dsc_bce_with_logits_options;
#define DSC_BCE_WITH_LOGITS_OPTIONS                                                                          \
    { .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_bce_with_logits_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                    const dsc_bce_with_logits_options *options, dsc_tensor **result);

/* a (1 - q)^gamma times the cross entropy of logits, q = y s(x) + (1 - y)(1 - s(x)), a = alpha y + (1 -
 * alpha)(1 - y), or 1 for alpha -1; gamma >= 0, alpha in [0, 1] or -1. Lin et al. 2017, arXiv:1708.02002;
 * defaults as torchvision's sigmoid_focal_loss. */
typedef struct dsc_focal_options {
    double gamma, alpha;
    dsc_reduction reduction;
} dsc_focal_options;
#define DSC_FOCAL_OPTIONS                                                                                    \
    { .gamma = 2, .alpha = 0.25, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_focal_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_focal_options *options,
                          dsc_tensor **result);

/* (log v + d^2 / v) / 2, v = max(variance, eps); full: + log(2 pi) / 2. eps >= 0. variance: of the
 * prediction's shape, or that without the last dimension, or with one extent of 1 instead, or a scalar. Its
 * derivative is that by v, below eps too. Refused: variances < 0. */
typedef struct dsc_gaussian_nll_options {
    bool full;
    double eps;
    dsc_reduction reduction;
} dsc_gaussian_nll_options;
#define DSC_GAUSSIAN_NLL_OPTIONS                                                                             \
    { .eps = 1e-6, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_gaussian_nll_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_tensor *variance,
                                 const dsc_gaussian_nll_options *options, dsc_tensor **result);

/* log_input: e^x - y x, else x - y log(x + eps); full: + y log y - y + log(2 pi y) / 2 where y > 1. eps >= 0;
 * with log_input it is not looked at. */
typedef struct dsc_poisson_nll_options {
    bool log_input, full;
    double eps;
    dsc_reduction reduction;
} dsc_poisson_nll_options;
#define DSC_POISSON_NLL_OPTIONS                                                                              \
    { .log_input = true, .eps = 1e-8, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_poisson_nll_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                const dsc_poisson_nll_options *options, dsc_tensor **result);

/* y (log y - x) of log probabilities x, 0 log 0 being 0; log_target: e^y (y - x). The reduction may be
 * DSC_REDUCTION_BATCH_MEAN: the divergence itself. */
typedef struct dsc_kl_div_options {
    bool log_target;
    dsc_reduction reduction;
} dsc_kl_div_options;
#define DSC_KL_DIV_OPTIONS                                                                                   \
    { .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_kl_div_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_kl_div_options *options,
                           dsc_tensor **result);

/* x where y = 1, max(0, margin - x) where y = -1. Targets are held fixed. */
typedef struct dsc_hinge_embedding_options {
    double margin;
    dsc_reduction reduction;
} dsc_hinge_embedding_options;
#define DSC_HINGE_EMBEDDING_OPTIONS                                                                          \
    { .margin = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_hinge_embedding_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                    const dsc_hinge_embedding_options *options, dsc_tensor **result);

/* log(1 + e^(-y x)), without PyTorch's overflow; targets y are 1 or -1. */
dsc_status dsc_soft_margin_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                                dsc_tensor **result);

/* max(0, margin - y (first - second)); targets y are 1 or -1. */
typedef struct dsc_margin_ranking_options {
    double margin;
    dsc_reduction reduction;
} dsc_margin_ranking_options;
#define DSC_MARGIN_RANKING_OPTIONS                                                                           \
    { .margin = 0, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_margin_ranking_loss(dsc_tensor *first, dsc_tensor *second, dsc_tensor *targets,
                                   const dsc_margin_ranking_options *options, dsc_tensor **result);

/* ---- Of rows: one value for each row of the last dimension ---- */

/* sum over i != t of weight[t] max(0, margin - x[t] + x[i])^p / C, of scores [C] or [N, C]; p: 1 or 2.
 * targets: int64 classes t [N], or one. weight: one for each class; NULL: 1. Refused: targets outside the
 * classes. */
typedef struct dsc_multi_margin_options {
    int64_t p;
    double margin;
    dsc_tensor *weight;
    dsc_reduction reduction;
} dsc_multi_margin_options;
#define DSC_MULTI_MARGIN_OPTIONS                                                                             \
    { .p = 1, .margin = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_multi_margin_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                 const dsc_multi_margin_options *options, dsc_tensor **result);

/* sum over the row's classes j and all others i of max(0, 1 - x[j] + x[i]) / C, of scores [C] or [N, C].
 * targets: int64 of that shape, the classes up to the first -1. Refused: other targets outside the classes.
 */
dsc_status dsc_multilabel_margin_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                                      dsc_tensor **result);

/* The mean over the last dimension of weight times the binary cross entropy of logits. targets: of the
 * prediction's type and shape. weight: one for each class, which may require gradients; NULL: 1. */
typedef struct dsc_multilabel_soft_margin_options {
    dsc_tensor *weight;
    dsc_reduction reduction;
} dsc_multilabel_soft_margin_options;
#define DSC_MULTILABEL_SOFT_MARGIN_OPTIONS                                                                   \
    { .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_multilabel_soft_margin_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                           const dsc_multilabel_soft_margin_options *options,
                                           dsc_tensor **result);

/* 1 - cos(first, second) where the target is 1, max(0, cos(first, second) - margin) where it is -1; of [F] or
 * [N, F], targets [N] or one, of the same type, held fixed. */
typedef struct dsc_cosine_embedding_options {
    double margin;
    dsc_reduction reduction;
} dsc_cosine_embedding_options;
#define DSC_COSINE_EMBEDDING_OPTIONS                                                                         \
    { .margin = 0, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_cosine_embedding_loss(dsc_tensor *first, dsc_tensor *second, dsc_tensor *targets,
                                     const dsc_cosine_embedding_options *options, dsc_tensor **result);

/* max(0, margin + D(anchor, positive) - D(anchor, negative)), D(a, b) = |a - b + eps|_p; swap: the smaller of
 * D(anchor, negative) and D(positive, negative). All three of one type and shape; margin > 0, p > 0. Balntas
 * et al. 2016. */
typedef struct dsc_triplet_margin_options {
    double margin, p, eps;
    bool swap;
    dsc_reduction reduction;
} dsc_triplet_margin_options;
#define DSC_TRIPLET_MARGIN_OPTIONS                                                                           \
    { .margin = 1, .p = 2, .eps = 1e-6, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_triplet_margin_loss(dsc_tensor *anchor, dsc_tensor *positive, dsc_tensor *negative,
                                   const dsc_triplet_margin_options *options, dsc_tensor **result);

/* 1 - (2 sum x y + smooth) / (sum x + sum y + smooth), for each sample of probabilities [N, ...], or all of
 * [n]; smooth >= 0. Milletari et al. 2016, arXiv:1606.04797. */
typedef struct dsc_dice_options {
    double smooth;
    dsc_reduction reduction;
} dsc_dice_options;
#define DSC_DICE_OPTIONS                                                                                     \
    { .smooth = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_dice_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_dice_options *options,
                         dsc_tensor **result);

/* ---- Over classes ---- */

/* Softmax cross entropy of logits [classes], [N, classes] or [N, classes, d1, ...]. targets: int64 classes,
 * of that shape without the classes; or probabilities, in the logits' shape, which may require gradients. The
 * formula, and what is refused: dsc_cross_entropy in loss_kernels.h. */
typedef struct dsc_cross_entropy_options {
    dsc_tensor *weight; /* one for each class; NULL: 1. With probabilities it may require gradients */
    int64_t ignore_index;
    double label_smoothing; /* in [0, 1] */
    dsc_reduction reduction;
} dsc_cross_entropy_options;
#define DSC_CROSS_ENTROPY_OPTIONS                                                                            \
    { .ignore_index = -100, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_cross_entropy_loss(dsc_tensor *logits, dsc_tensor *targets,
                                  const dsc_cross_entropy_options *options, dsc_tensor **result);

/* Negative log likelihood, -weight[t] x[t], of log probabilities in the shapes of cross entropy's logits.
 * targets: int64 classes. The mean divides by the sum of the targets' weights; ignored samples count for
 * nothing. */
typedef struct dsc_nll_options {
    dsc_tensor *weight; /* one for each class; NULL: 1 */
    int64_t ignore_index;
    dsc_reduction reduction;
} dsc_nll_options;
#define DSC_NLL_OPTIONS                                                                                      \
    { .ignore_index = -100, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_nll_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_nll_options *options,
                        dsc_tensor **result);

/* Cross entropy of a linear layer's outputs x linear^T + bias, without all of the logits being there at once,
 * as far as no more than gradients by x, linear and bias of a reduced loss is asked for. x: [N, inputs],
 * linear: [classes, inputs], bias: [classes] or NULL; targets: [N] classes or [N, classes] probabilities. */
dsc_status dsc_linear_cross_entropy_loss(dsc_tensor *x, dsc_tensor *linear, dsc_tensor *bias,
                                         dsc_tensor *targets, const dsc_cross_entropy_options *options,
                                         dsc_tensor **result);

/* Connectionist temporal classification: the negative log probability of the target sequence, summed over all
 * its alignments, of log probabilities [steps, N, classes] or [steps, classes]. targets: int64, [N, longest]
 * with padding, or one sample's after another's. Lengths: int64 [N], or one; input_lengths NULL: all steps;
 * target_lengths NULL: [N, longest] without padding. The mean divides by the targets' lengths first.
 * zero_infinity: samples with an infinite loss, too long for their input, count as 0. Gradients are those by
 * the logits of a softmax, as PyTorch's, and cannot be differentiated again. Graves et al. 2006. */
typedef struct dsc_ctc_options {
    int64_t blank; /* the class that stands for nothing */
    bool zero_infinity;
    dsc_reduction reduction;
} dsc_ctc_options;
#define DSC_CTC_OPTIONS                                                                                      \
    { .blank = 0, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_ctc_loss(dsc_tensor *log_probabilities, dsc_tensor *targets, dsc_tensor *input_lengths,
                        dsc_tensor *target_lengths, const dsc_ctc_options *options, dsc_tensor **result);

/* ---- The table: what there is, for command lines, documentation and tests ---- */

enum { DSC_LOSS_MAX_INPUTS = 5 };

typedef struct dsc_loss_info {
    const char *name; /* dsc_NAME_loss is its function */
    const char *title;
    const char *source; /* the PyTorch page or paper whose numbers it gives */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
    /* Tensors in the order in which dsc_loss_run takes them. Those from required_count on may be left out. */
    const char *inputs[DSC_LOSS_MAX_INPUTS];
    size_t input_count, required_count;
} dsc_loss_info;

size_t dsc_loss_count(void);
const dsc_loss_info *dsc_loss_at(size_t index);       /* NULL outside the table */
const dsc_loss_info *dsc_loss_find(const char *name); /* NULL for an unknown name */

/* A loss by its name; options not named have the table's defaults. Inputs that may be left out may be NULL.
 * Refused, with the name, the value and the allowed range: unknown losses and options, values out of range
 * (DSC_ERROR_OPTION), too few or too many inputs. */
dsc_status dsc_loss_run(const char *name, size_t option_count, const dsc_option *options, size_t input_count,
                        dsc_tensor *const *inputs, dsc_tensor **result);

DSC_END_API
#endif

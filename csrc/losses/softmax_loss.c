#include "losses/softmax_loss.h"

#include "losses/kernels/classes.h"

dsc_classes dsc_softmax_loss_classes(const dsc_softmax_loss *loss, const dsc_tensor *logits,
                                     const dsc_tensor *targets, const dsc_tensor *weight) {
    const dsc_tensor *x = loss->logits;
    size_t classes = x->shape[loss->dimension], samples = 1, inner = 1;
    for (size_t d = 0; d < x->rank; ++d) {
        if (d != loss->dimension)
            samples *= x->shape[d];
        if (d > loss->dimension)
            inner *= x->shape[d];
    }
    return (dsc_classes){.dtype = x->dtype,
                         .samples = samples,
                         .classes = classes,
                         .inner = inner,
                         .input = logits == NULL ? NULL : dsc_data(logits),
                         .targets = targets == NULL ? NULL : dsc_data(targets),
                         .weight = weight == NULL ? NULL : dsc_data(weight),
                         .ignores = true,
                         .ignore_index = loss->options->ignore_index,
                         .reduction = loss->options->reduction};
}

static dsc_tensor *x_softmax(dsc_pullback *p, dsc_tensor *x, size_t dimension) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : x_call(p, made, dsc_softmax(x, (int64_t)dimension, &made));
}

static dsc_tensor *x_log_softmax(dsc_pullback *p, dsc_tensor *x, size_t dimension) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : x_call(p, made, dsc_log_softmax(x, (int64_t)dimension, &made));
}

/* Times the classes' weights. */
static dsc_tensor *x_by_class(dsc_pullback *p, const dsc_softmax_loss *loss, dsc_tensor *x) {
    if (loss->weight == NULL || x == NULL)
        return x;
    size_t shape[DSC_MAX_RANK];
    for (size_t d = 0; d < x->rank; ++d)
        shape[d] = d == loss->dimension ? x->shape[d] : 1;
    dsc_tensor *made = NULL;
    return x_multiply(p, x, x_call(p, made, dsc_reshape(loss->weight, x->rank, shape, &made)));
}

/* With probabilities: what log p_i[c] is multiplied by, but for the sign. */
static dsc_tensor *x_shares(dsc_pullback *p, const dsc_softmax_loss *loss) {
    double smoothing = loss->options->label_smoothing;
    dsc_tensor *q = loss->targets;
    if (smoothing > 0)
        q = x_affine(p, q, 1 - smoothing, smoothing / (double)loss->logits->shape[loss->dimension]);
    return x_by_class(p, loss, q);
}

/* What the mean multiplies each sample's weight by, with classes. */
static double scale_of_mean(const dsc_classes *over) {
    size_t count = 0;
    double sum = 0;
    for (size_t i = 0; i < over->samples; ++i)
        if (dsc_class_counts(over, over->targets[i])) {
            ++count;
            sum += dsc_class_weight(over, (size_t)over->targets[i]);
        }
    /* Where nothing counts nothing has a derivative; where all weights are 0 the mean is NaN. */
    return over->reduction != DSC_REDUCTION_MEAN ? 1 : count == 0 ? 0 : sum == 0 ? NAN : 1 / sum;
}

/* With classes: what log p_i[c] is multiplied by, but for the sign, the sums of that over the classes, and
 * which samples count. */
static void fill_shares(const dsc_classes *over, double smoothing, dsc_tensor *shares, dsc_tensor *sums,
                        dsc_tensor *counted) {
    const double scale = scale_of_mean(over), smooth = smoothing / (double)over->classes;
    for (size_t i = 0; i < over->samples; ++i) {
        int64_t target = over->targets[i];
        bool counts = dsc_class_counts(over, target);
        size_t at = i / over->inner * over->classes * over->inner + i % over->inner;
        double sum = 0;
        for (size_t c = 0; c < over->classes; ++c) {
            double share = smooth + (counts && (size_t)target == c ? 1 - smoothing : 0);
            share = counts ? scale * dsc_class_weight(over, c) * share : 0;
            dsc_set_number(shares->dtype, dsc_data(shares), at + c * over->inner, share);
            sum += share;
        }
        dsc_set_number(sums->dtype, dsc_data(sums), i, sum);
        ((uint8_t *)dsc_data(counted))[i] = counts;
    }
}

static dsc_tensor *x_slope_of_classes(dsc_pullback *p, const dsc_softmax_loss *loss) {
    const dsc_tensor *x = loss->logits;
    size_t shape[DSC_MAX_RANK];
    for (size_t d = 0; d < x->rank; ++d)
        shape[d] = d == loss->dimension ? 1 : x->shape[d];
    dsc_tensor *shares = NULL, *sums = NULL, *counted = NULL, *targets = NULL, *weight = NULL;
    shares = x_call(p, shares, dsc_make_like(x, x->dtype, &shares));
    sums = x_call(p, sums, dsc_make(dsc_context_of(x), x->dtype, x->rank, shape, &sums));
    counted = x_call(p, counted, dsc_make(dsc_context_of(x), DSC_BOOL, x->rank, shape, &counted));
    targets = x_call(p, targets, dsc_contiguous_of(loss->targets, &targets));
    if (loss->weight != NULL)
        weight = x_call(p, weight, dsc_contiguous_of(loss->weight, &weight));
    if (p->status != DSC_OK)
        return NULL;
    const dsc_classes over = dsc_softmax_loss_classes(loss, NULL, targets, weight);
    fill_shares(&over, loss->options->label_smoothing, shares, sums, counted);
    dsc_tensor *all = x_multiply(p, x_softmax(p, loss->logits, loss->dimension), sums);
    return x_mask(p, counted, x_subtract(p, all, shares));
}

dsc_tensor *x_softmax_slope(dsc_pullback *p, const dsc_softmax_loss *loss) {
    if (p->status != DSC_OK)
        return NULL;
    if (loss->targets->dtype == DSC_INT64)
        return x_slope_of_classes(p, loss);
    const int64_t d = (int64_t)loss->dimension;
    dsc_tensor *shares = x_shares(p, loss);
    dsc_tensor *all =
        x_multiply(p, x_softmax(p, loss->logits, loss->dimension), x_sum(p, shares, 1, &d, true));
    return x_subtract(p, all, shares);
}

dsc_tensor *x_softmax_slope_by_targets(dsc_pullback *p, const dsc_softmax_loss *loss) {
    dsc_tensor *logs = x_by_class(p, loss, x_log_softmax(p, loss->logits, loss->dimension));
    return x_scale(p, logs, loss->options->label_smoothing - 1);
}

dsc_tensor *x_softmax_loss(dsc_pullback *p, const dsc_softmax_loss *loss) {
    const int64_t d = (int64_t)loss->dimension;
    dsc_tensor *logs = x_log_softmax(p, loss->logits, loss->dimension);
    dsc_tensor *values = x_negate(p, x_sum(p, x_multiply(p, x_shares(p, loss), logs), 1, &d, false));
    return x_reduce(p, values, loss->options->reduction, values == NULL ? 1 : (double)values->count);
}

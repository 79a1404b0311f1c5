/* losses.h */
#include "rows.h"

/* What every loss of a prediction and targets refuses; options: NULL, or a reduction for those without. */
#define PAIR(name, options)                                                                                  \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": prediction is NULL", dsc_##name(NULL, w.real, options, w.made));    \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": targets is NULL", dsc_##name(w.real, NULL, options, w.made));       \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, w.other, options, NULL));       \
    REFUSED(DSC_ERROR_DTYPE, #name, dsc_##name(w.whole, w.whole, options, w.made));                          \
    REFUSED(DSC_ERROR_DTYPE, #name, dsc_##name(w.half, w.half, options, w.made));                            \
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_##name(w.real, w.doubles, options, w.made));                     \
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_##name(w.real, w.vector, options, w.made));

/* ... of classes. */
#define CLASSES(name, options)                                                                               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": prediction is NULL", dsc_##name(NULL, w.whole, options, w.made));   \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": targets is NULL", dsc_##name(w.real, NULL, options, w.made));       \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, w.whole, options, NULL));       \
    REFUSED(DSC_ERROR_DTYPE, #name, dsc_##name(w.whole, w.whole, options, w.made));                          \
    REFUSED(DSC_ERROR_DTYPE, #name, dsc_##name(w.real, w.other, options, w.made));                           \
    REFUSED(DSC_ERROR_SIZE, #name, dsc_##name(w.number, w.whole, options, w.made));

static const dsc_reduction unknown = (dsc_reduction)9, mean = DSC_REDUCTION_MEAN;

static void element_rows(void) {
    PAIR(mse_loss, mean)
    PAIR(l1_loss, mean)
    PAIR(log_cosh_loss, mean)
    PAIR(soft_margin_loss, mean)
    PAIR(smooth_l1_loss, NULL)
    PAIR(huber_loss, NULL)
    PAIR(quantile_loss, NULL)
    PAIR(bce_loss, NULL)
    PAIR(bce_with_logits_loss, NULL)
    PAIR(focal_loss, NULL)
    PAIR(poisson_nll_loss, NULL)
    PAIR(kl_div_loss, NULL)
    PAIR(hinge_embedding_loss, NULL)
    PAIR(multilabel_soft_margin_loss, NULL)
    PAIR(dice_loss, NULL)
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", dsc_mse_loss(w.real, w.other, unknown, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", dsc_l1_loss(w.real, w.other, unknown, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", dsc_mse_loss(w.real, w.other, (dsc_reduction)-1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", dsc_mse_loss(w.real, w.other, 3, w.made));
    REFUSED(DSC_ERROR_SIZE, "must", dsc_mse_loss(w.real, w.empty, mean, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "must be in [0, 1]", dsc_bce_loss(w.real, w.other, NULL, w.made));
}

static dsc_status run(const char *name, const char *option, double value) {
    dsc_tensor *const inputs[] = {w.real, w.other, w.other};
    const dsc_loss_info *info = dsc_loss_find(name);
    return dsc_loss_run(name, 1, &(dsc_option){option, value}, info == NULL ? 2 : info->required_count,
                        inputs, w.made);
}

/* The structures' own way to the same checks. */
static dsc_status huber(double delta, int reduction) {
    return dsc_huber_loss(w.real, w.other, &(dsc_huber_options){delta, (dsc_reduction)reduction}, w.made);
}

static dsc_status weighted(dsc_tensor *weight, dsc_tensor *positive) {
    dsc_bce_with_logits_options options = DSC_BCE_WITH_LOGITS_OPTIONS;
    options.weight = weight;
    options.positive_weight = positive;
    return dsc_bce_with_logits_loss(w.real, w.other, &options, w.made);
}

static dsc_status gaussian(dsc_tensor *variance, double eps) {
    dsc_gaussian_nll_options options = DSC_GAUSSIAN_NLL_OPTIONS;
    options.eps = eps;
    return dsc_gaussian_nll_loss(w.real, w.other, variance, &options, w.made);
}

static dsc_status triplet(double margin, double p, dsc_tensor *negative) {
    dsc_triplet_margin_options options = DSC_TRIPLET_MARGIN_OPTIONS;
    options.margin = margin;
    options.p = p;
    return dsc_triplet_margin_loss(w.real, w.other, negative, &options, w.made);
}

static void option_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "delta", huber(0, mean));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", huber(NAN, mean));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", huber(1, 3));
    REFUSED(DSC_ERROR_DTYPE, "weight", weighted(w.doubles, NULL));
    REFUSED(DSC_ERROR_SIZE, "weight", weighted(w.empty, NULL));
    REFUSED(DSC_ERROR_SIZE, "positive_weight", weighted(NULL, w.deep));
    REFUSED(DSC_ERROR_ARGUMENT, "weight", weighted(w.leaf, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "variance is NULL", gaussian(NULL, 0));
    REFUSED(DSC_ERROR_DTYPE, "variance", gaussian(w.doubles, 0));
    REFUSED(DSC_ERROR_SIZE, "variance", gaussian(w.vector, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "eps", gaussian(w.real, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "prediction is NULL",
            dsc_gaussian_nll_loss(NULL, w.real, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", dsc_gaussian_nll_loss(w.real, NULL, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_gaussian_nll_loss(w.real, w.real, w.real, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "first is NULL", dsc_margin_ranking_loss(NULL, w.real, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "second is NULL",
            dsc_margin_ranking_loss(w.real, NULL, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL",
            dsc_margin_ranking_loss(w.real, w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_margin_ranking_loss(w.real, w.real, w.real, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "targets", dsc_margin_ranking_loss(w.real, w.real, w.vector, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "first is NULL",
            dsc_cosine_embedding_loss(NULL, w.real, w.vector, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "second is NULL",
            dsc_cosine_embedding_loss(w.real, NULL, w.vector, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL",
            dsc_cosine_embedding_loss(w.real, w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_cosine_embedding_loss(w.real, w.real, w.vector, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "targets", dsc_cosine_embedding_loss(w.real, w.real, w.vector, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "anchor is NULL",
            dsc_triplet_margin_loss(NULL, w.real, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "positive is NULL",
            dsc_triplet_margin_loss(w.real, NULL, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "negative is NULL", triplet(1, 2, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_triplet_margin_loss(w.real, w.real, w.real, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "negative", triplet(1, 2, w.vector));
    REFUSED(DSC_ERROR_ARGUMENT, "margin", triplet(0, 2, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "p is nan", triplet(1, NAN, w.real));
}

static dsc_status cross_entropy(dsc_tensor *logits, dsc_tensor *targets, double smoothing, int reduction) {
    dsc_cross_entropy_options options = DSC_CROSS_ENTROPY_OPTIONS;
    options.label_smoothing = smoothing;
    options.reduction = (dsc_reduction)reduction;
    return dsc_cross_entropy_loss(logits, targets, &options, w.made);
}

static dsc_tensor *classes(int64_t second) {
    dsc_tensor *targets = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 1, (size_t[]){2}, (int64_t[]){0, second}, &targets);
    return targets;
}

static dsc_status with_class(int64_t second, dsc_tensor *weight) {
    dsc_cross_entropy_options options = DSC_CROSS_ENTROPY_OPTIONS;
    options.weight = weight;
    return dsc_cross_entropy_loss(w.real, classes(second), &options, w.made);
}

static dsc_status multi_margin(int64_t p, dsc_tensor *weight) {
    dsc_multi_margin_options options = DSC_MULTI_MARGIN_OPTIONS;
    options.p = p;
    options.weight = weight;
    return dsc_multi_margin_loss(w.real, classes(1), &options, w.made);
}

static void class_rows(void) {
    CLASSES(nll_loss, NULL)
    CLASSES(multi_margin_loss, NULL)
    CLASSES(multilabel_margin_loss, mean)
    REFUSED(DSC_ERROR_ARGUMENT, "logits is NULL", dsc_cross_entropy_loss(NULL, w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", dsc_cross_entropy_loss(w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_cross_entropy_loss(w.real, w.whole, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", cross_entropy(w.real, w.whole, 0, mean));
    REFUSED(DSC_ERROR_DTYPE, "float64", cross_entropy(w.real, w.doubles, 0, mean));
    REFUSED(DSC_ERROR_DTYPE, "int64", cross_entropy(w.whole, w.whole, 0, mean));
    REFUSED(DSC_ERROR_SIZE, "scalar", cross_entropy(w.number, w.number, 0, mean));
    REFUSED(DSC_ERROR_ARGUMENT, "label_smoothing is 2", cross_entropy(w.real, w.other, 2, mean));
    REFUSED(DSC_ERROR_ARGUMENT, "label_smoothing is nan", cross_entropy(w.real, w.other, NAN, mean));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction", cross_entropy(w.real, w.other, 0, 4));
    REFUSED(DSC_ERROR_CLASS, "3", with_class(3, NULL));
    REFUSED(DSC_ERROR_CLASS, "-1", with_class(-1, NULL));
    REFUSED(DSC_ERROR_CLASS, "9223372036854775807", with_class(INT64_MAX, NULL));
    REFUSED(DSC_ERROR_SIZE, "weight", with_class(0, w.real));
    REFUSED(DSC_ERROR_DTYPE, "weight", with_class(0, w.whole));
    REFUSED(DSC_ERROR_CLASS, "3", dsc_nll_loss(w.real, classes(3), NULL, w.made));
    REFUSED(DSC_ERROR_CLASS, "-9223372036854775808", dsc_nll_loss(w.real, classes(INT64_MIN), NULL, w.made));
    REFUSED(DSC_ERROR_CLASS, "3", dsc_multi_margin_loss(w.real, classes(3), NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is 3", multi_margin(3, NULL));
    REFUSED(DSC_ERROR_SIZE, "weight", multi_margin(1, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL",
            dsc_linear_cross_entropy_loss(NULL, w.other, NULL, classes(0), NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "linear is NULL",
            dsc_linear_cross_entropy_loss(w.real, NULL, NULL, classes(0), NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL",
            dsc_linear_cross_entropy_loss(w.real, w.other, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_linear_cross_entropy_loss(w.real, w.other, NULL, classes(0), NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "bias",
            dsc_linear_cross_entropy_loss(w.real, w.other, w.vector, classes(0), NULL, w.made));
    REFUSED(DSC_ERROR_DTYPE, "linear",
            dsc_linear_cross_entropy_loss(w.real, w.doubles, NULL, classes(0), NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "linear",
            dsc_linear_cross_entropy_loss(w.real, w.vector, NULL, classes(0), NULL, w.made));
    REFUSED(DSC_ERROR_CLASS, "2",
            dsc_linear_cross_entropy_loss(w.real, w.other, NULL, classes(2), NULL, w.made));
}

static dsc_tensor *one(int64_t length) {
    dsc_tensor *made = NULL;
    dsc_tensor_full(NULL, DSC_INT64, 0, NULL, (double)length, &made);
    return made;
}

/* Log probabilities of two steps and three classes. */
static dsc_status ctc(dsc_tensor *targets, dsc_tensor *input, dsc_tensor *target, int64_t blank) {
    dsc_ctc_options options = DSC_CTC_OPTIONS;
    options.blank = blank;
    return dsc_ctc_loss(w.real, targets, input, target, &options, w.made);
}

static void sequence_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "log_probabilities is NULL",
            dsc_ctc_loss(NULL, w.whole, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", ctc(NULL, NULL, NULL, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_ctc_loss(w.real, classes(1), one(2), one(2), NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "targets", ctc(w.real, one(2), one(1), 0));
    REFUSED(DSC_ERROR_DTYPE, "input_lengths", ctc(classes(1), w.vector, one(1), 0));
    REFUSED(DSC_ERROR_DTYPE, "target_lengths", ctc(classes(1), one(2), w.number, 0));
    REFUSED(DSC_ERROR_CLASS, "blank", ctc(classes(1), one(2), one(2), 3));
    REFUSED(DSC_ERROR_CLASS, "blank", ctc(classes(1), one(2), one(2), -1));
    REFUSED(DSC_ERROR_ARGUMENT, "length", ctc(classes(1), one(3), one(2), 0));
    REFUSED(DSC_ERROR_ARGUMENT, "length", ctc(classes(1), one(-1), one(2), 0));
    REFUSED(DSC_ERROR_ARGUMENT, "length", ctc(classes(1), one(2), one(-1), 0));
    REFUSED(DSC_ERROR_ARGUMENT, "target", ctc(classes(1), one(2), one(7), 0));
    REFUSED(DSC_ERROR_ARGUMENT, "target", ctc(classes(1), one(2), one(INT64_MAX), 0));
    REFUSED(DSC_ERROR_CLASS, "3", ctc(classes(3), one(2), one(2), 0));
}

static void table_rows(void) {
    dsc_tensor *const none[] = {NULL, NULL}, *const first[] = {w.real, NULL};
    HOLDS(dsc_loss_at(dsc_loss_count()) == NULL && dsc_loss_at(MOST) == NULL);
    HOLDS(dsc_loss_find(NULL) == NULL && dsc_loss_find("nope") == NULL);
    REFUSED(DSC_ERROR_OPTION, "nope", run("nope", "beta", 1));
    REFUSED(DSC_ERROR_OPTION, "(null)", run(NULL, "beta", 1));
    REFUSED(DSC_ERROR_OPTION, "no option '(null)'", run("huber", NULL, 1));
    REFUSED(DSC_ERROR_OPTION, "no option 'beta'", run("huber", "beta", 1));
    REFUSED(DSC_ERROR_OPTION, "delta is 0", run("huber", "delta", 0));
    REFUSED(DSC_ERROR_OPTION, "delta is nan", run("huber", "delta", NAN));
    REFUSED(DSC_ERROR_OPTION, "beta is -1", run("smooth_l1", "beta", -1));
    REFUSED(DSC_ERROR_OPTION, "is 1", run("quantile", "quantile", 1));
    REFUSED(DSC_ERROR_OPTION, "gamma is -1", run("focal", "gamma", -1));
    REFUSED(DSC_ERROR_OPTION, "reduction is 7", run("mse", "reduction", 7));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_loss_run("mse", 1, NULL, 2, first, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_loss_run("mse", 0, NULL, 2, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_loss_run("mse", 0, NULL, 2, none, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "1", dsc_loss_run("mse", 0, NULL, 1, first, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "18446744073709551615", dsc_loss_run("mse", 0, NULL, MOST, first, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_loss_run("mse", 0, NULL, 2, (dsc_tensor *[]){w.real, w.real}, NULL));
}

void loss_rows(void) {
    element_rows();
    option_rows();
    class_rows();
    sequence_rows();
    table_rows();
}

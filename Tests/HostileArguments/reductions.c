/* operations.h: over dimensions; and losses.h */
#include "rows.h"

static const int64_t zero[] = {0}, two[] = {2}, twice[] = {1, -1};

/* What every operation over a set of dimensions refuses. */
#define SETS(name)                                                                                           \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, 1, zero, false, w.made));        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": dimensions is NULL", dsc_##name(w.real, 1, NULL, true, w.made));    \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, 1, zero, false, NULL));         \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is 2", dsc_##name(w.real, 1, two, false, w.made));            \
    REFUSED(DSC_ERROR_SIZE, "dimension 1 is named twice", dsc_##name(w.real, 2, twice, false, w.made));      \
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_##name(w.real, MOST, twice, false, w.made));                        \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, 1, zero, false, w.made));

/* With a number before the dimensions. */
#define NUMBERED(name, number)                                                                               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL",                                                   \
            dsc_##name(NULL, number, 1, zero, false, w.made));                                               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": dimensions is NULL",                                                \
            dsc_##name(w.real, number, 1, NULL, true, w.made));                                              \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL",                                                    \
            dsc_##name(w.real, number, 1, zero, false, NULL));                                               \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is 2", dsc_##name(w.real, number, 1, two, false, w.made));    \
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_##name(w.real, number, 2, twice, false, w.made));                   \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, number, 1, zero, false, w.made));                  \
    REFUSED(DSC_ERROR_ARGUMENT, "nan", dsc_##name(w.real, NAN, 1, zero, false, w.made));

/* Values and their places. */
#define EXTREME(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL",                                                   \
            dsc_##name(NULL, 0, false, w.made, w.made + 1));                                                 \
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_##name(w.real, 0, false, NULL, w.made + 1));                     \
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_##name(w.real, 0, false, w.made, NULL));                         \
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_##name(w.real, 2, false, w.made, w.made + 1));             \
    REFUSED(DSC_ERROR_SIZE, #name, dsc_##name(w.empty, 0, false, w.made, w.made + 1));                       \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, 0, false, w.made, w.made + 1));

#define PLACE(name)                                                                                          \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, zero, false, w.made));           \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, NULL, false, NULL));            \
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_##name(w.real, two, false, w.made));                       \
    REFUSED(DSC_ERROR_SIZE, #name, dsc_##name(w.empty, NULL, false, w.made));                                \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, zero, false, w.made));

#define SOFTMAX(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, 0, w.made));                     \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, 0, NULL));                      \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is -3", dsc_##name(w.real, -3, w.made));                      \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, 0, w.made));

#define CLASSIFY(name)                                                                                       \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.made));                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.truth, NULL));                        \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, w.made));

#define LOGICAL(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.truth, w.made));               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 1 is NULL", dsc_##name(w.truth, NULL, w.made));               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.truth, w.truth, NULL));               \
    REFUSED(DSC_ERROR_DTYPE, "must be bool", dsc_##name(w.truth, w.real, w.made));                           \
    REFUSED(DSC_ERROR_DTYPE, "must be bool", dsc_##name(w.whole, w.truth, w.made));

static dsc_status and_of_other_shape(void) {
    dsc_tensor *four = NULL;
    dsc_tensor_full(NULL, DSC_BOOL, 1, (size_t[]){4}, 1, &four);
    return dsc_logical_and(w.truth, four, w.made);
}

void reduction_rows(void) {
    SETS(sum)
    SETS(mean)
    SETS(logsumexp)
    SETS(amax)
    SETS(amin)
    SETS(any)
    SETS(all)
    NUMBERED(norm, 2)
    NUMBERED(var, 1)
    NUMBERED(std, 1)
    EXTREME(max)
    EXTREME(min)
    PLACE(argmax)
    PLACE(argmin)
    SOFTMAX(softmax)
    SOFTMAX(log_softmax)
    CLASSIFY(is_nan)
    CLASSIFY(is_finite)
    CLASSIFY(logical_not)
    LOGICAL(logical_and)
    LOGICAL(logical_or)
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_mean(w.whole, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_logsumexp(w.whole, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "amax", dsc_amax(w.empty, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "amin", dsc_amin(w.empty, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "norm", dsc_norm(w.empty, INFINITY, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "norm", dsc_norm(w.empty, -1, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "inf", dsc_var(w.real, INFINITY, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "broadcast", and_of_other_shape());
    ACCEPTED(dsc_sum(w.number, 1, zero, true, w.made));
    ACCEPTED(dsc_mean(w.empty, 0, NULL, false, w.made));
}

static dsc_status cross_entropy(dsc_tensor *logits, dsc_tensor *targets, double smoothing, int reduction) {
    dsc_cross_entropy_options options = DSC_CROSS_ENTROPY_OPTIONS;
    options.label_smoothing = smoothing;
    options.reduction = (dsc_reduction)reduction;
    return dsc_cross_entropy_loss(logits, targets, &options, w.made);
}

/* Two classes, for the rows of [2, 3]. */
static dsc_status with_class(int64_t class, dsc_tensor *weight) {
    dsc_tensor *targets = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 1, (size_t[]){2}, (int64_t[]){0, class}, &targets);
    dsc_cross_entropy_options options = DSC_CROSS_ENTROPY_OPTIONS;
    options.weight = weight;
    return dsc_cross_entropy_loss(w.real, targets, &options, w.made);
}

static dsc_status huber(double delta, int reduction) {
    return dsc_huber_loss(w.real, w.other, &(dsc_huber_options){delta, (dsc_reduction)reduction}, w.made);
}

void loss_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "mse_loss: input 0 is NULL", dsc_mse_loss(NULL, w.real, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_mse_loss(w.real, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_mse_loss(w.real, w.other, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction 9", dsc_mse_loss(w.real, w.other, (dsc_reduction)9, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_mse_loss(w.real, w.doubles, 0, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_mse_loss(w.whole, w.whole, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_mse_loss(w.real, w.vector, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "huber_loss: input 0", dsc_huber_loss(NULL, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_huber_loss(w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_huber_loss(w.real, w.other, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "[0, 3]", dsc_huber_loss(w.real, w.empty, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "0", huber(0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", huber(NAN, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction 3", huber(1, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "cross_entropy_loss: input 0 is NULL",
            dsc_cross_entropy_loss(NULL, w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_cross_entropy_loss(w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_cross_entropy_loss(w.real, w.whole, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", cross_entropy(w.real, w.whole, 0, 0));
    REFUSED(DSC_ERROR_DTYPE, "float64", cross_entropy(w.real, w.doubles, 0, 0));
    REFUSED(DSC_ERROR_DTYPE, "int64", cross_entropy(w.whole, w.whole, 0, 0));
    REFUSED(DSC_ERROR_SIZE, "[]", cross_entropy(w.number, w.number, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "label_smoothing is 2", cross_entropy(w.real, w.other, 2, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction 4", cross_entropy(w.real, w.other, 0, 4));
    REFUSED(DSC_ERROR_CLASS, "3", with_class(3, NULL));
    REFUSED(DSC_ERROR_CLASS, "-1", with_class(-1, NULL));
    REFUSED(DSC_ERROR_SIZE, "weight", with_class(0, w.real));
    REFUSED(DSC_ERROR_DTYPE, "weight", with_class(0, w.whole));
}

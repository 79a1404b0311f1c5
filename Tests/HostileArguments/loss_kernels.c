/* loss_kernels.h */
#include "rows.h"

/* number: of whatever option the kind has. */
static dsc_status pointwise(dsc_pointwise kind, size_t n, double number) {
    dsc_pointwise_loss loss = {.dtype = DSC_FLOAT64,
                               .kind = kind,
                               .n = n,
                               .x = w.x,
                               .y = w.y,
                               .z = w.z,
                               .beta = number,
                               .delta = number,
                               .reduction = DSC_REDUCTION_SUM};
    return dsc_pointwise_loss_run(NULL, &loss, w.out, w.out + 1, NULL, NULL);
}

static void element_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "loss", dsc_pointwise_loss_run(NULL, NULL, w.out, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", pointwise(DSC_POINTWISE_SQUARED_ERROR, MOST, 0));
    REFUSED(DSC_ERROR_OVERFLOW, "n", pointwise(DSC_POINTWISE_BCE, WRAPS, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", pointwise((dsc_pointwise)-1, 1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", pointwise(DSC_POINTWISE_HUBER, 1, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", pointwise(DSC_POINTWISE_SMOOTH_L1, 1, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "probability 1", pointwise(DSC_POINTWISE_BCE, 2, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "reduction 4",
            dsc_pointwise_loss_run(NULL, &(dsc_pointwise_loss){.reduction = (dsc_reduction)4}, w.out, NULL,
                                   NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "uint8",
            dsc_complex_l1_run(NULL, (dsc_dtype)3, 1, w.x, w.y, DSC_REDUCTION_SUM, w.out, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n",
            dsc_complex_l1_run(NULL, DSC_FLOAT32, WRAPS / 2, w.x, w.y, DSC_REDUCTION_SUM, w.out, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "y",
            dsc_complex_l1_run(NULL, DSC_FLOAT32, 1, w.x, NULL, DSC_REDUCTION_SUM, w.out, NULL));
}

static dsc_classes over(dsc_dtype dtype, size_t samples, size_t classes, size_t inner) {
    return (dsc_classes){.dtype = dtype,
                         .samples = samples,
                         .classes = classes,
                         .inner = inner,
                         .input = w.x,
                         .targets = w.indices,
                         .ignores = true,
                         .ignore_index = -100,
                         .reduction = DSC_REDUCTION_MEAN};
}

static dsc_status nll(dsc_dtype dtype, size_t samples, size_t classes, size_t inner) {
    dsc_classes loss = over(dtype, samples, classes, inner);
    return dsc_nll_run(NULL, &loss, w.out, w.out + 1);
}

static dsc_status cross_entropy(dsc_dtype dtype, size_t samples, size_t classes, size_t inner) {
    dsc_cross_entropy loss = {.over = over(dtype, samples, classes, inner)};
    return dsc_cross_entropy_run(NULL, &loss, w.out, w.out + 1, NULL);
}

static dsc_status by_probabilities(bool ignores, int64_t ignore_index, const void *probabilities) {
    dsc_cross_entropy loss = {.over = over(DSC_FLOAT64, 1, 2, 1), .probabilities = probabilities};
    loss.over.ignores = ignores;
    loss.over.ignore_index = ignore_index;
    return dsc_cross_entropy_run(NULL, &loss, w.out, w.out + 1, w.out + 3);
}

static dsc_status smoothed(double smoothing) {
    dsc_cross_entropy loss = {.over = over(DSC_FLOAT64, 1, 2, 1), .label_smoothing = smoothing};
    return dsc_cross_entropy_run(NULL, &loss, w.out, w.out + 1, NULL);
}

static dsc_status linear(size_t samples, size_t classes, size_t inputs) {
    dsc_linear_cross_entropy loss = {.loss = {.over = over(DSC_FLOAT32, samples, classes, 1)},
                                     .inputs = inputs,
                                     .x = w.x,
                                     .linear = w.y,
                                     .workspace = w.z};
    return dsc_linear_cross_entropy_run(NULL, &loss, w.out, w.out + 1, w.out + 2, w.out + 3);
}

static void class_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "loss", dsc_nll_run(NULL, NULL, w.out, NULL));
    REFUSED(DSC_ERROR_SIZE, "classes is 0", nll(DSC_FLOAT32, 1, 0, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "samples", nll(DSC_FLOAT32, WRAPS / 2, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "classes", nll(DSC_FLOAT64, 2, MOST, 1));
    REFUSED(DSC_ERROR_SIZE, "inner", nll(DSC_FLOAT64, 3, 2, 2));
    REFUSED(DSC_ERROR_SIZE, "inner", nll(DSC_FLOAT64, 1, 2, MOST));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype", nll((dsc_dtype)-1, 1, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "samples", cross_entropy(DSC_FLOAT32, MOST, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "classes", cross_entropy(DSC_FLOAT32, 2, WRAPS, 2));
    REFUSED(DSC_ERROR_OVERFLOW, "classes", cross_entropy(DSC_FLOAT32, 2, WRAPS / 4, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "loss", dsc_cross_entropy_run(NULL, NULL, w.out, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "probabilities is NULL", by_probabilities(false, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "ignore_index is 0", by_probabilities(true, 0, w.y));
    REFUSED(DSC_ERROR_ARGUMENT, "9223372036854775807", by_probabilities(true, INT64_MAX, w.y));
    ACCEPTED(by_probabilities(true, INT64_MIN, w.y));
    REFUSED(DSC_ERROR_ARGUMENT, "label_smoothing is nan", smoothed(NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "label_smoothing is -1", smoothed(-1));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_linear_cross_entropy_run(NULL, NULL, w.out, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "inputs", linear(1, 1, MOST));
    REFUSED(DSC_ERROR_OVERFLOW, "classes", linear(1, WRAPS / 8, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "2147483648", linear(1, (size_t)1 << 31, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "samples", linear(MOST, 1, 1));
    REFUSED(DSC_ERROR_SIZE, "0 inputs", linear(1, 1, 0));
    HOLDS(dsc_linear_cross_entropy_workspace(DSC_FLOAT32, MOST, WRAPS) == SIZE_MAX);
    HOLDS(dsc_linear_cross_entropy_workspace(DSC_FLOAT64, 1, MOST) == SIZE_MAX);
    HOLDS(dsc_linear_cross_entropy_workspace((dsc_dtype)8, 1, 1) == 0);
}

static dsc_status rows(dsc_row kind, size_t rows, size_t columns, double p) {
    dsc_row_loss loss = {.dtype = DSC_FLOAT32,
                         .kind = kind,
                         .rows = rows,
                         .columns = columns,
                         .x = w.x,
                         .y = w.y,
                         .z = w.z,
                         .targets = w.indices,
                         .p = p,
                         .margin = 1,
                         .reduction = DSC_REDUCTION_SUM};
    return dsc_row_loss_run(NULL, &loss, w.out, w.out + 1, NULL, NULL);
}

static dsc_status ctc(size_t steps, size_t samples, size_t classes, int64_t input, int64_t target) {
    dsc_ctc loss = {.dtype = DSC_FLOAT64,
                    .steps = steps,
                    .samples = samples,
                    .classes = classes,
                    .log_probabilities = w.x,
                    .targets = (int64_t[]){1, 1},
                    .input_lengths = &input,
                    .target_lengths = &target,
                    .reduction = DSC_REDUCTION_SUM};
    return dsc_ctc_run(NULL, &loss, w.out, w.out + 1);
}

static void sequence_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "loss", dsc_row_loss_run(NULL, NULL, w.out, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", rows(DSC_ROW_DICE, MOST, 2, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", rows(DSC_ROW_MULTI_MARGIN, WRAPS / 2, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "columns", rows(DSC_ROW_MULTILABEL_MARGIN, 1, WRAPS / 2, 1));
    REFUSED(DSC_ERROR_SIZE, "columns is 0", rows(DSC_ROW_DICE, 1, 0, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "6", rows((dsc_row)6, 1, 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "p is nan", rows(DSC_ROW_TRIPLET_MARGIN, 1, 1, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "is NULL", dsc_ctc_run(NULL, NULL, w.out, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "steps", ctc(WRAPS, 1, 2, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "steps", ctc(WRAPS / 8, 1, 2, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "samples", ctc(1, MOST, 2, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "samples", ctc(0, MOST, 1, 0, 0));
    REFUSED(DSC_ERROR_CLASS, "blank", ctc(1, 1, 0, 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "input length 2", ctc(1, 1, 2, 2, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "-9223372036854775808", ctc(1, 1, 2, INT64_MIN, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "9223372036854775807", ctc(1, 1, 2, 1, INT64_MAX));
    ACCEPTED(ctc(0, 1, 2, 0, 1));
}

void loss_kernel_rows(void) {
    element_rows();
    class_rows();
    sequence_rows();
}

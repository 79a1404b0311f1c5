/* metrics.h */
#include "rows.h"

/* Two targets; the second is this. */
static dsc_tensor *targets(int64_t second) {
    dsc_tensor *made = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 1, (size_t[]){2}, (int64_t[]){1, second}, &made);
    return made;
}

static dsc_status top_k(dsc_tensor *outputs, dsc_tensor *targets, size_t k) {
    return dsc_count_top_k(outputs, targets, k, w.indices);
}

static dsc_status confusion(dsc_tensor *outputs, dsc_tensor *targets, size_t classes) {
    return dsc_count_confusion(outputs, targets, classes, w.indices);
}

static dsc_status vast_outputs(void) {
    dsc_tensor *outputs = NULL, *classes = NULL;
    const size_t shape[] = {WRAPS / 16, 2};
    dsc_expand(w.number, 2, shape, &outputs);
    dsc_expand(w.whole_number, 1, shape, &classes);
    return top_k(outputs, classes, 1);
}

static void class_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "outputs is NULL", top_k(NULL, targets(2), 1));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", top_k(w.real, NULL, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "correct is NULL", dsc_count_top_k(w.real, targets(2), 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "k is 0", top_k(w.real, targets(2), 0));
    REFUSED(DSC_ERROR_CLASS, "target 3 of sample 1", top_k(w.real, targets(3), 1));
    REFUSED(DSC_ERROR_CLASS, "target -1 of sample 1", top_k(w.real, targets(-1), MOST));
    REFUSED(DSC_ERROR_CLASS, "-9223372036854775808", top_k(w.doubles, targets(INT64_MIN), 1));
    REFUSED(DSC_ERROR_DTYPE, "int64 of shape [2, 3]", top_k(w.whole, targets(2), 1));
    REFUSED(DSC_ERROR_DTYPE, "float16", top_k(w.half, targets(2), 1));
    REFUSED(DSC_ERROR_DTYPE, "targets float32 of shape [3]", top_k(w.real, w.vector, 1));
    REFUSED(DSC_ERROR_SIZE, "targets int64 of shape [2, 3]", top_k(w.real, w.whole, 1));
    REFUSED(DSC_ERROR_SIZE, "shape []", top_k(w.number, targets(2), 1));
    REFUSED(DSC_ERROR_SIZE, "shape [0, 3]", top_k(w.empty, targets(2), 1));
    REFUSED(DSC_ERROR_MEMORY, "", vast_outputs());
    ACCEPTED(top_k(w.real, targets(2), MOST));
    ACCEPTED(top_k(w.vector, w.whole_number, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "outputs is NULL", confusion(NULL, targets(2), 3));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", confusion(w.real, NULL, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "counts is NULL", dsc_count_confusion(w.real, targets(2), 3, NULL));
    REFUSED(DSC_ERROR_SIZE, "must be of 2 classes", confusion(w.real, targets(1), 2));
    REFUSED(DSC_ERROR_SIZE, "must be of 0 classes", confusion(w.number, targets(1), 0));
    REFUSED(DSC_ERROR_CLASS, "outside the 3 classes", confusion(w.real, targets(3), 3));
    REFUSED(DSC_ERROR_DTYPE, "bool", confusion(w.truth, targets(2), 3));
    REFUSED(DSC_ERROR_SIZE, "int64 of shape [2, 3]", confusion(w.real, w.whole, 3));
    ACCEPTED(confusion(w.real, targets(2), 3));
}

static void r_squared_rows(void) {
    dsc_r_squared *sums = (dsc_r_squared *)(void *)w.out, one = {.count = 1};
    REFUSED(DSC_ERROR_ARGUMENT, "prediction is NULL", dsc_r_squared_add(NULL, w.real, sums));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", dsc_r_squared_add(w.real, NULL, sums));
    REFUSED(DSC_ERROR_ARGUMENT, "sums is NULL", dsc_r_squared_add(w.real, w.other, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_r_squared_add(w.real, w.doubles, sums));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_r_squared_add(w.whole, w.whole, sums));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_r_squared_add(w.real, w.vector, sums));
    ACCEPTED(dsc_r_squared_add(w.empty, w.empty, sums));
    REFUSED(DSC_ERROR_ARGUMENT, "other is NULL", dsc_r_squared_merge(NULL, sums));
    REFUSED(DSC_ERROR_ARGUMENT, "sums is NULL", dsc_r_squared_merge(&one, NULL));
    ACCEPTED(dsc_r_squared_merge(&one, &one));
    HOLDS(isnan(dsc_r_squared_value(NULL)) && isnan(dsc_r_squared_value(&(dsc_r_squared){0})));
}

static void score_rows(void) {
    const int64_t counts[4] = {1, 2, 3, 4}, negative[4] = {1, 2, 3, -4}, targets[2] = {0, 1},
                  third[2] = {0, 2};
    const double scores[2] = {0.5, NAN};
    dsc_class_scores made;
    double area = 0;
    REFUSED(DSC_ERROR_ARGUMENT, "counts is NULL", dsc_class_scores_of(2, NULL, DSC_AVERAGE_MACRO, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "scores is NULL", dsc_class_scores_of(2, counts, DSC_AVERAGE_MACRO, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "classes is 0", dsc_class_scores_of(0, counts, DSC_AVERAGE_MACRO, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "average is 4", dsc_class_scores_of(2, counts, (dsc_average)4, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "1 classes", dsc_class_scores_of(1, counts, DSC_AVERAGE_BINARY, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "counts[3] is -4",
            dsc_class_scores_of(2, negative, DSC_AVERAGE_MICRO, &made));
    REFUSED(DSC_ERROR_SIZE, "too many", dsc_class_scores_of(MOST, counts, DSC_AVERAGE_MACRO, &made));
    ACCEPTED(dsc_class_scores_of(2, counts, DSC_AVERAGE_BINARY, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "auc is NULL", dsc_roc_auc(2, 1, scores, targets, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "scores is NULL", dsc_roc_auc(2, 1, NULL, targets, &area));
    REFUSED(DSC_ERROR_ARGUMENT, "targets is NULL", dsc_roc_auc(2, 1, scores, NULL, &area));
    REFUSED(DSC_ERROR_ARGUMENT, "classes is 0", dsc_roc_auc(2, 0, scores, targets, &area));
    REFUSED(DSC_ERROR_CLASS, "target 2 of sample 1", dsc_roc_auc(2, 1, scores, third, &area));
    REFUSED(DSC_ERROR_SIZE, "too many", dsc_roc_auc(MOST, 2, scores, targets, &area));
    HOLDS(dsc_roc_auc(2, 1, scores, targets, &area) == DSC_OK && isnan(area));
    ACCEPTED(dsc_roc_auc(0, 3, NULL, NULL, &area));
}

static void curve_rows(void) {
    const double y[3] = {3, 1, 1};
    double out[3] = {0};
    REFUSED(DSC_ERROR_ARGUMENT, "keep is 1", dsc_smooth(3, 1, y, out));
    REFUSED(DSC_ERROR_ARGUMENT, "keep is nan", dsc_smooth(3, NAN, y, out));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_smooth(3, 0.5, NULL, out));
    REFUSED(DSC_ERROR_ARGUMENT, "smoothed is NULL", dsc_smooth(3, 0.5, y, NULL));
    ACCEPTED(dsc_smooth(0, 0.5, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "first is 0", dsc_geometric(3, 0, 1, out));
    REFUSED(DSC_ERROR_ARGUMENT, "last is inf", dsc_geometric(3, 1, INFINITY, out));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_geometric(3, 1, 2, NULL));
    HOLDS(dsc_geometric(1, 2, 3, out) == DSC_OK && out[0] == 2);
}

void metric_rows(void) {
    score_rows();
    curve_rows();
    class_rows();
    r_squared_rows();
}

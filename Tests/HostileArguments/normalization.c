#include "rows.h"

/* Of the matrix [2, 3], with numbers for three channels. */
static dsc_status batch_norm(dsc_tensor *weight, dsc_tensor *running_mean, dsc_tensor *running_var,
                             bool training, double momentum, double eps) {
    dsc_batch_norm_options options = {training, momentum, eps};
    return dsc_batch_norm(w.real, weight, NULL, running_mean, running_var, &options, w.made);
}

static dsc_status batch_norm_of_vast(void) {
    dsc_tensor *vast = NULL;
    dsc_expand(w.number, 2, (size_t[]){2, WRAPS / 16}, &vast);
    return dsc_batch_norm(vast, NULL, NULL, NULL, NULL, NULL, w.made);
}

/* As a statistic that something else is to learn. */
static dsc_status batch_norm_by_leaf(void) {
    dsc_tensor *learnt = NULL;
    dsc_tensor_full(NULL, DSC_FLOAT32, 1, (size_t[]){3}, 1, &learnt);
    dsc_tensor_set_requires_grad(learnt, true);
    return batch_norm(NULL, learnt, w.vector, true, 0.1, 1e-5);
}

static void batch_rows(void) {
    const dsc_batch_norm_options training = {true, 0.1, 1e-5};
    REFUSED(DSC_ERROR_ARGUMENT, "batch_norm: input 0 is NULL",
            dsc_batch_norm(NULL, NULL, NULL, NULL, NULL, &training, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "batch_norm: result is NULL",
            dsc_batch_norm(w.real, NULL, NULL, w.vector, w.vector, &training, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_batch_norm(w.whole, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_batch_norm(w.half, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", batch_norm(w.doubles, NULL, NULL, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_DTYPE, "float64", batch_norm(NULL, w.vector, w.doubles, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_SIZE, "[3], must be [N, C]",
            dsc_batch_norm(w.vector, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape [2, 3], must be [3]",
            batch_norm(w.other, NULL, NULL, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape []",
            dsc_batch_norm(w.real, NULL, w.number, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "running_mean is of shape []",
            batch_norm(NULL, w.number, w.vector, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_SIZE, "running_var is of shape [0, 3]",
            batch_norm(NULL, w.vector, w.empty, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_ARGUMENT, "running_var is NULL", batch_norm(NULL, w.vector, NULL, true, 0.1, 1e-5));
    REFUSED(DSC_ERROR_ARGUMENT, "running_mean is NULL", batch_norm(NULL, NULL, w.vector, false, 0.1, 1e-5));
    REFUSED(DSC_ERROR_ARGUMENT, "no gradient by running numbers", batch_norm_by_leaf());
    REFUSED(DSC_ERROR_ARGUMENT, "eps is 0", batch_norm(NULL, w.vector, w.vector, true, 0.1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is 0", batch_norm(NULL, NULL, NULL, false, 0.1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is -1", batch_norm(NULL, w.vector, w.vector, false, 0.1, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is nan", batch_norm(NULL, w.vector, w.vector, true, 0.1, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "momentum is nan", batch_norm(NULL, w.vector, w.vector, true, NAN, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "momentum is -inf", batch_norm(NULL, w.vector, w.vector, true, -INFINITY, 1));
    REFUSED(DSC_ERROR_SIZE, "more than one value for each channel",
            dsc_batch_norm(w.single, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_MEMORY, "", batch_norm_of_vast());
    ACCEPTED(batch_norm(NULL, w.vector, w.vector, false, 0.1, 0));
    ACCEPTED(dsc_batch_norm(w.empty, NULL, NULL, w.vector, w.vector, &training, w.made));
}

/* Of one sample of two channels. */
static dsc_status instance_norm(dsc_tensor *weight, dsc_tensor *running_mean, dsc_tensor *running_var,
                                double eps) {
    const dsc_batch_norm_options options = {true, 0.1, eps};
    dsc_tensor *sample = NULL;
    dsc_reshape(w.real, 3, (size_t[]){1, 2, 3}, &sample);
    return dsc_instance_norm(sample, weight, NULL, running_mean, running_var, &options, w.made);
}

static void instance_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "instance_norm: input 0 is NULL",
            dsc_instance_norm(NULL, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "instance_norm: result is NULL",
            dsc_instance_norm(w.real, NULL, NULL, NULL, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_instance_norm(w.whole, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3], must be",
            dsc_instance_norm(w.vector, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "more than one value",
            dsc_instance_norm(w.real, NULL, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape [2, 3]",
            dsc_instance_norm(w.real, NULL, w.other, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape [3], must be [2]", instance_norm(w.vector, NULL, NULL, 1));
    REFUSED(DSC_ERROR_DTYPE, "float64", instance_norm(w.doubles, NULL, NULL, 1));
    REFUSED(DSC_ERROR_SIZE, "running_mean is of shape [3]", instance_norm(NULL, w.vector, w.vector, 1));
    REFUSED(DSC_ERROR_SIZE, "running_var is of shape [3]", instance_norm(NULL, NULL, w.vector, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is -1", instance_norm(NULL, NULL, NULL, -1));
    ACCEPTED(instance_norm(NULL, NULL, NULL, 1));
}

static void sample_rows(void) {
    const size_t three = 3, wrong = 2, none = 0;
    REFUSED(DSC_ERROR_ARGUMENT, "layer_norm: input 0 is NULL",
            dsc_layer_norm(NULL, 1, &three, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_layer_norm(w.real, 1, &three, NULL, NULL, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_layer_norm(w.real, 1, NULL, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_layer_norm(w.whole, 1, &three, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "count is 0", dsc_layer_norm(w.real, 0, &three, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "count is 18446744073709551615",
            dsc_layer_norm(w.real, MOST, &three, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "[2, 3], must end in [2]",
            dsc_layer_norm(w.real, 1, &wrong, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "must end in [0]", dsc_layer_norm(w.number, 1, &none, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape [2, 3], must be [3]",
            dsc_layer_norm(w.real, 1, &three, w.other, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape []",
            dsc_layer_norm(w.real, 1, &three, NULL, w.number, 1, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_layer_norm(w.real, 1, &three, w.doubles, NULL, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is -1", dsc_layer_norm(w.real, 1, &three, NULL, NULL, -1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is nan", dsc_layer_norm(w.real, 1, &three, NULL, NULL, NAN, w.made));
    ACCEPTED(dsc_layer_norm(w.real, 1, &three, w.vector, w.vector, 0, w.made));
    ACCEPTED(dsc_layer_norm(w.empty, 1, &three, NULL, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "rms_norm: input 0 is NULL", dsc_rms_norm(NULL, 1, &three, NULL, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_rms_norm(w.real, 1, &three, NULL, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_rms_norm(w.real, 1, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "count is 9", dsc_rms_norm(w.real, 9, &three, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape []", dsc_rms_norm(w.real, 1, &three, w.number, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is inf", dsc_rms_norm(w.real, 1, &three, NULL, INFINITY, w.made));
    ACCEPTED(dsc_rms_norm(w.real, 1, &three, NULL, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "group_norm: input 0 is NULL",
            dsc_group_norm(NULL, 1, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_group_norm(w.real, 1, NULL, NULL, 1, NULL));
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_group_norm(w.truth, 1, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3], must be", dsc_group_norm(w.vector, 1, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "0 groups", dsc_group_norm(w.real, 0, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "2 groups", dsc_group_norm(w.real, 2, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551615 groups",
            dsc_group_norm(w.real, MOST, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "more than one value", dsc_group_norm(w.single, 1, NULL, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape []", dsc_group_norm(w.real, 1, w.number, NULL, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape []", dsc_group_norm(w.real, 1, NULL, w.number, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "eps is -inf", dsc_group_norm(w.real, 1, NULL, NULL, -INFINITY, w.made));
    ACCEPTED(dsc_group_norm(w.real, 1, w.vector, w.vector, 1, w.made));
}

void normalization_rows(void) {
    batch_rows();
    instance_rows();
    sample_rows();
}

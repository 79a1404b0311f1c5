/* Initial numbers, in PyTorch's order of operations: the last bit matters. */
#include "descent/initialize.h"

#include <math.h>
#include <string.h>

#include "layers/initialize.h"

dsc_status dsc_begin_initializing(const char *function, dsc_tensor *t, dsc_tensor **numbers) {
    if (t == NULL)
        return dsc_fail_null(function, "tensor");
    if (!dsc_is_real(t->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s, must be float32 or float64", function,
                        dsc_dtype_name(t->dtype));
    if (!t->is_contiguous)
        return dsc_make_like(t, t->dtype, numbers);
    *numbers = dsc_tensor_retain(t);
    return DSC_OK;
}

dsc_status dsc_end_initializing(dsc_status status, dsc_tensor *t, dsc_tensor *numbers) {
    if (status == DSC_OK && numbers != t)
        status = dsc_convert_into(numbers, t);
    if (status == DSC_OK)
        dsc_note_change(t);
    dsc_tensor_release(numbers);
    return status;
}

#define BEGIN                                                                                                \
    dsc_tensor *numbers;                                                                                     \
    DSC_TRY(dsc_begin_initializing(__func__, tensor, &numbers))
#define END(status) return dsc_end_initializing(status, tensor, numbers)

dsc_status dsc_initialize_uniform(dsc_tensor *tensor, dsc_random *random, double low, double high) {
    BEGIN;
    END(dsc_random_uniform(random, tensor->dtype, tensor->count, low, high, dsc_data(numbers)));
}

dsc_status dsc_initialize_normal(dsc_tensor *tensor, dsc_random *random, double mean, double deviation) {
    BEGIN;
    END(dsc_random_normal(random, tensor->dtype, tensor->count, mean, deviation, dsc_data(numbers)));
}

/* ---- By the fans ---- */

double dsc_gain(dsc_nonlinearity nonlinearity, double slope) {
    switch (nonlinearity) {
    case DSC_GAIN_LINEAR:
    case DSC_GAIN_SIGMOID:
        return 1;
    case DSC_GAIN_TANH:
        return 5.0 / 3;
    case DSC_GAIN_RELU:
        return sqrt(2.0);
    case DSC_GAIN_LEAKY_RELU:
        return sqrt(2.0 / (1 + slope * slope));
    case DSC_GAIN_SELU:
        return 3.0 / 4;
    }
    return NAN;
}

dsc_status dsc_fan_of(const dsc_tensor *tensor, dsc_fan fan, double *count) {
    DSC_CHECK_NOT_NULL(tensor);
    DSC_CHECK_NOT_NULL(count);
    if (tensor->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the shape is %s, must have at least two dimensions", __func__,
                        dsc_shape_text(tensor->rank, tensor->shape).text);
    double product = (double)tensor->shape[fan == DSC_FAN_OUT ? 0 : 1];
    for (size_t d = 2; d < tensor->rank; ++d)
        product *= (double)tensor->shape[d];
    *count = product;
    return DSC_OK;
}

double dsc_xavier_deviation(double in, double out) {
    return sqrt(2.0 / (in + out));
}

static double bound_of(double deviation) {
    return sqrt(3.0) * deviation;
}

double dsc_xavier_bound(double in, double out) {
    return bound_of(dsc_xavier_deviation(in, out));
}

double dsc_kaiming_bound(double slope, double fan) {
    return bound_of(dsc_gain(DSC_GAIN_LEAKY_RELU, slope) / sqrt(fan));
}

/* By a deviation: a uniform or a normal distribution. */
static dsc_status spread(const char *function, dsc_tensor *t, dsc_random *random, bool is_uniform,
                         double deviation) {
    if (!isfinite(deviation))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the deviation would be %g", function, deviation);
    const double bound = bound_of(deviation);
    return is_uniform ? dsc_initialize_uniform(t, random, -bound, bound)
                      : dsc_initialize_normal(t, random, 0, deviation);
}

static dsc_status xavier(const char *function, dsc_tensor *t, dsc_random *random, bool is_uniform,
                         double gain) {
    if (t == NULL)
        return dsc_fail_null(function, "tensor");
    double in, out;
    DSC_TRY(dsc_fan_of(t, DSC_FAN_IN, &in));
    DSC_TRY(dsc_fan_of(t, DSC_FAN_OUT, &out));
    return t->count == 0 ? DSC_OK
                         : spread(function, t, random, is_uniform, gain * dsc_xavier_deviation(in, out));
}

dsc_status dsc_initialize_xavier_uniform(dsc_tensor *tensor, dsc_random *random, double gain) {
    return xavier(__func__, tensor, random, true, gain);
}

dsc_status dsc_initialize_xavier_normal(dsc_tensor *tensor, dsc_random *random, double gain) {
    return xavier(__func__, tensor, random, false, gain);
}

static dsc_status kaiming(const char *function, dsc_tensor *t, dsc_random *random, bool is_uniform,
                          double slope, dsc_fan fan, dsc_nonlinearity nonlinearity) {
    if (t == NULL)
        return dsc_fail_null(function, "tensor");
    const double gain = dsc_gain(nonlinearity, slope);
    if (isnan(gain))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: nonlinearity is %d, of slope %g", function,
                        (int)nonlinearity, slope);
    if ((unsigned)fan > DSC_FAN_OUT)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown fan %d", function, (int)fan);
    double count;
    DSC_TRY(dsc_fan_of(t, fan, &count));
    return t->count == 0 ? DSC_OK : spread(function, t, random, is_uniform, gain / sqrt(count));
}

dsc_status dsc_initialize_kaiming_uniform(dsc_tensor *tensor, dsc_random *random, double slope, dsc_fan fan,
                                          dsc_nonlinearity nonlinearity) {
    return kaiming(__func__, tensor, random, true, slope, fan, nonlinearity);
}

dsc_status dsc_initialize_kaiming_normal(dsc_tensor *tensor, dsc_random *random, double slope, dsc_fan fan,
                                         dsc_nonlinearity nonlinearity) {
    return kaiming(__func__, tensor, random, false, slope, fan, nonlinearity);
}

/* ---- With zeros ---- */

static dsc_status refuse_rank(const char *function, const dsc_tensor *t, const char *what) {
    return dsc_fail(DSC_ERROR_SIZE, "%s: the shape is %s, must have %s", function,
                    dsc_shape_text(t->rank, t->shape).text, what);
}

/* Zeroes a share of a column, those that come first in a random order. */
static dsc_status thin_column(dsc_tensor *numbers, size_t column, size_t zeros, dsc_random *random,
                              int64_t *order) {
    const size_t rows = numbers->shape[0];
    DSC_TRY(dsc_random_permutation(random, rows, order));
    for (size_t i = 0; i < zeros; ++i)
        dsc_set_number(numbers->dtype, dsc_data(numbers), (size_t)order[i] * numbers->shape[1] + column, 0);
    return DSC_OK;
}

dsc_status dsc_initialize_sparse(dsc_tensor *tensor, dsc_random *random, double sparsity, double deviation) {
    DSC_CHECK_NOT_NULL(random);
    BEGIN;
    dsc_tensor *order = NULL;
    dsc_status status = DSC_OK;
    if (tensor->rank != 2)
        status = refuse_rank(__func__, tensor, "two dimensions");
    else if (!(sparsity >= 0 && sparsity <= 1))
        status = dsc_fail(DSC_ERROR_ARGUMENT, "%s: sparsity is %g, must be in [0, 1]", __func__, sparsity);
    if (status == DSC_OK)
        status = dsc_make(NULL, DSC_INT64, 1, tensor->shape, &order);
    if (status == DSC_OK)
        status = dsc_random_normal(random, tensor->dtype, tensor->count, 0, deviation, dsc_data(numbers));
    for (size_t c = 0; status == DSC_OK && tensor->count > 0 && c < tensor->shape[1]; ++c)
        status = thin_column(numbers, c, (size_t)ceil(sparsity * (double)tensor->shape[0]), random,
                             dsc_data(order));
    dsc_tensor_release(order);
    END(status);
}

dsc_status dsc_initialize_eye(dsc_tensor *tensor) {
    BEGIN;
    if (tensor->rank != 2)
        END(refuse_rank(__func__, tensor, "two dimensions"));
    memset(dsc_data(numbers), 0, tensor->count * dsc_size_of(tensor->dtype));
    for (size_t i = 0; i < dsc_min_size(tensor->shape[0], tensor->shape[1]); ++i)
        dsc_set_number(tensor->dtype, dsc_data(numbers), i * (tensor->shape[1] + 1), 1);
    END(DSC_OK);
}

dsc_status dsc_initialize_dirac(dsc_tensor *tensor, size_t groups) {
    BEGIN;
    const size_t *shape = tensor->shape;
    if (tensor->rank < 3 || tensor->rank > 5)
        END(refuse_rank(__func__, tensor, "3 to 5 dimensions"));
    if (groups == 0 || shape[0] % groups != 0)
        END(dsc_fail(DSC_ERROR_ARGUMENT, "%s: groups is %zu, must divide %zu", __func__, groups, shape[0]));
    memset(dsc_data(numbers), 0, tensor->count * dsc_size_of(tensor->dtype));
    size_t middle = 0, kernel = 1;
    for (size_t d = 2; d < tensor->rank; ++d) {
        middle = middle * shape[d] + shape[d] / 2;
        kernel *= shape[d];
    }
    const size_t outputs = shape[0] / groups, most = tensor->count == 0 ? 0 : dsc_min_size(outputs, shape[1]);
    for (size_t g = 0; g < groups; ++g)
        for (size_t c = 0; c < most; ++c)
            dsc_set_number(tensor->dtype, dsc_data(numbers),
                           ((g * outputs + c) * shape[1] + c) * kernel + middle, 1);
    END(DSC_OK);
}

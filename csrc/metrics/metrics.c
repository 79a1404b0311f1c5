#ifdef DSC_REAL

#include "core/real_math.h"

/* How many of a sample's outputs are larger than the target's: of equal ones those before it. */
DSC_MULTIVERSION
static size_t DSC_NAME(larger)(size_t n, size_t target, const DSC_REAL *x) {
    const DSC_REAL own = x[target];
    size_t count = 0;
    for (size_t i = 0; i < target; ++i)
        count += x[i] >= own;
    for (size_t i = target + 1; i < n; ++i)
        count += x[i] > own;
    return count;
}

/* Sums of y - start and (y - x)^2, added to `sums`. */
DSC_MULTIVERSION
static void DSC_NAME(residuals)(size_t n, double start, const DSC_REAL *x, const DSC_REAL *y, double *sums) {
    DSC_WIDE shifted[DSC_LANES] = {0}, squares[DSC_LANES] = {0};
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            double off = (double)y[i + l] - (double)x[i + l];
            shifted[l] += (DSC_WIDE)y[i + l] - start;
            squares[l] += off * off;
        }
    for (size_t i = whole; i < n; ++i) {
        double off = (double)y[i] - (double)x[i];
        shifted[i - whole] += (DSC_WIDE)y[i] - start;
        squares[i - whole] += off * off;
    }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        sums[0] += shifted[l];
        sums[1] += squares[l];
    }
}

#else

#include "descent/metrics.h"

#include <math.h>

#include "core/sums.h"
#include "descent/elementwise.h"
#include "elementwise/fold.h"
#include "tensor/tensor.h"

#define DSC_TEMPLATE "metrics/metrics.c"
#include "core/instantiate.h"

/* ---- Of classes ---- */

/* Both contiguously, checked; `samples` rows of `classes` numbers. */
typedef struct sample_rows {
    dsc_tensor *outputs, *targets;
    size_t samples, classes;
} sample_rows;

static void end_rows(sample_rows *rows) {
    dsc_tensor_release(rows->outputs);
    dsc_tensor_release(rows->targets);
}

static dsc_status check_rows(const char *function, const dsc_tensor *outputs, const dsc_tensor *targets) {
    bool fits = targets->dtype == DSC_INT64 && outputs->rank > 0 && targets->rank == outputs->rank - 1;
    for (size_t d = 0; fits && d < targets->rank; ++d)
        fits = targets->shape[d] == outputs->shape[d];
    if (fits && dsc_is_real(outputs->dtype))
        return DSC_OK;
    bool is_type = !dsc_is_real(outputs->dtype) || targets->dtype != DSC_INT64;
    return dsc_fail(is_type ? DSC_ERROR_DTYPE : DSC_ERROR_SIZE,
                    "%s: outputs are %s of shape %s and targets %s of shape %s, must be real of shape [..., "
                    "classes] and int64 of shape [...]",
                    function, dsc_dtype_name(outputs->dtype),
                    dsc_shape_text(outputs->rank, outputs->shape).text, dsc_dtype_name(targets->dtype),
                    dsc_shape_text(targets->rank, targets->shape).text);
}

static dsc_status check_targets(const char *function, const sample_rows *rows) {
    const int64_t *targets = dsc_data(rows->targets);
    for (size_t i = 0; i < rows->samples; ++i)
        if (targets[i] < 0 || (uint64_t)targets[i] >= rows->classes)
            return dsc_fail(DSC_ERROR_CLASS, "%s: target %lld of sample %zu is outside the %zu classes",
                            function, (long long)targets[i], i, rows->classes);
    return DSC_OK;
}

static dsc_status begin_rows(const char *function, dsc_tensor *outputs, dsc_tensor *targets,
                             sample_rows *rows) {
    DSC_TRY(check_rows(function, outputs, targets));
    *rows = (sample_rows){.samples = targets->count, .classes = outputs->shape[outputs->rank - 1]};
    dsc_status status = dsc_contiguous_of(targets, &rows->targets);
    if (status == DSC_OK)
        status = check_targets(function, rows);
    if (status == DSC_OK)
        status = dsc_contiguous_of(outputs, &rows->outputs);
    if (status != DSC_OK)
        end_rows(rows);
    return status;
}

static const void *row_of(const sample_rows *rows, size_t sample) {
    return (const char *)dsc_data(rows->outputs) + sample * rows->classes * dsc_size_of(rows->outputs->dtype);
}

dsc_status dsc_count_top_k(dsc_tensor *outputs, dsc_tensor *targets, size_t k, int64_t *correct) {
    DSC_CHECK_NOT_NULL(outputs);
    DSC_CHECK_NOT_NULL(targets);
    DSC_CHECK_NOT_NULL(correct);
    if (k == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: k is 0, must be at least 1", __func__);
    sample_rows rows;
    DSC_TRY(begin_rows(__func__, outputs, targets, &rows));
    const dsc_dtype dtype = outputs->dtype;
    for (size_t i = 0; i < rows.samples; ++i) {
        const size_t target = (size_t)((const int64_t *)dsc_data(rows.targets))[i];
        const void *row = row_of(&rows, i);
        const size_t before = DSC_CALL(dtype, larger, rows.classes, target, row);
        *correct += before < k && !isnan(dsc_number_at(dtype, row, target));
    }
    end_rows(&rows);
    return DSC_OK;
}

dsc_status dsc_count_confusion(dsc_tensor *outputs, dsc_tensor *targets, size_t classes, int64_t *counts) {
    DSC_CHECK_NOT_NULL(outputs);
    DSC_CHECK_NOT_NULL(targets);
    DSC_CHECK_NOT_NULL(counts);
    if (outputs->rank == 0 || outputs->shape[outputs->rank - 1] != classes)
        return dsc_fail(DSC_ERROR_SIZE, "%s: outputs are of shape %s, must be of %zu classes", __func__,
                        dsc_shape_text(outputs->rank, outputs->shape).text, classes);
    sample_rows rows;
    DSC_TRY(begin_rows(__func__, outputs, targets, &rows));
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < rows.samples; ++i) {
        int64_t target = ((const int64_t *)dsc_data(rows.targets))[i], predicted;
        status = dsc_argmax_run(outputs->dtype, 1, classes, row_of(&rows, i), &predicted);
        if (status == DSC_OK)
            ++counts[(size_t)target * classes + (size_t)predicted];
    }
    end_rows(&rows);
    return status;
}

/* ---- The coefficient of determination ---- */

/* From the first target on, so that the mean of equal ones is exact. */
static dsc_r_squared sums_of(const dsc_tensor *prediction, const dsc_tensor *targets) {
    enum { PART = 16 * DSC_PIECE };
    const size_t n = targets->count, size = dsc_size_of(targets->dtype);
    const char *x = dsc_data(prediction), *y = dsc_data(targets);
    dsc_r_squared sums = {.count = (double)n};
    if (n == 0)
        return sums;
    const double start = dsc_number_at(targets->dtype, y, 0);
    double shifted = 0;
    for (size_t i = 0; i < n; i += PART) {
        double part[2] = {0};
        const void *from = x + i * size, *to = y + i * size;
        DSC_CALL(targets->dtype, residuals, dsc_min_size(PART, n - i), start, from, to, part);
        shifted += part[0];
        sums.residual += part[1];
    }
    sums.mean = start + shifted / sums.count;
    dsc_fold_run(dsc_context_of(targets), targets->dtype, DSC_FOLD_SQUARE, 0, 1, n, 1, y, &sums.mean,
                 &sums.spread);
    return sums;
}

dsc_status dsc_r_squared_merge(const dsc_r_squared *other, dsc_r_squared *sums) {
    DSC_CHECK_NOT_NULL(other);
    DSC_CHECK_NOT_NULL(sums);
    if (other->count == 0)
        return DSC_OK;
    if (sums->count == 0) {
        *sums = *other;
        return DSC_OK;
    }
    const double count = sums->count + other->count, apart = other->mean - sums->mean;
    *sums = (dsc_r_squared){.count = count,
                            .mean = sums->mean + apart * (other->count / count),
                            .spread = sums->spread + other->spread +
                                      apart * apart * (sums->count * (other->count / count)),
                            .residual = sums->residual + other->residual};
    return DSC_OK;
}

dsc_status dsc_r_squared_add(dsc_tensor *prediction, dsc_tensor *targets, dsc_r_squared *sums) {
    DSC_CHECK_NOT_NULL(prediction);
    DSC_CHECK_NOT_NULL(targets);
    DSC_CHECK_NOT_NULL(sums);
    if (!dsc_is_real(prediction->dtype) || targets->dtype != prediction->dtype ||
        !dsc_same_shape(prediction, targets))
        return dsc_fail(
            !dsc_is_real(prediction->dtype) || targets->dtype != prediction->dtype ? DSC_ERROR_DTYPE
                                                                                   : DSC_ERROR_SIZE,
            "%s: prediction is %s of shape %s and targets are %s of shape %s, must be of one real "
            "type and one shape",
            __func__, dsc_dtype_name(prediction->dtype),
            dsc_shape_text(prediction->rank, prediction->shape).text, dsc_dtype_name(targets->dtype),
            dsc_shape_text(targets->rank, targets->shape).text);
    dsc_tensor *dense_x = NULL, *dense_y = NULL;
    dsc_status status = dsc_contiguous_of(prediction, &dense_x);
    if (status == DSC_OK)
        status = dsc_contiguous_of(targets, &dense_y);
    if (status == DSC_OK) {
        dsc_r_squared batch = sums_of(dense_x, dense_y);
        status = dsc_r_squared_merge(&batch, sums);
    }
    dsc_tensor_release(dense_x);
    dsc_tensor_release(dense_y);
    return status;
}

double dsc_r_squared_value(const dsc_r_squared *sums) {
    return sums == NULL || sums->count == 0 ? NAN : 1 - sums->residual / sums->spread;
}

#endif

#include <string.h>

#include "descent/layers.h"
#include "descent/linalg.h"
#include "losses/classes.h"

/* Samples in a band: enough that the products are matrices, few enough that their logits stay small. */
enum { BAND = 128 };

size_t dsc_linear_cross_entropy_workspace(dsc_dtype dtype, size_t samples, size_t classes) {
    return dsc_min_size(samples, BAND) * classes * 2 * dsc_dtype_size(dtype);
}

static const void *rows(const void *base, size_t row, size_t width, dsc_dtype dtype) {
    return base == NULL ? NULL : (const char *)base + row * width * dsc_dtype_size(dtype);
}

/* One band of samples from `start`: adds its losses to sum, and its part of the gradients. */
static dsc_status run_band(const dsc_context *context, const dsc_linear_cross_entropy *l, size_t start,
                           double scale, void *values, double *sum, void *dx, void *dlinear, void *dbias) {
    dsc_cross_entropy part = l->loss;
    dsc_dtype dtype = part.over.dtype;
    size_t classes = part.over.classes, count = dsc_min_size(BAND, part.over.samples - start);
    void *logits = l->workspace, *slopes = (char *)l->workspace + BAND * classes * dsc_dtype_size(dtype);
    if (part.over.samples < BAND)
        slopes = (char *)l->workspace + part.over.samples * classes * dsc_dtype_size(dtype);
    const void *x = rows(l->x, start, l->inputs, dtype);
    dsc_linear layer = {.dtype = dtype,
                        .batch = count,
                        .inputs = l->inputs,
                        .outputs = classes,
                        .x = x,
                        .w = l->linear,
                        .b = l->linear_bias,
                        .y = logits};
    DSC_TRY(dsc_linear_forward(context, &layer));
    part.over.samples = count;
    part.over.input = logits;
    part.over.targets = part.over.targets == NULL ? NULL : part.over.targets + start;
    part.probabilities = rows(part.probabilities, start, classes, dtype);
    bool has_gradient = dx != NULL || dlinear != NULL || dbias != NULL;
    double band_sum;
    DSC_TRY(dsc_cross_entropy_apply(context, &part, scale, (void *)(uintptr_t)rows(values, start, 1, dtype),
                                    has_gradient ? slopes : NULL, &band_sum));
    *sum += band_sum;
    if (!has_gradient)
        return DSC_OK;
    dsc_linear_gradients gradients = {.dy = slopes,
                                      .dx = (void *)(uintptr_t)rows(dx, start, l->inputs, dtype),
                                      .dw = dlinear,
                                      .db = dbias,
                                      .add_dw = start > 0,
                                      .add_db = start > 0};
    return dsc_linear_backward(context, &layer, &gradients);
}

dsc_status dsc_linear_cross_entropy_run(const dsc_context *context, const dsc_linear_cross_entropy *l,
                                        void *value, void *dx, void *dlinear, void *dbias) {
    DSC_CHECK_NOT_NULL(l);
    double divisor, sum = 0;
    DSC_TRY(dsc_cross_entropy_check(&l->loss, &divisor));
    const dsc_classes *over = &l->loss.over;
    if (over->inner > 1)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: inner is %zu, must be 1", __func__, over->inner);
    DSC_CHECK_PRODUCT(over->samples, l->inputs, over->dtype);
    DSC_CHECK_PRODUCT(over->classes, l->inputs, over->dtype);
    if (over->samples > 0) {
        DSC_CHECK_NOT_NULL(l->x);
        DSC_CHECK_NOT_NULL(l->linear);
        DSC_CHECK_NOT_NULL(l->workspace);
    }
    bool mean = over->reduction == DSC_REDUCTION_MEAN, none = over->reduction == DSC_REDUCTION_NONE;
    for (size_t start = 0; start < over->samples; start += BAND)
        DSC_TRY(run_band(context, l, start, mean ? 1 / divisor : 1, none ? value : NULL, &sum, dx, dlinear,
                         dbias));
    if (over->samples == 0) {
        if (dlinear != NULL)
            memset(dlinear, 0, over->classes * l->inputs * dsc_dtype_size(over->dtype));
        if (dbias != NULL)
            memset(dbias, 0, over->classes * dsc_dtype_size(over->dtype));
    }
    dsc_store_reduced(over->dtype, over->reduction, sum, divisor, value);
    return DSC_OK;
}

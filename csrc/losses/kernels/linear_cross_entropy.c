#include <string.h>

#include "core/sums.h"
#include "descent/layer_kernels.h"
#include "descent/linalg.h"
#include "losses/kernels/classes.h"

/* Samples in a band: enough that the products are matrices, few enough that their logits stay small. */
enum { BAND = 128 };

size_t dsc_linear_cross_entropy_workspace(dsc_dtype dtype, size_t samples, size_t classes) {
    size_t rows = 2 * dsc_min_size(samples, BAND);
    return dsc_product_overflows(rows, classes, dtype) ? SIZE_MAX : rows * classes * dsc_dtype_size(dtype);
}

static const void *rows(const void *base, size_t row, size_t width, dsc_dtype dtype) {
    return base == NULL ? NULL : (const char *)base + row * width * dsc_dtype_size(dtype);
}

/* Where the gradients go. Beyond DSC_LONGEST_SUM samples they are added up in double: sums of dlinear, then
 * of dbias. */
typedef struct band_outputs {
    void *dx, *dlinear, *dbias;
    double *sums;
} band_outputs;

/* Moves what a band left in dlinear and dbias into the sums. */
static void add_band(const dsc_linear_cross_entropy *l, const band_outputs *out) {
    const dsc_classes *over = &l->loss.over;
    if (out->dlinear != NULL)
        dsc_sums_add(over->dtype, over->classes * l->inputs, out->dlinear, out->sums);
    if (out->dbias != NULL)
        dsc_sums_add(over->dtype, over->classes, out->dbias, out->sums + over->classes * l->inputs);
}

static void store_sums(const dsc_linear_cross_entropy *l, const band_outputs *out) {
    const dsc_classes *over = &l->loss.over;
    if (out->dlinear != NULL)
        dsc_sums_store(over->dtype, over->classes * l->inputs, out->sums, out->dlinear);
    if (out->dbias != NULL)
        dsc_sums_store(over->dtype, over->classes, out->sums + over->classes * l->inputs, out->dbias);
}

/* One band of samples from `start`: adds its losses to sum, and its part of the gradients. */
static dsc_status run_band(const dsc_context *context, const dsc_linear_cross_entropy *loss, size_t start,
                           double scale, void *values, double *sum, const band_outputs *out) {
    dsc_cross_entropy part = loss->loss;
    dsc_dtype dtype = part.over.dtype;
    size_t classes = part.over.classes, count = dsc_min_size(BAND, part.over.samples - start);
    void *logits = loss->workspace,
         *slopes = (char *)loss->workspace + BAND * classes * dsc_dtype_size(dtype);
    if (part.over.samples < BAND)
        slopes = (char *)loss->workspace + part.over.samples * classes * dsc_dtype_size(dtype);
    const void *x = rows(loss->x, start, loss->inputs, dtype);
    dsc_linear_call layer = {.dtype = dtype,
                             .batch = count,
                             .inputs = loss->inputs,
                             .outputs = classes,
                             .x = x,
                             .w = loss->linear,
                             .b = loss->linear_bias,
                             .y = logits};
    DSC_TRY(dsc_linear_forward(context, &layer));
    part.over.samples = count;
    part.over.input = logits;
    part.over.targets = part.over.targets == NULL ? NULL : part.over.targets + start;
    part.probabilities = rows(part.probabilities, start, classes, dtype);
    bool has_gradient = out->dx != NULL || out->dlinear != NULL || out->dbias != NULL;
    double band_sum;
    DSC_TRY(dsc_cross_entropy_apply(context, &part, scale, (void *)(uintptr_t)rows(values, start, 1, dtype),
                                    has_gradient ? slopes : NULL, NULL, &band_sum));
    *sum += band_sum;
    if (!has_gradient)
        return DSC_OK;
    bool add = start > 0 && out->sums == NULL;
    dsc_linear_gradients gradients = {.dy = slopes,
                                      .dx = (void *)(uintptr_t)rows(out->dx, start, loss->inputs, dtype),
                                      .dw = out->dlinear,
                                      .db = out->dbias,
                                      .add_dw = add,
                                      .add_db = add};
    DSC_TRY(dsc_linear_backward(context, &layer, &gradients));
    if (out->sums != NULL)
        add_band(loss, out);
    return DSC_OK;
}

dsc_status dsc_linear_cross_entropy_run(const dsc_context *context, const dsc_linear_cross_entropy *loss,
                                        void *value, void *dx, void *dlinear, void *dbias) {
    DSC_CHECK_NOT_NULL(loss);
    double divisor, sum = 0;
    DSC_TRY(dsc_cross_entropy_check(__func__, &loss->loss, &divisor));
    const dsc_classes *over = &loss->loss.over;
    if (over->inner > 1)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: inner is %zu, must be 1", __func__, over->inner);
    DSC_CHECK_PRODUCT(over->samples, loss->inputs, over->dtype);
    DSC_CHECK_PRODUCT(over->classes, loss->inputs, over->dtype);
    DSC_CHECK_PRODUCT(over->classes, 2 * BAND, over->dtype);
    if (over->samples > 0) {
        DSC_CHECK_NOT_NULL(loss->x);
        DSC_CHECK_NOT_NULL(loss->linear);
        DSC_CHECK_NOT_NULL(loss->workspace);
    }
    double scale = dsc_reduction_scale(over->reduction, divisor);
    void *values = over->reduction == DSC_REDUCTION_NONE ? value : NULL;
    band_outputs out = {.dx = dx, .dlinear = dlinear, .dbias = dbias};
    if (over->samples > DSC_LONGEST_SUM && (dlinear != NULL || dbias != NULL)) {
        void *memory = NULL;
        size_t count = over->classes * (loss->inputs + 1);
        DSC_CHECK_PRODUCT(over->classes, loss->inputs + 1, DSC_FLOAT64);
        DSC_TRY(dsc_allocate(count * sizeof(double), &memory));
        out.sums = memset(memory, 0, count * sizeof(double));
    }
    dsc_status status = DSC_OK;
    for (size_t start = 0; start < over->samples && status == DSC_OK; start += BAND)
        status = run_band(context, loss, start, scale, values, &sum, &out);
    if (status == DSC_OK && out.sums != NULL)
        store_sums(loss, &out);
    dsc_free(out.sums);
    DSC_TRY(status);
    if (over->samples == 0) {
        if (dlinear != NULL)
            memset(dlinear, 0, over->classes * loss->inputs * dsc_dtype_size(over->dtype));
        if (dbias != NULL)
            memset(dbias, 0, over->classes * dsc_dtype_size(over->dtype));
    }
    dsc_store_reduced(over->dtype, over->reduction, sum, divisor, value);
    return DSC_OK;
}

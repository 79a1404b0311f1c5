#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(forward)(size_t n, const DSC_REAL *x, DSC_REAL *y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = x[i] < 0 ? 0 : x[i]; /* a comparison with NaN is false: NaN passes */
}

DSC_MULTIVERSION
static void DSC_NAME(backward)(size_t n, const DSC_REAL *y, const DSC_REAL *dy, DSC_REAL *dx) {
    for (size_t i = 0; i < n; ++i)
        dx[i] = y[i] <= 0 ? 0 : dy[i]; /* as PyTorch's threshold_backward: NaN passes the gradient */
}

/* Of their own, since GCC exports clones, whatever visibility they are given. */
void DSC_NAME(dsc_relu_forward_range)(size_t n, const DSC_REAL *x, DSC_REAL *y) {
    DSC_NAME(forward)(n, x, y);
}

#else

#include "descent/layer_kernels.h"
#include "elementwise/relu.h"

#define DSC_TEMPLATE "elementwise/relu.c"
#include "core/instantiate.h"

typedef struct relu_job {
    dsc_dtype dtype;
    size_t n;
    const char *x, *dy; /* dy NULL: forward */
    char *out;
} relu_job;

static void relu_tile(void *argument, size_t index) {
    const relu_job *job = argument;
    size_t start = index * DSC_TILE, n = dsc_min_size(DSC_TILE, job->n - start);
    size_t at = start * dsc_dtype_size(job->dtype);
    const void *x = job->x + at;
    void *out = job->out + at;
    if (job->dy == NULL) {
        DSC_CALL(job->dtype, forward, n, x, out);
    } else {
        const void *dy = job->dy + at;
        DSC_CALL(job->dtype, backward, n, x, dy, out);
    }
}

dsc_status dsc_relu_forward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, void *y) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    relu_job job = {dtype, n, x, NULL, y};
    dsc_parallel_for(context, dsc_ceil_div(n, DSC_TILE), relu_tile, &job);
    return DSC_OK;
}

dsc_status dsc_relu_backward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *y,
                             const void *dy, void *dx) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(y);
    DSC_CHECK_NOT_NULL(dy);
    DSC_CHECK_NOT_NULL(dx);
    relu_job job = {dtype, n, y, dy, dx};
    dsc_parallel_for(context, dsc_ceil_div(n, DSC_TILE), relu_tile, &job);
    return DSC_OK;
}

#endif

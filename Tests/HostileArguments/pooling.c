#include "rows.h"

/* ---- Windows ---- */

/* Of [1, 1, 2, 3]: windows of two by two, with one thing changed. */
static dsc_tensor *plane(dsc_tensor *matrix) {
    dsc_tensor *deep = NULL;
    dsc_reshape(matrix, 4, (size_t[]){1, 1, 2, 3}, &deep);
    return deep;
}

static dsc_status max_pool(dsc_max_pool_options o) {
    return dsc_max_pool(plane(w.real), 2, &o, &w.made[0], &w.made[1]);
}

static dsc_status avg_pool(dsc_avg_pool_options o) {
    return dsc_avg_pool(plane(w.real), 2, &o, w.made);
}

static dsc_status spread(const size_t *extents) {
    const dsc_avg_pool_options o = {.kernel_size = {2, 2}};
    return dsc_avg_pool_transposed(plane(w.real), 2, extents, &o, w.made);
}

/* [1, 2^40, 2^20] of one number. */
static dsc_tensor *vast(void) {
    dsc_tensor *t = NULL;
    dsc_expand(w.number, 3, (size_t[]){1, (size_t)1 << 40, (size_t)1 << 20}, &t);
    return t;
}

static void max_rows(void) {
    const dsc_max_pool_options o = {.kernel_size = {2, 2}}, one = {.kernel_size = {1}};
    REFUSED(DSC_ERROR_ARGUMENT, "max_pool: input 0 is NULL", dsc_max_pool(NULL, 2, &o, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "max_pool: options is NULL", dsc_max_pool(w.real, 1, NULL, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "max_pool: result is NULL", dsc_max_pool(w.real, 1, &o, NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_max_pool(w.whole, 1, &o, w.made, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_max_pool(w.half, 1, &o, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 0", dsc_max_pool(w.real, 0, &o, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3", dsc_max_pool(w.deep, 3, &o, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 18446744073709551615",
            dsc_max_pool(w.deep, MOST, &o, w.made, NULL));
    REFUSED(DSC_ERROR_SIZE, "[3], must be [N, C, L]", dsc_max_pool(w.vector, 1, &o, w.made, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3], must be [N, C, H, W]", dsc_max_pool(w.real, 2, &o, w.made, NULL));
    REFUSED(DSC_ERROR_SIZE, "without 0", dsc_max_pool(w.empty, 1, &one, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel_size[0] is 0", max_pool((dsc_max_pool_options){.stride = {1, 1}}));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel_size[1] is 18446744073709551615",
            max_pool((dsc_max_pool_options){.kernel_size = {1, MOST}}));
    REFUSED(DSC_ERROR_ARGUMENT, "stride[1] is",
            max_pool((dsc_max_pool_options){{1, 1}, .stride = {1, MOST}}));
    REFUSED(DSC_ERROR_ARGUMENT, "dilation[0] is",
            max_pool((dsc_max_pool_options){{1, 1}, .dilation = {MOST, 1}}));
    REFUSED(DSC_ERROR_ARGUMENT, "padding[0] is 2, must be in [0, 1]",
            max_pool((dsc_max_pool_options){{2, 2}, .padding = {2, 0}}));
    REFUSED(DSC_ERROR_SIZE, "kernel_size[0] 3 is too large",
            max_pool((dsc_max_pool_options){.kernel_size = {3, 2}}));
    REFUSED(DSC_ERROR_SIZE, "without any of 2 numbers",
            max_pool((dsc_max_pool_options){{2, 1}, {1, 1}, {1, 0}, {3, 1}, false}));
    REFUSED(DSC_ERROR_OVERFLOW, "", dsc_max_pool(vast(), 1, &one, w.made, NULL));
    ACCEPTED(max_pool(o));
    ACCEPTED(dsc_max_pool(w.real, 1, &o, w.made, NULL));

    const size_t sizes[] = {1, 2}, many[] = {(size_t)1 << 32, 1};
    REFUSED(DSC_ERROR_ARGUMENT, "adaptive_max_pool: input 0 is NULL",
            dsc_adaptive_max_pool(NULL, 1, sizes, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "sizes is NULL", dsc_adaptive_max_pool(w.real, 1, NULL, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_adaptive_max_pool(w.real, 1, sizes, NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_adaptive_max_pool(w.truth, 1, sizes, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3", dsc_adaptive_max_pool(w.real, 3, sizes, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "size[0] is 4294967296",
            dsc_adaptive_max_pool(w.real, 1, many, w.made, NULL));
    REFUSED(DSC_ERROR_SIZE, "without 0", dsc_adaptive_max_pool(w.empty, 1, sizes, w.made, NULL));
    ACCEPTED(dsc_adaptive_max_pool(w.real, 1, sizes, w.made, NULL));
}

static void mean_rows(void) {
    const dsc_avg_pool_options o = {.kernel_size = {2, 2}};
    const size_t extents[] = {4, 6}, sizes[] = {1, 2}, none[] = {0, 6}, wide[] = {WRAPS, 6};
    REFUSED(DSC_ERROR_ARGUMENT, "avg_pool: input 0 is NULL", dsc_avg_pool(NULL, 2, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_avg_pool(w.real, 1, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_avg_pool(w.real, 1, &o, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_avg_pool(w.whole, 1, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3", dsc_avg_pool(w.real, 3, &o, w.made));
    REFUSED(DSC_ERROR_SIZE, "must be [N, C, H, W]", dsc_avg_pool(w.real, 2, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel_size[1] is 0", avg_pool((dsc_avg_pool_options){.kernel_size = {1}}));
    REFUSED(DSC_ERROR_ARGUMENT, "padding[1] is 1, must be in [0, 0]",
            avg_pool((dsc_avg_pool_options){{2, 1}, .padding = {1, 1}}));
    ACCEPTED(avg_pool(o));
    REFUSED(DSC_ERROR_ARGUMENT, "avg_pool_transposed: input 0 is NULL",
            dsc_avg_pool_transposed(NULL, 2, extents, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "extents is NULL", dsc_avg_pool_transposed(w.real, 1, NULL, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_avg_pool_transposed(w.real, 1, extents, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_avg_pool_transposed(w.real, 1, extents, &o, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_avg_pool_transposed(w.whole, 1, extents, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 9", dsc_avg_pool_transposed(w.real, 9, extents, &o, w.made));
    REFUSED(DSC_ERROR_SIZE, "must be [1, 1, 2, 2]", spread((size_t[]){4, 5}));
    REFUSED(DSC_ERROR_SIZE, "without 0", spread(none));
    REFUSED(DSC_ERROR_OVERFLOW, "too large", spread(wide));
    ACCEPTED(spread(extents));

    REFUSED(DSC_ERROR_ARGUMENT, "adaptive_avg_pool: input 0 is NULL",
            dsc_adaptive_avg_pool(NULL, 1, sizes, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sizes is NULL", dsc_adaptive_avg_pool(w.real, 1, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_adaptive_avg_pool(w.real, 1, sizes, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_adaptive_avg_pool(w.whole, 1, sizes, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 0", dsc_adaptive_avg_pool(w.real, 0, sizes, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "size[0] is", dsc_adaptive_avg_pool(w.real, 1, wide, w.made));
    ACCEPTED(dsc_adaptive_avg_pool(w.real, 1, sizes, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "adaptive_avg_pool_transposed: input 0 is NULL",
            dsc_adaptive_avg_pool_transposed(NULL, 1, extents, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "extents is NULL", dsc_adaptive_avg_pool_transposed(w.real, 1, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_adaptive_avg_pool_transposed(w.real, 1, extents, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_adaptive_avg_pool_transposed(w.whole, 1, extents, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3", dsc_adaptive_avg_pool_transposed(w.real, 3, extents, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "too large", dsc_adaptive_avg_pool_transposed(w.real, 1, wide, w.made));
    ACCEPTED(dsc_adaptive_avg_pool_transposed(w.real, 1, extents, w.made));
}

/* ---- In another size ---- */

static dsc_status interpolate(size_t count, const size_t *sizes, dsc_interpolate_options o) {
    return dsc_interpolate(plane(w.real), count, sizes, &o, w.made);
}

static void size_rows(void) {
    const dsc_interpolate_options o = {.mode = DSC_INTERPOLATE_LINEAR};
    const size_t sizes[] = {4, 5};
    REFUSED(DSC_ERROR_ARGUMENT, "interpolate: input 0 is NULL", dsc_interpolate(NULL, 2, sizes, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sizes is NULL", dsc_interpolate(w.real, 2, NULL, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_interpolate(w.real, 2, sizes, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_interpolate(w.real, 2, sizes, &o, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_interpolate(w.whole, 2, sizes, &o, w.made));
    REFUSED(DSC_ERROR_SIZE, "[2, 3], must be [N, C, H, W]", dsc_interpolate(w.real, 2, sizes, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3", interpolate(3, sizes, o));
    REFUSED(DSC_ERROR_SIZE, "must be [N, C, L]", interpolate(1, sizes, o));
    REFUSED(DSC_ERROR_SIZE, "size 1 is 0", interpolate(2, (size_t[]){1, 0}, o));
    REFUSED(DSC_ERROR_OVERFLOW, "too large", interpolate(2, (size_t[]){WRAPS, WRAPS}, o));
    REFUSED(DSC_ERROR_ARGUMENT, "unknown mode 2",
            interpolate(2, sizes, (dsc_interpolate_options){.mode = (dsc_interpolation)2}));
    REFUSED(DSC_ERROR_ARGUMENT, "scales[1] is -1",
            interpolate(2, sizes, (dsc_interpolate_options){.scales = {1, -1}}));
    REFUSED(DSC_ERROR_ARGUMENT, "scales[0] is nan",
            interpolate(2, sizes, (dsc_interpolate_options){.scales = {NAN, 1}}));
    ACCEPTED(interpolate(2, sizes, (dsc_interpolate_options){.scales = {1e-300, 1e300}}));
    ACCEPTED(
        interpolate(2, sizes, (dsc_interpolate_options){DSC_INTERPOLATE_LINEAR, false, {1e-300, 1e300}}));
    ACCEPTED(interpolate(2, sizes, o));
    REFUSED(DSC_ERROR_ARGUMENT, "interpolate_transposed: input 0 is NULL",
            dsc_interpolate_transposed(NULL, 2, sizes, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "extents is NULL", dsc_interpolate_transposed(w.real, 2, NULL, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL",
            dsc_interpolate_transposed(w.real, 2, sizes, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_interpolate_transposed(w.real, 2, sizes, &o, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 0", dsc_interpolate_transposed(w.real, 0, sizes, &o, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_interpolate_transposed(w.whole, 2, sizes, &o, w.made));
    ACCEPTED(dsc_interpolate_transposed(plane(w.real), 2, sizes, &o, w.made));

    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", dsc_pixel_shuffle(NULL, 2, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_pixel_shuffle(w.real, 2, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", dsc_pixel_shuffle(w.real, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "a multiple of 0^2", dsc_pixel_shuffle(plane(w.real), 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "a multiple of 2^2", dsc_pixel_shuffle(plane(w.real), 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551615", dsc_pixel_shuffle(plane(w.real), MOST, w.made));
    ACCEPTED(dsc_pixel_shuffle(plane(w.real), 1, w.made));
}

void pooling_rows(void) {
    max_rows();
    mean_rows();
    size_rows();
}

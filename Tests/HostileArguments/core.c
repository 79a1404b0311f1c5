/* status.h, context.h, random.h, data.h */
#include "rows.h"

#include <string.h>

static void count(void *argument, size_t index) {
    (void)index;
    ++*(double *)argument;
}

static void status_rows(void) {
    HOLDS(dsc_dtype_size((dsc_dtype)99) == 0 && dsc_dtype_size((dsc_dtype)-1) == 0);
    HOLDS(strcmp(dsc_dtype_name((dsc_dtype)99), "unknown") == 0);
    HOLDS(strcmp(dsc_dtype_name((dsc_dtype)-1), "unknown") == 0);
    HOLDS(strlen(dsc_status_string(INT32_MIN)) > 0 && strlen(dsc_newton_reason(INT32_MAX)) > 0);
    HOLDS(dsc_last_error() != NULL && strlen(dsc_version()) > 0);
}

static void context_rows(void) {
    dsc_context *context = NULL;
    void *memory = NULL;
    REFUSED(DSC_ERROR_ARGUMENT, "-1", dsc_context_create(-1, &context));
    REFUSED(DSC_ERROR_ARGUMENT, "257", dsc_context_create(DSC_MAX_THREADS + 1, &context));
    REFUSED(DSC_ERROR_ARGUMENT, "context", dsc_context_create(1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "-2", dsc_set_default_threads(-2));
    REFUSED(DSC_ERROR_ARGUMENT, "2147483647", dsc_set_default_threads(INT32_MAX));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", dsc_allocate(MOST, &memory));
    REFUSED(DSC_ERROR_OVERFLOW, "9223372036854775807", dsc_allocate(PTRDIFF_MAX, &memory));
    REFUSED(DSC_ERROR_MEMORY, "4611686018427387904", dsc_allocate(WRAPS, &memory));
    REFUSED(DSC_ERROR_ARGUMENT, "memory", dsc_allocate(1, NULL));
    HOLDS((dsc_context_destroy(NULL), dsc_free(NULL), dsc_context_threads(NULL) >= 1));
    HOLDS((dsc_parallel_for(NULL, 9, NULL, NULL), true));
    HOLDS((dsc_parallel_for(NULL, 0, count, &w.x[0]), w.x[0] == 1));
    REFUSED(DSC_ERROR_ARGUMENT, "state", dsc_context_memory(NULL, NULL));
    ACCEPTED(dsc_context_memory(NULL, &w.memory));
    ACCEPTED(dsc_context_set_memory_limit(NULL, MOST));
    ACCEPTED(dsc_context_set_memory_limit(NULL, 0));
    dsc_stream stream = {0};
    REFUSED(DSC_ERROR_ARGUMENT, "stream is NULL", dsc_context_stream(NULL, NULL));
    ACCEPTED(dsc_context_stream(NULL, &stream));
    ACCEPTED(dsc_context_set_stream(NULL, stream));
    ACCEPTED(dsc_context_trim(NULL));
    HOLDS(strlen(dsc_cpu_features()) > 0 && strlen(dsc_blas_description()) > 0);
}

static void random_rows(void) {
    dsc_random *r = &w.random;
    HOLDS((dsc_random_seed(NULL, 1), dsc_random_next32(NULL) == 0 && dsc_random_next64(NULL) == 0));
    HOLDS((r->index = UINT32_MAX, dsc_random_next32(r) != dsc_random_next32(r)));
    REFUSED(DSC_ERROR_ARGUMENT, "random", dsc_random_uniform(NULL, DSC_FLOAT32, 1, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "buffer", dsc_random_uniform(r, DSC_FLOAT32, 1, 0, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype", dsc_random_uniform(r, (dsc_dtype)7, 1, 0, 1, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_random_uniform(r, DSC_FLOAT32, WRAPS, 0, 1, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_random_uniform(r, DSC_FLOAT64, MOST, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "[1, 0)", dsc_random_uniform(r, DSC_FLOAT32, 1, 1, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", dsc_random_uniform(r, DSC_FLOAT32, 1, NAN, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "1e+39", dsc_random_uniform(r, DSC_FLOAT32, 1, 0, 1e39, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "1e+308", dsc_random_uniform(r, DSC_FLOAT64, 1, -1e308, 1e308, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "random", dsc_random_normal(NULL, DSC_FLOAT32, 1, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "buffer", dsc_random_normal(r, DSC_FLOAT64, 1, 0, 1, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_random_normal(r, DSC_FLOAT32, WRAPS, 0, 1, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_random_normal(r, DSC_FLOAT64, MOST, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", dsc_random_normal(r, DSC_FLOAT64, 1, 0, -1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "random", dsc_random_permutation(NULL, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "order", dsc_random_permutation(r, 1, NULL));
    REFUSED(DSC_ERROR_SIZE, "n", dsc_random_permutation(r, MOST, w.indices));
    REFUSED(DSC_ERROR_SIZE, "n", dsc_random_permutation(r, (size_t)1 << 32, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "random", dsc_random_integers(NULL, 1, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_random_integers(r, 1, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "high is 0", dsc_random_integers(r, 0, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "high is 18446744073709551615",
            dsc_random_integers(r, UINT64_MAX, 1, w.indices));
    REFUSED(DSC_ERROR_OVERFLOW, "count", dsc_random_integers(r, 1, MOST, w.indices));
    ACCEPTED(dsc_random_integers(r, INT64_MAX, 0, NULL));
    ACCEPTED(dsc_random_uniform(r, DSC_FLOAT32, 0, 0, 1, NULL));
    ACCEPTED(dsc_random_normal(r, DSC_FLOAT32, 0, 0, 1, NULL));
    ACCEPTED(dsc_random_permutation(r, 0, NULL));
}

static dsc_status weighted(double second, bool replacement, size_t count) {
    const double weights[] = {1, second};
    return dsc_random_weighted(&w.random, 2, weights, replacement, count, w.indices);
}

static void weighted_rows(void) {
    const double weights[] = {1, 0}, nothing[] = {0};
    REFUSED(DSC_ERROR_ARGUMENT, "random", dsc_random_weighted(NULL, 2, weights, true, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "weights", dsc_random_weighted(&w.random, 2, NULL, true, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_random_weighted(&w.random, 2, weights, true, 1, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n =", dsc_random_weighted(&w.random, MOST, weights, true, 1, w.indices));
    REFUSED(DSC_ERROR_OVERFLOW, "count =", dsc_random_weighted(&w.random, 2, weights, true, MOST, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "the 0 weights is 0",
            dsc_random_weighted(&w.random, 0, weights, true, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "the 1 weights is 0",
            dsc_random_weighted(&w.random, 1, nothing, false, 1, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "weight 1 is -1", weighted(-1, true, 1));
    REFUSED(DSC_ERROR_NON_FINITE, "weight 1 is nan", weighted(NAN, true, 2));
    REFUSED(DSC_ERROR_NON_FINITE, "weight 1 is inf", weighted(INFINITY, false, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 2 without replacement, but 1 weights", weighted(0, false, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "count is 3 without replacement, but 2 weights", weighted(1, false, 3));
    ACCEPTED(dsc_random_weighted(&w.random, 0, NULL, true, 0, NULL));
    ACCEPTED(weighted(0, false, 1));
    HOLDS(weighted(0, true, 2) == DSC_OK && w.indices[0] == 0 && w.indices[1] == 0);
}

static void moments_rows(void) {
    double mean[2] = {0}, variance[2] = {0}, scale[2] = {0};
    const double bad[] = {1, 2, 3, NAN};
    int64_t none = 0, below = -1, vast = (int64_t)1 << 53;
    REFUSED(DSC_ERROR_ARGUMENT, "type is", dsc_moments_add(DSC_INT64, 1, 2, bad, &none, mean, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype", dsc_moments_add((dsc_dtype)99, 1, 2, bad, &none, mean, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", dsc_moments_add(DSC_FLOAT64, 1, 2, NULL, &none, mean, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "count is NULL",
            dsc_moments_add(DSC_FLOAT64, 1, 2, bad, NULL, mean, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "mean is NULL",
            dsc_moments_add(DSC_FLOAT64, 1, 2, bad, &none, NULL, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "variance is NULL",
            dsc_moments_add(DSC_FLOAT64, 1, 2, bad, &none, mean, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "count is -1",
            dsc_moments_add(DSC_FLOAT64, 1, 2, bad, &below, mean, variance));
    REFUSED(DSC_ERROR_ARGUMENT, "2^53", dsc_moments_add(DSC_FLOAT64, 1, 2, bad, &vast, mean, variance));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", dsc_moments_add(DSC_FLOAT64, WRAPS, 4, bad, &none, mean, variance));
    REFUSED(DSC_ERROR_OVERFLOW, "columns", dsc_moments_add(DSC_FLOAT32, 1, MOST, bad, &none, mean, variance));
    REFUSED(DSC_ERROR_NON_FINITE, "row 1, column 1",
            dsc_moments_add(DSC_FLOAT64, 2, 2, bad, &none, mean, variance));
    HOLDS(none == 0 && mean[0] == 0 && variance[0] == 0);
    ACCEPTED(dsc_moments_add(DSC_FLOAT64, 0, 2, NULL, &none, NULL, NULL));
    ACCEPTED(dsc_moments_add(DSC_FLOAT64, 1, 0, NULL, &none, NULL, NULL));
    HOLDS(dsc_moments_add(DSC_FLOAT64, 3, 0, NULL, &none, NULL, NULL) == DSC_OK && none == 3);
    REFUSED(DSC_ERROR_ARGUMENT, "count is -1", dsc_moments_scale(2, -1, mean, variance, scale));
    REFUSED(DSC_ERROR_ARGUMENT, "mean is NULL", dsc_moments_scale(2, 1, NULL, variance, scale));
    REFUSED(DSC_ERROR_ARGUMENT, "variance is NULL", dsc_moments_scale(2, 1, mean, NULL, scale));
    REFUSED(DSC_ERROR_ARGUMENT, "scale is NULL", dsc_moments_scale(2, 1, mean, variance, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "columns", dsc_moments_scale(MOST, 1, mean, variance, scale));
    ACCEPTED(dsc_moments_scale(0, 1, NULL, NULL, NULL));
}

static void ranges_rows(void) {
    double least[2] = {7}, largest[2] = {7}, scale[2] = {0}, offset[2] = {0};
    const double bad[] = {1, 2, 3, INFINITY};
    int64_t none = 0, vast = INT64_MAX;
    REFUSED(DSC_ERROR_ARGUMENT, "type is", dsc_ranges_add(DSC_BOOL, 1, 2, bad, &none, least, largest));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", dsc_ranges_add(DSC_FLOAT64, 1, 2, NULL, &none, least, largest));
    REFUSED(DSC_ERROR_ARGUMENT, "count is NULL",
            dsc_ranges_add(DSC_FLOAT64, 1, 2, bad, NULL, least, largest));
    REFUSED(DSC_ERROR_ARGUMENT, "least is NULL",
            dsc_ranges_add(DSC_FLOAT64, 1, 2, bad, &none, NULL, largest));
    REFUSED(DSC_ERROR_ARGUMENT, "largest is NULL",
            dsc_ranges_add(DSC_FLOAT64, 1, 2, bad, &none, least, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "9223372036854775807",
            dsc_ranges_add(DSC_FLOAT64, 1, 2, bad, &vast, least, largest));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", dsc_ranges_add(DSC_FLOAT64, WRAPS, 4, bad, &none, least, largest));
    REFUSED(DSC_ERROR_NON_FINITE, "row 1, column 1",
            dsc_ranges_add(DSC_FLOAT64, 2, 2, bad, &none, least, largest));
    HOLDS(none == 0 && least[0] == 7);
    ACCEPTED(dsc_ranges_add(DSC_FLOAT64, 0, 2, NULL, &none, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "1 ... 1", dsc_ranges_scale(2, 1, 1, least, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "2 ... 1", dsc_ranges_scale(2, 2, 1, least, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", dsc_ranges_scale(2, NAN, 1, least, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "inf", dsc_ranges_scale(2, 0, INFINITY, least, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "1e+308", dsc_ranges_scale(2, -1e308, 1e308, least, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "least is NULL", dsc_ranges_scale(2, 0, 1, NULL, largest, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "largest is NULL", dsc_ranges_scale(2, 0, 1, least, NULL, scale, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "scale is NULL", dsc_ranges_scale(2, 0, 1, least, largest, NULL, offset));
    REFUSED(DSC_ERROR_ARGUMENT, "offset is NULL", dsc_ranges_scale(2, 0, 1, least, largest, scale, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "columns", dsc_ranges_scale(MOST, 0, 1, least, largest, scale, offset));
    ACCEPTED(dsc_ranges_scale(0, 0, 1, NULL, NULL, NULL, NULL));
}

static void data_rows(void) {
    float *out = (float *)w.out;
    const int64_t *at = w.indices, beyond = 2, below = -1;
    REFUSED(DSC_ERROR_ARGUMENT, "2 at place 0", dsc_gather_bytes(NULL, 2, 3, w.bytes, 1, &beyond, out));
    REFUSED(DSC_ERROR_ARGUMENT, "-1 at place 0", dsc_gather_bytes(NULL, 2, 3, w.bytes, 1, &below, out));
    REFUSED(DSC_ERROR_ARGUMENT, "data", dsc_gather_bytes(NULL, 2, 3, NULL, 1, at, out));
    REFUSED(DSC_ERROR_ARGUMENT, "indices", dsc_gather_bytes(NULL, 2, 3, w.bytes, 1, NULL, out));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_gather_bytes(NULL, 2, 3, w.bytes, 1, at, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", dsc_gather_bytes(NULL, WRAPS, 4, w.bytes, 1, at, out));
    REFUSED(DSC_ERROR_OVERFLOW, "row", dsc_gather_bytes(NULL, 1, WRAPS, w.bytes, 1, at, out));
    REFUSED(DSC_ERROR_OVERFLOW, "count", dsc_gather_bytes(NULL, 1, 1, w.bytes, WRAPS, at, out));
    REFUSED(DSC_ERROR_ARGUMENT, "2 at place 0", dsc_gather_rows(NULL, 2, 3, w.x, 1, &beyond, out));
    REFUSED(DSC_ERROR_OVERFLOW, "rows", dsc_gather_rows(NULL, WRAPS, 4, w.x, 1, at, out));
    REFUSED(DSC_ERROR_OVERFLOW, "row", dsc_gather_rows(NULL, 1, MOST, w.x, 1, at, out));
    REFUSED(DSC_ERROR_OVERFLOW, "count", dsc_gather_rows(NULL, 1, 4, w.x, WRAPS, at, out));
    REFUSED(DSC_ERROR_OVERFLOW, "count", dsc_gather_rows(NULL, 1, 0, w.x, MOST / 4, at, out));
    REFUSED(DSC_ERROR_ARGUMENT, "0 rows", dsc_gather_rows(NULL, 0, 4, w.x, 1, at, out));
    ACCEPTED(dsc_gather_rows(NULL, 0, 4, NULL, 0, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_widen(DSC_HALF_FLOAT16, WRAPS, w.x, out));
    REFUSED(DSC_ERROR_ARGUMENT, "kind 2", dsc_widen((dsc_half)2, 1, w.x, out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_widen(DSC_HALF_BFLOAT16, 1, NULL, out));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_widen(DSC_HALF_BFLOAT16, 1, w.x, NULL));
    ACCEPTED(dsc_widen(DSC_HALF_BFLOAT16, 0, NULL, NULL));
}

void core_rows(void) {
    status_rows();
    context_rows();
    random_rows();
    weighted_rows();
    moments_rows();
    ranges_rows();
    data_rows();
}

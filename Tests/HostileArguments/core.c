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
    ACCEPTED(dsc_random_uniform(r, DSC_FLOAT32, 0, 0, 1, NULL));
    ACCEPTED(dsc_random_normal(r, DSC_FLOAT32, 0, 0, 1, NULL));
    ACCEPTED(dsc_random_permutation(r, 0, NULL));
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
    data_rows();
}

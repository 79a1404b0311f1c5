/* What every kernel file needs: checks that name the argument, the split into versions by
 * instruction set, and sizes. */
#ifndef DSC_CORE_INTERNAL_H
#define DSC_CORE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dispatch.h"
#include "descent/context.h"
#include "descent/status.h"

/* Records the message for dsc_last_error and returns `status`. */
dsc_status dsc_fail(dsc_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For a status that a caller's function returned: if it is a failure that left no text, records one that
 * names the function. `failures` is the count before the call. */
size_t dsc_failure_count(void);
dsc_status dsc_check_callback(dsc_status status, size_t failures, const char *function);

/* The checks' messages. They name the argument as the caller knows it, and the function if it is public. */
dsc_status dsc_fail_null(const char *function, const char *expression);
dsc_status dsc_fail_dtype(const char *function, dsc_dtype dtype);
dsc_status dsc_fail_product(const char *function, const char *a, size_t a_value, const char *b,
                            size_t b_value);
dsc_status dsc_fail_count(const char *function, const char *expression, size_t n);

/* A number as a message shows it: with as few digits as tell it from its neighbours. */
typedef struct dsc_text {
    char text[128];
} dsc_text;
dsc_text dsc_digits(dsc_dtype dtype, double value);

#define DSC_CHECK_NOT_NULL(pointer)                                                                          \
    do {                                                                                                     \
        if ((pointer) == NULL)                                                                               \
            return dsc_fail_null(__func__, #pointer);                                                        \
    } while (0)

/* What kernels compute with. */
static inline bool dsc_is_real(dsc_dtype dtype) {
#define DSC_IS_IT(row_dtype, ...) dtype == row_dtype
#define DSC_IS_IT_OR(row_dtype, ...) DSC_IS_IT(row_dtype) ||
    return DSC_EVERY_REAL(DSC_IS_IT_OR, DSC_IS_IT);
#undef DSC_IS_IT
#undef DSC_IS_IT_OR
}

#define DSC_CHECK_DTYPE(dtype)                                                                               \
    do {                                                                                                     \
        if (!dsc_is_real(dtype))                                                                             \
            return dsc_fail_dtype(__func__, (dtype));                                                        \
    } while (0)

#define DSC_TRY(call)                                                                                        \
    do {                                                                                                     \
        dsc_status dsc_try_status = (call);                                                                  \
        if (dsc_try_status < 0)                                                                              \
            return dsc_try_status;                                                                           \
    } while (0)

/* The same for any status that is not DSC_OK: for iterations, which positive ones end. */
#define DSC_PASS(call)                                                                                       \
    do {                                                                                                     \
        dsc_status dsc_pass_status = (call);                                                                 \
        if (dsc_pass_status != DSC_OK)                                                                       \
            return dsc_pass_status;                                                                          \
    } while (0)

/* dsc_dtype_size of a known type. */
static inline size_t dsc_size_of(dsc_dtype dtype) {
    static const uint8_t sizes[] = {
        [DSC_FLOAT32] = 4, [DSC_FLOAT64] = 8, [DSC_INT64] = 8,    [DSC_UINT8] = 1,
        [DSC_BOOL] = 1,    [DSC_FLOAT16] = 2, [DSC_BFLOAT16] = 2,
    };
    return sizes[dtype];
}
static inline bool dsc_is_known(dsc_dtype dtype) {
    return (unsigned)dtype <= DSC_BFLOAT16;
}
/* dsc_dtype_size. */
static inline size_t dsc_size_or_0(dsc_dtype dtype) {
    return dsc_is_known(dtype) ? dsc_size_of(dtype) : 0;
}

/* a * b * element bytes must fit size_t (and so every index does). */
static inline bool dsc_bytes_overflow(size_t a, size_t b, size_t size) {
    size_t elements, bytes;
    return __builtin_mul_overflow(a, b, &elements) || __builtin_mul_overflow(elements, size, &bytes) ||
           bytes > PTRDIFF_MAX;
}
static inline bool dsc_product_overflows(size_t a, size_t b, dsc_dtype dtype) {
    return dsc_bytes_overflow(a, b, dsc_size_or_0(dtype));
}

#define DSC_CHECK_PRODUCT(a, b, dtype)                                                                       \
    do {                                                                                                     \
        if (dsc_product_overflows((a), (b), (dtype)))                                                        \
            return dsc_fail_product(__func__, #a, (a), #b, (b));                                             \
    } while (0)

/* So must n elements. int64_t counts as DSC_FLOAT64. */
#define DSC_CHECK_COUNT(n, dtype)                                                                            \
    do {                                                                                                     \
        if (dsc_product_overflows((n), 1, (dtype)))                                                          \
            return dsc_fail_count(__func__, #n, (n));                                                        \
    } while (0)

/* Elements of work in one tile of a streaming kernel: 64 KiB of float32, a few microseconds. */
enum { DSC_TILE = 16384 };

static inline size_t dsc_min_size(size_t a, size_t b) {
    return a < b ? a : b;
}
static inline size_t dsc_max_size(size_t a, size_t b) {
    return a > b ? a : b;
}
static inline size_t dsc_ceil_div(size_t a, size_t b) {
    return a / b + (a % b != 0);
}

/* An even share of `count` things, of which there is one at least: at most `most`, and at least 1. */
static inline size_t dsc_even_share(size_t count, size_t most) {
    return dsc_ceil_div(count, dsc_ceil_div(count, dsc_max_size(most, 1)));
}

/* As dsc_parallel_for, where tiles may be short: `work` is about how many elements or products there are in
 * all of them. What takes only microseconds the caller does alone. */
void dsc_parallel_work(const dsc_context *context, double work, size_t count, dsc_task task, void *argument);

/* The processors that this process may use: by its affinity and its control group's quota. */
int32_t dsc_processor_count(void);

/* As dsc_allocate, of zeros: pages take no memory until they are written. */
dsc_status dsc_allocate_zeroed(size_t bytes, void **memory);

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define DSC_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define DSC_THREAD_SANITIZER
#endif

/* Loops marked so are compiled once for each instruction set and chosen when the library is loaded. Not under
 * ThreadSanitizer, whose runtime is not up yet when the choice is made. */
#if defined(__x86_64__) && defined(__ELF__) && !defined(DSC_THREAD_SANITIZER)
#define DSC_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DSC_MULTIVERSION
#endif

/* For the target attribute: what x86-64-v4 and -v3 have, and kernels of vectors need. Not as arch=..., which
 * brings Clang's preference for vectors of 256 bits. */
#define DSC_V4_FEATURES "avx512f,avx512vl,avx512bw,avx512dq,fma,bmi2"
#define DSC_V3_FEATURES "avx2,fma,bmi2"

#endif

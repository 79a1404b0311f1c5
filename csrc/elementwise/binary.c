#ifdef DSC_REAL

static inline DSC_REAL DSC_NAME(power)(DSC_REAL x, DSC_REAL p) {
    return DSC_IS_FLOAT32 ? (DSC_REAL)powf((float)x, (float)p) : (DSC_REAL)pow(x, p);
}

/* One run of the innermost dimension. Strides of 1 and 0 get loops of their own, which vectorise. */
#define LOOP(expression)                                                                                     \
    do {                                                                                                     \
        if (sa == 1 && sb == 1 && so == 1)                                                                   \
            for (size_t i = 0; i < n; ++i) {                                                                 \
                DSC_REAL x = a[i], y = b[i];                                                                 \
                out[i] = (expression);                                                                       \
            }                                                                                                \
        else if (sa == 1 && sb == 0 && so == 1)                                                              \
            for (size_t i = 0; i < n; ++i) {                                                                 \
                DSC_REAL x = a[i], y = b[0];                                                                 \
                out[i] = (expression);                                                                       \
            }                                                                                                \
        else                                                                                                 \
            for (size_t i = 0; i < n; ++i) {                                                                 \
                DSC_REAL x = a[i * sa], y = b[i * sb];                                                       \
                out[i * so] = (expression);                                                                  \
            }                                                                                                \
    } while (0)

DSC_MULTIVERSION
static void DSC_NAME(binary_range)(dsc_binary operation, size_t n, const DSC_REAL *a, size_t sa,
                                   const DSC_REAL *b, size_t sb, DSC_REAL *out, size_t so) {
    switch (operation) {
    case DSC_ADD:
        LOOP(x + y);
        break;
    case DSC_SUBTRACT:
        LOOP(x - y);
        break;
    case DSC_MULTIPLY:
        LOOP(x * y);
        break;
    case DSC_DIVIDE:
        LOOP(x / y);
        break;
    case DSC_POWER:
        if (sb == 0 && n > 0 && *b == 2)
            LOOP(((void)y, x * x));
        else
            LOOP(DSC_NAME(power)(x, y));
        break;
    case DSC_MAXIMUM:
        LOOP(x > y || x != x ? x : y);
        break;
    case DSC_GREATER:
        LOOP(x > y ? 1 : 0);
        break;
    case DSC_EQUAL:
        LOOP(x == y ? 1 : 0);
        break;
    case DSC_MASK:
        LOOP(y != 0 ? x : 0);
        break;
    case DSC_MINIMUM:
        LOOP(x < y || x != x ? x : y);
        break;
    }
}

DSC_MULTIVERSION
static void DSC_NAME(copy_range)(size_t n, const DSC_REAL *a, size_t sa, DSC_REAL *out, size_t so) {
    if (sa == 1 && so == 1)
        for (size_t i = 0; i < n; ++i)
            out[i] = a[i];
    else
        for (size_t i = 0; i < n; ++i)
            out[i * so] = a[i * sa];
}

#undef LOOP

#else

#include <math.h>
#include <string.h>

#include "elementwise/strided.h"

#define DSC_TEMPLATE "elementwise/binary.c"
#include "core/instantiate.h"

/* A walk over a shape with dimensions merged where every operand allows. */
typedef struct walk_job {
    dsc_dtype dtype;
    int operation; /* a dsc_binary, or -1: copy a */
    size_t rank, shape[DSC_MAX_RANK], total;
    size_t sa[DSC_MAX_RANK], sb[DSC_MAX_RANK], so[DSC_MAX_RANK];
    const char *a, *b;
    char *out;
} walk_job;

static void run_piece(const walk_job *job, size_t a, size_t b, size_t out, size_t n) {
    size_t size = dsc_dtype_size(job->dtype), last = job->rank - 1;
    const void *pa = job->a + a * size, *pb = job->b == NULL ? NULL : job->b + b * size;
    void *po = job->out + out * size;
    if (job->operation < 0) {
        DSC_CALL(job->dtype, copy_range, n, pa, job->sa[last], po, job->so[last]);
    } else
        DSC_CALL(job->dtype, binary_range, (dsc_binary)job->operation, n, pa, job->sa[last], pb,
                 job->sb[last], po, job->so[last]);
}

/* Elements [start, end) of the output, a run of the innermost dimension at a time. */
static void walk_tile(void *argument, size_t index) {
    const walk_job *job = argument;
    size_t start = index * DSC_TILE, end = dsc_min_size(start + DSC_TILE, job->total);
    size_t last = job->rank - 1, inner = job->shape[last];
    for (size_t at = start; at < end;) {
        size_t rest = at / inner, column = at % inner;
        size_t a = column * job->sa[last], b = column * job->sb[last], out = column * job->so[last];
        for (size_t d = last; d-- > 0;) {
            size_t coordinate = rest % job->shape[d];
            rest /= job->shape[d];
            a += coordinate * job->sa[d];
            b += coordinate * job->sb[d];
            out += coordinate * job->so[d];
        }
        size_t n = dsc_min_size(inner - column, end - at);
        run_piece(job, a, b, out, n);
        at += n;
    }
}

/* Refuses an operand whose last element lies beyond what memory can hold. */
static dsc_status check_reach(dsc_dtype dtype, size_t rank, const size_t *shape, const dsc_operand *operand) {
    size_t reach = 1, step;
    for (size_t d = 0; d < rank; ++d)
        if (__builtin_mul_overflow(shape[d] - 1, operand->strides[d], &step) ||
            __builtin_add_overflow(reach, step, &reach) || dsc_product_overflows(reach, 1, dtype))
            return dsc_fail(DSC_ERROR_OVERFLOW, "stride %zu over %zu elements of dimension %zu overflows",
                            operand->strides[d], shape[d], d);
    return DSC_OK;
}

/* out_strides: NULL where the output is contiguous. */
static dsc_status walk(const dsc_context *context, dsc_dtype dtype, int operation, size_t rank,
                       const size_t *shape, const dsc_operand *a, const dsc_operand *b, void *out,
                       const size_t *out_strides) {
    DSC_CHECK_DTYPE(dtype);
    if (rank > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "rank is %zu, must be at most %d", rank, DSC_MAX_RANK);
    if (rank > 0)
        DSC_CHECK_NOT_NULL(shape);
    DSC_CHECK_NOT_NULL(a);
    walk_job job = {.dtype = dtype,
                    .operation = operation,
                    .rank = 1,
                    .shape = {1},
                    .sa = {0},
                    .sb = {0},
                    .so = {1},
                    .total = 1,
                    .a = a->data,
                    .b = b != NULL ? b->data : NULL,
                    .out = out};
    for (size_t d = 0; d < rank; ++d) {
        DSC_CHECK_PRODUCT(job.total, shape[d], dtype);
        job.total *= shape[d];
    }
    if (job.total == 0)
        return DSC_OK;
    for (size_t d = 0, inside = job.total; d < rank; ++d) {
        inside /= shape[d];
        size_t so = out_strides == NULL ? inside : out_strides[d];
        size_t sa = a->strides[d], sb = b != NULL ? b->strides[d] : 0, last = job.rank - 1;
        if (shape[d] == 1)
            continue;
        bool merges =
            job.sa[last] == sa * shape[d] && job.sb[last] == sb * shape[d] && job.so[last] == so * shape[d];
        if (job.shape[last] != 1 && !merges) {
            last = job.rank++;
            job.shape[last] = 1;
        }
        job.shape[last] *= shape[d];
        job.sa[last] = sa;
        job.sb[last] = sb;
        job.so[last] = so;
    }
    DSC_TRY(check_reach(dtype, rank, shape, a));
    if (b != NULL)
        DSC_TRY(check_reach(dtype, rank, shape, b));
    DSC_CHECK_NOT_NULL(a->data);
    if (b != NULL)
        DSC_CHECK_NOT_NULL(b->data);
    DSC_CHECK_NOT_NULL(out);
    dsc_parallel_for(context, dsc_ceil_div(job.total, DSC_TILE), walk_tile, &job);
    return DSC_OK;
}

dsc_status dsc_binary_run(const dsc_context *context, dsc_dtype dtype, dsc_binary operation, size_t rank,
                          const size_t *shape, const dsc_operand *a, const dsc_operand *b, void *out) {
    if ((unsigned)operation > DSC_MINIMUM)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown operation %d", __func__, (int)operation);
    DSC_CHECK_NOT_NULL(b);
    return walk(context, dtype, (int)operation, rank, shape, a, b, out, NULL);
}

dsc_status dsc_copy_run(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                        const dsc_operand *a, void *out) {
    return walk(context, dtype, -1, rank, shape, a, NULL, out, NULL);
}

dsc_status dsc_copy_strided(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                            const dsc_operand *a, void *out, const size_t *strides) {
    return walk(context, dtype, -1, rank, shape, a, NULL, out, strides);
}

dsc_status dsc_add_strided(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const dsc_operand *a, void *out, const size_t *strides) {
    dsc_operand sum = {.data = out};
    memcpy(sum.strides, strides, rank * sizeof *strides);
    return walk(context, dtype, DSC_ADD, rank, shape, &sum, a, out, strides);
}

#endif

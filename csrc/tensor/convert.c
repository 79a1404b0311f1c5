/* Copies between any strides and any types. */
#include <math.h>
#include <string.h>

#include "elementwise/strided.h"
#include "tensor/tensor.h"

static float float_of_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = half >> 10 & 31, fraction = half & 1023;
    float magnitude;
    if (exponent == 0)
        magnitude = (float)fraction * 0x1p-24f;
    else if (exponent == 31)
        magnitude = fraction == 0 ? INFINITY : NAN;
    else
        magnitude = ldexpf((float)(fraction | 1024), (int)exponent - 25);
    uint32_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    bits |= sign;
    memcpy(&magnitude, &bits, sizeof bits);
    return magnitude;
}

/* Rounded to nearest, ties to even. */
static uint16_t half_of_double(double number) {
    uint16_t sign = signbit(number) ? 0x8000 : 0;
    double magnitude = fabs(number);
    if (isnan(number))
        return sign | 0x7e00;
    if (magnitude >= 65520)
        return sign | 0x7c00;
    if (magnitude < 0x1p-14)
        return sign | (uint16_t)nearbyint(magnitude * 0x1p24);
    int exponent;
    double fraction = nearbyint(frexp(magnitude, &exponent) * 2048); /* in [1024, 2048] */
    return sign | (uint16_t)((exponent + 13) * 1024 + (int)fraction);
}

static uint16_t bfloat_of_double(double number) {
    float narrow = (float)number;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    if (isnan(narrow))
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float float_of_bfloat(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

double dsc_number_at(dsc_dtype dtype, const void *data, size_t at) {
    switch (dtype) {
    case DSC_FLOAT32:
        return (double)((const float *)data)[at];
    case DSC_FLOAT64:
        return ((const double *)data)[at];
    case DSC_INT64:
        return (double)((const int64_t *)data)[at];
    case DSC_UINT8:
    case DSC_BOOL:
        return ((const uint8_t *)data)[at];
    case DSC_FLOAT16:
        return (double)float_of_half(((const uint16_t *)data)[at]);
    case DSC_BFLOAT16:
        return (double)float_of_bfloat(((const uint16_t *)data)[at]);
    }
    return NAN;
}

/* As C converts, where that is defined; what does not fit becomes the nearest number, NaN 0. */
static int64_t whole(double value) {
    return value >= 0x1p63 ? INT64_MAX : value >= -0x1p63 ? (int64_t)value : isnan(value) ? 0 : INT64_MIN;
}

void dsc_set_number(dsc_dtype dtype, void *data, size_t at, double value) {
    switch (dtype) {
    case DSC_FLOAT32:
        ((float *)data)[at] = (float)value;
        break;
    case DSC_FLOAT64:
        ((double *)data)[at] = value;
        break;
    case DSC_INT64:
        ((int64_t *)data)[at] = whole(value);
        break;
    case DSC_UINT8:
        ((uint8_t *)data)[at] = (uint8_t)whole(value);
        break;
    case DSC_BOOL:
        ((uint8_t *)data)[at] = value != 0;
        break;
    case DSC_FLOAT16:
        ((uint16_t *)data)[at] = half_of_double(value);
        break;
    case DSC_BFLOAT16:
        ((uint16_t *)data)[at] = bfloat_of_double(value);
        break;
    }
}

void dsc_walk_begin(dsc_walk *walk, const dsc_tensor *t) {
    *walk = (dsc_walk){.tensor = t};
}

void dsc_walk_next(dsc_walk *walk) {
    const dsc_tensor *t = walk->tensor;
    for (size_t d = t->rank; d-- > 0;) {
        walk->at += t->strides[d];
        if (++walk->index[d] < t->shape[d])
            return;
        walk->at -= t->shape[d] * t->strides[d];
        walk->index[d] = 0;
    }
}

static dsc_operand operand_of(const dsc_tensor *t) {
    dsc_operand operand = {.data = dsc_data(t)};
    memcpy(operand.strides, t->strides, sizeof operand.strides);
    return operand;
}

static bool same_type(const dsc_tensor *x, const dsc_tensor *out) {
    return x->dtype == out->dtype || (x->dtype == DSC_BOOL && out->dtype == DSC_UINT8);
}

/* One innermost run at a time. */
static void copy_rows(const dsc_tensor *x, dsc_tensor *out) {
    size_t size = dsc_dtype_size(x->dtype), rank = x->rank;
    size_t n = rank == 0 ? 1 : x->shape[rank - 1];
    size_t from = rank == 0 ? 1 : x->strides[rank - 1], to = rank == 0 ? 1 : out->strides[rank - 1];
    bool copies = same_type(x, out);
    dsc_tensor rows_x = *x, rows_out = *out;
    if (rank > 0) {
        rows_x.rank = rows_out.rank = (uint8_t)(rank - 1);
        rows_x.count = n == 0 ? 0 : x->count / n;
    }
    dsc_walk a, b;
    dsc_walk_begin(&a, &rows_x);
    dsc_walk_begin(&b, &rows_out);
    for (size_t r = 0; r < rows_x.count; ++r, dsc_walk_next(&a), dsc_walk_next(&b)) {
        const char *source = (const char *)dsc_data(x) + a.at * size;
        char *target = (char *)dsc_data(out) + b.at * dsc_dtype_size(out->dtype);
        if (copies && from == 1 && to == 1)
            memcpy(target, source, n * size);
        else if (copies)
            for (size_t i = 0; i < n; ++i)
                memcpy(target + i * to * size, source + i * from * size, size);
        else if (x->dtype == DSC_INT64 && out->dtype == DSC_UINT8)
            for (size_t i = 0; i < n; ++i) /* beyond 2^53 double has no last bits */
                ((uint8_t *)target)[i * to] = (uint8_t)((const int64_t *)source)[i * from];
        else
            for (size_t i = 0; i < n; ++i)
                dsc_set_number(out->dtype, target, i * to, dsc_number_at(x->dtype, source, i * from));
    }
}

/* Whether no two elements are the same number, so that the order in which they are written does not matter.
 */
static bool is_apart(const dsc_tensor *t) {
    for (size_t d = 0; d < t->rank && !t->is_contiguous; ++d) {
        size_t inside = 0; /* what dimensions with shorter strides reach */
        for (size_t e = 0; e < t->rank; ++e)
            if (t->strides[e] < t->strides[d] || (t->strides[e] == t->strides[d] && e > d))
                inside += (t->shape[e] - 1) * t->strides[e];
        if (t->shape[d] > 1 && t->strides[d] <= inside)
            return false;
    }
    return true;
}

dsc_status dsc_convert_into(const dsc_tensor *x, dsc_tensor *out) {
    if (x->count == 0)
        return DSC_OK;
    if (x->dtype == out->dtype && dsc_is_real(x->dtype) && is_apart(out)) {
        const dsc_operand from = operand_of(x);
        return dsc_copy_strided(dsc_context_of(x), x->dtype, x->rank, x->shape, &from, dsc_data(out),
                                out->strides);
    }
    copy_rows(x, out);
    return DSC_OK;
}

dsc_status dsc_add_into(const dsc_tensor *x, dsc_tensor *out) {
    if (x->count == 0)
        return DSC_OK;
    const dsc_operand more = operand_of(x);
    return dsc_add_strided(dsc_context_of(x), x->dtype, x->rank, x->shape, &more, dsc_data(out),
                           out->strides);
}

typedef struct fill_job {
    const dsc_tensor *tensor;
    double value;
} fill_job;

static void fill_tile(void *argument, size_t tile) {
    const fill_job *job = argument;
    const dsc_tensor *t = job->tensor;
    const size_t first = tile * DSC_TILE, end = dsc_min_size(first + DSC_TILE, t->count);
    const size_t size = dsc_dtype_size(t->dtype);
    char *data = dsc_data(t);
    if (job->value == 0 && !signbit(job->value)) {
        memset(data + first * size, 0, (end - first) * size);
    } else if (t->dtype == DSC_FLOAT32) {
        const float number = (float)job->value;
        for (size_t i = first; i < end; ++i)
            ((float *)data)[i] = number;
    } else {
        for (size_t i = first; i < end; ++i)
            dsc_set_number(t->dtype, data, i, job->value);
    }
}

dsc_status dsc_tensor_fill(dsc_tensor *t, double value) {
    DSC_CHECK_NOT_NULL(t);
    dsc_note_change(t);
    if (t->is_contiguous) {
        fill_job job = {t, value};
        dsc_parallel_work(dsc_context_of(t), (double)t->count, dsc_ceil_div(t->count, DSC_TILE), fill_tile,
                          &job);
        return DSC_OK;
    }
    dsc_walk walk;
    dsc_walk_begin(&walk, t);
    for (size_t i = 0; i < t->count; ++i, dsc_walk_next(&walk))
        dsc_set_number(t->dtype, dsc_data(t), walk.at, value);
    return DSC_OK;
}

dsc_status dsc_tensor_assign(dsc_tensor *t, dsc_tensor *source) {
    DSC_CHECK_NOT_NULL(t);
    DSC_CHECK_NOT_NULL(source);
    dsc_tensor *repeated;
    DSC_TRY(dsc_broadcast_view(__func__, source, t->rank, t->shape, &repeated));
    dsc_status status = DSC_OK;
    if (repeated->storage == t->storage) { /* they may overlap */
        dsc_tensor *copy;
        status = dsc_make_like(repeated, repeated->dtype, &copy);
        if (status == DSC_OK)
            status = dsc_convert_into(repeated, copy);
        if (status == DSC_OK) {
            dsc_tensor_release(repeated);
            repeated = copy;
        }
    }
    if (status == DSC_OK) {
        dsc_note_change(t);
        status = dsc_convert_into(repeated, t);
    }
    dsc_tensor_release(repeated);
    return status;
}

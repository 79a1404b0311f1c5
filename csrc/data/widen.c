#include "core/internal.h"
#include "descent/data.h"

typedef union word {
    uint32_t bits;
    float real;
} word;

DSC_MULTIVERSION
static void widen_float16(size_t n, const uint16_t *x, float *out) {
    for (size_t i = 0; i < n; ++i) {
        uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16, size = x[i] & 0x7fff;
        /* The exponent's bias is 112 larger, and where it has only ones twice that; subnormal numbers are
         * multiples of 2^-24. */
        word number = {.bits = (size << 13) + (112u << 23)},
             small = {.real = (float)(int32_t)size * 0x1p-24f};
        number.bits += size >= 0x7c00 ? 112u << 23 : 0;
        number.bits = (size < 0x0400 ? small.bits : number.bits) | sign;
        out[i] = number.real;
    }
}

DSC_MULTIVERSION
static void widen_bfloat16(size_t n, const uint16_t *x, float *out) {
    for (size_t i = 0; i < n; ++i) {
        word number = {.bits = (uint32_t)x[i] << 16};
        out[i] = number.real;
    }
}

dsc_status dsc_widen(dsc_half kind, size_t n, const void *x, float *out) {
    if ((unsigned)kind > DSC_HALF_BFLOAT16)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown kind %d", __func__, (int)kind);
    DSC_CHECK_COUNT(n, DSC_FLOAT32);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(out);
    if (kind == DSC_HALF_FLOAT16)
        widen_float16(n, x, out);
    else
        widen_bfloat16(n, x, out);
    return DSC_OK;
}

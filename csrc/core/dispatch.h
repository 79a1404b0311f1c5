/* The types that kernels compute in, and the choice among them when a tensor's type is known. To add one: a
 * row here and its block in core/instantiate.h; a kernel that lacks it does not compile then. */
#ifndef DSC_CORE_DISPATCH_H
#define DSC_CORE_DISPATCH_H

#include "descent/context.h"

/* Each with its dtype, its C type, the suffix of its kernels, and the type that their sums are kept in.
 * `last` takes the last one: it is what a dtype that nobody asks about is. */
#define DSC_EVERY_REAL(row, last, ...)                                                                       \
    row(DSC_FLOAT32, float, f32, double, __VA_ARGS__) last(DSC_FLOAT64, double, f64, double, __VA_ARGS__)

#define DSC_DEFINE_REAL(row_dtype, real, suffix, wide, ...)                                                  \
    typedef real dsc_real_##suffix;                                                                          \
    typedef wide dsc_wide_##suffix;
DSC_EVERY_REAL(DSC_DEFINE_REAL, DSC_DEFINE_REAL)

/* The expression what(real, suffix, ...) of the type. Where it is void, so is this. */
#define DSC_FOR_TYPE(dtype, what, ...) (DSC_EVERY_REAL(DSC_BRANCH, DSC_LAST_BRANCH, dtype, what, __VA_ARGS__))
#define DSC_BRANCH(row_dtype, real, suffix, wide, dtype, what, ...)                                          \
    (dtype) == row_dtype ? what(real, suffix, __VA_ARGS__):
#define DSC_LAST_BRANCH(row_dtype, real, suffix, wide, dtype, what, ...) what(real, suffix, __VA_ARGS__)

/* Calls verb_f32 or verb_f64: numbers are passed as void *, options as double. */
#define DSC_CALL(dtype, verb, ...) DSC_FOR_TYPE(dtype, DSC_CALL_ONE, verb, __VA_ARGS__)
#define DSC_CALL_ONE(real, suffix, verb, ...) verb##_##suffix(__VA_ARGS__)

/* That function itself, or that table, of one C type for all dtypes. */
#define DSC_PICK(dtype, name) DSC_FOR_TYPE(dtype, DSC_PICK_ONE, name)
#define DSC_PICK_ONE(real, suffix, name) name##_##suffix

static inline double dsc_load_real(dsc_dtype dtype, const void *from, size_t at) {
#define DSC_LOAD(real, ...) (double)((const real *)from)[at]
    return DSC_FOR_TYPE(dtype, DSC_LOAD);
#undef DSC_LOAD
}

static inline void dsc_store_real(dsc_dtype dtype, void *to, size_t at, double value) {
#define DSC_STORE(real, ...) (void)(((real *)to)[at] = (real)value)
    DSC_FOR_TYPE(dtype, DSC_STORE);
#undef DSC_STORE
}

#endif

/* As core/instantiate.h, once for each instruction set: for kernels that are written in vectors
 * (vector_size), which GCC takes apart for the baseline before it makes DSC_MULTIVERSION's clones. Here every
 * function of the template is compiled for the instruction set, with what it calls. The caller chooses:
 *
 *     DSC_CALL_VERSION(dtype, verb, ...);
 *
 * DSC_VECTOR_BYTES is what one register holds: wider vectors cost AVX2 half its speed, in moves to the stack
 * and back, and GCC keeps them in memory. DSC_HAS_FMA: dsc_fma is an instruction. */

/* Before a loop over vectors that have to stay in registers: compilers keep an array there only where its
 * loops are written out, and leave out of that what they find too long. */
#ifdef __clang__
#define DSC_WRITE_OUT _Pragma("clang loop unroll(full)")
#else
#define DSC_WRITE_OUT _Pragma("GCC unroll 16")
#endif

#if defined(__x86_64__)

#ifdef __clang__
#define DSC_BEGIN_TARGET(name)                                                                               \
    DSC_PRAGMA(clang attribute push(__attribute__((target(name))), apply_to = function))
#define DSC_END_TARGET DSC_PRAGMA(clang attribute pop)
#else
#define DSC_BEGIN_TARGET(name) DSC_PRAGMA(GCC push_options) DSC_PRAGMA(GCC target(name))
#define DSC_END_TARGET DSC_PRAGMA(GCC pop_options)
#endif
#define DSC_PRAGMA(text) _Pragma(#text)

DSC_BEGIN_TARGET(DSC_V4_FEATURES)
#define DSC_VECTOR_BYTES 64
#define DSC_HAS_FMA
#define DSC_SUFFIX _v4
#include "core/instantiate.h"
#undef DSC_VECTOR_BYTES
DSC_END_TARGET

DSC_BEGIN_TARGET(DSC_V3_FEATURES)
#define DSC_VECTOR_BYTES 32
#define DSC_SUFFIX _v3
#include "core/instantiate.h"
#undef DSC_VECTOR_BYTES
#undef DSC_HAS_FMA
DSC_END_TARGET

#define DSC_VERSION(name)                                                                                    \
    (__builtin_cpu_supports("x86-64-v4") ? name##_v4 : __builtin_cpu_supports("x86-64-v3") ? name##_v3 : name)
#else
#define DSC_VERSION(name) name
#endif

#if defined(__aarch64__)
#define DSC_HAS_FMA
#endif
#define DSC_VECTOR_BYTES 16
#include "core/instantiate.h"
#undef DSC_VECTOR_BYTES

#define DSC_CALL_VERSION(dtype, verb, ...) DSC_FOR_TYPE(dtype, DSC_CALL_ONE_VERSION, verb, __VA_ARGS__)
#define DSC_CALL_ONE_VERSION(real, suffix, verb, ...) DSC_VERSION(verb##_##suffix)(__VA_ARGS__)

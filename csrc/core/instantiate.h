/* Compiles the template part of a file for every type of core/dispatch.h: DSC_REAL is the type, DSC_WIDE the
 * one that sums are kept in. Since a macro cannot include a file, each type has its block here. A file that
 * holds a kernel is laid out as
 *
 *     #ifdef DSC_REAL
 *         ... kernels over DSC_REAL, each named DSC_NAME(verb) ...
 *     #else
 *     #define DSC_TEMPLATE "losses/kernels/nll.c"
 *     #include "core/instantiate.h"
 *         ... checks and DSC_CALL(dtype, verb, ...) ...
 *     #endif
 */
#include "core/dispatch.h"

#ifndef DSC_SUFFIX
#define DSC_SUFFIX
#endif
#define DSC_JOIN(name, suffix) DSC_PASTE(name, suffix)
#define DSC_PASTE(name, suffix) name##suffix

#define DSC_REAL dsc_real_f32
#define DSC_WIDE dsc_wide_f32
#define DSC_IS_FLOAT32 1
#define DSC_NAME(name) DSC_JOIN(name##_f32, DSC_SUFFIX)
#include DSC_TEMPLATE
#undef DSC_REAL
#undef DSC_WIDE
#undef DSC_IS_FLOAT32
#undef DSC_NAME

#define DSC_REAL dsc_real_f64
#define DSC_WIDE dsc_wide_f64
#define DSC_IS_FLOAT32 0
#define DSC_NAME(name) DSC_JOIN(name##_f64, DSC_SUFFIX)
#include DSC_TEMPLATE
#undef DSC_REAL
#undef DSC_WIDE
#undef DSC_IS_FLOAT32
#undef DSC_NAME

#undef DSC_SUFFIX
#undef DSC_JOIN
#undef DSC_PASTE

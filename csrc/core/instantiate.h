/* Compiles the template part of a file twice: DSC_REAL = float, then double. A file that holds a
 * kernel is laid out as
 *
 *     #ifdef DSC_REAL
 *         ... kernels over DSC_REAL, each named DSC_NAME(verb) ...
 *     #else
 *     #define DSC_TEMPLATE "losses/kernels/nll.c"
 *     #include "core/instantiate.h"
 *         ... checks and the call of the right one of verb_f32 and verb_f64 ...
 *     #endif
 */
#ifndef DSC_SUFFIX
#define DSC_SUFFIX
#endif
#define DSC_JOIN(name, suffix) DSC_PASTE(name, suffix)
#define DSC_PASTE(name, suffix) name##suffix

#define DSC_REAL float
#define DSC_IS_FLOAT32 1
#define DSC_NAME(name) DSC_JOIN(name##_f32, DSC_SUFFIX)
#include DSC_TEMPLATE
#undef DSC_REAL
#undef DSC_IS_FLOAT32
#undef DSC_NAME

#define DSC_REAL double
#define DSC_IS_FLOAT32 0
#define DSC_NAME(name) DSC_JOIN(name##_f64, DSC_SUFFIX)
#include DSC_TEMPLATE
#undef DSC_REAL
#undef DSC_IS_FLOAT32
#undef DSC_NAME

#undef DSC_SUFFIX
#undef DSC_JOIN
#undef DSC_PASTE

/* Statuses, element types and the last error of a thread. */
#ifndef DESCENT_STATUS_H
#define DESCENT_STATUS_H

#include <stddef.h>
#include <stdint.h>

/* What a header declares between the two has C linkage, and is what libdescent.so exports: nothing else. */
#ifdef __cplusplus
#define DSC_BEGIN_API                                                                                        \
    extern "C" {                                                                                             \
    _Pragma("GCC visibility push(default)")
#define DSC_END_API                                                                                          \
    _Pragma("GCC visibility pop")                                                                            \
    }
#else
#define DSC_BEGIN_API _Pragma("GCC visibility push(default)")
#define DSC_END_API _Pragma("GCC visibility pop")
#endif

DSC_BEGIN_API

#define DSC_VERSION_MAJOR 0
#define DSC_VERSION_MINOR 1
#define DSC_VERSION_PATCH 0

/* 0 = ok, negative = the call was refused or failed, positive = done, with a remark. */
typedef int32_t dsc_status;

enum {
    DSC_OK = 0,
    DSC_STEP_SKIPPED = 1, /* the optimizer's guard met a non-finite gradient and changed nothing */

    DSC_ERROR_ARGUMENT = -1,   /* a NULL pointer, an unknown name or enumerator, a bad range */
    DSC_ERROR_SIZE = -2,       /* a size is zero where it must not be, or sizes disagree */
    DSC_ERROR_OVERFLOW = -3,   /* a product of sizes does not fit */
    DSC_ERROR_MEMORY = -4,     /* an allocation failed */
    DSC_ERROR_OPTION = -5,     /* an optimizer option is unknown or out of its range */
    DSC_ERROR_CLASS = -6,      /* a class index lies outside [0, classes) */
    DSC_ERROR_NON_FINITE = -7, /* a NaN or an infinity stopped the step; nothing was changed */
    /* -8 is not in use. */
    DSC_ERROR_DTYPE = -9,     /* a tensor is of a type that does not do here */
    DSC_ERROR_MISMATCH = -10, /* a check found two things that should be equal and are not */
    DSC_ERROR_FILE = -11,     /* a file cannot be read or written */
    DSC_ERROR_FORMAT = -12    /* a file is not what it should be */
};

/* Kernels and operations compute with float32 and float64. Whole numbers are classes, indices and masks;
 * float16 and bfloat16 are only stored, and converted. */
typedef enum dsc_dtype {
    DSC_FLOAT32 = 0,
    DSC_FLOAT64 = 1,
    DSC_INT64 = 2,
    DSC_UINT8 = 3,
    DSC_BOOL = 4, /* a byte that is 0 or 1 */
    DSC_FLOAT16 = 5,
    DSC_BFLOAT16 = 6
} dsc_dtype;

/* Dimensions that a tensor may have. */
enum { DSC_MAX_RANK = 8 };

/* Bytes an element takes; 0 for an unknown dtype. */
size_t dsc_dtype_size(dsc_dtype dtype);

/* "float32"; "unknown" for an unknown one. */
const char *dsc_dtype_name(dsc_dtype dtype);

/* A fixed English sentence for a status, never NULL. */
const char *dsc_status_string(dsc_status status);

/* What went wrong in the last failing call of this thread: the argument, its value and what would
 * be right. Empty if no call has failed. Valid until the thread's next failing call. */
const char *dsc_last_error(void);

/* "0.1.0" */
const char *dsc_version(void);

DSC_END_API
#endif

#include "core/internal.h"

static const char *const names[] = {
    [DSC_FLOAT32] = "float32", [DSC_FLOAT64] = "float64", [DSC_INT64] = "int64",       [DSC_UINT8] = "uint8",
    [DSC_BOOL] = "bool",       [DSC_FLOAT16] = "float16", [DSC_BFLOAT16] = "bfloat16",
};

size_t dsc_dtype_size(dsc_dtype dtype) {
    return dsc_size_or_0(dtype);
}

const char *dsc_dtype_name(dsc_dtype dtype) {
    return dsc_is_known(dtype) ? names[dtype] : "unknown";
}

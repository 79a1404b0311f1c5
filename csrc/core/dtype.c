#include "core/internal.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [DSC_FLOAT32] = {"float32", 4},   [DSC_FLOAT64] = {"float64", 8}, [DSC_INT64] = {"int64", 8},
    [DSC_UINT8] = {"uint8", 1},       [DSC_BOOL] = {"bool", 1},       [DSC_FLOAT16] = {"float16", 2},
    [DSC_BFLOAT16] = {"bfloat16", 2},
};

static bool is_known(dsc_dtype dtype) {
    return (unsigned)dtype < sizeof dtypes / sizeof *dtypes;
}

size_t dsc_dtype_size(dsc_dtype dtype) {
    return is_known(dtype) ? dtypes[dtype].size : 0;
}

const char *dsc_dtype_name(dsc_dtype dtype) {
    return is_known(dtype) ? dtypes[dtype].name : "unknown";
}

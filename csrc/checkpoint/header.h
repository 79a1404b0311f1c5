/* The JSON header of a safetensors file. */
#ifndef DSC_CHECKPOINT_HEADER_H
#define DSC_CHECKPOINT_HEADER_H

#include <cjson/cJSON.h>

#include "descent/checkpoint.h"
#include "tensor/tensor.h"

/* "F32"; NULL for what the format does not have. */
const char *dsc_format_name(dsc_dtype dtype);

/* A tensor as the header describes it. */
typedef struct dsc_header_entry {
    const char *name;
    dsc_dtype dtype;
    size_t rank, shape[DSC_MAX_RANK];
    size_t begin, end; /* among the tensors' bytes */
} dsc_header_entry;

/* The entries of a header in the order of their bytes, which must be all of `contents` bytes, without gaps.
 */
dsc_status dsc_header_entries(const char *path, const cJSON *header, size_t contents, size_t *count,
                              dsc_header_entry **entries);

#endif

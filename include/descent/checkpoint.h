/* Tensors in files of the safetensors format, which PyTorch and others read.
 *
 * The file: 8 bytes with the header's length, little-endian; the header, JSON; the tensors' bytes. Descent
 * adds a CRC-32 of the latter to the metadata, and checks it where a file has one. Source:
 * github.com/huggingface/safetensors, "Format". */
#ifndef DESCENT_CHECKPOINT_H
#define DESCENT_CHECKPOINT_H

#include "network.h"
#include "tensor.h"

DSC_BEGIN_API

typedef struct dsc_named_tensor {
    const char *name;
    dsc_tensor *tensor;
} dsc_named_tensor;

/* Text about the tensors. */
typedef struct dsc_metadata {
    const char *key, *value;
} dsc_metadata;

/* Writes a file, whole or not at all: under another name beside it, which then takes its place, with the mode
 * of the file that was there. Equal contents are equal files. Refused: names or keys that are given twice,
 * the key "crc32". DSC_ERROR_FILE with the path and the system's reason. */
dsc_status dsc_safetensors_write(const char *path, size_t count, const dsc_named_tensor *tensors,
                                 size_t metadata_count, const dsc_metadata *metadata);

/* A file that was read. Tensors stay after it. */
typedef struct dsc_safetensors dsc_safetensors;

/* Everything in a file, checked before any of it is given; float16 and bfloat16 as they are (dsc_to
 * converts). DSC_ERROR_FILE: it cannot be read; DSC_ERROR_FORMAT: what is wrong with it. */
dsc_status dsc_safetensors_read(const dsc_context *context, const char *path, dsc_safetensors **file);
void dsc_safetensors_destroy(dsc_safetensors *file);
size_t dsc_safetensors_count(const dsc_safetensors *file);
/* In the order of the file; no reference is given. Refused: an index out of range. */
dsc_status dsc_safetensors_at(const dsc_safetensors *file, size_t index, dsc_named_tensor *tensor);
/* NULL where there is none of this key. */
const char *dsc_safetensors_metadata(const dsc_safetensors *file, const char *key);

/* A network's parameters and buffers, under their names. Loading refuses files whose names, types or shapes
 * are others (the first difference is named); nothing is changed then. */
dsc_status dsc_network_save(const dsc_network *network, const char *path);
dsc_status dsc_network_load(dsc_network *network, const char *path);

DSC_END_API
#endif

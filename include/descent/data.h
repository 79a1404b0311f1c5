/* Batches out of data that stays compact in memory. */
#ifndef DESCENT_DATA_H
#define DESCENT_DATA_H

#include "context.h"
#include "status.h"

DSC_BEGIN_API

/* out[b] = row indices[b] of bytes, each byte / 255 as float32: what torchvision's ToTensor makes
 * of 8-bit images. bytes: rows x row; out: count x row. Refused: an index outside [0, rows). */
dsc_status dsc_gather_bytes(const dsc_context *context, size_t rows, size_t row, const uint8_t *bytes,
                            size_t count, const int64_t *indices, float *out);

/* out[b] = row indices[b] of data, rows of `row` bytes of any type. Refused: an index outside. */
dsc_status dsc_gather_rows(const dsc_context *context, size_t rows, size_t row, const void *data,
                           size_t count, const int64_t *indices, void *out);

DSC_END_API
#endif

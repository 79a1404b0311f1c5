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

typedef enum dsc_half {
    DSC_HALF_FLOAT16 = 0, /* IEEE 754's binary16 */
    DSC_HALF_BFLOAT16 = 1 /* the upper half of a float32 */
} dsc_half;

/* out[i] = x[i], n numbers of 16 bits, exactly. A NaN keeps its sign and its bits. */
dsc_status dsc_widen(dsc_half kind, size_t n, const void *x, float *out);

DSC_END_API
#endif

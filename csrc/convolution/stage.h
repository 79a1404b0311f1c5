/* Bringing a source's numbers together, as lines say. */
#ifndef DSC_CONVOLUTION_STAGE_H
#define DSC_CONVOLUTION_STAGE_H

#include "convolution/lines.h"

/* Numbers between the staged channels: an odd multiple of 16, since channels that stand a power of two apart
 * would all be in a few sets of the first cache. */
static inline size_t dsc_staged_plane(const dsc_line *lines) {
    size_t numbers = lines[0].staged * lines[1].staged * lines[2].staged;
    return (dsc_ceil_div(numbers, 16) | 1) * 16;
}

/* Stages a box that begins at positions `at` of each line, of `channels` channels, one after the other in
 * `from`. */
void dsc_stage(dsc_dtype dtype, const dsc_line *lines, const size_t *at, size_t channels, const void *from,
               size_t plane, void *to);

#endif

/* Bringing a source's numbers together, as lines say. */
#ifndef DSC_CONVOLUTION_STAGE_H
#define DSC_CONVOLUTION_STAGE_H

#include "convolution/lines.h"

/* What is staged of a channel: for each segment of the last dimension a block of rows, all of one pitch, so
 * that the rows of a tap's numbers stand a pitch apart whatever the steps. Numbers from one channel to the
 * next: an odd multiple of 16, since channels that stand a power of two apart would all be in a few sets of
 * the first cache, with a gap of DSC_STAGED_GAP at least, which staging may write to, also behind the last.
 */
enum { DSC_STAGED_GAP = 7 };
static inline size_t dsc_staged_numbers(const dsc_line *lines) {
    return lines[2].segments * lines[0].staged * lines[1].staged * lines[2].pitch;
}
static inline size_t dsc_staged_plane(size_t numbers) {
    return (dsc_ceil_div(numbers + DSC_STAGED_GAP, 16) | 1) * 16;
}

/* Stages a box that begins at positions `at` of each line, of `channels` channels, one after the other in
 * `from`. */
void dsc_stage(dsc_dtype dtype, const dsc_line *lines, const size_t *at, size_t channels, const void *from,
               size_t plane, void *to);
/* Where each channel's taps stand in it, for position 0. */
void dsc_stage_offsets(const dsc_line *lines, size_t channels, size_t plane, size_t *offsets);

#endif

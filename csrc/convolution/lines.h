/* Where a convolution reads and writes along a dimension, and how the numbers that it reads are brought
 * together.
 *
 * Position j reads its taps at `j step + base[tap]` of the source, and is written at `first + j to_step`. The
 * convolution has one such line; its transpose has one for each remainder of an index by the stride, with the
 * taps that lead there.
 *
 * The numbers that a box of positions reads are *staged*: copied so that each tap's stand one after another
 * whatever the step, with zeros where the source has none. Taps whose bases differ by multiples of the step
 * share a segment of the copy, at places that differ by the number of steps; where a dilation is so large
 * that this would take more room, each tap has a segment of its own. */
#ifndef DSC_CONVOLUTION_LINES_H
#define DSC_CONVOLUTION_LINES_H

#include "convolution/convolution.h"

typedef struct dsc_line {
    size_t count;  /* of positions */
    size_t extent; /* of the source */
    size_t step;
    size_t first, to_step, to_extent;
    size_t taps;
    size_t *tap;   /* its index in the kernel */
    int64_t *base; /* ascending or descending */
    /* Positions at once, and how often; what is staged for them. */
    size_t box, boxes, staged, segments;
    size_t pitch;  /* the longest segment's numbers */
    int64_t *from; /* where a segment begins in the source, for position 0 */
    size_t *begin; /* where it begins in the copy; after the last, `staged` */
    size_t *place; /* where a tap stands in the copy, for position 0 */
} dsc_line;

/* Words that a line's arrays take. */
size_t dsc_line_words(size_t kernel);
/* Gives it its arrays, out of that many words. */
void dsc_line_place(dsc_line *line, size_t kernel, uint64_t *words);

/* The convolution's line. */
void dsc_line_forward(const dsc_conv_axis *axis, dsc_line *line);
/* The line of the transpose for one remainder of an index by the stride. */
void dsc_line_transposed(const dsc_conv_axis *axis, size_t remainder, dsc_line *line);

/* Sets what is staged for boxes of a length. */
void dsc_line_cut(dsc_line *line, size_t box);
/* Whether what is staged of a channel is the channel as it stands: one tap, no step, no padding, one box. */
bool dsc_lines_are_whole(const dsc_line *lines);

#endif

/* The product that both the convolution and its transpose are: each number of the result is a sum over
 * channels and taps, at the places that lines say.
 *
 * It is a matrix product, of the weights and of a matrix with the source's numbers for each tap, which is
 * never made: a tile stages the part of the source that it reads, and loads a tap's vector from the place
 * where it stands in there. */
#ifndef DSC_CONVOLUTION_CORRELATION_H
#define DSC_CONVOLUTION_CORRELATION_H

#include "convolution/lines.h"
#include "convolution/slots.h"

typedef struct dsc_correlation {
    dsc_dtype dtype;
    size_t batch, groups, from_channels, to_channels; /* channels of a group */
    const void *from, *bias;
    void *to;
    dsc_activation activation;
    /* The weight of a group, a channel of the result, one of the source and a tap is at
     * group w_group + to w_to + from w_from + tap. */
    const void *w;
    size_t w_group, w_to, w_from;
    dsc_line lines[DSC_CONV_AXES];
    /* By dsc_correlation_prepare: */
    size_t taps;
    size_t *tap; /* each one's index in the kernel */
    size_t from_plane, to_plane;
    size_t channels, plane; /* staged at once; numbers of one */
    bool in_place;          /* images but the last are read where they are */
    size_t piece;           /* products that are added up in registers */
    size_t *offsets;        /* where channels' taps stand in what is staged */
    size_t units, bands;    /* images' groups in a tile; parts that the result's channels are in */
    size_t tiles;
    void *weights; /* in the kernel's order */
    dsc_scratch arrays, tables;
} dsc_correlation;

/* The axes' extents are the kernel's, for the lines' arrays. Follow it by setting everything up to `lines`.
 */
dsc_status dsc_correlation_begin(const dsc_context *context, dsc_correlation *c, const dsc_conv_axis *axes);
dsc_status dsc_correlation_prepare(const dsc_context *context, dsc_correlation *c, const dsc_conv_axis *axes);
void dsc_correlation_finish(dsc_correlation *c);
/* Bytes that a tile stages into. */
size_t dsc_correlation_staged_bytes(const dsc_correlation *c);
void dsc_correlation_run_tile(const dsc_correlation *c, size_t tile, void *staged);
/* About how many products there are. */
double dsc_correlation_work(const dsc_correlation *c);

#endif

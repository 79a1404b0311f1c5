/* The gradients of a convolution's weights, for each tap the sum over images and positions of a number of dy
 * times one of x, and of its bias, the sum of dy. */
#ifndef DSC_CONVOLUTION_WEIGHT_H
#define DSC_CONVOLUTION_WEIGHT_H

#include "convolution/lines.h"
#include "convolution/slots.h"

typedef struct dsc_weight_product {
    const dsc_conv *conv;
    const void *x, *dy;
    void *dw, *db; /* each may be NULL */
    bool add_dw, add_db;
    /* By dsc_weight_prepare: */
    dsc_line lines[DSC_CONV_AXES];
    size_t taps, image, plane; /* numbers from image to image and from channel to channel, as they are read */
    size_t *offsets;
    bool by_channels;              /* whether lanes are dy's channels; else positions */
    bool in_place;                 /* whether x is read where it stands */
    size_t images;                 /* at once */
    size_t x_channels, y_channels; /* of a tile */
    size_t x_blocks, y_blocks;     /* tiles in a group */
    size_t chunk, chunks;          /* images whose sums are one partial sum */
    size_t tiles;
    double *partial, *partial_db; /* chunks x numbers of dw, and of db */
    dsc_scratch arrays, tables;
} dsc_weight_product;

/* What stands above is to be set before it. */
dsc_status dsc_weight_prepare(const dsc_context *context, dsc_weight_product *p);
void dsc_weight_finish(dsc_weight_product *p);
size_t dsc_weight_staged_bytes(const dsc_weight_product *p);
void dsc_weight_run_tile(const dsc_weight_product *p, size_t tile, void *staged);
/* After the last tile: dw and db from the partial sums. */
void dsc_weight_store(const dsc_context *context, const dsc_weight_product *p);

#endif

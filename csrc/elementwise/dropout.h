/* Random masks: what they leave of numbers. */
#ifndef DSC_ELEMENTWISE_DROPOUT_H
#define DSC_ELEMENTWISE_DROPOUT_H

#include "core/internal.h"

/* Number i of a tensor stays where word i / inner of the stream is above `last`: it becomes scale x + kept,
 * else 0 x + dropped. */
typedef struct dsc_dropout_call {
    dsc_stream stream;
    uint32_t last;
    size_t inner;
    double scale, kept, dropped;
} dsc_dropout_call;

void dsc_dropout_run(const dsc_context *context, dsc_dtype dtype, const dsc_dropout_call *mask, size_t n,
                     const void *x, void *y);

/* y[i] = low + (high - low) u, u in [0, 1) being word i of the stream. */
void dsc_draw_uniform(const dsc_context *context, dsc_dtype dtype, dsc_stream stream, double low, double high,
                      size_t n, void *y);

#endif

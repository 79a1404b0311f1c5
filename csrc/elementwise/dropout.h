/* Random masks: what they leave of numbers. */
#ifndef DSC_ELEMENTWISE_DROPOUT_H
#define DSC_ELEMENTWISE_DROPOUT_H

#include <math.h>

#include "core/internal.h"

/* For a share p of [0, 1], above 0, that falls away: the largest word that says so, and what the others are
 * multiplied by. */
static inline uint32_t dsc_dropout_last(double p) {
    return (uint32_t)(ceil(p * 0x1p32) - 1);
}
static inline double dsc_dropout_scale(double p) {
    return p < 1 ? 1 / (1 - p) : 0;
}

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

#include "convolution/convolution.h"

#include <string.h>

#include "convolution/correlation.h"
#include "convolution/weight.h"

static const dsc_conv_axis nothing = {1, 1, 1, 1, 1, 0};

static bool is_pointwise(const dsc_conv_axis *a) {
    return a->kernel == 1 && a->stride == 1 && a->before == 0 && a->x == a->y;
}

/* The same with as few dimensions as it has, the longest rows last. */
static dsc_conv simplified(const dsc_conv *conv) {
    dsc_conv c = *conv;
    for (size_t i = 1; i < DSC_CONV_AXES; ++i)
        if (is_pointwise(&c.axes[i - 1]) && is_pointwise(&c.axes[i])) {
            c.axes[i].x = c.axes[i].y = c.axes[i].x * c.axes[i - 1].x;
            c.axes[i - 1] = nothing;
        }
    for (size_t i = 1; i < DSC_CONV_AXES; ++i)
        if (is_pointwise(&c.axes[2]) && c.axes[2].x == 1) {
            c.axes[2] = c.axes[1];
            c.axes[1] = c.axes[0];
            c.axes[0] = nothing;
        }
    return c;
}

/* ---- The lists of tiles ---- */

/* The convolution, or its transpose: one correlation for each choice of remainders. */
typedef struct correlations {
    size_t count, tiles, staged;
    double work;
    bool covers; /* whether they write all of the result */
    dsc_scratch space;
    dsc_correlation *list;
} correlations;

static void finish_correlations(correlations *all) {
    for (size_t i = 0; i < all->count; ++i)
        dsc_correlation_finish(&all->list[i]);
    dsc_scratch_give(&all->space);
}

static dsc_status add_correlation(const dsc_context *context, const dsc_conv *conv, correlations *all,
                                  dsc_correlation *c) {
    dsc_status status = dsc_correlation_prepare(context, c, conv->axes);
    if (status != DSC_OK) {
        dsc_correlation_finish(c);
        return status;
    }
    ++all->count;
    all->tiles += c->tiles;
    all->staged = dsc_max_size(all->staged, dsc_correlation_staged_bytes(c));
    all->work += dsc_correlation_work(c);
    return DSC_OK;
}

static dsc_status make_forward(const dsc_context *context, const dsc_conv *conv, dsc_activation activation,
                               const void *x, const void *w, const void *b, void *y, correlations *all) {
    *all = (correlations){.covers = true};
    DSC_TRY(dsc_scratch_take(context, sizeof *all->list, &all->space));
    all->list = all->space.memory;
    dsc_correlation *c = all->list;
    const size_t taps = dsc_conv_taps(conv);
    DSC_TRY(dsc_correlation_begin(context, c, conv->axes));
    c->dtype = conv->dtype;
    c->batch = conv->batch;
    c->groups = conv->groups;
    c->from_channels = conv->x_channels;
    c->to_channels = conv->y_channels;
    c->from = x;
    c->bias = b;
    c->to = y;
    c->activation = activation;
    c->w = w;
    c->w_from = taps;
    c->w_to = conv->x_channels * taps;
    c->w_group = conv->y_channels * c->w_to;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        dsc_line_forward(&conv->axes[i], &c->lines[i]);
    return add_correlation(context, conv, all, c);
}

/* The remainders of a dimension that have taps: at most as many as there are of either. */
static size_t count_remainders(const dsc_conv_axis *axis) {
    size_t count = 0;
    for (size_t t = 0; t < axis->kernel; ++t) {
        bool is_new = true;
        for (size_t i = 0; i < t && is_new; ++i)
            is_new = i * axis->dilation % axis->stride != t * axis->dilation % axis->stride;
        count += is_new;
    }
    return count;
}

static size_t next_remainder(const dsc_conv_axis *axis, size_t after, bool begins) {
    size_t next = SIZE_MAX;
    for (size_t t = 0; t < axis->kernel; ++t) {
        size_t r = t * axis->dilation % axis->stride;
        if ((begins || r > after) && r < next)
            next = r;
    }
    return next;
}

static dsc_status make_transposed_of(const dsc_context *context, const dsc_conv *conv, const void *y,
                                     const void *w, const void *b, void *x, const size_t *remainders,
                                     correlations *all) {
    dsc_correlation *c = &all->list[all->count];
    const size_t taps = dsc_conv_taps(conv);
    DSC_TRY(dsc_correlation_begin(context, c, conv->axes));
    c->dtype = conv->dtype;
    c->batch = conv->batch;
    c->groups = conv->groups;
    c->from_channels = conv->y_channels;
    c->to_channels = conv->x_channels;
    c->from = y;
    c->bias = b;
    c->to = x;
    c->w = w;
    c->w_from = conv->x_channels * taps;
    c->w_to = taps;
    c->w_group = conv->y_channels * c->w_from;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        dsc_line_transposed(&conv->axes[i], remainders[i], &c->lines[i]);
    return add_correlation(context, conv, all, c);
}

static dsc_status make_transposed(const dsc_context *context, const dsc_conv *conv, const void *y,
                                  const void *w, const void *b, void *x, correlations *all) {
    *all = (correlations){.covers = true};
    size_t count = 1, begin[DSC_CONV_AXES];
    for (size_t i = 0; i < DSC_CONV_AXES; ++i) {
        const size_t remainders = count_remainders(&conv->axes[i]);
        count *= remainders;
        all->covers &= remainders == conv->axes[i].stride;
        begin[i] = next_remainder(&conv->axes[i], 0, true);
    }
    DSC_TRY(dsc_scratch_take(context, count * sizeof *all->list, &all->space));
    all->list = all->space.memory;
    size_t r[DSC_CONV_AXES] = {begin[0], begin[1], begin[2]};
    for (; r[0] != SIZE_MAX; r[0] = next_remainder(&conv->axes[0], r[0], false))
        for (r[1] = begin[1]; r[1] != SIZE_MAX; r[1] = next_remainder(&conv->axes[1], r[1], false))
            for (r[2] = begin[2]; r[2] != SIZE_MAX; r[2] = next_remainder(&conv->axes[2], r[2], false))
                DSC_TRY(make_transposed_of(context, conv, y, w, b, x, r, all));
    return DSC_OK;
}

/* Before the tiles, where they do not write all of x: the bias, or 0. */
static void fill(const dsc_conv *conv, const void *b, void *x) {
    const size_t channels = conv->groups * conv->x_channels, plane = dsc_conv_x_count(conv);
    if (b == NULL) {
        memset(x, 0, conv->batch * channels * plane * dsc_size_of(conv->dtype));
        return;
    }
    for (size_t i = 0; i < conv->batch * channels * plane; ++i)
        dsc_store_real(conv->dtype, x, i, dsc_load_real(conv->dtype, b, i / plane % channels));
}

/* ---- All tiles in one section ---- */

typedef struct job {
    const correlations *products;
    const dsc_weight_product *weights;
    dsc_slots slots;
} job;

static void run_correlation(const job *j, size_t tile, void *staged) {
    for (size_t i = 0; i < j->products->count; ++i) {
        const dsc_correlation *c = &j->products->list[i];
        if (tile < c->tiles) {
            dsc_correlation_run_tile(c, tile, staged);
            return;
        }
        tile -= c->tiles;
    }
}

static void run_tile(void *argument, size_t tile) {
    job *j = argument;
    const size_t weights = j->weights == NULL ? 0 : j->weights->tiles;
    const size_t slot = dsc_slots_take(&j->slots);
    if (tile < weights)
        dsc_weight_run_tile(j->weights, tile, dsc_slot(&j->slots, slot));
    else
        run_correlation(j, tile - weights, dsc_slot(&j->slots, slot));
    dsc_slots_give(&j->slots, slot);
}

static dsc_status run(const dsc_context *context, job *j, double work) {
    size_t tiles = 0, staged = 0;
    if (j->weights != NULL) {
        tiles += j->weights->tiles;
        staged = dsc_weight_staged_bytes(j->weights);
    }
    if (j->products != NULL) {
        tiles += j->products->tiles;
        staged = dsc_max_size(staged, j->products->staged);
    }
    DSC_TRY(dsc_slots_make(context, tiles, staged, &j->slots));
    dsc_parallel_work(context, work, tiles, run_tile, j);
    dsc_scratch_give(&j->slots.space);
    return DSC_OK;
}

/* ---- The three products ---- */

dsc_status dsc_conv_forward(const dsc_context *context, const dsc_conv *conv, dsc_activation activation,
                            const void *x, const void *w, const void *b, void *y) {
    const dsc_conv c = simplified(conv);
    correlations all;
    dsc_status status = make_forward(context, &c, activation, x, w, b, y, &all);
    job j = {.products = &all};
    if (status == DSC_OK)
        status = run(context, &j, all.work);
    finish_correlations(&all);
    return status;
}

dsc_status dsc_conv_transpose(const dsc_context *context, const dsc_conv *conv, const void *y, const void *w,
                              const void *b, void *x) {
    const dsc_conv c = simplified(conv);
    correlations all;
    dsc_status status = make_transposed(context, &c, y, w, b, x, &all);
    job j = {.products = &all};
    if (status == DSC_OK && !all.covers)
        fill(&c, b, x);
    if (status == DSC_OK)
        status = run(context, &j, all.work);
    finish_correlations(&all);
    return status;
}

dsc_status dsc_conv_backward(const dsc_context *context, const dsc_conv *conv,
                             const dsc_conv_gradients *gradients) {
    const dsc_conv c = simplified(conv);
    const dsc_conv_gradients *g = gradients;
    correlations all = {.covers = true};
    dsc_weight_product weights = {.conv = &c,
                                  .x = g->x,
                                  .dy = g->dy,
                                  .dw = g->dw,
                                  .db = g->db,
                                  .add_dw = g->add_dw,
                                  .add_db = g->add_db};
    const bool has_weights = g->dw != NULL || g->db != NULL;
    dsc_status status = has_weights ? dsc_weight_prepare(context, &weights) : DSC_OK;
    if (status == DSC_OK && g->dx != NULL)
        status = make_transposed(context, &c, g->dy, g->w, NULL, g->dx, &all);
    job j = {.products = g->dx == NULL ? NULL : &all, .weights = has_weights ? &weights : NULL};
    double work = (double)c.batch * (double)dsc_conv_y_count(&c);
    work *= (double)(g->dw != NULL ? dsc_conv_w_count(&c) : g->db != NULL ? c.groups * c.y_channels : 0);
    if (status == DSC_OK && g->dx != NULL && !all.covers)
        fill(&c, NULL, g->dx);
    if (status == DSC_OK)
        status = run(context, &j, all.work + work);
    if (status == DSC_OK && has_weights)
        dsc_weight_store(context, &weights);
    finish_correlations(&all);
    dsc_weight_finish(&weights);
    return status;
}

/* The derivatives of convolution, its transpose and its weight's gradient. */
#include "operations/activations.h"
#include "operations/convolution_shapes.h"

/* ---- The options that were kept ---- */

static dsc_convolution_options options_of(const dsc_pullback *p) {
    const dsc_options *k = &p->node->options;
    dsc_convolution_options o = {.rank = k->rank, .groups = (size_t)k->integer};
    for (size_t d = 0; d < k->rank; ++d) {
        o.stride[d] = k->sizes[d];
        o.dilation[d] = k->sizes[d + 3];
        o.padding[d] = (int64_t)k->steps[d];
        o.padding_after[d] = (int64_t)k->steps[d + 3];
    }
    return o;
}

/* The same such that the transpose of y has x's extents: what the rounding leaves over belongs to x. */
static dsc_convolution_options fitted(const dsc_convolution_options *o, const dsc_tensor *x,
                                      const dsc_tensor *y, const size_t *kernel) {
    dsc_convolution_options f = *o;
    for (size_t d = 0; d < o->rank; ++d)
        f.padding_after[d] =
            (int64_t)((dsc_conv_extent(y, o, d) - 1) * o->stride[d] + (kernel[d] - 1) * o->dilation[d] + 1) -
            o->padding[d] - (int64_t)dsc_conv_extent(x, o, d);
    return f;
}

/* ---- Derivatives, in operations ---- */

static dsc_tensor *x_convolution(dsc_pullback *p, dsc_tensor *x, dsc_tensor *w,
                                 const dsc_convolution_options *o) {
    dsc_tensor *made = NULL;
    return x == NULL || w == NULL
               ? NULL
               : x_call(p, made, dsc_convolution(x, w, NULL, o, DSC_ACTIVATION_NONE, &made));
}

/* Of x's extents. */
static dsc_tensor *x_transpose(dsc_pullback *p, const dsc_tensor *x, dsc_tensor *y, dsc_tensor *w,
                               const dsc_convolution_options *o) {
    dsc_tensor *made = NULL;
    if (y == NULL || w == NULL)
        return NULL;
    const dsc_convolution_options f = fitted(o, x, y, w->shape + 2);
    return x_call(p, made, dsc_convolution_transpose(y, w, NULL, &f, &made));
}

static dsc_tensor *x_weight(dsc_pullback *p, dsc_tensor *x, dsc_tensor *y, const dsc_tensor *w,
                            const dsc_convolution_options *o) {
    dsc_tensor *made = NULL;
    return x == NULL || y == NULL ? NULL
                                  : x_call(p, made, dsc_convolution_weight(x, y, w->shape + 2, o, &made));
}

/* The sum over all but the channels. */
static dsc_tensor *x_bias(dsc_pullback *p, dsc_tensor *y, const dsc_convolution_options *o) {
    int64_t dimensions[DSC_MAX_RANK];
    size_t count = 0;
    for (size_t d = 0; y != NULL && d < y->rank; ++d)
        if (d != y->rank - o->rank - 1)
            dimensions[count++] = (int64_t)d;
    return x_sum(p, y, count, dimensions, false);
}

static void composed(dsc_pullback *p, const dsc_convolution_options *o) {
    dsc_tensor *dz = x_behind_own(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_transpose(p, dsc_input_shape(p, 0), dz, dsc_input(p, 1), o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_weight(p, dsc_input(p, 0), dz, dsc_input_shape(p, 1), o));
    if (p->node->input_count == 3 && dsc_wants(p, 2))
        dsc_give(p, 2, x_bias(p, dz, o));
}

void dsc_pull_back_convolution_transpose(dsc_pullback *p) {
    const dsc_convolution_options o = options_of(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_convolution(p, p->upstream, dsc_input(p, 1), &o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_weight(p, p->upstream, dsc_input(p, 0), dsc_input_shape(p, 1), &o));
    if (p->node->input_count == 3 && dsc_wants(p, 2))
        dsc_give(p, 2, x_bias(p, p->upstream, &o));
}

void dsc_pull_back_convolution_weight(dsc_pullback *p) {
    const dsc_convolution_options o = options_of(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_transpose(p, dsc_input_shape(p, 0), dsc_input(p, 1), p->upstream, &o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_convolution(p, dsc_input(p, 0), p->upstream, &o));
}

/* ---- The first-order pass of a convolution: the kernel's ---- */

static void fused(dsc_pullback *p, const dsc_convolution_options *o) {
    dsc_tensor *x = x_in_order(p, dsc_input(p, 0)), *w = x_in_order(p, dsc_input(p, 1));
    dsc_tensor *dz = x_in_order(p, x_behind_own(p));
    if (p->status != DSC_OK)
        return;
    dsc_gradient_target to[3] = {{0}};
    dsc_make_target(p, 0, &to[0]);
    for (size_t i = 1; i < p->node->input_count; ++i)
        dsc_find_target(p, i, &to[i]);
    if (p->status != DSC_OK)
        return;
    dsc_conv c = dsc_conv_geometry(x, w->shape[0], dsc_conv_channels(x, o), w->shape + 2, o);
    for (size_t d = 0; d < o->rank; ++d) {
        dsc_conv_axis_of(&c, o, d)->x = dsc_conv_extent(x, o, d);
        dsc_conv_axis_of(&c, o, d)->y = dsc_conv_extent(dz, o, d);
    }
    const dsc_conv_gradients gradients = {.x = dsc_data(x),
                                          .w = dsc_data(w),
                                          .dy = dsc_data(dz),
                                          .dx = to[0].data,
                                          .dw = to[1].data,
                                          .db = to[2].data,
                                          .add_dw = to[1].add,
                                          .add_db = to[2].add};
    p->status = dsc_conv_backward(dsc_context_of(x), &c, &gradients);
    for (size_t i = 0; i < p->node->input_count; ++i)
        dsc_give_target(p, i, &to[i]);
}

void dsc_pull_back_convolution(dsc_pullback *p) {
    const dsc_convolution_options o = options_of(p);
    if (p->creates_graph)
        composed(p, &o);
    else
        fused(p, &o);
}

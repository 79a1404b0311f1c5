#include "operations/normalize.h"

static dsc_tensor *x_make(dsc_pullback *p, size_t input) {
    const dsc_tensor *like = dsc_input_shape(p, input);
    dsc_tensor *made = NULL;
    return dsc_wants(p, input) ? x_call(p, made, dsc_make_like(like, like->dtype, &made)) : NULL;
}

static void fused(dsc_pullback *p, dsc_tensor *x, dsc_tensor *weight, dsc_tensor **by,
                  void (*kernel)(dsc_pullback *, const dsc_normal_inputs *, void *const *)) {
    const dsc_normal_inputs inputs = {x_in_order(p, x), x_in_order(p, weight), x_in_order(p, p->upstream)};
    void *to[3] = {NULL};
    for (size_t i = 0; i < p->node->input_count; ++i) {
        by[i] = x_make(p, i);
        if (by[i] == NULL)
            continue;
        to[i] = dsc_data(by[i]);
        if (x->count == 0)
            p->status = dsc_tensor_fill(by[i], 0);
    }
    if (p->status == DSC_OK && x->count > 0)
        kernel(p, &inputs, to);
}

static dsc_tensor *x_mean_over(dsc_pullback *p, const dsc_normalization *n, dsc_tensor *t) {
    double count = 1;
    for (size_t i = 0; i < 2; ++i)
        count *= (double)n->shape[n->over[i]];
    return x_scale(p, x_sum(p, t, 2, n->over, true), 1 / count);
}

static void composed(dsc_pullback *p, const dsc_normalization *n, dsc_tensor *x, dsc_tensor *weight,
                     dsc_tensor **by) {
    dsc_tensor *dy = x_reshape(p, p->upstream, n->rank, n->shape), *inverse = n->inverse, *mean = n->mean;
    x = x_reshape(p, x, n->rank, n->shape);
    weight = x_reshape(p, weight, n->rank, n->weight_shape);
    const bool measures = inverse == NULL;
    if (measures && n->centers)
        mean = x_mean_over(p, n, x);
    dsc_tensor *centered = mean == NULL ? x : x_subtract(p, x, mean);
    if (measures) {
        dsc_tensor *variance = x_mean_over(p, n, x_multiply(p, centered, centered));
        inverse = x_rsqrt(p, x_affine(p, variance, 1, n->eps));
    }
    dsc_tensor *normal = x_multiply(p, centered, inverse);
    if (dsc_wants(p, 1))
        by[1] = x_sum(p, x_multiply(p, dy, normal), 2, n->along, true);
    if (p->node->input_count > 2 && dsc_wants(p, 2))
        by[2] = x_sum(p, dy, 2, n->along, true);
    if (!dsc_wants(p, 0))
        return;
    dsc_tensor *g = weight == NULL ? dy : x_multiply(p, dy, weight);
    if (measures) {
        dsc_tensor *along = x_multiply(p, normal, x_mean_over(p, n, x_multiply(p, g, normal)));
        g = x_subtract(p, n->centers ? x_subtract(p, g, x_mean_over(p, n, g)) : g, along);
    }
    by[0] = x_multiply(p, g, inverse);
}

void dsc_pull_back_normalization(dsc_pullback *p, const dsc_normalization *n,
                                 void (*kernel)(dsc_pullback *, const dsc_normal_inputs *, void *const *)) {
    dsc_tensor *x = dsc_input(p, 0), *numbers[3] = {NULL}, *formulas[3] = {NULL};
    dsc_tensor *weight = p->node->inputs[1] == NULL ? NULL : dsc_input(p, 1);
    if (p->status != DSC_OK)
        return;
    fused(p, x, weight, numbers, kernel);
    if (p->creates_graph)
        composed(p, n, x, weight, formulas);
    for (size_t i = 0; i < p->node->input_count; ++i) {
        dsc_tensor *by = numbers[i], *made = NULL;
        if (by != NULL && formulas[i] != NULL) {
            dsc_tensor *formula = x_reshape_like(p, formulas[i], by);
            by = formula == NULL ? NULL : x_call(p, made, dsc_loss_slope(by, formula, &made));
        }
        dsc_give(p, i, by);
    }
}

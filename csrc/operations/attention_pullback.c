/* The derivatives of scaled dot-product attention. */
#include "operations/attention.h"

#include <math.h>
#include <string.h>

/* The kernel's. A gradient is of its input's shape repeated to all heads; it is summed when it is given. */
static void fused(dsc_pullback *p, const dsc_tensor *scores, dsc_tensor *const *x,
                  const dsc_attention_kept *o) {
    dsc_tensor *prepared[4] = {NULL}, *by[4] = {NULL}, *upstream = NULL;
    dsc_tensor *out = dsc_saved(p, 0), *statistics = dsc_saved(p, 1);
    if (p->status != DSC_OK)
        return;
    p->status = dsc_attention_prepare_all(scores, x, prepared);
    for (size_t i = QUERY; i <= VALUE; ++i)
        if (dsc_wants(p, i))
            by[i] = x_call(
                p, by[i],
                dsc_attention_make_in_order(prepared[i], prepared[i]->shape[scores->rank - 1], &by[i]));
    if (dsc_wants(p, MASK))
        by[MASK] =
            x_call(p, by[MASK],
                   dsc_make(dsc_context_of(out), scores->dtype, scores->rank, scores->shape, &by[MASK]));
    upstream = x_call(p, upstream, dsc_attention_prepare(scores, p->upstream, &upstream));
    if (p->status == DSC_OK) {
        dsc_attention_call call = dsc_attention_call_of(scores, prepared, o, out, statistics);
        call.dout = dsc_attention_matrix_of(upstream);
        call.dq = dsc_attention_matrix_of(by[QUERY]);
        call.dk = dsc_attention_matrix_of(by[KEY]);
        call.dv = dsc_attention_matrix_of(by[VALUE]);
        call.dmask = by[MASK] == NULL ? NULL : dsc_data(by[MASK]);
        p->status = dsc_attention_backward(dsc_context_of(out), &call);
    }
    dsc_attention_release_all(prepared);
    for (size_t i = QUERY; i <= MASK; ++i)
        dsc_give(p, i, by[i]);
}

static dsc_tensor *x_sum_of_rows(dsc_pullback *p, dsc_tensor *a) {
    return x_sum(p, a, 1, (const int64_t[]){-1}, true);
}

/* Which keys a query sees that are not after it. */
static dsc_tensor *x_past(dsc_pullback *p, const dsc_tensor *scores, const dsc_tensor *like) {
    dsc_tensor *past = NULL;
    const size_t *shape = scores->shape + scores->rank - 2;
    past = x_call(p, past, dsc_make(dsc_context_of(like), DSC_BOOL, 2, shape, &past));
    for (size_t i = 0; past != NULL && i < shape[0]; ++i)
        for (size_t j = 0; j < shape[1]; ++j)
            ((uint8_t *)dsc_data(past))[i * shape[1] + j] = j <= i;
    return past;
}

/* What dropout multiplied the weights by. */
static dsc_tensor *x_factors(dsc_pullback *p, const dsc_tensor *scores, dsc_tensor *const *x,
                             const dsc_attention_kept *o) {
    dsc_tensor *factors = NULL;
    factors = x_call(
        p, factors, dsc_make(dsc_context_of(x[QUERY]), scores->dtype, scores->rank, scores->shape, &factors));
    if (factors == NULL || factors->count == 0)
        return factors;
    const size_t keys = scores->shape[scores->rank - 1];
    const dsc_attention_call call = {
        .dtype = scores->dtype, .keys = keys, .dropout = o->dropout, .stream = o->stream};
    for (size_t row = 0; row < factors->count / keys; ++row)
        dsc_attention_keep(&call, row, 0, keys,
                           (char *)dsc_data(factors) + row * keys * dsc_size_of(scores->dtype));
    return factors;
}

/* softmax(q k^T scale + mask), with zeros for queries that see nothing. */
static dsc_tensor *x_weights(dsc_pullback *p, const dsc_tensor *shape, dsc_tensor *const *x,
                             const dsc_attention_kept *o) {
    dsc_tensor *scores = x_scale(p, x_matmul(p, x[QUERY], x_transposed(p, x[KEY])), o->scale);
    dsc_tensor *never = x_constant(p, x[QUERY], -INFINITY), *largest = NULL, *made = NULL;
    if (x[MASK] != NULL)
        scores = x[MASK]->dtype == DSC_BOOL ? x_where(p, x[MASK], scores, never) : x_add(p, scores, x[MASK]);
    if (o->is_causal)
        scores = x_where(p, x_past(p, shape, x[QUERY]), scores, never);
    if (scores == NULL || shape->shape[shape->rank - 1] == 0)
        return scores;
    largest = x_call(p, largest, dsc_amax(scores, 1, (const int64_t[]){-1}, true, &largest));
    dsc_tensor *sees_nothing = x_equal(p, largest, never), *nothing = x_constant(p, x[QUERY], 0);
    scores = x_where(p, sees_nothing, nothing, scores);
    if (scores == NULL)
        return NULL;
    return x_where(p, sees_nothing, nothing, x_call(p, made, dsc_softmax(scores, -1, &made)));
}

static void composed(dsc_pullback *p, const dsc_tensor *shape, dsc_tensor *const *x,
                     const dsc_attention_kept *o) {
    dsc_tensor *weights = x_weights(p, shape, x, o), *used = weights;
    dsc_tensor *by_used = x_matmul(p, p->upstream, x_transposed(p, x[VALUE]));
    if (o->dropout > 0) {
        dsc_tensor *factors = x_factors(p, shape, x, o);
        used = x_multiply(p, weights, factors);
        by_used = x_multiply(p, by_used, factors);
    }
    dsc_tensor *sum = x_sum_of_rows(p, x_multiply(p, weights, by_used));
    dsc_tensor *by_scores = x_multiply(p, weights, x_subtract(p, by_used, sum));
    if (dsc_wants(p, VALUE))
        dsc_give(p, VALUE, x_matmul(p, x_transposed(p, used), p->upstream));
    dsc_give(p, MASK, by_scores);
    dsc_tensor *scaled = x_scale(p, by_scores, o->scale);
    if (dsc_wants(p, QUERY))
        dsc_give(p, QUERY, x_matmul(p, scaled, x[KEY]));
    if (dsc_wants(p, KEY))
        dsc_give(p, KEY, x_matmul(p, x_transposed(p, scaled), x[QUERY]));
}

void dsc_pull_back_scaled_dot_product_attention(dsc_pullback *p) {
    const dsc_operation *operation = p->node->operation;
    dsc_attention_kept o;
    dsc_tensor *x[4] = {NULL}, scores;
    memcpy(&o, p->node->options.own, sizeof o);
    for (size_t i = QUERY; i <= MASK; ++i)
        x[i] = p->node->inputs[i] == NULL ? NULL : dsc_input(p, i);
    if (p->status == DSC_OK)
        p->status = dsc_attention_score_shape(operation, x, &scores);
    if (p->status != DSC_OK)
        return;
    if (p->creates_graph)
        composed(p, &scores, x, &o);
    else
        fused(p, &scores, x, &o);
}

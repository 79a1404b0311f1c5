/* Scaled dot-product attention. */
#include "attention/attention.h"

#include <math.h>
#include <string.h>

#include "descent/attention.h"
#include "operations/table.h"

enum { QUERY, KEY, VALUE, MASK };
static const char *const names[] = {"query", "key", "value", "attn_mask"};

/* What the pull-back has to know. */
typedef struct kept_options {
    double scale, dropout;
    dsc_stream stream;
    bool is_causal;
} kept_options;

/* ---- Checks ---- */

static dsc_status refuse_shapes(const dsc_tensor *a, size_t i, const dsc_tensor *b, size_t j,
                                const char *what) {
    return dsc_fail(DSC_ERROR_SIZE,
                    "scaled_dot_product_attention: %s is of shape %s and %s of shape %s; %s must agree",
                    names[i], dsc_shape_text(a->rank, a->shape).text, names[j],
                    dsc_shape_text(b->rank, b->shape).text, what);
}

static dsc_tensor heads_of(const dsc_tensor *t) {
    dsc_tensor heads = {.dtype = t->dtype, .rank = (uint8_t)(t->rank - 2)};
    memcpy(heads.shape, t->shape, sizeof heads.shape);
    return heads;
}

/* The shape of the scores: the heads, L, S. */
static dsc_status score_shape(const dsc_operation *operation, dsc_tensor *const *x, dsc_tensor *scores) {
    dsc_tensor q = heads_of(x[QUERY]), k = heads_of(x[KEY]), v = heads_of(x[VALUE]), both = q;
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, &q, &k, &rank, both.shape));
    both.rank = (uint8_t)rank;
    DSC_TRY(dsc_broadcast_shape(operation, &both, &v, &rank, shape));
    shape[rank] = x[QUERY]->shape[x[QUERY]->rank - 2];
    shape[rank + 1] = x[KEY]->shape[x[KEY]->rank - 2];
    *scores = (dsc_tensor){.dtype = x[QUERY]->dtype, .rank = (uint8_t)(rank + 2)};
    memcpy(scores->shape, shape, sizeof shape);
    return DSC_OK;
}

static dsc_status check_mask(const dsc_operation *operation, dsc_tensor *const *x, const dsc_tensor *scores) {
    const dsc_tensor *mask = x[MASK];
    if (mask == NULL)
        return DSC_OK;
    if (mask->dtype != DSC_BOOL)
        DSC_TRY(dsc_check_same_dtype(operation, x[QUERY], mask));
    bool fits = mask->rank <= scores->rank;
    for (size_t d = 0; fits && d < mask->rank; ++d)
        fits = mask->shape[d] == 1 || mask->shape[d] == scores->shape[d + scores->rank - mask->rank];
    return fits ? DSC_OK
                : dsc_fail(DSC_ERROR_SIZE, "%s: attn_mask is of shape %s, must broadcast to %s",
                           operation->name, dsc_shape_text(mask->rank, mask->shape).text,
                           dsc_shape_text(scores->rank, scores->shape).text);
}

/* A kernel's blocks are some hundred rows of these. */
static dsc_status check_widths(const dsc_operation *operation, size_t width, size_t value_width) {
    size_t both;
    if (!__builtin_add_overflow(width, value_width, &both) && !dsc_bytes_overflow(both, 1 << 12, 8))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_OVERFLOW, "%s: rows of %zu and %zu numbers are too long", operation->name,
                    width, value_width);
}

static dsc_status check(const dsc_operation *operation, dsc_tensor *const *x, double dropout,
                        dsc_tensor *scores) {
    DSC_TRY(dsc_check_real(operation, x[QUERY]));
    for (size_t i = QUERY; i <= VALUE; ++i) {
        DSC_TRY(dsc_check_same_dtype(operation, x[QUERY], x[i]));
        if (x[i]->rank < 2)
            return dsc_fail(DSC_ERROR_SIZE, "%s: %s is of shape %s, must have at least 2 dimensions",
                            operation->name, names[i], dsc_shape_text(x[i]->rank, x[i]->shape).text);
    }
    const dsc_tensor *q = x[QUERY], *k = x[KEY], *v = x[VALUE];
    if (q->shape[q->rank - 1] != k->shape[k->rank - 1])
        return refuse_shapes(q, QUERY, k, KEY, "the last extents");
    if (k->shape[k->rank - 2] != v->shape[v->rank - 2])
        return refuse_shapes(k, KEY, v, VALUE, "the extents before the last");
    if (!(dropout >= 0 && dropout <= 1))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: dropout_p is %g, must be in [0, 1]", operation->name,
                        dropout);
    DSC_TRY(check_widths(operation, q->shape[q->rank - 1], v->shape[v->rank - 1]));
    DSC_TRY(score_shape(operation, x, scores));
    return check_mask(operation, x, scores);
}

/* ---- As the kernels see it ---- */

/* A tensor repeated to the heads of the scores, with rows of numbers that stand together; a reference. */
static dsc_status prepare(const dsc_tensor *scores, dsc_tensor *t, dsc_tensor **prepared) {
    dsc_tensor *rows = NULL;
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, scores->shape, sizeof shape);
    shape[scores->rank - 2] = t->shape[t->rank - 2];
    shape[scores->rank - 1] = t->shape[t->rank - 1];
    if (t->strides[t->rank - 1] != 1 && t->shape[t->rank - 1] > 1)
        DSC_TRY(dsc_contiguous_of(t, &rows));
    dsc_status status = dsc_broadcast_view("scaled_dot_product_attention", rows != NULL ? rows : t,
                                           scores->rank, shape, prepared);
    dsc_tensor_release(rows);
    return status;
}

static dsc_attention_matrix matrix_of(const dsc_tensor *t) {
    if (t == NULL)
        return (dsc_attention_matrix){.data = NULL};
    dsc_attention_matrix m = {.data = dsc_data(t), .row = t->strides[t->rank - 2]};
    for (size_t d = 0; d + 2 < t->rank; ++d)
        m.heads[d] = t->shape[d] == 1 ? 0 : t->strides[d];
    return m;
}

/* A tensor in the order of another in memory, which may differ in its last extent. */
static dsc_status make_in_order(const dsc_tensor *like, size_t last, dsc_tensor **made) {
    size_t order[DSC_MAX_RANK], shape[DSC_MAX_RANK], strides[DSC_MAX_RANK], rank = like->rank;
    for (size_t d = 0; d < rank; ++d) {
        size_t at = d;
        /* What is repeated has no place in memory: it keeps that in the shape. */
        while (d < rank - 1 && at > 0 && like->strides[order[at - 1]] < like->strides[d] &&
               like->strides[order[at - 1]] != 0) {
            order[at] = order[at - 1];
            --at;
        }
        order[at] = d;
    }
    for (size_t d = 0; d < rank; ++d)
        shape[d] = order[d] == rank - 1 ? last : like->shape[order[d]];
    dsc_tensor *memory;
    DSC_TRY(dsc_make(dsc_context_of(like), like->dtype, rank, shape, &memory));
    for (size_t d = 0; d < rank; ++d)
        strides[order[d]] = memory->strides[d];
    memcpy(shape, like->shape, sizeof shape);
    shape[rank - 1] = last;
    dsc_status status = dsc_view_of(memory, rank, shape, strides, 0, made);
    dsc_tensor_release(memory);
    return status;
}

/* x: as prepared; statistics: [2, heads, L]. */
static dsc_attention_call call_of(const dsc_tensor *scores, dsc_tensor *const *x, const kept_options *o,
                                  const dsc_tensor *out, const dsc_tensor *statistics) {
    const dsc_tensor *mask = x[MASK];
    const size_t rank = scores->rank;
    dsc_attention_call call = {
        .dtype = scores->dtype,
        .rank = rank - 2,
        .heads = 1,
        .queries = scores->shape[rank - 2],
        .keys = scores->shape[rank - 1],
        .width = x[QUERY]->shape[rank - 1],
        .value_width = x[VALUE]->shape[rank - 1],
        .q = matrix_of(x[QUERY]),
        .k = matrix_of(x[KEY]),
        .v = matrix_of(x[VALUE]),
        .out = matrix_of(out),
        .mask = matrix_of(mask),
        .mask_column = mask == NULL ? 0 : mask->strides[rank - 1],
        .mask_is_bool = mask != NULL && mask->dtype == DSC_BOOL,
        .is_causal = o->is_causal,
        .scale = o->scale,
        .dropout = o->dropout,
        .stream = o->stream,
    };
    for (size_t d = 0; d + 2 < rank; ++d)
        call.heads *= call.shape[d] = scores->shape[d];
    if (statistics != NULL) {
        call.largest = dsc_data(statistics);
        call.inverse = (char *)call.largest + call.heads * call.queries * dsc_size_of(call.dtype);
    }
    return call;
}

/* All four as the kernels take them; references, also after a failure. */
static dsc_status prepare_all(const dsc_tensor *scores, dsc_tensor *const *x, dsc_tensor **prepared) {
    for (size_t i = QUERY; i <= VALUE; ++i)
        DSC_TRY(prepare(scores, x[i], &prepared[i]));
    if (x[MASK] == NULL)
        return DSC_OK;
    return dsc_broadcast_view("scaled_dot_product_attention", x[MASK], scores->rank, scores->shape,
                              &prepared[MASK]);
}

static void release_all(dsc_tensor *const *prepared) {
    for (size_t i = QUERY; i <= MASK; ++i)
        dsc_tensor_release(prepared[i]);
}

/* ---- Forward ---- */

static dsc_status attend(const dsc_operation *operation, dsc_tensor *const *x, const dsc_tensor *scores,
                         kept_options o, dsc_tensor **result) {
    dsc_tensor *prepared[4] = {NULL}, *made = NULL, *statistics = NULL;
    size_t shape[DSC_MAX_RANK] = {2};
    memcpy(shape + 1, scores->shape, (scores->rank - 1) * sizeof *shape);
    const dsc_context *context = dsc_context_of(x[QUERY]);
    dsc_status status = prepare_all(scores, x, prepared);
    if (status == DSC_OK)
        status = make_in_order(prepared[QUERY], x[VALUE]->shape[x[VALUE]->rank - 1], &made);
    if (status == DSC_OK)
        status = dsc_make(context, scores->dtype, scores->rank, shape, &statistics);
    if (status == DSC_OK && made->count + statistics->count > 0) {
        if (o.dropout > 0)
            o.stream = dsc_draw(context);
        dsc_attention_call call = call_of(scores, prepared, &o, made, statistics);
        status = dsc_attention_forward(context, &call);
    }
    release_all(prepared);
    dsc_options options = {0};
    memcpy(options.own, &o, sizeof o);
    status = dsc_finish(&(dsc_record){.operation = operation,
                                      .count = 4,
                                      .inputs = x,
                                      .options = &options,
                                      .saved = {made, statistics}},
                        status, made, result);
    dsc_tensor_release(statistics);
    return status;
}

static dsc_status attend_in_groups(dsc_tensor *const *x, const dsc_attention_options *options,
                                   dsc_tensor **result);

dsc_status dsc_scaled_dot_product_attention(dsc_tensor *query, dsc_tensor *key, dsc_tensor *value,
                                            dsc_tensor *attn_mask, const dsc_attention_options *options,
                                            dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_scaled_dot_product_attention];
    const dsc_attention_options o = options != NULL ? *options : (dsc_attention_options)DSC_ATTENTION_OPTIONS;
    dsc_tensor *const x[] = {query, key, value, attn_mask};
    DSC_TRY(dsc_check_inputs(operation, 3, x, result));
    if (o.enable_gqa)
        return attend_in_groups(x, &o, result);
    dsc_tensor scores;
    DSC_TRY(check(operation, x, o.dropout_p, &scores));
    const size_t width = query->shape[query->rank - 1];
    if (isnan(o.scale) && width == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: query is of shape %s, which leaves no scale 1 / sqrt(E)",
                        operation->name, dsc_shape_text(query->rank, query->shape).text);
    const kept_options kept = {.scale = isnan(o.scale) ? 1 / sqrt((double)width) : o.scale,
                               .dropout = o.dropout_p,
                               .is_causal = o.is_causal};
    return attend(operation, x, &scores, kept, result);
}

/* ---- Heads of keys that serve several of queries ---- */

/* [..., H, a, b] as [..., H / group, group, a, b]; a reference. */
static dsc_status in_groups(dsc_tensor *t, size_t group, dsc_tensor **grouped) {
    size_t shape[DSC_MAX_RANK], rank = t->rank;
    if (rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "scaled_dot_product_attention: groups of heads need a dimension");
    memcpy(shape, t->shape, (rank - 2) * sizeof *shape);
    shape[rank - 3] = t->shape[rank - 3] / group;
    shape[rank - 2] = group;
    shape[rank - 1] = t->shape[rank - 2];
    shape[rank] = t->shape[rank - 1];
    return dsc_reshape(t, rank + 1, shape, grouped);
}

static dsc_status check_groups(dsc_tensor *const *x) {
    for (size_t i = QUERY; i <= VALUE; ++i)
        if (x[i]->rank < 3)
            return dsc_fail(DSC_ERROR_SIZE,
                            "scaled_dot_product_attention: %s is of shape %s, must have heads", names[i],
                            dsc_shape_text(x[i]->rank, x[i]->shape).text);
    const size_t q = x[QUERY]->shape[x[QUERY]->rank - 3], k = x[KEY]->shape[x[KEY]->rank - 3];
    const size_t v = x[VALUE]->shape[x[VALUE]->rank - 3];
    if (k != 0 && q % k == 0 && k == v)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "scaled_dot_product_attention: query has %zu heads, key %zu and value %zu; those of key "
                    "and value must be as many, and divide query's",
                    q, k, v);
}

static dsc_status attend_in_groups(dsc_tensor *const *x, const dsc_attention_options *options,
                                   dsc_tensor **result) {
    DSC_TRY(check_groups(x));
    const size_t heads = x[QUERY]->shape[x[QUERY]->rank - 3];
    const size_t group = heads / x[KEY]->shape[x[KEY]->rank - 3];
    dsc_attention_options o = *options;
    o.enable_gqa = false;
    dsc_tensor *grouped[4] = {NULL}, *made = NULL;
    dsc_status status = in_groups(x[QUERY], group, &grouped[QUERY]);
    for (size_t i = KEY; status == DSC_OK && i <= VALUE; ++i)
        status = in_groups(x[i], 1, &grouped[i]);
    dsc_tensor *mask = x[MASK];
    if (status == DSC_OK && mask != NULL && mask->rank > 2)
        status = in_groups(mask, mask->shape[mask->rank - 3] == heads ? group : 1, &grouped[MASK]);
    else if (status == DSC_OK && mask != NULL)
        grouped[MASK] = dsc_tensor_retain(mask);
    if (status == DSC_OK)
        status = dsc_scaled_dot_product_attention(grouped[QUERY], grouped[KEY], grouped[VALUE], grouped[MASK],
                                                  &o, &made);
    release_all(grouped);
    if (status != DSC_OK)
        return status;
    status = dsc_flatten(made, -4, -3, result);
    dsc_tensor_release(made);
    return status;
}

/* ---- Derivatives ---- */

/* The kernel's. A gradient is of its input's shape repeated to all heads; it is summed when it is given. */
static void fused(dsc_pullback *p, const dsc_tensor *scores, dsc_tensor *const *x, const kept_options *o) {
    dsc_tensor *prepared[4] = {NULL}, *by[4] = {NULL}, *upstream = NULL;
    dsc_tensor *out = dsc_saved(p, 0), *statistics = dsc_saved(p, 1);
    if (p->status != DSC_OK)
        return;
    p->status = prepare_all(scores, x, prepared);
    for (size_t i = QUERY; i <= VALUE; ++i)
        if (dsc_wants(p, i))
            by[i] =
                x_call(p, by[i], make_in_order(prepared[i], prepared[i]->shape[scores->rank - 1], &by[i]));
    if (dsc_wants(p, MASK))
        by[MASK] =
            x_call(p, by[MASK],
                   dsc_make(dsc_context_of(out), scores->dtype, scores->rank, scores->shape, &by[MASK]));
    upstream = x_call(p, upstream, prepare(scores, p->upstream, &upstream));
    if (p->status == DSC_OK) {
        dsc_attention_call call = call_of(scores, prepared, o, out, statistics);
        call.dout = matrix_of(upstream);
        call.dq = matrix_of(by[QUERY]);
        call.dk = matrix_of(by[KEY]);
        call.dv = matrix_of(by[VALUE]);
        call.dmask = by[MASK] == NULL ? NULL : dsc_data(by[MASK]);
        p->status = dsc_attention_backward(dsc_context_of(out), &call);
    }
    release_all(prepared);
    for (size_t i = QUERY; i <= MASK; ++i)
        dsc_give(p, i, by[i]);
}

static dsc_tensor *x_matmul(dsc_pullback *p, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return a == NULL || b == NULL ? NULL : x_call(p, made, dsc_matmul(a, b, &made));
}

static dsc_tensor *x_turned(dsc_pullback *p, dsc_tensor *a) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_transpose(a, -1, -2, &made));
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
                             const kept_options *o) {
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
                             const kept_options *o) {
    dsc_tensor *scores = x_scale(p, x_matmul(p, x[QUERY], x_turned(p, x[KEY])), o->scale);
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

static void composed(dsc_pullback *p, const dsc_tensor *shape, dsc_tensor *const *x, const kept_options *o) {
    dsc_tensor *weights = x_weights(p, shape, x, o), *used = weights;
    dsc_tensor *by_used = x_matmul(p, p->upstream, x_turned(p, x[VALUE]));
    if (o->dropout > 0) {
        dsc_tensor *factors = x_factors(p, shape, x, o);
        used = x_multiply(p, weights, factors);
        by_used = x_multiply(p, by_used, factors);
    }
    dsc_tensor *sum = x_sum_of_rows(p, x_multiply(p, weights, by_used));
    dsc_tensor *by_scores = x_multiply(p, weights, x_subtract(p, by_used, sum));
    if (dsc_wants(p, VALUE))
        dsc_give(p, VALUE, x_matmul(p, x_turned(p, used), p->upstream));
    dsc_give(p, MASK, by_scores);
    dsc_tensor *scaled = x_scale(p, by_scores, o->scale);
    if (dsc_wants(p, QUERY))
        dsc_give(p, QUERY, x_matmul(p, scaled, x[KEY]));
    if (dsc_wants(p, KEY))
        dsc_give(p, KEY, x_matmul(p, x_turned(p, scaled), x[QUERY]));
}

void dsc_pull_back_scaled_dot_product_attention(dsc_pullback *p) {
    const dsc_operation *operation = p->node->operation;
    kept_options o;
    dsc_tensor *x[4] = {NULL}, scores;
    memcpy(&o, p->node->options.own, sizeof o);
    for (size_t i = QUERY; i <= MASK; ++i)
        x[i] = p->node->inputs[i] == NULL ? NULL : dsc_input(p, i);
    if (p->status == DSC_OK)
        p->status = score_shape(operation, x, &scores);
    if (p->status != DSC_OK)
        return;
    if (p->creates_graph)
        composed(p, &scores, x, &o);
    else
        fused(p, &scores, x, &o);
}

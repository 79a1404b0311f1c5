/* Scaled dot-product attention. */
#include "operations/attention.h"

#include <math.h>
#include <string.h>

#include "descent/attention.h"

static const char *const names[] = {"query", "key", "value", "attn_mask"};

/* ---- Checks ---- */

static dsc_status refuse_shapes(const dsc_tensor *a, size_t i, const dsc_tensor *b, size_t j,
                                const char *what) {
    return dsc_fail(DSC_ERROR_SIZE,
                    "scaled_dot_product_attention: %s is of shape %s and %s of shape %s; %s must agree",
                    names[i], dsc_shape_text(a->rank, a->shape).text, names[j],
                    dsc_shape_text(b->rank, b->shape).text, what);
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
    DSC_TRY(dsc_attention_score_shape(operation, x, scores));
    return check_mask(operation, x, scores);
}

/* ---- Forward ---- */

static dsc_status attend(const dsc_operation *operation, dsc_tensor *const *x, const dsc_tensor *scores,
                         dsc_attention_kept o, dsc_tensor **result) {
    dsc_tensor *prepared[4] = {NULL}, *made = NULL, *statistics = NULL;
    size_t shape[DSC_MAX_RANK] = {2};
    memcpy(shape + 1, scores->shape, (scores->rank - 1) * sizeof *shape);
    const dsc_context *context = dsc_context_of(x[QUERY]);
    dsc_status status = dsc_attention_prepare_all(scores, x, prepared);
    if (status == DSC_OK)
        status = dsc_attention_make_in_order(prepared[QUERY], x[VALUE]->shape[x[VALUE]->rank - 1], &made);
    if (status == DSC_OK)
        status = dsc_make(context, scores->dtype, scores->rank, shape, &statistics);
    if (status == DSC_OK && made->count + statistics->count > 0) {
        if (o.dropout > 0)
            o.stream = dsc_draw(context);
        dsc_attention_call call = dsc_attention_call_of(scores, prepared, &o, made, statistics);
        status = dsc_attention_forward(context, &call);
    }
    dsc_attention_release_all(prepared);
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
    const dsc_attention_kept kept = {.scale = isnan(o.scale) ? 1 / sqrt((double)width) : o.scale,
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
    dsc_attention_release_all(grouped);
    if (status != DSC_OK)
        return status;
    status = dsc_flatten(made, -4, -3, result);
    dsc_tensor_release(made);
    return status;
}

#include <string.h>

#include "descent/attention.h"
#include "layers/attention.h"
#include "layers/scope.h"

static const char *const none[] = {"none"};

static const dsc_option_info options[] = {
    [DSC_MHA_EMBED_DIM] = DSC_OPTION_SIZE("embed_dim", "numbers of a query, and of an output"),
    [DSC_MHA_NUM_HEADS] = DSC_OPTION_SIZE("num_heads", "heads, which share embed_dim among them"),
    [DSC_MHA_DROPOUT] = DSC_OPTION_SHARE("dropout", 0, "the share of weights that fall away in training"),
    [DSC_MHA_BIAS] = DSC_OPTION_FLAG_AT("bias", 1, "whether projections have biases"),
    [DSC_MHA_ADD_BIAS_KV] =
        DSC_OPTION_FLAG_AT("add_bias_kv", 0, "whether a key and its value are learned besides those given"),
    [DSC_MHA_ADD_ZERO_ATTN] =
        DSC_OPTION_FLAG_AT("add_zero_attn", 0, "whether there is a key, and its value, of zeros besides"),
    [DSC_MHA_KDIM] = {"kdim", DSC_OPTION_INTEGER, 0, 0, 0x1p48, false, false,
                      "numbers of a key; none: as many as embed_dim", none},
    [DSC_MHA_VDIM] = {"vdim", DSC_OPTION_INTEGER, 0, 0, 0x1p48, false, false,
                      "numbers of a value; none: as many as embed_dim", none},
    [DSC_MHA_BATCH_FIRST] = DSC_OPTION_BATCH_FIRST,
    [DSC_MHA_AVERAGE] =
        DSC_OPTION_FLAG_AT("average_attn_weights", 1, "whether the weights are the mean over the heads"),
    [DSC_MHA_IS_CAUSAL] = DSC_OPTION_CAUSAL("is_causal"),
};

/* What is computed with: [N, L, E] or [L, N, E]. */
typedef struct attention {
    const dsc_layer *layer;
    dsc_attention_weights w;
    dsc_scope s;
    bool batch_first;
    dsc_attention_extents e;
    size_t width; /* of a head */
} attention;

static dsc_status check_input(const dsc_tensor *x, const dsc_tensor *query, const char *name, size_t width) {
    if (x->rank == query->rank && x->shape[x->rank - 1] == width)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "multihead_attention: %s is of shape %s, must have %zu dimensions and end in %zu", name,
                    dsc_shape_text(x->rank, x->shape).text, (size_t)query->rank, width);
}

static dsc_status check_inputs(const dsc_layer *layer, const dsc_attention_inputs *in, bool batch_first) {
    const dsc_tensor *q = in->query, *k = in->key, *v = in->value;
    if (q->rank != 2 && q->rank != 3)
        return dsc_fail(DSC_ERROR_SIZE, "multihead_attention: query is of shape %s, must be [L, E]%s",
                        dsc_shape_text(q->rank, q->shape).text,
                        batch_first ? " or [N, L, E]" : " or [L, N, E]");
    DSC_TRY(check_input(q, q, "query", (size_t)layer->values[DSC_MHA_EMBED_DIM]));
    DSC_TRY(check_input(k, q, "key", dsc_attention_width_of(layer, DSC_MHA_KDIM)));
    DSC_TRY(check_input(v, q, "value", dsc_attention_width_of(layer, DSC_MHA_VDIM)));
    const size_t batch = batch_first ? 0 : 1, length = q->rank == 2 ? 0 : 1 - batch;
    const bool pairs = k->shape[length] == v->shape[length];
    const bool batches =
        q->rank == 2 || (q->shape[batch] == k->shape[batch] && k->shape[batch] == v->shape[batch]);
    if (pairs && batches)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "multihead_attention: query, key and value are of shapes %s, %s and %s: there must be a "
                    "value for each key, and as many of each as the batch has",
                    dsc_shape_text(q->rank, q->shape).text, dsc_shape_text(k->rank, k->shape).text,
                    dsc_shape_text(v->rank, v->shape).text);
}

/* Part i of what the projections' weights or biases have of queries, keys and values; `count` parts. */
static dsc_tensor *s_part(attention *a, dsc_tensor *packed, size_t i, size_t count) {
    const size_t e = (size_t)a->layer->values[DSC_MHA_EMBED_DIM];
    return packed == NULL || count == 3 ? packed : s_slice(&a->s, packed, 0, i * e, (i + count) * e);
}

static dsc_tensor *s_project(attention *a, dsc_tensor *x, dsc_tensor *own, size_t i, size_t count) {
    dsc_tensor *weight = own != NULL ? own : s_part(a, a->w.in_proj, i, count);
    return s_linear(&a->s, x, weight, s_part(a, a->w.in_bias, i, count), DSC_ACTIVATION_NONE);
}

/* One of the parts that a product made at once has beside each other. */
static dsc_tensor *s_beside(attention *a, dsc_tensor *packed, size_t i) {
    const size_t e = (size_t)a->layer->values[DSC_MHA_EMBED_DIM];
    return s_slice(&a->s, packed, -1, i * e, (i + 1) * e);
}

/* The projections of the inputs: one product where two or three of them are the same. */
static void project(attention *a, const dsc_attention_inputs *in, dsc_tensor **qkv) {
    const bool is_packed = a->w.in_proj != NULL;
    if (is_packed && in->query == in->key && in->key == in->value) {
        dsc_tensor *packed = s_project(a, in->query, NULL, 0, 3);
        for (size_t i = 0; i < 3; ++i)
            qkv[i] = s_beside(a, packed, i);
        return;
    }
    qkv[0] = s_project(a, in->query, a->w.q, 0, 1);
    if (is_packed && in->key == in->value) {
        dsc_tensor *packed = s_project(a, in->key, NULL, 1, 2);
        qkv[1] = s_beside(a, packed, 0);
        qkv[2] = s_beside(a, packed, 1);
        return;
    }
    qkv[1] = s_project(a, in->key, a->w.k, 1, 1);
    qkv[2] = s_project(a, in->value, a->w.v, 2, 1);
}

/* With more keys, or their values, behind: what is learned, and zeros. */
static dsc_tensor *s_lengthened(attention *a, dsc_tensor *x, dsc_tensor *learned) {
    if (a->e.more == 0 || x == NULL)
        return x;
    const size_t length = a->batch_first ? 1 : 0;
    size_t shape[3];
    memcpy(shape, x->shape, sizeof shape);
    shape[length] = 1;
    dsc_tensor *parts[3] = {x}, *made = NULL;
    size_t count = 1;
    if (learned != NULL)
        parts[count++] = s_expand(&a->s, learned, 3, shape);
    if (a->layer->values[DSC_MHA_ADD_ZERO_ATTN] != 0)
        parts[count++] = s_full(&a->s, x, 3, shape, 0);
    return s_call(&a->s, made, dsc_cat(count, parts, (int64_t)length, &made));
}

/* [N, heads, L, E / heads], a view. */
static dsc_tensor *s_heads(attention *a, dsc_tensor *x) {
    if (x == NULL)
        return NULL;
    const size_t shape[] = {x->shape[0], x->shape[1], a->e.heads, a->width};
    const int64_t to[] = {0, 2, 1, 3}, to_batch[] = {1, 2, 0, 3};
    return s_permute(&a->s, s_reshape(&a->s, x, 4, shape), 4, a->batch_first ? to : to_batch);
}

/* And back. */
static dsc_tensor *s_joined(attention *a, dsc_tensor *x) {
    const int64_t from[] = {0, 2, 1, 3}, from_batch[] = {2, 0, 1, 3};
    x = s_permute(&a->s, x, 4, a->batch_first ? from : from_batch);
    return x == NULL
               ? NULL
               : s_reshape(&a->s, x, 3, (const size_t[]){x->shape[0], x->shape[1], a->e.heads * a->width});
}

/* The weights, made one by one as PyTorch makes them: a query that sees no key has NaN. */
static dsc_tensor *s_attend_with_weights(attention *a, dsc_tensor *const *qkv, dsc_tensor *mask,
                                         double dropout, dsc_tensor **shown) {
    dsc_scope *s = &a->s;
    dsc_tensor *scaled = NULL, *turned = NULL, *scores, *weights = NULL, *masked = NULL;
    if (qkv[0] == NULL || qkv[1] == NULL)
        return NULL;
    scaled = s_call(s, scaled, dsc_affine(qkv[0], sqrt(1.0 / (double)a->width), -0.0, &scaled));
    turned = s_call(s, turned, dsc_transpose(qkv[1], -1, -2, &turned));
    scores = s_matmul(s, scaled, turned);
    if (mask != NULL && mask->dtype == DSC_BOOL) /* added, so that gradients are NaN where results are */
        mask = s_call(
            s, masked,
            dsc_where(mask, s_full(s, scaled, 0, NULL, 0), s_full(s, scaled, 0, NULL, -INFINITY), &masked));
    if (mask != NULL)
        scores = s_add(s, scores, mask);
    if (scores == NULL)
        return NULL;
    weights = s_call(s, weights, dsc_softmax(scores, -1, &weights));
    *shown = weights = s_dropout(s, weights, dropout);
    return s_matmul(s, weights, qkv[2]);
}

static dsc_tensor *s_attend(attention *a, dsc_tensor *const *qkv, dsc_tensor *mask, bool is_causal,
                            double dropout) {
    dsc_tensor *made = NULL;
    dsc_attention_options o = DSC_ATTENTION_OPTIONS;
    o.is_causal = is_causal;
    o.dropout_p = dropout;
    return s_call(&a->s, made, dsc_scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], mask, &o, &made));
}

/* The weights as they are shown: [N, L, keys], or of each head. */
static dsc_tensor *s_shown(attention *a, dsc_tensor *weights, bool averages) {
    dsc_tensor *made = NULL;
    if (weights != NULL && averages)
        weights = s_call(&a->s, made, dsc_mean(weights, 1, (const int64_t[]){1}, false, &made));
    return a->e.is_batched ? weights : s_squeeze(&a->s, weights, 0);
}

static void run(attention *a, const dsc_attention_inputs *in, dsc_tensor **output, dsc_tensor **weights) {
    dsc_attention_inputs masks = *in;
    /* The kernel's own causal mask is the cheaper one, but knows nothing of keys behind. */
    const bool is_causal = in->is_causal && !in->needs_weights && a->e.more == 0;
    masks.is_causal = in->is_causal && !is_causal;
    dsc_tensor *mask = NULL, *qkv[3] = {NULL}, *out;
    a->s.status = dsc_attention_merge_masks(&masks, &a->e, &mask);
    if (mask != NULL)
        dsc_scope_keep(&a->s, DSC_OK, &mask);
    if (a->s.status == DSC_OK)
        project(a, in, qkv);
    qkv[0] = s_heads(a, qkv[0]);
    qkv[1] = s_heads(a, s_lengthened(a, qkv[1], a->w.bias_k));
    qkv[2] = s_heads(a, s_lengthened(a, qkv[2], a->w.bias_v));
    if (in->needs_weights)
        out = s_attend_with_weights(a, qkv, mask, in->dropout, weights);
    else
        out = s_attend(a, qkv, mask, is_causal, in->dropout);
    *output = s_linear(&a->s, s_joined(a, out), a->w.out, a->w.out_bias, DSC_ACTIVATION_NONE);
    *weights = s_shown(a, *weights, in->averages_weights);
}

dsc_status dsc_attention_layer_run(const dsc_layer *layer, const dsc_attention_inputs *inputs,
                                   dsc_tensor **output, dsc_tensor **weights) {
    dsc_attention_inputs in = *inputs;
    attention a = {.layer = layer, .w = dsc_attention_weights_of(layer)};
    a.batch_first = layer->values[DSC_MHA_BATCH_FIRST] != 0;
    DSC_TRY(check_inputs(layer, &in, a.batch_first));
    a.e.is_batched = in.query->rank == 3;
    if (!a.e.is_batched) {
        /* A batch of one; what was the same stays so. */
        a.batch_first = true;
        in.query = s_unsqueeze(&a.s, inputs->query, 0);
        in.key = inputs->key == inputs->query ? in.query : s_unsqueeze(&a.s, inputs->key, 0);
        in.value = inputs->value == inputs->key ? in.key : s_unsqueeze(&a.s, inputs->value, 0);
    }
    dsc_tensor *y = NULL, *shown = NULL;
    if (a.s.status == DSC_OK) {
        const size_t batch = a.batch_first ? 0 : 1;
        a.e.batch = in.query->shape[batch];
        a.e.queries = in.query->shape[1 - batch];
        a.e.keys = in.key->shape[1 - batch];
        a.e.heads = (size_t)layer->values[DSC_MHA_NUM_HEADS];
        a.e.more = (layer->values[DSC_MHA_ADD_BIAS_KV] != 0) + (layer->values[DSC_MHA_ADD_ZERO_ATTN] != 0);
        a.width = (size_t)layer->values[DSC_MHA_EMBED_DIM] / a.e.heads;
        run(&a, &in, &y, &shown);
        if (!a.e.is_batched)
            y = s_squeeze(&a.s, y, 0);
    }
    if (a.s.status == DSC_OK && shown != NULL)
        *weights = dsc_tensor_retain(shown);
    return dsc_scope_end(&a.s, y, output);
}

static dsc_status call(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y) {
    const dsc_attention_inputs inputs = {.query = x[0],
                                         .key = x[1] != NULL ? x[1] : x[0],
                                         .value = x[2] != NULL   ? x[2]
                                                  : x[1] != NULL ? x[1]
                                                                 : x[0],
                                         .key_padding_mask = x[3],
                                         .attn_mask = x[4],
                                         .is_causal = layer->values[DSC_MHA_IS_CAUSAL] != 0,
                                         .dropout = mode->is_training ? layer->values[DSC_MHA_DROPOUT] : 0,
                                         .needs_weights = mode->output_count > 1,
                                         .averages_weights = layer->values[DSC_MHA_AVERAGE] != 0};
    return dsc_attention_layer_run(layer, &inputs, &y[0], &y[1]);
}

/* Of self-attention. */
static dsc_status shape(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    const double e = layer->values[DSC_MHA_EMBED_DIM];
    if ((*rank != 2 && *rank != 3) || (double)shape[*rank - 1] != e || !dsc_attention_has_one_width(layer))
        return dsc_fail(DSC_ERROR_SIZE,
                        "multihead_attention: the input is of shape %s, must have 2 or 3 dimensions and end "
                        "in %g, as keys and values must",
                        dsc_shape_text(*rank, shape).text, e);
    const size_t length = *rank == 3 && layer->values[DSC_MHA_BATCH_FIRST] != 0 ? 1 : 0;
    const double l = (double)shape[length], n = *rank == 3 ? (double)shape[1 - length] : 1;
    *flops = 2 * n * l * (4 * e * e + 2 * l * e);
    return DSC_OK;
}

const dsc_layer_row dsc_layer_multihead_attention = {
    .info = {.name = "multihead_attention",
             .title = "MultiheadAttention",
             .source = "torch.nn.MultiheadAttention",
             .formula =
                 "softmax(q k^T / sqrt(E / heads) + masks) v, head by head, then a linear layer; q, k and "
                 "v of linear layers",
             .shapes =
                 "[N, L, E] or [L, N, E], keys and values of another length S; masks [N, S], and [L, S] "
                 "or [N heads, L, S]; the query's shape, and weights [N, L, S]",
             .inputs = {"query", "key", "value", "key_padding_mask", "attn_mask"},
             .outputs = {"output", "weights"},
             .input_count = 5,
             .required_count = 1,
             .output_count = 2,
             .infers_input = true,
             .input_dimension = -1,
             DSC_LAYER_OPTIONS(options)},
    .changeable = 1u << DSC_MHA_DROPOUT | 1u << DSC_MHA_AVERAGE | 1u << DSC_MHA_IS_CAUSAL,
    .make = dsc_attention_make_weights,
    .call = call,
    .shape = shape,
};

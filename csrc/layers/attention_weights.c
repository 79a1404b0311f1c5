/* The parameters of multi-head attention. */
#include "layers/attention.h"
#include "layers/initialize.h"
#include "layers/scope.h"

bool dsc_attention_has_one_width(const dsc_layer *layer) {
    const double e = layer->values[DSC_MHA_EMBED_DIM], k = layer->values[DSC_MHA_KDIM],
                 v = layer->values[DSC_MHA_VDIM];
    return (k == 0 || k == e) && (v == 0 || v == e);
}

size_t dsc_attention_width_of(const dsc_layer *layer, int option) {
    return (size_t)(layer->values[option] == 0 ? layer->values[DSC_MHA_EMBED_DIM] : layer->values[option]);
}

dsc_attention_weights dsc_attention_weights_of(const dsc_layer *layer) {
    dsc_attention_weights w = {0};
    size_t at = 0;
    const dsc_layer_tensor *t = layer->tensors;
    const bool has_bias = layer->values[DSC_MHA_BIAS] != 0;
    if (dsc_attention_has_one_width(layer)) {
        w.in_proj = t[at++].tensor;
    } else {
        w.q = t[at++].tensor;
        w.k = t[at++].tensor;
        w.v = t[at++].tensor;
    }
    if (has_bias)
        w.in_bias = t[at++].tensor;
    if (layer->values[DSC_MHA_ADD_BIAS_KV] != 0) {
        w.bias_k = t[at++].tensor;
        w.bias_v = t[at++].tensor;
    }
    w.out = t[at++].tensor;
    if (has_bias)
        w.out_bias = t[at++].tensor;
    return w;
}

/* A matrix that is drawn, or an empty place for it. */
typedef struct maker {
    const dsc_context *context;
    dsc_dtype dtype;
    dsc_random *random;
    dsc_scope scope;
} maker;

static dsc_tensor *uniform(maker *m, size_t rows, size_t columns, double bound) {
    dsc_tensor *made = NULL;
    return s_call(&m->scope, made,
                  dsc_tensor_uniform(m->context, m->dtype, 2, (const size_t[]){rows, columns}, m->random,
                                     -bound, bound, &made));
}

static dsc_tensor *bias_of_pairs(maker *m, size_t n) {
    dsc_tensor *made = NULL;
    return s_call(&m->scope, made,
                  dsc_tensor_normal(m->context, m->dtype, 3, (const size_t[]){1, 1, n}, m->random, 0,
                                    dsc_xavier_deviation((double)n, (double)n), &made));
}

static dsc_tensor *zeros(maker *m, size_t n) {
    dsc_tensor *made = NULL;
    return s_call(&m->scope, made, dsc_tensor_full(m->context, m->dtype, 1, &n, 0, &made));
}

/* Draws what PyTorch draws, in its order: out_proj as a linear layer, whose bias becomes 0 later. */
static void draw(const dsc_layer *layer, maker *m, dsc_attention_weights *w) {
    const size_t e = (size_t)layer->values[DSC_MHA_EMBED_DIM];
    const double n = (double)e;
    const bool has_bias = layer->values[DSC_MHA_BIAS] != 0;
    w->out = uniform(m, e, e, dsc_kaiming_bound(sqrt(5), n));
    if (has_bias)
        uniform(m, 1, e, 1 / sqrt(n));
    if (dsc_attention_has_one_width(layer)) {
        w->in_proj = uniform(m, 3 * e, e, dsc_xavier_bound(n, 3 * n));
    } else {
        const size_t k = dsc_attention_width_of(layer, DSC_MHA_KDIM),
                     v = dsc_attention_width_of(layer, DSC_MHA_VDIM);
        w->q = uniform(m, e, e, dsc_xavier_bound(n, n));
        w->k = uniform(m, e, k, dsc_xavier_bound((double)k, n));
        w->v = uniform(m, e, v, dsc_xavier_bound((double)v, n));
    }
    if (has_bias) {
        w->in_bias = zeros(m, 3 * e);
        w->out_bias = zeros(m, e);
    }
    if (layer->values[DSC_MHA_ADD_BIAS_KV] != 0) {
        w->bias_k = bias_of_pairs(m, e);
        w->bias_v = bias_of_pairs(m, e);
    }
}

dsc_status dsc_attention_make_weights(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype,
                                      dsc_random *random) {
    const double e = layer->values[DSC_MHA_EMBED_DIM], heads = layer->values[DSC_MHA_NUM_HEADS];
    if (fmod(e, heads) != 0)
        return dsc_fail(DSC_ERROR_OPTION, "multihead_attention: num_heads is %g, must divide embed_dim, %g",
                        heads, e);
    maker m = {.context = context, .dtype = dtype, .random = random};
    dsc_attention_weights w = {0};
    draw(layer, &m, &w);
    const struct {
        const char *name;
        dsc_tensor *tensor;
    } named[] = {
        {"in_proj_weight", w.in_proj}, {"q_proj_weight", w.q},      {"k_proj_weight", w.k},
        {"v_proj_weight", w.v},        {"in_proj_bias", w.in_bias}, {"bias_k", w.bias_k},
        {"bias_v", w.bias_v},          {"out_proj.weight", w.out},  {"out_proj.bias", w.out_bias},
    };
    dsc_status status = m.scope.status;
    for (size_t i = 0; status == DSC_OK && i < sizeof named / sizeof *named; ++i)
        if (named[i].tensor != NULL)
            status = dsc_layer_add(layer, named[i].name, true, DSC_OK, dsc_tensor_retain(named[i].tensor));
    dsc_scope_end(&m.scope, NULL, NULL);
    return status;
}

#include <stdio.h>

#include "layers/recurrent.h"

const char *const dsc_nonlinearities[] = {"tanh", "relu"};

dsc_status dsc_add_weights(dsc_layer *layer, const dsc_recurrent_sizes *sizes, const char *suffix,
                           const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const size_t rows = dsc_kind_gates(sizes->kind) * sizes->hidden, state = dsc_state_size(sizes);
    const struct {
        const char *name;
        size_t rank, shape[2];
        bool is_there;
    } all[] = {
        {"weight_ih", 2, {rows, sizes->inputs}, true},
        {"weight_hh", 2, {rows, state}, true},
        {"bias_ih", 1, {rows, 0}, sizes->has_bias},
        {"bias_hh", 1, {rows, 0}, sizes->has_bias},
        {"weight_hr", 2, {state, sizes->hidden}, sizes->projected > 0},
    };
    const double bound = 1 / sqrt((double)sizes->hidden);
    for (size_t i = 0; i < sizeof all / sizeof *all; ++i) {
        if (!all[i].is_there)
            continue;
        char name[64];
        snprintf(name, sizeof name, "%s%s", all[i].name, suffix);
        DSC_TRY(dsc_layer_add_uniform(layer, name, context, dtype, random, all[i].rank, all[i].shape, bound));
    }
    return DSC_OK;
}

dsc_recurrent_weights dsc_weights_at(const dsc_layer *layer, const dsc_recurrent_sizes *sizes, size_t first) {
    const dsc_layer_tensor *t = layer->tensors + first;
    dsc_recurrent_weights weights = {.w_ih = t[0].tensor, .w_hh = t[1].tensor};
    if (sizes->has_bias) {
        weights.b_ih = t[2].tensor;
        weights.b_hh = t[3].tensor;
    }
    if (sizes->projected > 0)
        weights.w_hr = t[sizes->has_bias ? 4 : 2].tensor;
    return weights;
}

void dsc_run_recurrent(dsc_pullback *p, dsc_recurrent_kind kind, const dsc_recurrent_weights *weights,
                       dsc_recurrent_run *run) {
    if (p->status != DSC_OK)
        return;
    dsc_tensor *y = NULL, *c_n = NULL;
    dsc_status status;
    if (kind == DSC_KIND_LSTM)
        status = dsc_lstm(run->x, run->h0, run->c0, weights, run->lengths, run->reverse, &y,
                          run->wants_cells ? &c_n : NULL);
    else if (kind == DSC_KIND_GRU)
        status = dsc_gru(run->x, run->h0, weights, run->lengths, run->reverse, &y);
    else
        status = dsc_rnn(run->x, run->h0, weights, run->relu, run->lengths, run->reverse, &y);
    run->y = dsc_keep(p, status, y);
    if (c_n != NULL)
        run->c_n = dsc_keep(p, status, c_n);
}

dsc_status dsc_check_state(const char *layer, const char *name, const dsc_tensor *t, size_t rank,
                           const size_t *shape) {
    bool fits = t == NULL || t->rank == rank;
    for (size_t d = 0; t != NULL && fits && d < rank; ++d)
        fits = t->shape[d] == shape[d];
    return fits ? DSC_OK
                : dsc_fail(DSC_ERROR_SIZE, "%s: %s is of shape %s, must be %s", layer, name,
                           dsc_shape_text(t->rank, t->shape).text, dsc_shape_text(rank, shape).text);
}

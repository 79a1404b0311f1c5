/* Recurrent networks: layers of one operation each, or of two for both directions. */
#include "layers/recurrent.h"

#include <stdio.h>
#include <stdlib.h>

#include "descent/activations.h"

enum { INPUTS, HIDDEN, LAYERS, BIAS, BATCH_FIRST, DROPOUT, BIDIRECTIONAL, OWN };

/* OWN is the projection of an LSTM, and the nonlinearity of an RNN. */
#define COMMON_OPTIONS                                                                                       \
    [INPUTS] = DSC_OPTION_SIZE("input_size", "numbers of an input"),                                         \
    [HIDDEN] = DSC_OPTION_SIZE("hidden_size", "units of a layer"),                                           \
    [LAYERS] = {"num_layers",                                                                                \
                DSC_OPTION_INTEGER,                                                                          \
                1,                                                                                           \
                1,                                                                                           \
                0x1p20,                                                                                      \
                false,                                                                                       \
                false,                                                                                       \
                "layers, each of which gets the states of the one before",                                   \
                NULL},                                                                                       \
    [BIAS] = DSC_OPTION_FLAG_AT("bias", 1, "whether biases are added"),                                      \
    [BATCH_FIRST] =                                                                                          \
        DSC_OPTION_FLAG_AT("batch_first", 0, "whether x and y are [N, T, ...], not [T, N, ...]"),            \
    [DROPOUT] = DSC_OPTION_SHARE("dropout", 0,                                                               \
                                 "the share of a layer's states that falls away before the next layer"),     \
    [BIDIRECTIONAL] = DSC_OPTION_FLAG_AT(                                                                    \
        "bidirectional", 0, "whether a second half of each layer goes from the end to the beginning")

static const dsc_option_info rnn_options[] = {COMMON_OPTIONS, [OWN] = DSC_OPTION_NONLINEARITY};
static const dsc_option_info gru_options[] = {COMMON_OPTIONS};
static const dsc_option_info lstm_options[] = {
    COMMON_OPTIONS, [OWN] =
                        DSC_OPTION_WHOLE("proj_size", 0, 0,
                                         "numbers that a state is projected to, below hidden_size; 0: none")};

static dsc_recurrent_kind kind_of(const dsc_layer *layer) {
    return layer->row->info.options == lstm_options  ? DSC_KIND_LSTM
           : layer->row->info.options == gru_options ? DSC_KIND_GRU
                                                     : DSC_KIND_RNN;
}

static size_t directions(const dsc_layer *layer) {
    return layer->values[BIDIRECTIONAL] != 0 ? 2 : 1;
}

/* Of layer `index`. */
static dsc_recurrent_sizes sizes_of(const dsc_layer *layer, size_t index) {
    const dsc_recurrent_kind kind = kind_of(layer);
    dsc_recurrent_sizes sizes = {.kind = kind,
                                 .inputs = (size_t)layer->values[INPUTS],
                                 .hidden = (size_t)layer->values[HIDDEN],
                                 .projected = kind == DSC_KIND_LSTM ? (size_t)layer->values[OWN] : 0,
                                 .has_bias = layer->values[BIAS] != 0};
    if (index > 0)
        sizes.inputs = directions(layer) * dsc_state_size(&sizes);
    return sizes;
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const dsc_recurrent_sizes first = sizes_of(layer, 0);
    if (first.projected >= first.hidden)
        return dsc_fail(DSC_ERROR_OPTION, "%s: proj_size is %zu, must be below hidden_size, %zu",
                        layer->row->info.name, first.projected, first.hidden);
    for (size_t l = 0; l < (size_t)layer->values[LAYERS]; ++l)
        for (size_t d = 0; d < directions(layer); ++d) {
            const dsc_recurrent_sizes sizes = sizes_of(layer, l);
            char suffix[40];
            snprintf(suffix, sizeof suffix, "_l%zu%s", l, d == 0 ? "" : "_reverse");
            DSC_TRY(dsc_add_weights(layer, &sizes, suffix, context, dtype, random));
        }
    return DSC_OK;
}

/* ---- Forward ---- */

static dsc_status check_input(const dsc_layer *layer, size_t rank, const size_t *shape) {
    const char *name = layer->row->info.name;
    if ((rank != 2 && rank != 3) || (double)shape[rank - 1] != layer->values[INPUTS])
        return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be %s or [T, I] with I = %g",
                        name, dsc_shape_text(rank, shape).text,
                        layer->values[BATCH_FIRST] != 0 ? "[N, T, I]" : "[T, N, I]", layer->values[INPUTS]);
    if (shape[rank == 3 && layer->values[BATCH_FIRST] != 0 ? 1 : 0] == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must have at least one step", name,
                        dsc_shape_text(rank, shape).text);
    return DSC_OK;
}

/* Inputs and outputs of a call, which has a batch. */
typedef struct network {
    const dsc_layer *layer;
    bool has_batch;
    size_t halves;       /* layers times directions */
    size_t output_count; /* of those that are asked for */
    dsc_tensor *x, *h0, *c0, *lengths;
    dsc_tensor **h_n, **c_n; /* one for each half */
} network;

static dsc_status check_states(const network *n) {
    const char *name = n->layer->row->info.name;
    const dsc_recurrent_sizes sizes = sizes_of(n->layer, 0);
    const size_t batch = n->x->rank == 2                      ? 1
                         : n->layer->values[BATCH_FIRST] != 0 ? n->x->shape[0]
                                                              : n->x->shape[1];
    size_t shape[] = {n->halves, batch, dsc_state_size(&sizes)};
    const size_t alone[] = {n->halves, shape[2]}, cell_alone[] = {n->halves, sizes.hidden};
    if (!n->has_batch) {
        if (n->lengths != NULL)
            return dsc_fail(DSC_ERROR_SIZE, "%s: lengths belong to a batch; the input is of shape %s", name,
                            dsc_shape_text(n->x->rank, n->x->shape).text);
        DSC_TRY(dsc_check_state(name, "h0", n->h0, 2, alone));
        return dsc_check_state(name, "c0", n->c0, 2, cell_alone);
    }
    DSC_TRY(dsc_check_state(name, "h0", n->h0, 3, shape));
    shape[2] = sizes.hidden;
    return dsc_check_state(name, "c0", n->c0, 3, shape);
}

/* One layer: its states, both directions' side by side. */
static dsc_tensor *run_layer(dsc_pullback *p, const network *n, size_t index, dsc_tensor *x) {
    const dsc_recurrent_sizes sizes = sizes_of(n->layer, index);
    dsc_tensor *y[2] = {NULL}, *made = NULL;
    const size_t count = directions(n->layer);
    for (size_t d = 0; p->status == DSC_OK && d < count; ++d) {
        const size_t half = index * count + d;
        const dsc_recurrent_weights weights =
            dsc_weights_at(n->layer, &sizes, half * dsc_weight_count(&sizes));
        dsc_recurrent_run run = {.x = x,
                                 .h0 = x_select(p, n->h0, 0, half),
                                 .c0 = x_select(p, n->c0, 0, half),
                                 .lengths = n->lengths,
                                 .relu = sizes.kind == DSC_KIND_RNN && n->layer->values[OWN] != 0,
                                 .reverse = d == 1,
                                 .wants_cells = n->output_count > 2};
        dsc_run_recurrent(p, sizes.kind, &weights, &run);
        y[d] = run.y;
        n->c_n[half] = run.c_n;
        made = NULL;
        if (n->output_count > 1 && run.y != NULL)
            n->h_n[half] = x_call(p, made, dsc_last_state(run.y, n->lengths, d == 1, &made));
    }
    made = NULL;
    return count == 1 ? y[0] : x_call(p, made, dsc_cat(2, y, 2, &made));
}

/* [T, N, I] of what was given, and back. */
static dsc_tensor *x_turned(dsc_pullback *p, const network *n, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL || n->layer->values[BATCH_FIRST] == 0 ? t
                                                           : x_call(p, made, dsc_transpose(t, 0, 1, &made));
}

static dsc_tensor *x_stacked(dsc_pullback *p, const network *n, dsc_tensor *const *parts) {
    dsc_tensor *made = NULL, *alone = NULL;
    made = p->status != DSC_OK ? NULL : x_call(p, made, dsc_stack(n->halves, parts, 0, &made));
    return n->has_batch || made == NULL ? made : x_call(p, alone, dsc_select(made, 1, 0, &alone));
}

static dsc_tensor *x_network(dsc_pullback *p, network *n, bool drops) {
    const size_t count = (size_t)n->layer->values[LAYERS];
    dsc_tensor *x = n->has_batch ? x_turned(p, n, n->x) : x_unsqueeze(p, n->x, 1), *made = NULL;
    if (!n->has_batch) {
        n->h0 = x_unsqueeze(p, n->h0, 1);
        n->c0 = x_unsqueeze(p, n->c0, 1);
    }
    for (size_t l = 0; p->status == DSC_OK && l < count; ++l) {
        x = run_layer(p, n, l, x);
        made = NULL;
        if (drops && l + 1 < count)
            x = x_call(p, made, dsc_dropout(x, n->layer->values[DROPOUT], &made));
    }
    made = NULL;
    return n->has_batch ? x_turned(p, n, x) : x == NULL ? NULL : x_call(p, made, dsc_select(x, 1, 0, &made));
}

static dsc_status run(const dsc_layer *layer, const dsc_layer_mode *mode, network *n, dsc_tensor **y) {
    const dsc_operation name = {.name = layer->row->info.name};
    DSC_EXPRESSION(&name);
    dsc_tensor *outputs[] = {NULL, NULL, NULL};
    outputs[0] = x_network(p, n, mode->is_training && layer->values[DROPOUT] > 0);
    if (n->output_count > 1)
        outputs[1] = x_stacked(p, n, n->h_n);
    if (n->output_count > 2)
        outputs[2] = x_stacked(p, n, n->c_n);
    for (size_t i = 0; p->status == DSC_OK && i < 3; ++i)
        y[i] = outputs[i] == NULL ? NULL : dsc_tensor_retain(outputs[i]);
    const dsc_status status = p->status;
    dsc_release_temporaries(p);
    return status;
}

static dsc_status call(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y) {
    DSC_TRY(check_input(layer, x[0]->rank, x[0]->shape));
    const bool is_lstm = kind_of(layer) == DSC_KIND_LSTM;
    network n = {.layer = layer,
                 .has_batch = x[0]->rank == 3,
                 .halves = (size_t)layer->values[LAYERS] * directions(layer),
                 .output_count = mode->output_count,
                 .x = x[0],
                 .h0 = x[1],
                 .c0 = is_lstm ? x[2] : NULL,
                 .lengths = x[is_lstm ? 3 : 2]};
    DSC_TRY(check_states(&n));
    n.h_n = calloc(2 * n.halves, sizeof *n.h_n);
    if (n.h_n == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", layer->row->info.name);
    n.c_n = n.h_n + n.halves;
    const dsc_status status = run(layer, mode, &n, y);
    free(n.h_n);
    return status;
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    DSC_TRY(check_input(layer, *rank, shape));
    double rows = 1;
    for (size_t d = 0; d + 1 < *rank; ++d)
        rows *= (double)shape[d];
    for (size_t l = 0; l < (size_t)layer->values[LAYERS]; ++l) {
        const dsc_recurrent_sizes s = sizes_of(layer, l);
        const double state = (double)dsc_state_size(&s), hidden = (double)s.hidden;
        const double gates = (double)dsc_kind_gates(s.kind) * hidden;
        *flops += 2 * rows * (double)directions(layer) *
                  (gates * ((double)s.inputs + state) + (s.projected > 0 ? state * hidden : 0));
    }
    const dsc_recurrent_sizes last = sizes_of(layer, 0);
    shape[*rank - 1] = directions(layer) * dsc_state_size(&last);
    return DSC_OK;
}

#define SHAPES                                                                                               \
    "x [T, N, input_size], [N, T, input_size] with batch_first, or [T, input_size]; h0 and h_n [num_layers " \
    "times directions, N, hidden_size]; lengths int64 [N]; y as x, of hidden_size times directions numbers"
#define ROW(row, class, text, table, ...)                                                                    \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = #row,                                            \
                                                    .title = class,                                          \
                                                    .source = "torch.nn." class,                             \
                                                    .formula = text,                                         \
                                                    DSC_LAYER_OPTIONS(table),                                \
                                                    .required_count = 1,                                     \
                                                    .infers_input = true,                                    \
                                                    .input_dimension = -1,                                   \
                                                    __VA_ARGS__},                                            \
                                           .changeable = 1u << DROPOUT,                                      \
                                           .make = make,                                                     \
                                           .call = call,                                                     \
                                           .shape = shape_of};

ROW(rnn, "RNN", "h = tanh(w_ih x + b_ih + w_hh h' + b_hh), step by step", rnn_options, .shapes = SHAPES,
    .inputs = {"x", "h0", "lengths"}, .input_count = 3, .outputs = {"y", "h_n"}, .output_count = 2)
ROW(gru, "GRU",
    "h = (1 - z) n + z h', n = tanh(w_in x + b_in + r (w_hn h' + b_hn)); r, z = sigmoid(w_i x + b_i + w_h h' "
    "+ "
    "b_h)",
    gru_options, .shapes = SHAPES, .inputs = {"x", "h0", "lengths"}, .input_count = 3,
    .outputs = {"y", "h_n"}, .output_count = 2)
ROW(lstm, "LSTM",
    "h = o tanh(c), c = f c' + i g; i, f, o = sigmoid(w_i x + b_i + w_h h' + b_h), g = tanh of the same",
    lstm_options,
    .shapes = SHAPES "; c0 and c_n as h0; with a projection h0, h_n and y have proj_size for hidden_size",
    .inputs = {"x", "h0", "c0", "lengths"}, .input_count = 4, .outputs = {"y", "h_n", "c_n"},
    .output_count = 3)

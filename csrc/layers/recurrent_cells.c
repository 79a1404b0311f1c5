/* One step of a recurrent network. */
#include "layers/recurrent.h"

enum { INPUTS, HIDDEN, BIAS, NONLINEARITY };

#define COMMON_OPTIONS                                                                                       \
    [INPUTS] = DSC_OPTION_SIZE("input_size", "numbers of an input"),                                         \
    [HIDDEN] = DSC_OPTION_SIZE("hidden_size", "units"),                                                      \
    [BIAS] = DSC_OPTION_FLAG_AT("bias", 1, "whether biases are added")

static const dsc_option_info rnn_options[] = {COMMON_OPTIONS, [NONLINEARITY] = DSC_OPTION_NONLINEARITY};
static const dsc_option_info gru_options[] = {COMMON_OPTIONS}, lstm_options[] = {COMMON_OPTIONS};

static dsc_recurrent_sizes sizes_of(const dsc_layer *layer) {
    const dsc_option_info *options = layer->row->info.options;
    return (dsc_recurrent_sizes){.kind = options == lstm_options  ? DSC_KIND_LSTM
                                         : options == gru_options ? DSC_KIND_GRU
                                                                  : DSC_KIND_RNN,
                                 .inputs = (size_t)layer->values[INPUTS],
                                 .hidden = (size_t)layer->values[HIDDEN],
                                 .has_bias = layer->values[BIAS] != 0};
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const dsc_recurrent_sizes sizes = sizes_of(layer);
    return dsc_add_weights(layer, &sizes, "", context, dtype, random);
}

static dsc_status check_input(const dsc_layer *layer, size_t rank, const size_t *shape) {
    if ((rank == 1 || rank == 2) && (double)shape[rank - 1] == layer->values[INPUTS])
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, %g] or [%g]",
                    layer->row->info.name, dsc_shape_text(rank, shape).text, layer->values[INPUTS],
                    layer->values[INPUTS]);
}

/* [N, ...] as one step of a sequence, and back; without a batch it is one of 1. */
static dsc_tensor *x_batch(dsc_pullback *p, dsc_tensor *t, bool has_batch) {
    return has_batch ? t : x_unsqueeze(p, t, 0);
}
static dsc_status take(dsc_pullback *p, dsc_tensor *t, bool has_batch, dsc_tensor **result) {
    t = has_batch ? t : x_select(p, t, 0, 0);
    if (p->status == DSC_OK)
        *result = dsc_tensor_retain(t);
    return p->status;
}

static dsc_status call(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y) {
    const dsc_recurrent_sizes sizes = sizes_of(layer);
    const dsc_recurrent_weights weights = dsc_weights_at(layer, &sizes, 0);
    const dsc_operation operation = {.name = layer->row->info.name};
    DSC_TRY(check_input(layer, x[0]->rank, x[0]->shape));
    const bool has_batch = x[0]->rank == 2, is_lstm = sizes.kind == DSC_KIND_LSTM;
    const size_t batched[] = {x[0]->shape[0], sizes.hidden}, alone[] = {sizes.hidden};
    for (size_t i = 1; i <= (is_lstm ? 2 : 1); ++i)
        DSC_TRY(dsc_check_state(operation.name, i == 1 ? "h0" : "c0", x[i], x[0]->rank,
                                has_batch ? batched : alone));
    DSC_EXPRESSION(&operation);
    dsc_recurrent_run run = {.x = x_unsqueeze(p, x_batch(p, x[0], has_batch), 0),
                             .h0 = x_batch(p, x[1], has_batch),
                             .c0 = is_lstm ? x_batch(p, x[2], has_batch) : NULL,
                             .wants_cells = mode->output_count > 1,
                             .relu = sizes.kind == DSC_KIND_RNN && layer->values[NONLINEARITY] != 0};
    dsc_run_recurrent(p, sizes.kind, &weights, &run);
    dsc_status status = take(p, x_select(p, run.y, 0, 0), has_batch, &y[0]);
    if (status == DSC_OK && mode->output_count > 1)
        status = take(p, run.c_n, has_batch, &y[1]);
    dsc_release_temporaries(p);
    return status;
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    DSC_TRY(check_input(layer, *rank, shape));
    const dsc_recurrent_sizes sizes = sizes_of(layer);
    const double rows = *rank == 2 ? (double)shape[0] : 1;
    *flops = 2 * rows * (double)dsc_kind_gates(sizes.kind) * (double)sizes.hidden *
             (double)(sizes.inputs + sizes.hidden);
    shape[*rank - 1] = sizes.hidden;
    return DSC_OK;
}

#define SHAPES "x [N, input_size] or [input_size]; h0 and h [N, hidden_size] or [hidden_size]"
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
                                           .make = make,                                                     \
                                           .call = call,                                                     \
                                           .shape = shape_of};

ROW(rnn_cell, "RNNCell", "one step of rnn", rnn_options, .shapes = SHAPES, .inputs = {"x", "h0"},
    .input_count = 2, .outputs = {"h"}, .output_count = 1)
ROW(gru_cell, "GRUCell", "one step of gru", gru_options, .shapes = SHAPES, .inputs = {"x", "h0"},
    .input_count = 2, .outputs = {"h"}, .output_count = 1)
ROW(lstm_cell, "LSTMCell", "one step of lstm", lstm_options, .shapes = SHAPES "; c0 and c as h0",
    .inputs = {"x", "h0", "c0"}, .input_count = 3, .outputs = {"h", "c"}, .output_count = 2)

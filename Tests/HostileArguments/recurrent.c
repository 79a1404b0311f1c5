/* recurrent.h, and the recurrent rows of layers.h */
#include "rows.h"

/* T = 2 steps of N = 1 sequence of I = 3 numbers, over the numbers of real. R = H = 1. */
static dsc_tensor *x, *h, *w_ih, *w_hh, *bias, *wrong, *lengths;

static dsc_tensor *of(dsc_dtype dtype, size_t rank, const size_t *shape, void *data) {
    dsc_tensor *made = NULL;
    dsc_tensor_wrap(NULL, dtype, rank, shape, NULL, data, NULL, NULL, &made);
    return made;
}

static dsc_recurrent_weights weights(dsc_tensor *first, dsc_tensor *second) {
    return (dsc_recurrent_weights){.w_ih = first, .w_hh = second};
}

static dsc_status rnn(dsc_tensor *input, dsc_tensor *h0, dsc_recurrent_weights given, dsc_tensor *steps) {
    return dsc_rnn(input, h0, &given, false, steps, false, w.made);
}

static void rnn_rows(void) {
    const dsc_recurrent_weights good = weights(w_ih, w_hh);
    REFUSED(DSC_ERROR_ARGUMENT, "weights", dsc_rnn(x, NULL, NULL, false, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL", dsc_rnn(x, NULL, &good, false, NULL, false, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "rnn: x is NULL", rnn(NULL, NULL, good, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "w_ih is NULL", rnn(x, NULL, weights(NULL, w_hh), NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "w_hh is NULL", rnn(x, NULL, weights(w_ih, NULL), NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "projection",
            rnn(x, NULL, (dsc_recurrent_weights){w_ih, w_hh, NULL, NULL, w_hh}, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", rnn(w.whole, NULL, good, NULL));
    REFUSED(DSC_ERROR_DTYPE, "w_ih is float64", rnn(x, NULL, weights(w.doubles, w_hh), NULL));
    REFUSED(DSC_ERROR_DTYPE, "w_hh is float64", rnn(x, NULL, weights(w_ih, w.doubles), NULL));
    REFUSED(DSC_ERROR_DTYPE, "h0 is float64", rnn(x, w.doubles, good, NULL));
    REFUSED(DSC_ERROR_DTYPE, "b_ih is float64",
            rnn(x, NULL, (dsc_recurrent_weights){w_ih, w_hh, w.doubles, NULL, NULL}, NULL));
    REFUSED(DSC_ERROR_DTYPE, "lengths are float32", rnn(x, NULL, good, w.vector));
    REFUSED(DSC_ERROR_SIZE, "x is of shape [2, 3]", rnn(w.real, NULL, good, NULL));
    REFUSED(DSC_ERROR_SIZE, "x is of shape []", rnn(w.number, NULL, good, NULL));
    REFUSED(DSC_ERROR_SIZE, "at least one step", rnn(w.empty, NULL, good, NULL));
    REFUSED(DSC_ERROR_SIZE, "w_hh is of shape [3]", rnn(x, NULL, weights(w_ih, w.vector), NULL));
    REFUSED(DSC_ERROR_SIZE, "w_hh is of shape [2, 3], must be [1 H, H]",
            rnn(x, NULL, weights(w_ih, w.real), NULL));
    REFUSED(DSC_ERROR_SIZE, "w_hh is of shape [0, 3]", rnn(x, NULL, weights(w_ih, w.empty), NULL));
    REFUSED(DSC_ERROR_SIZE, "w_ih is of shape [2, 3], must be [1, 3]",
            rnn(x, NULL, weights(w.real, w_hh), NULL));
    REFUSED(DSC_ERROR_SIZE, "h0 is of shape [3], must be [1, 1]", rnn(x, w.vector, good, NULL));
    REFUSED(DSC_ERROR_SIZE, "b_hh is of shape [3], must be [1]",
            rnn(x, NULL, (dsc_recurrent_weights){w_ih, w_hh, bias, w.vector, NULL}, NULL));
    REFUSED(DSC_ERROR_SIZE, "length 0 is 0, must be in [1, 2]", rnn(x, NULL, good, lengths));
    REFUSED(DSC_ERROR_SIZE, "lengths are of shape []", rnn(x, NULL, good, w.whole_number));
    REFUSED(DSC_ERROR_SIZE, "lengths are of shape [2, 3]", rnn(x, NULL, good, w.whole));
    ACCEPTED(rnn(x, h, good, NULL));
}

static void gated_rows(void) {
    const dsc_recurrent_weights one = weights(w_ih, w_hh);
    REFUSED(DSC_ERROR_ARGUMENT, "weights", dsc_gru(x, NULL, NULL, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "gru: x is NULL", dsc_gru(NULL, NULL, &one, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL", dsc_gru(x, NULL, &one, NULL, false, NULL));
    REFUSED(DSC_ERROR_SIZE, "must be [3 H, R]", dsc_gru(x, NULL, &one, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "weights", dsc_lstm(x, NULL, NULL, NULL, NULL, false, w.made, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "lstm: x is NULL",
            dsc_lstm(NULL, NULL, NULL, &one, NULL, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL", dsc_lstm(x, NULL, NULL, &one, NULL, false, NULL, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "must be [4 H, R]",
            dsc_lstm(x, NULL, NULL, &one, NULL, false, w.made, w.made + 1));
    const size_t four[] = {4, 1}, inputs[] = {4, 3};
    dsc_tensor *recurrent = of(DSC_FLOAT32, 2, four, w.numbers),
               *first = of(DSC_FLOAT32, 2, inputs, w.numbers);
    const dsc_recurrent_weights good = weights(first, recurrent);
    const dsc_recurrent_weights bad = {first, recurrent, NULL, NULL, wrong};
    REFUSED(DSC_ERROR_SIZE, "w_hr is of shape [1, 2], must be [1, 1]",
            dsc_lstm(x, NULL, NULL, &bad, NULL, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "c0 is of shape [1, 2], must be [1, 1]",
            dsc_lstm(x, NULL, wrong, &good, NULL, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_DTYPE, "c0 is float64",
            dsc_lstm(x, NULL, w.doubles, &good, NULL, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "length 0 is 0",
            dsc_lstm(x, NULL, NULL, &good, lengths, false, w.made, w.made + 1));
    ACCEPTED(dsc_lstm(x, h, h, &good, NULL, true, w.made, w.made + 1));
    ACCEPTED(dsc_lstm(x, h, h, &good, NULL, true, w.made, NULL));
    dsc_tensor_release(recurrent);
    dsc_tensor_release(first);
}

static void last_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "last_state", dsc_last_state(NULL, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_last_state(x, NULL, false, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", dsc_last_state(w.real, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "at least one step", dsc_last_state(w.empty, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "length 0 is 0", dsc_last_state(x, lengths, false, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float32", dsc_last_state(x, w.vector, false, w.made));
    ACCEPTED(dsc_last_state(x, NULL, true, w.made));
}

static dsc_status create(const char *name, size_t count, const dsc_option *options) {
    dsc_layer *layer = NULL;
    dsc_status status = dsc_layer_create(NULL, DSC_FLOAT32, name, count, options, &w.random, &layer);
    dsc_layer_destroy(layer);
    return status;
}

/* Of input_size 3 and hidden_size 2. */
static dsc_status call(const char *name, size_t count, dsc_tensor *const *inputs) {
    const dsc_option sizes[] = {{"input_size", 3}, {"hidden_size", 2}};
    dsc_layer *layer = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_layer_create(NULL, DSC_FLOAT32, name, 2, sizes, &random, &layer);
    dsc_status status = dsc_layer_call(layer, true, 0, NULL, count, inputs, 1, w.made);
    dsc_layer_destroy(layer);
    return status;
}
#define CALL(name, ...)                                                                                      \
    call(name, sizeof((dsc_tensor *[]){__VA_ARGS__}) / sizeof(dsc_tensor *), (dsc_tensor *[]){__VA_ARGS__})

static void layer_rows(void) {
    REFUSED(DSC_ERROR_OPTION, "input_size is 0",
            create("rnn", 2, (dsc_option[]){{"input_size", 0}, {"hidden_size", 1}}));
    REFUSED(DSC_ERROR_OPTION, "hidden_size", create("gru", 1, (dsc_option[]){{"input_size", 1}}));
    REFUSED(DSC_ERROR_OPTION, "num_layers is 0",
            create("gru", 3, (dsc_option[]){{"input_size", 1}, {"hidden_size", 1}, {"num_layers", 0}}));
    REFUSED(DSC_ERROR_OPTION, "dropout is 1.5",
            create("gru", 3, (dsc_option[]){{"input_size", 1}, {"hidden_size", 1}, {"dropout", 1.5}}));
    REFUSED(DSC_ERROR_OPTION, "nonlinearity",
            create("rnn", 3, (dsc_option[]){{"input_size", 1}, {"hidden_size", 1}, {"nonlinearity", 2}}));
    REFUSED(DSC_ERROR_OPTION, "proj_size is 2, must be below hidden_size, 2",
            create("lstm", 3, (dsc_option[]){{"input_size", 1}, {"hidden_size", 2}, {"proj_size", 2}}));
    REFUSED(DSC_ERROR_OPTION, "no option 'proj_size'",
            create("gru", 3, (dsc_option[]){{"input_size", 1}, {"hidden_size", 2}, {"proj_size", 1}}));
    REFUSED(DSC_ERROR_OVERFLOW, "",
            create("lstm", 2, (dsc_option[]){{"input_size", 0x1p40}, {"hidden_size", 0x1p40}}));
    REFUSED(DSC_ERROR_SIZE, "rnn: the input is of shape [3]", CALL("rnn", w.vector));
    REFUSED(DSC_ERROR_SIZE, "lstm: the input is of shape [1, 1]", CALL("lstm", w.single));
    REFUSED(DSC_ERROR_SIZE, "at least one step", CALL("gru", w.empty));
    REFUSED(DSC_ERROR_SIZE, "h0 is of shape [2, 3], must be [1, 1, 2]", CALL("gru", x, w.real));
    REFUSED(DSC_ERROR_SIZE, "h0 is of shape [2, 3], must be [1, 2]", CALL("gru", w.real, w.real));
    REFUSED(DSC_ERROR_SIZE, "c0 is of shape [3]", CALL("lstm", x, NULL, w.vector));
    REFUSED(DSC_ERROR_SIZE, "lengths belong to a batch", CALL("rnn", w.real, NULL, lengths));
    REFUSED(DSC_ERROR_SIZE, "length 0 is 0", CALL("rnn", x, NULL, lengths));
    REFUSED(DSC_ERROR_DTYPE, "int64", CALL("rnn", w.whole));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", CALL("lstm", NULL));
    REFUSED(DSC_ERROR_SIZE, "gru_cell: the input is of shape []", CALL("gru_cell", w.number));
    REFUSED(DSC_ERROR_SIZE, "must be [N, 3] or [3]", CALL("lstm_cell", w.single));
    REFUSED(DSC_ERROR_SIZE, "h0 is of shape [3], must be [2, 2]", CALL("rnn_cell", w.real, w.vector));
    REFUSED(DSC_ERROR_SIZE, "c0 is of shape [3], must be [2, 2]", CALL("lstm_cell", w.real, NULL, w.vector));
    REFUSED(DSC_ERROR_DTYPE, "float64", CALL("lstm_cell", w.doubles));
    ACCEPTED(CALL("lstm", x));
    ACCEPTED(CALL("gru_cell", w.vector));
}

void recurrent_rows(void) {
    const size_t steps[] = {2, 1, 3}, one[] = {1, 1}, row[] = {1, 3}, pair[] = {1, 2};
    x = of(DSC_FLOAT32, 3, steps, w.numbers);
    h = of(DSC_FLOAT32, 2, one, w.numbers);
    w_ih = of(DSC_FLOAT32, 2, row, w.numbers);
    w_hh = of(DSC_FLOAT32, 2, one, w.weights);
    bias = of(DSC_FLOAT32, 1, one, w.numbers);
    wrong = of(DSC_FLOAT32, 2, pair, w.numbers);
    lengths = of(DSC_INT64, 1, one, w.indices);
    rnn_rows();
    gated_rows();
    last_rows();
    layer_rows();
    dsc_tensor *const all[] = {x, h, w_ih, w_hh, bias, wrong, lengths};
    for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
        dsc_tensor_release(all[i]);
}

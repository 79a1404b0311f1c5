/* layers.h, network.h, options.h */
#include "rows.h"

static dsc_status add(const char *name, const char *layer, size_t count, const dsc_option *options) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_network_add(network, "first", "relu", 0, NULL, NULL);
    dsc_status status = dsc_network_add(network, name, layer, count, options, &w.random);
    if (status < 0 && (dsc_network_layer_count(network) != 1 || dsc_network_entry_count(network) != 0))
        return DSC_OK; /* it changed, though it failed */
    dsc_network_destroy(network);
    return status;
}

/* Layers before the first mistake must go again. */
static dsc_status parse(const char *text) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_status status = dsc_network_parse(network, text, &random);
    if (status < 0 && (dsc_network_layer_count(network) != 0 || dsc_network_entry_count(network) != 0))
        return DSC_OK;
    dsc_network_destroy(network);
    return status;
}

/* Without a generator. */
static dsc_status undrawn(const char *text) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_status status = dsc_network_parse(network, text, NULL);
    dsc_network_destroy(network);
    return status;
}

static dsc_status parse_for(const char *text, size_t rank, const size_t *shape) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_random random;
    dsc_random_seed(&random, 1);
    dsc_status status = dsc_network_parse_for(network, text, rank, shape, &random);
    dsc_network_destroy(network);
    return status;
}

static dsc_status linear(double inputs, double outputs) {
    return add(NULL, "linear", 2, (dsc_option[]){{"in_features", inputs}, {"out_features", outputs}});
}

/* An option of an embedding of 10 rows, set after it was made. */
static dsc_status set_option_of_rows(const char *name, double value) {
    dsc_layer *layer = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    const dsc_option options[] = {{"num_embeddings", 10}, {"embedding_dim", 2}};
    dsc_status status = dsc_layer_create(NULL, DSC_FLOAT32, "embedding", 2, options, &random, &layer);
    if (status == DSC_OK)
        status = dsc_layer_set_option(layer, name, value);
    dsc_layer_destroy(layer);
    return status;
}

static void single_rows(void) {
    dsc_layer *layer = NULL;
    const dsc_option sizes[] = {{"in_features", 3}, {"out_features", 2}};
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL",
            dsc_layer_create(NULL, DSC_FLOAT32, "relu", 0, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_layer_create(NULL, DSC_INT64, "relu", 0, NULL, NULL, &layer));
    REFUSED(DSC_ERROR_OPTION, "unknown layer '(null)'",
            dsc_layer_create(NULL, DSC_FLOAT32, NULL, 0, NULL, NULL, &layer));
    REFUSED(DSC_ERROR_OPTION, "unknown layer 'conv9d'",
            dsc_layer_create(NULL, DSC_FLOAT32, "conv9d", 0, NULL, NULL, &layer));
    REFUSED(DSC_ERROR_OPTION, "in_features",
            dsc_layer_create(NULL, DSC_FLOAT32, "linear", 0, NULL, &w.random, &layer));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL",
            dsc_layer_create(NULL, DSC_FLOAT32, "linear", 2, sizes, NULL, &layer));
    dsc_layer_create(NULL, DSC_FLOAT32, "linear", 2, sizes, &w.random, &layer);
    dsc_layer_tensor entry;
    dsc_tensor *y = NULL;
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_layer_tensor_at(NULL, 0, &entry));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_layer_tensor_at(layer, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 2",
            dsc_layer_tensor_at(layer, dsc_layer_tensor_count(layer), &entry));
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_layer_set_option(NULL, "bias", 1));
    REFUSED(DSC_ERROR_OPTION, "padding_idx stays", set_option_of_rows("padding_idx", -11));
    REFUSED(DSC_ERROR_OPTION, "max_norm stays", set_option_of_rows("max_norm", -0.5));
    REFUSED(DSC_ERROR_OPTION, "in_features", dsc_layer_set_option(layer, "in_features", 4));
    REFUSED(DSC_ERROR_OPTION, "nothing", dsc_layer_set_option(layer, "nothing", 4));
    REFUSED(DSC_ERROR_OPTION, "bias", dsc_layer_set_option(layer, "bias", 2));
    double value = 7;
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_layer_option(NULL, "bias", &value));
    REFUSED(DSC_ERROR_ARGUMENT, "value is NULL", dsc_layer_option(layer, "bias", NULL));
    REFUSED(DSC_ERROR_OPTION, "no option '(null)'", dsc_layer_option(layer, NULL, &value));
    REFUSED(DSC_ERROR_OPTION, "no option 'nothing'", dsc_layer_option(layer, "nothing", &value));
    HOLDS(value == 7 && dsc_layer_info_of(NULL) == NULL);
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL",
            dsc_layer_forward(NULL, true, DSC_ACTIVATION_NONE, w.real, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", dsc_layer_forward(layer, true, DSC_ACTIVATION_NONE, NULL, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL",
            dsc_layer_forward(layer, true, DSC_ACTIVATION_NONE, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "linear", dsc_layer_forward(layer, true, DSC_ACTIVATION_NONE, w.number, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_layer_call(NULL, true, 0, NULL, 1, &w.real, 1, &y));
    REFUSED(DSC_ERROR_OPTION, "in_features",
            dsc_layer_call(layer, true, 1, &(dsc_option){"in_features", 4}, 1, &w.real, 1, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "options are NULL", dsc_layer_call(layer, true, 1, NULL, 1, &w.real, 1, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "inputs is NULL", dsc_layer_call(layer, true, 0, NULL, 1, NULL, 1, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "outputs is NULL", dsc_layer_call(layer, true, 0, NULL, 1, &w.real, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "takes 1 to 1 inputs",
            dsc_layer_call(layer, true, 0, NULL, 0, &w.real, 1, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "takes 1 to 1 inputs",
            dsc_layer_call(layer, true, 0, NULL, MOST, &w.real, 1, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "gives 1 to 1 outputs",
            dsc_layer_call(layer, true, 0, NULL, 1, &w.real, 2, &y));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL",
            dsc_layer_call(layer, true, 0, NULL, 1, (dsc_tensor *[]){NULL}, 1, &y));
    dsc_layer_destroy(layer);
    ACCEPTED((dsc_layer_destroy(NULL), DSC_OK));
    dsc_layer_create(NULL, DSC_FLOAT32, "tanh", 0, NULL, NULL, &layer);
    REFUSED(DSC_ERROR_ARGUMENT, "tanh applies no activation",
            dsc_layer_forward(layer, true, DSC_ACTIVATION_RELU, w.real, &y));
    dsc_layer_destroy(layer);
}

static void layer_rows(void) {
    HOLDS(dsc_layer_at(dsc_layer_count()) == NULL && dsc_layer_at(MOST) == NULL);
    HOLDS(dsc_layer_find(NULL) == NULL && dsc_layer_find("") == NULL && dsc_layer_find("linea") == NULL);
    HOLDS(dsc_layer_find("LineaR") == dsc_layer_find("linear") && dsc_layer_find("_") == NULL);
    HOLDS(dsc_layer_tensor_count(NULL) == 0);
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_create(NULL, DSC_FLOAT32, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_network_create(NULL, DSC_INT64, &w.new_network));
    REFUSED(DSC_ERROR_ARGUMENT, "float16", dsc_network_create(NULL, DSC_FLOAT16, &w.new_network));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype 9", dsc_network_create(NULL, (dsc_dtype)9, &w.new_network));
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_add(NULL, NULL, "relu", 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "has an optimizer", dsc_network_add(w.network, NULL, "relu", 0, NULL, NULL));
    REFUSED(DSC_ERROR_OPTION, "unknown layer '(null)'", add(NULL, NULL, 0, NULL));
    REFUSED(DSC_ERROR_OPTION, "unknown layer 'nope'", add(NULL, "nope", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "must not be empty", add("", "relu", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "'a.b'", add("a.b", "relu", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "two layers are called 'first'", add("first", "relu", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "options are NULL", add(NULL, "linear", 2, NULL));
    REFUSED(DSC_ERROR_OPTION, "needs a value for in_features", add(NULL, "linear", 0, NULL));
    REFUSED(DSC_ERROR_OPTION, "no option 'width'", add(NULL, "linear", 1, (dsc_option[]){{"width", 1}}));
    REFUSED(DSC_ERROR_OPTION, "no option '(null)'", add(NULL, "linear", 1, (dsc_option[]){{NULL, 1}}));
    REFUSED(DSC_ERROR_OPTION, "no option", add(NULL, "relu", MOST, (dsc_option[]){{"x", 1}}));
    REFUSED(DSC_ERROR_OPTION, "in_features is 0", linear(0, 1));
    REFUSED(DSC_ERROR_OPTION, "in_features is 1.5", linear(1.5, 1));
    REFUSED(DSC_ERROR_OPTION, "in_features is nan", linear(NAN, 1));
    REFUSED(DSC_ERROR_OPTION, "out_features is inf", linear(1, INFINITY));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", linear(0x1p40, 0x1p40));
    REFUSED(DSC_ERROR_MEMORY, "", linear(0x1p47, 0x1p10));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", undrawn("linear(2, 2)"));
}

static void parse_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_parse(NULL, "relu", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "text is NULL", parse(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "there is no layer", parse(""));
    REFUSED(DSC_ERROR_ARGUMENT, "there is no layer", parse(" \n\t"));
    REFUSED(DSC_ERROR_OPTION, "'nope'", parse("linear(2, 2) nope"));
    REFUSED(DSC_ERROR_ARGUMENT, "comma or a bracket", parse("relu linear(2, 2"));
    REFUSED(DSC_ERROR_ARGUMENT, "number, true or false", parse("linear(2, )"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("linear(2, 2))"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("relu, relu"));
    REFUSED(DSC_ERROR_ARGUMENT, "no options", parse("relu(1)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no more options", parse("linear(2, 2, 1, 1)"));
    REFUSED(DSC_ERROR_OPTION, "no option 'bais'", parse("linear(2, 2, bais=false)"));
    REFUSED(DSC_ERROR_OPTION, "in_features is -2", parse("linear(-2, 2)"));
    REFUSED(DSC_ERROR_OPTION, "inf", parse("linear(1e999, 2)"));
    REFUSED(DSC_ERROR_OPTION, "bias is 2", parse("linear(2, 2, 2)"));
    REFUSED(DSC_ERROR_ARGUMENT, "twice", parse("linear(2, 2, in_features=3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a number must be here", parse("linear(two, 2)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no value of this name", parse("conv1d(1, 1, 1, padding_mode=ones)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a value for each dimension", parse("conv2d(1, 1, (3))"));
    REFUSED(DSC_ERROR_ARGUMENT, "a bracket", parse("conv2d(1, 1, (3, 3, 3))"));
    const size_t shape[] = {1, 4};
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_parse_for(NULL, "relu", 2, shape, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "text is NULL", parse_for(NULL, 2, shape));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", parse_for("relu", 2, NULL));
    REFUSED(DSC_ERROR_SIZE, "rank is", parse_for("relu", MOST, shape));
    REFUSED(DSC_ERROR_SIZE, "must end in 5", parse_for("linear(5, 2)", 2, shape));
    REFUSED(DSC_ERROR_OPTION, "out_features", parse_for("linear", 2, shape));
    REFUSED(DSC_ERROR_SIZE, "input is of shape", parse_for("conv2d(2, 3)", 2, shape));
}

static void look_rows(void) {
    HOLDS((dsc_network_destroy(NULL), dsc_network_set_training(NULL, true), dsc_network_zero_grad(NULL), 1));
    HOLDS(!dsc_network_is_training(NULL));
    HOLDS(dsc_network_entry_count(NULL) == 0 && dsc_network_layer_count(NULL) == 0);
    HOLDS(dsc_network_get_layer(NULL, 0) == NULL && dsc_network_get_layer(w.network, MOST) == NULL);
    HOLDS(dsc_network_get_layer(w.network, dsc_network_layer_count(w.network)) == NULL);
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_entry_at(NULL, 0, &w.entry));
    REFUSED(DSC_ERROR_ARGUMENT, "entry is NULL", dsc_network_entry_at(w.network, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 2", dsc_network_entry_at(w.network, 2, &w.entry));
    REFUSED(DSC_ERROR_ARGUMENT, "index is", dsc_network_entry_at(w.network, MOST, &w.entry));
    const size_t good[] = {5, 3}, bad[] = {5, 4}, most[] = {WRAPS / 2, 3}, ones[9] = {1};
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_layer_at(NULL, 0, 2, good, &w.layer));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_network_layer_at(w.network, 0, 2, NULL, &w.layer));
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_network_layer_at(w.network, 0, 2, good, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 1", dsc_network_layer_at(w.network, 1, 2, good, &w.layer));
    REFUSED(DSC_ERROR_SIZE, "[5, 4]", dsc_network_layer_at(w.network, 0, 2, bad, &w.layer));
    REFUSED(DSC_ERROR_SIZE, "[]", dsc_network_layer_at(w.network, 0, 0, NULL, &w.layer));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_network_layer_at(w.network, 0, 9, ones, &w.layer));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_network_layer_at(w.network, 0, 2, most, &w.layer));
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_forward(NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", dsc_network_forward(w.network, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL", dsc_network_forward(w.network, w.real, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_network_forward(w.network, w.doubles, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_network_forward(w.network, w.whole, w.made));
    REFUSED(DSC_ERROR_SIZE, "[]", dsc_network_forward(w.network, w.number, w.made));
    ACCEPTED(dsc_network_forward(w.network, w.empty, w.made));
}

static dsc_status forward(const char *text, dsc_tensor *x) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_network_parse(network, text, &w.random);
    dsc_random_seed(&w.random, 1);
    dsc_status status = dsc_network_forward(network, x, w.made);
    dsc_network_destroy(network);
    return status;
}

/* An overflow that only a layer after the first makes. */
static dsc_status wide_output(void) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_network_parse(network, "linear(1, 4096)", &w.random);
    dsc_random_seed(&w.random, 1);
    return dsc_network_layer_at(network, 0, 2, (size_t[]){(size_t)1 << 55, 1}, &w.layer);
}

static void forward_rows(void) {
    REFUSED(DSC_ERROR_SIZE, "batch_norm1d", forward("batch_norm1d(3)", w.vector));
    REFUSED(DSC_ERROR_SIZE, "batch_norm1d", forward("batch_norm1d(4)", w.real));
    REFUSED(DSC_ERROR_SIZE, "more than one value for each channel", forward("batch_norm1d(1)", w.single));
    ACCEPTED(forward("batch_norm1d(3)", w.empty));
    REFUSED(DSC_ERROR_SIZE, "batch_norm2d", forward("batch_norm2d(3)", w.real));
    REFUSED(DSC_ERROR_SIZE, "max_pool: the input is of shape [3]", forward("max_pool1d(2)", w.vector));
    REFUSED(DSC_ERROR_SIZE, "avg_pool: ", forward("avg_pool2d(2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "kernel_size[0] 4", forward("avg_pool1d(4)", w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "padding[0] is 2", forward("max_pool1d(2, padding=2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "adaptive_max_pool: ", forward("adaptive_max_pool2d(2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "adaptive_avg_pool: ", forward("adaptive_avg_pool1d(none)", w.number));
    REFUSED(DSC_ERROR_SIZE, "upsample", forward("upsample(scale_factor=2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "pixel_shuffle", forward("pixel_shuffle(2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "reflection_pad2d", forward("reflection_pad2d(1)", w.real));
    REFUSED(DSC_ERROR_SIZE, "at most 2", forward("reflection_pad1d(3)", w.real));
    REFUSED(DSC_ERROR_SIZE, "takes more", forward("zero_pad1d(-4)", w.real));
    REFUSED(DSC_ERROR_SIZE, "must end in [2]", forward("layer_norm(2)", w.real));
    REFUSED(DSC_ERROR_SIZE, "must end in [3, 2]", forward("layer_norm((3, 2))", w.real));
    REFUSED(DSC_ERROR_SIZE, "rms_norm", forward("rms_norm(4)", w.real));
    REFUSED(DSC_ERROR_OPTION, "eps is -0.5", forward("rms_norm(3, eps=-0.5)", w.real));
    REFUSED(DSC_ERROR_SIZE, "group_norm", forward("group_norm(2, 4)", w.real));
    REFUSED(DSC_ERROR_SIZE, "instance_norm1d", forward("instance_norm1d(4, affine=true)", w.real));
    REFUSED(DSC_ERROR_SIZE, "unflatten: dimension 1", forward("unflatten(1, (2, -1))", w.real));
    REFUSED(DSC_ERROR_SIZE, "unflatten: dim is 3", forward("unflatten(3, 2)", w.real));
    REFUSED(DSC_ERROR_OPTION, "more than once", forward("unflatten(1, (-1, -1))", w.real));
    ACCEPTED(forward("layer_norm(3) max_pool1d(2) identity unflatten(0, (1, 2)) zero_pad2d((1, 0, 2, 0))",
                     w.real));
    REFUSED(DSC_ERROR_SIZE, "flatten", forward("flatten", w.number));
    REFUSED(DSC_ERROR_SIZE, "dimension is 5", forward("flatten(5)", w.real));
    REFUSED(DSC_ERROR_DTYPE, "int64", forward("relu", w.whole));
    REFUSED(DSC_ERROR_OVERFLOW, "4096", wide_output());
}

static dsc_status optimizer(const char *rule, size_t count, const dsc_option *options) {
    return dsc_network_optimizer(w.network, rule, count, options, &w.new_optimizer);
}

/* With a gradient to go by, and an optimizer made for something else. */
static dsc_status step_by(dsc_dtype dtype, size_t count, const size_t *lengths, bool has_group) {
    dsc_network_entry entry;
    dsc_tensor *gradient = NULL;
    dsc_network_entry_at(w.network, 0, &entry);
    dsc_tensor_full(NULL, DSC_FLOAT32, 2, dsc_tensor_shape(entry.tensor), 1, &gradient);
    dsc_tensor_set_grad(entry.tensor, gradient);
    dsc_optimizer *other = NULL;
    dsc_optimizer_create(dtype, count, lengths, NULL, &other);
    if (has_group)
        dsc_optimizer_add_group(other, "sgd", count, NULL, 0, NULL, NULL);
    return dsc_network_step(w.network, other, NULL);
}

static dsc_status step_without_optimizer(void) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    return dsc_network_step(network, w.optimizer, NULL);
}

static dsc_status optimizer_of_nothing(void) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    return dsc_network_optimizer(network, "sgd", 0, NULL, &w.new_optimizer);
}

static void train_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL",
            dsc_network_optimizer(NULL, "sgd", 0, NULL, &w.new_optimizer));
    REFUSED(DSC_ERROR_ARGUMENT, "optimizer is NULL", dsc_network_optimizer(w.network, "sgd", 0, NULL, NULL));
    REFUSED(DSC_ERROR_OPTION, "'nope'", optimizer("nope", 0, NULL));
    REFUSED(DSC_ERROR_OPTION, "(null)", optimizer(NULL, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", optimizer("sgd", 1, NULL));
    REFUSED(DSC_ERROR_OPTION, "lr is -1", optimizer("sgd", 1, (dsc_option[]){{"lr", -1}}));
    REFUSED(DSC_ERROR_ARGUMENT, "no parameters", optimizer_of_nothing());
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_step(NULL, w.optimizer, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "optimizer is NULL", dsc_network_step(w.network, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "no optimizer", step_without_optimizer());
    REFUSED(DSC_ERROR_ARGUMENT, "none of the 2 parameters has a gradient",
            dsc_network_step(w.network, w.optimizer, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "another number of tensors, 1", step_by(DSC_FLOAT32, 1, (size_t[]){6}, true));
    REFUSED(DSC_ERROR_ARGUMENT, "another length, 3", step_by(DSC_FLOAT32, 2, (size_t[]){6, 3}, true));
    REFUSED(DSC_ERROR_ARGUMENT, "another type, float64", step_by(DSC_FLOAT64, 2, (size_t[]){6, 2}, true));
    ACCEPTED(step_by(DSC_FLOAT32, 2, (size_t[]){6, 2}, true));
}

void network_rows(void) {
    single_rows();
    layer_rows();
    parse_rows();
    look_rows();
    forward_rows();
    train_rows();
}

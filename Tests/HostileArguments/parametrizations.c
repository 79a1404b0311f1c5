/* Parameters that are computed: layers.h. */
#include "rows.h"

enum { SIZE = 4 };

/* One of a new layer's parameters; the layer must stay as it was where that is refused. */
static dsc_status parametrize_of(const char *row, const dsc_option *made, size_t made_count,
                                 const char *parameter, const char *name, size_t count,
                                 const dsc_option *options) {
    dsc_layer *layer = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_status status = dsc_layer_create(NULL, DSC_FLOAT32, row, made_count, made, &random, &layer);
    const size_t before = dsc_layer_tensor_count(layer);
    if (status == DSC_OK)
        status = dsc_layer_parametrize(layer, parameter, name, count, options, &random);
    if (status < 0 && dsc_layer_tensor_count(layer) != before)
        status = DSC_OK;
    dsc_layer_destroy(layer);
    return status;
}

static const dsc_option sizes[] = {{"in_features", 3}, {"out_features", SIZE}};

static dsc_status parametrize(const char *parameter, const char *name, size_t count,
                              const dsc_option *options) {
    return parametrize_of("linear", sizes, 2, parameter, name, count, options);
}

static dsc_status with(const char *name, const char *option, double value) {
    return parametrize("weight", name, 1, &(dsc_option){option, value});
}

/* A second time, and without a generator. */
static dsc_status again(const char *first, const char *second, dsc_random *random) {
    dsc_layer *layer = NULL;
    dsc_status status = dsc_layer_create(NULL, DSC_FLOAT32, "linear", 2, sizes, &w.random, &layer);
    dsc_random_seed(&w.random, 1);
    if (first != NULL)
        dsc_layer_parametrize(layer, "weight", first, 0, NULL, &w.random);
    dsc_random_seed(&w.random, 1);
    if (status == DSC_OK)
        status = dsc_layer_parametrize(layer, "weight", second, 0, NULL, random);
    dsc_layer_destroy(layer);
    return status;
}

/* A parameter in an optimizer's buffer. */
static dsc_status taken(void) {
    dsc_layer *layer = NULL;
    dsc_layer_tensor entry;
    dsc_parameters *parameters = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_layer_create(NULL, DSC_FLOAT32, "linear", 2, sizes, &random, &layer);
    dsc_layer_tensor_at(layer, 0, &entry);
    dsc_parameters_create(NULL, 1, &entry.tensor, &parameters);
    dsc_status status = dsc_layer_parametrize(layer, "weight", "weight_norm", 0, NULL, NULL);
    dsc_parameters_destroy(parameters);
    dsc_layer_destroy(layer);
    return status;
}

static dsc_status parse(const char *text) {
    dsc_network *network = NULL;
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_status status = dsc_network_parse(network, text, &random);
    if (status < 0 && (dsc_network_layer_count(network) != 0 || dsc_network_entry_count(network) != 0))
        status = DSC_OK;
    dsc_network_destroy(network);
    return status;
}

static void parse_rows(void) {
    ACCEPTED(parse("weight_norm(linear(3, 4)) relu spectral_norm( linear(4, 2) , name = bias )"));
    ACCEPTED(parse("weight_norm(weight_norm(rnn(3, 4), weight_ih_l0, 1), weight_hh_l0, dim=none)"));
    ACCEPTED(parse("spectral_norm(transformer_encoder_layer(4, 2, 8), linear1.weight, 3, eps=1e-6)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a layer must be here", parse("relu weight_norm"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("weight_norm()"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("weight_norm(linear(3, 4), )"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("weight_norm(linear(3, 4), name=)"));
    REFUSED(DSC_ERROR_ARGUMENT, "comma or a bracket", parse("weight_norm(linear(3, 4)"));
    REFUSED(DSC_ERROR_ARGUMENT, "comma or a bracket", parse("weight_norm(linear(3, 4) relu)"));
    REFUSED(DSC_ERROR_ARGUMENT, "comma or a bracket", parse("weight_norm(linear(3, 4), weight, dim=1"));
    REFUSED(DSC_ERROR_ARGUMENT, "no more options", parse("weight_norm(linear(3, 4), weight, 1, 2)"));
    REFUSED(DSC_ERROR_OPTION, "no option 'dims'", parse("weight_norm(linear(3, 4), dims=1)"));
    REFUSED(DSC_ERROR_OPTION, "unknown layer 'nope'", parse("weight_norm(nope)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no parameter 'wight'", parse("weight_norm(linear(3, 4), wight)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no parameter 'weight'", parse("weight_norm(relu)"));
    REFUSED(DSC_ERROR_ARGUMENT, "computed already", parse("spectral_norm(weight_norm(linear(3, 4)))"));
    REFUSED(DSC_ERROR_ARGUMENT, "too many brackets",
            parse("weight_norm(weight_norm(weight_norm(weight_norm(weight_norm(weight_norm("
                  "weight_norm(weight_norm(weight_norm("));
}

void parametrization_rows(void) {
    const size_t count = dsc_parametrization_count();
    HOLDS(count == 2 && dsc_parametrization_at(count) == NULL && dsc_parametrization_at(MOST) == NULL);
    HOLDS(dsc_parametrization_find(NULL) == NULL && dsc_parametrization_find("") == NULL);
    HOLDS(dsc_parametrization_find("weight_norm") == dsc_parametrization_at(0));
    ACCEPTED(parametrize("weight", "weight_norm", 0, NULL));
    ACCEPTED(parametrize("bias", "spectral_norm", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL",
            dsc_layer_parametrize(NULL, "weight", "weight_norm", 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "parameter is NULL", parametrize(NULL, "weight_norm", 0, NULL));
    REFUSED(DSC_ERROR_OPTION, "unknown parametrization '(null)'", parametrize("weight", NULL, 0, NULL));
    REFUSED(DSC_ERROR_OPTION, "there are weight_norm", parametrize("weight", "norm", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "linear has no parameter 'wait'",
            parametrize("wait", "weight_norm", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "options are NULL", parametrize("weight", "weight_norm", 1, NULL));
    REFUSED(DSC_ERROR_OPTION, "no option 'eps'", with("weight_norm", "eps", 1));
    REFUSED(DSC_ERROR_OPTION, "dim is 2, must be below 2", with("weight_norm", "dim", 2));
    REFUSED(DSC_ERROR_OPTION, "dim is -2", with("weight_norm", "dim", -2));
    REFUSED(DSC_ERROR_OPTION, "dim is 2, must be in [-2, 1]", with("spectral_norm", "dim", 2));
    REFUSED(DSC_ERROR_OPTION, "dim is -3, must be in [-2, 1]", with("spectral_norm", "dim", -3));
    REFUSED(DSC_ERROR_OPTION, "n_power_iterations is 0", with("spectral_norm", "n_power_iterations", 0));
    REFUSED(DSC_ERROR_OPTION, "eps is -1", with("spectral_norm", "eps", -1));
    REFUSED(DSC_ERROR_OPTION, "eps is nan", with("spectral_norm", "eps", NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "computed already", again("weight_norm", "weight_norm", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "computed already", again("spectral_norm", "weight_norm", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", again(NULL, "spectral_norm", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "running_mean of batch_norm1d is a buffer",
            parametrize_of("batch_norm1d", &(dsc_option){"num_features", 3}, 1, "running_mean", "weight_norm",
                           0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "belongs to an optimizer", taken());
    dsc_layer *layer = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_layer_create(NULL, DSC_FLOAT32, "linear", 2, sizes, &random, &layer);
    REFUSED(DSC_ERROR_ARGUMENT, "layer is NULL", dsc_layer_parameter(NULL, "weight", w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "no parameter '(null)'", dsc_layer_parameter(layer, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "no parameter 'u'", dsc_layer_parameter(layer, "u", w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "value is NULL", dsc_layer_parameter(layer, "weight", NULL));
    ACCEPTED(dsc_layer_parameter(layer, "bias", w.made));
    dsc_layer_destroy(layer);
    parse_rows();
}

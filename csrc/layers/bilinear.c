#include <string.h>

#include "layers/scope.h"
#include "layers/layer.h"

enum { FIRST, SECOND, OUTPUTS, BIAS };

static const dsc_option_info options[] = {
    [FIRST] = DSC_OPTION_SIZE("in1_features", "numbers of the first input"),
    [SECOND] = DSC_OPTION_SIZE("in2_features", "numbers of the second input"),
    [OUTPUTS] = DSC_OPTION_SIZE("out_features", "numbers of an output"),
    [BIAS] = DSC_OPTION_BIAS,
};

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const size_t shape[] = {(size_t)layer->values[OUTPUTS], (size_t)layer->values[FIRST],
                            (size_t)layer->values[SECOND]};
    const double bound = 1 / sqrt(layer->values[FIRST]);
    DSC_TRY(dsc_layer_add_uniform(layer, "weight", context, dtype, random, 3, shape, bound));
    if (layer->values[BIAS] == 0)
        return DSC_OK;
    return dsc_layer_add_uniform(layer, "bias", context, dtype, random, 1, shape, bound);
}

static dsc_status check(const dsc_layer *layer, dsc_tensor *const *x) {
    for (size_t i = 0; i < 2; ++i)
        if (x[i]->rank == 0 || (double)x[i]->shape[x[i]->rank - 1] != layer->values[FIRST + i])
            return dsc_fail(DSC_ERROR_SIZE, "bilinear: %s is of shape %s, must end in %g",
                            layer->row->info.inputs[i], dsc_shape_text(x[i]->rank, x[i]->shape).text,
                            layer->values[FIRST + i]);
    bool fits = x[0]->rank == x[1]->rank;
    for (size_t d = 0; fits && d + 1 < x[0]->rank; ++d)
        fits = x[0]->shape[d] == x[1]->shape[d];
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE,
                        "bilinear: the inputs are of shapes %s and %s, must agree but for "
                        "the last extents",
                        dsc_shape_text(x[0]->rank, x[0]->shape).text,
                        dsc_shape_text(x[1]->rank, x[1]->shape).text);
    return DSC_OK;
}

/* x2 W_o^T for each o, as [batch, outputs, first]; then the product of each with x1. */
static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                          dsc_tensor **y) {
    (void)mode;
    DSC_TRY(check(layer, x));
    const size_t first = (size_t)layer->values[FIRST], second = (size_t)layer->values[SECOND];
    const size_t outputs = (size_t)layer->values[OUTPUTS], batch = x[0]->count / first;
    dsc_scope s = {.status = DSC_OK};
    dsc_tensor *rows = s_reshape(&s, layer->tensors[0].tensor, 2, (const size_t[]){outputs * first, second});
    dsc_tensor *flat = s_reshape(&s, x[1], 2, (const size_t[]){batch, second});
    dsc_tensor *column = s_reshape(&s, x[0], 3, (const size_t[]){batch, first, 1});
    dsc_tensor *made = s_linear(&s, flat, rows, NULL, DSC_ACTIVATION_NONE);
    made = s_matmul(&s, s_reshape(&s, made, 3, (const size_t[]){batch, outputs, first}), column);
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, x[0]->shape, sizeof shape);
    shape[x[0]->rank - 1] = outputs;
    made = s_reshape(&s, made, x[0]->rank, shape);
    if (layer->count > 1)
        made = s_add(&s, made, layer->tensors[1].tensor);
    return dsc_scope_end(&s, made, y);
}

/* Of the first input. */
static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    if (*rank == 0 || (double)shape[*rank - 1] != layer->values[FIRST])
        return dsc_fail(DSC_ERROR_SIZE, "bilinear: input1 is of shape %s, must end in %g",
                        dsc_shape_text(*rank, shape).text, layer->values[FIRST]);
    shape[*rank - 1] = (size_t)layer->values[OUTPUTS];
    *flops = 2 * layer->values[FIRST] * (layer->values[SECOND] + 1);
    for (size_t d = 0; d < *rank; ++d)
        *flops *= (double)shape[d];
    return DSC_OK;
}

const dsc_layer_row dsc_layer_bilinear = {
    .info = {.name = "bilinear",
             .title = "Bilinear",
             .source = "torch.nn.Bilinear",
             .formula = "y_o = x1 W_o x2^T + b_o",
             .shapes = "[..., in1_features] and [..., in2_features], and [..., out_features]",
             .inputs = {"input1", "input2"},
             .input_count = 2,
             .required_count = 2,
             .output_count = 1,
             .outputs = {"output"},
             DSC_LAYER_OPTIONS(options)},
    .make = make,
    .call = forward,
    .shape = shape_of,
};

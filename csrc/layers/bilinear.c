#include "layers/layer.h"

#include <string.h>

enum { FIRST, SECOND, OUTPUTS, BIAS };

static const dsc_option_info options[] = {
    [FIRST] = DSC_OPTION_SIZE("in1_features", "numbers of the first input"),
    [SECOND] = DSC_OPTION_SIZE("in2_features", "numbers of the second input"),
    [OUTPUTS] = DSC_OPTION_SIZE("out_features", "numbers of an output"),
    [BIAS] = {"bias", DSC_OPTION_FLAG, 1, 0, 1, false, false, "whether a bias is added", NULL},
};

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const size_t shape[] = {(size_t)layer->values[OUTPUTS], (size_t)layer->values[FIRST],
                            (size_t)layer->values[SECOND]};
    const double bound = 1 / sqrt(layer->values[FIRST]);
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_uniform(context, dtype, 3, shape, random, -bound, bound, &made);
    DSC_TRY(dsc_layer_add(layer, "weight", true, status, made));
    if (layer->values[BIAS] == 0)
        return DSC_OK;
    status = dsc_tensor_uniform(context, dtype, 1, shape, random, -bound, bound, &made);
    return dsc_layer_add(layer, "bias", true, status, made);
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

/* The steps' results, each in the place of the one before; `status` is the first failure. */
typedef struct chain {
    dsc_status status;
    dsc_tensor *now;
} chain;

/* A pointer, as arguments are evaluated in any order: by now the call among them has set it. */
static void next(chain *c, dsc_status status, dsc_tensor *const *made) {
    dsc_tensor_release(c->now);
    c->status = status;
    c->now = status == DSC_OK ? *made : NULL;
}

/* x2 W_o^T for each o, as [batch, outputs, first]; then the product of each with x1. */
static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                          dsc_tensor **y) {
    (void)mode;
    DSC_TRY(check(layer, x));
    const size_t first = (size_t)layer->values[FIRST], second = (size_t)layer->values[SECOND];
    const size_t outputs = (size_t)layer->values[OUTPUTS], batch = x[0]->count / first;
    dsc_tensor *weight = layer->tensors[0].tensor, *rows = NULL, *flat = NULL, *column = NULL, *made = NULL;
    dsc_status status = dsc_reshape(weight, 2, (const size_t[]){outputs * first, second}, &rows);
    if (status == DSC_OK)
        status = dsc_reshape(x[1], 2, (const size_t[]){batch, second}, &flat);
    if (status == DSC_OK)
        status = dsc_reshape(x[0], 3, (const size_t[]){batch, first, 1}, &column);
    chain c = {.status = status};
    if (c.status == DSC_OK)
        next(&c, dsc_linear(flat, rows, NULL, DSC_ACTIVATION_NONE, &made), &made);
    if (c.status == DSC_OK)
        next(&c, dsc_reshape(c.now, 3, (const size_t[]){batch, outputs, first}, &made), &made);
    if (c.status == DSC_OK)
        next(&c, dsc_matmul(c.now, column, &made), &made);
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, x[0]->shape, sizeof shape);
    shape[x[0]->rank - 1] = outputs;
    if (c.status == DSC_OK)
        next(&c, dsc_reshape(c.now, x[0]->rank, shape, &made), &made);
    if (c.status == DSC_OK && layer->count > 1)
        next(&c, dsc_add(c.now, layer->tensors[1].tensor, &made), &made);
    dsc_tensor_release(rows);
    dsc_tensor_release(flat);
    dsc_tensor_release(column);
    y[0] = c.now;
    return c.status;
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

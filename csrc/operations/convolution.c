/* Convolution, its transpose, and its weight's gradient: each one's derivatives are the other two. */
#include "operations/convolution_shapes.h"

#include <string.h>

#include "operations/activations.h"

/* What is kept of the options. */
static dsc_options kept(const dsc_convolution_options *o, dsc_activation activation) {
    dsc_options k = {.rank = o->rank, .integer = (int64_t)o->groups, .number = activation};
    for (size_t d = 0; d < o->rank; ++d) {
        k.sizes[d] = o->stride[d];
        k.sizes[d + 3] = o->dilation[d];
        k.steps[d] = (size_t)o->padding[d];
        k.steps[d + 3] = (size_t)o->padding_after[d];
    }
    return k;
}

/* Contiguous operands for a kernel, the bias among them. */
typedef struct operands {
    dsc_tensor *given[3], *dense[3];
} operands;

static dsc_status borrow(operands *o) {
    for (size_t i = 0; i < 3; ++i)
        o->dense[i] = o->given[i];
    for (size_t i = 0; i < 3; ++i)
        if (o->given[i] != NULL)
            DSC_TRY(dsc_borrow_contiguous(o->given[i], &o->dense[i]));
    return DSC_OK;
}

static void give_back(operands *o) {
    for (size_t i = 0; i < 3; ++i)
        dsc_return_contiguous(o->given[i], o->dense[i]);
}

static const void *data_or_null(const dsc_tensor *t) {
    return t == NULL ? NULL : dsc_data(t);
}

dsc_status dsc_convolution(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias,
                           const dsc_convolution_options *options, dsc_activation activation,
                           dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_convolution];
    dsc_tensor *const inputs[] = {x, weight, bias};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(dsc_check_activation(operation->name, activation));
    DSC_TRY(dsc_conv_check_options(operation, options));
    DSC_TRY(dsc_conv_check_image(operation, "x", x, options));
    DSC_TRY(dsc_conv_check_weight(operation, x, weight, options));
    DSC_TRY(dsc_conv_check_channels(operation, "x", x, weight, weight->shape[1] * options->groups, options));
    DSC_TRY(dsc_conv_check_bias(operation, x, bias, weight->shape[0]));
    dsc_conv c =
        dsc_conv_geometry(x, weight->shape[0], dsc_conv_channels(x, options), weight->shape + 2, options);
    DSC_TRY(dsc_conv_extents_of_x(operation, x, options, &c));
    size_t shape[DSC_MAX_RANK];
    dsc_conv_shape(x, weight->shape[0], &c, options, false, shape);
    DSC_TRY(dsc_check_shape("convolution", x->dtype, x->rank, shape));
    operands all = {.given = {x, weight, bias}};
    dsc_tensor *made = NULL;
    dsc_status status = borrow(&all);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, x->rank, shape, &made);
    if (status == DSC_OK)
        status = dsc_conv_forward(dsc_context_of(x), &c, activation, dsc_data(all.dense[0]),
                                  dsc_data(all.dense[1]), data_or_null(all.dense[2]), dsc_data(made));
    give_back(&all);
    const dsc_options k = kept(options, activation);
    return dsc_finish(&(dsc_record){.operation = operation,
                                    .count = bias == NULL ? 2 : 3,
                                    .inputs = inputs,
                                    .options = &k,
                                    .saved = {activation == DSC_ACTIVATION_NONE ? NULL : made}},
                      status, made, result);
}

dsc_status dsc_convolution_transpose(dsc_tensor *y, dsc_tensor *weight, dsc_tensor *bias,
                                     const dsc_convolution_options *options, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_convolution_transpose];
    dsc_tensor *const inputs[] = {y, weight, bias};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(dsc_conv_check_options(operation, options));
    DSC_TRY(dsc_conv_check_image(operation, "y", y, options));
    DSC_TRY(dsc_conv_check_weight(operation, y, weight, options));
    DSC_TRY(dsc_conv_check_channels(operation, "y", y, weight, weight->shape[0], options));
    const size_t channels = weight->shape[1] * options->groups;
    DSC_TRY(dsc_conv_check_bias(operation, y, bias, channels));
    dsc_conv c = dsc_conv_geometry(y, weight->shape[0], channels, weight->shape + 2, options);
    DSC_TRY(dsc_conv_extents_of_y(operation, y, options, &c));
    size_t shape[DSC_MAX_RANK];
    dsc_conv_shape(y, channels, &c, options, true, shape);
    DSC_TRY(dsc_check_shape("convolution_transpose", y->dtype, y->rank, shape));
    operands all = {.given = {y, weight, bias}};
    dsc_tensor *made = NULL;
    dsc_status status = borrow(&all);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(y), y->dtype, y->rank, shape, &made);
    if (status == DSC_OK)
        status = dsc_conv_transpose(dsc_context_of(y), &c, dsc_data(all.dense[0]), dsc_data(all.dense[1]),
                                    data_or_null(all.dense[2]), dsc_data(made));
    give_back(&all);
    const dsc_options k = kept(options, DSC_ACTIVATION_NONE);
    return dsc_finish(
        &(dsc_record){.operation = operation, .count = bias == NULL ? 2 : 3, .inputs = inputs, .options = &k},
        status, made, result);
}

dsc_status dsc_convolution_weight(dsc_tensor *x, dsc_tensor *y, const size_t *kernel,
                                  const dsc_convolution_options *options, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_convolution_weight];
    dsc_tensor *const inputs[] = {x, y};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    dsc_conv c;
    DSC_TRY(dsc_conv_check_pair(operation, x, y, kernel, options, &c));
    size_t shape[DSC_MAX_RANK] = {dsc_conv_channels(y, options), c.x_channels};
    memcpy(shape + 2, kernel, options->rank * sizeof *kernel);
    DSC_TRY(dsc_check_shape("convolution_weight", x->dtype, options->rank + 2, shape));
    operands all = {.given = {x, y}};
    dsc_tensor *made = NULL;
    dsc_status status = borrow(&all);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, options->rank + 2, shape, &made);
    if (status == DSC_OK) {
        const dsc_conv_gradients gradients = {
            .x = dsc_data(all.dense[0]), .dy = dsc_data(all.dense[1]), .dw = dsc_data(made)};
        status = dsc_conv_backward(dsc_context_of(x), &c, &gradients);
    }
    give_back(&all);
    const dsc_options k = kept(options, DSC_ACTIVATION_NONE);
    return dsc_finish(&(dsc_record){.operation = operation, .count = 2, .inputs = inputs, .options = &k},
                      status, made, result);
}

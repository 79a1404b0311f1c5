/* Convolution, its transpose, and its weight's gradient: each one's derivatives are the other two. */
#include "convolution/convolution.h"

#include <string.h>

#include "descent/convolution.h"
#include "operations/table.h"

typedef dsc_convolution_options options_t;

/* Extents, strides and amounts beyond this are refused, so that sums of products of two... stay in range. */
static const size_t LARGEST = (size_t)1 << 31;

/* ---- Checks ---- */

static dsc_status check_option(const dsc_operation *operation, const char *name, size_t d, size_t value,
                               size_t least) {
    if (value >= least && value < LARGEST)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s[%zu] is %zu, must be in [%zu, 2^31)", operation->name, name,
                    d, value, least);
}

static dsc_status check_padding(const dsc_operation *operation, const char *name, size_t d, int64_t value) {
    if (value > -(int64_t)LARGEST && value < (int64_t)LARGEST)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s[%zu] is %lld, must be in (-2^31, 2^31)", operation->name,
                    name, d, (long long)value);
}

static dsc_status check_options(const dsc_operation *operation, const options_t *o) {
    if (o == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: options is NULL", operation->name);
    if (o->rank < 1 || o->rank > DSC_CONVOLUTION_DIMENSIONS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: rank is %zu, must be 1, 2 or 3", operation->name, o->rank);
    for (size_t d = 0; d < o->rank; ++d) {
        DSC_TRY(check_option(operation, "stride", d, o->stride[d], 1));
        DSC_TRY(check_option(operation, "dilation", d, o->dilation[d], 1));
        DSC_TRY(check_padding(operation, "padding", d, o->padding[d]));
        DSC_TRY(check_padding(operation, "padding_after", d, o->padding_after[d]));
    }
    return check_option(operation, "groups", 0, o->groups, 1);
}

/* x or y: numbers in every channel, with a batch or without. */
static dsc_status check_image(const dsc_operation *operation, const char *name, const dsc_tensor *x,
                              const options_t *o) {
    DSC_TRY(dsc_check_real(operation, x));
    bool fits = x->rank == o->rank + 1 || x->rank == o->rank + 2;
    for (size_t d = 0; fits && d <= o->rank; ++d)
        fits = x->shape[x->rank - 1 - d] > 0 && x->shape[x->rank - 1 - d] < LARGEST;
    if (fits)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "%s: %s is of shape %s, must be [N, C, ...] or [C, ...] with %zu dimensions of space and "
                    "numbers in each channel",
                    operation->name, name, dsc_shape_text(x->rank, x->shape).text, o->rank);
}

/* The channels' dimension. */
static size_t channels_of(const dsc_tensor *x, const options_t *o) {
    return x->shape[x->rank - o->rank - 1];
}

static dsc_status check_kernel(const dsc_operation *operation, const size_t *kernel, const options_t *o) {
    for (size_t d = 0; d < o->rank; ++d) {
        DSC_TRY(check_option(operation, "kernel", d, kernel[d], 1));
        if ((kernel[d] - 1) * o->dilation[d] >= LARGEST)
            return dsc_fail(DSC_ERROR_OVERFLOW, "%s: a kernel of %zu with dilation %zu is too wide",
                            operation->name, kernel[d], o->dilation[d]);
    }
    return DSC_OK;
}

static dsc_status check_weight(const dsc_operation *operation, const dsc_tensor *image,
                               const dsc_tensor *weight, const options_t *o) {
    DSC_TRY(dsc_check_same_dtype(operation, image, weight));
    if (weight->rank != o->rank + 2 || weight->count == 0)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%s: weight is of shape %s, must be [O, C / groups, kernel] with %zu extents of the "
                        "kernel, and have numbers",
                        operation->name, dsc_shape_text(weight->rank, weight->shape).text, o->rank);
    if (weight->shape[0] % o->groups != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the weight's %zu output channels are not divided by %zu groups",
                        operation->name, weight->shape[0], o->groups);
    return check_kernel(operation, weight->shape + 2, o);
}

static dsc_status check_channels(const dsc_operation *operation, const char *name, const dsc_tensor *image,
                                 const dsc_tensor *weight, size_t channels, const options_t *o) {
    if (channels_of(image, o) == channels)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "%s: %s is of shape %s, must have %zu channels for a weight of shape %s "
                    "and %zu groups",
                    operation->name, name, dsc_shape_text(image->rank, image->shape).text, channels,
                    dsc_shape_text(weight->rank, weight->shape).text, o->groups);
}

static dsc_status check_bias(const dsc_operation *operation, const dsc_tensor *image, const dsc_tensor *bias,
                             size_t channels) {
    if (bias == NULL)
        return DSC_OK;
    DSC_TRY(dsc_check_same_dtype(operation, image, bias));
    if (bias->rank == 1 && bias->shape[0] == channels)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: bias is of shape %s, must be [%zu]", operation->name,
                    dsc_shape_text(bias->rank, bias->shape).text, channels);
}

/* ---- Geometry ---- */

/* What the kernels need, but for the extents of x and y. */
static dsc_conv geometry(const dsc_tensor *image, size_t y_channels, size_t x_channels, const size_t *kernel,
                         const options_t *o) {
    dsc_conv c = {.dtype = image->dtype,
                  .batch = image->rank == o->rank + 2 ? image->shape[0] : 1,
                  .groups = o->groups,
                  .x_channels = x_channels / o->groups,
                  .y_channels = y_channels / o->groups};
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        c.axes[i] = (dsc_conv_axis){1, 1, 1, 1, 1, 0};
    for (size_t d = 0; d < o->rank; ++d)
        c.axes[DSC_CONV_AXES - o->rank + d] = (dsc_conv_axis){
            .kernel = kernel[d], .stride = o->stride[d], .dilation = o->dilation[d], .before = o->padding[d]};
    return c;
}

static dsc_conv_axis *axis_of(dsc_conv *c, const options_t *o, size_t d) {
    return &c->axes[DSC_CONV_AXES - o->rank + d];
}

static size_t extent_of(const dsc_tensor *x, const options_t *o, size_t d) {
    return x->shape[x->rank - o->rank + d];
}

static int64_t reach(const dsc_conv_axis *a) {
    return (int64_t)((a->kernel - 1) * a->dilation) + 1;
}

/* Sets both extents of each dimension from x's. */
static dsc_status extents_of_x(const dsc_operation *operation, const dsc_tensor *x, const options_t *o,
                               dsc_conv *c) {
    for (size_t d = 0; d < o->rank; ++d) {
        dsc_conv_axis *a = axis_of(c, o, d);
        a->x = extent_of(x, o, d);
        const int64_t padded = (int64_t)a->x + o->padding[d] + o->padding_after[d];
        if (padded < reach(a))
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: the kernel reaches over %lld numbers of dimension %zu, x of shape %s has "
                            "%lld with its padding",
                            operation->name, (long long)reach(a), d, dsc_shape_text(x->rank, x->shape).text,
                            (long long)padded);
        a->y = (size_t)(padded - reach(a)) / a->stride + 1;
    }
    return DSC_OK;
}

/* ... from y's. */
static dsc_status extents_of_y(const dsc_operation *operation, const dsc_tensor *y, const options_t *o,
                               dsc_conv *c) {
    for (size_t d = 0; d < o->rank; ++d) {
        dsc_conv_axis *a = axis_of(c, o, d);
        a->y = extent_of(y, o, d);
        const int64_t x = (int64_t)((a->y - 1) * a->stride) + reach(a) - o->padding[d] - o->padding_after[d];
        if (x < 1 || x >= (int64_t)1 << 62)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: dimension %zu of the result would have %lld numbers, must have 1 at least",
                            operation->name, d, (long long)x);
        a->x = (size_t)x;
    }
    return DSC_OK;
}

/* The shape of an image like another, with other channels and extents. */
static void shape_of(const dsc_tensor *image, size_t channels, dsc_conv *c, const options_t *o, bool is_x,
                     size_t *shape) {
    shape[0] = image->shape[0];
    shape[image->rank - o->rank - 1] = channels;
    for (size_t d = 0; d < o->rank; ++d) {
        const dsc_conv_axis *a = axis_of(c, o, d);
        shape[image->rank - o->rank + d] = is_x ? a->x : a->y;
    }
}

/* ---- What is kept of the options ---- */

static dsc_options kept(const options_t *o, dsc_activation activation) {
    dsc_options k = {
        .rank = o->rank, .integer = (int64_t)o->groups, .flag = activation != DSC_ACTIVATION_NONE};
    for (size_t d = 0; d < o->rank; ++d) {
        k.sizes[d] = o->stride[d];
        k.sizes[d + 3] = o->dilation[d];
        k.steps[d] = (size_t)o->padding[d];
        k.steps[d + 3] = (size_t)o->padding_after[d];
    }
    return k;
}

static options_t options_of(const dsc_pullback *p) {
    const dsc_options *k = &p->node->options;
    options_t o = {.rank = k->rank, .groups = (size_t)k->integer};
    for (size_t d = 0; d < k->rank; ++d) {
        o.stride[d] = k->sizes[d];
        o.dilation[d] = k->sizes[d + 3];
        o.padding[d] = (int64_t)k->steps[d];
        o.padding_after[d] = (int64_t)k->steps[d + 3];
    }
    return o;
}

/* The same such that the transpose of y has x's extents: what the rounding leaves over belongs to x. */
static options_t fitted(const options_t *o, const dsc_tensor *x, const dsc_tensor *y, const size_t *kernel) {
    options_t f = *o;
    for (size_t d = 0; d < o->rank; ++d)
        f.padding_after[d] =
            (int64_t)((extent_of(y, o, d) - 1) * o->stride[d] + (kernel[d] - 1) * o->dilation[d] + 1) -
            o->padding[d] - (int64_t)extent_of(x, o, d);
    return f;
}

/* ---- The operations ---- */

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
    if (activation != DSC_ACTIVATION_NONE && activation != DSC_ACTIVATION_RELU)
        return dsc_fail(DSC_ERROR_ARGUMENT, "convolution: unknown activation %d", (int)activation);
    DSC_TRY(check_options(operation, options));
    DSC_TRY(check_image(operation, "x", x, options));
    DSC_TRY(check_weight(operation, x, weight, options));
    DSC_TRY(check_channels(operation, "x", x, weight, weight->shape[1] * options->groups, options));
    DSC_TRY(check_bias(operation, x, bias, weight->shape[0]));
    dsc_conv c = geometry(x, weight->shape[0], channels_of(x, options), weight->shape + 2, options);
    DSC_TRY(extents_of_x(operation, x, options, &c));
    size_t shape[DSC_MAX_RANK];
    shape_of(x, weight->shape[0], &c, options, false, shape);
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
                                    .saved = {k.flag ? made : NULL}},
                      status, made, result);
}

dsc_status dsc_convolution_transpose(dsc_tensor *y, dsc_tensor *weight, dsc_tensor *bias,
                                     const dsc_convolution_options *options, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_convolution_transpose];
    dsc_tensor *const inputs[] = {y, weight, bias};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(check_options(operation, options));
    DSC_TRY(check_image(operation, "y", y, options));
    DSC_TRY(check_weight(operation, y, weight, options));
    DSC_TRY(check_channels(operation, "y", y, weight, weight->shape[0], options));
    const size_t channels = weight->shape[1] * options->groups;
    DSC_TRY(check_bias(operation, y, bias, channels));
    dsc_conv c = geometry(y, weight->shape[0], channels, weight->shape + 2, options);
    DSC_TRY(extents_of_y(operation, y, options, &c));
    size_t shape[DSC_MAX_RANK];
    shape_of(y, channels, &c, options, true, shape);
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

static dsc_status check_pair(const dsc_operation *operation, const dsc_tensor *x, const dsc_tensor *y,
                             const size_t *kernel, const options_t *o, dsc_conv *c) {
    DSC_TRY(check_options(operation, o));
    DSC_TRY(check_image(operation, "x", x, o));
    DSC_TRY(check_image(operation, "y", y, o));
    DSC_TRY(dsc_check_same_dtype(operation, x, y));
    if (kernel == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: kernel is NULL", operation->name);
    DSC_TRY(check_kernel(operation, kernel, o));
    if (channels_of(x, o) % o->groups != 0 || channels_of(y, o) % o->groups != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: %zu groups do not divide the %zu and %zu channels of x and y",
                        operation->name, o->groups, channels_of(x, o), channels_of(y, o));
    *c = geometry(x, channels_of(y, o), channels_of(x, o), kernel, o);
    DSC_TRY(extents_of_x(operation, x, o, c));
    size_t shape[DSC_MAX_RANK];
    shape_of(x, channels_of(y, o), c, o, false, shape);
    bool fits = x->rank == y->rank;
    for (size_t d = 0; fits && d < x->rank; ++d)
        fits = shape[d] == y->shape[d];
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE, "%s: y is of shape %s, must be %s", operation->name,
                        dsc_shape_text(y->rank, y->shape).text, dsc_shape_text(x->rank, shape).text);
    return DSC_OK;
}

dsc_status dsc_convolution_weight(dsc_tensor *x, dsc_tensor *y, const size_t *kernel,
                                  const dsc_convolution_options *options, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_convolution_weight];
    dsc_tensor *const inputs[] = {x, y};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    dsc_conv c;
    DSC_TRY(check_pair(operation, x, y, kernel, options, &c));
    size_t shape[DSC_MAX_RANK] = {channels_of(y, options), c.x_channels};
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

/* ---- Derivatives, in operations ---- */

static dsc_tensor *x_convolution(dsc_pullback *p, dsc_tensor *x, dsc_tensor *w, const options_t *o) {
    dsc_tensor *made = NULL;
    return x == NULL || w == NULL
               ? NULL
               : x_call(p, made, dsc_convolution(x, w, NULL, o, DSC_ACTIVATION_NONE, &made));
}

/* Of x's extents. */
static dsc_tensor *x_transpose(dsc_pullback *p, const dsc_tensor *x, dsc_tensor *y, dsc_tensor *w,
                               const options_t *o) {
    dsc_tensor *made = NULL;
    if (y == NULL || w == NULL)
        return NULL;
    const options_t f = fitted(o, x, y, w->shape + 2);
    return x_call(p, made, dsc_convolution_transpose(y, w, NULL, &f, &made));
}

static dsc_tensor *x_weight(dsc_pullback *p, dsc_tensor *x, dsc_tensor *y, const dsc_tensor *w,
                            const options_t *o) {
    dsc_tensor *made = NULL;
    return x == NULL || y == NULL ? NULL
                                  : x_call(p, made, dsc_convolution_weight(x, y, w->shape + 2, o, &made));
}

/* The sum over all but the channels. */
static dsc_tensor *x_bias(dsc_pullback *p, dsc_tensor *y, const options_t *o) {
    int64_t dimensions[DSC_MAX_RANK];
    size_t count = 0;
    for (size_t d = 0; y != NULL && d < y->rank; ++d)
        if (d != y->rank - o->rank - 1)
            dimensions[count++] = (int64_t)d;
    return x_sum(p, y, count, dimensions, false);
}

static void composed(dsc_pullback *p, const options_t *o) {
    dsc_tensor *dz = p->upstream;
    if (p->node->options.flag) {
        dsc_tensor *y = dsc_saved(p, 0);
        dsc_tensor *none = y == NULL ? NULL : x_constant(p, y, 0);
        dz = x_where(p, x_greater(p, y, none), p->upstream, none);
    }
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_transpose(p, dsc_input_shape(p, 0), dz, dsc_input(p, 1), o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_weight(p, dsc_input(p, 0), dz, dsc_input_shape(p, 1), o));
    if (p->node->input_count == 3 && dsc_wants(p, 2))
        dsc_give(p, 2, x_bias(p, dz, o));
}

void dsc_pull_back_convolution_transpose(dsc_pullback *p) {
    const options_t o = options_of(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_convolution(p, p->upstream, dsc_input(p, 1), &o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_weight(p, p->upstream, dsc_input(p, 0), dsc_input_shape(p, 1), &o));
    if (p->node->input_count == 3 && dsc_wants(p, 2))
        dsc_give(p, 2, x_bias(p, p->upstream, &o));
}

void dsc_pull_back_convolution_weight(dsc_pullback *p) {
    const options_t o = options_of(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_transpose(p, dsc_input_shape(p, 0), dsc_input(p, 1), p->upstream, &o));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_convolution(p, dsc_input(p, 0), p->upstream, &o));
}

/* ---- The first-order pass of a convolution: the kernel's ---- */

/* Where a gradient goes: a leaf's own place, or a tensor that is then given. */
typedef struct target {
    void *data;
    bool add, is_place;
    dsc_tensor *made;
} target;

static void find_target(dsc_pullback *p, size_t input, bool may_be_place, target *t) {
    *t = (target){0};
    if (may_be_place)
        t->data = dsc_place_of_gradient(p, input, &t->add);
    t->is_place = t->data != NULL;
    if (!t->is_place && dsc_wants(p, input)) {
        dsc_tensor *x = p->node->inputs[input], *made = NULL;
        t->made = x_call(p, made, dsc_make_like(x, x->dtype, &made));
        t->data = t->made == NULL ? NULL : dsc_data(t->made);
    }
}

static void give_target(dsc_pullback *p, size_t input, const target *t) {
    if (t->is_place)
        dsc_gave(p, input);
    else
        dsc_give(p, input, t->made);
}

static dsc_tensor *x_dense(dsc_pullback *p, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL || t->is_contiguous ? t : x_call(p, made, dsc_contiguous_of(t, &made));
}

/* dy behind the activation. */
static dsc_tensor *x_behind(dsc_pullback *p, dsc_tensor *dy) {
    if (!p->node->options.flag || dy == NULL)
        return dy;
    dsc_tensor *y = dsc_saved(p, 0), *made = NULL;
    dsc_tensor *dz = y == NULL ? NULL : x_call(p, made, dsc_make_like(y, y->dtype, &made));
    if (dz != NULL)
        p->status =
            dsc_relu_backward(dsc_context_of(y), y->dtype, y->count, dsc_data(y), dsc_data(dy), dsc_data(dz));
    return dz;
}

static void fused(dsc_pullback *p, const options_t *o) {
    dsc_tensor *x = x_dense(p, dsc_input(p, 0)), *w = x_dense(p, dsc_input(p, 1));
    dsc_tensor *dz = x_behind(p, x_dense(p, p->upstream));
    if (p->status != DSC_OK)
        return;
    target to[3] = {{0}};
    for (size_t i = 0; i < p->node->input_count; ++i)
        find_target(p, i, i > 0, &to[i]); /* x's is made anew: the kernel does not add to it */
    if (p->status != DSC_OK)
        return;
    dsc_conv c = geometry(x, w->shape[0], channels_of(x, o), w->shape + 2, o);
    for (size_t d = 0; d < o->rank; ++d) {
        axis_of(&c, o, d)->x = extent_of(x, o, d);
        axis_of(&c, o, d)->y = extent_of(dz, o, d);
    }
    const dsc_conv_gradients gradients = {.x = dsc_data(x),
                                          .w = dsc_data(w),
                                          .dy = dsc_data(dz),
                                          .dx = to[0].data,
                                          .dw = to[1].data,
                                          .db = to[2].data,
                                          .add_dw = to[1].add,
                                          .add_db = to[2].add};
    p->status = dsc_conv_backward(dsc_context_of(x), &c, &gradients);
    for (size_t i = 0; i < 3; ++i)
        if (to[i].data != NULL)
            give_target(p, i, &to[i]);
}

void dsc_pull_back_convolution(dsc_pullback *p) {
    const options_t o = options_of(p);
    if (p->creates_graph)
        composed(p, &o);
    else
        fused(p, &o);
}

/* Padding of the last one or two dimensions: the name says how many. */
#include "operations/pad.h"

#include "descent/operations.h"
#include "layers/layer.h"

#define SIDE(index, where)                                                                                   \
    {                                                                                                        \
        "padding[" #index "]", DSC_OPTION_INTEGER, NAN, -2147483647, 2147483647, false, false,               \
            "added at the " where "; below 0: taken away", NULL                                              \
    }
static const dsc_option_info sides1d[] = {SIDE(0, "left"), SIDE(1, "right")};
static const dsc_option_info sides2d[] = {SIDE(0, "left"), SIDE(1, "right"), SIDE(2, "top"),
                                          SIDE(3, "bottom")};

/* Zeros are put around anything. */
static dsc_status check(const dsc_layer *layer, dsc_padding mode, size_t rank, const size_t *shape,
                        int64_t *amounts) {
    const size_t count = dsc_layer_dimensions(layer);
    for (size_t i = 0; i < 2 * count; ++i)
        amounts[i] = (int64_t)layer->values[i];
    if (mode == DSC_PAD_CONSTANT ? rank >= count : rank == count + 1 || rank == count + 2)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be %s", layer->row->info.name,
                    dsc_shape_text(rank, shape).text, layer->row->info.shapes);
}

static dsc_status pad(const dsc_layer *layer, dsc_padding mode, dsc_tensor *x, dsc_tensor **y) {
    int64_t amounts[4];
    DSC_TRY(check(layer, mode, x->rank, x->shape, amounts));
    return dsc_pad(x, dsc_layer_dimensions(layer), amounts, mode, 0, y);
}

static dsc_status shape_of(const dsc_layer *layer, dsc_padding mode, size_t *rank, size_t *shape) {
    int64_t amounts[4];
    DSC_TRY(check(layer, mode, *rank, shape, amounts));
    return dsc_pad_shape(*rank, shape, dsc_layer_dimensions(layer), amounts, mode, shape);
}

#define PADS(mode)                                                                                           \
    static dsc_status forward_##mode(const dsc_layer *layer, const dsc_layer_mode *unused, dsc_tensor *x,    \
                                     dsc_tensor **y) {                                                       \
        (void)unused;                                                                                        \
        return pad(layer, mode, x, y);                                                                       \
    }                                                                                                        \
    static dsc_status shape_of_##mode(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {  \
        (void)flops;                                                                                         \
        return shape_of(layer, mode, rank, shape);                                                           \
    }
PADS(DSC_PAD_CONSTANT)
PADS(DSC_PAD_REFLECT)
PADS(DSC_PAD_REPLICATE)
PADS(DSC_PAD_CIRCULAR)

#define PADDING(row, mode, text, module, formula_text, shapes_text, sides)                                   \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = text,                                            \
                                                    .title = module,                                         \
                                                    .source = "torch.nn." module,                            \
                                                    .formula = formula_text,                                 \
                                                    .shapes = shapes_text,                                   \
                                                    DSC_LAYER_OPTIONS(sides)},                               \
                                           .changeable = UINT32_MAX,                                         \
                                           .forward = forward_##mode,                                        \
                                           .shape = shape_of_##mode};
#define LINES "[N, C, L] or [C, L], and the same, wider"
#define PLANES "[N, C, H, W] or [C, H, W], and the same, larger"

#define ZEROS "x with zeros around it"
PADDING(zero_pad1d, DSC_PAD_CONSTANT, "zero_pad1d", "ZeroPad1d", ZEROS, "[..., L], and the same, wider",
        sides1d)
PADDING(zero_pad2d, DSC_PAD_CONSTANT, "zero_pad2d", "ZeroPad2d", ZEROS, "[..., H, W], and the same, larger",
        sides2d)
#define MIRRORED "x continued as in a mirror at its outermost numbers"
PADDING(reflection_pad1d, DSC_PAD_REFLECT, "reflection_pad1d", "ReflectionPad1d", MIRRORED, LINES, sides1d)
PADDING(reflection_pad2d, DSC_PAD_REFLECT, "reflection_pad2d", "ReflectionPad2d", MIRRORED, PLANES, sides2d)
#define REPEATED "x continued by its outermost numbers"
PADDING(replication_pad1d, DSC_PAD_REPLICATE, "replication_pad1d", "ReplicationPad1d", REPEATED, LINES,
        sides1d)
PADDING(replication_pad2d, DSC_PAD_REPLICATE, "replication_pad2d", "ReplicationPad2d", REPEATED, PLANES,
        sides2d)
#define ROUND "x continued from its other end"
PADDING(circular_pad1d, DSC_PAD_CIRCULAR, "circular_pad1d", "CircularPad1d", ROUND, LINES, sides1d)
PADDING(circular_pad2d, DSC_PAD_CIRCULAR, "circular_pad2d", "CircularPad2d", ROUND, PLANES, sides2d)

/* Planes in another size: upsample and pixel_shuffle. */
#include "descent/pooling.h"
#include "layers/layer.h"

enum { SIZE, SCALE = SIZE + DSC_POOL_DIMENSIONS, MODE = SCALE + DSC_POOL_DIMENSIONS, ALIGNS, RECOMPUTES };
enum { NEAREST, LINEAR, BILINEAR };

static const char *const modes[] = {"nearest", "linear", "bilinear"}, *const none[] = {"none"};

static const dsc_option_info options[] = {
    DSC_OPTION_OF_2("size", DSC_OPTION_INTEGER, 0, 0, 2147483647, false, false,
                    "the output's extents; lines have the first. 0: scale_factor says", none),
    DSC_OPTION_OF_2("scale_factor", DSC_OPTION_REAL, 0, 0, INFINITY, false, true,
                    "by which extents are multiplied. 0: size says", none),
    {"mode", DSC_OPTION_CHOICE, NEAREST, NEAREST, BILINEAR, false, false,
     "linear: of lines, bilinear: of planes", modes},
    DSC_OPTION_FLAG_AT("align_corners", 0,
                       "of linear and bilinear: whether first and last numbers keep their places"),
    DSC_OPTION_FLAG_AT("recompute_scale_factor", 0,
                       "whether positions go by the output's whole extents rather than by scale_factor"),
};

static dsc_status refuse(const char *what) {
    return dsc_fail(DSC_ERROR_OPTION, "upsample: %s", what);
}

/* What the options ask of an input of this shape. */
static dsc_status plan(const dsc_layer *layer, size_t rank, const size_t *shape, size_t *count, size_t *sizes,
                       dsc_interpolate_options *o) {
    const double *v = layer->values;
    const double mode = v[MODE];
    *o = (dsc_interpolate_options){.mode = mode == NEAREST ? DSC_INTERPOLATE_NEAREST : DSC_INTERPOLATE_LINEAR,
                                   .align_corners = v[ALIGNS] != 0};
    if (mode == LINEAR ? rank != 3 : mode == BILINEAR ? rank != 4 : rank != 3 && rank != 4)
        return dsc_fail(DSC_ERROR_SIZE, "upsample: the input is of shape %s, must be %s for mode %s",
                        dsc_shape_text(rank, shape).text,
                        mode == LINEAR     ? "[N, C, L]"
                        : mode == BILINEAR ? "[N, C, H, W]"
                                           : "[N, C, L] or [N, C, H, W]",
                        modes[(int)mode]);
    if (mode == NEAREST && v[ALIGNS] != 0)
        return refuse("align_corners belongs to the modes linear and bilinear");
    for (size_t d = 1; d < rank; ++d)
        if (shape[d] == 0)
            return dsc_fail(DSC_ERROR_SIZE, "upsample: dimension %zu of shape %s is empty", d,
                            dsc_shape_text(rank, shape).text);
    *count = rank - 2;
    for (size_t i = 0; i < *count; ++i) {
        const double size = v[SIZE + i], scale = v[SCALE + i];
        if ((size > 0) == (scale > 0))
            return refuse(size > 0 ? "size and scale_factor are given, must be one of both"
                                   : "neither size nor scale_factor is given for all dimensions");
        if (size > 0 && v[RECOMPUTES] != 0)
            return refuse("recompute_scale_factor says nothing about a size that is given");
        const double scaled = floor((double)shape[2 + i] * scale);
        if (size == 0 && !(scaled >= 1 && scaled < 0x1p48))
            return dsc_fail(DSC_ERROR_SIZE, "upsample: an extent of %zu times %g is %g", shape[2 + i], scale,
                            scaled);
        sizes[i] = (size_t)(size > 0 ? size : scaled);
        o->scales[i] = size > 0 || v[RECOMPUTES] != 0 ? 0 : scale;
    }
    return DSC_OK;
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    size_t count, sizes[DSC_POOL_DIMENSIONS];
    dsc_interpolate_options o;
    DSC_TRY(plan(layer, x->rank, x->shape, &count, sizes, &o));
    return dsc_interpolate(x, count, sizes, &o, y);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    size_t count, sizes[DSC_POOL_DIMENSIONS];
    dsc_interpolate_options o;
    DSC_TRY(plan(layer, *rank, shape, &count, sizes, &o));
    for (size_t i = 0; i < count; ++i)
        shape[2 + i] = sizes[i];
    return DSC_OK;
}

const dsc_layer_row dsc_layer_upsample = {
    .info = {.name = "upsample",
             .title = "Upsample",
             .source = "torch.nn.Upsample",
             .formula = "the nearest number, or one between the nearest",
             .shapes = "[N, C, L] or [N, C, H, W], and the same in another size",
             DSC_LAYER_OPTIONS(options)},
    .changeable = UINT32_MAX,
    .forward = forward,
    .shape = shape_of,
};

/* ---- Channels as squares ---- */

static const dsc_option_info shuffle_options[] = {
    {"upscale_factor", DSC_OPTION_INTEGER, NAN, 1, 32768, false, false,
     "the side of the square that channels become", NULL},
};

static dsc_status forward_shuffle(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                                  dsc_tensor **y) {
    (void)mode;
    return dsc_pixel_shuffle(x, (size_t)layer->values[0], y);
}

static dsc_status shape_of_shuffle(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const size_t r = (size_t)layer->values[0];
    if (*rank < 3 || shape[*rank - 3] % (r * r) != 0)
        return dsc_fail(
            DSC_ERROR_SIZE,
            "pixel_shuffle: the input is of shape %s, must be [..., C, H, W] with C a multiple of "
            "%zu^2",
            dsc_shape_text(*rank, shape).text, r);
    shape[*rank - 3] /= r * r;
    shape[*rank - 2] *= r;
    shape[*rank - 1] *= r;
    return DSC_OK;
}

const dsc_layer_row dsc_layer_pixel_shuffle = {
    .info = {.name = "pixel_shuffle",
             .title = "PixelShuffle",
             .source = "torch.nn.PixelShuffle",
             .formula = "squares of channels as squares of numbers",
             .shapes = "[..., C r^2, H, W], and [..., C, r H, r W]",
             DSC_LAYER_OPTIONS(shuffle_options)},
    .changeable = UINT32_MAX,
    .forward = forward_shuffle,
    .shape = shape_of_shuffle,
};

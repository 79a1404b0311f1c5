/* Pooling: options that have a number for each dimension come first, `count` rows each. */
#include "operations/pooling.h"

#include "layers/layer.h"

static const char *const like_kernel[] = {"kernel_size"}, *const none[] = {"none"};

/* ---- Largest numbers ---- */

enum { KERNEL, STRIDE, PADDING, DILATION }; /* each times count */
enum { MAX_CEIL };                          /* after 4 count */
enum { AVG_CEIL, COUNTS_PADDING, DIVISOR }; /* after 3 count */

#define MOST 2147483647
#define WINDOWS(of, each)                                                                                    \
    of("kernel_size", DSC_OPTION_INTEGER, NAN, 1, MOST, false, false, "numbers of a window" each, NULL),     \
        of("stride", DSC_OPTION_INTEGER, 0, 0, MOST, false, false,                                           \
           "from one window to the next" each "; 0: kernel_size", like_kernel),                              \
        of("padding", DSC_OPTION_INTEGER, 0, 0, MOST, false, false,                                          \
           "added on both sides" each "; at most half of kernel_size", NULL)
#define CEIL DSC_OPTION_FLAG_AT("ceil_mode", 0, "whether a last window may reach over the end")
#define MAX_OPTIONS(of, each)                                                                                \
    WINDOWS(of, each),                                                                                       \
        of("dilation", DSC_OPTION_INTEGER, 1, 1, MOST, false, false,                                         \
           "from one number of a window to the next" each, NULL),                                            \
        CEIL
#define AVG_OPTIONS(of, each)                                                                                \
    WINDOWS(of, each), CEIL,                                                                                 \
        DSC_OPTION_FLAG_AT("count_include_pad", 1, "whether padding counts in what a sum is divided by")
#define EACH ", of each dimension"

static const dsc_option_info max1d[] = {MAX_OPTIONS(DSC_OPTION_OF_1, "")};
static const dsc_option_info max2d[] = {MAX_OPTIONS(DSC_OPTION_OF_2, EACH)};
static const dsc_option_info avg1d[] = {AVG_OPTIONS(DSC_OPTION_OF_1, "")};
static const dsc_option_info avg2d[] = {
    AVG_OPTIONS(DSC_OPTION_OF_2, EACH),
    {"divisor_override", DSC_OPTION_INTEGER, 0, 0, MOST, false, false,
     "what a sum is divided by instead; 0: nothing", none},
};

static dsc_max_pool_options max_options_of(const dsc_layer *layer) {
    const size_t count = dsc_layer_dimensions(layer);
    const double *v = layer->values;
    dsc_max_pool_options o = {.ceil_mode = v[4 * count + MAX_CEIL] != 0};
    for (size_t i = 0; i < count; ++i) {
        o.kernel_size[i] = (size_t)v[KERNEL * count + i];
        o.stride[i] = (size_t)v[STRIDE * count + i];
        o.padding[i] = (size_t)v[PADDING * count + i];
        o.dilation[i] = (size_t)v[DILATION * count + i];
    }
    return o;
}

static dsc_status call_max(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                           dsc_tensor **y) {
    const dsc_max_pool_options o = max_options_of(layer);
    return dsc_max_pool(x[0], dsc_layer_dimensions(layer), &o, &y[0], mode->output_count > 1 ? &y[1] : NULL);
}

static dsc_status take_shape(const dsc_pool_plan *plan, size_t *shape) {
    memcpy(shape, plan->shape, plan->rank * sizeof *shape);
    return DSC_OK;
}

static dsc_status shape_of_max(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const dsc_max_pool_options o = max_options_of(layer);
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_max_pool(layer->row->info.name, *rank, shape, dsc_layer_dimensions(layer), &o, &plan));
    return take_shape(&plan, shape);
}

/* ---- Means ---- */

static dsc_avg_pool_options avg_options_of(const dsc_layer *layer) {
    const size_t count = dsc_layer_dimensions(layer);
    const double *v = layer->values, *rest = v + 3 * count;
    dsc_avg_pool_options o = {.ceil_mode = rest[AVG_CEIL] != 0,
                              .excludes_padding = rest[COUNTS_PADDING] == 0};
    if (count > 1)
        o.divisor_override = (int64_t)rest[DIVISOR];
    for (size_t i = 0; i < count; ++i) {
        o.kernel_size[i] = (size_t)v[KERNEL * count + i];
        o.stride[i] = (size_t)v[STRIDE * count + i];
        o.padding[i] = (size_t)v[PADDING * count + i];
    }
    return o;
}

static dsc_status forward_avg(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                              dsc_tensor **y) {
    (void)mode;
    const dsc_avg_pool_options o = avg_options_of(layer);
    return dsc_avg_pool(x, dsc_layer_dimensions(layer), &o, y);
}

static dsc_status shape_of_avg(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const dsc_avg_pool_options o = avg_options_of(layer);
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_avg_pool(layer->row->info.name, *rank, shape, dsc_layer_dimensions(layer), &o, &plan));
    return take_shape(&plan, shape);
}

/* ---- Windows by their number ---- */

#define SIZES(of, each)                                                                                      \
    of("output_size", DSC_OPTION_INTEGER, NAN, -1, MOST, false, false,                                       \
       "windows" each "; -1: as many as numbers", none)
static const dsc_option_info adaptive1d[] = {SIZES(DSC_OPTION_OF_1, "")};
static const dsc_option_info adaptive2d[] = {SIZES(DSC_OPTION_OF_2, EACH)};

static void sizes_of(const dsc_layer *layer, size_t rank, const size_t *shape, size_t *sizes) {
    const size_t count = dsc_layer_dimensions(layer);
    for (size_t i = 0; i < count; ++i)
        sizes[i] = layer->values[i] >= 0 ? (size_t)layer->values[i]
                   : rank >= count       ? shape[rank - count + i]
                                         : 0;
}

static dsc_status forward_adaptive_avg(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                                       dsc_tensor **y) {
    (void)mode;
    size_t sizes[DSC_POOL_DIMENSIONS];
    sizes_of(layer, x->rank, x->shape, sizes);
    return dsc_adaptive_avg_pool(x, dsc_layer_dimensions(layer), sizes, y);
}

static dsc_status call_adaptive_max(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                                    dsc_tensor **y) {
    size_t sizes[DSC_POOL_DIMENSIONS];
    sizes_of(layer, x[0]->rank, x[0]->shape, sizes);
    return dsc_adaptive_max_pool(x[0], dsc_layer_dimensions(layer), sizes, &y[0],
                                 mode->output_count > 1 ? &y[1] : NULL);
}

static dsc_status shape_of_adaptive(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    size_t sizes[DSC_POOL_DIMENSIONS];
    sizes_of(layer, *rank, shape, sizes);
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_adaptive_pool(layer->row->info.name, *rank, shape, dsc_layer_dimensions(layer), sizes,
                                   layer->row->call == NULL, &plan));
    return take_shape(&plan, shape);
}

/* ---- The rows ---- */

#define PLANES_1 "[N, C, L] or [C, L], and so many windows"
#define PLANES_2 "[N, C, H, W] or [C, H, W], and so many windows"
#define ROW(text, module, formula_text, planes, table)                                                       \
    .name = text, .title = module, .source = "torch.nn." module, .formula = formula_text, .shapes = planes,  \
    DSC_LAYER_OPTIONS(table)
#define LARGEST "the largest number of each window"
#define MEAN "the mean of each window"

#define MAX_POOL(row, caller, shape_function, ...)                                                           \
    const dsc_layer_row dsc_layer_##row = {.info = {ROW(__VA_ARGS__), .inputs = {"x"},                       \
                                                    .outputs = {"y", "indices"}, .input_count = 1,           \
                                                    .required_count = 1, .output_count = 2},                 \
                                           .changeable = UINT32_MAX,                                         \
                                           .call = caller,                                                   \
                                           .shape = shape_function};
MAX_POOL(max_pool1d, call_max, shape_of_max, "max_pool1d", "MaxPool1d", LARGEST, PLANES_1, max1d)
MAX_POOL(max_pool2d, call_max, shape_of_max, "max_pool2d", "MaxPool2d", LARGEST, PLANES_2, max2d)
MAX_POOL(adaptive_max_pool1d, call_adaptive_max, shape_of_adaptive, "adaptive_max_pool1d",
         "AdaptiveMaxPool1d", LARGEST, PLANES_1, adaptive1d)
MAX_POOL(adaptive_max_pool2d, call_adaptive_max, shape_of_adaptive, "adaptive_max_pool2d",
         "AdaptiveMaxPool2d", LARGEST, PLANES_2, adaptive2d)

#define AVG_POOL(row, forwards, shape_function, ...)                                                         \
    const dsc_layer_row dsc_layer_##row = {                                                                  \
        .info = {ROW(__VA_ARGS__)}, .changeable = UINT32_MAX, .forward = forwards, .shape = shape_function};
AVG_POOL(avg_pool1d, forward_avg, shape_of_avg, "avg_pool1d", "AvgPool1d", MEAN, PLANES_1, avg1d)
AVG_POOL(avg_pool2d, forward_avg, shape_of_avg, "avg_pool2d", "AvgPool2d", MEAN, PLANES_2, avg2d)
AVG_POOL(adaptive_avg_pool1d, forward_adaptive_avg, shape_of_adaptive, "adaptive_avg_pool1d",
         "AdaptiveAvgPool1d", MEAN, PLANES_1, adaptive1d)
AVG_POOL(adaptive_avg_pool2d, forward_adaptive_avg, shape_of_adaptive, "adaptive_avg_pool2d",
         "AdaptiveAvgPool2d", MEAN, PLANES_2, adaptive2d)

/* What a layer is: its row in the table, and the parameters of one that was made. */
#ifndef DSC_LAYERS_LAYER_H
#define DSC_LAYERS_LAYER_H

#include <math.h>
#include <string.h>

#include "core/options.h"
#include "descent/layers.h"
#include "descent/operations.h"
#include "tensor/tensor.h"

struct dsc_layer {
    const struct dsc_layer_row *row;
    double values[DSC_MAX_OPTIONS];
    size_t count; /* of tensors: parameters and buffers, in PyTorch's order, its parts' behind them */
    dsc_layer_tensor *tensors;
    size_t part_count; /* of layers that it is made of */
    dsc_layer **parts;
    /* What `parametrization.h` does: those of its own parameters that are computed; whether there are any, or
     * any of its parts. */
    size_t computed_count;
    struct dsc_computed **computed;
    bool is_parametrized;
};

/* What forward may depend on: it writes to nothing else. */
typedef struct dsc_layer_mode {
    bool is_training;
    size_t output_count;       /* of those that are asked for, at least 1: others need not be made */
    dsc_activation activation; /* of the layer behind it, for layers that fuse it */
} dsc_layer_mode;

typedef struct dsc_layer_row {
    dsc_layer_info info;
    uint32_t changeable;     /* a bit for each option that only forward reads, and `make` need not check: set
                                later, or by a call */
    size_t output_dimension; /* of the weight: the one that goes over outputs */
    /* Makes the tensors, drawn in PyTorch's order. NULL: there are none. */
    dsc_status (*make)(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random);
    dsc_status (*forward)(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y);
    /* In its place for rows with several inputs and outputs: all of either, NULL where there is none. Those
     * that are made are left in y; after a failure, too. */
    dsc_status (*call)(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y);
    /* The output's shape, in place; the products' flops. Refuses what forward would. NULL: it stays, and
     * forward itself is asked, without numbers. */
    dsc_status (*shape)(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops);
} dsc_layer_row;

extern const dsc_layer_row *const dsc_layers[];
const dsc_layer_row *dsc_layer_named(const char *name); /* NULL for an unknown name */

/* How many of its tensors are not its parts'. */
size_t dsc_layer_own_count(const dsc_layer *layer);

/* The output's shape, in place; the products' flops, forward. */
dsc_status dsc_layer_shape(const dsc_layer *layer, dsc_dtype dtype, size_t *rank, size_t *shape,
                           double *flops);

/* For rows: one more tensor. Takes over the reference; a parameter will require gradients. */
dsc_status dsc_layer_add(dsc_layer *layer, const char *name, bool is_parameter, dsc_status status,
                         dsc_tensor *tensor);
/* A tensor full of a number: a parameter or a buffer. */
dsc_status dsc_layer_add_full(dsc_layer *layer, const char *name, bool is_parameter,
                              const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              double value);
/* A parameter drawn from U[-bound, bound). */
dsc_status dsc_layer_add_uniform(dsc_layer *layer, const char *name, const dsc_context *context,
                                 dsc_dtype dtype, dsc_random *random, size_t rank, const size_t *shape,
                                 double bound);
/* For rows: a layer of another row as a part, the last of `parts`. Its tensors become the layer's too, as
 * "part.weight". */
dsc_status dsc_layer_add_part(dsc_layer *layer, const char *name, const dsc_context *context, dsc_dtype dtype,
                              const char *row, size_t option_count, const dsc_option *options,
                              dsc_random *random);

/* The number in a name such as max_pool2d: of the dimensions that it goes over. */
static inline size_t dsc_layer_dimensions(const dsc_layer *layer) {
    return (size_t)(layer->row->info.name[strlen(layer->row->info.name) - 2] - '0');
}

#define DSC_LAYER_OPTIONS(table) .options = table, .option_count = sizeof(table) / sizeof *(table)
/* An option that must be given: a number of features. */
#define DSC_OPTION_SIZE(name, summary) DSC_OPTION_WHOLE(name, NAN, 1, summary)
/* A share that falls away; something small that is added. */
#define DSC_OPTION_SHARE(name, initial, summary)                                                             \
    { name, DSC_OPTION_REAL, initial, 0, 1, false, false, summary, NULL }
#define DSC_OPTION_EPS(name, initial, summary) DSC_OPTION_REAL_FROM(name, initial, 0, summary)
#define DSC_OPTION_BIAS DSC_OPTION_FLAG_AT("bias", 1, "whether a bias is added")
#define DSC_OPTION_BATCH_FIRST                                                                               \
    DSC_OPTION_FLAG_AT("batch_first", 0, "whether inputs are [N, L, E], not [L, N, E]")
#define DSC_OPTION_CAUSAL(name) DSC_OPTION_FLAG_AT(name, 0, "whether a query sees no key after its own place")
/* The rows of an option that has a number for each of one or two dimensions; what follows the name. */
#define DSC_OPTION_OF_1(name, ...)                                                                           \
    { name, __VA_ARGS__ }
#define DSC_OPTION_OF_2(name, ...)                                                                           \
    {name "[0]", __VA_ARGS__}, {                                                                             \
        name "[1]", __VA_ARGS__                                                                              \
    }

#endif

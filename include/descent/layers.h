/* Layers: the table of what there is, and single ones made from it. Networks are made of them: network.h. */
#ifndef DESCENT_LAYERS_H
#define DESCENT_LAYERS_H

#include "operations.h"
#include "options.h"

DSC_BEGIN_API

/* Inputs and outputs that a layer may have. */
enum { DSC_LAYER_MOST = 8 };

/* A row. Options without a default (initial is NaN) must be given. */
typedef struct dsc_layer_info {
    const char *name;
    const char *title;
    const char *source; /* the PyTorch page whose numbers, initialisation and state names it has */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
    const char *shapes; /* of the input and the output */
    /* For layers with several, their names in order, those that may be NULL last; input_count 0: one input
     * and one output. */
    const char *inputs[DSC_LAYER_MOST], *outputs[DSC_LAYER_MOST];
    size_t input_count, required_count, output_count;
    /* The first option is the extent of an input's dimension (negative ones count from the end): a text may
     * leave it out where the input's shape is known. */
    bool infers_input;
    int input_dimension;
    bool fuses_activation;     /* whether it can apply the activation behind it in its own pass */
    dsc_activation activation; /* which it is itself, to a layer before it that can */
} dsc_layer_info;

size_t dsc_layer_count(void);
const dsc_layer_info *dsc_layer_at(size_t index); /* NULL outside the table */
/* NULL for an unknown name. Capitals and underscores do not matter: "BatchNorm1d" is batch_norm1d. */
const dsc_layer_info *dsc_layer_find(const char *name);

/* ---- One layer ---- */

typedef struct dsc_layer dsc_layer;

/* A layer by its name in the table. dtype: of its parameters, float32 or float64; random: what they are drawn
 * from, in PyTorch's order (NULL where there are none). Refused: unknown layers and options, values out of
 * range, options missing. */
dsc_status dsc_layer_create(const dsc_context *context, dsc_dtype dtype, const char *name,
                            size_t option_count, const dsc_option *options, dsc_random *random,
                            dsc_layer **layer);
/* Passes NULL by. */
void dsc_layer_destroy(dsc_layer *layer);
/* Changes an option that only forward reads, such as batch_norm1d's momentum. Refused: those that stay as
 * they were when the layer was made, values out of range. */
dsc_status dsc_layer_set_option(dsc_layer *layer, const char *name, double value);
/* The row that it was made of; NULL for NULL. */
const dsc_layer_info *dsc_layer_info_of(const dsc_layer *layer);
/* An option's value. Refused: unknown ones. */
dsc_status dsc_layer_option(const dsc_layer *layer, const char *name, double *value);

/* A parameter, or a buffer that is saved with them, by PyTorch's name. The tensor is the layer's: no
 * reference is given. */
typedef struct dsc_layer_tensor {
    const char *name;
    dsc_tensor *tensor;
    bool is_parameter;
} dsc_layer_tensor;
size_t dsc_layer_tensor_count(const dsc_layer *layer); /* 0 for NULL */
dsc_status dsc_layer_tensor_at(const dsc_layer *layer, size_t index, dsc_layer_tensor *tensor);

/* y of x, in training or in evaluation, followed by an activation where the layer fuses them. Recorded. Of a
 * layer with several inputs and outputs x is the first, the others are NULL, and y is the first. Refused:
 * shapes and types that it does not take, layers that need more inputs. */
dsc_status dsc_layer_forward(const dsc_layer *layer, bool is_training, dsc_activation activation,
                             dsc_tensor *x, dsc_tensor **y);
/* The same for layers with several of them, as their row names them; inputs that may be missing are NULL, or
 * left out at the end. outputs: room for output_count of the row's first; an output that is not asked for,
 * such as indices or weights, is not made, and what the layer does not have becomes NULL. options: values for
 * this call alone, such as is_causal, of options that dsc_layer_set_option takes; NULL with a count of 0. The
 * layer is not written to: any number of threads may call one in evaluation, each with its own. */
dsc_status dsc_layer_call(const dsc_layer *layer, bool is_training, size_t option_count,
                          const dsc_option *options, size_t input_count, dsc_tensor *const *inputs,
                          size_t output_count, dsc_tensor **outputs);

/* ---- Parameters that are computed ---- */

/* A way to compute a parameter from others at each forward: a row of a small table. */
typedef struct dsc_parametrization_info {
    const char *name, *title;
    const char *source; /* the PyTorch page whose numbers and state names it has */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
} dsc_parametrization_info;

size_t dsc_parametrization_count(void);
const dsc_parametrization_info *dsc_parametrization_at(size_t index);       /* NULL outside the table */
const dsc_parametrization_info *dsc_parametrization_find(const char *name); /* NULL for an unknown name */

/* From now on a parameter of the layer ("weight"; of a part "linear1.weight") is computed at each forward,
 * recorded, from those that take its place among the layer's tensors, at the end of their layer or part:
 * "parametrizations.weight.original0", ... Its numbers stay as they are, but for rounding, or what the table
 * says. The tensor that the parameter was becomes the last of the originals. name: of the table; random: what
 * vectors are drawn from; NULL where nothing is. Refused: unknown names and options, values out of range,
 * buffers, parameters that are computed already or have an optimizer's memory (parameters.h).
 * Source: torch.nn.utils.parametrize.register_parametrization. */
dsc_status dsc_layer_parametrize(dsc_layer *layer, const char *parameter, const char *name,
                                 size_t option_count, const dsc_option *options, dsc_random *random);
/* A parameter, computed as in evaluation, recorded; the layer's own where it is not computed. The reference
 * is the caller's. */
dsc_status dsc_layer_parameter(const dsc_layer *layer, const char *parameter, dsc_tensor **value);

DSC_END_API
#endif

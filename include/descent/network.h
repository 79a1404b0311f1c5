/* Networks: layers one after another, with their parameters, training and files.
 *
 *     dsc_network *network;
 *     dsc_optimizer *optimizer;
 *     dsc_random random;
 *     dsc_random_seed(&random, 0);
 *     dsc_network_create(NULL, DSC_FLOAT32, &network);
 *     dsc_network_parse(network, "flatten linear(784, 512) relu linear(512, 10)", &random);
 *     dsc_network_optimizer(network, "sgd", 1, &(dsc_option){"lr", 0.1}, &optimizer);
 *     for (...) {
 *         dsc_tensor *logits, *loss;
 *         dsc_network_forward(network, batch, &logits);
 *         dsc_cross_entropy_loss(logits, targets, NULL, &loss);
 *         dsc_backward(loss, NULL, NULL);
 *         dsc_network_step(network, optimizer, NULL);
 *         dsc_tensor_release(loss);
 *         dsc_tensor_release(logits);
 *     }
 *
 * The same seed gives the weights that torch.nn.Sequential of these layers has. A network is changed by one
 * thread at a time; while nothing changes it and it is in evaluation mode, any number of them may call
 * forward. What returns no status does nothing with NULL, or gives 0 or false. */
#ifndef DESCENT_NETWORK_H
#define DESCENT_NETWORK_H

#include "layers.h"
#include "optimizers.h"
#include "tensor.h"

DSC_BEGIN_API

typedef struct dsc_network dsc_network;

/* Empty, in training mode. dtype: of all parameters, float32 or float64. */
dsc_status dsc_network_create(const dsc_context *context, dsc_dtype dtype, dsc_network **network);
/* Optimizers made for it must not step any more. */
void dsc_network_destroy(dsc_network *network);

/* One more layer at the end. name: a part of its parameters' names; NULL: its number, as in a Sequential.
 * random: what its parameters are drawn from. Refused: unknown layers and options, values out of range, names
 * that are taken or have a point in them, once it has an optimizer. */
dsc_status dsc_network_add(dsc_network *network, const char *name, const char *layer, size_t option_count,
                           const dsc_option *options, dsc_random *random);
/* Layers as text: names, each with options in brackets, in the table's order or by name: "linear(784, 10,
 * bias=false) relu". What has a number for each dimension takes one for all, or a list: "kernel_size=(3, 5)".
 * A parameter is computed by dsc_layer_parametrize with the layer in brackets, its name if it is not
 * "weight", and options: "weight_norm(linear(3, 4), dim=1) spectral_norm(rnn(4, 4), weight_hh_l0)". All or
 * none. */
dsc_status dsc_network_parse(dsc_network *network, const char *text, dsc_random *random);
/* The same for inputs of a shape: a layer's first option may then be left out where it is the input's extent,
 * as in "flatten linear(512) relu linear(10)". A text with all of them is read as before. Refused besides:
 * shapes that a layer does not take. */
dsc_status dsc_network_parse_for(dsc_network *network, const char *text, size_t rank, const size_t *shape,
                                 dsc_random *random);

/* y of the layers one after another. Recorded for the derivatives by all parameters, and by x where it
 * requires them. */
dsc_status dsc_network_forward(const dsc_network *network, dsc_tensor *x, dsc_tensor **y);

/* Training mode, or evaluation. */
void dsc_network_set_training(dsc_network *network, bool is_training);
bool dsc_network_is_training(const dsc_network *network);

/* ---- What it is made of ---- */

/* A parameter, or a buffer that is saved with them ("1.running_mean"). The tensor is the network's: no
 * reference is given. */
typedef struct dsc_network_entry {
    const char *name;
    dsc_tensor *tensor;
    bool is_parameter;
} dsc_network_entry;
size_t dsc_network_entry_count(const dsc_network *network);
dsc_status dsc_network_entry_at(const dsc_network *network, size_t index, dsc_network_entry *entry);

/* A layer, and what it makes of an input of a shape. */
typedef struct dsc_network_layer {
    const char *name;
    const dsc_layer_info *info;
    size_t rank, shape[DSC_MAX_RANK]; /* of its output */
    size_t parameters;                /* numbers to train */
    double flops;                     /* additions and multiplications of its products, forward */
} dsc_network_layer;
size_t dsc_network_layer_count(const dsc_network *network);
/* Layer `index`, the network's own: its options may be changed. NULL where there is none. */
dsc_layer *dsc_network_get_layer(dsc_network *network, size_t index);
/* Layer `index` for a network's input of this shape. Refused: shapes that a layer does not take. */
dsc_status dsc_network_layer_at(const dsc_network *network, size_t index, size_t rank, const size_t *shape,
                                dsc_network_layer *layer);

/* ---- Training ---- */

/* An optimizer for all parameters, which move into one buffer, as their gradients do into another: one for
 * each network. More groups, clipping and so on: optimizers.h. Destroy it with dsc_optimizer_destroy. */
dsc_status dsc_network_optimizer(dsc_network *network, const char *rule, size_t option_count,
                                 const dsc_option *options, dsc_optimizer **optimizer);
/* A step by the gradients there are, which then count as none. Refused: parameters without any gradient,
 * an optimizer that was made for other tensors. */
dsc_status dsc_network_step(dsc_network *network, dsc_optimizer *optimizer, dsc_step_report *report);
void dsc_network_zero_grad(dsc_network *network);

DSC_END_API
#endif

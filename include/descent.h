/* Descent: neural networks, optimizers and Newton's method on the CPU.
 *
 *  Introduction
 *
 * The library has three floors; a program may enter at any of them.
 *
 *   1. Networks (network.h): layers from a text or a table, trained and saved in a few calls.
 *   2. Tensors (tensor.h, operations.h, losses.h, autodiff.h): whatever is computed with them can be
 *      differentiated, to any order. Predictions are measured by metrics.h; formula.h reads functions from
 * text.
 *   3. Buffers: kernels and engines over memory of the caller's, without tensors. Optimizers (optimizers.h)
 *      with schedules for their options (schedules.h), and Newton's method with its regressions (newton.h,
 *      glm.h) for numbers that live elsewhere; products (linalg.h), losses (loss_kernels.h), layers
 *      (layer_kernels.h), elementwise operations (elementwise.h).
 *
 *  The simple way
 *
 *     dsc_network *network = NULL;
 *     dsc_optimizer *optimizer = NULL;
 *     dsc_random random;
 *     dsc_random_seed(&random, 0);
 *     dsc_network_create(NULL, DSC_FLOAT32, &network);
 *     dsc_network_parse(network, "linear(784, 512) relu linear(512, 10)", &random);
 *     dsc_network_optimizer(network, "adam", 1, &(dsc_option){"lr", 1e-3}, &optimizer);
 *
 *     for each batch of float32 images [64, 784] and int64 labels [64]:
 *         dsc_tensor *x, *y, *logits, *loss;
 *         dsc_tensor_wrap(NULL, DSC_FLOAT32, 2, (size_t[]){64, 784}, NULL, images, NULL, NULL, &x);
 *         dsc_tensor_wrap(NULL, DSC_INT64, 1, (size_t[]){64}, NULL, labels, NULL, NULL, &y);
 *         dsc_network_forward(network, x, &logits);
 *         dsc_cross_entropy_loss(logits, y, NULL, &loss);
 *         dsc_backward(loss, NULL, NULL);
 *         dsc_network_step(network, optimizer, NULL);
 *         and dsc_tensor_release for each of the four
 *
 *     dsc_network_save(network, "model.safetensors");
 *     dsc_optimizer_destroy(optimizer);
 *     dsc_network_destroy(network);
 *
 * Each call returns a status, to be looked at: `if (status < 0) puts(dsc_last_error());`.
 * Examples/C/train.c is a whole program.
 *
 *  Conventions, true of every function unless its own section says otherwise
 *
 *   - A function returns a dsc_status: 0 = done, negative = refused, positive = done with a remark.
 *     dsc_last_error has the sentence: what was given, and what would be right.
 *   - Arguments are checked before anything is written: a refused call changes nothing, and a result
 *     parameter is written only where the call succeeds.
 *   - What a function makes is the caller's, to be ended by dsc_..._destroy, dsc_tensor_release or dsc_free;
 *     these ignore NULL. What it only shows stays the owner's.
 *   - Buffers are passed as (dsc_dtype, void *), row-major and contiguous; outputs must not overlap inputs.
 *   - A NULL context means the process default (context.h).
 *   - Results are the same, bit for bit, for every number of threads.
 *   - Nothing prints, and nothing ends the process.
 *
 *  The rest
 *
 * The headers below, each with an introduction of its own, in the order in which they build on one another.
 */
#ifndef DESCENT_H
#define DESCENT_H

/* What everything stands on: statuses, threads and memory, random numbers, options by name. */
#include "descent/status.h"

#include "descent/context.h"
#include "descent/options.h"
#include "descent/random.h"

/* Over buffers. */
#include "descent/data.h"
#include "descent/elementwise.h"
#include "descent/layer_kernels.h"
#include "descent/linalg.h"
#include "descent/loss_kernels.h"

/* Tensors and their derivatives. */
#include "descent/tensor.h"

#include "descent/activations.h"
#include "descent/attention.h"
#include "descent/autodiff.h"
#include "descent/convolution.h"
#include "descent/embedding.h"
#include "descent/formula.h"
#include "descent/initialize.h"
#include "descent/losses.h"
#include "descent/metrics.h"
#include "descent/normalization.h"
#include "descent/operations.h"
#include "descent/recurrent.h"
#include "descent/pooling.h"

/* Training. */
#include "descent/optimizers.h"

#include "descent/checkpoint.h"
#include "descent/layers.h"
#include "descent/network.h"
#include "descent/parameters.h"
#include "descent/schedules.h"

/* Small, smooth problems. */
#include "descent/glm.h"
#include "descent/newton.h"

#endif

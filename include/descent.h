/* Descent: neural-network training kernels and optimizers on the CPU. Umbrella header.
 *
 * Conventions, true of every function unless its own section says otherwise:
 *   - buffers are passed as (dsc_dtype, void *), row-major and contiguous;
 *   - a function returns a dsc_status: 0 = done, negative = refused, positive = done with a remark;
 *   - arguments are checked before anything is written: a refused call changes nothing;
 *   - outputs must not overlap inputs;
 *   - a NULL context means the process default (see descent/context.h);
 *   - results are the same, bit for bit, for every number of threads.
 */
#ifndef DESCENT_H
#define DESCENT_H

#include "descent/autodiff.h"
#include "descent/checkpoint.h"
#include "descent/context.h"
#include "descent/data.h"
#include "descent/elementwise.h"
#include "descent/glm.h"
#include "descent/layer_kernels.h"
#include "descent/layers.h"
#include "descent/linalg.h"
#include "descent/loss_kernels.h"
#include "descent/losses.h"
#include "descent/network.h"
#include "descent/newton.h"
#include "descent/operations.h"
#include "descent/optimizers.h"
#include "descent/options.h"
#include "descent/random.h"
#include "descent/status.h"
#include "descent/tensor.h"

#endif

/* Activations, element by element, and dropout. They are operations (operations.h): float32 and float64, any
 * shape, recorded; options that are NaN are refused. Where a function has a kink its derivative is the one
 * that PyTorch's has, which is said here. Values and first derivatives are one kernel each, second
 * derivatives come of the formula. relu, sigmoid, log_sigmoid, tanh, softmax and log_softmax are in
 * operations.h.
 *
 * Sources: the functions of these names in torch.nn.functional. */
#ifndef DESCENT_ACTIVATIONS_H
#define DESCENT_ACTIVATIONS_H

#include "tensor.h"

DSC_BEGIN_API

/* x where x > 0, else slope x: the derivative at 0 is the slope. */
dsc_status dsc_leaky_relu(dsc_tensor *x, double slope, dsc_tensor **result);
/* The same with slopes that are learned: one, or one for each channel, which is dimension 1 (of a vector
 * there is one channel). The slopes' gradients are sums as dsc_sum's. Refused: a weight that is no vector, or
 * of another length. He et al. 2015, arXiv:1502.01852. */
dsc_status dsc_prelu(dsc_tensor *x, dsc_tensor *weight, dsc_tensor **result);
/* x where x > 0, else r x; in training each r is drawn from [lower, upper] (from the context's stream:
 * context.h), in evaluation it is the middle. Refused: lower > upper, infinities. Xu et al. 2015,
 * arXiv:1505.00853. */
dsc_status dsc_rrelu(dsc_tensor *x, double lower, double upper, bool training, dsc_tensor **result);
/* scale x where x > 0, else scale alpha (e^(input_scale x) - 1), whose derivative is also that at 0. elu has
 * scales of 1. Clevert et al. 2016, arXiv:1511.07289. */
dsc_status dsc_elu(dsc_tensor *x, double alpha, double scale, double input_scale, dsc_tensor **result);
/* elu with input_scale 1 / alpha. Refused: alpha 0. Barron 2017, arXiv:1704.07483. */
dsc_status dsc_celu(dsc_tensor *x, double alpha, dsc_tensor **result);
/* elu with the numbers that keep mean 0 and variance 1. Klambauer et al. 2017, arXiv:1706.02515. */
dsc_status dsc_selu(dsc_tensor *x, dsc_tensor **result);
/* x P(x), P being the share of the normal distribution below x; approximate: x / 2 (1 + tanh(sqrt(2 / pi) (x
 * + 0.044715 x^3))). The tail keeps its digits, which PyTorch's does not. Hendrycks and Gimpel 2016,
 * arXiv:1606.08415. */
dsc_status dsc_gelu(dsc_tensor *x, bool approximate, dsc_tensor **result);
/* x / (1 + e^-x). Also called swish. */
dsc_status dsc_silu(dsc_tensor *x, dsc_tensor **result);
/* x tanh(log(1 + e^x)). Misra 2019, arXiv:1908.08681. */
dsc_status dsc_mish(dsc_tensor *x, dsc_tensor **result);
/* log(1 + e^(beta x)) / beta; x itself where beta x > threshold. Without overflow at any threshold: INFINITY
 * is one. PyTorch's defaults are 1 and 20. */
dsc_status dsc_softplus(dsc_tensor *x, double beta, double threshold, dsc_tensor **result);
/* x / (1 + |x|) */
dsc_status dsc_softsign(dsc_tensor *x, dsc_tensor **result);
/* x - tanh x */
dsc_status dsc_tanhshrink(dsc_tensor *x, dsc_tensor **result);
/* x less lambda where x > lambda, plus lambda where x < -lambda, else 0; there, and at +-lambda, the
 * derivative is 0. Refused: lambda < 0. */
dsc_status dsc_softshrink(dsc_tensor *x, double lambda, dsc_tensor **result);
/* x where |x| > lambda, else 0, as is the derivative. */
dsc_status dsc_hardshrink(dsc_tensor *x, double lambda, dsc_tensor **result);
/* min(max(x, low), high), with derivative 0 at both ends (dsc_clamp's is 1). Refused: low > high. */
dsc_status dsc_hardtanh(dsc_tensor *x, double low, double high, dsc_tensor **result);
/* hardtanh from 0 to 6. */
dsc_status dsc_relu6(dsc_tensor *x, dsc_tensor **result);
/* min(max(x + 3, 0), 6) / 6, with derivative 0 at both ends, and 1 / 6, rounded to float32, between. */
dsc_status dsc_hardsigmoid(dsc_tensor *x, dsc_tensor **result);
/* x hardsigmoid(x): the derivative is 0 at -3 and 1 at 3. Howard et al. 2019, arXiv:1905.02244. */
dsc_status dsc_hardswish(dsc_tensor *x, dsc_tensor **result);
/* x where x > threshold, else a value, with derivative 0. */
dsc_status dsc_threshold(dsc_tensor *x, double threshold, double value, dsc_tensor **result);

/* Along a dimension: softmax of -x; the first half times the logistic function of the second. Refused by glu:
 * an odd extent. Dauphin et al. 2016, arXiv:1612.08083. */
dsc_status dsc_softmin(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
dsc_status dsc_glu(dsc_tensor *x, int64_t dimension, dsc_tensor **result);

/* ---- Dropout, in training ---- */

/* Numbers are zeroed with probability p, and the others divided by 1 - p. What falls away depends on the
 * context's stream (context.h) and the number's place in x, never on threads; a call draws once, as its
 * derivatives do not. At p = 0 the result is x itself, and nothing is drawn; where x is infinite or NaN a
 * zeroed number is NaN. Refused: p outside [0, 1]. Evaluation is to leave it out. Srivastava et al. 2014. */
dsc_status dsc_dropout(dsc_tensor *x, double p, dsc_tensor **result);
/* Whole channels: x is [N, C, ...], and each of the N C channels falls away or stays. Refused: fewer than two
 * dimensions. dropout1d, 2d and 3d are this. Tompson et al. 2015, arXiv:1411.4280. */
dsc_status dsc_feature_dropout(dsc_tensor *x, double p, dsc_tensor **result);
/* What falls away becomes what selu tends to for large negative numbers; then all are scaled and shifted so
 * that numbers of mean 0 and variance 1 keep both. Klambauer et al. 2017, arXiv:1706.02515. */
dsc_status dsc_alpha_dropout(dsc_tensor *x, double p, dsc_tensor **result);
dsc_status dsc_feature_alpha_dropout(dsc_tensor *x, double p, dsc_tensor **result);

DSC_END_API
#endif

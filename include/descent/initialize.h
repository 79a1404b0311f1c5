/* Initial numbers for parameters: in place, into a float32 or float64 tensor of any strides, drawn in
 * PyTorch's order: the same seed gives the same numbers, those that are made of normal ones within random.h's
 * ULPs. Nothing is recorded; the tensor counts as changed. Refused by all: NULL, other types
 * (DSC_ERROR_DTYPE), shapes that do not fit (DSC_ERROR_SIZE), numbers that are NaN or out of their range
 * (DSC_ERROR_ARGUMENT). Tensors without numbers are left alone, and nothing is drawn.
 *
 * Constants: dsc_tensor_fill (tensor.h). Source: torch.nn.init. */
#ifndef DESCENT_INITIALIZE_H
#define DESCENT_INITIALIZE_H

#include "random.h"
#include "tensor.h"

DSC_BEGIN_API

/* U[low, high), N(mean, deviation^2): see random.h. */
dsc_status dsc_initialize_uniform(dsc_tensor *tensor, dsc_random *random, double low, double high);
dsc_status dsc_initialize_normal(dsc_tensor *tensor, dsc_random *random, double mean, double deviation);
/* N(mean, deviation^2) within [low, high]: drawn again where it is outside; from U[low, high), with the
 * normal distribution's share accepted, where at most 0.3 of it lie inside. Refused: a deviation that is not
 * above 0, low >= high; there, limits that are infinite or so far apart that next to nothing is accepted. */
dsc_status dsc_initialize_trunc_normal(dsc_tensor *tensor, dsc_random *random, double mean, double deviation,
                                       double low, double high);

/* What a nonlinearity asks the deviation of the weights before it to be multiplied by, for it to keep the
 * variance; slope: of leaky_relu. As torch.nn.init.calculate_gain; NaN for another nonlinearity. */
typedef enum dsc_nonlinearity {
    DSC_GAIN_LINEAR, /* and convolutions, and none */
    DSC_GAIN_SIGMOID,
    DSC_GAIN_TANH,
    DSC_GAIN_RELU,
    DSC_GAIN_LEAKY_RELU,
    DSC_GAIN_SELU
} dsc_nonlinearity;
double dsc_gain(dsc_nonlinearity nonlinearity, double slope);

/* The numbers that make up one of the outputs (shape[1] shape[2] ...), and those that one of the inputs goes
 * into (shape[0] shape[2] ...). Refused: fewer than two dimensions. */
typedef enum dsc_fan { DSC_FAN_IN, DSC_FAN_OUT } dsc_fan;
dsc_status dsc_fan_of(const dsc_tensor *tensor, dsc_fan fan, double *count);

/* With deviation gain sqrt(2 / (fan in + fan out)): U[-a, a) with a = sqrt(3) deviation, or N(0,
 * deviation^2). Glorot and Bengio 2010. */
dsc_status dsc_initialize_xavier_uniform(dsc_tensor *tensor, dsc_random *random, double gain);
dsc_status dsc_initialize_xavier_normal(dsc_tensor *tensor, dsc_random *random, double gain);
/* The same with deviation dsc_gain(nonlinearity, slope) / sqrt(fan). He et al. 2015, arXiv:1502.01852. */
dsc_status dsc_initialize_kaiming_uniform(dsc_tensor *tensor, dsc_random *random, double slope, dsc_fan fan,
                                          dsc_nonlinearity nonlinearity);
dsc_status dsc_initialize_kaiming_normal(dsc_tensor *tensor, dsc_random *random, double slope, dsc_fan fan,
                                         dsc_nonlinearity nonlinearity);

/* gain times a matrix whose rows, or columns, whichever are fewer, are orthonormal; dimensions after the
 * first count as columns. From Householder's QR of normal numbers, the signs being those of R's diagonal.
 * Refused: fewer than two dimensions. Saxe et al. 2014, arXiv:1312.6120. */
dsc_status dsc_initialize_orthogonal(dsc_tensor *tensor, dsc_random *random, double gain);
/* N(0, deviation^2), with a share of every column's numbers, rounded up, zeroed. Refused: other than two
 * dimensions. Martens 2010. */
dsc_status dsc_initialize_sparse(dsc_tensor *tensor, dsc_random *random, double sparsity, double deviation);
/* 1 on the diagonal of a matrix, else 0. */
dsc_status dsc_initialize_eye(dsc_tensor *tensor);
/* What makes a convolution hand on its input's channels, as many as there are, in each of `groups`: 1 at the
 * middle of the kernel of channel c for output c. Refused: other than 3 to 5 dimensions, groups that do not
 * divide the first. */
dsc_status dsc_initialize_dirac(dsc_tensor *tensor, size_t groups);

DSC_END_API
#endif

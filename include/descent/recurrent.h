/* Recurrent layers: one layer and direction over a whole sequence is one operation (operations.h). They are
 * differentiable any number of times, float32 and float64.
 *
 *     x        T x N x I: T steps of N sequences
 *     h0       N x R, the state before the first step; NULL: zeros. R is H, the number of units, but with a
 *              projection
 *     weights  of G gates: see dsc_recurrent_weights
 *     lengths  int64, N: how many steps of each sequence count, from the first on; NULL: all T. Behind them y
 *              is 0 and x is not read. As torch.nn.utils.rnn's pack_padded_sequence, the operation, and
 *              pad_packed_sequence with total_length T; in any order
 *     reverse  from the last step to the first, of each sequence by its length
 *     y        T x N x R, the state after each step, at the step's place
 *
 * Refused, with DSC_ERROR_SIZE or DSC_ERROR_DTYPE: shapes that do not fit one another, sequences of no step
 * (as PyTorch), lengths outside 1 ... T. */
#ifndef DESCENT_RECURRENT_H
#define DESCENT_RECURRENT_H

#include "tensor.h"

DSC_BEGIN_API

/* With PyTorch's names. The rows of gates follow one another: w_ih is G H x I, w_hh G H x R. */
typedef struct dsc_recurrent_weights {
    dsc_tensor *w_ih, *w_hh;
    dsc_tensor *b_ih, *b_hh; /* G H; NULL: none */
    dsc_tensor *w_hr;        /* R x H, the projection of an LSTM; NULL: none, and so for the others */
} dsc_recurrent_weights;

/* h = tanh(w_ih x + b_ih + w_hh h' + b_hh), or max(..., 0) with `relu`. G = 1. Source: torch.nn.RNN. */
dsc_status dsc_rnn(dsc_tensor *x, dsc_tensor *h0, const dsc_recurrent_weights *weights, bool relu,
                   dsc_tensor *lengths, bool reverse, dsc_tensor **y);

/* r = sigmoid(w_ir x + b_ir + w_hr h' + b_hr), z likewise, n = tanh(w_in x + b_in + r (w_hn h' + b_hn)),
 * h = (1 - z) n + z h'. G = 3: r, z, n. Sources: torch.nn.GRU; Cho et al. 2014, arXiv:1406.1078, but for the
 * place of r. */
dsc_status dsc_gru(dsc_tensor *x, dsc_tensor *h0, const dsc_recurrent_weights *weights, dsc_tensor *lengths,
                   bool reverse, dsc_tensor **y);

/* i, f, o = sigmoid(w_i. x + b_i. + w_h. h' + b_h.), g = tanh of the same, c = f c' + i g, h = o tanh(c), or
 * w_hr (o tanh(c)). G = 4: i, f, g, o. c0: N x H, the cells before the first step; NULL: zeros. c_n: N x H,
 * the cells after the last one. NULL: not wanted. Sources: torch.nn.LSTM; Hochreiter and Schmidhuber 1997;
 * with a projection Sak et al. 2014, arXiv:1402.1128. */
dsc_status dsc_lstm(dsc_tensor *x, dsc_tensor *h0, dsc_tensor *c0, const dsc_recurrent_weights *weights,
                    dsc_tensor *lengths, bool reverse, dsc_tensor **y, dsc_tensor **c_n);

/* The state after the last step of each sequence: N x R, out of y. Source: h_n of torch.nn.RNN. */
dsc_status dsc_last_state(dsc_tensor *y, dsc_tensor *lengths, bool reverse, dsc_tensor **h_n);

DSC_END_API
#endif

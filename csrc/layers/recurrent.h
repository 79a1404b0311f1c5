/* What recurrent layers and their cells share. */
#ifndef DSC_LAYERS_RECURRENT_H
#define DSC_LAYERS_RECURRENT_H

#include "autodiff/pullback.h"
#include "descent/recurrent.h"
#include "layers/layer.h"

typedef enum dsc_recurrent_kind { DSC_KIND_RNN, DSC_KIND_GRU, DSC_KIND_LSTM } dsc_recurrent_kind;

static inline size_t dsc_kind_gates(dsc_recurrent_kind kind) {
    return kind == DSC_KIND_LSTM ? 4 : kind == DSC_KIND_GRU ? 3 : 1;
}

/* What tanh and max(x, 0) are called, as a choice. */
extern const char *const dsc_nonlinearities[];
#define DSC_OPTION_NONLINEARITY                                                                              \
    {                                                                                                        \
        "nonlinearity", DSC_OPTION_CHOICE, 0, 0, 1, false, false, "of the sum: tanh, or max(x, 0)",          \
            dsc_nonlinearities                                                                               \
    }

/* The sizes of one layer and direction. projected: 0 without a projection. */
typedef struct dsc_recurrent_sizes {
    dsc_recurrent_kind kind;
    size_t inputs, hidden, projected;
    bool has_bias;
} dsc_recurrent_sizes;

static inline size_t dsc_state_size(const dsc_recurrent_sizes *sizes) {
    return sizes->projected > 0 ? sizes->projected : sizes->hidden;
}
static inline size_t dsc_weight_count(const dsc_recurrent_sizes *sizes) {
    return 2 + (sizes->has_bias ? 2 : 0) + (sizes->projected > 0 ? 1 : 0);
}
/* Adds its parameters, each called with `suffix` behind: uniform in -1 / sqrt(hidden) ... 1 / sqrt(hidden),
 * in PyTorch's order. */
dsc_status dsc_add_weights(dsc_layer *layer, const dsc_recurrent_sizes *sizes, const char *suffix,
                           const dsc_context *context, dsc_dtype dtype, dsc_random *random);
/* Those that begin with tensor `first` of the layer. */
dsc_recurrent_weights dsc_weights_at(const dsc_layer *layer, const dsc_recurrent_sizes *sizes, size_t first);

/* The operation. c0, c_n: of an LSTM. relu: of an RNN. */
typedef struct dsc_recurrent_run {
    dsc_tensor *x, *h0, *c0, *lengths;
    bool relu, reverse, wants_cells;
    dsc_tensor *y, *c_n; /* made */
} dsc_recurrent_run;
void dsc_run_recurrent(dsc_pullback *p, dsc_recurrent_kind kind, const dsc_recurrent_weights *weights,
                       dsc_recurrent_run *run);

/* Refuses an input of another rank or shape. NULL: nothing to check. */
dsc_status dsc_check_state(const char *layer, const char *name, const dsc_tensor *t, size_t rank,
                           const size_t *shape);

#endif

/* A weight by its largest singular value, as the power method estimates it. */
#include "descent/autodiff.h"
#include "layers/parametrization.h"

enum { ITERATIONS, EPS, DIM };
enum { ORIGINAL, LEFT, RIGHT };
enum { NO_DIM = -DSC_MAX_RANK - 1, FIRST_ITERATIONS = 15 };

static const char *const none[] = {"none"};
static const dsc_option_info options[] = {
    [ITERATIONS] = {"n_power_iterations", DSC_OPTION_INTEGER, 1, 1, 0x1p31 - 1, false, false,
                    "of the power method, at each forward in training", NULL},
    [EPS] = DSC_OPTION_EPS("eps", 1e-12, "the least norm that is divided by"),
    [DIM] = {"dim", DSC_OPTION_INTEGER, NO_DIM, NO_DIM, DSC_MAX_RANK - 1, false, false,
             "the dimension that becomes the matrix's rows, negative ones from the end; none: that of the "
             "outputs",
             none},
};

static const dsc_operation operation = {.name = "spectral_norm"};

static size_t dimension_of(const dsc_computed *c, const dsc_tensor *parameter) {
    const double dim = c->values[DIM];
    return dim == NO_DIM ? c->layer->output_dimension : (size_t)(dim < 0 ? dim + parameter->rank : dim);
}

/* `to` becomes the direction of matrix * from. */
static dsc_status turn(const dsc_computed *c, dsc_tensor *matrix, dsc_tensor *from, dsc_tensor *to) {
    dsc_tensor *made = NULL, *direction = NULL;
    DSC_EXPRESSION(&operation);
    made = x_direction(p, x_matmul(p, matrix, from), c->values[EPS]);
    DSC_TRY(dsc_expression_end(p, made, &direction));
    dsc_status status = dsc_tensor_assign(to, direction);
    dsc_tensor_release(direction);
    return status;
}

static dsc_status iterate(const dsc_computed *c, size_t count) {
    dsc_tensor *original = c->tensors[ORIGINAL];
    const bool records = dsc_set_recording(false);
    DSC_EXPRESSION(&operation);
    dsc_tensor *matrix = x_matrix(p, original, dimension_of(c, original));
    dsc_tensor *transposed = x_transposed(p, matrix);
    for (size_t i = 0; i < count && p->status == DSC_OK; ++i) {
        p->status = turn(c, matrix, c->tensors[RIGHT], c->tensors[LEFT]);
        if (p->status == DSC_OK)
            p->status = turn(c, transposed, c->tensors[LEFT], c->tensors[RIGHT]);
    }
    dsc_release_temporaries(p);
    dsc_set_recording(records);
    return p->status;
}

/* N(0, 1), made as long as 1. */
static dsc_status draw(const dsc_computed *c, const dsc_tensor *like, size_t n, dsc_random *random,
                       dsc_tensor **vector) {
    dsc_tensor *made = NULL;
    DSC_EXPRESSION(&operation);
    made = x_call(p, made, dsc_tensor_normal(dsc_context_of(like), like->dtype, 1, &n, random, 0, 1, &made));
    return dsc_expression_end(p, x_direction(p, made, c->values[EPS]), vector);
}

/* As in PyTorch, which tries it out in training when it is registered: with the iterations of one forward
 * more. */
static dsc_status make(dsc_computed *c, dsc_tensor *parameter, dsc_random *random) {
    const double rank = parameter->rank, dim = c->values[DIM];
    if (dim != NO_DIM && (dim >= rank || dim < -rank))
        return dsc_fail(DSC_ERROR_OPTION, "spectral_norm: dim is %g, must be in [%g, %g], as the shape is %s",
                        dim, -rank, rank - 1, dsc_shape_text(parameter->rank, parameter->shape).text);
    c->tensors[ORIGINAL] = dsc_tensor_retain(parameter);
    c->count = 1;
    if (parameter->rank == 1)
        return DSC_OK;
    if (random == NULL)
        return dsc_fail_null("spectral_norm", "random");
    const size_t rows = parameter->shape[dimension_of(c, parameter)];
    DSC_TRY(draw(c, parameter, rows, random, &c->tensors[LEFT]));
    c->count = 2;
    DSC_TRY(draw(c, parameter, parameter->count / rows, random, &c->tensors[RIGHT]));
    c->count = 3;
    return iterate(c, FIRST_ITERATIONS + (size_t)c->values[ITERATIONS]);
}

static dsc_status evaluate(const dsc_computed *c, bool is_training, dsc_tensor **parameter) {
    dsc_tensor *original = c->tensors[ORIGINAL], *left = NULL, *right = NULL;
    if (c->count > 1 && is_training)
        DSC_TRY(iterate(c, (size_t)c->values[ITERATIONS]));
    DSC_EXPRESSION(&operation);
    if (c->count == 1)
        return dsc_expression_end(p, x_direction(p, original, c->values[EPS]), parameter);
    /* Copies: the next forward changes them, when this one's graph may still be walked. */
    left = x_call(p, left, dsc_clone(c->tensors[LEFT], &left));
    right = x_call(p, right, dsc_clone(c->tensors[RIGHT], &right));
    dsc_tensor *matrix = x_matrix(p, original, dimension_of(c, original));
    dsc_tensor *norm = x_sum(p, x_multiply(p, left, x_matmul(p, matrix, right)), 0, NULL, false);
    return dsc_expression_end(p, x_divide(p, original, norm), parameter);
}

const dsc_parametrization_row dsc_parametrization_spectral_norm = {
    .info = {.name = "spectral_norm",
             .title = "Spectral normalization",
             .source = "torch.nn.utils.parametrizations.spectral_norm",
             .formula = "original / (u^T W v), W being original as a matrix; a vector by its norm",
             DSC_LAYER_OPTIONS(options)},
    .names = {"original", "0._u", "0._v"},
    .parameters = 1,
    .make = make,
    .evaluate = evaluate,
};

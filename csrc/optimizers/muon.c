#ifdef DSC_REAL

#include "core/real_math.h"

/* Momentum; the update goes into the workspace. Sums its squares. */
DSC_MULTIVERSION
static void DSC_NAME(gather)(const dsc_tensor_step *s, const double *argument, size_t start, size_t n,
                             double *partials) {
    (void)argument;
    const DSC_REAL momentum = (DSC_REAL)s->coefficients->value[MOMENTUM], weight = 1 - momentum;
    const bool nesterov = s->coefficients->value[NESTEROV] != 0;
    const DSC_REAL *g = (const DSC_REAL *)s->g + start;
    DSC_REAL *restrict buffer = (DSC_REAL *)s->state[0] + start, *restrict x =
                                                                     (DSC_REAL *)s->workspace + start;
    DSC_WIDE sums[DSC_LANES] = {0};
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(buffer[i], g[i], weight);
        const DSC_REAL update = nesterov ? DSC_NAME(dsc_lerp)(g[i], mean, momentum) : mean;
        buffer[i] = mean;
        x[i] = update;
        sums[i % DSC_LANES] += (DSC_WIDE)update * (DSC_WIDE)update;
    }
    for (size_t l = 0; l < DSC_LANES; ++l)
        partials[0] += sums[l];
}

DSC_MULTIVERSION
static void DSC_NAME(scale)(const dsc_tensor_step *s, const double *factor, size_t start, size_t n,
                            double *partials) {
    (void)partials;
    DSC_REAL *x = (DSC_REAL *)s->workspace + start;
    for (size_t i = 0; i < n; ++i)
        x[i] *= (DSC_REAL)*factor;
}

DSC_MULTIVERSION
static void DSC_NAME(move)(const dsc_tensor_step *s, const double *rate, size_t start, size_t n,
                           double *partials) {
    (void)partials;
    DSC_REAL *p = (DSC_REAL *)s->p + start;
    const DSC_REAL *x = (const DSC_REAL *)s->workspace + start;
    for (size_t i = 0; i < n; ++i)
        p[i] -= (DSC_REAL)*rate * x[i];
}

#else

#include <math.h>
#include <string.h>

#include "descent/linalg.h"
#include "optimizers/tensor.h"

/* The options; the coefficients too. */
enum { LR, WEIGHT_DECAY, MOMENTUM, NESTEROV, NS_A, NS_B, NS_C, EPS, NS_STEPS, ADJUST_LR };
enum { ORIGINAL, MATCH_RMS_ADAMW };

#define DSC_TEMPLATE "optimizers/muon.c"
#include "core/instantiate.h"

static const char *const adjustments[] = {"original", "match_rms_adamw"};

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [WEIGHT_DECAY] = DSC_OPTION_SHRINKING_DECAY(0.1),
    [MOMENTUM] = DSC_OPTION_REAL_FROM("momentum", 0.95, 0, "decay of the running mean of gradients"),
    [NESTEROV] = DSC_OPTION_FLAG_AT("nesterov", 1, "mix the gradient into the mean once more"),
    [NS_A] = DSC_OPTION_REAL_ANY("ns_a", 3.4445, "Newton-Schulz: X = a X + (b G + c G^2) X, G = X X^T"),
    [NS_B] = DSC_OPTION_REAL_ANY("ns_b", -4.7750, "its b"),
    [NS_C] = DSC_OPTION_REAL_ANY("ns_c", 2.0315, "its c"),
    [EPS] = DSC_OPTION_REAL_FROM("eps", 1e-7, 0, "least norm that the mean is divided by"),
    [NS_STEPS] = DSC_OPTION_WHOLE_IN("ns_steps", 5, 0, 99, "Newton-Schulz iterations"),
    [ADJUST_LR] = DSC_OPTION("adjust_lr_fn", DSC_OPTION_CHOICE, ORIGINAL, 0, MATCH_RMS_ADAMW, false, false,
                             "lr times sqrt(max(1, rows / columns)), or times 0.2 sqrt(max(rows, columns))",
                             adjustments),
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    for (int i = LR; i <= ADJUST_LR; ++i)
        c->value[i] = values[i];
}

/* X, the next X, the Gram matrix of its shorter side and the polynomial of that. */
static size_t workspace(size_t batch, size_t rows, size_t columns) {
    (void)batch;
    size_t side = dsc_min_size(rows, columns);
    return 2 * rows * columns + 2 * side * side;
}

static void orthogonalize(const dsc_tensor_step *s) {
    const double *value = s->coefficients->value;
    size_t m = s->rows, n = s->columns, side = dsc_min_size(m, n), real = dsc_dtype_size(s->dtype);
    char *x = s->workspace, *next = x + m * n * real, *gram = next + m * n * real;
    char *polynomial = gram + side * side * real;
    bool is_tall = m > n;
    /* The products' sizes were checked when the group was made. */
    for (int i = 0; i < (int)value[NS_STEPS]; ++i) {
        dsc_gemm(s->context, s->dtype, is_tall, !is_tall, side, side, is_tall ? m : n, 1, x, x, 0, gram);
        memcpy(polynomial, gram, side * side * real);
        dsc_gemm(s->context, s->dtype, false, false, side, side, side, value[NS_C], gram, gram, value[NS_B],
                 polynomial);
        memcpy(next, x, m * n * real);
        dsc_gemm(s->context, s->dtype, false, false, m, n, side, 1, is_tall ? x : polynomial,
                 is_tall ? polynomial : x, value[NS_A], next);
        char *swap = x;
        x = next;
        next = swap;
    }
    if (x != s->workspace)
        memcpy(s->workspace, x, m * n * real);
}

static void step_tensor(const dsc_tensor_step *s) {
    const double *value = s->coefficients->value;
    double sums[DSC_PARTIALS], rows = (double)s->rows, columns = (double)s->columns;
    dsc_tensor_run(s, DSC_PICK(s->dtype, gather), NULL, sums);
    double factor = 1 / fmax(sqrt(sums[0]), value[EPS]);
    if (isnan(sums[0]))
        factor = NAN; /* which fmax would hide */
    dsc_tensor_run(s, DSC_PICK(s->dtype, scale), &factor, NULL);
    orthogonalize(s);
    double rate = value[LR] * (value[ADJUST_LR] == ORIGINAL ? sqrt(fmax(1, rows / columns))
                                                            : 0.2 * sqrt(fmax(rows, columns)));
    dsc_tensor_run(s, DSC_PICK(s->dtype, move), &rate, NULL);
}

const dsc_rule dsc_rule_muon = {
    .info =
        {.name = "muon",
         .title = "Muon: momentum made orthogonal, for matrices",
         .source = "torch.optim.Muon, in the parameters' type instead of bfloat16; Jordan 2024, "
                   "Muon: An optimizer for hidden layers",
         .formula =
             "m += (1 - momentum)(g - m); X = (g + momentum (m - g) with nesterov, else m), divided by its "
             "norm, ns_steps times X = a X + (b G + c G^2) X with G = X X^T; "
             "w = (1 - lr weight_decay) w - lr f X, f from adjust_lr_fn",
         DSC_OPTIONS(options),
         .slots = {"momentum_buffer"},
         .kind = DSC_RULE_MATRIX},
    .decay = DSC_DECAY_DECOUPLED,
    .prepare = prepare,
    .step_tensor = step_tensor,
    .workspace = workspace,
};

#endif

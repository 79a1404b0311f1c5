#ifdef DSC_REAL

#include "core/real_math.h"

static void DSC_NAME(mix)(DSC_REAL *old, double fresh, double weight) {
    *old = DSC_NAME(dsc_lerp)(*old, (DSC_REAL)fresh, (DSC_REAL)weight);
}

/* The mean squares of one matrix's rows. */
DSC_MULTIVERSION
static void DSC_NAME(row_means)(const dsc_tensor_step *s, size_t row) {
    const DSC_REAL *g = (const DSC_REAL *)s->g + row * s->columns;
    DSC_WIDE sums[DSC_LANES] = {0}, sum = 0;
    for (size_t j = 0; j < s->columns; ++j)
        sums[j % DSC_LANES] += (DSC_WIDE)g[j] * (DSC_WIDE)g[j];
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += sums[l];
    DSC_NAME(mix)((DSC_REAL *)s->state[ROW] + row, sum / (double)s->columns, s->coefficients->value[WEIGHT]);
}

/* The mean squares of a matrix's columns [first, first + n), n <= BAND. */
DSC_MULTIVERSION
static void DSC_NAME(column_means)(const dsc_tensor_step *s, size_t matrix, size_t first, size_t n) {
    DSC_WIDE sums[BAND] = {0};
    for (size_t i = 0; i < s->rows; ++i) {
        const DSC_REAL *g = (const DSC_REAL *)s->g + (matrix * s->rows + i) * s->columns + first;
        for (size_t j = 0; j < n; ++j)
            sums[j] += (DSC_WIDE)g[j] * (DSC_WIDE)g[j];
    }
    DSC_REAL *means = (DSC_REAL *)s->state[COLUMN] + matrix * s->columns + first;
    for (size_t j = 0; j < n; ++j)
        DSC_NAME(mix)(&means[j], sums[j] / (double)s->rows, s->coefficients->value[WEIGHT]);
}

/* The elements of the update; the variance estimate is the product of a row's and a column's, or its own. */
static inline DSC_REAL DSC_NAME(element)(DSC_REAL estimate, DSC_REAL least, DSC_REAL g) {
    estimate = estimate < least ? least : estimate;
    return g / dsc_sqrt(estimate);
}

/* With a rate: applies the update. Without: sums its squares, after the variance is updated. */
DSC_MULTIVERSION
static void DSC_NAME(move)(const dsc_tensor_step *s, const double *rate, size_t start, size_t n,
                           double *partials) {
    const double *value = s->coefficients->value;
    const DSC_REAL least = (DSC_REAL)(value[EPS1] * value[EPS1]), shrink = (DSC_REAL)value[SHRINK];
    const DSC_REAL *g = (const DSC_REAL *)s->g + start;
    DSC_REAL *p = (DSC_REAL *)s->p + start;
    DSC_REAL *variance = s->is_matrix ? NULL : (DSC_REAL *)s->state[VARIANCE] + start;
    for (size_t i = 0; i < n;) {
        size_t end = n;
        DSC_REAL row = 1, sizes[BAND];
        const DSC_REAL *columns = NULL;
        end = dsc_min_size(end, i + BAND);
        if (s->is_matrix) {
            size_t at = (start + i) / s->columns, column = (start + i) % s->columns, matrix = at / s->rows;
            end = dsc_min_size(end, i + (s->columns - column));
            row = ((const DSC_REAL *)s->state[ROW])[at] / ((const DSC_REAL *)s->workspace)[matrix];
            columns = (const DSC_REAL *)s->state[COLUMN] + matrix * s->columns + column;
            for (size_t j = 0; j < end - i; ++j)
                sizes[j] = DSC_NAME(element)(row * columns[j], least, g[i + j]);
        } else {
            for (size_t j = 0; j < end - i; ++j) {
                if (rate == NULL)
                    DSC_NAME(mix)(&variance[i + j], (double)(g[i + j] * g[i + j]), value[WEIGHT]);
                sizes[j] = DSC_NAME(element)(variance[i + j], least, g[i + j]);
            }
        }
        for (size_t j = 0; j < end - i; ++j)
            if (rate == NULL)
                partials[0] += (double)sizes[j] * (double)sizes[j];
            else
                p[i + j] = p[i + j] * shrink - (DSC_REAL)*rate * sizes[j];
        i = end;
    }
}

/* The matrices' means of row means, where the estimate has them. */
static void DSC_NAME(mean_rows)(const dsc_tensor_step *s) {
    for (size_t matrix = 0; matrix < s->batch; ++matrix) {
        const DSC_REAL *rows = (const DSC_REAL *)s->state[ROW] + matrix * s->rows;
        DSC_WIDE sum = 0;
        for (size_t i = 0; i < s->rows; ++i)
            sum += (DSC_WIDE)rows[i];
        DSC_REAL mean = (DSC_REAL)(sum / (double)s->rows), least = (DSC_REAL)s->coefficients->value[EPS1];
        ((DSC_REAL *)s->workspace)[matrix] = mean < least ? least : mean;
    }
}

#else

#include <float.h>
#include <math.h>

#include "optimizers/tensor.h"

enum { BAND = 256 };
enum { WEIGHT, RATE, EPS1, EPS2, D, SHRINK, EPS1_GIVEN };
enum { LR, BETA2_DECAY, EPS1_OPTION, EPS2_OPTION, D_OPTION, WEIGHT_DECAY, MAXIMIZE };
enum { ROW, COLUMN, VARIANCE }; /* the slots */

#define DSC_TEMPLATE "optimizers/adafactor.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_REAL_FROM("lr", 1e-2, 0, "largest step, against the weights' root mean square"),
    [BETA2_DECAY] = DSC_OPTION("beta2_decay", DSC_OPTION_REAL, -0.8, -INFINITY, 0, true, false,
                               "step t weighs t^beta2_decay in the running means", NULL),
    [EPS1_OPTION] = DSC_OPTION_REAL_FROM("eps1", 0, 0, "least variance; 0: the type's machine epsilon"),
    [EPS2_OPTION] = DSC_OPTION_REAL_FROM("eps2", 1e-3, 0, "least root mean square of the weights"),
    [D_OPTION] = DSC_OPTION_REAL_FROM("d", 1, 1, "largest root mean square of an update"),
    [WEIGHT_DECAY] = DSC_OPTION_SHRINKING_DECAY(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static uint32_t slots(const double *values, bool is_matrix) {
    (void)values;
    return is_matrix ? 1u << ROW | 1u << COLUMN : 1u << VARIANCE;
}

static bool is_reduced(size_t slot, size_t dimension, size_t rank) {
    return (slot == ROW && dimension == rank - 1) || (slot == COLUMN && dimension == rank - 2);
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    double t = (double)step;
    c->value[WEIGHT] = pow(t, values[BETA2_DECAY]);
    c->value[RATE] = fmin(values[LR], 1 / sqrt(t));
    c->value[EPS1] = values[EPS1_OPTION];
    c->value[EPS2] = values[EPS2_OPTION];
    c->value[D] = values[D_OPTION];
    c->value[SHRINK] = 1 - values[LR] * values[WEIGHT_DECAY];
}

static void row_task(void *argument, size_t row) {
    const dsc_tensor_step *s = argument;
    DSC_CALL(s->dtype, row_means, s, row);
}

static void column_task(void *argument, size_t task) {
    const dsc_tensor_step *s = argument;
    size_t bands = dsc_ceil_div(s->columns, BAND), first = task % bands * BAND;
    size_t n = dsc_min_size(BAND, s->columns - first);
    DSC_CALL(s->dtype, column_means, s, task / bands, first, n);
}

/* The matrices' means of row means. */
static size_t workspace(size_t batch, size_t rows, size_t columns) {
    (void)rows;
    (void)columns;
    return batch;
}

static void step_tensor(const dsc_tensor_step *given) {
    dsc_coefficients c = *given->coefficients;
    dsc_tensor_step s = *given;
    s.coefficients = &c;
    if (c.value[EPS1] == 0)
        c.value[EPS1] = s.dtype == DSC_FLOAT32 ? (double)FLT_EPSILON : DBL_EPSILON;
    double sums[DSC_PARTIALS], elements = (double)s.length, weights, gradient;
    dsc_tensor_norms(&s, &weights, &gradient); /* of the weights before they are decayed */
    double alpha = fmax(c.value[EPS2], weights / sqrt(elements)) * c.value[RATE];
    if (s.is_matrix) {
        dsc_parallel_work(s.context, elements, s.batch * s.rows, row_task, &s);
        dsc_parallel_work(s.context, elements, s.batch * dsc_ceil_div(s.columns, BAND), column_task, &s);
        DSC_CALL(s.dtype, mean_rows, &s);
    }
    dsc_tensor_run(&s, DSC_PICK(s.dtype, move), NULL, sums);
    double rate = alpha / fmax(1, sqrt(sums[0]) / (sqrt(elements) * c.value[D]));
    dsc_tensor_run(&s, DSC_PICK(s.dtype, move), &rate, NULL);
}

const dsc_rule dsc_rule_adafactor = {
    .info =
        {.name = "adafactor",
         .title = "Adafactor: a matrix's second moments from its rows' and columns' means",
         .source = "torch.optim.Adafactor; Shazeer and Stern 2018, arXiv:1804.04235",
         .formula =
             "V = R C / mean(R), R and C running means of g^2 over rows and columns (V itself for vectors); "
             "u = g / sqrt(V); w -= min(lr, 1 / sqrt(t)) max(eps2, rms(w)) u / max(1, rms(u) / d)",
         DSC_OPTIONS(options),
         .slots = {"row_var", "col_var", "variance"},
         .kind = DSC_RULE_TENSOR,
         .state_summary = "row_var and col_var, a number a row and a column; variance for vectors"},
    .decay = DSC_DECAY_OWN,
    .slots = slots,
    .prepare = prepare,
    .step_tensor = step_tensor,
    .workspace = workspace,
    .is_reduced = is_reduced,
};

#endif

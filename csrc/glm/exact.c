/* A pass for least squares whose residuals and sums are kept in twice the precision: what it says of the
 * gradient is right however badly the inputs are conditioned, and however far off 0 they are. */
#include <string.h>

#include "core/wide.h"
#include "glm/glm.h"

/* Samples side by side. */
enum { LANES = 16 };

/* A chunk's room: of each column's sum the lanes, and a block of inputs column by column. */
typedef struct lanes {
    double high[LANES], low[LANES];
} lanes;

/* sum += a b, lane by lane. */
__attribute__((always_inline)) static inline void
add_products(lanes *sum, const double *a, const double *a_low, const double *b, const double *b_low) {
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide product = dsc_wide_product(a[l], b[l]);
        double low = product.low + (a_low[l] * b[l] + a[l] * b_low[l]);
        dsc_wide now = dsc_wide_sum(sum->high[l], product.high);
        sum->high[l] = now.high;
        sum->low[l] += now.low + low;
    }
}

/* The lanes' sum, in their order. */
static dsc_wide total(const lanes *sum) {
    dsc_wide all = {0, 0};
    for (size_t l = 0; l < LANES; ++l)
        all = dsc_wide_add(all, dsc_wide_sum(sum->high[l], sum->low[l]));
    return all;
}

static void turn(size_t count, size_t p, const double *x, double *turned) {
    memset(turned, 0, p * LANES * sizeof *turned);
    for (size_t i = 0; i < count; ++i)
        for (size_t j = 0; j < p; ++j)
            turned[j * LANES + i] = x[i * p + j];
}

/* A block of samples, turned: their weighted residuals go into the sums of the columns, of the constant and
 * of the squares. */
DSC_MULTIVERSION
static void add_block(size_t p, const double *turned, const double *y, const double *weights,
                      const dsc_wide *b, lanes *sums) {
    const double zeros[LANES] = {0};
    lanes eta, weighted;
    double high[LANES], low[LANES];
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide start = dsc_wide_sum(b[p].high, -y[l]);
        eta.high[l] = start.high;
        eta.low[l] = start.low + b[p].low;
    }
    for (size_t j = 0; j < p; ++j) {
        for (size_t l = 0; l < LANES; ++l) {
            high[l] = b[j].high;
            low[l] = b[j].low;
        }
        add_products(&eta, turned + j * LANES, zeros, high, low);
    }
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide residual = dsc_wide_sum(eta.high[l], eta.low[l]);
        dsc_wide product = dsc_wide_product(residual.high, weights[l]);
        high[l] = residual.high;
        low[l] = residual.low;
        weighted.high[l] = product.high;
        weighted.low[l] = product.low + residual.low * weights[l];
    }
    for (size_t j = 0; j < p; ++j)
        add_products(sums + j, turned + j * LANES, zeros, weighted.high, weighted.low);
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide now = dsc_wide_sum(sums[p].high[l], weighted.high[l]);
        sums[p].high[l] = now.high;
        sums[p].low[l] += now.low + weighted.low[l];
    }
    add_products(sums + p + 1, high, low, weighted.high, weighted.low);
}

static void exact_chunk(void *argument, size_t chunk) {
    const dsc_glm_run *m = argument;
    size_t p = m->features, end = dsc_glm_first(m, chunk + 1);
    lanes *sums = (lanes *)(m->scratch + chunk * m->tile * dsc_glm_scratch(m));
    double *turned = (double *)(sums + p + 2);
    memset(sums, 0, (p + 2) * sizeof *sums);
    for (size_t at = dsc_glm_first(m, chunk); at < end; at += LANES) {
        size_t count = dsc_min_size(LANES, end - at);
        double y[LANES] = {0}, weights[LANES] = {0};
        for (size_t i = 0; i < count; ++i) {
            y[i] = m->problem->targets[at + i];
            weights[i] = dsc_glm_weight(m, at + i);
        }
        turn(count, p, m->problem->inputs + at * p, turned);
        add_block(p, turned, y, weights, m->wide, sums);
    }
    dsc_wide *out = (dsc_wide *)(m->partials + chunk * 2 * (p + 2));
    for (size_t j = 0; j < p + 2; ++j)
        out[j] = total(sums + j);
}

static dsc_wide combined(const dsc_glm_run *m, size_t j) {
    const dsc_wide *sums = (const dsc_wide *)m->partials;
    dsc_wide all = {0, 0};
    for (size_t c = 0; c < m->chunks; ++c)
        all = dsc_wide_add(all, sums[c * (m->features + 2) + j]);
    return all;
}

double dsc_glm_exact_pass(dsc_glm_run *m) {
    size_t p = m->features;
    for (size_t j = 0; j < p; ++j)
        m->wide[j] = (dsc_wide){m->beta[j], m->beta_low[j]};
    m->wide[p] = dsc_glm_constant(m, 0);
    dsc_parallel_for(m->context, m->chunks, exact_chunk, m);
    dsc_wide constant = combined(m, p);
    for (size_t j = 0; j < p; ++j) {
        dsc_wide g = dsc_wide_subtract_product(combined(m, j), constant, (dsc_wide){m->means[j], 0});
        m->gradient[j] = dsc_wide_subtract_product(g, m->wide[j], (dsc_wide){-m->options.l2, 0}).high;
    }
    if (m->problem->intercept)
        m->gradient[p] = constant.high;
    return combined(m, p + 1).high / 2;
}

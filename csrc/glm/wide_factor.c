/* The Hessian and its factor in twice the precision. Cholesky's method loses as many digits as the Hessian's
 * condition has; here there are 32, and the inputs' own rounding is felt first. */
#include <string.h>

#include "core/scratch.h"
#include "glm/glm.h"

/* Columns side by side; samples at a time. */
enum { LANES = 16, BLOCK = 128 };

/* Numbers of twice the precision, the leading parts and the rest apart. */
typedef struct plane {
    double *high, *low;
} plane;

typedef struct gram_job {
    const dsc_glm_run *m;
    size_t stride; /* of a block's rows: columns, rounded up to LANES */
    double
        *room; /* of `each` numbers for each chunk: its sums, then a block's z, times its weights, and more */
    size_t each;
} gram_job;

/* ---- Sums ---- */

/* sums (LANES of a row) += over the samples: a z, both with what their rounding leaves out. */
DSC_MULTIVERSION
static void add_products(size_t count, size_t stride, const double *a, const double *a_low, const double *z,
                         const double *z_low, double *high, double *low) {
    double h[LANES], r[LANES];
    memcpy(h, high, sizeof h);
    memcpy(r, low, sizeof r);
    for (size_t i = 0; i < count; ++i) {
        double left = a[i * stride], left_low = a_low[i * stride];
        const double *right = z + i * stride, *right_low = z_low + i * stride;
        for (size_t l = 0; l < LANES; ++l) {
            dsc_wide product = dsc_wide_product(left, right[l]);
            double rest = product.low + (left_low * right[l] + left * right_low[l]);
            dsc_wide now = dsc_wide_sum(h[l], product.high);
            h[l] = now.high;
            r[l] += now.low + rest;
        }
    }
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide now = dsc_wide_sum(h[l], r[l]);
        high[l] = now.high;
        low[l] = now.low;
    }
}

/* z of a block. That of LINEAR is that of the inputs, which the residuals are made of; others are made of z,
 * as it is rounded. */
static void centre(const gram_job *job, size_t first, size_t count, plane z) {
    const dsc_glm_run *m = job->m;
    const double *x = m->problem->inputs + first * m->features;
    bool is_exact = m->problem->family == DSC_GLM_LINEAR;
    for (size_t i = 0; i < count; ++i)
        for (size_t j = 0; j < job->stride; ++j) {
            dsc_wide now = {j < m->columns, 0};
            if (j < m->features)
                now = dsc_wide_sum(x[i * m->features + j], -m->means[j]);
            z.high[i * job->stride + j] = now.high;
            z.low[i * job->stride + j] = is_exact ? now.low : 0;
        }
}

static void weigh(const gram_job *job, size_t count, plane z, const double *weights, plane weighted) {
    for (size_t i = 0; i < count; ++i)
        for (size_t at = i * job->stride; at < (i + 1) * job->stride; ++at) {
            dsc_wide product = dsc_wide_product(z.high[at], weights[i]);
            weighted.high[at] = product.high;
            weighted.low[at] = product.low + z.low[at] * weights[i];
        }
}

/* Blocks of classes below the diagonal, or the one block there is; of each the rows are `stride` long. */
static size_t count_pairs(const dsc_glm_run *m) {
    return m->rows == 1 ? 1 : m->rows * (m->rows - 1) / 2;
}

static plane find_sums(const gram_job *job, size_t chunk) {
    double *high = job->room + chunk * job->each;
    return (plane){high, high + count_pairs(job->m) * job->m->columns * job->stride};
}

static void gram_chunk(void *argument, size_t chunk) {
    const gram_job *job = argument;
    const dsc_glm_run *m = job->m;
    size_t q = m->columns, stride = job->stride, pairs = count_pairs(m), tile = BLOCK * stride;
    plane sums = find_sums(job, chunk);
    double *at = sums.low + pairs * q * stride;
    plane z = {at, at + tile}, weighted = {at + 2 * tile, at + 3 * tile};
    double *weights = at + 4 * tile, *residual = weights + BLOCK, *curvature = residual + BLOCK * m->rows;
    memset(sums.high, 0, 2 * pairs * q * stride * sizeof *sums.high);
    size_t end = dsc_glm_first(m, chunk + 1);
    for (size_t first = dsc_glm_first(m, chunk); first < end; first += BLOCK) {
        size_t count = dsc_min_size(BLOCK, end - first);
        centre(job, first, count, z);
        dsc_glm_evaluate(m, first, count, m->eta + first * m->rows, residual, curvature);
        for (size_t pair = 0, k = m->rows > 1, l = 0; pair < pairs; ++pair) {
            for (size_t i = 0; i < count; ++i)
                weights[i] = dsc_glm_curvature(m, first + i, curvature + i * m->rows, k, l);
            weigh(job, count, z, weights, weighted);
            for (size_t row = 0; row < q; ++row)
                for (size_t column = 0; column <= row; column += LANES) {
                    size_t to = (pair * q + row) * stride + column;
                    add_products(count, stride, weighted.high + row, weighted.low + row, z.high + column,
                                 z.low + column, sums.high + to, sums.low + to);
                }
            if (++l >= k)
                ++k, l = 0;
        }
    }
}

static dsc_wide combined(const gram_job *job, size_t at) {
    dsc_wide all = {0, 0};
    for (size_t c = 0; c < job->m->chunks; ++c) {
        plane sums = find_sums(job, c);
        all = dsc_wide_add(all, (dsc_wide){sums.high[at], sums.low[at]});
    }
    return all;
}

static void add_to(plane h, size_t at, dsc_wide value, double sign) {
    dsc_wide sum =
        dsc_wide_add((dsc_wide){h.high[at], h.low[at]}, (dsc_wide){sign * value.high, sign * value.low});
    h.high[at] = sum.high;
    h.low[at] = sum.low;
}

/* The Hessian's upper triangle. A diagonal block of softmax is what the others of its row lack. */
static void collect(const gram_job *job, plane h) {
    const dsc_glm_run *m = job->m;
    size_t q = m->columns, n = m->size, pair = 0;
    memset(h.high, 0, n * n * sizeof *h.high);
    memset(h.low, 0, n * n * sizeof *h.low);
    for (size_t k = m->rows > 1; k < m->rows; ++k)
        for (size_t l = 0; l < dsc_max_size(k, 1); ++l, ++pair)
            for (size_t i = 0; i < q; ++i)
                for (size_t j = 0; j < q; ++j) {
                    size_t row = dsc_max_size(i, j), column = dsc_min_size(i, j);
                    dsc_wide value = combined(job, (pair * q + row) * job->stride + column);
                    if (k != l)
                        add_to(h, (l * q + i) * n + k * q + j, value, -1);
                    if (i > j)
                        continue;
                    add_to(h, (k * q + i) * n + k * q + j, value, 1);
                    if (k != l)
                        add_to(h, (l * q + i) * n + l * q + j, value, 1);
                }
    for (size_t row = 0; row < n; ++row) {
        if (dsc_glm_is_penalized(m, row))
            add_to(h, row * (n + 1), (dsc_wide){m->options.l2, 0}, 1);
        for (size_t column = row; column < n && m->rows > 1; column += q)
            add_to(h, row * n + column, (dsc_wide){m->held[row % q], 0}, 1);
    }
    for (size_t row = 0; row < n; ++row)
        for (size_t column = row; column < n; ++column) {
            size_t at = row * n + column;
            dsc_wide scaled = dsc_wide_multiply((dsc_wide){h.high[at], h.low[at]},
                                                dsc_wide_product(m->diagonal[row], m->diagonal[column]));
            h.high[at] = scaled.high;
            h.low[at] = scaled.low;
        }
}

/* ---- The factor ---- */

/* A row -= l a. */
DSC_MULTIVERSION
static void subtract(size_t n, dsc_wide l, const double *a, const double *a_low, double *high, double *low) {
    for (size_t j = 0; j < n; ++j) {
        dsc_wide product = dsc_wide_product(-l.high, a[j]);
        double rest = product.low - (l.low * a[j] + l.high * a_low[j]);
        dsc_wide now = dsc_wide_sum(high[j], product.high);
        dsc_wide sum = dsc_wide_sum(now.high, now.low + (rest + low[j]));
        high[j] = sum.high;
        low[j] = sum.low;
    }
}

/* The upper triangle of h becomes L^T. Stops where a column has nothing left: at n if nowhere. */
static size_t factor_in_place(size_t n, plane h) {
    for (size_t j = 0; j < n; ++j) {
        double *high = h.high + j * n, *low = h.low + j * n;
        if (!(high[j] > 0))
            return j;
        dsc_wide root = dsc_wide_root((dsc_wide){high[j], low[j]});
        for (size_t i = j; i < n; ++i) {
            dsc_wide l = dsc_wide_divide((dsc_wide){high[i], low[i]}, root);
            high[i] = l.high;
            low[i] = l.low;
        }
        for (size_t i = j + 1; i < n; ++i)
            subtract(n - i, (dsc_wide){high[i], low[i]}, high + i, low + i, h.high + i * n + i,
                     h.low + i * n + i);
    }
    return n;
}

dsc_status dsc_glm_wide_factor(dsc_glm_run *m, size_t *failed) {
    gram_job job = {.m = m, .stride = dsc_ceil_div(m->columns, LANES) * LANES};
    job.each =
        2 * count_pairs(m) * m->columns * job.stride + 4 * BLOCK * job.stride + BLOCK * (1 + 2 * m->rows);
    dsc_scratch memory;
    DSC_CHECK_PRODUCT(m->chunks, job.each, DSC_FLOAT64);
    DSC_TRY(dsc_scratch_take(m->context, m->chunks * job.each * sizeof(double), &memory));
    job.room = memory.memory;
    dsc_parallel_for(m->context, m->chunks, gram_chunk, &job);
    plane h = {m->factor, m->factor_low};
    collect(&job, h);
    dsc_scratch_give(&memory);
    *failed = factor_in_place(m->size, h);
    return DSC_OK;
}

void dsc_glm_wide_solve(const dsc_glm_run *m, double *x, double *half) {
    size_t n = m->size;
    dsc_wide *y = m->solution;
    for (size_t i = 0; i < n; ++i)
        y[i] = (dsc_wide){x[i], 0};
    for (size_t j = 0; j < n; ++j) {
        const double *high = m->factor + j * n, *low = m->factor_low + j * n;
        y[j] = dsc_wide_divide(y[j], (dsc_wide){high[j], low[j]});
        for (size_t i = j + 1; i < n; ++i)
            y[i] = dsc_wide_subtract_product(y[i], (dsc_wide){high[i], low[i]}, y[j]);
    }
    for (size_t i = 0; i < n && half != NULL; ++i)
        half[i] = y[i].high;
    for (size_t j = n; j-- > 0;) {
        const double *high = m->factor + j * n, *low = m->factor_low + j * n;
        for (size_t i = j + 1; i < n; ++i)
            y[j] = dsc_wide_subtract_product(y[j], (dsc_wide){high[i], low[i]}, y[i]);
        y[j] = dsc_wide_divide(y[j], (dsc_wide){high[j], low[j]});
        x[j] = y[j].high;
    }
}

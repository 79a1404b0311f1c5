/* One pass over the samples: predictions, loss, X^T r and X^T W X, tile by tile while the inputs are in the
 * cache. */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "glm/glm.h"
#include "linalg/blas.h"
#include "linalg/gram.h"

typedef struct pass_job {
    const dsc_glm_run *m;
    const double *b;
    double *eta;
    bool has_derivatives;
} pass_job;

/* z, with rows of m->stride: the inputs less their means, a column of ones, and zeros. */
DSC_MULTIVERSION
static void centre(const dsc_glm_run *m, size_t first, size_t count, double *z) {
    size_t p = m->features, q = m->columns, stride = m->stride;
    const double *x = m->problem->inputs + first * p;
    for (size_t i = 0; i < count; ++i) {
        for (size_t j = 0; j < p; ++j)
            z[i * stride + j] = x[i * p + j] - m->means[j];
        for (size_t j = p; j < stride; ++j)
            z[i * stride + j] = j < q;
    }
}

static void predict(const dsc_glm_run *m, size_t count, const double *z, const double *b, double *eta) {
    int q = (int)m->columns, rows = (int)m->rows, stride = (int)m->stride;
    if (rows == 1)
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, q, 1, z, stride, b, 1, 0, eta, 1);
    else
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, rows, q, 1, z, stride, b, q, 0, eta,
                    rows);
}

/* scaled = z with every row times its factor. */
DSC_MULTIVERSION
static void scale(const dsc_glm_run *m, const double *z, size_t count, const double *factors,
                  double *scaled) {
    size_t stride = m->stride;
    for (size_t i = 0; i < count; ++i) {
        double factor = factors[i];
        for (size_t j = 0; j < stride; ++j)
            scaled[i * stride + j] = factor * z[i * stride + j];
    }
}

/* gradient += z^T residual, for one row of coefficients. */
DSC_MULTIVERSION
static void add_gradient(const dsc_glm_run *m, const double *z, size_t count, const double *residual,
                         double *gradient) {
    size_t q = m->columns, stride = m->stride, i = 0;
    for (; i + 4 <= count; i += 4) {
        const double *a = z + i * stride, *b = a + stride, *c = b + stride, *d = c + stride,
                     *r = residual + i;
        for (size_t j = 0; j < q; ++j)
            gradient[j] += r[0] * a[j] + r[1] * b[j] + (r[2] * c[j] + r[3] * d[j]);
    }
    for (; i < count; ++i)
        for (size_t j = 0; j < q; ++j)
            gradient[j] += residual[i] * z[i * stride + j];
}

/* A tile's room to work in. */
typedef struct tile_room {
    double *z, *scaled, *residual, *curvature, *roots;
} tile_room;

static void add_tile(const dsc_glm_run *m, size_t first, size_t count, tile_room t, double *gradient,
                     double *hessian) {
    size_t q = m->columns, rows = m->rows;
    for (size_t i = 0; i < count && m->problem->weights != NULL; ++i)
        for (size_t k = 0; k < rows; ++k)
            t.residual[i * rows + k] *= m->problem->weights[first + i];
    if (rows == 1)
        add_gradient(m, t.z, count, t.residual, gradient);
    else
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rows, (int)q, (int)count, 1, t.residual,
                    (int)rows, t.z, (int)m->stride, 1, gradient, (int)q);
    for (size_t k = rows > 1; k < rows; ++k)
        for (size_t l = 0; l < dsc_max_size(k, 1); ++l) {
            for (size_t i = 0; i < count; ++i)
                t.roots[i] = sqrt(dsc_glm_curvature(m, first + i, t.curvature + i * rows, k, l));
            scale(m, t.z, count, t.roots, t.scaled);
            dsc_gram_add(count, q, t.scaled, m->stride, k == l ? 1 : -1, hessian + k * q * m->size + l * q,
                         m->size);
        }
}

static void pass_chunk(void *argument, size_t chunk) {
    const pass_job *job = argument;
    const dsc_glm_run *m = job->m;
    double *sums = m->partials + chunk * (1 + m->size + m->size * m->size);
    double *room = m->scratch + chunk * m->tile * dsc_glm_scratch(m);
    tile_room t = {.z = room};
    t.scaled = t.z + m->tile * m->stride;
    t.residual = t.scaled + m->tile * m->stride;
    t.curvature = t.residual + m->tile * m->rows;
    t.roots = t.curvature + m->tile * m->rows;
    memset(sums, 0, (job->has_derivatives ? 1 + m->size + m->size * m->size : 1) * sizeof *sums);
    size_t end = dsc_glm_first(m, chunk + 1);
    for (size_t at = dsc_glm_first(m, chunk); at < end; at += m->tile) {
        size_t count = dsc_min_size(m->tile, end - at);
        double *eta = job->eta + at * m->rows;
        centre(m, at, count, t.z);
        predict(m, count, t.z, job->b, eta);
        sums[0] += dsc_glm_evaluate(m, at, count, eta, job->has_derivatives ? t.residual : NULL, t.curvature);
        if (job->has_derivatives)
            add_tile(m, at, count, t, sums + 1, sums + 1 + m->size);
    }
}

/* Sums the chunks in their order, and fills in what symmetry gives: of each block there is the lower
 * triangle; of softmax none on the diagonal, where a block is what the others of its row lack: no
 * cancellation. */
static void combine(dsc_glm_run *m) {
    size_t size = m->size, q = m->columns, stride = 1 + size + size * size;
    double *h = m->hessian;
    memset(m->gradient, 0, size * sizeof *m->gradient);
    memset(h, 0, size * size * sizeof *h);
    for (size_t c = 0; c < m->chunks; ++c) {
        const double *sums = m->partials + c * stride + 1;
        for (size_t j = 0; j < size; ++j)
            m->gradient[j] += sums[j];
        for (size_t row = 0; row < size; ++row)
            for (size_t column = 0; column <= row; ++column)
                h[row * size + column] += sums[size + row * size + column];
    }
    for (size_t row = 0; row < size; ++row)
        for (size_t column = 0; column < row; ++column) {
            size_t i = row % q, j = column % q;
            if (i < j)
                h[row * size + column] = h[(row - i + j) * size + (column - j + i)];
            h[column * size + row] = h[row * size + column];
        }
    for (size_t row = 0; row < size && m->rows > 1; ++row)
        for (size_t column = 0; column < size; ++column)
            if (column / q != row / q)
                h[row * size + row - row % q + column % q] -= h[row * size + column];
}

double dsc_glm_pass(dsc_glm_run *m, const double *b, double *eta, bool has_derivatives) {
    pass_job job = {m, b, eta, has_derivatives};
    double loss = 0;
    dsc_blas_prepare();
    dsc_parallel_for(m->context, m->chunks, pass_chunk, &job);
    for (size_t c = 0; c < m->chunks; ++c)
        loss += m->partials[c * (1 + m->size + m->size * m->size)];
    if (!has_derivatives)
        return loss;
    combine(m);
    for (size_t j = 0; j < m->size; ++j)
        if (dsc_glm_is_penalized(m, j)) {
            m->gradient[j] += m->options.l2 * b[j];
            m->hessian[j * m->size + j] += m->options.l2;
        }
    return loss;
}

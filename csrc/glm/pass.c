/* One pass over the samples: loss, X^T r and X^T W X, tile by tile while the inputs are in the cache. */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "glm/glm.h"
#include "linalg/blas.h"

typedef struct pass_job {
    const dsc_glm_run *m;
    const double *eta;
    bool has_derivatives;
} pass_job;

/* scaled = z, every row times the root of its weight; hessian's block (k, l) += sign scaled^T scaled. */
static void add_block(const dsc_glm_run *m, size_t first, size_t count, const double *roots, double sign,
                      double *scaled, size_t k, size_t l, double *hessian) {
    size_t q = m->columns;
    for (size_t i = 0; i < count; ++i) {
        const double *z = m->z + (first + i) * q;
        for (size_t j = 0; j < q; ++j)
            scaled[i * q + j] = roots[i] * z[j];
    }
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int)q, (int)count, sign, scaled, (int)q, 1,
                hessian + l * q * m->size + k * q, (int)m->size);
}

static void add_tile(const dsc_glm_run *m, size_t first, size_t count, double *residual, double *curvature,
                     double *scaled, double *gradient, double *hessian) {
    size_t q = m->columns, rows = m->rows;
    double *roots = scaled + count * q;
    for (size_t i = 0; i < count; ++i)
        for (size_t k = 0; k < rows; ++k)
            residual[i * rows + k] *= dsc_glm_weight(m, first + i);
    if (rows == 1)
        cblas_dgemv(CblasColMajor, CblasNoTrans, (int)q, (int)count, 1, m->z + first * q, (int)q, residual, 1,
                    1, gradient, 1);
    else
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, (int)q, (int)rows, (int)count, 1,
                    m->z + first * q, (int)q, residual, (int)rows, 1, gradient, (int)q);
    for (size_t k = 0; k < rows; ++k)
        for (size_t l = 0; l <= k; ++l) {
            for (size_t i = 0; i < count; ++i) {
                const double *c = curvature + i * rows;
                double weight = rows == 1 ? c[0] : k == l ? c[k] * (1 - c[k]) : c[k] * c[l];
                roots[i] = sqrt(dsc_glm_weight(m, first + i) * weight);
            }
            add_block(m, first, count, roots, k == l ? 1 : -1, scaled, k, l, hessian);
        }
}

static void pass_chunk(void *argument, size_t chunk) {
    const pass_job *job = argument;
    const dsc_glm_run *m = job->m;
    double *sums = m->partials + chunk * (1 + m->size + m->size * m->size);
    double *residual = m->scratch + chunk * m->tile * (m->columns + 1 + 2 * m->rows);
    double *curvature = residual + m->tile * m->rows, *scaled = curvature + m->tile * m->rows;
    memset(sums, 0, (job->has_derivatives ? 1 + m->size + m->size * m->size : 1) * sizeof *sums);
    size_t end = dsc_glm_first(m, chunk + 1);
    for (size_t at = dsc_glm_first(m, chunk); at < end; at += m->tile) {
        size_t count = dsc_min_size(m->tile, end - at);
        const double *eta = job->eta + at * m->rows;
        sums[0] += dsc_glm_evaluate(m, at, count, eta, job->has_derivatives ? residual : NULL, curvature);
        if (job->has_derivatives)
            add_tile(m, at, count, residual, curvature, scaled, sums + 1, sums + 1 + m->size);
    }
}

/* Sums the chunks in their order, and fills in what symmetry gives. */
static void combine(dsc_glm_run *m) {
    size_t size = m->size, q = m->columns, stride = 1 + size + size * size;
    memset(m->gradient, 0, size * sizeof *m->gradient);
    memset(m->hessian, 0, size * size * sizeof *m->hessian);
    for (size_t c = 0; c < m->chunks; ++c) {
        const double *sums = m->partials + c * stride + 1;
        for (size_t j = 0; j < size; ++j)
            m->gradient[j] += sums[j];
        for (size_t j = 0; j < size * size; ++j)
            m->hessian[j] += sums[size + j];
    }
    for (size_t column = 0; column < size; ++column)
        for (size_t row = column / q * q; row < size; ++row) {
            /* Each block has its lower triangle. */
            size_t i = row % q, j = column % q, block = row - i, base = column - j;
            double value =
                i >= j ? m->hessian[column * size + row] : m->hessian[(base + i) * size + block + j];
            m->hessian[column * size + row] = m->hessian[row * size + column] = value;
        }
}

double dsc_glm_pass(dsc_glm_run *m, const double *eta, const double *b, bool has_derivatives) {
    pass_job job = {m, eta, has_derivatives};
    double loss = 0, l1 = m->options.l1, l2 = m->options.l2;
    dsc_blas_prepare();
    dsc_parallel_for(m->context, m->chunks, pass_chunk, &job);
    for (size_t c = 0; c < m->chunks; ++c)
        loss += m->partials[c * (1 + m->size + m->size * m->size)];
    if (has_derivatives)
        combine(m);
    for (size_t j = 0; j < m->size; ++j) {
        if (!dsc_glm_is_penalized(m, j))
            continue;
        loss += l2 / 2 * b[j] * b[j] + l1 * fabs(b[j]);
        if (has_derivatives) {
            m->gradient[j] += l2 * b[j];
            m->hessian[j * m->size + j] += l2;
        }
    }
    return loss;
}

typedef struct predict_job {
    const dsc_glm_run *m;
    const double *b;
    double *eta;
} predict_job;

static void predict_chunk(void *argument, size_t chunk) {
    const predict_job *job = argument;
    const dsc_glm_run *m = job->m;
    size_t first = dsc_glm_first(m, chunk), count = dsc_glm_first(m, chunk + 1) - first, q = m->columns;
    if (m->rows == 1)
        cblas_dgemv(CblasColMajor, CblasTrans, (int)q, (int)count, 1, m->z + first * q, (int)q, job->b, 1, 0,
                    job->eta + first, 1);
    else
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)m->rows, (int)q, 1,
                    m->z + first * q, (int)q, job->b, (int)q, 0, job->eta + first * m->rows, (int)m->rows);
}

void dsc_glm_predict(dsc_glm_run *m, const double *b, double *eta) {
    predict_job job = {m, b, eta};
    dsc_blas_prepare();
    dsc_parallel_for(m->context, m->chunks, predict_chunk, &job);
}

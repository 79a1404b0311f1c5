/* For inclusion inside a template: the loops of batch normalization, over a part of x. */
#include "core/real_math.h"

/* step 0: all columns are one channel's; 1: each has its own. Known to the compiler, else loops would gather.
 */
__attribute__((always_inline)) static inline void DSC_NAME(apply_by)(matrix m, size_t step,
                                                                     const double *mean, const double *scale,
                                                                     const double *shift, const DSC_REAL *x,
                                                                     DSC_REAL *restrict y) {
    size_t r = 0;
    /* Two rows to one load of what belongs to the columns. */
    for (; step == 1 && r + 2 <= m.rows; r += 2, x += 2 * m.stride, y += 2 * m.stride)
        for (size_t i = 0; i < m.n; ++i) {
            const double center = mean[i], factor = scale[i], term = shift[i];
            y[i] = (DSC_REAL)(((double)x[i] - center) * factor + term);
            y[m.stride + i] = (DSC_REAL)(((double)x[m.stride + i] - center) * factor + term);
        }
    for (; r < m.rows; ++r, x += m.stride, y += m.stride)
        for (size_t i = 0; i < m.n; ++i)
            y[i] = (DSC_REAL)(((double)x[i] - mean[i * step]) * scale[i * step] + shift[i * step]);
}

DSC_MULTIVERSION
static void DSC_NAME(apply)(matrix m, const double *mean, const double *scale, const double *shift,
                            const DSC_REAL *x, DSC_REAL *y) {
    if (m.is_channel)
        DSC_NAME(apply_by)(m, 0, mean, scale, shift, x, y);
    else
        DSC_NAME(apply_by)(m, 1, mean, scale, shift, x, y);
}

__attribute__((always_inline)) static inline void
DSC_NAME(pull_back_by)(matrix m, size_t step, const double *mean, const double *scale, const double *shift,
                       const double *slope, const DSC_REAL *x, const DSC_REAL *dy, DSC_REAL *restrict dx) {
    for (size_t r = 0; r < m.rows; ++r, x += m.stride, dy += m.stride, dx += m.stride)
        for (size_t i = 0; i < m.n; ++i) {
            const double along = ((double)x[i] - mean[i * step]) * slope[i * step];
            dx[i] = (DSC_REAL)(((double)dy[i] - shift[i * step] - along) * scale[i * step]);
        }
}

DSC_MULTIVERSION
static void DSC_NAME(pull_back)(matrix m, const double *mean, const double *scale, const double *shift,
                                const double *slope, const DSC_REAL *x, const DSC_REAL *dy, DSC_REAL *dx) {
    if (m.is_channel)
        DSC_NAME(pull_back_by)(m, 0, mean, scale, shift, slope, x, dy, dx);
    else
        DSC_NAME(pull_back_by)(m, 1, mean, scale, shift, slope, x, dy, dx);
}

/* ---- The sums of dy and dy (x - mean) ---- */

DSC_MULTIVERSION
static void DSC_NAME(dot_piece)(size_t n, double mean, const DSC_REAL *x, const DSC_REAL *dy, double *sum,
                                double *dot) {
    double sums[DSC_LANES] = {0}, dots[DSC_LANES] = {0};
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            const double g = (double)dy[i + l];
            sums[l] += g;
            dots[l] += g * ((double)x[i + l] - mean);
        }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        *sum += sums[l];
        *dot += dots[l];
    }
    for (size_t i = whole; i < n; ++i) {
        *sum += (double)dy[i];
        *dot += (double)dy[i] * ((double)x[i] - mean);
    }
}

static void DSC_NAME(dot_channel)(matrix m, double mean, const DSC_REAL *x, const DSC_REAL *dy, double *sum,
                                  double *dot) {
    enum { PART = DSC_PIECE * DSC_LANES };
    for (size_t r = 0; r < m.rows; ++r)
        for (size_t i = 0; i < m.n; i += PART) {
            const size_t at = r * m.stride + i;
            double piece[2] = {0};
            DSC_NAME(dot_piece)(dsc_min_size(PART, m.n - i), mean, x + at, dy + at, &piece[0], &piece[1]);
            *sum += piece[0];
            *dot += piece[1];
        }
}

DSC_MULTIVERSION
static void DSC_NAME(dot_rows)(matrix m, const double *mean, const DSC_REAL *x, const DSC_REAL *dy,
                               double *sums, double *dots) {
    size_t r = 0;
    for (; r + DSC_ROWS <= m.rows; r += DSC_ROWS)
        for (size_t i = 0; i < m.n; ++i) {
            double sum = sums[i], dot = dots[i];
            for (size_t at = r * m.stride + i, k = 0; k < DSC_ROWS; ++k, at += m.stride) {
                sum += (double)dy[at];
                dot += (double)dy[at] * ((double)x[at] - mean[i]);
            }
            sums[i] = sum;
            dots[i] = dot;
        }
    for (; r < m.rows; ++r)
        for (size_t at = r * m.stride, i = 0; i < m.n; ++i, ++at) {
            sums[i] += (double)dy[at];
            dots[i] += (double)dy[at] * ((double)x[at] - mean[i]);
        }
}

static void DSC_NAME(dot_columns)(matrix m, const double *mean, const DSC_REAL *x, const DSC_REAL *dy,
                                  double *sums, double *dots) {
    for (size_t r = 0; r < m.rows; r += DSC_PIECE) {
        double sum[COLUMNS] = {0}, dot[COLUMNS] = {0};
        const matrix piece = {dsc_min_size(DSC_PIECE, m.rows - r), m.stride, m.n, false};
        DSC_NAME(dot_rows)(piece, mean, x + r * m.stride, dy + r * m.stride, sum, dot);
        for (size_t i = 0; i < m.n; ++i) {
            sums[i] += sum[i];
            dots[i] += dot[i];
        }
    }
}

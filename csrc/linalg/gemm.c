#include <cblas.h>
#include <limits.h>
#include <string.h>

#include "core/sums.h"
#include "linalg/blas.h"
#include "linalg/gemm.h"
#include "linalg/thin.h"

/* A tile should last longer than a fork and join (about 1 us), and there should be enough of them
 * for many cores; but each tile packs its operands anew, so no more than that. Of few rows it is the bytes
 * that take the time. */
static const double TILE_FLOPS = 2 << 20, TILE_BYTES = 256 << 10;
enum { MOST_TILES = 64, NARROWEST = 32, GRAIN = 32 };

static size_t cut(size_t length, size_t pieces) {
    size_t tile = dsc_ceil_div(length, pieces);
    return dsc_ceil_div(tile, GRAIN) * GRAIN;
}

dsc_status dsc_gemm_prepare(dsc_gemm_plan *plan) {
    dsc_blas_prepare();
    size_t m = plan->m, n = plan->n, k = plan->k;
    if (m > INT_MAX || n > INT_MAX || k > INT_MAX)
        return dsc_fail(DSC_ERROR_OVERFLOW, "dsc_gemm: m, n, k = %zu, %zu, %zu exceed OpenBLAS's int", m, n,
                        k);
    DSC_CHECK_PRODUCT(m, k, plan->dtype);
    DSC_CHECK_PRODUCT(k, n, plan->dtype);
    DSC_CHECK_PRODUCT(m, n, plan->dtype);
    plan->is_thin = dsc_is_thin(plan);
    const double flops = 2.0 * (double)m * (double)n * (double)dsc_max_size(k, 1);
    const double bytes = ((double)m * (double)k + (double)k * (double)n + (double)m * (double)n) *
                         (double)dsc_dtype_size(plan->dtype);
    size_t wanted = 1;
    while (wanted < MOST_TILES &&
           (flops >= TILE_FLOPS * 2 * (double)wanted || bytes >= TILE_BYTES * 2 * (double)wanted))
        wanted *= 2;
    size_t down = 1, across = 1;
    /* Bands of rows first: each writes one piece of memory. */
    while (down * 2 <= wanted && m / (down * 2) >= NARROWEST)
        down *= 2;
    while (down * across * 2 <= wanted && n / (across * 2) >= NARROWEST)
        across *= 2;
    /* Long thin bands pack all of b each: make them squarer. */
    while (down >= 2 * across && down > 4 && n / (across * 2) >= 4 * NARROWEST) {
        down /= 2;
        across *= 2;
    }
    plan->tile_m = down > 1 ? cut(m, down) : dsc_max_size(m, 1);
    plan->tile_n = across > 1 ? cut(n, across) : dsc_max_size(n, 1);
    plan->rows = m == 0 || n == 0 ? 0 : dsc_ceil_div(m, plan->tile_m);
    plan->columns = m == 0 || n == 0 ? 0 : dsc_ceil_div(n, plan->tile_n);
    if (plan->rows * plan->columns != 0) {
        const void *c = plan->c, *a = plan->a, *b = plan->b;
        DSC_CHECK_NOT_NULL(c);
        if (k != 0) {
            DSC_CHECK_NOT_NULL(a);
            DSC_CHECK_NOT_NULL(b);
        }
        if (k > DSC_LONGEST_SUM) {
            DSC_CHECK_PRODUCT(m, n, DSC_FLOAT64);
            void *sums = NULL;
            DSC_TRY(dsc_allocate(m * n * sizeof *plan->sums, &sums));
            plan->sums = sums;
        }
    }
    return DSC_OK;
}

void dsc_gemm_finish(dsc_gemm_plan *plan) {
    dsc_free(plan->sums);
    plan->sums = NULL;
}

/* c = beta c; of 0 it is not read. */
static void scale(const dsc_gemm_plan *p, dsc_gemm_tile t, double beta) {
    for (size_t row = t.row; row < t.row + t.height; ++row)
        for (size_t i = row * p->n + t.column; i < row * p->n + t.column + t.width; ++i) {
            const double scaled = beta == 0 ? 0 : beta * dsc_load_real(p->dtype, p->c, i);
            dsc_store_real(p->dtype, p->c, i, scaled);
        }
}

#define gemm_f32 cblas_sgemm
#define gemm_f64 cblas_dgemm

/* The part of a tile's product from k = first on, `count` of them, with beta times what is there. */
static void run_piece(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t first, size_t count, double beta) {
    if (p->is_thin) {
        dsc_thin_run_tile(p, t, first, count, beta != 0);
        return;
    }
    /* A leading dimension of 0 is refused by BLAS, even of an empty matrix. */
    int lda = (int)dsc_max_size(p->transpose_a ? p->m : p->k, 1);
    int ldb = (int)dsc_max_size(p->transpose_b ? p->k : p->n, 1);
    size_t size = dsc_size_of(p->dtype);
    void *c = (char *)p->c + (t.row * p->n + t.column) * size;
    if (count == 0) {
        scale(p, t, beta);
        return;
    }
    const size_t end = first + count;
    /* OpenBLAS adds up the few hundred that it has in cache one after another; but of small matrices, on some
     * processors, all that it is given. */
    for (size_t some; first < end; first += some, beta = 1) {
        some = dsc_min_size(DSC_ONE_SUM, end - first);
        size_t a_at = p->transpose_a ? first * p->m + t.row : t.row * p->k + first;
        size_t b_at = p->transpose_b ? t.column * p->k + first : first * p->n + t.column;
        const void *a = (const char *)p->a + a_at * size, *b = (const char *)p->b + b_at * size;
        DSC_CALL(p->dtype, gemm, CblasRowMajor, p->transpose_a ? CblasTrans : CblasNoTrans,
                 p->transpose_b ? CblasTrans : CblasNoTrans, (int)t.height, (int)t.width, (int)some, p->alpha,
                 a, lda, b, ldb, beta, c, (int)p->n);
    }
}

/* What is there already, then piece by piece. */
static void run_pieces(const dsc_gemm_plan *p, dsc_gemm_tile t) {
    size_t size = dsc_dtype_size(p->dtype), corner = t.row * p->n + t.column;
    double *sums = p->sums + corner;
    char *c = (char *)p->c + corner * size;
    for (size_t i = 0; i < t.height * p->n; i += p->n) {
        memset(sums + i, 0, t.width * sizeof *sums);
        if (p->beta == 0)
            continue;
        dsc_sums_add(p->dtype, t.width, c + i * size, sums + i);
        for (size_t j = 0; j < t.width; ++j)
            sums[i + j] *= p->beta;
    }
    for (size_t first = 0; first < p->k; first += DSC_LONGEST_SUM) {
        run_piece(p, t, first, dsc_min_size(DSC_LONGEST_SUM, p->k - first), 0);
        for (size_t i = 0; i < t.height * p->n; i += p->n)
            dsc_sums_add(p->dtype, t.width, c + i * size, sums + i);
    }
    for (size_t i = 0; i < t.height * p->n; i += p->n)
        dsc_sums_store(p->dtype, t.width, sums + i, c + i * size);
}

dsc_gemm_tile dsc_gemm_run_tile(const dsc_gemm_plan *p, size_t index) {
    dsc_gemm_tile t;
    t.row = index / p->columns * p->tile_m;
    t.column = index % p->columns * p->tile_n;
    t.height = dsc_min_size(p->tile_m, p->m - t.row);
    t.width = dsc_min_size(p->tile_n, p->n - t.column);
    if (p->sums != NULL)
        run_pieces(p, t);
    else
        run_piece(p, t, 0, p->k, p->beta);
    return t;
}

static void run(void *plan, size_t index) {
    dsc_gemm_run_tile(plan, index);
}

dsc_status dsc_gemm(const dsc_context *context, dsc_dtype dtype, bool transpose_a, bool transpose_b, size_t m,
                    size_t n, size_t k, double alpha, const void *a, const void *b, double beta, void *c) {
    DSC_CHECK_DTYPE(dtype);
    dsc_gemm_plan plan = {.dtype = dtype,
                          .transpose_a = transpose_a,
                          .transpose_b = transpose_b,
                          .m = m,
                          .n = n,
                          .k = k,
                          .alpha = alpha,
                          .beta = beta,
                          .a = a,
                          .b = b,
                          .c = c};
    DSC_TRY(dsc_gemm_prepare(&plan));
    dsc_parallel_for(context, dsc_gemm_tile_count(&plan), run, &plan);
    dsc_gemm_finish(&plan);
    return DSC_OK;
}

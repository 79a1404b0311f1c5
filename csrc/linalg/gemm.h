/* A matrix product as a list of tiles, so that a kernel can run the tiles of several products in
 * one parallel section, or finish each tile while it is in cache. */
#ifndef DSC_LINALG_GEMM_H
#define DSC_LINALG_GEMM_H

#include "core/internal.h"
#include "descent/linalg.h"

typedef struct dsc_gemm_plan {
    dsc_dtype dtype;
    bool transpose_a, transpose_b;
    size_t m, n, k;
    double alpha, beta;
    const void *a, *b;
    void *c;
    size_t tile_m, tile_n; /* depend on m, n and k only */
    size_t rows, columns;  /* of tiles */
    bool is_thin;          /* done without BLAS */
    double *sums;          /* m x n, where k is so long that it is done in pieces; else NULL */
} dsc_gemm_plan;

/* Rows [row, row + height) x columns [column, column + width) of c. */
typedef struct dsc_gemm_tile {
    size_t row, column, height, width;
} dsc_gemm_tile;

/* Checks the sizes and cuts the tiles. */
dsc_status dsc_gemm_prepare(dsc_gemm_plan *plan);
/* After the last tile, or a failure; not needed of a plan that was not prepared. */
void dsc_gemm_finish(dsc_gemm_plan *plan);
static inline size_t dsc_gemm_tile_count(const dsc_gemm_plan *plan) {
    return plan->rows * plan->columns;
}
dsc_gemm_tile dsc_gemm_run_tile(const dsc_gemm_plan *plan, size_t index);

#endif

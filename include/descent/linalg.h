/* Matrix products, eigenvalues. */
#ifndef DESCENT_LINALG_H
#define DESCENT_LINALG_H

#include <stdbool.h>

#include "status.h"
#include "context.h"

DSC_BEGIN_API

/* c (m x n) = alpha * op(a) op(b) + beta * c, with op(a) m x k and op(b) k x n; op(x) is x, or its transpose
 * where the flag is set. Row-major and contiguous: a holds m x k numbers, or k x m if transposed.
 * With beta = 0, c is not read; k = 0 leaves beta * c.
 * Sums are made in their own type up to k = 16384, of pieces of some hundred products (at most 512); beyond,
 * of such sums in double, for which it takes memory for m x n of them. So whatever k is, the error is at most
 * about 600 eps times the sum of the products' absolute values, eps being 2^-24 of float32, 2^-53 of
 * float64. Refused: NULL buffers of a non-empty product, sizes that overflow or exceed OpenBLAS's int, no
 * memory. */
dsc_status dsc_gemm(const dsc_context *context, dsc_dtype dtype, bool transpose_a, bool transpose_b, size_t m,
                    size_t n, size_t k, double alpha, const void *a, const void *b, double beta, void *c);

/* The eigenvalues of a symmetric matrix (n x n, row by row, of which the upper triangle is read), rising; and
 * where `vectors` is not NULL its eigenvectors of length 1: n x n, row i belongs to values[i]. By LAPACK's
 * dsyevr. The results may lie where the matrix does. Refused: NULL buffers of n > 0, sizes that overflow or
 * exceed LAPACK's int, numbers that are not finite (DSC_ERROR_NON_FINITE), no memory. */
dsc_status dsc_symmetric_eigen(size_t n, const double *matrix, double *values, double *vectors);

DSC_END_API
#endif

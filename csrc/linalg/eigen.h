/* Eigenvalues of symmetric matrices, by LAPACK. */
#ifndef DSC_LINALG_EIGEN_H
#define DSC_LINALG_EIGEN_H

#include "core/internal.h"

/* dsc_symmetric_eigen in the caller's memory: n > 0; the matrix is lost; vectors may be NULL, of n x n else;
 * support has room for 2 n ints. */
dsc_status dsc_symmetric_eigen_inside(size_t n, double *matrix, double *values, double *vectors,
                                      int *support);

#endif

/* OpenBLAS, set up for tiles: one thread. */
#ifndef DSC_LINALG_BLAS_H
#define DSC_LINALG_BLAS_H

/* Acts on its first call; every product calls it. */
void dsc_blas_prepare(void);

#endif

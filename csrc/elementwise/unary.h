#ifndef DSC_ELEMENTWISE_UNARY_H
#define DSC_ELEMENTWISE_UNARY_H

#include "descent/elementwise.h"

/* As dsc_unary_run, by the calling thread alone. */
void dsc_unary_piece(dsc_dtype dtype, dsc_unary operation, size_t n, const void *x, void *y);

#endif

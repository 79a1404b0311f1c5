/* Norms of rows that were looked up, for layers in evaluation. */
#ifndef DSC_OPERATIONS_EMBEDDING_H
#define DSC_OPERATIONS_EMBEDDING_H

#include "tensor/tensor.h"

/* What dsc_embedding_renormalize does with a matrix's rows, done to those of a fresh contiguous real tensor.
 */
void dsc_lower_norms(dsc_tensor *rows, double max_norm, double norm_type);

#endif

/* What dsc_pad's result is like. */
#ifndef DSC_OPERATIONS_PAD_H
#define DSC_OPERATIONS_PAD_H

#include "descent/operations.h"

/* Refuses what dsc_pad would refuse. padded may be shape. */
dsc_status dsc_pad_shape(size_t rank, const size_t *shape, size_t count, const int64_t *amounts,
                         dsc_padding mode, size_t *padded);

#endif

/* Writing where the numbers do not stand one after another. */
#ifndef DSC_ELEMENTWISE_STRIDED_H
#define DSC_ELEMENTWISE_STRIDED_H

#include "core/internal.h"
#include "descent/elementwise.h"

/* out, whose elements stand by strides and nowhere twice, = a; or += a. */
dsc_status dsc_copy_strided(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                            const dsc_operand *a, void *out, const size_t *strides);
dsc_status dsc_add_strided(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const dsc_operand *a, void *out, const size_t *strides);

#endif

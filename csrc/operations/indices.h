/* What operations along one dimension, and those with indices, share. */
#ifndef DSC_OPERATIONS_INDICES_H
#define DSC_OPERATIONS_INDICES_H

#include "operations/table.h"

/* A contiguous tensor around one of its dimensions. A single number counts as one dimension of extent 1. */
typedef struct dsc_around {
    size_t outer, extent, inner;
} dsc_around;
dsc_around dsc_around_dimension(const dsc_tensor *t, size_t dimension);

static inline size_t dsc_extent(const dsc_tensor *t, size_t dimension) {
    return t->rank == 0 ? 1 : t->shape[dimension];
}

/* As dsc_check_dimension; a single number has a dimension 0. */
dsc_status dsc_check_along(const dsc_operation *operation, int64_t dimension, const dsc_tensor *x,
                           size_t *found);

/* Refuses indices that are not int64, or that lie outside [0, extent), naming the first of them. `dense` is
 * the index itself, retained, or a contiguous copy. */
dsc_status dsc_check_index(const dsc_operation *operation, dsc_tensor *index, size_t extent,
                           dsc_tensor **dense);

/* An embedding's padding of so many rows: `row`, or -1 where there is none. Refused: another. */
dsc_status dsc_find_padding(const char *name, int64_t padding, size_t rows, int64_t *row);

/* Rows `index` of each of `outer` blocks of `extent` rows, one after the other. */
void dsc_take_rows(const dsc_context *context, dsc_dtype dtype, dsc_around x, const void *data, size_t n,
                   const int64_t *index, void *out);
/* The other way round: adds n rows of the source to the rows `index` of each block, in their order; those
 * whose index is `skipped` not. */
void dsc_add_rows(const dsc_context *context, dsc_dtype dtype, dsc_around out, void *data, size_t n,
                  const int64_t *index, const void *source, int64_t skipped);
/* The same straight into the gradient of an input; false: it has to be given. */
bool dsc_gives_rows_in_place(dsc_pullback *p, size_t input, dsc_around around, dsc_tensor *index,
                             dsc_tensor *source, int64_t skipped);

/* Whether numbers of this type can be added up. */
dsc_status dsc_check_addable(const dsc_operation *operation, const dsc_tensor *x);

static inline dsc_tensor *x_zeros_like(dsc_pullback *p, const dsc_tensor *like) {
    return x_expand_like(p, x_constant(p, like, 0), like);
}

#endif

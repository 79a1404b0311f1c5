/* Rows of a matrix, looked up by indices: embeddings, and sums of them (bags).
 *
 * Indices are int64 of [0, rows), with no counting from the end: another is refused (DSC_ERROR_SIZE), with
 * its position. What may be NULL says so.
 *
 * Sources: torch.nn.functional.embedding, embedding_bag. */
#ifndef DESCENT_EMBEDDING_H
#define DESCENT_EMBEDDING_H

#include "tensor.h"

DSC_BEGIN_API

/* The padding where there is none: -2^48 - 1, which lies below what the layers' option may be. */
#define DSC_NO_PADDING (-0x1000000000001)

typedef struct dsc_embedding_options {
    /* The row that gets no gradient, counted from the end where negative; or DSC_NO_PADDING. */
    int64_t padding;
    bool scale_by_frequency; /* whether a row's gradient is divided by how often it is looked up here */
    bool sparse; /* whether a leaf's gradient is kept as rows: dsc_tensor_row_gradient, tensor.h */
} dsc_embedding_options;
#define DSC_EMBEDDING_OPTIONS                                                                                \
    { .padding = DSC_NO_PADDING }

/* Rows of a matrix: the indices' shape, with the matrix's columns as one dimension more. weight: of any type.
 * A leaf's gradient is added to where it is; with `sparse` it is kept as rows, unless a dense one is there.
 * Sums are made in the indices' order, whatever the number of threads. options NULL: the defaults. Refused: a
 * padding outside the matrix, sparse gradients scaled by frequency. */
dsc_status dsc_embedding(dsc_tensor *weight, dsc_tensor *indices, const dsc_embedding_options *options,
                         dsc_tensor **result);

/* In place: each row of a matrix that is looked up, and whose norm of order `norm_type` is above max_norm, is
 * multiplied by max_norm / (norm + 1e-7). Nothing is recorded. Refused: NaN, a max_norm below 0. As
 * torch.embedding_renorm_, which the option max_norm of the layer calls in training before
 * it looks up; in evaluation the layer lowers the norms of copies, and nothing is written. */
dsc_status dsc_embedding_renormalize(dsc_tensor *weight, dsc_tensor *indices, double max_norm,
                                     double norm_type);

typedef enum dsc_bag_mode { DSC_BAG_SUM, DSC_BAG_MEAN, DSC_BAG_MAX } dsc_bag_mode;

typedef struct dsc_embedding_bag_options {
    dsc_bag_mode mode;
    int64_t padding;          /* as there; the row is passed over, also in means */
    bool include_last_offset; /* whether the last offset is no bag's, but the end of the last */
    /* As for dsc_embedding; not of DSC_BAG_MAX. (PyTorch's CPU divides by how often another row comes.) */
    bool scale_by_frequency;
    bool sparse; /* likewise */
} dsc_embedding_bag_options;
#define DSC_EMBEDDING_BAG_OPTIONS                                                                            \
    { .mode = DSC_BAG_MEAN, .padding = DSC_NO_PADDING }

/* For each bag of indices the sum, mean or largest numbers of the rows: [bags, columns]; 0 for an empty bag.
 * A bag is a row of `indices`, [bags, n]; or, with offsets (int64, beginning with 0, not falling), indices is
 * a vector, and bag i begins at offsets[i]. per_sample_weights, of the indices' shape, are factors of a sum's
 * rows; NULL: 1. weight: float32 or float64. The largest one's gradient goes to the first of equals. options
 * NULL: the defaults. */
dsc_status dsc_embedding_bag(dsc_tensor *weight, dsc_tensor *indices, dsc_tensor *offsets,
                             dsc_tensor *per_sample_weights, const dsc_embedding_bag_options *options,
                             dsc_tensor **result);

DSC_END_API
#endif

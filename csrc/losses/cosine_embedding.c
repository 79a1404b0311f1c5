#include "losses/loss.h"

dsc_status dsc_cosine_embedding_loss(dsc_tensor *first, dsc_tensor *second, dsc_tensor *targets,
                                     const dsc_cosine_embedding_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_cosine_embedding_options, DSC_COSINE_EMBEDDING_OPTIONS, cosine_embedding_loss);
    call.inputs[0] = (dsc_loss_input){first, "first", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){second, "second", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_CHECKED};
    DSC_TRY(dsc_loss_check(&call, result));
    if (first->rank == 0 || first->rank > 2)
        return dsc_fail(
            DSC_ERROR_SIZE,
            "cosine_embedding_loss: first is of shape %s, must be [batch, features] or [features]",
            dsc_shape_text(first->rank, first->shape).text);
    DSC_TRY(dsc_loss_check_shape(&call, 3, first->dtype, first->rank - 1u, first->shape));
    dsc_row_loss kernel = {.kind = DSC_ROW_COSINE_EMBEDDING, .margin = o.margin};
    return dsc_loss_of_rows(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_cosine_embedding_options);
    const double eps = (double)1e-12f; /* the kernel's */
    dsc_tensor *a = dsc_input(p, 0), *b = dsc_input(p, 1), *labels = dsc_input(p, 3);
    dsc_tensor *aa = x_affine(p, x_sum_rows(p, x_multiply(p, a, a)), 1, eps);
    dsc_tensor *bb = x_affine(p, x_sum_rows(p, x_multiply(p, b, b)), 1, eps);
    dsc_tensor *length = x_sqrt(p, x_multiply(p, aa, bb));
    dsc_tensor *cosine = x_divide(p, x_sum_rows(p, x_multiply(p, a, b)), length);
    if (cosine == NULL)
        return;
    labels = x_reshape_like(p, labels, cosine);
    dsc_tensor *is_near = x_is_not_negative(p, x_affine(p, cosine, 1, -o.margin));
    dsc_tensor *of_other = x_mask(p, x_equals(p, labels, -1), x_indicator(p, is_near, cosine));
    dsc_tensor *sign = x_where(p, x_equals(p, labels, 1), x_constant(p, cosine, -1), of_other);
    dsc_tensor *by_a = x_divide(p, x_multiply(p, a, cosine), aa);
    dsc_tensor *by_b = x_divide(p, x_multiply(p, b, cosine), bb);
    slope[0] = x_multiply(p, x_subtract(p, x_divide(p, b, length), by_a), sign);
    slope[1] = x_multiply(p, x_subtract(p, x_divide(p, a, length), by_b), sign);
}

void dsc_pull_back_cosine_embedding_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_cosine_embedding_loss(inputs[0], inputs[1], inputs[2], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_ANY(dsc_cosine_embedding_options, margin, "the cosine that unlike pairs may have"),
    DSC_LOSS_REDUCTION(dsc_cosine_embedding_options),
};

const dsc_loss dsc_loss_cosine_embedding = {
    .info = {.name = "cosine_embedding",
             .title = "Directions of pairs that are alike (1) or not (-1)",
             .source = "torch.nn.CosineEmbeddingLoss",
             .formula =
                 "1 - cos(first, second) where y = 1, max(0, cos(first, second) - margin) where y = -1",
             .inputs = {"first", "second", "targets"},
             .input_count = 3,
             .required_count = 3},
    DSC_LOSS_OPTION_TABLE(table, dsc_cosine_embedding_options, DSC_COSINE_EMBEDDING_OPTIONS),
    .run = run};

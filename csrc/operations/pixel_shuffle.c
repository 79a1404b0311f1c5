#include "descent/pooling.h"
#include "operations/table.h"

dsc_status dsc_pixel_shuffle(dsc_tensor *x, size_t r, dsc_tensor **result) {
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(result);
    const size_t rank = x->rank;
    const size_t channels = rank < 3 ? 0 : x->shape[rank - 3];
    if (rank < 3 || r == 0 || r > UINT32_MAX || channels % (r * r) != 0)
        return dsc_fail(
            DSC_ERROR_SIZE,
            "pixel_shuffle: the input is of shape %s, must be [..., C, H, W] with C a multiple of "
            "%zu^2",
            dsc_shape_text(rank, x->shape).text, r);
    const size_t height = x->shape[rank - 2], width = x->shape[rank - 1];
    size_t shape[DSC_MAX_RANK], outer = 1;
    for (size_t d = 0; d < rank; ++d)
        shape[d] = x->shape[d];
    for (size_t d = 0; d + 3 < rank; ++d)
        outer *= shape[d];
    shape[rank - 3] = channels / (r * r);
    if (__builtin_mul_overflow(height, r, &shape[rank - 2]) ||
        __builtin_mul_overflow(width, r, &shape[rank - 1]))
        return dsc_fail(DSC_ERROR_OVERFLOW, "pixel_shuffle: shape %s times %zu is too large",
                        dsc_shape_text(rank, x->shape).text, r);
    DSC_TRY(dsc_check_shape("pixel_shuffle", x->dtype, rank, shape));
    const size_t apart[] = {outer, shape[rank - 3], r, r, height, width};
    static const int64_t order[] = {0, 1, 4, 2, 5, 3};
    dsc_tensor *split, *ordered = NULL;
    DSC_TRY(dsc_reshape(x, 6, apart, &split));
    dsc_status status = dsc_permute(split, 6, order, &ordered);
    if (status == DSC_OK)
        status = dsc_reshape(ordered, rank, shape, result);
    dsc_tensor_release(split);
    dsc_tensor_release(ordered);
    return status;
}

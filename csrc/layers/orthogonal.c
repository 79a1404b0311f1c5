/* Orthogonal matrices, from LAPACK's QR. */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#include "descent/initialize.h"
#include "layers/initialize.h"
#include "linalg/blas.h"

/* a, rows x columns with as many columns as rows or fewer, becomes Q times the signs of R's diagonal. layout:
 * LAPACK's. */
static dsc_status factor(dsc_dtype dtype, int layout, lapack_int rows, lapack_int columns, void *a) {
    const lapack_int stride = layout == LAPACK_COL_MAJOR ? rows : columns;
    double *tau = malloc(2 * (size_t)columns * sizeof *tau), *signs = tau + columns;
    if (tau == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "an orthogonal matrix: out of memory");
    dsc_blas_prepare();
    lapack_int failed = dtype == DSC_FLOAT32 ? LAPACKE_sgeqrf(layout, rows, columns, a, stride, (float *)tau)
                                             : LAPACKE_dgeqrf(layout, rows, columns, a, stride, tau);
    for (lapack_int i = 0; i < columns; ++i) {
        const double r = dsc_load_real(dtype, a, (size_t)i * (size_t)(stride + 1));
        signs[i] = r > 0 ? 1 : r < 0 ? -1 : r;
    }
    if (failed == 0)
        failed = dtype == DSC_FLOAT32
                     ? LAPACKE_sorgqr(layout, rows, columns, columns, a, stride, (const float *)tau)
                     : LAPACKE_dorgqr(layout, rows, columns, columns, a, stride, tau);
    const size_t along = layout == LAPACK_COL_MAJOR ? 1 : (size_t)stride;
    const size_t across = layout == LAPACK_COL_MAJOR ? (size_t)stride : 1;
    for (size_t c = 0; failed == 0 && c < (size_t)columns; ++c)
        for (size_t r = 0; r < (size_t)rows; ++r) {
            const size_t at = r * along + c * across;
            dsc_store_real(dtype, a, at, dsc_load_real(dtype, a, at) * signs[c]);
        }
    free(tau);
    return failed == 0 ? DSC_OK : dsc_fail(DSC_ERROR_ARGUMENT, "LAPACK's QR failed with %d", (int)failed);
}

dsc_status dsc_initialize_orthogonal(dsc_tensor *tensor, dsc_random *random, double gain) {
    DSC_CHECK_NOT_NULL(random);
    dsc_tensor *numbers;
    DSC_TRY(dsc_begin_initializing(__func__, tensor, &numbers));
    const size_t rows = tensor->rank == 0 ? 0 : tensor->shape[0];
    const size_t columns = rows == 0 ? 0 : tensor->count / rows;
    dsc_status status = DSC_OK;
    if (tensor->rank < 2)
        status = dsc_fail(DSC_ERROR_SIZE, "%s: the shape is %s, must have at least two dimensions", __func__,
                          dsc_shape_text(tensor->rank, tensor->shape).text);
    else if (!isfinite(gain))
        status = dsc_fail(DSC_ERROR_ARGUMENT, "%s: gain is %g, must be finite", __func__, gain);
    else if (rows > INT32_MAX || columns > INT32_MAX)
        status =
            dsc_fail(DSC_ERROR_OVERFLOW, "%s: %zu x %zu is more than LAPACK takes", __func__, rows, columns);
    if (status != DSC_OK || tensor->count == 0) {
        dsc_tensor_release(numbers);
        return status;
    }
    void *data = dsc_data(numbers);
    status = dsc_random_normal(random, tensor->dtype, tensor->count, 0, 1, data);
    /* A wide matrix's rows, one after the other, are the columns of its transpose. */
    if (status == DSC_OK && rows < columns)
        status = factor(tensor->dtype, LAPACK_COL_MAJOR, (lapack_int)columns, (lapack_int)rows, data);
    else if (status == DSC_OK)
        status = factor(tensor->dtype, LAPACK_ROW_MAJOR, (lapack_int)rows, (lapack_int)columns, data);
    for (size_t i = 0; status == DSC_OK && i < tensor->count; ++i) {
        const double scale = tensor->dtype == DSC_FLOAT32 ? (double)(float)gain : gain;
        dsc_store_real(tensor->dtype, data, i, dsc_load_real(tensor->dtype, data, i) * scale);
    }
    return dsc_end_initializing(status, tensor, numbers);
}

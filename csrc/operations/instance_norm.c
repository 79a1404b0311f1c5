/* Instance normalization: the batch normalization of one sample whose channels are all samples' channels. */
#include <string.h>

#include "descent/normalization.h"
#include "operations/table.h"

static const dsc_operation instance_norm = {.name = "instance_norm"}; /* not a row, but named in messages */

/* A vector once for each sample; NULL stays. */
static dsc_status repeat(dsc_tensor *t, size_t times, dsc_tensor **repeated) {
    *repeated = NULL;
    return t == NULL ? DSC_OK : dsc_tile(t, 1, &times, repeated);
}

/* running = the mean over samples. */
static dsc_status take_mean(dsc_tensor *running, size_t samples, dsc_tensor *repeated) {
    const size_t shape[] = {samples, running->count};
    const int64_t over = 0;
    dsc_tensor *rows, *mean;
    DSC_TRY(dsc_reshape(repeated, 2, shape, &rows));
    dsc_status status = dsc_mean(rows, 1, &over, false, &mean);
    dsc_tensor_release(rows);
    if (status != DSC_OK)
        return status;
    status = dsc_tensor_assign(running, mean);
    dsc_tensor_release(mean);
    return status;
}

static dsc_status check(const dsc_tensor *x, dsc_tensor *const *vectors, bool measures) {
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    DSC_TRY(dsc_check_real(&instance_norm, x));
    if (x->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE, "instance_norm: x is of shape %s, must be [N, C, d1, ...]",
                        dsc_shape_text(x->rank, x->shape).text);
    for (size_t i = 0; i < 4; ++i) {
        const dsc_tensor *t = vectors[i];
        if (t == NULL)
            continue;
        DSC_TRY(dsc_check_same_dtype(&instance_norm, x, t));
        if (t->rank != 1 || t->shape[0] != x->shape[1])
            return dsc_fail(DSC_ERROR_SIZE, "instance_norm: %s is of shape %s, must be [%zu]", names[i],
                            dsc_shape_text(t->rank, t->shape).text, x->shape[1]);
    }
    if ((vectors[2] == NULL) != (vectors[3] == NULL))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "instance_norm: %s is NULL, which the other running numbers are not",
                        vectors[2] == NULL ? names[2] : names[3]);
    if (dsc_records(2, vectors + 2))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "instance_norm: there is no gradient by running numbers: detach them");
    if (measures && x->count > 0 && x->count == x->shape[0] * x->shape[1])
        return dsc_fail(DSC_ERROR_SIZE,
                        "instance_norm: x is of shape %s, must have more than one value for each channel",
                        dsc_shape_text(x->rank, x->shape).text);
    return DSC_OK;
}

dsc_status dsc_instance_norm(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_tensor *running_mean,
                             dsc_tensor *running_var, const dsc_batch_norm_options *options,
                             dsc_tensor **result) {
    const dsc_batch_norm_options o =
        options != NULL ? *options : (dsc_batch_norm_options){.training = true, .momentum = 0.1, .eps = 1e-5};
    dsc_tensor *const vectors[] = {weight, bias, running_mean, running_var};
    DSC_TRY(dsc_check_inputs(&instance_norm, 1, &x, result));
    DSC_TRY(check(x, vectors, o.training || running_mean == NULL));
    const size_t samples = x->shape[0], channels = samples * x->shape[1];
    dsc_tensor *flat = NULL, *repeated[4] = {NULL}, *made = NULL;
    const size_t shape[] = {1, channels, channels == 0 ? 0 : x->count / channels};
    dsc_status status = dsc_reshape(x, 3, shape, &flat);
    for (size_t i = 0; status == DSC_OK && i < 4; ++i)
        status = repeat(vectors[i], samples, &repeated[i]);
    if (status == DSC_OK)
        status = dsc_batch_norm(flat, repeated[0], repeated[1], repeated[2], repeated[3], &o, &made);
    for (size_t i = 2; status == DSC_OK && o.training && x->count > 0 && i < 4; ++i)
        if (vectors[i] != NULL)
            status = take_mean(vectors[i], samples, repeated[i]);
    if (status == DSC_OK)
        status = dsc_reshape(made, x->rank, x->shape, result);
    for (size_t i = 0; i < 4; ++i)
        dsc_tensor_release(repeated[i]);
    dsc_tensor_release(flat);
    dsc_tensor_release(made);
    return status;
}

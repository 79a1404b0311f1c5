#include <stdlib.h>

#include "autodiff/pass.h"
#include "descent/operations.h"

/* A pass that writes to leaves copies an upstream gradient that may change while it is read, as it lies in a
 * leaf's gradient, in the caller's memory, or the caller's code runs meanwhile; or that a recorded gradient
 * would keep. */
static bool needs_copy(const dsc_pass *pass, const dsc_tensor *upstream) {
    const dsc_storage *s = upstream->storage;
    return pass->targets == NULL &&
           (pass->creates_graph || pass->on_gradient != NULL || s->ownership == DSC_BORROWED ||
            atomic_load_explicit(&s->holds_gradients, memory_order_relaxed));
}

/* What a pass begins with: `upstream`, or 1. */
static dsc_status seed(const char *function, const dsc_pass *pass, dsc_tensor *t, dsc_tensor *upstream,
                       dsc_tensor **begin) {
    if (upstream == NULL) {
        if (t->count != 1)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: shape %s needs an upstream gradient; one number does without", function,
                            dsc_shape_text(t->rank, t->shape).text);
        DSC_TRY(dsc_make_like(t, t->dtype, begin));
        dsc_set_number(t->dtype, dsc_data(*begin), 0, 1);
        return DSC_OK;
    }
    if (upstream->dtype != t->dtype || !dsc_same_shape(upstream, t))
        return dsc_fail(DSC_ERROR_SIZE, "%s: upstream is %s of shape %s, must be %s of shape %s", function,
                        dsc_dtype_name(upstream->dtype), dsc_shape_text(upstream->rank, upstream->shape).text,
                        dsc_dtype_name(t->dtype), dsc_shape_text(t->rank, t->shape).text);
    if (needs_copy(pass, upstream))
        return dsc_clone(upstream, begin);
    *begin = dsc_tensor_retain(upstream);
    return DSC_OK;
}

static dsc_status run(const char *function, dsc_pass *pass, dsc_tensor *t, dsc_tensor *upstream) {
    dsc_tensor *begin;
    dsc_tape *tape = &dsc_tape_here;
    bool was_off = tape->is_off;
    tape->is_off = !pass->creates_graph;
    pass->detects_anomalies = tape->detects_anomalies;
    dsc_status status = seed(function, pass, t, upstream, &begin);
    if (status == DSC_OK) {
        status = dsc_pass_run(pass, t, begin);
        dsc_tensor_release(begin);
    }
    tape->is_off = was_off;
    return status;
}

dsc_status dsc_backward(dsc_tensor *t, dsc_tensor *upstream, const dsc_backward_options *options) {
    DSC_CHECK_NOT_NULL(t);
    if (!t->requires_grad)
        return dsc_fail(
            DSC_ERROR_ARGUMENT,
            "%s: the tensor does not require gradients (computed without recording, or detached?)", __func__);
    dsc_pass pass = {0};
    if (options != NULL) {
        pass.creates_graph = options->create_graph;
        pass.on_gradient = options->on_gradient;
        pass.user = options->user;
    }
    return run(__func__, &pass, t, upstream);
}

static dsc_status collect(dsc_tensor *t, dsc_tensor *upstream, size_t count, dsc_tensor *const *at,
                          bool create_graph, dsc_tensor **found) {
    dsc_pass pass = {.creates_graph = create_graph, .targets = at, .target_count = count, .collected = found};
    if (t->requires_grad && count > 0)
        DSC_TRY(run("dsc_gradients", &pass, t, upstream));
    for (size_t i = 0; i < count; ++i)
        if (found[i] == NULL)
            DSC_TRY(dsc_tensor_full(dsc_context_of(at[i]), at[i]->dtype, at[i]->rank, at[i]->shape, 0,
                                    &found[i]));
    return DSC_OK;
}

dsc_status dsc_gradients(dsc_tensor *t, dsc_tensor *upstream, size_t count, dsc_tensor *const *at,
                         bool create_graph, dsc_tensor **gradients) {
    DSC_CHECK_NOT_NULL(t);
    if (count > 0) {
        DSC_CHECK_NOT_NULL(at);
        DSC_CHECK_NOT_NULL(gradients);
    }
    for (size_t i = 0; i < count; ++i)
        if (at[i] == NULL || !at[i]->requires_grad)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: tensor %zu %s", __func__, i,
                            at[i] == NULL ? "is NULL" : "does not require gradients");
    /* The caller's places are written only when all of them will be. */
    dsc_tensor **found = calloc(count + 1, sizeof *found);
    if (found == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    dsc_status status = collect(t, upstream, count, at, create_graph, found);
    for (size_t i = 0; i < count; ++i)
        if (status == DSC_OK)
            gradients[i] = found[i];
        else
            dsc_tensor_release(found[i]);
    free(found);
    return status;
}

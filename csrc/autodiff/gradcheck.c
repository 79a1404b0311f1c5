#include <math.h>
#include <stdlib.h>

#include "autodiff/pullback.h"

typedef struct check_run {
    dsc_function function;
    void *user;
    size_t count;
    dsc_tensor **leaves; /* copies of the inputs */
    double step, tolerance;
} check_run;

/* A number in which every element counts differently, so that errors do not cancel. */
static dsc_status weighted_sum(dsc_tensor *t, size_t seed, dsc_tensor **sum) {
    dsc_tensor *weights, *product = NULL;
    DSC_TRY(dsc_make_like(t, t->dtype, &weights));
    for (size_t i = 0; i < t->count; ++i)
        dsc_set_number(t->dtype, dsc_data(weights), i, 1 + 0.37 * (double)((i + 3 * seed) % 7));
    dsc_status status = dsc_multiply(t, weights, &product);
    if (status == DSC_OK)
        status = dsc_sum(product, 0, NULL, false, sum);
    dsc_tensor_release(product);
    dsc_tensor_release(weights);
    return status;
}

static dsc_status value_of(const check_run *run, dsc_tensor **sum) {
    size_t failures = dsc_failure_count();
    dsc_tensor *value = NULL;
    dsc_status status = dsc_check_callback(run->function(run->user, run->count, run->leaves, &value),
                                           failures, "the function");
    if (status >= 0 && value == NULL)
        status = dsc_fail(DSC_ERROR_ARGUMENT, "gradcheck: the function gave no result");
    if (status >= 0 && value->dtype != DSC_FLOAT64)
        status = dsc_fail(DSC_ERROR_DTYPE, "gradcheck: the function gives %s, must give float64",
                          dsc_dtype_name(value->dtype));
    if (status >= 0)
        status = weighted_sum(value, 0, sum);
    dsc_tensor_release(value);
    return status;
}

/* The gradients by all leaves that require one, in order. */
static dsc_status gradients_of(const check_run *run, dsc_tensor *sum, bool create_graph, size_t *found,
                               dsc_tensor **leaves, dsc_tensor **gradients) {
    *found = 0;
    for (size_t i = 0; i < run->count; ++i)
        if (run->leaves[i]->requires_grad)
            leaves[(*found)++] = run->leaves[i];
    return dsc_gradients(sum, NULL, *found, leaves, create_graph, gradients);
}

/* The weighted sum of a function's gradients: what is differentiated to check second derivatives. */
typedef struct slope_of {
    const check_run *run;
} slope_of;

static dsc_status slope(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result) {
    (void)inputs;
    const check_run *run = ((slope_of *)user)->run;
    dsc_tensor **room = calloc(2 * count + 1, sizeof *room), *sum = NULL, *total = NULL;
    if (room == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "gradcheck: out of memory");
    size_t found = 0;
    bool recorded = dsc_set_recording(true);
    dsc_status status = value_of(run, &sum);
    if (status == DSC_OK)
        status = gradients_of(run, sum, true, &found, room, room + count);
    for (size_t i = 0; status == DSC_OK && i < found; ++i) {
        dsc_tensor *part = NULL, *both = NULL;
        status = weighted_sum(room[count + i], i + 1, &part);
        if (status == DSC_OK && total != NULL) {
            status = dsc_add(total, part, &both);
            dsc_tensor_release(total);
            dsc_tensor_release(part);
            total = both;
        } else if (status == DSC_OK) {
            total = part;
        }
    }
    dsc_set_recording(recorded);
    for (size_t i = 0; i < found; ++i)
        dsc_tensor_release(room[count + i]);
    free(room);
    dsc_tensor_release(sum);
    if (status == DSC_OK && total == NULL)
        status = dsc_fail(DSC_ERROR_ARGUMENT, "gradcheck: no input is float64");
    if (status == DSC_OK)
        *result = total;
    else
        dsc_tensor_release(total);
    return status;
}

static dsc_status number_at(const check_run *run, dsc_tensor *leaf, size_t i, double x, double *value) {
    double *element = (double *)dsc_data(leaf) + i, center = *element;
    *element = x;
    dsc_tensor *sum = NULL;
    dsc_status status = value_of(run, &sum);
    *element = center;
    if (status == DSC_OK)
        status = dsc_tensor_item(sum, value);
    dsc_tensor_release(sum);
    return status;
}

static dsc_status compare(const check_run *run, size_t input, dsc_tensor *leaf, dsc_tensor *gradient) {
    dsc_tensor *dense;
    DSC_TRY(dsc_contiguous_of(gradient, &dense));
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < leaf->count; ++i) {
        double center = ((double *)dsc_data(leaf))[i], above = 0, below = 0;
        status = number_at(run, leaf, i, center + run->step, &above);
        if (status == DSC_OK)
            status = number_at(run, leaf, i, center - run->step, &below);
        double exact = ((double *)dsc_data(dense))[i], differenced = (above - below) / (2 * run->step);
        if (status == DSC_OK && !(fabs(exact - differenced) <= run->tolerance * fmax(1, fabs(exact))))
            status = dsc_fail(DSC_ERROR_MISMATCH,
                              "gradcheck: input %zu, element %zu: the gradient is %.17g, differenced %.17g",
                              input, i, exact, differenced);
    }
    dsc_tensor_release(dense);
    return status;
}

static dsc_status check_all(check_run *run) {
    dsc_tensor **room = calloc(2 * run->count + 1, sizeof *room), *sum = NULL;
    if (room == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "gradcheck: out of memory");
    size_t found = 0;
    bool recorded = dsc_set_recording(true);
    dsc_status status = value_of(run, &sum);
    if (status == DSC_OK)
        status = gradients_of(run, sum, false, &found, room, room + run->count);
    dsc_set_recording(false);
    for (size_t i = 0, g = 0; status == DSC_OK && i < run->count; ++i)
        if (run->leaves[i]->requires_grad) {
            status = compare(run, i, run->leaves[i], room[run->count + g]);
            ++g;
        }
    dsc_set_recording(recorded);
    for (size_t i = 0; i < found; ++i)
        dsc_tensor_release(room[run->count + i]);
    dsc_tensor_release(sum);
    free(room);
    return status;
}

dsc_status dsc_gradcheck(dsc_function function, void *user, size_t count, dsc_tensor *const *inputs,
                         const dsc_gradcheck_options *options) {
    if (function == NULL)
        return dsc_fail_null(__func__, "function");
    if (count > 0)
        DSC_CHECK_NOT_NULL(inputs);
    dsc_gradcheck_options given = options == NULL ? (dsc_gradcheck_options){0} : *options;
    if (!(given.step >= 0) || !(given.tolerance >= 0))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: step %g and tolerance %g, must be 0 or more", __func__,
                        given.step, given.tolerance);
    for (size_t i = 0; i < count; ++i)
        if (inputs[i] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: input %zu is NULL", __func__, i);
    check_run run = {.function = function,
                     .user = user,
                     .count = count,
                     .step = given.step == 0 ? 1e-6 : given.step,
                     .tolerance = given.tolerance == 0 ? (given.second ? 1e-5 : 1e-6) : given.tolerance,
                     .leaves = calloc(count + 1, sizeof(dsc_tensor *))};
    if (run.leaves == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < count; ++i) {
        status = dsc_make_like(inputs[i], inputs[i]->dtype, &run.leaves[i]);
        if (status == DSC_OK)
            status = dsc_convert_into(inputs[i], run.leaves[i]);
        if (status == DSC_OK)
            run.leaves[i]->requires_grad = inputs[i]->dtype == DSC_FLOAT64;
    }
    slope_of second = {&run};
    check_run outer = run;
    outer.function = slope;
    outer.user = &second;
    if (status == DSC_OK)
        status = check_all(given.second ? &outer : &run);
    for (size_t i = 0; i < count; ++i)
        dsc_tensor_release(run.leaves[i]);
    free(run.leaves);
    return status;
}

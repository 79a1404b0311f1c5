#include <math.h>

#include "optimizers/rows.h"

dsc_status dsc_guard_gradient(dsc_optimizer *o, size_t tensor, size_t element, bool must_stop,
                              dsc_step_report *report) {
    report->bad_tensor = tensor;
    report->bad_element = element;
    if (o->guard == DSC_GUARD_PROPAGATE && !must_stop)
        return DSC_OK;
    char buffer[32];
    report->was_skipped = o->guard == DSC_GUARD_SKIP && !must_stop;
    o->skipped_steps += report->was_skipped;
    report->skipped_steps = o->skipped_steps;
    return dsc_fail(report->was_skipped ? DSC_STEP_SKIPPED : DSC_ERROR_NON_FINITE,
                    "the gradient of %s is not finite at element %zu",
                    dsc_tensor_name(o, tensor, buffer, sizeof buffer), element);
}

/* The tensor and the element in it of a run's bad gradient, for the guard. */
static dsc_status guard_run(dsc_optimizer *o, const dsc_measure *found, bool must_stop,
                            dsc_step_report *report) {
    /* A run may be several tensors; the gradients of its tensors stand one after another. */
    const dsc_parameter *tensor = found->bad_run->tensor;
    size_t element = found->bad_element;
    if (found->bad_run->rows != NULL) {
        size_t width = dsc_row_width(tensor);
        element = (size_t)found->bad_run->rows->rows[element / width] * width + element % width;
    }
    for (; element >= tensor->length; ++tensor)
        element -= tensor->length;
    return dsc_guard_gradient(o, (size_t)(tensor - o->tensors), element, must_stop, report);
}

static double clip_scale(const dsc_optimizer *o, double norm) {
    double scale = o->clipping.max_norm / (norm + 1e-6);
    return scale >= 1 ? 1 : scale; /* NaN passes, as in PyTorch */
}

/* Measures, and sets the runs' scales. */
static dsc_status look(const dsc_context *context, dsc_optimizer *o, dsc_run_list *list,
                       dsc_step_report *report) {
    bool clips = dsc_clips_norm(o), must_stop = o->clipping.error_if_nonfinite;
    if (!clips && o->guard == DSC_GUARD_PROPAGATE && !o->statistics)
        return DSC_OK;
    dsc_measure found = dsc_measure_gradients(context, o, list);
    report->gradient_norm = found.norm;
    report->gradient_largest = found.largest;
    report->clip_norm = clips ? found.clip_norm : NAN;
    if (found.bad_run != NULL) {
        DSC_PASS(guard_run(o, &found, must_stop, report));
    } else if (must_stop && !isfinite(found.clip_norm)) {
        return dsc_fail(DSC_ERROR_NON_FINITE, "the gradients' norm of order %g is not finite",
                        o->clipping.norm_type);
    }
    for (size_t r = 0; clips && r < list->count; ++r) {
        dsc_run *run = &list->runs[r];
        run->scale = clip_scale(o, o->clipping.per_tensor ? run->clip_norm : found.clip_norm);
        report->clip_scale =
            run->scale < report->clip_scale || isnan(run->scale) ? run->scale : report->clip_scale;
    }
    return DSC_OK;
}

dsc_status dsc_hook_before(const dsc_optimizer *o, const dsc_step *step) {
    if (o->hooks.before == NULL)
        return DSC_OK;
    size_t failures = dsc_failure_count();
    return dsc_check_callback(o->hooks.before(o->hooks.user, step), failures, "the hook before the step");
}

void dsc_hook_after(const dsc_optimizer *o, const dsc_step *step, const dsc_step_report *report) {
    if (o->hooks.after != NULL)
        o->hooks.after(o->hooks.user, step, report);
}

dsc_status dsc_optimizer_step(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                              dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    dsc_step_report unused;
    if (report == NULL)
        report = &unused;
    *report = (dsc_step_report){.gradient_norm = NAN,
                                .gradient_largest = NAN,
                                .clip_norm = NAN,
                                .clip_scale = 1,
                                .skipped_steps = o->skipped_steps,
                                .bad_tensor = SIZE_MAX,
                                .bad_element = SIZE_MAX};
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "lbfgs evaluates the objective itself: use dsc_optimizer_minimize");
    DSC_TRY(dsc_hook_before(o, step));
    dsc_run_list list;
    DSC_TRY(dsc_find_runs(context, o, step, &list));
    if (list.count > 0 || (o->average != NULL && o->total > 0))
        DSC_CHECK_NOT_NULL(step->parameters);
    for (size_t r = 0; r < list.count; ++r)
        if (list.runs[r].rows == NULL)
            DSC_CHECK_NOT_NULL(step->gradients);
    dsc_status status = look(context, o, &list, report);
    if (status < 0)
        return status;
    if (status == DSC_OK) {
        if (step->row_gradients != NULL)
            DSC_TRY(dsc_reserve_rows(o, &list));
        dsc_place_planes(o, step->parameters);
        report->updated = list.elements;
        report->penalty = dsc_update_runs(context, o, step, &list);
        dsc_average_rest(context, o, step, true);
        dsc_count_step(o);
    } else {
        dsc_average_rest(context, o, step, false);
    }
    dsc_hook_after(o, step, report);
    return status;
}

#include <math.h>

#include "optimizers/engine.h"

/* Fills in the report; the status that the guard asks for. */
static dsc_status refuse(dsc_optimizer *o, const dsc_measure *found, bool must_stop,
                         dsc_step_report *report) {
    /* A run may be several tensors; the gradients of its tensors stand one after another. */
    const dsc_tensor *tensor = found->bad_run->tensor;
    size_t element = found->bad_element;
    if (found->bad_run->rows != NULL) {
        size_t width = tensor->length / tensor->shape[0];
        element = (size_t)found->bad_run->rows->rows[element / width] * width + element % width;
    }
    for (; element >= tensor->length; ++tensor)
        element -= tensor->length;
    report->bad_tensor = (size_t)(tensor - o->tensors);
    report->bad_element = element;
    if (o->guard == DSC_GUARD_PROPAGATE && !must_stop)
        return DSC_OK;
    char buffer[32];
    bool skips = o->guard == DSC_GUARD_SKIP && !must_stop;
    o->skipped_steps += skips;
    report->skipped_steps = o->skipped_steps;
    return dsc_fail(skips ? DSC_STEP_SKIPPED : DSC_ERROR_NON_FINITE,
                    "the gradient of %s is not finite at element %zu",
                    dsc_tensor_name(o, report->bad_tensor, buffer, sizeof buffer), report->bad_element);
}

static double clip_scale(const dsc_optimizer *o, double norm) {
    double scale = o->clipping.max_norm / (norm + 1e-6);
    return scale >= 1 ? 1 : scale; /* NaN passes, as in PyTorch */
}

/* Measures, and sets the runs' scales. */
static dsc_status look(const dsc_context *context, dsc_optimizer *o, dsc_run_list *list,
                       dsc_step_report *report) {
    bool clips = isfinite(o->clipping.max_norm);
    bool must_stop = clips && o->clipping.error_if_nonfinite;
    if (!clips && o->guard == DSC_GUARD_PROPAGATE && !o->statistics)
        return DSC_OK;
    dsc_measure found = dsc_measure_gradients(context, o, list);
    report->gradient_norm = found.norm;
    report->gradient_largest = found.largest;
    if (found.bad_run != NULL) {
        dsc_status status = refuse(o, &found, must_stop, report);
        if (status != DSC_OK)
            return status;
    } else if (must_stop && !isfinite(found.norm)) {
        return dsc_fail(DSC_ERROR_NON_FINITE, "the gradients' norm of order %g is not finite",
                        o->clipping.norm_type);
    }
    for (size_t r = 0; clips && r < list->count; ++r) {
        dsc_run *run = &list->runs[r];
        run->scale = clip_scale(o, o->clipping.per_tensor ? run->norm : found.norm);
        report->clip_scale =
            run->scale < report->clip_scale || isnan(run->scale) ? run->scale : report->clip_scale;
    }
    return DSC_OK;
}

dsc_status dsc_optimizer_step(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                              dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "lbfgs evaluates the objective itself: use dsc_optimizer_minimize");
    if (o->hooks.before != NULL)
        DSC_TRY(o->hooks.before(o->hooks.user, step));
    dsc_run_list list;
    DSC_TRY(dsc_find_runs(o, step, &list));
    if (list.count > 0) {
        DSC_CHECK_NOT_NULL(step->parameters);
        DSC_CHECK_NOT_NULL(step->gradients);
    }
    dsc_place_planes(o, step->parameters);
    dsc_step_report unused;
    if (report == NULL)
        report = &unused;
    *report = (dsc_step_report){.gradient_norm = NAN,
                                .gradient_largest = NAN,
                                .clip_scale = 1,
                                .skipped_steps = o->skipped_steps,
                                .bad_tensor = SIZE_MAX,
                                .bad_element = SIZE_MAX};
    dsc_status status = look(context, o, &list, report);
    if (status != DSC_OK)
        return status;
    report->updated = list.elements;
    report->penalty = dsc_update_runs(context, o, step, &list);
    dsc_count_step(o, step, &list);
    if (o->hooks.after != NULL)
        o->hooks.after(o->hooks.user, step, report);
    return DSC_OK;
}

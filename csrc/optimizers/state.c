#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/lbfgs.h"
#include "optimizers/rows.h"

static dsc_status check_tensor(const dsc_optimizer *o, size_t tensor) {
    DSC_CHECK_NOT_NULL(o);
    if (tensor >= o->tensor_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no tensor %zu, only %zu", tensor, o->tensor_count);
    return DSC_OK;
}

dsc_status dsc_optimizer_get_step(const dsc_optimizer *o, size_t tensor, int64_t *step) {
    DSC_TRY(check_tensor(o, tensor));
    DSC_CHECK_NOT_NULL(step);
    *step = o->tensors[tensor].step;
    return DSC_OK;
}

dsc_status dsc_optimizer_set_step(dsc_optimizer *o, size_t tensor, int64_t step) {
    DSC_TRY(check_tensor(o, tensor));
    if (step < 0 || step > DSC_LARGEST_STEP)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: step is %lld, must be in [0, 2^53]", __func__,
                        (long long)step);
    o->tensors[tensor].step = step;
    return DSC_OK;
}

/* ---- Slots ---- */

static const dsc_rule *rule_of(const dsc_optimizer *o, size_t tensor) {
    if (check_tensor(o, tensor) != DSC_OK || o->tensors[tensor].group == SIZE_MAX)
        return NULL;
    return o->groups[o->tensors[tensor].group].rule;
}

/* The tensor's slots are numbered without gaps; their planes may have some. SIZE_MAX: no such slot. */
static size_t plane_of(const dsc_optimizer *o, size_t tensor, size_t slot) {
    for (size_t k = 0; k < DSC_PLANES; ++k)
        if ((o->tensors[tensor].slots >> k & 1) != 0 && slot-- == 0)
            return k;
    return SIZE_MAX;
}

size_t dsc_optimizer_slot_count(const dsc_optimizer *o, size_t tensor) {
    if (rule_of(o, tensor) == NULL)
        return 0;
    if (o->lbfgs != NULL)
        return dsc_lbfgs_slot_count(o->lbfgs);
    return (size_t)__builtin_popcount(o->tensors[tensor].slots);
}

dsc_status dsc_optimizer_get_slot(const dsc_optimizer *o, size_t tensor, size_t slot, dsc_slot_info *info) {
    DSC_TRY(check_tensor(o, tensor));
    DSC_CHECK_NOT_NULL(info);
    if (slot >= dsc_optimizer_slot_count(o, tensor))
        return dsc_fail(DSC_ERROR_ARGUMENT, "tensor %zu has no state slot %zu", tensor, slot);
    const dsc_parameter *t = &o->tensors[tensor];
    *info = (dsc_slot_info){.rank = t->rank};
    memcpy(info->shape, t->shape, sizeof t->shape);
    if (o->lbfgs != NULL) {
        dsc_lbfgs_slot(o->lbfgs, slot, info->name, sizeof info->name);
        info->filled = dsc_lbfgs_is_filled(o, slot);
        return DSC_OK;
    }
    const dsc_rule *rule = rule_of(o, tensor);
    size_t plane = plane_of(o, tensor, slot);
    snprintf(info->name, sizeof info->name, "%s", plane == DSC_SLOW ? "slow" : rule->info.slots[plane]);
    info->filled = ((t->filled | t->partial) >> plane & 1) != 0;
    info->by_rows = rule->info.kind == DSC_RULE_ELEMENTWISE && t->rank > 0 && t->length > 0;
    for (size_t row = 0; (t->partial >> plane & 1) != 0 && !info->partly && row < t->shape[0]; ++row)
        info->partly = (dsc_missing_in_row(t, row) >> plane & 1) != 0;
    for (size_t d = 0; d < t->rank && rule->is_reduced != NULL && plane != DSC_SLOW; ++d)
        if (t->length > 0 && rule->is_reduced(plane, d, t->rank)) /* nothing stays nothing */
            info->shape[d] = 1;
    return DSC_OK;
}

/* A slot's place, and its bytes. */
static char *slot_data(const dsc_optimizer *o, size_t tensor, size_t slot, const dsc_slot_info *info,
                       size_t *bytes) {
    size_t length = 1;
    for (size_t d = 0; d < info->rank; ++d)
        length *= info->shape[d];
    *bytes = length * dsc_dtype_size(o->dtype);
    char name[32];
    void *vector = o->lbfgs != NULL ? dsc_lbfgs_slot(o->lbfgs, slot, name, sizeof name)
                                    : o->planes[plane_of(o, tensor, slot)];
    return dsc_offset(o, vector, o->tensors[tensor].start);
}

dsc_status dsc_optimizer_export_slot(const dsc_optimizer *o, size_t tensor, size_t slot, void *to) {
    dsc_slot_info info;
    DSC_TRY(dsc_optimizer_get_slot(o, tensor, slot, &info));
    DSC_CHECK_NOT_NULL(to);
    if (!info.filled)
        return dsc_fail(DSC_ERROR_ARGUMENT, "state slot %zu of tensor %zu is not filled", slot, tensor);
    size_t bytes;
    const char *from = slot_data(o, tensor, slot, &info, &bytes);
    memcpy(to, from, bytes);
    return DSC_OK;
}

dsc_status dsc_optimizer_import_slot(dsc_optimizer *o, size_t tensor, size_t slot, const void *from) {
    dsc_slot_info info;
    DSC_TRY(dsc_optimizer_get_slot(o, tensor, slot, &info));
    DSC_CHECK_NOT_NULL(from);
    size_t bytes;
    char *to = slot_data(o, tensor, slot, &info, &bytes);
    memcpy(to, from, bytes);
    if (o->lbfgs == NULL)
        dsc_fill_planes(&o->tensors[tensor], 1u << plane_of(o, tensor, slot));
    else
        dsc_lbfgs_forget_products(o->lbfgs);
    return DSC_OK;
}

/* The plane of a slot that may hold state in some rows. */
static dsc_status find_rows(const dsc_optimizer *o, size_t tensor, size_t slot, size_t *plane) {
    dsc_slot_info info;
    DSC_TRY(dsc_optimizer_get_slot(o, tensor, slot, &info));
    if (!info.by_rows)
        return dsc_fail(DSC_ERROR_ARGUMENT, "tensor %zu, of rank %zu and rule %s, has no rows of state",
                        tensor, info.rank, rule_of(o, tensor)->info.name);
    if (!info.filled)
        return dsc_fail(DSC_ERROR_ARGUMENT, "state slot %zu of tensor %zu is not filled", slot, tensor);
    *plane = plane_of(o, tensor, slot);
    return DSC_OK;
}

dsc_status dsc_optimizer_export_rows(const dsc_optimizer *o, size_t tensor, size_t slot, uint8_t *begun) {
    size_t plane = 0;
    DSC_TRY(find_rows(o, tensor, slot, &plane));
    DSC_CHECK_NOT_NULL(begun);
    const dsc_parameter *t = &o->tensors[tensor];
    for (size_t row = 0; row < t->shape[0]; ++row)
        begun[row] = (dsc_missing_in_row(t, row) >> plane & 1) == 0;
    return DSC_OK;
}

dsc_status dsc_optimizer_import_rows(dsc_optimizer *o, size_t tensor, size_t slot, const uint8_t *begun) {
    size_t plane = 0;
    DSC_TRY(find_rows(o, tensor, slot, &plane));
    DSC_CHECK_NOT_NULL(begun);
    return dsc_restrict_plane(o, &o->tensors[tensor], plane, begun);
}

/* ---- Scalars ---- */

size_t dsc_optimizer_scalar_count(const dsc_optimizer *o, size_t tensor) {
    const dsc_rule *rule = rule_of(o, tensor);
    size_t count = 0;
    while (rule != NULL && count < DSC_MAX_SCALARS && rule->info.scalars[count] != NULL)
        ++count;
    return count;
}

const char *dsc_optimizer_scalar_name(const dsc_optimizer *o, size_t tensor, size_t scalar) {
    return scalar < dsc_optimizer_scalar_count(o, tensor) ? rule_of(o, tensor)->info.scalars[scalar] : NULL;
}

dsc_status dsc_optimizer_get_scalars(const dsc_optimizer *o, size_t tensor, double *scalars) {
    DSC_TRY(check_tensor(o, tensor));
    DSC_CHECK_NOT_NULL(scalars);
    if ((o->tensors[tensor].filled & DSC_SCALARS_SET) == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "tensor %zu has had no step, and has no scalars", tensor);
    memcpy(scalars, o->tensors[tensor].scalars, dsc_optimizer_scalar_count(o, tensor) * sizeof *scalars);
    return DSC_OK;
}

dsc_status dsc_optimizer_set_scalars(dsc_optimizer *o, size_t tensor, const double *scalars) {
    DSC_TRY(check_tensor(o, tensor));
    DSC_CHECK_NOT_NULL(scalars);
    if (o->lbfgs != NULL) {
        DSC_TRY(dsc_lbfgs_check_scalars(o->lbfgs, scalars));
        dsc_lbfgs_forget_products(o->lbfgs);
    }
    memcpy(o->tensors[tensor].scalars, scalars, dsc_optimizer_scalar_count(o, tensor) * sizeof *scalars);
    o->tensors[tensor].filled |= DSC_SCALARS_SET;
    return DSC_OK;
}

void dsc_optimizer_reset(dsc_optimizer *o) {
    if (o == NULL)
        return;
    for (size_t k = 0; k < DSC_PLANES; ++k)
        if (o->planes[k] != NULL)
            memset(o->planes[k], 0, o->total * dsc_dtype_size(o->dtype));
    for (size_t i = 0; i < o->tensor_count; ++i) {
        o->tensors[i].step = 0;
        dsc_forget_state(&o->tensors[i]);
        memset(o->tensors[i].scalars, 0, sizeof o->tensors[i].scalars);
    }
    dsc_lbfgs_reset(o);
    o->skipped_steps = 0;
}

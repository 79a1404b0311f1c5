#include <stdlib.h>
#include <string.h>

#include "optimizers/engine.h"

dsc_status dsc_allocate_planes(dsc_optimizer *o, uint32_t slots) {
    for (size_t k = 0; k < DSC_MAX_SLOTS; ++k) {
        if ((slots >> k & 1) == 0 || o->planes[k] != NULL)
            continue;
        /* calloc's fresh pages are zero already and take no memory until a tensor of theirs is
         * stepped. */
        o->planes[k] = calloc(dsc_max_size(o->total, 1), dsc_dtype_size(o->dtype));
        if (o->planes[k] == NULL)
            return dsc_fail(DSC_ERROR_MEMORY, "optimizer state of %zu elements is not to be had", o->total);
        dsc_advise_huge_pages(o->planes[k], o->total * dsc_dtype_size(o->dtype));
    }
    return DSC_OK;
}

static dsc_status check_tensor(const dsc_optimizer *o, size_t tensor) {
    DSC_CHECK_NOT_NULL(o);
    if (tensor >= o->tensor_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no tensor %zu, only %zu", tensor, o->tensor_count);
    return DSC_OK;
}

static dsc_status check_slot(const dsc_optimizer *o, size_t tensor, size_t slot) {
    DSC_TRY(check_tensor(o, tensor));
    if (dsc_optimizer_slot_name(o, tensor, slot) == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "tensor %zu has no state slot %zu", tensor, slot);
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
    if (step < 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: step is %lld, must be >= 0", __func__, (long long)step);
    o->tensors[tensor].step = step;
    return DSC_OK;
}

uint32_t dsc_optimizer_filled_slots(const dsc_optimizer *o, size_t tensor) {
    return check_tensor(o, tensor) == DSC_OK ? o->tensors[tensor].filled : 0;
}

const char *dsc_optimizer_slot_name(const dsc_optimizer *o, size_t tensor, size_t slot) {
    if (check_tensor(o, tensor) != DSC_OK || o->tensors[tensor].group == SIZE_MAX || slot >= DSC_MAX_SLOTS)
        return NULL;
    return o->groups[o->tensors[tensor].group].rule->info.slots[slot];
}

static char *slot_data(const dsc_optimizer *o, size_t tensor, size_t slot) {
    return (char *)o->planes[slot] + o->tensors[tensor].start * dsc_dtype_size(o->dtype);
}

dsc_status dsc_optimizer_export_slot(const dsc_optimizer *o, size_t tensor, size_t slot, void *to) {
    DSC_TRY(check_slot(o, tensor, slot));
    DSC_CHECK_NOT_NULL(to);
    if ((o->tensors[tensor].filled >> slot & 1) == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "state slot %zu of tensor %zu is not filled", slot, tensor);
    memcpy(to, slot_data(o, tensor, slot), o->tensors[tensor].length * dsc_dtype_size(o->dtype));
    return DSC_OK;
}

dsc_status dsc_optimizer_import_slot(dsc_optimizer *o, size_t tensor, size_t slot, const void *from) {
    DSC_TRY(check_slot(o, tensor, slot));
    DSC_CHECK_NOT_NULL(from);
    DSC_TRY(dsc_allocate_planes(o, 1u << slot));
    memcpy(slot_data(o, tensor, slot), from, o->tensors[tensor].length * dsc_dtype_size(o->dtype));
    o->tensors[tensor].filled |= 1u << slot;
    return DSC_OK;
}

void dsc_optimizer_reset(dsc_optimizer *o) {
    if (o == NULL)
        return;
    for (size_t k = 0; k < DSC_MAX_SLOTS; ++k)
        if (o->planes[k] != NULL)
            memset(o->planes[k], 0, o->total * dsc_dtype_size(o->dtype));
    for (size_t i = 0; i < o->tensor_count; ++i) {
        o->tensors[i].step = 0;
        o->tensors[i].filled = 0;
    }
    o->skipped_steps = 0;
}

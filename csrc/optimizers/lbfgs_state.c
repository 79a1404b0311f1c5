#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/lbfgs_state.h"

void dsc_lbfgs_destroy(dsc_lbfgs *l) {
    if (l == NULL)
        return;
    dsc_free(l->memory);
    free(l->ro);
    free(l->al);
    free(l);
}

static dsc_status make(const dsc_optimizer *o, const dsc_group *group, dsc_lbfgs **made) {
    dsc_lbfgs *l = calloc(1, sizeof *l);
    if (l == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "out of memory");
    *l = (dsc_lbfgs){.dtype = o->dtype, .n = o->total, .capacity = (size_t)group->options[HISTORY_SIZE]};
    l->ro = calloc(l->capacity, sizeof *l->ro);
    l->al = calloc(l->capacity, sizeof *l->al);
    size_t vectors = FIXED + 2 * l->capacity;
    bool overflows = dsc_product_overflows(vectors, dsc_max_size(l->n, 1), l->dtype);
    size_t bytes = overflows ? 0 : vectors * l->n * dsc_dtype_size(l->dtype);
    dsc_status status = DSC_ERROR_MEMORY;
    if (l->ro != NULL && l->al != NULL && !overflows)
        status = dsc_allocate(bytes, &l->memory);
    if (status != DSC_OK) {
        dsc_fail(status, "a history of %zu pairs of %zu elements could not be allocated", l->capacity,
                 o->total);
        dsc_lbfgs_destroy(l);
        return status;
    }
    *made = l;
    return DSC_OK;
}

dsc_status dsc_lbfgs_create(dsc_optimizer *o, const dsc_group *group) {
    return make(o, group, &o->lbfgs);
}

dsc_status dsc_lbfgs_resize(dsc_optimizer *o, const dsc_group *group) {
    dsc_lbfgs *old = o->lbfgs, *fresh = NULL;
    if ((size_t)group->options[HISTORY_SIZE] == old->capacity)
        return DSC_OK;
    DSC_TRY(make(o, group, &fresh));
    size_t vector_bytes = old->n * dsc_dtype_size(old->dtype);
    memcpy(fresh->memory, old->memory, FIXED * vector_bytes);
    size_t pairs = o->tensor_count > 0 ? (size_t)o->tensors[0].scalars[PAIRS] : 0;
    size_t kept = dsc_min_size(pairs, fresh->capacity);
    for (size_t i = 0; i < kept; ++i) {
        memcpy(dsc_lbfgs_change(fresh, i), dsc_lbfgs_change(old, pairs - kept + i), vector_bytes);
        memcpy(dsc_lbfgs_step_taken(fresh, i), dsc_lbfgs_step_taken(old, pairs - kept + i), vector_bytes);
    }
    for (size_t i = 0; i < o->tensor_count; ++i)
        o->tensors[i].scalars[PAIRS] = (double)kept;
    dsc_lbfgs_destroy(old);
    o->lbfgs = fresh;
    return DSC_OK;
}

size_t dsc_lbfgs_slot_count(const dsc_lbfgs *l) {
    return 2 + 2 * l->capacity;
}

void *dsc_lbfgs_slot(const dsc_lbfgs *l, size_t slot, char *name, size_t size) {
    if (slot < 2) {
        snprintf(name, size, "%s", slot == 0 ? "d" : "prev_flat_grad");
        return dsc_lbfgs_vector(l, slot == 0 ? DIRECTION : PREVIOUS);
    }
    size_t pair = (slot - 2) / 2;
    bool is_change = slot % 2 == 0;
    snprintf(name, size, "%s.%zu", is_change ? "old_dirs" : "old_stps", pair);
    return is_change ? dsc_lbfgs_change(l, pair) : dsc_lbfgs_step_taken(l, pair);
}

bool dsc_lbfgs_is_filled(const dsc_optimizer *o, size_t slot) {
    const double *scalars = o->tensors[0].scalars;
    return slot < 2 ? scalars[N_ITER] > 0 : (double)((slot - 2) / 2) < scalars[PAIRS];
}

void dsc_lbfgs_reset(dsc_optimizer *o) {
    if (o->lbfgs != NULL)
        o->lbfgs->first = o->lbfgs->ro_count = 0;
}

void dsc_lbfgs_forget_products(dsc_lbfgs *l) {
    l->ro_count = 0;
}

dsc_status dsc_lbfgs_check_scalars(const dsc_lbfgs *l, const double *scalars) {
    double pairs = scalars[PAIRS];
    if (pairs >= 0 && pairs <= (double)l->capacity && pairs == floor(pairs))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs: pairs is %g, must be a whole number in [0, %zu]", pairs,
                    l->capacity);
}

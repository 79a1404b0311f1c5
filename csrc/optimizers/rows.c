#include "optimizers/rows.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(DSC_PLANES <= 8, "a row's planes are the bits of a byte");

dsc_status dsc_check_rows(const dsc_optimizer *o, size_t index, const dsc_row_gradient *rows) {
    const dsc_parameter *t = &o->tensors[index];
    char buffer[32];
    const char *name = dsc_tensor_name(o, index, buffer, sizeof buffer);
    const dsc_rule_info *rule = &o->groups[t->group].rule->info;
    if (rule->kind != DSC_RULE_ELEMENTWISE)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s looks at whole tensors and takes no row gradient", name,
                        rule->name);
    if (t->rank == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: a scalar has no rows", name);
    if (rows->count > 0 && (rows->rows == NULL || (rows->values == NULL && t->length > 0)))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the row gradient's rows or values are NULL", name);
    for (size_t i = 0; i < rows->count; ++i) {
        if (rows->rows[i] < 0 || (uint64_t)rows->rows[i] >= t->shape[0])
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: row %lld is outside [0, %zu)", name,
                            (long long)rows->rows[i], t->shape[0]);
        if (i > 0 && rows->rows[i] <= rows->rows[i - 1])
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "%s: rows must rise strictly (add up repeated ones); %lld comes after %lld", name,
                            (long long)rows->rows[i], (long long)rows->rows[i - 1]);
    }
    return DSC_OK;
}

static dsc_status make_room(dsc_optimizer *o, dsc_parameter *t) {
    if (t->begun == NULL)
        t->begun = calloc(t->shape[0], 1);
    if (t->begun != NULL)
        return DSC_OK;
    char buffer[32];
    return dsc_fail(DSC_ERROR_MEMORY, "%s: a byte for each of its %zu rows could not be allocated",
                    dsc_tensor_name(o, (size_t)(t - o->tensors), buffer, sizeof buffer), t->shape[0]);
}

dsc_status dsc_reserve_rows(dsc_optimizer *o, const dsc_run_list *list) {
    for (size_t r = 0; r < list->count; ++r) {
        const dsc_run *run = &list->runs[r];
        if (run->rows != NULL && run->length > 0 && run->missing != 0)
            DSC_TRY(make_room(o, &o->tensors[run->tensor - o->tensors]));
    }
    return DSC_OK;
}

/* Ends the bookkeeping when all rows have begun what some have. Every row is passed once. */
static void settle(dsc_parameter *t) {
    while (t->settled < t->shape[0] && (t->partial & ~(uint32_t)t->begun[t->settled]) == 0)
        ++t->settled;
    if (t->settled == t->shape[0])
        dsc_fill_planes(t, t->partial);
}

void dsc_begin_rows(dsc_parameter *t, const dsc_row_gradient *rows) {
    uint32_t planes = t->slots & ~t->filled;
    if (planes == 0 || rows->count == 0)
        return;
    if ((planes & ~t->partial) != 0)
        t->settled = 0;
    t->partial |= planes;
    for (size_t i = 0; i < rows->count; ++i)
        t->begun[rows->rows[i]] |= (uint8_t)planes;
    settle(t);
}

static void end_bookkeeping(dsc_parameter *t) {
    free(t->begun);
    t->begun = NULL;
    t->partial = 0;
    t->settled = 0;
}

void dsc_fill_planes(dsc_parameter *t, uint32_t planes) {
    t->filled |= planes;
    t->partial &= ~planes;
    if (t->partial == 0)
        end_bookkeeping(t);
}

void dsc_forget_state(dsc_parameter *t) {
    t->filled = 0;
    end_bookkeeping(t);
}

void dsc_forget_plane(dsc_optimizer *o, dsc_parameter *t, size_t plane) {
    uint32_t bit = 1u << plane;
    t->filled &= ~bit;
    t->partial &= ~bit;
    for (size_t row = 0; t->begun != NULL && row < t->shape[0]; ++row)
        t->begun[row] &= (uint8_t)~bit;
    if (t->partial == 0)
        end_bookkeeping(t);
    if (o->planes[plane] != NULL)
        memset(dsc_offset(o, o->planes[plane], t->start), 0, t->length * dsc_dtype_size(o->dtype));
}

dsc_status dsc_restrict_plane(dsc_optimizer *o, dsc_parameter *t, size_t plane, const uint8_t *begun) {
    DSC_TRY(make_room(o, t));
    uint32_t bit = 1u << plane, others = t->partial & ~bit;
    size_t width = dsc_row_width(t);
    t->filled &= ~bit;
    t->partial = others;
    t->settled = 0;
    for (size_t row = 0; row < t->shape[0]; ++row) {
        if (begun[row] != 0) {
            t->begun[row] |= (uint8_t)bit;
            t->partial = others | bit;
        } else {
            t->begun[row] &= (uint8_t)~bit;
            memset(dsc_offset(o, o->planes[plane], t->start + row * width), 0,
                   width * dsc_dtype_size(o->dtype));
        }
    }
    if (t->partial == 0)
        end_bookkeeping(t);
    else
        settle(t);
    return DSC_OK;
}

/* Leaves in an optimizer's buffers. */
#include "descent/parameters.h"

#include <stdlib.h>

#include "autodiff/pass.h"
#include "optimizers/engine.h"

enum { AHEAD = 16 };

struct dsc_parameters {
    const dsc_context *context;
    size_t count;
    dsc_tensor **leaves;
    dsc_tensor *values, *gradients; /* the buffers, as vectors */
    uint8_t *has_gradient;
    dsc_row_gradient *rows; /* those of the leaves, where they have any, and pointers to them */
    const dsc_row_gradient **row_list;
    uint64_t fitting; /* the layout of an optimizer that was found to fit; 0: none was */
};

static dsc_status check_leaf(const char *function, const dsc_parameters *p, size_t index,
                             const dsc_tensor *leaf, dsc_dtype dtype) {
    if (leaf == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: leaf %zu is NULL", function, index);
    if (leaf->node != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: leaf %zu is the result of %s, and no leaf", function, index,
                        leaf->node->operation->name);
    if (!dsc_is_real(leaf->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "%s: leaf %zu is %s, must be float32 or float64", function, index,
                        dsc_dtype_name(leaf->dtype));
    if (leaf->dtype != dtype)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: leaf %zu is %s, must be %s as those before it", function, index,
                        dsc_dtype_name(leaf->dtype), dsc_dtype_name(dtype));
    if (leaf->is_grad)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: leaf %zu is another leaf's gradient: clone it", function,
                        index);
    if (leaf->owner != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: leaf %zu %s", function, index,
                        leaf->owner == p ? "is one of the parameters already"
                                         : "belongs to other parameters: destroy those before");
    return DSC_OK;
}

static void give_back(size_t count, dsc_tensor *const *leaves) {
    for (size_t i = 0; i < count; ++i)
        leaves[i]->owner = NULL;
}

/* All or none. */
static dsc_status claim(const char *function, dsc_parameters *p, size_t count, dsc_tensor *const *leaves) {
    for (size_t i = 0; i < count; ++i) {
        const dsc_tensor *first = p->count > 0 ? p->leaves[0] : leaves[0];
        dsc_status status = check_leaf(function, p, i, leaves[i], first == NULL ? DSC_FLOAT32 : first->dtype);
        if (status != DSC_OK) {
            give_back(i, leaves);
            return status;
        }
        leaves[i]->owner = p;
    }
    return DSC_OK;
}

/* Room for so many leaves in the lists. */
static dsc_status make_room(const char *function, dsc_parameters *p, size_t more) {
    dsc_tensor **leaves = realloc(p->leaves, (p->count + more + 1) * sizeof *leaves);
    if (leaves != NULL)
        p->leaves = leaves;
    uint8_t *flags = realloc(p->has_gradient, p->count + more + 1);
    if (flags != NULL)
        p->has_gradient = flags;
    dsc_row_gradient *rows = realloc(p->rows, (p->count + more + 1) * sizeof *rows);
    if (rows != NULL)
        p->rows = rows;
    const dsc_row_gradient **list = realloc(p->row_list, (p->count + more + 1) * sizeof *list);
    if (list != NULL)
        p->row_list = list;
    if (leaves == NULL || flags == NULL || rows == NULL || list == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", function);
    return DSC_OK;
}

static bool stands_at(const dsc_tensor *t, const dsc_storage *storage, size_t at) {
    return t->storage == storage && t->data == (char *)storage->data + at * dsc_size_of(t->dtype);
}

/* Whether they stand in buffers of this context as new ones would have them. */
static bool lie_in_order(const dsc_context *context, size_t count, dsc_tensor *const *leaves) {
    const dsc_tensor *first = count > 0 ? leaves[0] : NULL;
    if (first == NULL || !first->has_grad_place || first->storage->context != context)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < count; ++i) {
        const dsc_tensor *t = leaves[i];
        if (!t->has_grad_place || !t->is_contiguous || !stands_at(t, first->storage, at) ||
            !stands_at(t->grad, first->grad->storage, at))
            return false;
        at += t->count;
    }
    return true;
}

/* Copies the leaf and its gradient to where they are to be; `place` becomes that of the gradient. */
static dsc_status copy(const dsc_tensor *leaf, const dsc_tensor *values, const dsc_tensor *gradients,
                       size_t offset, dsc_tensor **place) {
    DSC_TRY(dsc_view_of(gradients, leaf->rank, leaf->shape, NULL, offset, place));
    DSC_TRY(dsc_tensor_copy_out(leaf, (char *)dsc_data(values) + offset * dsc_size_of(leaf->dtype)));
    return leaf->has_grad ? dsc_tensor_copy_out(leaf->grad, dsc_data(*place)) : DSC_OK;
}

static void move(dsc_tensor *leaf, const dsc_tensor *values, size_t offset, dsc_tensor *place) {
    atomic_fetch_add(&values->storage->references, 1);
    dsc_storage_leave(leaf);
    leaf->storage = values->storage;
    leaf->data = (char *)values->data + offset * dsc_size_of(leaf->dtype);
    dsc_contiguous_strides(leaf->rank, leaf->shape, leaf->strides);
    leaf->is_contiguous = true;
    dsc_leaf_keep_grad(leaf, place);
    leaf->has_grad_place = true;
}

/* Moves leaves to new buffers, all or none. */
static dsc_status move_all(size_t count, dsc_tensor *const *leaves, dsc_tensor *values,
                           const dsc_tensor *gradients) {
    dsc_tensor **places = calloc(count + 1, sizeof *places);
    if (places == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "parameters: out of memory");
    dsc_status status = DSC_OK;
    /* What was recorded with an earlier version of a leaf must not be taken for unchanged. */
    uint64_t version = 0;
    for (size_t i = 0, offset = 0; status == DSC_OK && i < count; offset += leaves[i++]->count) {
        status = copy(leaves[i], values, gradients, offset, &places[i]);
        version = dsc_version_of(leaves[i]) > version ? dsc_version_of(leaves[i]) : version;
    }
    for (size_t i = 0, offset = 0; i < count; offset += leaves[i++]->count)
        if (status == DSC_OK)
            move(leaves[i], values, offset, places[i]);
        else
            dsc_tensor_release(places[i]);
    free(places);
    atomic_store(&values->storage->version, version);
    return status;
}

/* Buffers for the first `count` of the list, which move there unless they lie so already. */
static dsc_status settle(const char *function, dsc_parameters *p, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; ++i)
        if (__builtin_add_overflow(total, p->leaves[i]->count, &total))
            return dsc_fail(DSC_ERROR_OVERFLOW, "%s: the leaves up to %zu have too many numbers", function,
                            i);
    dsc_tensor *const *leaves = p->leaves;
    dsc_dtype dtype = count > 0 ? leaves[0]->dtype : DSC_FLOAT32;
    bool stay = lie_in_order(p->context, count, leaves);
    dsc_tensor *values = NULL, *gradients = NULL;
    dsc_status status = stay ? dsc_view_of(leaves[0], 1, &total, NULL, 0, &values)
                             : dsc_make(p->context, dtype, 1, &total, &values);
    if (status == DSC_OK)
        status = stay ? dsc_view_of(leaves[0]->grad, 1, &total, NULL, 0, &gradients)
                      : dsc_make(p->context, dtype, 1, &total, &gradients);
    if (status == DSC_OK && !stay)
        status = move_all(count, leaves, values, gradients);
    dsc_tensor_release(status == DSC_OK ? p->values : values);
    dsc_tensor_release(status == DSC_OK ? p->gradients : gradients);
    if (status == DSC_OK) {
        p->values = values;
        p->gradients = gradients;
    }
    return status;
}

static dsc_status append(const char *function, dsc_parameters *p, size_t count, dsc_tensor *const *leaves) {
    if (count > 0 && leaves == NULL)
        return dsc_fail_null(function, "leaves");
    if (count > PTRDIFF_MAX / sizeof *p->rows - p->count - 1)
        return dsc_fail(DSC_ERROR_OVERFLOW, "%s: %zu leaves are too many", function, count);
    DSC_TRY(claim(function, p, count, leaves));
    dsc_status status = make_room(function, p, count);
    for (size_t i = 0; status == DSC_OK && i < count; ++i)
        p->leaves[p->count + i] = leaves[i];
    if (status == DSC_OK)
        status = settle(function, p, p->count + count);
    if (status != DSC_OK) {
        give_back(count, leaves);
        return status;
    }
    for (size_t i = 0; i < count; ++i)
        dsc_tensor_retain(leaves[i]);
    p->count += count;
    p->fitting = 0;
    return DSC_OK;
}

dsc_status dsc_parameters_create(const dsc_context *context, size_t count, dsc_tensor *const *leaves,
                                 dsc_parameters **parameters) {
    DSC_CHECK_NOT_NULL(parameters);
    dsc_parameters *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    made->context = context;
    dsc_status status = append(__func__, made, count, leaves);
    if (status == DSC_OK)
        *parameters = made;
    else
        dsc_parameters_destroy(made);
    return status;
}

dsc_status dsc_parameters_add(dsc_parameters *parameters, size_t count, dsc_tensor *const *leaves) {
    DSC_CHECK_NOT_NULL(parameters);
    return append(__func__, parameters, count, leaves);
}

void dsc_parameters_destroy(dsc_parameters *p) {
    if (p == NULL)
        return;
    give_back(p->count, p->leaves);
    for (size_t i = 0; i < p->count; ++i)
        dsc_tensor_release(p->leaves[i]);
    dsc_tensor_release(p->values);
    dsc_tensor_release(p->gradients);
    free(p->leaves);
    free(p->has_gradient);
    free(p->rows);
    free(p->row_list);
    free(p);
}

/* An optimizer of other tensors would step out of the buffers. */
static dsc_status check_optimizer(dsc_parameters *p, const dsc_optimizer *o) {
    if (o->layout == p->fitting)
        return DSC_OK;
    if (o->tensor_count != p->count)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "the optimizer has another number of tensors, %zu, for %zu parameters",
                        o->tensor_count, p->count);
    if (p->count > 0 && o->dtype != p->values->dtype)
        return dsc_fail(DSC_ERROR_ARGUMENT, "the optimizer has another type, %s, for parameters of %s",
                        dsc_dtype_name(o->dtype), dsc_dtype_name(p->values->dtype));
    for (size_t i = 0; i < p->count; ++i)
        if (o->tensors[i].length != p->leaves[i]->count)
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "the optimizer's tensor %zu has another length, %zu, for a parameter of %zu", i,
                            o->tensors[i].length, p->leaves[i]->count);
    p->fitting = o->layout;
    return DSC_OK;
}

/* Sets the flags; how many are set, and whether leaves keep rows. Refused: a leaf that was swapped for one
 * that stands elsewhere. */
static dsc_status note_gradients(dsc_parameters *p, const dsc_row_gradient *const *rows, size_t *having,
                                 bool *keep_rows) {
    *having = 0;
    *keep_rows = false;
    for (size_t i = 0; i < p->count; ++i) {
        const dsc_tensor *leaf = p->leaves[i];
        /* A step streams more than a cache through: leaves have to be fetched anew, and lie anywhere. */
        __builtin_prefetch(p->leaves[dsc_min_size(i + AHEAD, p->count - 1)]);
        if (leaf->storage != p->values->storage)
            return dsc_fail(DSC_ERROR_ARGUMENT, "parameter %zu was swapped: swap it back before", i);
        p->has_gradient[i] = leaf->has_grad || leaf->rows != NULL || (rows != NULL && rows[i] != NULL);
        *having += p->has_gradient[i];
        *keep_rows |= leaf->rows != NULL;
    }
    return DSC_OK;
}

/* The given row gradients, and those that leaves keep where there is none. */
static const dsc_row_gradient *const *list_rows(dsc_parameters *p, const dsc_row_gradient *const *given) {
    for (size_t i = 0; i < p->count; ++i) {
        const struct dsc_leaf_rows *rows = p->leaves[i]->rows;
        p->row_list[i] = given == NULL ? NULL : given[i];
        if (rows == NULL || p->row_list[i] != NULL)
            continue;
        p->rows[i] = (dsc_row_gradient){
            .count = rows->index->count, .rows = dsc_data(rows->index), .values = dsc_data(rows->values)};
        p->row_list[i] = &p->rows[i];
    }
    return p->row_list;
}

dsc_status dsc_parameters_step(dsc_parameters *parameters, dsc_optimizer *optimizer,
                               const dsc_row_gradient *const *rows, dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(parameters);
    DSC_CHECK_NOT_NULL(optimizer);
    DSC_TRY(check_optimizer(parameters, optimizer));
    size_t having;
    bool keep_rows;
    DSC_TRY(note_gradients(parameters, rows, &having, &keep_rows));
    if (having == 0 && parameters->count > 0)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "none of the %zu parameters has a gradient: call dsc_backward before the step, on a "
                        "loss that depends on them",
                        parameters->count);
    dsc_step step = {.parameters = dsc_data(parameters->values),
                     .gradients = dsc_data(parameters->gradients),
                     .has_gradient = having == parameters->count ? NULL : parameters->has_gradient,
                     .row_gradients = keep_rows ? list_rows(parameters, rows) : rows};
    dsc_status status = dsc_optimizer_step(parameters->context, optimizer, &step, report);
    /* A hook may have written even where the step did not. */
    if (status == DSC_OK || optimizer->hooks.before != NULL || optimizer->hooks.after != NULL)
        dsc_note_change(parameters->values);
    return status;
}

void dsc_parameters_zero_grad(dsc_parameters *p) {
    for (size_t i = 0; p != NULL && i < p->count; ++i)
        dsc_leaf_forget(p->leaves[i]);
}

dsc_status dsc_parameters_prepare(dsc_parameters *parameters, dsc_step *step) {
    DSC_CHECK_NOT_NULL(parameters);
    DSC_CHECK_NOT_NULL(step);
    for (size_t i = 0; i < parameters->count; ++i)
        DSC_TRY(dsc_leaf_make_dense(parameters->leaves[i]));
    size_t having;
    bool keep_rows;
    DSC_TRY(note_gradients(parameters, NULL, &having, &keep_rows));
    step->parameters = dsc_data(parameters->values);
    step->gradients = dsc_data(parameters->gradients);
    step->has_gradient = parameters->has_gradient;
    return DSC_OK;
}

void dsc_parameters_note_change(dsc_parameters *p) {
    if (p != NULL)
        dsc_note_change(p->values);
}

bool dsc_parameters_have(const dsc_tensor *leaf) {
    return leaf != NULL && leaf->owner != NULL;
}

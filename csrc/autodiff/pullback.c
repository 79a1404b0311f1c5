#include "autodiff/pullback.h"

#include <stdlib.h>

#include "autodiff/pass.h"
#include "operations/table.h"

static void check_version(dsc_pullback *p, const dsc_tensor *t, uint64_t version, const char *what) {
    if (p->status == DSC_OK && dsc_version_of(t) != version)
        p->status = dsc_fail(
            DSC_ERROR_ARGUMENT,
            "%s: %s of shape %s was changed in place after it was used, and is needed for a gradient",
            p->node->operation->name, what, dsc_shape_text(t->rank, t->shape).text);
}

dsc_tensor *dsc_input(dsc_pullback *p, size_t input) {
    dsc_tensor *t = p->node->inputs[input];
    check_version(p, t, p->node->versions[input], "an input");
    return p->status == DSC_OK ? t : NULL;
}

dsc_tensor *dsc_saved(dsc_pullback *p, size_t index) {
    dsc_tensor *t = p->node->saved[index];
    if (t != NULL)
        check_version(p, t, p->node->saved_versions[index], "what was kept");
    return p->status == DSC_OK ? t : NULL;
}

dsc_tensor *dsc_output(dsc_pullback *p, size_t index) {
    dsc_tensor *t = dsc_saved(p, index);
    if (t == NULL || !p->creates_graph)
        return t;
    dsc_tensor *output;
    dsc_status status = dsc_tensor_detach(t, &output);
    if (status == DSC_OK) {
        atomic_fetch_add_explicit(&p->node->references, 1, memory_order_relaxed);
        output->node = p->node;
        output->requires_grad = true;
    }
    return dsc_keep(p, status, status == DSC_OK ? output : NULL);
}

static dsc_status make_room(dsc_pullback *p) {
    const size_t room = 2 * p->count;
    dsc_tensor **more = realloc(p->more, room * sizeof *more);
    if (more == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", p->node->operation->name);
    p->more = more;
    p->room = room;
    return DSC_OK;
}

dsc_tensor *dsc_keep(dsc_pullback *p, dsc_status status, dsc_tensor *made) {
    const size_t at = p->count;
    if (status == DSC_OK && at >= DSC_FEW_TEMPORARIES + p->room && (status = make_room(p)) != DSC_OK)
        dsc_tensor_release(made);
    if (status != DSC_OK) {
        p->status = status;
        return NULL;
    }
    ++p->count;
    return *(at < DSC_FEW_TEMPORARIES ? &p->temporaries[at] : &p->more[at - DSC_FEW_TEMPORARIES]) = made;
}

void dsc_release_temporaries(dsc_pullback *p) {
    for (size_t i = 0; i < p->count; ++i)
        dsc_tensor_release(i < DSC_FEW_TEMPORARIES ? p->temporaries[i] : p->more[i - DSC_FEW_TEMPORARIES]);
    free(p->more);
    p->more = NULL;
    p->count = p->room = 0;
}

/* The sum over what an input was repeated along. */
static dsc_tensor *unbroadcast(dsc_pullback *p, dsc_tensor *gradient, const dsc_tensor *input) {
    if (gradient == NULL || dsc_same_shape(gradient, input))
        return gradient;
    int64_t dimensions[DSC_MAX_RANK];
    size_t count = 0, more = (size_t)gradient->rank - input->rank;
    for (size_t d = 0; d < gradient->rank; ++d)
        if (d < more || (input->shape[d - more] == 1 && gradient->shape[d] != 1))
            dimensions[count++] = (int64_t)d;
    return x_reshape_like(p, x_sum(p, gradient, count, dimensions, false), input);
}

dsc_tensor *dsc_take_upstream(dsc_pullback *p) {
    dsc_tensor *upstream = p->upstream;
    if (p->status != DSC_OK || p->creates_graph || upstream == NULL || !dsc_is_sole(upstream))
        return NULL;
    p->upstream = NULL;
    return dsc_keep(p, DSC_OK, upstream);
}

/* Whether the node has an input at another place too. */
static bool comes_again(const dsc_pullback *p, size_t input) {
    const dsc_node *node = p->node;
    const dsc_tensor *t = node->inputs[input];
    for (size_t i = 0; i < node->input_count; ++i)
        if (node->inputs[i] == t && i != input)
            return true;
    return false;
}

/* Whether a gradient is this pull-back's own, and is not read any more when it is given. */
static bool is_spare(const dsc_pullback *p, size_t input, const dsc_tensor *gradient) {
    bool is_kept = gradient == p->upstream || gradient == p->second;
    for (size_t i = 0; i < DSC_NODE_SAVED; ++i)
        is_kept |= gradient == p->node->saved[i];
    return !is_kept && !comes_again(p, input);
}

static void check_finite(dsc_pullback *p, const dsc_tensor *gradient) {
    if (p->status == DSC_OK && p->pass->detects_anomalies)
        p->status = dsc_look_for_anomaly(p->node->operation->name, "gradient", gradient);
}

void dsc_give(dsc_pullback *p, size_t input, dsc_tensor *gradient) {
    if (gradient == NULL || !dsc_wants(p, input))
        return;
    dsc_tensor *target = p->node->inputs[input];
    gradient = unbroadcast(p, gradient, target);
    check_finite(p, gradient);
    if (p->status != DSC_OK)
        return;
    p->status = dsc_pass_deliver(p->pass, target, gradient, is_spare(p, input, gradient));
}

static bool lies_in(const dsc_tensor *t, const dsc_tensor *other) {
    return t != NULL && t->storage == other->storage;
}

void *dsc_place_of_gradient(dsc_pullback *p, size_t input, bool *add) {
    dsc_tensor *leaf = p->node->inputs[input];
    if (leaf == NULL || !leaf->requires_grad || leaf->node != NULL || leaf->recorded_grad != NULL ||
        p->status != DSC_OK || p->creates_graph || p->has_targets)
        return NULL;
    /* A gradient that was handed back must not be written while it is read. */
    if (leaf->grad != NULL && (lies_in(p->upstream, leaf->grad) || lies_in(p->second, leaf->grad)))
        return NULL;
    /* At two places, it gets the sum of both. */
    if (comes_again(p, input))
        return NULL;
    p->status = leaf->rows != NULL ? dsc_leaf_make_dense(leaf) : dsc_leaf_make_place(leaf);
    if (p->status != DSC_OK)
        return NULL;
    *add = leaf->has_grad;
    return dsc_data(leaf->grad);
}

dsc_tensor *dsc_gradient_so_far(dsc_pullback *p, size_t input) {
    dsc_tensor *x = p->node->inputs[input];
    if (!dsc_wants(p, input) || p->creates_graph)
        return NULL;
    if (x->node != NULL) {
        dsc_tensor *sum = x->node->upstream;
        return sum != NULL && dsc_is_sole(sum) ? sum : NULL;
    }
    if (!x->has_grad && x->rows == NULL) /* it would make zeros, where a leaf may keep what comes */
        return NULL;
    bool adds;
    return dsc_place_of_gradient(p, input, &adds) != NULL ? x->grad : NULL;
}

bool dsc_gives_rows(dsc_pullback *p, size_t input, size_t n, const int64_t *index, const void *source,
                    int64_t skipped) {
    dsc_tensor *leaf = p->node->inputs[input];
    if (leaf == NULL || !leaf->requires_grad || leaf->node != NULL || leaf->recorded_grad != NULL ||
        leaf->has_grad || p->status != DSC_OK || p->creates_graph || p->has_targets)
        return false;
    p->status = dsc_leaf_add_rows(leaf, n, index, source, skipped);
    if (p->status == DSC_OK && leaf->rows->values->count > 0)
        check_finite(p, leaf->rows->values);
    return true;
}

void dsc_gave(dsc_pullback *p, size_t input) {
    dsc_tensor *x = p->node->inputs[input], *gradient = x->node != NULL ? x->node->upstream : x->grad;
    dsc_note_change(gradient);
    if (x->node == NULL)
        x->has_grad = true;
    check_finite(p, gradient);
}

void dsc_make_target(dsc_pullback *p, size_t input, dsc_gradient_target *t) {
    *t = (dsc_gradient_target){0};
    if (!dsc_wants(p, input))
        return;
    dsc_tensor *x = p->node->inputs[input], *made = NULL;
    t->made = x_call(p, made, dsc_make_like(x, x->dtype, &made));
    t->data = t->made == NULL ? NULL : dsc_data(t->made);
}

void dsc_find_target(dsc_pullback *p, size_t input, dsc_gradient_target *t) {
    bool add = false;
    void *place = dsc_place_of_gradient(p, input, &add);
    if (place != NULL)
        *t = (dsc_gradient_target){.data = place, .add = add, .is_place = true};
    else
        dsc_make_target(p, input, t);
}

void dsc_give_target(dsc_pullback *p, size_t input, const dsc_gradient_target *t) {
    if (p->status == DSC_OK && t->is_place)
        dsc_gave(p, input);
    else
        dsc_give(p, input, t->made);
}

dsc_tensor *x_constant(dsc_pullback *p, const dsc_tensor *like, double value) {
    dsc_tensor *made = NULL;
    return x_call(p, made, dsc_tensor_full(dsc_context_of(like), like->dtype, 0, NULL, value, &made));
}

dsc_tensor *x_detach(dsc_pullback *p, dsc_tensor *a) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_tensor_detach(a, &made));
}

dsc_status dsc_expression_end(dsc_pullback *p, dsc_tensor *value, dsc_tensor **result) {
    if (p->status == DSC_OK)
        *result = dsc_tensor_retain(value);
    dsc_release_temporaries(p);
    return p->status;
}

/* ---- Second results ---- */

dsc_status dsc_finish_second(dsc_tensor *first, dsc_status status, dsc_tensor *made, dsc_tensor **result) {
    return dsc_finish(&(dsc_record){.operation = &dsc_operations[dsc_op_second_result],
                                    .count = 1,
                                    .inputs = (dsc_tensor *[]){first}},
                      status, made, result);
}

void dsc_pull_back_second_result(dsc_pullback *p) {
    check_finite(p, p->upstream);
    if (p->status == DSC_OK && dsc_wants(p, 0))
        p->status = dsc_pass_deliver_second(p->node->inputs[0], p->upstream);
}

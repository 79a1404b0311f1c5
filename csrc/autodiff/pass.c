#include "autodiff/pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_target(const dsc_pass *pass, const dsc_tensor *t) {
    for (size_t i = 0; i < pass->target_count; ++i) {
        const dsc_tensor *target = pass->targets[i];
        if (target == t || (t->node != NULL && target->node == t->node && dsc_same_shape(target, t)))
            return true;
    }
    return false;
}

/* Nodes for which no memory is allocated. */
enum { FEW_NODES = 64 };

static dsc_status make_room(dsc_pass *pass) {
    size_t room = 2 * pass->room;
    dsc_node **block = realloc(pass->block, room * sizeof *block);
    if (block == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a backward pass: out of memory");
    if (pass->block == NULL)
        memcpy(block, pass->nodes, pass->count * sizeof *block);
    pass->nodes = pass->block = block;
    pass->room = room;
    return DSC_OK;
}

static dsc_status visit(dsc_pass *pass, dsc_node *node) {
    if (pass->count == pass->room)
        DSC_TRY(make_room(pass));
    node->pass = pass->number;
    node->leads = pass->targets == NULL;
    pass->nodes[pass->count++] = node;
    return DSC_OK;
}

static int later_first(const void *a, const void *b) {
    uint64_t x = (*(dsc_node *const *)a)->number, y = (*(dsc_node *const *)b)->number;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Marks what leads to targets, from the earliest node on. */
static void mark_leading(dsc_pass *pass) {
    for (size_t i = pass->count; i-- > 0;) {
        dsc_node *node = pass->nodes[i];
        for (size_t k = 0; k < node->input_count && !node->leads; ++k) {
            const dsc_tensor *input = node->inputs[k];
            node->leads = input != NULL && input->requires_grad &&
                          ((input->node != NULL && input->node->leads) || is_target(pass, input));
        }
    }
}

/* A tensor that is another one now may have any type and shape. */
static dsc_status refuse_swapped(const dsc_node *node, size_t input) {
    return dsc_fail(DSC_ERROR_ARGUMENT, "a backward pass: input %zu of %s was swapped after it was used",
                    input, node->operation->name);
}

/* Nodes that `root` depends on, in the order in which they are to be pulled back. */
static dsc_status collect(dsc_pass *pass, dsc_node *root) {
    static _Atomic uint64_t passes;
    pass->number = atomic_fetch_add(&passes, 1) + 1;
    DSC_TRY(visit(pass, root));
    bool is_sorted = true;
    for (size_t next = 0; next < pass->count; ++next) {
        const dsc_node *node = pass->nodes[next];
        is_sorted &= next == 0 || node->number < pass->nodes[next - 1]->number;
        for (size_t i = 0; i < node->input_count; ++i) {
            const dsc_tensor *input = node->inputs[i];
            dsc_node *before = input == NULL ? NULL : input->node;
            if (before != NULL && before->pass != pass->number)
                DSC_TRY(visit(pass, before));
            else if (before == NULL && input != NULL && node->versions[i] < input->swapped)
                return refuse_swapped(node, i);
        }
    }
    if (!is_sorted)
        qsort(pass->nodes, pass->count, sizeof(dsc_node *), later_first);
    if (pass->targets != NULL)
        mark_leading(pass);
    return DSC_OK;
}

bool dsc_pass_leads_to(const dsc_pass *pass, const dsc_tensor *t) {
    return (t->node != NULL && t->node->leads) || is_target(pass, t);
}

/* sum = sum + more, or more. A sum is a tensor of its own: what is handed out must not change. */
static dsc_status add_to(dsc_tensor **sum, dsc_tensor *more) {
    if (*sum == NULL) {
        *sum = dsc_tensor_retain(more);
        return DSC_OK;
    }
    dsc_tensor *both;
    DSC_TRY(dsc_add(*sum, more, &both));
    dsc_tensor_release(*sum);
    *sum = both;
    return DSC_OK;
}

static dsc_status collect_for_leaf(dsc_pass *pass, const dsc_tensor *leaf, dsc_tensor *gradient) {
    for (size_t i = 0; i < pass->target_count; ++i)
        if (pass->targets[i] == leaf)
            DSC_TRY(add_to(&pass->collected[i], gradient));
    return DSC_OK;
}

/* A result's gradient is complete when its node's turn comes. */
static dsc_status collect_for_result(dsc_pass *pass, const dsc_node *node) {
    for (size_t i = 0; i < pass->target_count; ++i)
        if (pass->targets[i]->node == node)
            DSC_TRY(add_to(&pass->collected[i], node->upstream));
    return DSC_OK;
}

dsc_status dsc_pass_note_delivery(dsc_pass *pass, dsc_tensor *leaf) {
    if (pass->on_gradient == NULL || --leaf->awaited > 0)
        return DSC_OK;
    size_t failures = dsc_failure_count();
    return dsc_check_callback(pass->on_gradient(pass->user, leaf), failures, "on_gradient");
}

dsc_status dsc_pass_deliver(dsc_pass *pass, dsc_tensor *input, dsc_tensor *gradient, bool is_spare) {
    if (input->node != NULL)
        return add_to(&input->node->upstream, gradient);
    if (pass->targets != NULL)
        return collect_for_leaf(pass, input, gradient);
    return dsc_leaf_accumulate(input, gradient, is_spare, pass->creates_graph);
}

dsc_status dsc_pass_deliver_second(dsc_tensor *first, dsc_tensor *gradient) {
    return add_to(&first->node->second, gradient);
}

/* A derivative is made of operations, which anomaly detection names: say whose derivative it is. */
static dsc_status name_anomaly(const dsc_node *node) {
    char inner[200];
    snprintf(inner, sizeof inner, "%s", dsc_last_error());
    return dsc_fail(DSC_ERROR_NON_FINITE, "the derivative of %s: %s", node->operation->name, inner);
}

static dsc_status pull_back(dsc_pass *pass, dsc_node *node) {
    dsc_pullback p; /* its temporaries need no zeros */
    p.node = node;
    p.upstream = node->upstream;
    p.second = node->second;
    p.creates_graph = pass->creates_graph;
    p.has_targets = pass->targets != NULL;
    p.pass = pass;
    p.status = DSC_OK;
    p.count = 0;
    p.more = NULL;
    p.room = 0;
    node->upstream = NULL;
    node->second = NULL;
    node->operation->pull_back(&p);
    if (p.status == DSC_ERROR_NON_FINITE)
        p.status = name_anomaly(node);
    dsc_release_temporaries(&p);
    dsc_tensor_release(p.upstream);
    dsc_tensor_release(p.second);
    for (size_t i = 0; p.status == DSC_OK && pass->on_gradient != NULL && i < node->input_count; ++i)
        if (dsc_pass_wants(pass, node->inputs[i]) && node->inputs[i]->node == NULL)
            p.status = dsc_pass_note_delivery(pass, node->inputs[i]);
    return p.status < 0 ? p.status : DSC_OK;
}

/* How often each leaf will be delivered to. */
static void count_deliveries(const dsc_pass *pass, size_t step) {
    for (size_t n = 0; n < pass->count; ++n)
        for (size_t i = 0; i < pass->nodes[n]->input_count; ++i) {
            dsc_tensor *input = pass->nodes[n]->inputs[i];
            if (dsc_pass_wants(pass, input) && input->node == NULL)
                input->awaited = step == 0 ? 0 : input->awaited + step;
        }
}

static dsc_status walk(dsc_pass *pass, dsc_tensor *root, dsc_tensor *upstream) {
    DSC_TRY(collect(pass, root->node));
    if (pass->on_gradient != NULL) {
        count_deliveries(pass, 0);
        count_deliveries(pass, 1);
    }
    root->node->upstream = dsc_tensor_retain(upstream);
    for (size_t i = 0; i < pass->count; ++i) {
        dsc_node *node = pass->nodes[i];
        const bool is_reached = node->upstream != NULL || node->second != NULL;
        /* Where no gradient came, none of the inputs gets one; they may be awaited. */
        if (!is_reached && pass->on_gradient == NULL)
            continue;
        if (node->upstream != NULL)
            DSC_TRY(collect_for_result(pass, node));
        if (is_reached && node->leads) {
            DSC_TRY(pull_back(pass, node));
            continue;
        }
        for (size_t k = 0; pass->on_gradient != NULL && k < node->input_count; ++k)
            if (dsc_pass_wants(pass, node->inputs[k]) && node->inputs[k]->node == NULL)
                DSC_TRY(dsc_pass_note_delivery(pass, node->inputs[k]));
    }
    return DSC_OK;
}

dsc_status dsc_pass_run(dsc_pass *pass, dsc_tensor *root, dsc_tensor *upstream) {
    if (root->node == NULL) {
        DSC_TRY(dsc_pass_deliver(pass, root, upstream, true));
        root->awaited = 1;
        return dsc_pass_note_delivery(pass, root);
    }
    dsc_node *few[FEW_NODES];
    pass->nodes = few;
    pass->room = FEW_NODES;
    dsc_status status = walk(pass, root, upstream);
    /* What leads to no target, or came too late for a failure. */
    for (size_t i = 0; (status != DSC_OK || pass->targets != NULL) && i < pass->count; ++i) {
        dsc_tensor_release(pass->nodes[i]->upstream);
        pass->nodes[i]->upstream = NULL;
        dsc_tensor_release(pass->nodes[i]->second);
        pass->nodes[i]->second = NULL;
    }
    free(pass->block);
    return status;
}

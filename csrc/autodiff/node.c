#include "autodiff/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autodiff/custom.h"
#include "core/recycler.h"

_Thread_local dsc_tape dsc_tape_here;

bool dsc_set_recording(bool records) {
    bool was = !dsc_tape_here.is_off;
    dsc_tape_here.is_off = !records;
    return was;
}

bool dsc_is_recording(void) {
    return !dsc_tape_here.is_off;
}

bool dsc_set_anomaly_detection(bool detects) {
    bool was = dsc_tape_here.detects_anomalies;
    dsc_tape_here.detects_anomalies = detects;
    return was;
}

static void destroy(dsc_node *node) {
    for (size_t i = 0; i < node->input_count; ++i)
        if (node->inputs[i] != NULL)
            dsc_release(node->inputs[i]);
    for (size_t i = 0; i < DSC_NODE_SAVED; ++i)
        if (node->saved[i] != NULL)
            dsc_release(node->saved[i]);
    if (node->upstream != NULL)
        dsc_release(node->upstream);
    if (node->second != NULL)
        dsc_release(node->second);
    if (node->custom != NULL)
        dsc_custom_release(node->custom);
    if (node->inputs != node->few)
        free(node->inputs);
    dsc_recycler_give(DSC_RECYCLED_NODE, node);
}

/* A long chain of nodes frees one the next: in a loop, since the stack is not as deep. */
__attribute__((noinline)) static void destroy_waiting(dsc_node *node) {
    static _Thread_local struct {
        dsc_node *first;
        bool is_busy;
    } waiting;
    node->next_waiting = waiting.first;
    waiting.first = node;
    if (waiting.is_busy)
        return;
    waiting.is_busy = true;
    while (waiting.first != NULL) {
        dsc_node *next = waiting.first;
        waiting.first = next->next_waiting;
        destroy(next);
    }
    waiting.is_busy = false;
}

void dsc_node_release(dsc_node *node) {
    if (node != NULL && dsc_was_last(&node->references))
        destroy_waiting(node);
}

bool dsc_records(size_t count, dsc_tensor *const *inputs) {
    if (dsc_tape_here.is_off)
        return false;
    for (size_t i = 0; i < count; ++i)
        if (inputs[i] != NULL && inputs[i]->requires_grad)
            return true;
    return false;
}

/* More than DSC_NODE_INPUTS of them: the versions stand behind the inputs in one block. */
static dsc_status allocate_inputs(const dsc_record *record, dsc_node *node) {
    node->inputs = calloc(record->count, sizeof *node->inputs + sizeof *node->versions);
    if (node->inputs == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", record->operation->name);
    node->versions = (uint64_t *)(void *)(node->inputs + record->count);
    return DSC_OK;
}

static void keep_inputs(const dsc_record *record, dsc_node *node) {
    uint64_t number = dsc_tape_here.number;
    for (size_t i = 0; i < record->count; ++i) {
        dsc_tensor *input = record->inputs[i];
        node->inputs[i] = input;
        if (input == NULL)
            continue;
        dsc_retain(input);
        node->versions[i] = dsc_version_of(input);
        if (input->node != NULL && input->node->number > number)
            number = input->node->number;
    }
    dsc_tape_here.number = node->number = number + 1;
}

static dsc_status create(const dsc_record *record, dsc_node **result) {
    dsc_node *node = dsc_recycler_take(DSC_RECYCLED_NODE, sizeof *node);
    if (node == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", record->operation->name);
    node->references = 1;
    node->operation = record->operation;
    node->input_count = record->count;
    node->inputs = node->few;
    node->versions = node->few_versions;
    for (size_t i = 0; i < DSC_NODE_SAVED; ++i)
        node->saved[i] = NULL;
    node->custom = NULL;
    node->upstream = NULL;
    node->second = NULL;
    node->pass = 0;
    if (record->count > DSC_NODE_INPUTS) {
        dsc_status status = allocate_inputs(record, node);
        if (status != DSC_OK) {
            dsc_recycler_give(DSC_RECYCLED_NODE, node);
            return status;
        }
    }
    keep_inputs(record, node);
    if (record->options != NULL)
        node->options = *record->options;
    *result = node;
    return DSC_OK;
}

/* The result itself would be a circle. */
static dsc_status save(dsc_tensor *t, const dsc_tensor *made, dsc_tensor **saved) {
    if (t == made)
        return dsc_tensor_detach(t, saved);
    dsc_retain(t);
    *saved = t;
    return DSC_OK;
}

static dsc_status attach(const dsc_record *record, dsc_tensor *made) {
    dsc_node *node = NULL;
    DSC_TRY(create(record, &node));
    for (size_t i = 0; i < DSC_NODE_SAVED; ++i) {
        if (record->saved[i] == NULL)
            continue;
        dsc_status status = save(record->saved[i], made, &node->saved[i]);
        if (status != DSC_OK) {
            dsc_node_release(node);
            return status;
        }
        node->saved_versions[i] = dsc_version_of(record->saved[i]);
    }
    made->node = node;
    made->requires_grad = true;
    return DSC_OK;
}

dsc_status dsc_look_for_anomaly(const char *operation, const char *where, const dsc_tensor *t) {
    if (!dsc_is_real(t->dtype))
        return DSC_OK;
    dsc_walk walk;
    dsc_walk_begin(&walk, t);
    for (size_t i = 0; i < t->count; ++i, dsc_walk_next(&walk)) {
        double number = dsc_number_at(t->dtype, dsc_data(t), walk.at);
        if (!isfinite(number))
            return dsc_fail(DSC_ERROR_NON_FINITE, "%s: element %zu of the %s is %g", operation, i, where,
                            number);
    }
    return DSC_OK;
}

dsc_status dsc_finish(const dsc_record *record, dsc_status status, dsc_tensor *made, dsc_tensor **result) {
    if (status == DSC_OK)
        status = dsc_check_finite(record->operation, "result", made);
    if (status == DSC_OK && record->operation->pull_back != NULL &&
        dsc_records(record->count, record->inputs))
        status = attach(record, made);
    if (status != DSC_OK) {
        dsc_tensor_release(made);
        return status;
    }
    *result = made;
    return DSC_OK;
}

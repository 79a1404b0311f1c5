#include "autodiff/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autodiff/custom.h"
#include "core/recycler.h"

static _Thread_local bool is_off;
_Thread_local bool dsc_detects_anomalies;

bool dsc_set_recording(bool records) {
    bool was = !is_off;
    is_off = !records;
    return was;
}

bool dsc_is_recording(void) {
    return !is_off;
}

bool dsc_set_anomaly_detection(bool detects) {
    bool was = dsc_detects_anomalies;
    dsc_detects_anomalies = detects;
    return was;
}

static void destroy(dsc_node *node) {
    for (size_t i = 0; i < node->input_count; ++i)
        dsc_tensor_release(node->inputs[i]);
    for (size_t i = 0; i < DSC_NODE_SAVED; ++i)
        if (node->saved[i] != NULL)
            dsc_tensor_release(node->saved[i]);
    if (node->upstream != NULL)
        dsc_tensor_release(node->upstream);
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
    if (is_off)
        return false;
    for (size_t i = 0; i < count; ++i)
        if (inputs[i] != NULL && inputs[i]->requires_grad)
            return true;
    return false;
}

static uint64_t next_number(void) {
    static _Atomic uint64_t numbers;
    return atomic_fetch_add_explicit(&numbers, 1, memory_order_relaxed);
}

static dsc_status create(const dsc_record *record, dsc_node **result) {
    dsc_node *node = dsc_recycler_take(DSC_RECYCLED_NODE, sizeof *node);
    if (node == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", record->operation->name);
    *node = (dsc_node){.references = 1,
                       .operation = record->operation,
                       .number = next_number(),
                       .input_count = record->count};
    node->inputs = node->few;
    node->versions = node->few_versions;
    if (record->count > DSC_NODE_INPUTS) {
        /* The versions stand behind the inputs in one block. */
        node->inputs = calloc(record->count, sizeof *node->inputs + sizeof *node->versions);
        if (node->inputs == NULL) {
            dsc_recycler_give(DSC_RECYCLED_NODE, node);
            return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", record->operation->name);
        }
        node->versions = (uint64_t *)(void *)(node->inputs + record->count);
    }
    for (size_t i = 0; i < record->count; ++i) {
        node->inputs[i] = dsc_tensor_retain(record->inputs[i]);
        if (record->inputs[i] != NULL)
            node->versions[i] = dsc_version_of(record->inputs[i]);
    }
    if (record->options != NULL)
        node->options = *record->options;
    *result = node;
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
    dsc_node *node = NULL;
    if (status == DSC_OK && record->operation->pull_back != NULL &&
        dsc_records(record->count, record->inputs)) {
        status = create(record, &node);
        for (size_t i = 0; status == DSC_OK && i < DSC_NODE_SAVED; ++i)
            if (record->saved[i] != NULL) {
                status = dsc_tensor_detach(record->saved[i], &node->saved[i]);
                node->saved_versions[i] = dsc_version_of(record->saved[i]);
            }
    }
    if (status != DSC_OK) {
        dsc_node_release(node);
        dsc_tensor_release(made);
        return status;
    }
    if (node != NULL) {
        made->node = node;
        made->requires_grad = true;
    }
    *result = made;
    return DSC_OK;
}

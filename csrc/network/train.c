/* A network's parameters in an optimizer's buffers. */
#include <stdlib.h>
#include <string.h>

#include "network/network.h"
#include "optimizers/engine.h"

/* A parameter begins at a cache line of its own. */
static size_t padded(const dsc_network *network, size_t count) {
    size_t line = 64 / dsc_dtype_size(network->dtype);
    return dsc_ceil_div(count, line) * line;
}

static dsc_status describe(const dsc_network *network, size_t *lengths, const char **names) {
    size_t at = 0;
    for (size_t i = 0; i < network->entry_count; ++i)
        if (network->entries[i].is_parameter) {
            lengths[at] = network->entries[i].tensor->count;
            names[at++] = network->entries[i].name;
        }
    return DSC_OK;
}

static dsc_status create(const dsc_network *network, size_t count, const char *rule, size_t option_count,
                         const dsc_option *options, dsc_optimizer **optimizer) {
    size_t *lengths = malloc((count + 1) * sizeof *lengths);
    const char **names = malloc((count + 1) * sizeof *names);
    dsc_status status = lengths == NULL || names == NULL
                            ? dsc_fail(DSC_ERROR_MEMORY, "an optimizer: out of memory")
                            : describe(network, lengths, names);
    if (status == DSC_OK)
        status = dsc_optimizer_create(network->dtype, count, lengths, names, optimizer);
    free(lengths);
    free(names);
    if (status != DSC_OK)
        return status;
    for (size_t i = 0, tensor = 0; status == DSC_OK && i < network->entry_count; ++i)
        if (network->entries[i].is_parameter) {
            const dsc_tensor *t = network->entries[i].tensor;
            status = dsc_optimizer_set_shape(*optimizer, tensor++, t->rank, t->shape);
        }
    if (status == DSC_OK)
        status = dsc_optimizer_add_group(*optimizer, rule, count, NULL, option_count, options, NULL);
    if (status != DSC_OK)
        dsc_optimizer_destroy(*optimizer);
    return status;
}

/* Moves the parameters into the buffers, where they are not there yet. */
static dsc_status adopt(dsc_network *network, char *parameters, char *gradients) {
    size_t size = dsc_dtype_size(network->dtype), at = 0;
    for (size_t i = 0; i < network->entry_count; ++i) {
        if (!network->entries[i].is_parameter)
            continue;
        dsc_tensor *t = network->entries[i].tensor;
        if (dsc_data(t) != (void *)(parameters + at * size)) {
            DSC_TRY(dsc_tensor_set_grad_memory(t, gradients + at * size));
            DSC_TRY(dsc_tensor_move(t, parameters + at * size));
        }
        at += t->count;
    }
    return DSC_OK;
}

/* The buffers, which stay as they are for every optimizer. */
static dsc_status make_buffers(dsc_network *network, size_t count, size_t total) {
    size_t bytes = padded(network, total) * dsc_dtype_size(network->dtype);
    if (network->has_gradient == NULL) {
        network->has_gradient = calloc(count, 1);
        if (network->has_gradient == NULL)
            return dsc_fail(DSC_ERROR_MEMORY, "an optimizer: out of memory");
    }
    if (network->gradients == NULL)
        DSC_TRY(dsc_allocate(bytes, &network->gradients));
    if (network->parameters == NULL)
        DSC_TRY(dsc_allocate(bytes, &network->parameters));
    return adopt(network, network->parameters, network->gradients);
}

dsc_status dsc_network_optimizer(dsc_network *network, const char *rule, size_t option_count,
                                 const dsc_option *options, dsc_optimizer **optimizer) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(optimizer);
    size_t count = 0, total = 0;
    for (size_t i = 0; i < network->entry_count; ++i)
        if (network->entries[i].is_parameter) {
            ++count;
            total += network->entries[i].tensor->count;
        }
    if (count == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the network has no parameters", __func__);
    dsc_optimizer *made = NULL;
    DSC_TRY(create(network, count, rule, option_count, options, &made));
    dsc_status status = make_buffers(network, count, total);
    if (status == DSC_OK)
        *optimizer = made;
    else
        dsc_optimizer_destroy(made);
    return status;
}

/* An optimizer of other tensors would step out of the buffers. */
static dsc_status check_optimizer(const dsc_network *network, const dsc_optimizer *o) {
    if (network->parameters == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_network_step: the network has no optimizer");
    if (o == NULL)
        return dsc_fail_null("dsc_network_step", "optimizer");
    size_t count = 0;
    bool fits = o->dtype == network->dtype;
    for (size_t i = 0; fits && i < network->entry_count; ++i)
        if (network->entries[i].is_parameter) {
            fits = count < o->tensor_count && o->tensors[count].length == network->entries[i].tensor->count;
            ++count;
        }
    if (fits && count == o->tensor_count)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_network_step: the optimizer is another network's");
}

dsc_status dsc_network_step(dsc_network *network, dsc_optimizer *optimizer, dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(network);
    DSC_TRY(check_optimizer(network, optimizer));
    bool has_any = false;
    for (size_t i = 0, at = 0; i < network->entry_count; ++i)
        if (network->entries[i].is_parameter)
            has_any |= network->has_gradient[at++] = network->entries[i].tensor->has_grad;
    if (!has_any)
        return dsc_fail(
            DSC_ERROR_ARGUMENT,
            "%s: no parameter has a gradient: call dsc_backward before, on a loss of the network's output",
            __func__);
    dsc_step step = {.parameters = network->parameters,
                     .gradients = network->gradients,
                     .has_gradient = network->has_gradient};
    dsc_status status = dsc_optimizer_step(network->context, optimizer, &step, report);
    if (status < 0)
        return status;
    for (size_t i = 0; i < network->entry_count; ++i)
        if (network->entries[i].is_parameter)
            dsc_note_change(network->entries[i].tensor);
    dsc_network_zero_grad(network);
    return status;
}

void dsc_network_zero_grad(dsc_network *network) {
    for (size_t i = 0; network != NULL && i < network->entry_count; ++i)
        if (network->entries[i].is_parameter)
            dsc_tensor_set_grad(network->entries[i].tensor, NULL);
}

/* A network's parameters and their optimizer. */
#include <stdlib.h>

#include "network/network.h"

/* A list of the parameters, their lengths and their names. */
typedef struct parameter_list {
    size_t count;
    dsc_tensor **tensors;
    size_t *lengths;
    const char **names;
} parameter_list;

static void free_list(parameter_list *list) {
    free(list->tensors);
    free(list->lengths);
    free(list->names);
}

static dsc_status make_list(const dsc_network *network, parameter_list *list) {
    size_t most = network->entry_count + 1;
    *list = (parameter_list){.tensors = malloc(most * sizeof *list->tensors),
                             .lengths = malloc(most * sizeof *list->lengths),
                             .names = malloc(most * sizeof *list->names)};
    if (list->tensors == NULL || list->lengths == NULL || list->names == NULL) {
        free_list(list);
        return dsc_fail(DSC_ERROR_MEMORY, "an optimizer: out of memory");
    }
    for (size_t i = 0; i < network->entry_count; ++i) {
        const dsc_network_entry *entry = &network->entries[i];
        if (!entry->is_parameter)
            continue;
        list->tensors[list->count] = entry->tensor;
        list->lengths[list->count] = entry->tensor->count;
        list->names[list->count++] = entry->name;
    }
    return DSC_OK;
}

static dsc_status create(dsc_dtype dtype, const parameter_list *list, const char *rule, size_t option_count,
                         const dsc_option *options, dsc_optimizer **optimizer) {
    DSC_TRY(dsc_optimizer_create(dtype, list->count, list->lengths, list->names, optimizer));
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < list->count; ++i)
        status = dsc_optimizer_set_shape(*optimizer, i, list->tensors[i]->rank, list->tensors[i]->shape);
    if (status == DSC_OK)
        status = dsc_optimizer_add_group(*optimizer, rule, list->count, NULL, option_count, options, NULL);
    if (status != DSC_OK)
        dsc_optimizer_destroy(*optimizer);
    return status;
}

/* The buffers stay as they are for every optimizer. */
static dsc_status optimize(dsc_network *network, const parameter_list *list, const char *rule,
                           size_t option_count, const dsc_option *options, dsc_optimizer **optimizer) {
    if (list->count == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_network_optimizer: the network has no parameters");
    dsc_optimizer *made;
    DSC_TRY(create(network->dtype, list, rule, option_count, options, &made));
    dsc_status status = DSC_OK;
    if (network->parameters == NULL)
        status = dsc_parameters_create(network->context, list->count, list->tensors, &network->parameters);
    if (status == DSC_OK)
        *optimizer = made;
    else
        dsc_optimizer_destroy(made);
    return status;
}

dsc_status dsc_network_optimizer(dsc_network *network, const char *rule, size_t option_count,
                                 const dsc_option *options, dsc_optimizer **optimizer) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(optimizer);
    parameter_list list;
    DSC_TRY(make_list(network, &list));
    dsc_status status = optimize(network, &list, rule, option_count, options, optimizer);
    free_list(&list);
    return status;
}

dsc_status dsc_network_step(dsc_network *network, dsc_optimizer *optimizer, dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(optimizer);
    if (network->parameters == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the network has no optimizer", __func__);
    dsc_status status = dsc_parameters_step(network->parameters, optimizer, NULL, report);
    if (status >= 0)
        dsc_parameters_zero_grad(network->parameters);
    return status;
}

void dsc_network_zero_grad(dsc_network *network) {
    for (size_t i = 0; network != NULL && i < network->entry_count; ++i)
        if (network->entries[i].is_parameter)
            dsc_tensor_set_grad(network->entries[i].tensor, NULL);
}

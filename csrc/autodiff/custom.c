#include "autodiff/custom.h"

#include <stdlib.h>
#include <string.h>

#include "autodiff/pullback.h"

struct dsc_custom {
    dsc_operation row; /* with the caller's name */
    dsc_custom_operation operation;
    char name[];
};

void dsc_custom_release(struct dsc_custom *custom) {
    if (custom->operation.release != NULL)
        custom->operation.release(custom->operation.user);
    free(custom);
}

static void pull_back(dsc_pullback *p) {
    const dsc_custom_operation *operation = &p->node->custom->operation;
    size_t count = p->node->input_count, failures = dsc_failure_count();
    for (size_t i = 0; i < count; ++i)
        dsc_input(p, i); /* none of them may have changed */
    if (p->status != DSC_OK)
        return;
    dsc_tensor **gradients = calloc(count + 1, sizeof *gradients);
    if (gradients == NULL) {
        p->status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", operation->name);
        return;
    }
    dsc_status status = operation->backward(operation->user, count, p->node->inputs, p->upstream, gradients);
    status = dsc_check_callback(status, failures, operation->name);
    for (size_t i = 0; i < count; ++i) {
        dsc_tensor *gradient = gradients[i], *input = p->node->inputs[i];
        if (status >= 0 && gradient != NULL &&
            (gradient->dtype != input->dtype || !dsc_same_shape(gradient, input)))
            status = dsc_fail(DSC_ERROR_SIZE, "%s: gradient %zu is %s of shape %s, must be %s of shape %s",
                              operation->name, i, dsc_dtype_name(gradient->dtype),
                              dsc_shape_text(gradient->rank, gradient->shape).text,
                              dsc_dtype_name(input->dtype), dsc_shape_text(input->rank, input->shape).text);
        if (status >= 0)
            dsc_give(p, i, gradient);
        dsc_tensor_release(gradient);
    }
    free(gradients);
    if (status < 0)
        p->status = status;
}

static dsc_status record(const dsc_custom_operation *operation, size_t count, dsc_tensor *const *inputs,
                         dsc_tensor *value, dsc_tensor **result) {
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_detach(value, &made));
    if (!dsc_records(count, inputs)) {
        *result = made;
        if (operation->release != NULL)
            operation->release(operation->user);
        return DSC_OK;
    }
    size_t length = strlen(operation->name) + 1;
    struct dsc_custom *custom = calloc(1, sizeof *custom + length);
    if (custom == NULL) {
        dsc_tensor_release(made);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", operation->name);
    }
    memcpy(custom->name, operation->name, length);
    custom->operation = *operation;
    custom->operation.name = custom->name;
    custom->row = (dsc_operation){.name = custom->name, .pull_back = pull_back};
    dsc_record call = {.operation = &custom->row, .count = count, .inputs = inputs};
    dsc_status status = dsc_finish(&call, DSC_OK, made, result);
    if (status != DSC_OK)
        free(custom);
    else
        (*result)->node->custom = custom;
    return status;
}

dsc_status dsc_custom(const dsc_custom_operation *operation, size_t count, dsc_tensor *const *inputs,
                      dsc_tensor *value, dsc_tensor **result) {
    DSC_CHECK_NOT_NULL(operation);
    dsc_status status = DSC_OK;
    if (operation->name == NULL || operation->backward == NULL)
        status =
            dsc_fail(DSC_ERROR_ARGUMENT, "%s: an operation needs a name and a backward function", __func__);
    else if (value == NULL)
        status = dsc_fail_null(__func__, "value");
    else if (result == NULL)
        status = dsc_fail_null(__func__, "result");
    else if (count > 0 && inputs == NULL)
        status = dsc_fail_null(__func__, "inputs");
    for (size_t i = 0; status == DSC_OK && i < count; ++i)
        if (inputs[i] == NULL)
            status = dsc_fail(DSC_ERROR_ARGUMENT, "%s: input %zu is NULL", __func__, i);
    if (status == DSC_OK)
        status = record(operation, count, inputs, value, result);
    if (status != DSC_OK && operation->release != NULL)
        operation->release(operation->user);
    return status;
}

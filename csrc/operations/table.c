#include "operations/table.h"

const dsc_operation dsc_operations[dsc_op_count] = {
#define OPERATION(name, computes) [dsc_op_##name] = {#name, computes, dsc_pull_back_##name},
#define CONSTANT(name, computes) [dsc_op_##name] = {#name, computes, NULL},
#include "operations/operations.def"
#undef OPERATION
#undef CONSTANT
};

size_t dsc_operation_count(void) {
    return dsc_op_count;
}

dsc_status dsc_operation_describe(size_t index, dsc_operation_row *row) {
    DSC_CHECK_NOT_NULL(row);
    if (index >= dsc_op_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %d", __func__, index,
                        dsc_op_count);
    *row = (dsc_operation_row){.name = dsc_operations[index].name,
                               .computes = dsc_operations[index].computes,
                               .is_differentiable = dsc_operations[index].pull_back != NULL};
    return DSC_OK;
}

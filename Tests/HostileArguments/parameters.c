/* parameters.h */
#include "rows.h"

static dsc_status create(size_t count, dsc_tensor *const *leaves) {
    return dsc_parameters_create(NULL, count, leaves, &w.new_parameters);
}

/* Of w.leaf and w.other, both with a gradient. */
static dsc_parameters *make(void) {
    dsc_parameters *parameters = NULL;
    dsc_parameters_create(NULL, 2, (dsc_tensor *[]){w.leaf, w.other}, &parameters);
    dsc_tensor_set_grad(w.leaf, w.leaf);
    dsc_tensor_set_grad(w.other, w.leaf);
    return parameters;
}

static dsc_status add(size_t count, dsc_tensor *const *leaves) {
    return dsc_parameters_add(make(), count, leaves);
}

static dsc_optimizer *optimizer(dsc_dtype dtype, size_t count, const size_t *lengths) {
    dsc_optimizer *made = NULL;
    dsc_optimizer_create(dtype, count, lengths, NULL, &made);
    dsc_optimizer_add_group(made, "sgd", count, NULL, 0, NULL, NULL);
    return made;
}

static dsc_status step(dsc_dtype dtype, size_t count, const size_t *lengths) {
    return dsc_parameters_step(make(), optimizer(dtype, count, lengths), NULL, NULL);
}

/* One optimizer fits, is destroyed, and another, which may get its memory, does not. */
static dsc_status step_by_the_next(void) {
    dsc_parameters *parameters = make();
    dsc_optimizer *first = optimizer(DSC_FLOAT32, 2, (size_t[]){6, 6});
    dsc_parameters_step(parameters, first, NULL, NULL);
    dsc_optimizer_destroy(first);
    return dsc_parameters_step(parameters, optimizer(DSC_FLOAT32, 2, (size_t[]){6, 7}), NULL, NULL);
}

/* One more tensor than when it fitted. */
static dsc_status step_by_a_grown_one(void) {
    dsc_parameters *parameters = make();
    dsc_optimizer *grown = optimizer(DSC_FLOAT32, 2, (size_t[]){6, 6});
    dsc_parameters_step(parameters, grown, NULL, NULL);
    dsc_optimizer_add_tensors(grown, 1, (size_t[]){6}, NULL);
    return dsc_parameters_step(parameters, grown, NULL, NULL);
}

static dsc_status step_without_gradients(void) {
    dsc_parameters *parameters = make();
    dsc_parameters_zero_grad(parameters);
    return dsc_parameters_step(parameters, optimizer(DSC_FLOAT32, 2, (size_t[]){6, 6}), NULL, NULL);
}

static dsc_status step_by_row(int64_t row) {
    const dsc_row_gradient gradient = {1, &row, w.numbers};
    return dsc_parameters_step(make(), optimizer(DSC_FLOAT32, 2, (size_t[]){6, 6}),
                               (const dsc_row_gradient *const[]){&gradient, NULL}, NULL);
}

static dsc_status take_from_network(void) {
    dsc_network_entry entry;
    dsc_network_entry_at(w.network, 1, &entry);
    return create(2, (dsc_tensor *[]){w.leaf, entry.tensor});
}

/* What is refused leaves the leaves free. */
static dsc_status create_after_refusal(void) {
    create(3, (dsc_tensor *[]){w.leaf, w.other, w.leaf});
    return create(2, (dsc_tensor *[]){w.leaf, w.other});
}

static dsc_status step_nothing(void) {
    dsc_parameters *none = NULL;
    dsc_parameters_create(NULL, 0, NULL, &none);
    return dsc_parameters_step(none, optimizer(DSC_FLOAT64, 0, NULL), NULL, NULL);
}

static void making_rows(void) {
    dsc_tensor *two[] = {w.leaf, w.other};
    HOLDS((dsc_parameters_destroy(NULL), 1));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters is NULL", dsc_parameters_create(NULL, 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "leaves is NULL", create(2, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", create(MOST, two));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 0 is NULL", create(2, (dsc_tensor *[]){NULL, w.leaf}));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 1 is NULL", create(2, (dsc_tensor *[]){w.leaf, NULL}));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 1 is the result of multiply",
            create(2, (dsc_tensor *[]){w.leaf, w.result}));
    REFUSED(DSC_ERROR_DTYPE, "leaf 0 is int64", create(1, (dsc_tensor *[]){w.whole}));
    REFUSED(DSC_ERROR_DTYPE, "leaf 1 is float16", create(2, (dsc_tensor *[]){w.leaf, w.half}));
    REFUSED(DSC_ERROR_DTYPE, "leaf 1 is float64", create(2, (dsc_tensor *[]){w.leaf, w.doubles}));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 2 is one of", create(3, (dsc_tensor *[]){w.leaf, w.other, w.leaf}));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 1 belongs to other", take_from_network());
    ACCEPTED(create_after_refusal());
    ACCEPTED(create(0, NULL));
    ACCEPTED(create(3, (dsc_tensor *[]){w.number, w.empty, w.leaf}));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters is NULL", dsc_parameters_add(NULL, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "leaves is NULL", add(1, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", add(MOST, two));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 0 is one of", add(1, (dsc_tensor *[]){w.leaf}));
    REFUSED(DSC_ERROR_DTYPE, "leaf 1 is float64", add(2, (dsc_tensor *[]){w.real, w.doubles}));
    ACCEPTED(add(0, NULL));
    ACCEPTED(add(1, (dsc_tensor *[]){w.real}));
}

static void step_rows(void) {
    HOLDS((dsc_parameters_zero_grad(NULL), dsc_parameters_note_change(NULL), 1));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters is NULL", dsc_parameters_step(NULL, w.optimizer, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "optimizer is NULL", dsc_parameters_step(make(), NULL, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters is NULL", dsc_parameters_prepare(NULL, &(dsc_step){0}));
    REFUSED(DSC_ERROR_ARGUMENT, "step is NULL", dsc_parameters_prepare(make(), NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "another number of tensors, 1", step(DSC_FLOAT32, 1, (size_t[]){12}));
    REFUSED(DSC_ERROR_ARGUMENT, "another length, 7", step(DSC_FLOAT32, 2, (size_t[]){6, 7}));
    REFUSED(DSC_ERROR_ARGUMENT, "another type, float64", step(DSC_FLOAT64, 2, (size_t[]){6, 6}));
    REFUSED(DSC_ERROR_ARGUMENT, "another length, 7", step_by_the_next());
    REFUSED(DSC_ERROR_ARGUMENT, "another number of tensors, 3", step_by_a_grown_one());
    REFUSED(DSC_ERROR_ARGUMENT, "none of the 2 parameters", step_without_gradients());
    REFUSED(DSC_ERROR_ARGUMENT, "row", step_by_row(6));
    ACCEPTED(step(DSC_FLOAT32, 2, (size_t[]){6, 6}));
    ACCEPTED(step_by_row(0));
    ACCEPTED(step_nothing());
}

void parameter_rows(void) {
    making_rows();
    step_rows();
}

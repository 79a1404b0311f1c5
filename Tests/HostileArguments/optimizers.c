/* optimizers.h: setting up and stepping */
#include "rows.h"

/* Two tensors of 6 and 3 elements, the first 3 x 2, under a rule; NULL: under none. */
dsc_optimizer *optimizer_of(const char *rule) {
    dsc_optimizer *o = NULL;
    size_t lengths[] = {6, 3}, shape[] = {3, 2};
    dsc_optimizer_create(DSC_FLOAT64, 2, lengths, NULL, &o);
    dsc_optimizer_set_shape(o, 0, 2, shape);
    if (rule != NULL)
        dsc_optimizer_add_group(o, rule, 2, NULL, 0, NULL, NULL);
    return o;
}

static void create_rows(void) {
    dsc_optimizer *o = NULL;
    size_t one = 1, wraps[] = {WRAPS, WRAPS}, most[] = {1, MOST};
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615",
            dsc_optimizer_create(DSC_FLOAT32, MOST, &one, NULL, &o));
    REFUSED(DSC_ERROR_OVERFLOW, "tensors", dsc_optimizer_create(DSC_FLOAT32, MOST / 64, &one, NULL, &o));
    REFUSED(DSC_ERROR_OVERFLOW, "tensor 0", dsc_optimizer_create(DSC_FLOAT32, 2, wraps, NULL, &o));
    REFUSED(DSC_ERROR_OVERFLOW, "tensor 1", dsc_optimizer_create(DSC_FLOAT32, 2, most, NULL, &o));
    REFUSED(DSC_ERROR_ARGUMENT, "bool", dsc_optimizer_create((dsc_dtype)4, 1, &one, NULL, &o));
    REFUSED(DSC_ERROR_ARGUMENT, "lengths", dsc_optimizer_create(DSC_FLOAT32, 1, NULL, NULL, &o));
    REFUSED(DSC_ERROR_ARGUMENT, "optimizer", dsc_optimizer_create(DSC_FLOAT32, 1, &one, NULL, NULL));
    ACCEPTED(dsc_optimizer_create(DSC_FLOAT32, 0, NULL, NULL, &o));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615",
            dsc_optimizer_add_tensors(optimizer_of("sgd"), MOST, &one, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551613",
            dsc_optimizer_add_tensors(optimizer_of("sgd"), MOST - 2, &one, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "tensor 3", dsc_optimizer_add_tensors(optimizer_of("adam"), 2, most, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_add_tensors(NULL, 1, &one, NULL));
    HOLDS((dsc_optimizer_destroy(NULL), dsc_optimizer_reset(NULL), true));
}

static dsc_status group(const char *rule, size_t count, const size_t *indices, const char *option,
                        double value) {
    dsc_option options[] = {{option, value}};
    return dsc_optimizer_add_group(optimizer_of(NULL), rule, count, indices, 1, options, NULL);
}

/* One tensor so large that its state cannot be allocated. */
static dsc_optimizer *huge(void) {
    dsc_optimizer *o = NULL;
    size_t side = (size_t)1 << 19, length = side * side, shape[] = {side, side};
    dsc_optimizer_create(DSC_FLOAT64, 1, &length, NULL, &o);
    dsc_optimizer_set_shape(o, 0, 2, shape);
    return o;
}

static dsc_status add_to(dsc_optimizer *o, const char *rule) {
    return dsc_optimizer_add_group(o, rule, 1, NULL, 0, NULL, NULL);
}

/* A group that needs nothing, after one for which there was no memory. */
static dsc_status add_after(const char *rule) {
    dsc_optimizer *o = huge();
    return add_to(o, rule) == DSC_ERROR_MEMORY ? add_to(o, "sgd") : DSC_ERROR_OPTION;
}

static void group_rows(void) {
    size_t beyond[] = {0, 2}, twice[] = {1, 1};
    REFUSED(DSC_ERROR_OPTION, "(null)", group(NULL, 2, NULL, "lr", 1));
    REFUSED(DSC_ERROR_OPTION, "adma", group("adma", 2, NULL, "lr", 1));
    REFUSED(DSC_ERROR_OPTION, "(null)", group("adam", 2, NULL, NULL, 1));
    REFUSED(DSC_ERROR_OPTION, "nan", group("adam", 2, NULL, "lr", NAN));
    REFUSED(DSC_ERROR_OPTION, "inf", group("adam", 2, NULL, "lr", INFINITY));
    REFUSED(DSC_ERROR_OPTION, "1e+300", group("adam", 2, NULL, "amsgrad", 1e300));
    REFUSED(DSC_ERROR_OPTION, "history_size", group("lbfgs", 2, NULL, "history_size", 1e18));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor 2", group("adam", 2, beyond, "lr", 1));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor 2", group("adam", MOST, NULL, "lr", 1));
    REFUSED(DSC_ERROR_ARGUMENT, "already", group("adam", 2, twice, "lr", 1));
    REFUSED(DSC_ERROR_ARGUMENT, "rank 1", group("muon", 2, NULL, "lr", 1));
    REFUSED(DSC_ERROR_ARGUMENT, "options are NULL",
            dsc_optimizer_add_group(optimizer_of(NULL), "adam", 2, NULL, 1, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_add_group(NULL, "adam", 0, NULL, 0, NULL, NULL));
    REFUSED(DSC_ERROR_MEMORY, "could not be allocated", add_to(huge(), "adam"));
    REFUSED(DSC_ERROR_MEMORY, "could not be allocated", add_to(huge(), "muon"));
    REFUSED(DSC_ERROR_MEMORY, "could not be allocated", add_to(huge(), "lbfgs"));
    ACCEPTED(add_after("adam"));
    ACCEPTED(add_after("lbfgs"));
}

static void setting_rows(void) {
    size_t shape[] = {WRAPS, 4}, six[] = {6, 1, 1, 1, 1, 1, 1, 1, 1};
    dsc_option lr = {"lr", -1}, good = {"lr", 1};
    REFUSED(DSC_ERROR_SIZE, "6 elements", dsc_optimizer_set_shape(optimizer_of(NULL), 0, 2, shape));
    REFUSED(DSC_ERROR_SIZE, "rank", dsc_optimizer_set_shape(optimizer_of(NULL), 0, 9, six));
    REFUSED(DSC_ERROR_SIZE, "rank", dsc_optimizer_set_shape(optimizer_of(NULL), 0, MOST, six));
    REFUSED(DSC_ERROR_ARGUMENT, "shape", dsc_optimizer_set_shape(optimizer_of(NULL), 0, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor", dsc_optimizer_set_shape(optimizer_of(NULL), MOST, 1, six));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor", dsc_optimizer_set_frozen(optimizer_of(NULL), 2, true));
    REFUSED(DSC_ERROR_ARGUMENT, "no group", dsc_optimizer_set_options(optimizer_of("sgd"), 1, 1, &good));
    REFUSED(DSC_ERROR_OPTION, "lr is -1", dsc_optimizer_set_options(optimizer_of("sgd"), 0, 1, &lr));
    REFUSED(DSC_ERROR_ARGUMENT, "no group", dsc_optimizer_get_option(optimizer_of("sgd"), MOST, "lr", w.out));
    REFUSED(DSC_ERROR_OPTION, "(null)", dsc_optimizer_get_option(optimizer_of("sgd"), 0, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "value", dsc_optimizer_get_option(optimizer_of("sgd"), 0, "lr", NULL));
    REFUSED(DSC_ERROR_OPTION, "nan",
            dsc_optimizer_set_clip_norm(optimizer_of("sgd"), (dsc_clipping){.max_norm = NAN}));
    REFUSED(DSC_ERROR_OPTION, "norm type is 0",
            dsc_optimizer_set_clip_norm(optimizer_of("sgd"), (dsc_clipping){.max_norm = 1}));
    REFUSED(DSC_ERROR_OPTION, "-1", dsc_optimizer_set_clip_value(optimizer_of("sgd"), -1));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", dsc_optimizer_set_guard(optimizer_of("sgd"), (dsc_guard)-1));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_set_statistics(NULL, true));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_set_hooks(NULL, (dsc_step_hooks){0}));
    REFUSED(DSC_ERROR_OPTION, "-9223372036854775808",
            dsc_optimizer_set_lookahead(optimizer_of("sgd"), 0, INT64_MIN, 0.5));
    REFUSED(DSC_ERROR_OPTION, "nan", dsc_optimizer_set_lookahead(optimizer_of("sgd"), 0, 5, NAN));
    REFUSED(DSC_ERROR_OPTION, "inf", dsc_optimizer_set_penalty(optimizer_of("sgd"), 0, INFINITY, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no group", dsc_optimizer_set_penalty(optimizer_of(NULL), 0, 1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "statistics", dsc_optimizer_get_statistics(optimizer_of("sgd"), 0, NULL));
    HOLDS(dsc_rule_at(MOST) == NULL && dsc_rule_at(dsc_rule_count()) == NULL && dsc_rule_find(NULL) == NULL);
    HOLDS(dsc_rule_state_size(NULL) == -1 && !dsc_optimizer_has_evaluation_weights(NULL));
}

static dsc_status step(const char *rule, dsc_step step) {
    return dsc_optimizer_step(NULL, optimizer_of(rule), &step, NULL);
}

static dsc_status row_step(size_t count, const int64_t *rows) {
    dsc_row_gradient gradient = {count, rows, w.y};
    const dsc_row_gradient *gradients[] = {&gradient, NULL};
    return step("sgd", (dsc_step){.parameters = w.x, .gradients = w.z, .row_gradients = gradients});
}

/* Of tensors that take no part, whose weights go into an average nevertheless. */
static dsc_status averaged_step(dsc_step step) {
    dsc_optimizer *o = optimizer_of(NULL);
    dsc_optimizer_set_average(o, w.out, 0.5);
    return dsc_optimizer_step(NULL, o, &step, NULL);
}

static dsc_status fail(void *user, double *value) {
    (void)user;
    *value = 0;
    return DSC_ERROR_ARGUMENT;
}

static dsc_status zero(void *user, double *value) {
    (void)user;
    *value = 0;
    return DSC_OK;
}

static dsc_status minimize_nothing(void) {
    dsc_optimizer *o = NULL;
    dsc_optimizer_create(DSC_FLOAT64, 0, NULL, NULL, &o);
    dsc_optimizer_add_group(o, "lbfgs", 0, NULL, 0, NULL, NULL);
    return dsc_optimizer_minimize(NULL, o, &(dsc_step){.parameters = NULL}, zero, NULL, w.out, NULL);
}

static dsc_status perturb(const char *rule, dsc_step step, double rho) {
    return dsc_optimizer_perturb(NULL, optimizer_of(rule), &step, rho, false, w.out);
}

static void step_rows(void) {
    dsc_step good = {.parameters = w.x, .gradients = w.y};
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_step(NULL, NULL, &good, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "step", dsc_optimizer_step(NULL, optimizer_of("sgd"), NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters", step("adam", (dsc_step){.gradients = w.y}));
    REFUSED(DSC_ERROR_ARGUMENT, "gradients", step("adam", (dsc_step){.parameters = w.x}));
    REFUSED(DSC_ERROR_ARGUMENT, "lbfgs", step("lbfgs", good));
    ACCEPTED(step(NULL, (dsc_step){.parameters = NULL}));
    REFUSED(DSC_ERROR_ARGUMENT, "row 3", row_step(1, (int64_t[]){3}));
    REFUSED(DSC_ERROR_ARGUMENT, "row -1", row_step(1, (int64_t[]){-1}));
    REFUSED(DSC_ERROR_ARGUMENT, "rise", row_step(2, (int64_t[]){1, 1}));
    REFUSED(DSC_ERROR_ARGUMENT, "rise", row_step(MOST, (int64_t[]){0, 1, 2, 2}));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", row_step(1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "closure",
            dsc_optimizer_minimize(NULL, optimizer_of("lbfgs"), &good, NULL, NULL, w.out, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "lbfgs",
            dsc_optimizer_minimize(NULL, optimizer_of("sgd"), &good, fail, NULL, w.out, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters",
            dsc_optimizer_minimize(NULL, optimizer_of("lbfgs"), &(dsc_step){.gradients = w.y}, fail, NULL,
                                   w.out, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "",
            dsc_optimizer_minimize(NULL, optimizer_of("lbfgs"), &good, fail, NULL, w.out, NULL));
    ACCEPTED(minimize_nothing());
    REFUSED(DSC_ERROR_OPTION, "nan", perturb("sgd", good, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "lbfgs", perturb("lbfgs", good, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "gradients", perturb("sgd", (dsc_step){.parameters = w.x}, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "out",
            dsc_optimizer_evaluation_weights(NULL, optimizer_of("sgd"), w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_evaluation_weights(NULL, NULL, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_average_update(NULL, DSC_FLOAT32, WRAPS, 0.5, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_average_update(NULL, DSC_FLOAT64, MOST, 0.5, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "current", dsc_average_update(NULL, DSC_FLOAT64, 1, 0.5, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_average_update(NULL, (dsc_dtype)2, 1, 0.5, w.x, w.out));
    ACCEPTED(dsc_average_update(NULL, DSC_FLOAT32, 0, 0.5, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_set_average(NULL, w.out, 0.5));
    REFUSED(DSC_ERROR_OPTION, "[0, 1]", dsc_optimizer_set_average(optimizer_of("sgd"), w.out, 1.5));
    REFUSED(DSC_ERROR_OPTION, "[0, 1]", dsc_optimizer_set_average(optimizer_of("sgd"), w.out, -0.5));
    REFUSED(DSC_ERROR_OPTION, "nan", dsc_optimizer_set_average(optimizer_of("sgd"), w.out, NAN));
    ACCEPTED(dsc_optimizer_set_average(optimizer_of("sgd"), NULL, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "parameters", averaged_step((dsc_step){.gradients = w.y}));
}

void optimizer_rows(void) {
    create_rows();
    group_rows();
    setting_rows();
    step_rows();
}

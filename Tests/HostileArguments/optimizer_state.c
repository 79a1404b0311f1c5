/* optimizers.h: state, for saving and loading */
#include "rows.h"

dsc_optimizer *optimizer_of(const char *rule);

/* A step after the state was loaded. */
static dsc_status step_after(dsc_status loaded, dsc_optimizer *o) {
    dsc_step step = {.parameters = w.x, .gradients = w.y};
    return loaded < 0 ? loaded : dsc_optimizer_step(NULL, o, &step, NULL);
}

static dsc_status step_from(const char *rule, int64_t number) {
    dsc_optimizer *o = optimizer_of(rule);
    return step_after(dsc_optimizer_set_step(o, 0, number), o);
}

static dsc_status pairs(double count) {
    double scalars[DSC_MAX_SCALARS] = {1, 1, 1, 1, 1, count};
    return dsc_optimizer_set_scalars(optimizer_of("lbfgs"), 0, scalars);
}

static void number_rows(void) {
    int64_t number;
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor 2", dsc_optimizer_get_step(optimizer_of("adam"), 2, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "step", dsc_optimizer_get_step(optimizer_of("adam"), 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_optimizer_get_step(NULL, 0, &number));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor", dsc_optimizer_set_step(optimizer_of("adam"), MOST, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", step_from("adam", -1));
    REFUSED(DSC_ERROR_ARGUMENT, "9223372036854775807", step_from("adam", INT64_MAX));
    ACCEPTED(step_from("adam", (int64_t)1 << 53));
    HOLDS(dsc_optimizer_scalar_count(NULL, 0) == 0 && dsc_optimizer_scalar_name(NULL, 0, 0) == NULL);
    HOLDS(dsc_optimizer_scalar_name(optimizer_of("nadam"), 0, MOST) == NULL);
    REFUSED(DSC_ERROR_ARGUMENT, "no step", dsc_optimizer_get_scalars(optimizer_of("nadam"), 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "scalars", dsc_optimizer_get_scalars(optimizer_of("nadam"), 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor", dsc_optimizer_set_scalars(optimizer_of("nadam"), 2, w.x));
    REFUSED(DSC_ERROR_ARGUMENT, "scalars", dsc_optimizer_set_scalars(optimizer_of("nadam"), 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "101", pairs(101));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", pairs(-1));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", pairs(NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "0.5", pairs(0.5));
}

/* The rows' means of a tensor of 20 x 0: there is no room for 20 of them. */
static dsc_status import_empty(void) {
    dsc_optimizer *o = NULL;
    size_t length = 0, shape[] = {20, 0};
    dsc_optimizer_create(DSC_FLOAT64, 1, &length, NULL, &o);
    dsc_optimizer_set_shape(o, 0, 2, shape);
    dsc_optimizer_add_group(o, "adafactor", 1, NULL, 0, NULL, NULL);
    return dsc_optimizer_import_slot(o, 0, 0, w.x);
}

static void slot_rows(void) {
    dsc_slot_info info;
    HOLDS(dsc_optimizer_slot_count(NULL, 0) == 0 && dsc_optimizer_slot_count(optimizer_of(NULL), 0) == 0);
    HOLDS(dsc_optimizer_slot_count(optimizer_of("adam"), MOST) == 0);
    REFUSED(DSC_ERROR_ARGUMENT, "slot 2", dsc_optimizer_get_slot(optimizer_of("adam"), 0, 2, &info));
    REFUSED(DSC_ERROR_ARGUMENT, "slot", dsc_optimizer_get_slot(optimizer_of("lbfgs"), 1, MOST, &info));
    REFUSED(DSC_ERROR_ARGUMENT, "slot 0", dsc_optimizer_get_slot(optimizer_of(NULL), 0, 0, &info));
    REFUSED(DSC_ERROR_ARGUMENT, "info", dsc_optimizer_get_slot(optimizer_of("adam"), 0, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "not filled", dsc_optimizer_export_slot(optimizer_of("adam"), 0, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "to", dsc_optimizer_export_slot(optimizer_of("adam"), 0, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "slot 2", dsc_optimizer_import_slot(optimizer_of("adam"), 0, 2, w.x));
    REFUSED(DSC_ERROR_ARGUMENT, "from", dsc_optimizer_import_slot(optimizer_of("adam"), 0, 0, NULL));
    ACCEPTED(import_empty());
    ACCEPTED(dsc_optimizer_import_slot(optimizer_of("lbfgs"), 1, 201, w.x));
    REFUSED(DSC_ERROR_ARGUMENT, "slot 202", dsc_optimizer_import_slot(optimizer_of("lbfgs"), 1, 202, w.x));
}

static dsc_optimizer *imported(const char *rule) {
    dsc_optimizer *o = optimizer_of(rule);
    dsc_optimizer_import_slot(o, 0, 0, w.x);
    return o;
}

static dsc_status export_rows(dsc_optimizer *o, size_t tensor, size_t slot) {
    return dsc_optimizer_export_rows(o, tensor, slot, w.bytes);
}

static dsc_status import_rows(dsc_optimizer *o, size_t tensor, size_t slot) {
    return dsc_optimizer_import_rows(o, tensor, slot, w.bytes);
}

static bool keep_second_row(void) {
    uint8_t begun[] = {0, 7, 0};
    dsc_optimizer *o = imported("adam");
    return dsc_optimizer_import_rows(o, 0, 0, begun) == DSC_OK && export_rows(o, 0, 0) == DSC_OK &&
           w.bytes[0] == 0 && w.bytes[1] != 0 && w.bytes[2] == 0 && w.bytes[3] == 7 &&
           step_after(DSC_OK, o) == DSC_OK;
}

static void begun_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", export_rows(NULL, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", import_rows(NULL, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor 2", export_rows(imported("adam"), 2, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no tensor", import_rows(imported("adam"), MOST, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "slot 2", export_rows(imported("adam"), 0, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "slot", import_rows(imported("adam"), 0, MOST));
    REFUSED(DSC_ERROR_ARGUMENT, "not filled", export_rows(optimizer_of("adam"), 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "not filled", import_rows(optimizer_of("adam"), 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no rows", export_rows(imported("adafactor"), 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no rows", import_rows(imported("lbfgs"), 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "begun", dsc_optimizer_export_rows(imported("adam"), 0, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "begun", dsc_optimizer_import_rows(imported("adam"), 0, 0, NULL));
    HOLDS(keep_second_row());
}

void optimizer_state_rows(void) {
    number_rows();
    slot_rows();
    begun_rows();
}

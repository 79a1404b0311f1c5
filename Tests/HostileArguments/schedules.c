/* schedules.h */
#include "rows.h"

dsc_optimizer *optimizer_of(const char *rule);

/* Results that a refused call must leave as they are. */
static dsc_schedule *made;
static dsc_scheduler *new_scheduler;

static dsc_schedule *schedule_of(const char *text) {
    dsc_schedule *s = NULL;
    dsc_schedule_parse(text, 0, &s);
    return s;
}

/* Whether the call left `made` alone too. */
static dsc_status kept(dsc_status status) {
    return made == NULL ? status : DSC_OK;
}

static dsc_status parse(const char *text) {
    return kept(dsc_schedule_parse(text, 0, &made));
}

static dsc_status create(const char *name, const char *option, double value) {
    return kept(dsc_schedule_create(name, 1, &(dsc_option){option, value}, &made));
}

static double half(void *user, int64_t step) {
    return *(double *)user / (double)(step + 1);
}

static dsc_status create_with(const char *name, double (*call)(void *, int64_t)) {
    return kept(dsc_schedule_create_with(name, 0, NULL, (dsc_schedule_function){call, w.x, NULL}, &made));
}

static void text_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "text is NULL", parse(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_parse("step(3)", 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "total is -1", dsc_schedule_parse("step(3)", -1, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "total", dsc_schedule_parse("step(3)", INT64_MAX, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "a schedule must be here", parse(""));
    REFUSED(DSC_ERROR_ARGUMENT, "a schedule must be here", parse("()"));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("step(3) * "));
    REFUSED(DSC_ERROR_ARGUMENT, "a name must be here", parse("* step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a bracket must be here", parse("(step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "closes nothing", parse("step(3))"));
    REFUSED(DSC_ERROR_ARGUMENT, "twice", parse("step(3, step_size=4)"));
    REFUSED(DSC_ERROR_ARGUMENT, "twice", parse("multi_step((3), milestones=(4))"));
    REFUSED(DSC_ERROR_ARGUMENT, "no more options", parse("exponential(0.9, 3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no options", parse("inverse_time(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "bracket", parse("multi_step((3, 4"));
    REFUSED(DSC_ERROR_ARGUMENT, "number", parse("multi_step((3, ))"));
    REFUSED(DSC_ERROR_ARGUMENT, "a step must be here", parse("exponential(0.9) @ step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a step must be here", parse("exponential(0.9) @ -1 step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a step must be here", parse("exponential(0.9) @ 2.5 step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a step must be here",
            parse("exponential(0.9) @ 99999999999999999999 step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "begins at that step", parse("exponential(0.9) @ 5"));
    REFUSED(DSC_ERROR_ARGUMENT, "milestone 3", parse("exponential(0.9) @ 5 step(2) @ 3 step(4)"));
    REFUSED(DSC_ERROR_ARGUMENT, "where it ends", parse("exponential(0.9) step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "where it ends", parse("cosine linear_to_zero"));
    REFUSED(DSC_ERROR_OVERFLOW, "2^48", parse("warmup(2e14) warmup(2e14) step(3)"));
    REFUSED(DSC_ERROR_OPTION, "unknown schedule 'stpe'", parse("stpe(3)"));
    REFUSED(DSC_ERROR_OPTION, "no option 'size'", parse("step(size=3)"));
    REFUSED(DSC_ERROR_OPTION, "needs a value for step_size", parse("step"));
    REFUSED(DSC_ERROR_ARGUMENT, "needs a function", parse("lambda"));
    REFUSED(DSC_ERROR_ARGUMENT, "parts", parse("chained"));
    REFUSED(DSC_ERROR_ARGUMENT, "metric", parse("warmup(3) reduce_lr_on_plateau"));
    REFUSED(DSC_ERROR_ARGUMENT, "at most one", parse("reduce_lr_on_plateau * reduce_lr_on_plateau"));
    REFUSED(DSC_ERROR_ARGUMENT, "32 brackets",
            parse("((((((((((((((((((((((((((((((((((step(3)))))))))))))))))))))))))))))))))))"));
    ACCEPTED(parse("  StepLR ( 3 ,gamma = .5 )*square_root@10 multi_step(( ),2)  "));
}

static void option_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_create("square_root", 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "options are NULL", dsc_schedule_create("step", 1, NULL, &made));
    REFUSED(DSC_ERROR_OPTION, "(null)", create(NULL, "gamma", 1));
    REFUSED(DSC_ERROR_OPTION, "(null)", create("step", NULL, 1));
    REFUSED(DSC_ERROR_OPTION, "step_size is 0", create("step", "step_size", 0));
    REFUSED(DSC_ERROR_OPTION, "step_size is nan", create("step", "step_size", NAN));
    REFUSED(DSC_ERROR_OPTION, "step_size is inf", create("step", "step_size", INFINITY));
    REFUSED(DSC_ERROR_OPTION, "gamma is nan", create("exponential", "gamma", NAN));
    REFUSED(DSC_ERROR_OPTION, "gamma is inf", create("exponential", "gamma", INFINITY));
    REFUSED(DSC_ERROR_OPTION, "milestones is -1", create("multi_step", "milestones", -1));
    REFUSED(DSC_ERROR_OPTION, "milestones is 1.5", create("multi_step", "milestones", 1.5));
    REFUSED(DSC_ERROR_OPTION, "total_iters is -1", create("constant", "total_iters", -1));
    REFUSED(DSC_ERROR_OPTION, "total_iters is -1", create("linear", "total_iters", -1));
    REFUSED(DSC_ERROR_OPTION, "patience is -1", create("reduce_lr_on_plateau", "patience", -1));
    REFUSED(DSC_ERROR_OPTION, "1 boundaries need 2 factors", create("piecewise_constant", "boundaries", 4));
    REFUSED(DSC_ERROR_OPTION, "boundary 3", parse("piecewise_constant((4, 3), (1, 2, 3))"));
    REFUSED(DSC_ERROR_OPTION, "warmup is 9", parse("cosine(5, warmup=9)"));
    REFUSED(DSC_ERROR_OPTION, "warmup is 9", parse("linear_to_zero(5, warmup=9)"));
    REFUSED(DSC_ERROR_OPTION, "must fit into 5", parse("warmup_stable_decay(5, warmup=3, decay=3)"));
    REFUSED(DSC_ERROR_OPTION, "has no length", parse("one_cycle(1, 10, pct_start=0.1)"));
    REFUSED(DSC_ERROR_OVERFLOW, "2^48", parse("one_cycle(1, epochs=2e14, steps_per_epoch=2e14)"));
    REFUSED(DSC_ERROR_ARGUMENT, "call is NULL", create_with("lambda", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "takes no function", create_with("square_root", half));
    REFUSED(DSC_ERROR_OPTION, "base_lr", create_with("cyclic", half));
    ACCEPTED(create_with("multiplicative", half));
}

static dsc_status sequential(dsc_schedule *first, int64_t milestone) {
    dsc_schedule *parts[] = {first, schedule_of("step(3)")};
    return kept(dsc_schedule_sequential(2, parts, &milestone, &made));
}

/* Schedules in one another: so many, each made of so many of the one before and another. */
static dsc_status nest(int depth, size_t copies) {
    dsc_schedule *s = schedule_of("warmup(3)"), *last = schedule_of("step(3)");
    for (int i = 0; i < depth; ++i) {
        dsc_schedule *parts[] = {s, copies == 1 ? last : s, last}, *outer = NULL;
        dsc_status status = i % 2 == 0 ? dsc_schedule_sequential(copies + 1, parts, (int64_t[]){3, 6}, &outer)
                                       : dsc_schedule_chained(copies + 1, parts, &outer);
        dsc_schedule_release(s);
        if (status != DSC_OK)
            return status;
        s = outer;
    }
    return DSC_OK;
}

static void composition_rows(void) {
    dsc_schedule *one = schedule_of("exponential(0.9)"), *none = NULL;
    REFUSED(DSC_ERROR_ARGUMENT, "parts is NULL", dsc_schedule_sequential(1, NULL, NULL, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_sequential(1, &one, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "part 0 is NULL", dsc_schedule_sequential(1, &none, NULL, &made));
    REFUSED(DSC_ERROR_SIZE, "no part", dsc_schedule_sequential(0, &one, NULL, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "milestone -2", sequential(one, -2));
    REFUSED(DSC_ERROR_ARGUMENT, "2^48", sequential(one, INT64_MAX));
    REFUSED(DSC_ERROR_ARGUMENT, "milestone -9223372036854775808", sequential(one, INT64_MIN));
    REFUSED(DSC_ERROR_ARGUMENT, "where it ends", sequential(one, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "metric", sequential(schedule_of("reduce_lr_on_plateau"), 3));
    REFUSED(DSC_ERROR_ARGUMENT, "part 0 is NULL", sequential(NULL, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "parts is NULL", dsc_schedule_chained(1, NULL, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_chained(1, &one, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "part 0 is NULL", dsc_schedule_chained(1, &none, &made));
    REFUSED(DSC_ERROR_SIZE, "no part", dsc_schedule_chained(0, &one, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "within one another", nest(40, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "letters", nest(30, 2));
    ACCEPTED(nest(32, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_over(NULL, 5, &made));
    REFUSED(DSC_ERROR_ARGUMENT, "over is NULL", dsc_schedule_over(one, 5, NULL));
    REFUSED(DSC_ERROR_OPTION, "0 steps", kept(dsc_schedule_over(schedule_of("cosine"), 0, &made)));
    REFUSED(DSC_ERROR_OPTION, "steps", kept(dsc_schedule_over(schedule_of("cosine"), INT64_MAX, &made)));
    REFUSED(DSC_ERROR_OPTION, "-5 steps",
            kept(dsc_schedule_over(schedule_of("warmup(10) cosine"), 5, &made)));
    REFUSED(DSC_ERROR_OPTION, "-9223372036854775808 steps",
            kept(dsc_schedule_over(schedule_of("cosine"), INT64_MIN, &made)));
    REFUSED(DSC_ERROR_OPTION, "warmup is 9",
            kept(dsc_schedule_over(schedule_of("cosine(warmup=9)"), 5, &made)));
}

static void value_rows(void) {
    dsc_schedule *one = schedule_of("exponential(0.9)"), *open = schedule_of("cosine");
    dsc_schedule *cycle = schedule_of("one_cycle(1, 10)");
    const int64_t beyond = ((int64_t)1 << 48) + 1;
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_value(NULL, 1, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_schedule_value(one, 1, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "step is -1", dsc_schedule_value(one, 1, -1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "2^48", dsc_schedule_value(one, 1, beyond, w.out));
    REFUSED(DSC_ERROR_OPTION, "total number of steps", dsc_schedule_value(open, 1, 0, w.out));
    REFUSED(DSC_ERROR_OPTION, "total_steps are 10", dsc_schedule_value(cycle, 1, 11, w.out));
    REFUSED(DSC_ERROR_OPTION, "total_steps are 10", dsc_schedule_values(cycle, 1, 5, 9, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "count", dsc_schedule_values(one, 1, 0, MOST, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "2^48", dsc_schedule_values(one, 1, beyond - 2, 3, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_schedule_values(one, 1, 0, 3, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "no momentum", dsc_schedule_momentum(one, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_schedule_momentum(NULL, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "momentum is NULL", dsc_schedule_momentum(cycle, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "step is -1", dsc_schedule_momentum(cycle, -1, w.out));
    REFUSED(DSC_ERROR_OPTION, "total_steps are 10", dsc_schedule_momentum(cycle, 11, w.out));
    REFUSED(DSC_ERROR_OPTION, "total number", dsc_schedule_momentum(schedule_of("one_cycle(1)"), 0, w.out));
    ACCEPTED(dsc_schedule_values(one, 1, 0, 0, w.out));
    ACCEPTED(dsc_schedule_value(one, NAN, beyond - 1, w.out));
    HOLDS(dsc_schedule_length(NULL) == -1 && !dsc_schedule_is_complete(NULL) &&
          dsc_schedule_text(NULL)[0] == '\0' && !dsc_schedule_has_function(NULL) &&
          !dsc_schedule_has_plateau(NULL) && !dsc_schedule_cycles_momentum(NULL));
    HOLDS(dsc_schedule_is_equal(NULL, NULL) && !dsc_schedule_is_equal(NULL, one) &&
          !dsc_schedule_is_equal(one, NULL));
    HOLDS((dsc_schedule_release(NULL), dsc_schedule_retain(NULL) == NULL));
    HOLDS(dsc_schedule_at(MOST) == NULL && dsc_schedule_at(dsc_schedule_count()) == NULL &&
          dsc_schedule_find(NULL) == NULL && dsc_schedule_find("LR") == NULL);
}

static dsc_plateau plateau;

static void plateau_rows(void) {
    dsc_schedule *one = schedule_of("exponential(0.9)"), *metric = schedule_of("reduce_lr_on_plateau");
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_plateau_begin(NULL, &plateau));
    REFUSED(DSC_ERROR_ARGUMENT, "plateau is NULL", dsc_plateau_begin(metric, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "no reduce_lr_on_plateau", dsc_plateau_begin(one, &plateau));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL", dsc_plateau_step(NULL, &plateau, 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "plateau is NULL", dsc_plateau_step(metric, NULL, 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "no reduce_lr_on_plateau", dsc_plateau_step(one, &plateau, 1, 1));
    ACCEPTED(dsc_plateau_step(metric, &plateau, NAN, 0));
}

static dsc_scheduler *scheduler_of(const char *rule) {
    dsc_scheduler *s = NULL;
    dsc_scheduler_create(optimizer_of(rule), &s);
    return s;
}

static dsc_status bind(const char *rule, size_t group, const char *option, const char *text) {
    return dsc_scheduler_bind(scheduler_of(rule), group, option, schedule_of(text), DSC_BY_STEP);
}

static dsc_scheduler *bound(const char *text) {
    dsc_scheduler *s = scheduler_of("sgd");
    dsc_scheduler_bind(s, 0, "lr", schedule_of(text), DSC_BY_STEP);
    return s;
}

static dsc_status bind_twice(void) {
    return dsc_scheduler_bind(bound("step(3)"), DSC_EVERY_GROUP, "lr", schedule_of("step(4)"), DSC_BY_EPOCH);
}

static dsc_status step_to(const char *text, int64_t steps) {
    dsc_scheduler *s = bound(text);
    dsc_status status = dsc_scheduler_set_counts(s, steps, 0);
    return status == DSC_OK ? dsc_scheduler_step(s) : DSC_OK;
}

static dsc_status import(size_t place, double value) {
    dsc_scheduler *s = bound("reduce_lr_on_plateau");
    double state[7];
    dsc_scheduler_export_state(s, 7, state);
    state[place] = value;
    return dsc_scheduler_import_state(s, 7, state);
}

static void scheduler_rows(void) {
    dsc_scheduler_binding binding;
    int64_t counts[2];
    REFUSED(DSC_ERROR_ARGUMENT, "optimizer is NULL", dsc_scheduler_create(NULL, &new_scheduler));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_create(optimizer_of("sgd"), NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL",
            dsc_scheduler_bind(NULL, 0, "lr", schedule_of("step(3)"), DSC_BY_STEP));
    REFUSED(DSC_ERROR_ARGUMENT, "option is NULL", bind("sgd", 0, NULL, "step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "schedule is NULL",
            dsc_scheduler_bind(scheduler_of("sgd"), 0, "lr", NULL, DSC_BY_STEP));
    REFUSED(DSC_ERROR_ARGUMENT, "unit is 7",
            dsc_scheduler_bind(scheduler_of("sgd"), 0, "lr", schedule_of("step(3)"), (dsc_schedule_unit)7));
    REFUSED(DSC_ERROR_ARGUMENT, "no group 1", bind("sgd", 1, "lr", "step(3)"));
    REFUSED(DSC_ERROR_ARGUMENT, "0 groups", bind(NULL, DSC_EVERY_GROUP, "lr", "step(3)"));
    REFUSED(DSC_ERROR_OPTION, "no option 'beta1'", bind("sgd", 0, "beta1", "step(3)"));
    REFUSED(DSC_ERROR_OPTION, "nesterov", bind("sgd", 0, "nesterov", "step(3)"));
    REFUSED(DSC_ERROR_OPTION, "total number", bind("sgd", 0, "lr", "cosine"));
    REFUSED(DSC_ERROR_OPTION, "lr is -1", bind("sgd", 0, "lr", "cyclic(-1, 2)"));
    REFUSED(DSC_ERROR_OPTION, "neither momentum nor beta1", bind("adagrad", 0, "lr", "cyclic(1, 2)"));
    REFUSED(DSC_ERROR_ARGUMENT, "has a schedule already", bind_twice());
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_step(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_epoch(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_metric(NULL, 1));
    REFUSED(DSC_ERROR_OPTION, "total_steps are 10", step_to("one_cycle(1, 10)", 10));
    REFUSED(DSC_ERROR_OPTION, "lr is -", step_to("exponential(-1)", 0));
    REFUSED(DSC_ERROR_ARGUMENT, "2^48", step_to("step(3)", (int64_t)1 << 48));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_set_counts(NULL, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "step is -1", dsc_scheduler_set_counts(bound("step(3)"), -1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "step is -1", dsc_scheduler_set_counts(bound("step(3)"), 0, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_set_base(NULL, 0, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 1", dsc_scheduler_set_base(bound("step(3)"), 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "base is nan", dsc_scheduler_set_base(bound("step(3)"), 0, NAN));
    REFUSED(DSC_ERROR_OPTION, "lr", dsc_scheduler_set_base(bound("step(3)"), 0, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_get_binding(NULL, 0, &binding));
    REFUSED(DSC_ERROR_ARGUMENT, "binding is NULL", dsc_scheduler_get_binding(bound("step(3)"), 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 1", dsc_scheduler_get_binding(bound("step(3)"), 1, &binding));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_get_counts(NULL, counts, counts + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "steps is NULL", dsc_scheduler_get_counts(bound("step(3)"), NULL, counts));
    REFUSED(DSC_ERROR_ARGUMENT, "epochs is NULL", dsc_scheduler_get_counts(bound("step(3)"), counts, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_export_state(NULL, 7, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "state is NULL", dsc_scheduler_export_state(bound("step(3)"), 7, NULL));
    REFUSED(DSC_ERROR_SIZE, "count is 8", dsc_scheduler_export_state(bound("step(3)"), 8, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "scheduler is NULL", dsc_scheduler_import_state(NULL, 7, w.x));
    REFUSED(DSC_ERROR_ARGUMENT, "state is NULL", dsc_scheduler_import_state(bound("step(3)"), 7, NULL));
    REFUSED(DSC_ERROR_SIZE, "count is 6", dsc_scheduler_import_state(bound("step(3)"), 6, w.x));
    for (size_t place = 0; place < 7; ++place)
        REFUSED(DSC_ERROR_ARGUMENT, "state", import(place, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "steps", import(0, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "epochs", import(1, 0.5));
    REFUSED(DSC_ERROR_ARGUMENT, "base inf", import(2, INFINITY));
    REFUSED(DSC_ERROR_OPTION, "lr is -1", import(2, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "scale", import(4, INFINITY));
    REFUSED(DSC_ERROR_ARGUMENT, "bad_count", import(5, 1e300));
    ACCEPTED(import(3, -INFINITY));
    ACCEPTED(dsc_scheduler_step(scheduler_of(NULL)));
    HOLDS((dsc_scheduler_destroy(NULL), dsc_scheduler_state_count(NULL) == 0));
    HOLDS(dsc_scheduler_binding_count(NULL) == 0);
}

void schedule_rows(void) {
    text_rows();
    option_rows();
    composition_rows();
    value_rows();
    plateau_rows();
    scheduler_rows();
}

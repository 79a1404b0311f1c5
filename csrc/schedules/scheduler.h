/* Schedules bound to an optimizer's options. */
#ifndef DSC_SCHEDULES_SCHEDULER_H
#define DSC_SCHEDULES_SCHEDULER_H

#include "optimizers/engine.h"
#include "schedules/schedule.h"

typedef struct dsc_binding {
    size_t group;
    const char *option; /* the rule table's */
    dsc_schedule *schedule;
    dsc_schedule_unit unit;
    double base, value;
    bool is_momentum;
    const dsc_schedule *plateau_part; /* the schedule's reduce_lr_on_plateau; NULL: it has none */
    dsc_plateau plateau;
    dsc_cursor *cursors;

    /* What the call under way would make of it, and what the option was before. */
    bool is_due;
    double fresh, previous;
    dsc_plateau fresh_plateau;
} dsc_binding;

struct dsc_scheduler {
    dsc_optimizer *optimizer;
    int64_t steps, epochs;
    size_t count;
    dsc_binding *bindings;
    dsc_option *options; /* room for each binding's */
};

#endif

/* Schedules: what an option of an optimizer, usually the learning rate, is at each step.
 *
 * A dsc_schedule is a value: immutable, counted, told by its text, and without history. It turns a base value
 * (the option's when the schedule was bound) and a step, counted from 0, into the option's value at that
 * step, as PyTorch's scheduler would have left it after so many calls of its step().
 *
 *     dsc_schedule *schedule;
 *     dsc_schedule_parse("warmup(500) cosine(min=0)", 10000, &schedule);   of 10000 steps
 *     dsc_scheduler *scheduler;
 *     dsc_scheduler_create(optimizer, &scheduler);
 *     dsc_scheduler_bind(scheduler, DSC_EVERY_GROUP, "lr", schedule, DSC_BY_STEP);
 *     for each step:
 *         dsc_optimizer_step(NULL, optimizer, &step, NULL);
 *         dsc_scheduler_step(scheduler);
 *
 *  Texts
 *
 *     one_cycle(max_lr=0.1)              options as those of layers: by name, or in the table's order
 *     multi_step((30, 80), gamma=0.1)    lists in brackets; in the order they stand first
 *     warmup(500) cosine                 one after another, each with steps of its own from 0 on
 *     exponential(0.9) @ 100 step(30)    the same, where the first has no end: at step 100
 *     warmup(500) * exponential(0.999)   both at once: PyTorch's ChainedScheduler
 *     (warmup(5) cosine) * step(30)      brackets
 *
 * One after another, each begins where the one before ends, and the last takes what is left of the total.
 * Names are those of the table; capitals and underscores do not matter, nor PyTorch's "LR" at the end.
 * A schedule may be used by any number of threads at once; a scheduler by one. */
#ifndef DESCENT_SCHEDULES_H
#define DESCENT_SCHEDULES_H

#include <stdbool.h>

#include "optimizers.h"
#include "options.h"
#include "status.h"

DSC_BEGIN_API

/* ---- The table ---- */

typedef enum dsc_schedule_kind {
    DSC_SCHEDULE_OF_STEP = 0,     /* of the base value and the step alone */
    DSC_SCHEDULE_OF_FUNCTION = 1, /* takes a function of the caller's */
    DSC_SCHEDULE_OF_PARTS = 2,    /* of other schedules */
    DSC_SCHEDULE_OF_METRIC = 3    /* reacts to a metric: dsc_plateau */
} dsc_schedule_kind;

typedef struct dsc_schedule_info {
    const char *name;
    const char *title;
    const char *source; /* the PyTorch page, paper or book whose numbers it gives */
    const char *formula;
    dsc_schedule_kind kind;
    /* Options that have any number of values; in dsc_option arrays their name stands once for each. */
    const dsc_option_info *lists;
    size_t list_count;
    const dsc_option_info *options;
    size_t option_count;
    /* The option that says after how many steps it ends, and what comes after it begins; NULL: it has no end.
     */
    const char *length;
    bool length_from_total; /* the length may be left out, where the total number of steps says it */
    bool cycles_momentum;   /* it can have momentum beside the rate */
    bool takes_function;    /* it can have a dsc_schedule_function */
} dsc_schedule_info;

size_t dsc_schedule_count(void);
const dsc_schedule_info *dsc_schedule_at(size_t index);       /* NULL outside the table */
const dsc_schedule_info *dsc_schedule_find(const char *name); /* NULL for an unknown name */

/* ---- Making schedules ---- */

typedef struct dsc_schedule dsc_schedule;

/* A factor by the step (of cyclic's scaling: by the cycle or the step). It may be called from any thread, and
 * for any steps in any order. */
typedef struct dsc_schedule_function {
    double (*call)(void *user, int64_t step);
    void *user;
    void (*destroy)(void *user); /* called when the last reference goes; NULL: nothing is */
} dsc_schedule_function;

/* A schedule of the table. Options that are left out have their defaults. Refused: what PyTorch refuses,
 * lengths below 0 (PyTorch lets some pass, without meaning), options without a default that are missing. */
dsc_status dsc_schedule_create(const char *name, size_t option_count, const dsc_option *options,
                               dsc_schedule **schedule);
/* The same with a function: "lambda" and "multiplicative" need one, "cyclic" can have it. The schedule has no
 * text then. After a refusal the function's user is still the caller's. */
dsc_status dsc_schedule_create_with(const char *name, size_t option_count, const dsc_option *options,
                                    dsc_schedule_function function, dsc_schedule **schedule);
/* Of a text, as above. total: the steps of the whole run, for lengths that are left out; 0: not known, and
 * they are left open (dsc_schedule_over). Refused: what is no schedule, with its place. */
dsc_status dsc_schedule_parse(const char *text, int64_t total, dsc_schedule **schedule);

/* One after another: part i + 1 begins at step milestones[i], with steps of its own from 0 on. PyTorch's
 * SequentialLR, and so multiplicative goes on from the value before. (A sequence may be a part, which
 * PyTorch's has a step ahead of itself, or fails at.) milestones: count - 1 of them, not falling; NULL, or -1
 * for one of them: where the part before ends. Refused: reduce_lr_on_plateau, parts without an end. Their
 * references stay the caller's. */
dsc_status dsc_schedule_sequential(size_t count, dsc_schedule *const *parts, const int64_t *milestones,
                                   dsc_schedule **schedule);
/* All at once. Those that PyTorch has take turns to change the value, step by step, as in its
 * ChainedScheduler: those that set it (lambda, cyclic, one_cycle, cosine_annealing_warm_restarts) forget what
 * came before them; the others multiply. Those that PyTorch does not have multiply the result by their share
 * of the base, and so does reduce_lr_on_plateau. */
dsc_status dsc_schedule_chained(size_t count, dsc_schedule *const *parts, dsc_schedule **schedule);

/* The same with the lengths that were left out, of a run of so many steps. Another reference, where none
 * were. Refused: total < 1, or one that ends before the last part begins. */
dsc_status dsc_schedule_over(const dsc_schedule *schedule, int64_t total, dsc_schedule **over);

dsc_schedule *dsc_schedule_retain(const dsc_schedule *schedule); /* NULL for NULL */
void dsc_schedule_release(dsc_schedule *schedule);               /* passes NULL by */

/* ---- Looking at them ---- */

/* Whether no length is left open. Only such have values. */
bool dsc_schedule_is_complete(const dsc_schedule *schedule);
/* The steps after which it ends; -1: it does not, or that is not known. */
int64_t dsc_schedule_length(const dsc_schedule *schedule);
/* Its text, by which an equal one can be made if it has no function ("?" stands for those). The schedule's
 * own; options that have their defaults are left out. "" for NULL. */
const char *dsc_schedule_text(const dsc_schedule *schedule);
bool dsc_schedule_has_function(const dsc_schedule *schedule);
bool dsc_schedule_has_plateau(const dsc_schedule *schedule);
/* The same schedule: parts, options, and functions with their users. */
bool dsc_schedule_is_equal(const dsc_schedule *a, const dsc_schedule *b);

/* The value at a step, of a base value. In closed form; multiplicative, and chains in which PyTorch's own
 * steps have no product (cosine_annealing, multiplicative or sequential beside others) are replayed from step
 * 0 on. Refused: a step outside [0, 2^48], schedules that are not complete, one_cycle beyond its total. */
dsc_status dsc_schedule_value(const dsc_schedule *schedule, double base, int64_t step, double *value);
/* Those at `count` steps, `first` and after; a replay is done once. */
dsc_status dsc_schedule_values(const dsc_schedule *schedule, double base, int64_t first, size_t count,
                               double *values);

/* Whether it has momentum beside the rate: cyclic and one_cycle with cycle_momentum, and what is made of
 * them. */
bool dsc_schedule_cycles_momentum(const dsc_schedule *schedule);
/* The momentum (Adam's beta1) at a step. In a sequence, parts without momentum keep that of the part before.
 */
dsc_status dsc_schedule_momentum(const dsc_schedule *schedule, int64_t step, double *momentum);

/* ---- When a metric stops getting better ---- */

/* Where reduce_lr_on_plateau stands. */
typedef struct dsc_plateau {
    double best;           /* the best metric so far; inf or -inf: there was none */
    double scale;          /* what it multiplies the scheduled value by; 1 at first */
    int64_t bad_count;     /* metrics since that were no better */
    int64_t cooldown_left; /* metrics that are not counted as bad, after a reduction */
} dsc_plateau;

/* The state before the first metric. Refused: schedules other than reduce_lr_on_plateau. */
dsc_status dsc_plateau_begin(const dsc_schedule *schedule, dsc_plateau *plateau);
/* Takes a metric. value: what the scale multiplies, which min_lr and eps are compared with. A NaN is no
 * better than anything, as in PyTorch. */
dsc_status dsc_plateau_step(const dsc_schedule *schedule, dsc_plateau *plateau, double metric, double value);

/* ---- Schedules at work on an optimizer ---- */

typedef struct dsc_scheduler dsc_scheduler;

typedef enum dsc_schedule_unit { DSC_BY_STEP = 0, DSC_BY_EPOCH = 1 } dsc_schedule_unit;

#define DSC_EVERY_GROUP SIZE_MAX

/* Changes options of an optimizer, which must outlive it. */
dsc_status dsc_scheduler_create(dsc_optimizer *optimizer, dsc_scheduler **scheduler);
void dsc_scheduler_destroy(dsc_scheduler *scheduler); /* passes NULL by */

/* Lets a schedule have an option of a group, or of all groups there are, with its value now as the base, and
 * sets it to the schedule's value at the step (or epoch) where the scheduler is, 0 at first. Of "lr", a
 * schedule that cycles momentum has the group's "momentum" or "beta1" too. Refused, with all groups
 * unchanged: unknown groups and options, options that have a schedule already, schedules that are not
 * complete, values out of the option's range, momentum where a rule has none. */
dsc_status dsc_scheduler_bind(dsc_scheduler *scheduler, size_t group, const char *option,
                              const dsc_schedule *schedule, dsc_schedule_unit unit);

/* After each step of the optimizer, each epoch: sets the options by step, by epoch, to their next values.
 * After a refusal (a value out of its option's range, a schedule that is over) nothing has changed. */
dsc_status dsc_scheduler_step(dsc_scheduler *scheduler);
dsc_status dsc_scheduler_epoch(dsc_scheduler *scheduler);
/* Gives every reduce_lr_on_plateau a metric, and sets options at once. */
dsc_status dsc_scheduler_metric(dsc_scheduler *scheduler, double metric);

/* The options with a schedule, in the order in which they were bound. */
typedef struct dsc_scheduler_binding {
    size_t group;
    const char *option; /* the rule table's */
    const dsc_schedule *schedule;
    dsc_schedule_unit unit;
    double base, value; /* when it was bound, and now */
    bool is_momentum;   /* that of the schedule */
    bool has_plateau;   /* and where it stands: */
    dsc_plateau plateau;
} dsc_scheduler_binding;
size_t dsc_scheduler_binding_count(const dsc_scheduler *scheduler); /* 0 for NULL */
dsc_status dsc_scheduler_get_binding(const dsc_scheduler *scheduler, size_t index,
                                     dsc_scheduler_binding *binding);
/* Steps and epochs so far. */
dsc_status dsc_scheduler_get_counts(const dsc_scheduler *scheduler, int64_t *steps, int64_t *epochs);

/* Goes to a step and an epoch, as PyTorch's last_epoch. Refused as dsc_scheduler_step. */
dsc_status dsc_scheduler_set_counts(dsc_scheduler *scheduler, int64_t steps, int64_t epochs);

/* Gives a binding another base, and sets its option to what follows from that. Refused: no such binding, a
 * base that is not finite; and as dsc_scheduler_step. */
dsc_status dsc_scheduler_set_base(dsc_scheduler *scheduler, size_t index, double base);

/* All that a scheduler with the same bindings needs to go on, to the bit: steps, epochs, and for each binding
 * its base, and of its plateau best, scale, bad_count and cooldown_left. */
size_t dsc_scheduler_state_count(const dsc_scheduler *scheduler); /* numbers; 0 for NULL */
dsc_status dsc_scheduler_export_state(const dsc_scheduler *scheduler, size_t count, double *state);
/* Refused: another count, numbers that no scheduler has; and as dsc_scheduler_step. */
dsc_status dsc_scheduler_import_state(dsc_scheduler *scheduler, size_t count, const double *state);

DSC_END_API
#endif

/* What a schedule is: its row in the table, and one that was made. */
#ifndef DSC_SCHEDULES_SCHEDULE_H
#define DSC_SCHEDULES_SCHEDULE_H

#include <math.h>
#include <stdatomic.h>

#include "core/option_text.h"
#include "descent/schedules.h"

#define DSC_LARGEST_SCHEDULE_STEP (INT64_C(1) << 48)
/* Schedules within one another, and brackets. */
enum { DSC_DEEPEST_SCHEDULE = 32 };

typedef struct dsc_number_list {
    size_t count;
    double *values;
} dsc_number_list;

struct dsc_schedule {
    atomic_size_t references;
    const struct dsc_schedule_row *row;
    double values[DSC_MAX_OPTIONS]; /* a NaN is a length that was left out */
    dsc_number_list lists[DSC_MAX_LISTS];
    size_t part_count;
    dsc_schedule **parts;
    dsc_schedule_function function; /* call NULL: there is none */
    char *text;

    /* What follows from the rest. */
    size_t depth;   /* of brackets */
    size_t cursors; /* that a replay of it and its parts can use */
    bool is_complete, has_function, has_plateau, cycles_momentum;
    bool steps_as_torch; /* in a chain: PyTorch has it, and all of its parts */
};

/* Where a replay stands, so that the next step need not begin at 0. A schedule's own comes before those of
 * its parts. */
typedef struct dsc_cursor {
    int64_t step; /* -1: nowhere */
    double base, current;
} dsc_cursor;
static const dsc_cursor dsc_no_cursor = {-1, 0, 0};

/* A row gives its value in one of three ways: by factor (base times it), by value, or by evaluate. */
typedef struct dsc_schedule_row {
    dsc_schedule_info info;
    bool is_torch;
    bool is_replayed; /* evaluate uses a cursor of its own */
    double (*factor)(const dsc_schedule *s, double step);
    double (*value)(const dsc_schedule *s, double base, double step);
    dsc_status (*evaluate)(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                           double *value);
    /* PyTorch's chainable form: what its step makes of the current value. NULL: it follows from factor, or
     * the value is set. */
    dsc_status (*advance)(const dsc_schedule *s, double base, double current, int64_t step, double *value);
    dsc_status (*momentum)(const dsc_schedule *s, int64_t step, double *momentum);
    bool (*cycles_momentum)(const dsc_schedule *s);
    /* Options that do not go together. Lengths may be missing still (NaN); others may be filled in. */
    dsc_status (*check)(dsc_schedule *s);
    /* Refuses steps that it has no value at. NULL: there are none. */
    dsc_status (*refuse)(const dsc_schedule *s, int64_t step);
    int64_t (*length)(const dsc_schedule *s); /* NULL: the option of info.length */
    /* Of parts: puts more than one of them together. milestones: NULL, or -1 where a part's own end counts.
     */
    dsc_status (*compose)(dsc_schedule *made, size_t count, dsc_schedule *const *parts,
                          const int64_t *milestones);
} dsc_schedule_row;

const dsc_schedule_row *dsc_schedule_named(const char *name); /* NULL for an unknown name */
dsc_status dsc_schedule_unknown(const char *name);

/* ---- Making ---- */

/* One without options, with a reference, to be filled in and completed, or released. */
dsc_status dsc_schedule_begin(const dsc_schedule_row *row, dsc_schedule **schedule);
dsc_status dsc_schedule_append(dsc_schedule *s, size_t list, double value);
/* One more reference to `part`. */
dsc_status dsc_schedule_append_part(dsc_schedule *s, const dsc_schedule *part);
/* Checks it and works out what follows. After a refusal it is released. */
dsc_status dsc_schedule_finish(dsc_schedule *s, dsc_schedule **schedule);
/* A schedule of parts by `row`; of one part that part itself. */
dsc_status dsc_schedule_compose(const char *function, const dsc_schedule_row *row, size_t count,
                                dsc_schedule *const *parts, const int64_t *milestones,
                                dsc_schedule **schedule);
/* NULL: out of memory. */
char *dsc_schedule_write(const dsc_schedule *s);

/* ---- Values, of schedules that are complete at steps that are possible ---- */

/* cursor: NULL, or dsc_schedule.cursors of them. */
dsc_status dsc_schedule_evaluate(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                                 double *value);
dsc_status dsc_schedule_advance(const dsc_schedule *s, double base, double current, int64_t step,
                                double *value);
/* The share of the base. */
dsc_status dsc_schedule_share(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                              double *share);
dsc_status dsc_schedule_momentum_at(const dsc_schedule *s, int64_t step, double *momentum);
/* Whether PyTorch's chainable form sets the value, whatever it was. */
bool dsc_schedule_sets(const dsc_schedule *s);
dsc_status dsc_schedule_check_step(const char *function, int64_t step);
/* Refuses schedules with lengths that were left out. */
dsc_status dsc_schedule_check_complete(const char *function, const dsc_schedule *s);

extern const dsc_schedule_row dsc_schedule_row_sequential, dsc_schedule_row_chained,
    dsc_schedule_row_multiplicative, dsc_schedule_row_reduce_lr_on_plateau;

/* ---- Rows of option tables ---- */

#define DSC_SCHEDULE_OPTIONS(table) .options = table, .option_count = sizeof(table) / sizeof *(table)
#define DSC_SCHEDULE_LISTS(table) .lists = table, .list_count = sizeof(table) / sizeof *(table)
/* A number of steps, from `low` on; initial NaN: it must be given, or the total says it. */
#define DSC_OPTION_STEPS(name, initial, low, summary) DSC_OPTION_WHOLE(name, initial, low, summary)
#define DSC_OPTION_ONE_OF(name, initial, names, summary)                                                     \
    DSC_OPTION(name, DSC_OPTION_CHOICE, initial, 0, sizeof(names) / sizeof *(names)-1, false, false,         \
               summary, names)

#endif

/* The optimizer's inside, shared by the files that make it up. */
#ifndef DSC_OPTIMIZERS_ENGINE_H
#define DSC_OPTIMIZERS_ENGINE_H

#include "optimizers/rule.h"

/* The plane of Lookahead's slow weights comes after the rules' own. */
enum { DSC_SLOW = DSC_MAX_SLOTS, DSC_PLANES = DSC_MAX_SLOTS + 1 };
/* In dsc_parameter.filled, besides a bit for each plane: the scalars are set. */
#define DSC_SCALARS_SET (1u << 31)
/* Partial sums a tile: as many as the most demanding kernel takes at once. */
enum { DSC_PARTIALS = 4 };

typedef struct dsc_group {
    const dsc_rule *rule;
    double options[DSC_MAX_OPTIONS];
    /* What the engine itself does with these options: */
    double weight_decay; /* added to the gradient */
    double shrink;       /* the weights' factor for decoupled decay; 1: none */
    bool maximize;
    double penalty_l1, penalty_l2;
    bool is_penalized;
    bool shapes_gradient;    /* whether the rule sees another gradient: by decay, maximize or penalty */
    int64_t lookahead_steps; /* 0: no Lookahead */
    double lookahead_alpha;
    dsc_group_statistics statistics;
} dsc_group;

struct dsc_run;

/* What every step looks at stands first, so that it is in a line or two of the cache. */
typedef struct dsc_parameter {
    size_t start, length; /* in the flat buffers */
    size_t group;         /* SIZE_MAX: none */
    int64_t step;
    uint32_t slots;   /* planes in use with its group's options */
    uint32_t filled;  /* planes that hold state */
    uint32_t partial; /* planes that hold state in some rows: those with their bit in `begun` */
    bool frozen;
    /* Of the step under way: */
    bool takes_part;
    const struct dsc_run *run; /* NULL: it has no elements */
    double scalars[DSC_MAX_SCALARS];
    size_t rank, shape[DSC_MAX_RANK];
    uint8_t *begun; /* a byte a row; NULL without partial planes */
    size_t settled; /* the rows before it have begun all partial planes */
    char *name;     /* NULL: unnamed */
} dsc_parameter;

/* Neighbouring tensors that a step treats alike, as one range of the flat buffers. */
typedef struct dsc_run {
    size_t start, first_tile;
    size_t length;               /* gradient elements */
    const dsc_parameter *tensor; /* the first of them */
    size_t group;
    uint32_t missing;             /* planes in use that hold no state yet, at least in some rows */
    bool by_rows;                 /* row by row: not all rows have a gradient, or the same state */
    bool looks_ahead;             /* this step moves the slow weights */
    const dsc_row_gradient *rows; /* NULL: the gradient is dense */
    const void *gradients;        /* of the run */
    double norm;                  /* of the gradients, if measured: the Euclidean one */
    double clip_norm;             /* and the one that clipping goes by */
    double scale;                 /* that clipping by norm multiplies by */
    dsc_coefficients coefficients;
} dsc_run;

/* The runs of a step, and their tiles. */
typedef struct dsc_run_list {
    dsc_run *runs;
    size_t count, tiles, elements;
    const size_t *order; /* in which the tiles are taken; NULL: as they stand */
} dsc_run_list;

struct dsc_lbfgs;

struct dsc_optimizer {
    dsc_dtype dtype;
    size_t tensor_count, group_count, total;
    dsc_parameter *tensors;
    uint64_t layout; /* a number that only this optimizer has, and only with these lengths; not 0 */
    dsc_group *groups;
    void *planes[DSC_PLANES]; /* each as long as the parameters; NULL until a group needs it */
    size_t line_offset;       /* of the planes in a cache line */
    bool is_placed;
    dsc_clipping clipping;
    double clip_value;
    dsc_guard guard;
    bool statistics;
    dsc_step_hooks hooks;
    size_t skipped_steps;
    void *average; /* the caller's, as long as the parameters; NULL: none */
    double average_weight;
    struct dsc_lbfgs *lbfgs; /* NULL without a group of that rule */
    /* Room for a step's working lists, so that a step allocates nothing. */
    dsc_run *runs;
    double *partials; /* DSC_PARTIALS a tile */
    size_t *order;    /* the tiles, as threads take them */
    void *workspace;  /* for rules over tensors */
    size_t workspace_bytes;
};

static inline const dsc_group *dsc_group_of(const dsc_optimizer *o, const dsc_run *run) {
    return &o->groups[run->group];
}

/* Whether state of the rule's own is missing: it has not seen these elements yet. */
static inline bool dsc_is_fresh(uint32_t missing) {
    return (missing & ~(1u << DSC_SLOW)) != 0;
}

static inline void *dsc_offset(const dsc_optimizer *o, const void *base, size_t elements) {
    return base == NULL ? NULL : (char *)(uintptr_t)base + elements * dsc_size_of(o->dtype);
}

/* The runs of a step. Fails if a row gradient is not what it should be. */
dsc_status dsc_find_runs(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                         dsc_run_list *list);
/* Calls task(argument, tile) once for each of a list's tiles, in parallel. */
void dsc_for_tiles(const dsc_context *context, const dsc_run_list *list, dsc_task task, void *argument);

/* The next step's number has room to rise, and is exact as a double. */
#define DSC_LARGEST_STEP (INT64_C(1) << 53)

/* After a step: the tensors' step counts, what their slots hold, and their scalars. */
void dsc_count_step(dsc_optimizer *o);

/* The run that a tile belongs to, and the range of the run's gradients that it covers. */
dsc_run *dsc_run_of_tile(const dsc_run_list *list, size_t tile, size_t *offset, size_t *length);

/* In both a NaN stays, which C's fmax lets go, and its hypot beside an infinity. */
static inline double dsc_larger(double a, double b) {
    return a > b || isnan(a) ? a : b;
}
static inline double dsc_hypot(double a, double b) {
    return isnan(a) || isnan(b) ? NAN : hypot(a, b);
}

/* Of a group that took no part, or while statistics are off. */
extern const dsc_group_statistics dsc_no_statistics;

/* Whether clipping by norm has to be looked after. */
static inline bool dsc_clips_norm(const dsc_optimizer *o) {
    return isfinite(o->clipping.max_norm) || o->clipping.error_if_nonfinite;
}

/* Sets the runs' norms, and those of all runs and the largest absolute value; a NaN among the gradients makes
 * all three NaN. bad = the run and the element in it of the first one that is not finite; NULL if all are. */
typedef struct dsc_measure {
    double norm, clip_norm, largest; /* clip_norm: only if clipping by norm */
    const dsc_run *bad_run;
    size_t bad_element;
} dsc_measure;
dsc_measure dsc_measure_gradients(const dsc_context *context, const dsc_optimizer *o,
                                  const dsc_run_list *list);

/* The first of n numbers that is not finite; SIZE_MAX if all are. */
size_t dsc_first_bad(dsc_dtype dtype, size_t n, const void *numbers);

/* What the guard makes of a gradient that is not finite: DSC_OK if it may pass, else the step's status. Puts
 * it into the report. */
dsc_status dsc_guard_gradient(dsc_optimizer *o, size_t tensor, size_t element, bool must_stop,
                              dsc_step_report *report);

/* The hooks: a refusal by the one before is the step's status. */
dsc_status dsc_hook_before(const dsc_optimizer *o, const dsc_step *step);
void dsc_hook_after(const dsc_optimizer *o, const dsc_step *step, const dsc_step_report *report);

/* Updates the parameters of all runs; the penalties they had before. */
double dsc_update_runs(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                       dsc_run_list *list);

/* Whether a run's weights go into the average while it is updated: not by row gradients, as the average of
 * all rows moves. */
static inline bool dsc_is_averaged_in(const dsc_optimizer *o, const dsc_run *run) {
    return o->average != NULL && run->rows == NULL;
}

/* The share `weight` of the way from the averages to the current numbers: all averages are made by this. */
void dsc_average_numbers(dsc_dtype dtype, size_t n, double weight, const void *current, void *average);

/* At a step's end: takes the weights into the average that are not in it yet; has_updated: the runs were
 * updated. */
void dsc_average_rest(const dsc_context *context, const dsc_optimizer *o, const dsc_step *step,
                      bool has_updated);

/* Allocates the planes of these slots; makes those there are as long as `total` says now. */
dsc_status dsc_allocate_planes(dsc_optimizer *o, uint32_t slots);
dsc_status dsc_grow_planes(dsc_optimizer *o, size_t old_total);
void dsc_free_planes(dsc_optimizer *o);
/* Before the first step: the planes get the parameters' offset in a cache line. What begins at a line in one
 * of them then does so in all, and no store reaches across two. */
void dsc_place_planes(dsc_optimizer *o, const void *parameters);

/* Makes room for the step of a rule over tensors: as many bytes as it needs. */
size_t dsc_workspace_bytes(const dsc_optimizer *o, const dsc_rule *rule, const dsc_parameter *tensor);
dsc_status dsc_allocate_workspace(dsc_optimizer *o, size_t bytes);

/* The planes that a tensor uses in a group. */
uint32_t dsc_slots_in(const dsc_group *group, const dsc_parameter *tensor);
static inline bool dsc_is_matrix(const dsc_parameter *tensor) {
    return tensor->rank >= 2;
}

const char *dsc_tensor_name(const dsc_optimizer *o, size_t tensor, char *buffer, size_t size);

#endif

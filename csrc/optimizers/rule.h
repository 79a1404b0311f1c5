/* What a rule is: its row in the table and its update loop. The engine does everything that rules
 * have in common before the loop sees the gradient: scale, clip, maximize, weight decay. */
#ifndef DSC_OPTIMIZERS_RULE_H
#define DSC_OPTIMIZERS_RULE_H

#include <math.h>

#include "core/options.h"
#include "descent/optimizers.h"

enum { DSC_MAX_COEFFICIENTS = 12 };

/* What stays the same over one step of one group: computed in double, once. */
typedef struct dsc_coefficients {
    double value[DSC_MAX_COEFFICIENTS];
    double scalar[DSC_MAX_SCALARS]; /* the tensors' own numbers: `prepare` finds the last step's, leaves this
                                       one's */
    double shrink;                  /* the weights' factor for decoupled decay; 1: none */
    bool fresh;                     /* some state of these tensors was never written */
} dsc_coefficients;

/* Who takes care of weight decay. */
typedef enum dsc_decay {
    DSC_DECAY_BY_OPTION =
        0, /* the engine: "weight_decay" is coupled unless "decoupled_weight_decay" is set */
    DSC_DECAY_DECOUPLED = 1, /* the engine: always decoupled */
    DSC_DECAY_OWN = 2        /* the rule itself */
} dsc_decay;

/* One tensor's step, for rules that look at whole tensors. */
typedef struct dsc_tensor_step {
    const dsc_context *context;
    dsc_dtype dtype;
    const dsc_coefficients *coefficients;
    size_t length;
    bool is_matrix; /* of rank 2 or more; then length = batch * rows * columns */
    size_t batch, rows, columns;
    void *p;
    const void *g; /* clipped and so on, as the rule is to see it */
    void *state[DSC_MAX_SLOTS];
    void *workspace;  /* as many elements as the rule asked for */
    double *partials; /* DSC_PARTIALS a tile of the tensor */
} dsc_tensor_step;

typedef struct dsc_rule {
    dsc_rule_info info;
    dsc_decay decay;
    /* Whether the loop multiplies the weights by `shrink`: the engine would in a pass of its own. */
    bool shrinks;
    /* Refuses values that are each in range but do not go together. May be NULL. */
    dsc_status (*check)(const double *options);
    /* The slots that these options need, a bit each, for a matrix (rank 2 or more) or not. NULL: all. */
    uint32_t (*slots)(const double *options, bool is_matrix);
    /* What a slot holds at first, where it is not 0. May be NULL. */
    double (*initial)(const double *options, size_t slot);
    /* The tensors' own numbers before the first step. NULL: there are none. */
    void (*start)(const double *options, double *scalars);
    /* Coefficients for the step with this number (the first is 1). */
    void (*prepare)(const double *options, int64_t step, dsc_coefficients *c);
    /* The loop of an elementwise rule. */
#define DSC_UPDATE(row_dtype, real, suffix, ...)                                                             \
    void (*update_##suffix)(const dsc_coefficients *c, size_t n, real *p, const real *g, real *const *state);
    DSC_EVERY_REAL(DSC_UPDATE, DSC_UPDATE)
#undef DSC_UPDATE
    /* The step of a rule over tensors, and the elements of workspace it needs. */
    void (*step_tensor)(const dsc_tensor_step *step);
    size_t (*workspace)(size_t batch, size_t rows, size_t columns);
    /* Slots that hold less than the tensor: true if `dimension` of `slot` is reduced to 1. NULL: none. */
    bool (*is_reduced)(size_t slot, size_t dimension, size_t rank);
    /* The share of the way from the weights to slot 0 at which the model is to be evaluated. NULL: 0. */
    double (*evaluation_weight)(const double *options);
} dsc_rule;

/* The rows, and a row by name: NULL if unknown. */
extern const dsc_rule *const dsc_rules[];
const dsc_rule *dsc_rule_named(const char *name);

/* The value of an option by name; `absent` where the rule has no such option. */
double dsc_option_get(const dsc_rule_info *info, const double *options, const char *name, double absent);

/* ---- Rows of option tables ---- */

#define DSC_OPTION_BETA(name, initial, summary)                                                              \
    DSC_OPTION(name, DSC_OPTION_REAL, initial, 0, 1, false, true, summary, NULL)
#define DSC_OPTION_LR(initial) DSC_OPTION_REAL_FROM("lr", initial, 0, "learning rate")
#define DSC_OPTION_MOMENTUM(initial)                                                                         \
    DSC_OPTION_REAL_FROM("momentum", initial, 0, "share of the last velocity that is kept")
#define DSC_OPTION_BETA1(initial) DSC_OPTION_BETA("beta1", initial, "decay of the running mean of gradients")
#define DSC_OPTION_BETA2(initial)                                                                            \
    DSC_OPTION_BETA("beta2", initial, "decay of the running mean of their squares")
#define DSC_OPTION_WEIGHT_DECAY(initial)                                                                     \
    DSC_OPTION_REAL_FROM("weight_decay", initial, 0, "weight decay: an L2 penalty, unless decoupled")
#define DSC_OPTION_SHRINKING_DECAY(initial)                                                                  \
    DSC_OPTION_REAL_FROM("weight_decay", initial, 0,                                                         \
                         "decoupled weight decay: the weights shrink by lr times it")
#define DSC_OPTION_DECOUPLED(initial)                                                                        \
    DSC_OPTION_FLAG_AT("decoupled_weight_decay", initial,                                                    \
                       "shrink the weights by lr * weight_decay instead of adding to the gradient")
#define DSC_OPTION_EPS(initial) DSC_OPTION_REAL_FROM("eps", initial, 0, "added to the denominator")
#define DSC_OPTION_MAXIMIZE DSC_OPTION_FLAG_AT("maximize", 0, "maximize the objective instead of minimizing")
#define DSC_OPTION_EPSILON_PLACEMENT                                                                         \
    DSC_OPTION("epsilon_placement", DSC_OPTION_CHOICE, 0, 0, 1, false, false,                                \
               "where eps is added: to the root, as PyTorch, or under it, as d2l and the lab slides",        \
               dsc_epsilon_placements)

extern const char *const dsc_epsilon_placements[]; /* "outside", "inside" */

/* A rule's loops. */
#define DSC_UPDATES(loop) DSC_EVERY_REAL(DSC_SET_UPDATE_AND, DSC_SET_UPDATE, loop)
#define DSC_SET_UPDATE(row_dtype, real, suffix, wide, loop) .update_##suffix = loop##_##suffix
#define DSC_SET_UPDATE_AND(...) DSC_SET_UPDATE(__VA_ARGS__),
#define DSC_OPTIONS(table) .options = table, .option_count = sizeof(table) / sizeof *(table)

/* 1 - beta^step. */
double dsc_bias_correction(double beta, int64_t step);

#endif

/* The optimizer engine: one step over flat buffers of parameters and gradients.
 *
 * All tensors of a model stand one after another in one buffer, their gradients in a second of the
 * same layout. The engine owns the third, the optimizer's state, and knows the tensors' lengths.
 * Tensors belong to groups; a group has a rule ("sgd", "adam", ...) and values for the rule's
 * options.
 *
 *     dsc_optimizer *optimizer;
 *     size_t lengths[] = {784 * 512, 512};
 *     dsc_optimizer_create(DSC_FLOAT32, 2, lengths, NULL, &optimizer);
 *     dsc_option lr = {"lr", 0.1};
 *     dsc_optimizer_add_group(optimizer, "sgd", 2, NULL, 1, &lr, NULL);
 *     ...
 *     dsc_step step = {.parameters = w, .gradients = g};
 *     dsc_optimizer_step(NULL, optimizer, &step, NULL);
 *
 * An optimizer may be used by one thread at a time. A step allocates nothing, but for a byte a row of a
 * tensor whose state row gradients begin.
 *
 * Buffers are aligned as their element type asks (4 or 8 bytes); 64 bytes, as dsc_allocate gives, is faster.
 * Parameters, gradients, row gradients' values and what functions write to must not overlap one another,
 * unless a function says so; an optimizer keeps nothing of the caller's between calls, but for an average and
 * what its hooks are given. */
#ifndef DESCENT_OPTIMIZERS_H
#define DESCENT_OPTIMIZERS_H

#include <stdbool.h>

#include "context.h"
#include "options.h"
#include "status.h"

DSC_BEGIN_API

enum { DSC_MAX_SLOTS = 4, DSC_MAX_SCALARS = 8 };

/* ---- The rule table: what there is, for command lines, documentation and tests ---- */

/* What a rule asks of its tensors and of its caller. */
typedef enum dsc_rule_kind {
    DSC_RULE_ELEMENTWISE = 0, /* each element by itself: row-sparse gradients are possible */
    DSC_RULE_TENSOR = 1,      /* looks at whole tensors, of any shape */
    DSC_RULE_MATRIX = 2,      /* tensors of rank 2 only */
    DSC_RULE_CLOSURE = 3      /* evaluates the objective itself: dsc_optimizer_minimize */
} dsc_rule_kind;

typedef struct dsc_rule_info {
    const char *name;
    const char *title;
    const char *source; /* the PyTorch page or paper whose numbers it gives */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
    const char *slots[DSC_MAX_SLOTS]; /* names of the state slots, PyTorch's; NULL from the last on */
    /* Names of numbers kept for each tensor besides; likewise. nadam's and asgd's are rounded to float32,
     * whatever the parameters' type is, as PyTorch's are with its default type. */
    const char *scalars[DSC_MAX_SCALARS];
    dsc_rule_kind kind;
    const char *state_summary; /* which slots are in use when; NULL: always all of them */
    /* What each element costs an elementwise rule besides additions and products, with the default options:
     * the arithmetic that a processor is slow at. */
    int32_t divisions, square_roots;
} dsc_rule_info;

size_t dsc_rule_count(void);
const dsc_rule_info *dsc_rule_at(size_t index);       /* NULL outside the table */
const dsc_rule_info *dsc_rule_find(const char *name); /* NULL for an unknown name */

/* How many numbers of state each parameter element has with the default options; -1 where that depends on
 * shapes or is more than a few, and for an unknown name. */
int32_t dsc_rule_state_size(const char *name);

/* ---- Setting up ---- */

typedef struct dsc_optimizer dsc_optimizer;

/* Tensor i has lengths[i] elements (0 is allowed) and the name names[i] for messages; names may be
 * NULL. */
dsc_status dsc_optimizer_create(dsc_dtype dtype, size_t tensors, const size_t *lengths,
                                const char *const *names, dsc_optimizer **optimizer);
void dsc_optimizer_destroy(dsc_optimizer *optimizer);

/* Puts tensors under a rule; options not named have the table's defaults. indices NULL: tensors 0
 * ..< count. *group, if not NULL, becomes the new group's number. Tensors in no group are never
 * changed. Refused, with the name, the value and the allowed range: unknown rules and options,
 * values out of range, options that do not go together; a tensor that has a group already. */
dsc_status dsc_optimizer_add_group(dsc_optimizer *optimizer, const char *rule, size_t count,
                                   const size_t *indices, size_t option_count, const dsc_option *options,
                                   size_t *group);

/* More tensors, after those there are: the buffers of later steps have them at their ends. All or none. */
dsc_status dsc_optimizer_add_tensors(dsc_optimizer *optimizer, size_t tensors, const size_t *lengths,
                                     const char *const *names);

/* The shape of a tensor, for rules that look at matrices; until then it is a vector. Before its group is
 * made. Refused: a shape of another length, rank > DSC_MAX_RANK. */
dsc_status dsc_optimizer_set_shape(dsc_optimizer *optimizer, size_t tensor, size_t rank, const size_t *shape);

/* A frozen tensor is left alone by steps: neither it nor its state nor its step count changes. */
dsc_status dsc_optimizer_set_frozen(dsc_optimizer *optimizer, size_t tensor, bool frozen);

/* Changes options together, all or none. Effective from the next step on. */
dsc_status dsc_optimizer_set_options(dsc_optimizer *optimizer, size_t group, size_t option_count,
                                     const dsc_option *options);
dsc_status dsc_optimizer_get_option(const dsc_optimizer *optimizer, size_t group, const char *name,
                                    double *value);

/* How gradients are clipped by their norm, as torch.nn.utils.clip_grad_norm_: they are scaled by
 * min(1, max_norm / (norm + 1e-6)). A NaN makes the norm NaN, and so all gradients that it scales. The buffer
 * itself is not changed. */
typedef struct dsc_clipping {
    double max_norm;  /* INFINITY: off, but for error_if_nonfinite */
    double norm_type; /* the p of the p-norm, > 0; INFINITY: the largest absolute value. Usually 2 */
    bool per_tensor;  /* every tensor by its own norm, instead of all by that of all of them together */
    /* true: a norm that is not finite is refused with DSC_ERROR_NON_FINITE before anything changes. false: it
     * goes on, and NaN reaches the parameters, as in PyTorch. */
    bool error_if_nonfinite;
} dsc_clipping;

/* Refused: a limit that is NaN or negative, a norm_type that is not above 0. */
dsc_status dsc_optimizer_set_clip_norm(dsc_optimizer *optimizer, dsc_clipping clipping);

/* Limits every gradient to [-max, max], after clipping by norm, as torch.nn.utils.clip_grad_value_.
 */
dsc_status dsc_optimizer_set_clip_value(dsc_optimizer *optimizer, double max);

/* What a step does that meets a NaN or an infinity among the gradients it would use. lbfgs looks at every
 * evaluation's: the step ends with the last iteration that it finished before; SKIP then returns DSC_OK, and
 * DSC_STEP_SKIPPED if it finished none. */
typedef enum dsc_guard {
    DSC_GUARD_PROPAGATE = 0, /* as PyTorch: it goes into the parameters. The default; costs nothing */
    DSC_GUARD_SKIP = 1,      /* changes nothing, not even the step count; returns DSC_STEP_SKIPPED */
    DSC_GUARD_STOP = 2       /* changes nothing; returns DSC_ERROR_NON_FINITE */
} dsc_guard;
dsc_status dsc_optimizer_set_guard(dsc_optimizer *optimizer, dsc_guard guard);

/* true: every step measures what dsc_step_report and dsc_group_statistics have. The gradients' norms cost one
 * more pass over them; the rest is taken while the step has the numbers in cache. */
dsc_status dsc_optimizer_set_statistics(dsc_optimizer *optimizer, bool on);

/* Lookahead (Zhang et al. 2019, arXiv:1907.08610), around whatever rule the group has: every `steps` steps
 * the slow weights move by `alpha` of the way to the weights, and the weights are set to them. The slow
 * weights are one more state slot, "slow". steps 0: off, and they are forgotten. Refused: alpha outside [0,
 * 1]. */
dsc_status dsc_optimizer_set_lookahead(dsc_optimizer *optimizer, size_t group, int64_t steps, double alpha);

/* Adds l1 sum |w| + l2 / 2 sum w^2 over the group's weights to the objective: its gradient l1 sign(w) + l2 w
 * joins theirs on its way into the step, and its value is reported (dsc_step_report.penalty). For row-sparse
 * gradients: over the rows that are touched. Both 0: off. Refused: negative or not finite; lbfgs, whose
 * closure must add it. */
dsc_status dsc_optimizer_set_penalty(dsc_optimizer *optimizer, size_t group, double l1, double l2);

struct dsc_step;
struct dsc_step_report;

/* Called by every step before anything is looked at, and after everything is done, also when the guard
 * skipped it, as the report says; not after a failure. Either may be NULL. The hook before may change
 * parameters and gradients; a negative status from it is the step's. */
typedef struct dsc_step_hooks {
    dsc_status (*before)(void *user, const struct dsc_step *step);
    void (*after)(void *user, const struct dsc_step *step, const struct dsc_step_report *report);
    void *user;
} dsc_step_hooks;
dsc_status dsc_optimizer_set_hooks(dsc_optimizer *optimizer, dsc_step_hooks hooks);

/* ---- Stepping ---- */

/* The gradient of a tensor of rank >= 1 of which only some rows (slices along its first dimension) are not
 * zero, as an embedding's. A step then touches those rows and their state only, as torch.optim.SparseAdam
 * does. A row's state begins with the first step that touches it, as a parameter's of its own would:
 * Lookahead's slow weights are the row's as it was before, sgd's first velocity is not damped. What depends
 * on the number of the step (bias corrections, scalars, Lookahead's turn) goes by the tensor's. A dense
 * gradient touches all rows. */
typedef struct dsc_row_gradient {
    size_t count;        /* 0: the tensor is left alone, except that its step counts */
    const int64_t *rows; /* strictly rising */
    const void *values;  /* count rows, one after another */
} dsc_row_gradient;

typedef struct dsc_step {
    void *parameters;            /* NULL is possible where no tensor has elements */
    void *gradients;             /* NULL is possible where all gradients are by rows */
    const uint8_t *has_gradient; /* one flag a tensor; 0 leaves it untouched (PyTorch: grad is
                                    None). NULL: all */
    bool zero_gradients;         /* zero the gradients used, in the same pass */
    /* One pointer a tensor: NULL where its gradient is in `gradients`. NULL: nowhere. For elementwise rules
     * only */
    const dsc_row_gradient *const *row_gradients;
} dsc_step;

typedef struct dsc_step_report {
    /* The gradients' Euclidean norm before clipping, and their largest absolute value. NaN if not measured:
     * they are when clipping by norm, guarding, or with statistics on. */
    double gradient_norm, gradient_largest;
    double clip_norm;     /* that of order dsc_clipping.norm_type; NaN without clipping by norm */
    double clip_scale;    /* what clipping by norm multiplied by, the least of it; 1 if it did not */
    double penalty;       /* of all groups, at the weights before the step */
    size_t updated;       /* elements */
    size_t skipped_steps; /* by the guard, since the optimizer was made */
    bool was_skipped;     /* by the guard: nothing was changed */
    size_t bad_tensor;    /* the first tensor with a non-finite gradient, and the element in it; */
    size_t bad_element;   /* SIZE_MAX if none was looked for or found */
} dsc_step_report;

/* One step. report may be NULL. */
dsc_status dsc_optimizer_step(const dsc_context *context, dsc_optimizer *optimizer, const dsc_step *step,
                              dsc_step_report *report);

/* What the last step that was not skipped did to a group. NaN where statistics were off, or the group took no
 * part. */
typedef struct dsc_group_statistics {
    double gradient_norm; /* Euclidean, before clipping */
    double weight_norm;   /* before the step */
    double update_norm;   /* of what the step added to the weights; / weight_norm: about 1e-3 is usual */
    double clipped_share; /* of the gradient's elements that clipping changed, in [0, 1] */
    size_t elements;      /* that had a gradient; 0: the group took no part */
} dsc_group_statistics;
dsc_status dsc_optimizer_get_statistics(const dsc_optimizer *optimizer, size_t group,
                                        dsc_group_statistics *statistics);

/* Evaluates the objective: sets *value to the loss at the parameters as they are now, and writes their
 * gradients into the step's buffer. A negative status ends the minimization, which returns it. */
typedef dsc_status (*dsc_closure)(void *user, double *value);

/* One step of a rule of kind DSC_RULE_CLOSURE ("lbfgs"): up to max_iter iterations, with as many evaluations.
 * `value` becomes the loss at the start. After an evaluation that failed the parameters are those of the last
 * finished iteration, as with a gradient that the guard refuses. */
dsc_status dsc_optimizer_minimize(const dsc_context *context, dsc_optimizer *optimizer, const dsc_step *step,
                                  dsc_closure closure, void *user, double *value, dsc_step_report *report);

/* The first half of a step of SAM (Foret et al. 2021, arXiv:2010.01412): copies the parameters to `saved` and
 * adds rho g / (|g| + 1e-12) to them, |g| the Euclidean norm over all tensors that take part; adaptive (Kwon
 * et al. 2021, arXiv:2102.11600): rho w^2 g / (|w g| + 1e-12). Then the caller takes the gradients there,
 * copies `saved` back and steps. Refused: rho negative or not finite; row gradients; lbfgs. */
dsc_status dsc_optimizer_perturb(const dsc_context *context, dsc_optimizer *optimizer, const dsc_step *step,
                                 double rho, bool adaptive, void *saved);

/* The weights to evaluate a model with, out of those it trains with: schedule-free rules train at one point
 * and are good at another. A copy for all other rules, and for rows that no step has touched. */
bool dsc_optimizer_has_evaluation_weights(const dsc_optimizer *optimizer);
dsc_status dsc_optimizer_evaluation_weights(const dsc_context *context, const dsc_optimizer *optimizer,
                                            const void *parameters, void *out);

/* average += weight (current - average), as torch.lerp, over n elements. Exponential averages (EMA) have
 * weight 1 - decay; equal ones (SWA) 1 / (number averaged so far + 1). current may be average. */
dsc_status dsc_average_update(const dsc_context *context, dsc_dtype dtype, size_t n, double weight,
                              const void *current, void *average);

/* Has steps take the weights into an average themselves, as dsc_average_update would after each: average +=
 * weight (parameters - average), the same bits, but in the pass that updates the parameters, while they are
 * in the cache, which saves reading them once more. All tensors go in, also those that a step leaves alone,
 * and all steps that do not fail, also those that the guard skips; before the hook that comes after a step.
 * weight: in [0, 1]; it may be set anew before each step, as equal averages need. `average` has the
 * parameters' layout and length, is the caller's to fill at first, must not overlap the parameters, the
 * gradients or another average, and must stay until another one is set, or NULL, which ends it;
 * dsc_optimizer_add_tensors ends it too. One at a time. Refused: optimizer NULL; with an average, a weight
 * outside [0, 1] or NaN. */
dsc_status dsc_optimizer_set_average(dsc_optimizer *optimizer, void *average, double weight);

/* ---- State, for saving and loading ---- */

/* The steps tensor i has had, in [0, 2^53]. PyTorch's state["step"]. */
dsc_status dsc_optimizer_get_step(const dsc_optimizer *optimizer, size_t tensor, int64_t *step);
dsc_status dsc_optimizer_set_step(dsc_optimizer *optimizer, size_t tensor, int64_t step);

/* How many slots tensor i may have: its rule's, with these options, and Lookahead's. */
size_t dsc_optimizer_slot_count(const dsc_optimizer *optimizer, size_t tensor);

typedef struct dsc_slot_info {
    char name[32];
    bool filled;  /* holds state */
    bool partly;  /* in some rows only: dsc_optimizer_export_rows says in which */
    bool by_rows; /* can do so */
    size_t rank;  /* usually the tensor's shape */
    size_t shape[DSC_MAX_RANK];
} dsc_slot_info;
dsc_status dsc_optimizer_get_slot(const dsc_optimizer *optimizer, size_t tensor, size_t slot,
                                  dsc_slot_info *info);

/* Copies a slot's elements out or in; in, all rows hold state. Rows without state are 0. export refuses a
 * slot that is not filled. */
dsc_status dsc_optimizer_export_slot(const dsc_optimizer *optimizer, size_t tensor, size_t slot, void *to);
dsc_status dsc_optimizer_import_slot(dsc_optimizer *optimizer, size_t tensor, size_t slot, const void *from);

/* The rows of a filled slot that hold state, a byte for each of the tensor's rows: not 0 if it does. A row
 * that is said not to, after its slot was imported, begins anew with its next gradient. Refused: a slot that
 * is not filled, or not by_rows. */
dsc_status dsc_optimizer_export_rows(const dsc_optimizer *optimizer, size_t tensor, size_t slot,
                                     uint8_t *begun);
dsc_status dsc_optimizer_import_rows(dsc_optimizer *optimizer, size_t tensor, size_t slot,
                                     const uint8_t *begun);

/* The numbers that a tensor's rule keeps besides, in the order of dsc_rule_info.scalars; 0 of them: none. get
 * fails with DSC_ERROR_ARGUMENT before the first step. */
size_t dsc_optimizer_scalar_count(const dsc_optimizer *optimizer, size_t tensor);
const char *dsc_optimizer_scalar_name(const dsc_optimizer *optimizer, size_t tensor, size_t scalar);
dsc_status dsc_optimizer_get_scalars(const dsc_optimizer *optimizer, size_t tensor, double *scalars);
dsc_status dsc_optimizer_set_scalars(dsc_optimizer *optimizer, size_t tensor, const double *scalars);

/* Forgets all state and step counts. */
void dsc_optimizer_reset(dsc_optimizer *optimizer);

DSC_END_API
#endif

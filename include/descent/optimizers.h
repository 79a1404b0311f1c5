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
 * An optimizer may be used by one thread at a time. A step allocates nothing. */
#ifndef DESCENT_OPTIMIZERS_H
#define DESCENT_OPTIMIZERS_H

#include <stdbool.h>

#include "context.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DSC_MAX_SLOTS = 4, DSC_MAX_OPTIONS = 16 };

/* ---- The rule table: what there is, for command lines, documentation and tests ---- */

typedef enum dsc_option_kind { DSC_OPTION_REAL = 0, DSC_OPTION_FLAG = 1 } dsc_option_kind;

/* One option of a rule. The allowed values are [minimum, maximum], without an end that is marked
 * open. */
typedef struct dsc_option_info {
    const char *name; /* PyTorch's, as "weight_decay"; its pairs are split, as "beta1" and "beta2" */
    dsc_option_kind kind;
    double initial; /* the default */
    double minimum, maximum;
    bool minimum_open, maximum_open;
    const char *summary;
} dsc_option_info;

typedef struct dsc_rule_info {
    const char *name;
    const char *title;
    const char *source; /* the PyTorch page or paper whose numbers it gives */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
    const char *slots[DSC_MAX_SLOTS]; /* names of the state slots, PyTorch's; NULL from the last on */
} dsc_rule_info;

size_t dsc_rule_count(void);
const dsc_rule_info *dsc_rule_at(size_t index);       /* NULL outside the table */
const dsc_rule_info *dsc_rule_find(const char *name); /* NULL for an unknown name */

/* ---- Setting up ---- */

typedef struct dsc_optimizer dsc_optimizer;

typedef struct dsc_option {
    const char *name;
    double value;
} dsc_option;

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

/* Changes options together, all or none. Effective from the next step on. */
dsc_status dsc_optimizer_set_options(dsc_optimizer *optimizer, size_t group, size_t option_count,
                                     const dsc_option *options);
dsc_status dsc_optimizer_get_option(const dsc_optimizer *optimizer, size_t group, const char *name,
                                    double *value);

/* Scales all gradients by min(1, max_norm / (norm + 1e-6)), norm being that of all of them
 * together, as torch.nn.utils.clip_grad_norm_. INFINITY (the default) = off. The buffer itself is
 * not changed. Refused: NaN, negative. */
dsc_status dsc_optimizer_set_clip_norm(dsc_optimizer *optimizer, double max_norm);

/* Limits every gradient to [-max, max], after clipping by norm, as torch.nn.utils.clip_grad_value_.
 */
dsc_status dsc_optimizer_set_clip_value(dsc_optimizer *optimizer, double max);

/* What a step does that meets a NaN or an infinity among the gradients it would use. */
typedef enum dsc_guard {
    DSC_GUARD_PROPAGATE = 0, /* as PyTorch: it goes into the parameters. The default; costs nothing */
    DSC_GUARD_SKIP = 1,      /* changes nothing, not even the step count; returns DSC_STEP_SKIPPED */
    DSC_GUARD_STOP = 2       /* changes nothing; returns DSC_ERROR_NON_FINITE */
} dsc_guard;
dsc_status dsc_optimizer_set_guard(dsc_optimizer *optimizer, dsc_guard guard);

/* true: every step measures the gradients' norm and largest element, at the cost of one more pass.
 */
dsc_status dsc_optimizer_set_statistics(dsc_optimizer *optimizer, bool on);

/* ---- Stepping ---- */

typedef struct dsc_step {
    void *parameters;
    void *gradients;
    const uint8_t *has_gradient; /* one flag a tensor; 0 leaves it untouched (PyTorch: grad is
                                    None). NULL: all */
    bool zero_gradients;         /* zero the gradients used, in the same pass */
} dsc_step;

typedef struct dsc_step_report {
    double gradient_norm;    /* before clipping. NaN if not measured: it is when clipping by norm,
                                guarding, */
    double gradient_largest; /* or with statistics on. The largest absolute value. */
    double clip_scale;       /* what clipping by norm multiplied by; 1 if it did not */
    size_t updated;          /* elements */
    size_t skipped_steps;    /* by the guard, since the optimizer was made */
    size_t bad_tensor;       /* the first tensor with a non-finite gradient, and the element in it; */
    size_t bad_element;      /* SIZE_MAX if none was looked for or found */
} dsc_step_report;

/* One step. report may be NULL. */
dsc_status dsc_optimizer_step(const dsc_context *context, dsc_optimizer *optimizer, const dsc_step *step,
                              dsc_step_report *report);

/* ---- State, for saving and loading ---- */

/* The steps tensor i has had. PyTorch's state["step"]. */
dsc_status dsc_optimizer_get_step(const dsc_optimizer *optimizer, size_t tensor, int64_t *step);
dsc_status dsc_optimizer_set_step(dsc_optimizer *optimizer, size_t tensor, int64_t step);

/* Bit k set: slot k of the tensor holds state. 0 for a tensor that has had no step. */
uint32_t dsc_optimizer_filled_slots(const dsc_optimizer *optimizer, size_t tensor);

/* The name of slot k of the tensor's rule; NULL if it has no such slot. */
const char *dsc_optimizer_slot_name(const dsc_optimizer *optimizer, size_t tensor, size_t slot);

/* Copies a slot's `length of the tensor` elements out or in. export refuses a slot that is not
 * filled. */
dsc_status dsc_optimizer_export_slot(const dsc_optimizer *optimizer, size_t tensor, size_t slot, void *to);
dsc_status dsc_optimizer_import_slot(dsc_optimizer *optimizer, size_t tensor, size_t slot, const void *from);

/* Forgets all state and step counts. */
void dsc_optimizer_reset(dsc_optimizer *optimizer);

#ifdef __cplusplus
}
#endif
#endif

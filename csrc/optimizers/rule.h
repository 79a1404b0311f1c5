/* What a rule is: its row in the table and its update loop. The engine does everything that rules
 * have in common before the loop sees the gradient: scale, clip, maximize, weight decay. */
#ifndef DSC_OPTIMIZERS_RULE_H
#define DSC_OPTIMIZERS_RULE_H

#include "core/internal.h"
#include "descent/optimizers.h"

enum { DSC_MAX_COEFFICIENTS = 8 };

/* What stays the same over one step of one group: computed in double, once. */
typedef struct dsc_coefficients {
    double value[DSC_MAX_COEFFICIENTS];
    bool fresh; /* the state of these tensors was never written */
} dsc_coefficients;

typedef struct dsc_rule {
    dsc_rule_info info;
    /* Refuses values that are each in range but do not go together. May be NULL. */
    dsc_status (*check)(const double *options);
    /* The slots that these options need, a bit each. */
    uint32_t (*slots)(const double *options);
    /* Coefficients for the step with this number (the first is 1). */
    void (*prepare)(const double *options, int64_t step, dsc_coefficients *c);
    void (*update_f32)(const dsc_coefficients *c, size_t n, float *p, const float *g, float *const *state);
    void (*update_f64)(const dsc_coefficients *c, size_t n, double *p, const double *g, double *const *state);
} dsc_rule;

extern const dsc_rule dsc_rule_sgd, dsc_rule_adam, dsc_rule_adamw, dsc_rule_rmsprop;

/* The rows, and a row by name: NULL if unknown. */
extern const dsc_rule *const dsc_rules[];
const dsc_rule *dsc_rule_named(const char *name);

/* The value of an option by name; `absent` where the rule has no such option. */
double dsc_option_get(const dsc_rule_info *info, const double *options, const char *name, double absent);

/* Every rule's row starts so. */
#define DSC_OPTION_LR(initial)                                                                               \
    { "lr", DSC_OPTION_REAL, initial, 0, INFINITY, false, true, "learning rate" }
#define DSC_OPTION_WEIGHT_DECAY(initial)                                                                     \
    {                                                                                                        \
        "weight_decay", DSC_OPTION_REAL, initial, 0, INFINITY, false, true,                                  \
            "weight decay: an L2 penalty, unless decoupled"                                                  \
    }
#define DSC_OPTION_EPS(initial)                                                                              \
    { "eps", DSC_OPTION_REAL, initial, 0, INFINITY, false, true, "added to the denominator" }
#define DSC_OPTION_FLAG_OFF(name, summary)                                                                   \
    { name, DSC_OPTION_FLAG, 0, 0, 1, false, false, summary }
#define DSC_OPTION_MAXIMIZE DSC_OPTION_FLAG_OFF("maximize", "maximize the objective instead of minimizing")

#define DSC_COUNT(array) (sizeof(array) / sizeof *(array))

#endif

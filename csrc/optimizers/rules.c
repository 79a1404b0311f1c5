#include <math.h>
#include <string.h>

#include "optimizers/engine.h"

extern const dsc_rule dsc_rule_sgd, dsc_rule_adam, dsc_rule_adamw, dsc_rule_rmsprop, dsc_rule_adagrad,
    dsc_rule_adadelta, dsc_rule_adamax, dsc_rule_nadam, dsc_rule_radam, dsc_rule_asgd, dsc_rule_rprop,
    dsc_rule_adafactor, dsc_rule_muon, dsc_rule_lbfgs, dsc_rule_sparse_adam, dsc_rule_yogi, dsc_rule_lion,
    dsc_rule_signum, dsc_rule_lamb, dsc_rule_lars, dsc_rule_adabelief, dsc_rule_adan,
    dsc_rule_schedule_free_sgd, dsc_rule_schedule_free_adamw;

/* In the order of torch.optim, then the lectures' and others. */
const dsc_rule *const dsc_rules[] = {&dsc_rule_sgd,
                                     &dsc_rule_adam,
                                     &dsc_rule_adamw,
                                     &dsc_rule_rmsprop,
                                     &dsc_rule_adagrad,
                                     &dsc_rule_adadelta,
                                     &dsc_rule_adamax,
                                     &dsc_rule_nadam,
                                     &dsc_rule_radam,
                                     &dsc_rule_asgd,
                                     &dsc_rule_rprop,
                                     &dsc_rule_adafactor,
                                     &dsc_rule_muon,
                                     &dsc_rule_lbfgs,
                                     &dsc_rule_sparse_adam,
                                     &dsc_rule_yogi,
                                     &dsc_rule_lion,
                                     &dsc_rule_signum,
                                     &dsc_rule_lamb,
                                     &dsc_rule_lars,
                                     &dsc_rule_adabelief,
                                     &dsc_rule_adan,
                                     &dsc_rule_schedule_free_sgd,
                                     &dsc_rule_schedule_free_adamw};

const char *const dsc_epsilon_placements[] = {"outside", "inside"};

size_t dsc_rule_count(void) {
    return (sizeof dsc_rules / sizeof *dsc_rules);
}

const dsc_rule_info *dsc_rule_at(size_t index) {
    return index < (sizeof dsc_rules / sizeof *dsc_rules) ? &dsc_rules[index]->info : NULL;
}

const dsc_rule *dsc_rule_named(const char *name) {
    for (size_t i = 0; i < (sizeof dsc_rules / sizeof *dsc_rules); ++i)
        if (name != NULL && strcmp(dsc_rules[i]->info.name, name) == 0)
            return dsc_rules[i];
    return NULL;
}

const dsc_rule_info *dsc_rule_find(const char *name) {
    const dsc_rule *rule = dsc_rule_named(name);
    return rule != NULL ? &rule->info : NULL;
}

int32_t dsc_rule_state_size(const char *name) {
    const dsc_rule *rule = dsc_rule_named(name);
    if (rule == NULL || rule->is_reduced != NULL || rule->info.kind == DSC_RULE_CLOSURE)
        return -1;
    dsc_group group = {.rule = rule};
    for (size_t i = 0; i < rule->info.option_count; ++i)
        group.options[i] = rule->info.options[i].initial;
    const dsc_parameter vector = {.rank = 1};
    return __builtin_popcount(dsc_slots_in(&group, &vector));
}

double dsc_option_get(const dsc_rule_info *info, const double *options, const char *name, double absent) {
    for (size_t i = 0; i < info->option_count; ++i)
        if (strcmp(info->options[i].name, name) == 0)
            return options[i];
    return absent;
}

double dsc_bias_correction(double beta, int64_t step) {
    return 1 - pow(beta, (double)step);
}

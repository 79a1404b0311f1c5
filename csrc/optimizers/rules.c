#include <string.h>

#include "optimizers/rule.h"

const dsc_rule *const dsc_rules[] = {&dsc_rule_sgd, &dsc_rule_adam, &dsc_rule_adamw, &dsc_rule_rmsprop};

size_t dsc_rule_count(void) {
    return DSC_COUNT(dsc_rules);
}

const dsc_rule_info *dsc_rule_at(size_t index) {
    return index < DSC_COUNT(dsc_rules) ? &dsc_rules[index]->info : NULL;
}

const dsc_rule *dsc_rule_named(const char *name) {
    for (size_t i = 0; i < DSC_COUNT(dsc_rules); ++i)
        if (name != NULL && strcmp(dsc_rules[i]->info.name, name) == 0)
            return dsc_rules[i];
    return NULL;
}

const dsc_rule_info *dsc_rule_find(const char *name) {
    const dsc_rule *rule = dsc_rule_named(name);
    return rule != NULL ? &rule->info : NULL;
}

double dsc_option_get(const dsc_rule_info *info, const double *options, const char *name, double absent) {
    for (size_t i = 0; i < info->option_count; ++i)
        if (strcmp(info->options[i].name, name) == 0)
            return options[i];
    return absent;
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/engine.h"

/* "lr, momentum, ..." for messages. */
static void list_options(const dsc_rule_info *info, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < info->option_count && used < size; ++i)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", info->options[i].name);
}

static void list_rules(char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < dsc_rule_count() && used < size; ++i)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", dsc_rule_at(i)->name);
}

static dsc_status find_option(const dsc_rule_info *info, const char *name, size_t *index) {
    for (size_t i = 0; i < info->option_count; ++i)
        if (name != NULL && strcmp(info->options[i].name, name) == 0) {
            *index = i;
            return DSC_OK;
        }
    char known[256];
    list_options(info, known, sizeof known);
    return dsc_fail(DSC_ERROR_OPTION, "%s has no option '%s'; it has %s", info->name,
                    name != NULL ? name : "(null)", known);
}

static dsc_status check_range(const dsc_rule_info *info, const dsc_option_info *option, double value) {
    bool above = option->minimum_open ? value > option->minimum : value >= option->minimum;
    bool below = option->maximum_open ? value < option->maximum : value <= option->maximum;
    if (above && below && (option->kind != DSC_OPTION_FLAG || value == 0 || value == 1))
        return DSC_OK;
    if (option->kind == DSC_OPTION_FLAG)
        return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be 0 or 1", info->name, option->name, value);
    return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be in %c%g, %g%c", info->name, option->name, value,
                    option->minimum_open ? '(' : '[', option->minimum, option->maximum,
                    option->maximum_open ? ')' : ']');
}

/* Applies values to a copy of a group and checks the whole; the copy is to be stored if all is
 * well. */
static dsc_status apply(dsc_group *copy, size_t count, const dsc_option *values) {
    const dsc_rule_info *info = &copy->rule->info;
    if (count > 0)
        DSC_CHECK_NOT_NULL(values);
    for (size_t i = 0; i < count; ++i) {
        size_t index;
        DSC_TRY(find_option(info, values[i].name, &index));
        DSC_TRY(check_range(info, &info->options[index], values[i].value));
        copy->options[index] = values[i].value;
    }
    if (copy->rule->check != NULL)
        DSC_TRY(copy->rule->check(copy->options));
    double decay = dsc_option_get(info, copy->options, "weight_decay", 0);
    bool decoupled = dsc_option_get(info, copy->options, "decoupled_weight_decay", 0) != 0;
    copy->weight_decay = decoupled ? 0 : decay;
    copy->shrink = decoupled ? 1 - dsc_option_get(info, copy->options, "lr", 0) * decay : 1;
    copy->maximize = dsc_option_get(info, copy->options, "maximize", 0) != 0;
    copy->slots = copy->rule->slots(copy->options);
    return DSC_OK;
}

dsc_status dsc_optimizer_add_group(dsc_optimizer *o, const char *rule, size_t count, const size_t *indices,
                                   size_t option_count, const dsc_option *options, size_t *group) {
    DSC_CHECK_NOT_NULL(o);
    dsc_group fresh = {.rule = dsc_rule_named(rule)};
    if (fresh.rule == NULL) {
        char known[256];
        list_rules(known, sizeof known);
        return dsc_fail(DSC_ERROR_OPTION, "unknown optimizer '%s'; there are %s",
                        rule != NULL ? rule : "(null)", known);
    }
    for (size_t i = 0; i < fresh.rule->info.option_count; ++i)
        fresh.options[i] = fresh.rule->info.options[i].initial;
    DSC_TRY(apply(&fresh, option_count, options));
    for (size_t i = 0; i < count; ++i) {
        size_t tensor = indices != NULL ? indices[i] : i;
        char buffer[32];
        if (tensor >= o->tensor_count)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: there is no tensor %zu, only %zu", __func__, tensor,
                            o->tensor_count);
        bool twice = o->tensors[tensor].group != SIZE_MAX;
        for (size_t j = 0; indices != NULL && !twice && j < i; ++j)
            twice = indices[j] == tensor;
        if (twice)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is in a group already", __func__,
                            dsc_tensor_name(o, tensor, buffer, sizeof buffer));
    }
    dsc_group *groups = realloc(o->groups, (o->group_count + 1) * sizeof *groups);
    if (groups == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    o->groups = groups;
    DSC_TRY(dsc_allocate_planes(o, fresh.slots));
    groups[o->group_count] = fresh;
    for (size_t i = 0; i < count; ++i)
        o->tensors[indices != NULL ? indices[i] : i].group = o->group_count;
    if (group != NULL)
        *group = o->group_count;
    ++o->group_count;
    return DSC_OK;
}

static dsc_status check_group(const dsc_optimizer *o, size_t group) {
    DSC_CHECK_NOT_NULL(o);
    if (group >= o->group_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no group %zu, only %zu", group, o->group_count);
    return DSC_OK;
}

dsc_status dsc_optimizer_set_options(dsc_optimizer *o, size_t group, size_t count,
                                     const dsc_option *options) {
    DSC_TRY(check_group(o, group));
    dsc_group copy = o->groups[group];
    DSC_TRY(apply(&copy, count, options));
    DSC_TRY(dsc_allocate_planes(o, copy.slots));
    o->groups[group] = copy;
    return DSC_OK;
}

dsc_status dsc_optimizer_get_option(const dsc_optimizer *o, size_t group, const char *name, double *value) {
    DSC_TRY(check_group(o, group));
    DSC_CHECK_NOT_NULL(value);
    size_t index;
    DSC_TRY(find_option(&o->groups[group].rule->info, name, &index));
    *value = o->groups[group].options[index];
    return DSC_OK;
}

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "optimizers/lbfgs.h"
#include "optimizers/rows.h"

const dsc_group_statistics dsc_no_statistics = {NAN, NAN, NAN, NAN, 0};

static void list_rules(char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < dsc_rule_count() && used < size; ++i)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", dsc_rule_at(i)->name);
}

/* What follows from the rest. */
static void derive(dsc_group *group) {
    group->is_penalized = group->penalty_l1 != 0 || group->penalty_l2 != 0;
    group->shapes_gradient = group->maximize || group->weight_decay != 0 || group->is_penalized;
}

/* Applies values to a copy of a group and checks the whole; the copy is to be stored if all is
 * well. */
static dsc_status apply(dsc_group *copy, size_t count, const dsc_option *values) {
    const dsc_rule_info *info = &copy->rule->info;
    DSC_TRY(dsc_options_set(info->name, info->options, info->option_count, count, values, copy->options));
    if (copy->rule->check != NULL)
        DSC_TRY(copy->rule->check(copy->options));
    double decay = dsc_option_get(info, copy->options, "weight_decay", 0);
    bool decoupled = copy->rule->decay == DSC_DECAY_DECOUPLED ||
                     dsc_option_get(info, copy->options, "decoupled_weight_decay", 0) != 0;
    bool is_own = copy->rule->decay == DSC_DECAY_OWN;
    copy->weight_decay = decoupled || is_own ? 0 : decay;
    copy->shrink = decoupled && !is_own ? 1 - dsc_option_get(info, copy->options, "lr", 0) * decay : 1;
    copy->maximize = dsc_option_get(info, copy->options, "maximize", 0) != 0;
    derive(copy);
    return DSC_OK;
}

uint32_t dsc_slots_in(const dsc_group *group, const dsc_parameter *tensor) {
    uint32_t all = 0;
    for (size_t k = 0; k < DSC_MAX_SLOTS && group->rule->info.slots[k] != NULL; ++k)
        all |= 1u << k;
    uint32_t used =
        group->rule->slots != NULL ? group->rule->slots(group->options, dsc_is_matrix(tensor)) : all;
    return group->lookahead_steps > 0 ? used | 1u << DSC_SLOW : used;
}

/* The i-th of the tensors that a caller names; NULL names them all in order. */
static size_t tensor_at(const size_t *indices, size_t i) {
    return indices != NULL ? indices[i] : i;
}

/* Stores a checked group and gives its tensors, which are among those named, what it needs. */
static dsc_status store(dsc_optimizer *o, size_t index, const dsc_group *group, size_t count,
                        const size_t *indices) {
    uint32_t slots = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
        const dsc_parameter *t = &o->tensors[tensor_at(indices, i)];
        if (t->group != index)
            continue;
        slots |= dsc_slots_in(group, t);
        bytes = dsc_max_size(bytes, dsc_workspace_bytes(o, group->rule, t));
    }
    DSC_TRY(dsc_allocate_planes(o, slots));
    DSC_TRY(dsc_allocate_workspace(o, bytes));
    o->groups[index] = *group;
    for (size_t i = 0; i < count; ++i) {
        dsc_parameter *t = &o->tensors[tensor_at(indices, i)];
        if (t->group == index)
            t->slots = dsc_slots_in(group, t);
    }
    return DSC_OK;
}

/* The same with all tensors of a group that there is. */
static dsc_status store_again(dsc_optimizer *o, size_t index, const dsc_group *group) {
    return store(o, index, group, o->tensor_count, NULL);
}

/* Puts a tensor into the group to be made, if the rule takes it. */
static dsc_status take_tensor(dsc_optimizer *o, const dsc_rule *rule, size_t tensor) {
    char buffer[32];
    if (tensor >= o->tensor_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no tensor %zu, only %zu", tensor, o->tensor_count);
    dsc_parameter *t = &o->tensors[tensor];
    if (t->group != SIZE_MAX)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s is in a group already",
                        dsc_tensor_name(o, tensor, buffer, sizeof buffer));
    if (rule->info.kind == DSC_RULE_MATRIX && t->rank != 2)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s takes matrices only; %s has rank %zu", rule->info.name,
                        dsc_tensor_name(o, tensor, buffer, sizeof buffer), t->rank);
    if (rule->info.kind == DSC_RULE_MATRIX && (t->shape[0] > INT_MAX || t->shape[1] > INT_MAX))
        return dsc_fail(DSC_ERROR_OVERFLOW, "%s is too large for OpenBLAS's int",
                        dsc_tensor_name(o, tensor, buffer, sizeof buffer));
    t->group = o->group_count;
    return DSC_OK;
}

static void release_tensors(dsc_optimizer *o, size_t count, const size_t *indices) {
    for (size_t i = 0; i < count; ++i)
        o->tensors[tensor_at(indices, i)].group = SIZE_MAX;
}

/* All of them or none. */
static dsc_status take_tensors(dsc_optimizer *o, const dsc_rule *rule, size_t count, const size_t *indices) {
    bool is_closure = rule->info.kind == DSC_RULE_CLOSURE;
    if ((is_closure && (o->group_count > 0 || count < o->tensor_count)) || o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s must be the only group, of all tensors",
                        is_closure ? rule->info.name : "lbfgs");
    for (size_t i = 0; i < count; ++i) {
        dsc_status status = take_tensor(o, rule, tensor_at(indices, i));
        if (status != DSC_OK) {
            release_tensors(o, i, indices);
            return status;
        }
    }
    return DSC_OK;
}

dsc_status dsc_optimizer_add_group(dsc_optimizer *o, const char *rule, size_t count, const size_t *indices,
                                   size_t option_count, const dsc_option *options, size_t *group) {
    DSC_CHECK_NOT_NULL(o);
    dsc_group fresh = {.rule = dsc_rule_named(rule), .statistics = dsc_no_statistics};
    if (fresh.rule == NULL) {
        char known[512];
        list_rules(known, sizeof known);
        return dsc_fail(DSC_ERROR_OPTION, "unknown optimizer '%s'; there are %s",
                        rule != NULL ? rule : "(null)", known);
    }
    dsc_options_begin(fresh.rule->info.options, fresh.rule->info.option_count, fresh.options);
    DSC_TRY(apply(&fresh, option_count, options));
    dsc_group *groups = realloc(o->groups, (o->group_count + 1) * sizeof *groups);
    if (groups == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    o->groups = groups;
    DSC_TRY(take_tensors(o, fresh.rule, count, indices));
    dsc_status status = store(o, o->group_count, &fresh, count, indices);
    if (status == DSC_OK && fresh.rule->info.kind == DSC_RULE_CLOSURE)
        status = dsc_lbfgs_create(o, &fresh);
    if (status != DSC_OK) {
        release_tensors(o, count, indices);
        return status;
    }
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
    if (o->lbfgs != NULL)
        DSC_TRY(dsc_lbfgs_resize(o, &copy));
    return store_again(o, group, &copy);
}

dsc_status dsc_optimizer_set_lookahead(dsc_optimizer *o, size_t group, int64_t steps, double alpha) {
    DSC_TRY(check_group(o, group));
    if (steps < 0 || !(alpha >= 0 && alpha <= 1))
        return dsc_fail(DSC_ERROR_OPTION,
                        "Lookahead: steps is %lld, must be >= 0; alpha is %g, must be in [0, 1]",
                        (long long)steps, alpha);
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_OPTION, "Lookahead does not go around lbfgs");
    dsc_group copy = o->groups[group];
    copy.lookahead_steps = steps;
    copy.lookahead_alpha = alpha;
    DSC_TRY(store_again(o, group, &copy));
    /* The slow weights of before it is switched on again would be out of date. */
    for (size_t i = 0; steps == 0 && i < o->tensor_count; ++i)
        if (o->tensors[i].group == group)
            dsc_forget_plane(o, &o->tensors[i], DSC_SLOW);
    return DSC_OK;
}

dsc_status dsc_optimizer_set_penalty(dsc_optimizer *o, size_t group, double l1, double l2) {
    DSC_TRY(check_group(o, group));
    if (!(l1 >= 0 && isfinite(l1) && l2 >= 0 && isfinite(l2)))
        return dsc_fail(DSC_ERROR_OPTION, "the penalty's l1 is %g, its l2 %g; both must be in [0, inf)", l1,
                        l2);
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_OPTION, "lbfgs takes no penalty: its closure must add it to the loss");
    o->groups[group].penalty_l1 = l1;
    o->groups[group].penalty_l2 = l2;
    derive(&o->groups[group]);
    return DSC_OK;
}

dsc_status dsc_optimizer_get_statistics(const dsc_optimizer *o, size_t group,
                                        dsc_group_statistics *statistics) {
    DSC_TRY(check_group(o, group));
    DSC_CHECK_NOT_NULL(statistics);
    *statistics = o->groups[group].statistics;
    return DSC_OK;
}

dsc_status dsc_optimizer_get_option(const dsc_optimizer *o, size_t group, const char *name, double *value) {
    DSC_TRY(check_group(o, group));
    DSC_CHECK_NOT_NULL(value);
    const dsc_rule_info *info = &o->groups[group].rule->info;
    size_t index = 0;
    DSC_TRY(dsc_option_find(info->name, info->options, info->option_count, name, &index));
    *value = o->groups[group].options[index];
    return DSC_OK;
}

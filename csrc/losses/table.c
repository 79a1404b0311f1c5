#include "losses/table.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/options.h"

/* In the order of losses.h. */
#define EVERY_LOSS(what)                                                                                     \
    what(mse) what(l1) what(smooth_l1) what(huber) what(log_cosh) what(quantile) what(bce)                   \
        what(bce_with_logits) what(focal) what(gaussian_nll) what(poisson_nll) what(kl_div)                  \
            what(hinge_embedding) what(soft_margin) what(margin_ranking) what(multi_margin)                  \
                what(multilabel_margin) what(multilabel_soft_margin) what(cosine_embedding)                  \
                    what(triplet_margin) what(dice) what(cross_entropy) what(nll) what(linear_cross_entropy) \
                        what(ctc)

#define DECLARE(name) extern const dsc_loss dsc_loss_##name;
EVERY_LOSS(DECLARE)
#undef DECLARE

#define ROW(name) &dsc_loss_##name,
static const dsc_loss *const rows[] = {EVERY_LOSS(ROW)};
#undef ROW

enum { COUNT = sizeof rows / sizeof *rows, MOST_BYTES = 64 };

const char *const dsc_loss_reductions[] = {"none", "mean", "sum", "batch_mean"};

/* ---- Options in a structure ---- */

static double get(const dsc_loss_option *option, const void *structure) {
    const char *field = (const char *)structure + option->offset;
    switch (option->info.kind) {
    case DSC_OPTION_REAL:
        return *(const double *)(const void *)field;
    case DSC_OPTION_FLAG:
        return *(const bool *)field;
    case DSC_OPTION_REST:
    case DSC_OPTION_INTEGER:
        return (double)*(const int64_t *)(const void *)field;
    case DSC_OPTION_CHOICE:
        return *(const dsc_reduction *)(const void *)field;
    }
    return NAN;
}

static void set(const dsc_loss_option *option, void *structure, double value) {
    char *field = (char *)structure + option->offset;
    switch (option->info.kind) {
    case DSC_OPTION_REAL:
        *(double *)(void *)field = value;
        break;
    case DSC_OPTION_FLAG:
        *(bool *)field = value != 0;
        break;
    case DSC_OPTION_REST:
    case DSC_OPTION_INTEGER:
        *(int64_t *)(void *)field = (int64_t)value;
        break;
    case DSC_OPTION_CHOICE:
        *(dsc_reduction *)(void *)field = (dsc_reduction)value;
    }
}

/* ---- The table ---- */

/* The rows as others see them: the structures' initialisers are the only place where defaults stand. */
static dsc_loss_info infos[COUNT];
static dsc_option_info options_of[COUNT][DSC_MAX_OPTIONS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void) {
    for (size_t i = 0; i < COUNT; ++i) {
        infos[i] = rows[i]->info;
        infos[i].options = options_of[i];
        infos[i].option_count = rows[i]->option_count;
        for (size_t k = 0; k < rows[i]->option_count; ++k) {
            options_of[i][k] = rows[i]->options[k].info;
            options_of[i][k].initial = get(&rows[i]->options[k], rows[i]->defaults);
        }
    }
}

size_t dsc_loss_count(void) {
    return COUNT;
}

const dsc_loss_info *dsc_loss_at(size_t index) {
    pthread_once(&once, fill);
    return index < COUNT ? &infos[index] : NULL;
}

static size_t index_of(const char *name) {
    for (size_t i = 0; i < COUNT; ++i)
        if (name != NULL && strcmp(rows[i]->info.name, name) == 0)
            return i;
    return COUNT;
}

const dsc_loss_info *dsc_loss_find(const char *name) {
    return dsc_loss_at(index_of(name));
}

/* "mse, l1, ..." for messages. */
static void list_losses(char *text, size_t size) {
    size_t used = 0;
    for (size_t i = 0; i < COUNT && used < size; ++i)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", rows[i]->info.name);
}

static dsc_status refuse_inputs(const dsc_loss_info *info, size_t given) {
    char text[256];
    size_t used = 0;
    for (size_t i = 0; i < info->input_count && used < sizeof text; ++i)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", i == 0 ? "" : ", ",
                                 i >= info->required_count ? "perhaps " : "", info->inputs[i]);
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s takes %s; it was given %zu", info->name, text, given);
}

dsc_status dsc_loss_run(const char *name, size_t option_count, const dsc_option *options, size_t input_count,
                        dsc_tensor *const *inputs, dsc_tensor **result) {
    const dsc_loss_info *info = dsc_loss_find(name);
    if (info == NULL) {
        char known[512];
        list_losses(known, sizeof known);
        return dsc_fail(DSC_ERROR_OPTION, "unknown loss '%s'; there are %s", name != NULL ? name : "(null)",
                        known);
    }
    const dsc_loss *loss = rows[info - infos];
    double values[DSC_MAX_OPTIONS];
    dsc_options_begin(info->options, info->option_count, values);
    DSC_TRY(dsc_options_set(info->name, info->options, info->option_count, option_count, options, values));
    _Alignas(max_align_t) char structure[MOST_BYTES];
    memcpy(structure, loss->defaults, loss->size);
    for (size_t i = 0; i < info->option_count; ++i)
        set(&loss->options[i], structure, values[i]);
    if (input_count < info->required_count || input_count > info->input_count)
        return refuse_inputs(info, input_count);
    DSC_CHECK_NOT_NULL(inputs);
    dsc_tensor *given[DSC_LOSS_MAX_INPUTS] = {NULL};
    memcpy(given, inputs, input_count * sizeof *given);
    return loss->run(structure, given, result);
}

/* Schedules made from the table's rows. */
#include "schedules/schedule.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1 << 20 };

static dsc_status refuse_memory(void) {
    return dsc_fail(DSC_ERROR_MEMORY, "a schedule: out of memory");
}

dsc_status dsc_schedule_begin(const dsc_schedule_row *row, dsc_schedule **schedule) {
    dsc_schedule *made = calloc(1, sizeof *made);
    if (made == NULL)
        return refuse_memory();
    atomic_init(&made->references, 1);
    made->row = row;
    dsc_options_begin(row->info.options, row->info.option_count, made->values);
    *schedule = made;
    return DSC_OK;
}

dsc_schedule *dsc_schedule_retain(const dsc_schedule *schedule) {
    dsc_schedule *s = (dsc_schedule *)(uintptr_t)schedule;
    if (s != NULL)
        atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
    return s;
}

void dsc_schedule_release(dsc_schedule *s) {
    if (s == NULL || atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < s->part_count; ++i)
        dsc_schedule_release(s->parts[i]);
    for (size_t i = 0; i < DSC_MAX_LISTS; ++i)
        free(s->lists[i].values);
    if (s->function.destroy != NULL)
        s->function.destroy(s->function.user);
    free(s->parts);
    free(s->text);
    free(s);
}

dsc_status dsc_schedule_append(dsc_schedule *s, size_t list, double value) {
    dsc_number_list *l = &s->lists[list];
    double *values = realloc(l->values, (l->count + 1) * sizeof *values);
    if (values == NULL)
        return refuse_memory();
    l->values = values;
    values[l->count++] = value;
    return DSC_OK;
}

dsc_status dsc_schedule_append_part(dsc_schedule *s, const dsc_schedule *part) {
    dsc_schedule **parts = realloc(s->parts, (s->part_count + 1) * sizeof(dsc_schedule *));
    if (parts == NULL)
        return refuse_memory();
    s->parts = parts;
    parts[s->part_count++] = dsc_schedule_retain(part);
    return DSC_OK;
}

/* ---- What follows from options and parts ---- */

static bool is_length(const dsc_schedule_info *info, size_t option) {
    return info->length != NULL && strcmp(info->options[option].name, info->length) == 0;
}

/* Options without a default must have been given, but for the length where the total says it. */
static dsc_status check_given(const dsc_schedule *s) {
    const dsc_schedule_info *info = &s->row->info;
    for (size_t i = 0; i < info->option_count; ++i)
        if (isnan(s->values[i]) && !(is_length(info, i) && info->length_from_total))
            return dsc_fail(DSC_ERROR_OPTION, "%s needs a value for %s", info->name, info->options[i].name);
    return DSC_OK;
}

static bool has_open_length(const dsc_schedule *s) {
    for (size_t i = 0; i < s->row->info.option_count; ++i)
        if (isnan(s->values[i]))
            return true;
    return false;
}

static dsc_status derive(dsc_schedule *s) {
    s->depth = 0;
    s->cursors = s->row->is_replayed;
    s->is_complete = !has_open_length(s);
    s->has_function = s->function.call != NULL;
    s->has_plateau = s->row->info.kind == DSC_SCHEDULE_OF_METRIC;
    s->cycles_momentum = s->row->cycles_momentum != NULL && s->row->cycles_momentum(s);
    s->steps_as_torch = s->row->is_torch;
    size_t letters = 0;
    for (size_t i = 0; i < s->part_count; ++i) {
        const dsc_schedule *part = s->parts[i];
        letters += strlen(part->text);
        s->depth = dsc_max_size(s->depth, part->depth + 1);
        s->cursors += part->cursors;
        s->is_complete = s->is_complete && part->is_complete;
        s->has_function = s->has_function || part->has_function;
        s->has_plateau = s->has_plateau || part->has_plateau;
        s->cycles_momentum = s->cycles_momentum || part->cycles_momentum;
        s->steps_as_torch = s->steps_as_torch && part->steps_as_torch;
    }
    if (s->depth > DSC_DEEPEST_SCHEDULE)
        return dsc_fail(DSC_ERROR_ARGUMENT, "a schedule: %zu schedules within one another, at most %d",
                        s->depth, DSC_DEEPEST_SCHEDULE);
    if (letters > LONGEST) /* parts may be shared, and their texts grow as powers of 2 */
        return dsc_fail(DSC_ERROR_OVERFLOW, "a schedule: its text would have %zu letters, at most %d",
                        letters, LONGEST);
    return DSC_OK;
}

static dsc_status complete(dsc_schedule *s) {
    const bool needs = s->row->info.kind == DSC_SCHEDULE_OF_FUNCTION, has = s->function.call != NULL;
    if (needs && !has)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s needs a function: dsc_schedule_create_with",
                        s->row->info.name);
    if (has && !s->row->info.takes_function)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s takes no function", s->row->info.name);
    if (s->row->check != NULL)
        DSC_TRY(s->row->check(s));
    DSC_TRY(check_given(s));
    DSC_TRY(derive(s));
    if (s->is_complete && s->row->refuse != NULL)
        DSC_TRY(s->row->refuse(s, 0));
    s->text = dsc_schedule_write(s);
    return s->text == NULL ? refuse_memory() : DSC_OK;
}

dsc_status dsc_schedule_finish(dsc_schedule *s, dsc_schedule **schedule) {
    dsc_status status = complete(s);
    if (status == DSC_OK) {
        *schedule = s;
        return DSC_OK;
    }
    s->function.destroy = NULL; /* its user stays the caller's */
    dsc_schedule_release(s);
    return status;
}

/* ---- From options ---- */

/* The list of a name; list_count: it is none. */
static size_t list_named(const dsc_schedule_info *info, const char *name) {
    size_t i = 0;
    while (i < info->list_count && (name == NULL || strcmp(info->lists[i].name, name) != 0))
        ++i;
    return i;
}

static dsc_status set(dsc_schedule *s, size_t count, const dsc_option *options) {
    const dsc_schedule_info *info = &s->row->info;
    if (count > 0 && options == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the options are NULL", info->name);
    for (size_t i = 0; i < count; ++i) {
        size_t list = list_named(info, options[i].name);
        if (list == info->list_count) {
            DSC_TRY(
                dsc_options_set(info->name, info->options, info->option_count, 1, &options[i], s->values));
            continue;
        }
        double checked;
        DSC_TRY(dsc_options_set(info->name, &info->lists[list], 1, 1, &options[i], &checked));
        DSC_TRY(dsc_schedule_append(s, list, checked));
    }
    return DSC_OK;
}

static dsc_status make(const char *name, size_t count, const dsc_option *options,
                       dsc_schedule_function function, dsc_schedule **schedule) {
    const dsc_schedule_row *row = dsc_schedule_named(name);
    if (row == NULL)
        return dsc_schedule_unknown(name);
    if (row->info.kind == DSC_SCHEDULE_OF_PARTS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s is made of parts: dsc_schedule_%s", row->info.name,
                        row->info.name);
    dsc_schedule *made = NULL;
    DSC_TRY(dsc_schedule_begin(row, &made));
    dsc_status status = set(made, count, options);
    if (status != DSC_OK) {
        dsc_schedule_release(made);
        return status;
    }
    made->function = function;
    return dsc_schedule_finish(made, schedule);
}

dsc_status dsc_schedule_create(const char *name, size_t option_count, const dsc_option *options,
                               dsc_schedule **schedule) {
    DSC_CHECK_NOT_NULL(schedule);
    return make(name, option_count, options, (dsc_schedule_function){NULL, NULL, NULL}, schedule);
}

dsc_status dsc_schedule_create_with(const char *name, size_t option_count, const dsc_option *options,
                                    dsc_schedule_function function, dsc_schedule **schedule) {
    DSC_CHECK_NOT_NULL(schedule);
    DSC_CHECK_NOT_NULL(function.call);
    return make(name, option_count, options, function, schedule);
}

/* ---- From parts ---- */

dsc_status dsc_schedule_compose(const char *function, const dsc_schedule_row *row, size_t count,
                                dsc_schedule *const *parts, const int64_t *milestones,
                                dsc_schedule **schedule) {
    if (parts == NULL)
        return dsc_fail_null(function, "parts");
    if (schedule == NULL)
        return dsc_fail_null(function, "schedule");
    if (count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: there is no part", function);
    for (size_t i = 0; i < count; ++i)
        if (parts[i] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: part %zu is NULL", row->info.name, i);
    if (count == 1) {
        *schedule = dsc_schedule_retain(parts[0]);
        return DSC_OK;
    }
    dsc_schedule *made = NULL;
    DSC_TRY(dsc_schedule_begin(row, &made));
    dsc_status status = row->compose(made, count, parts, milestones);
    if (status == DSC_OK)
        return dsc_schedule_finish(made, schedule);
    dsc_schedule_release(made);
    return status;
}

/* ---- Looking at them ---- */

bool dsc_schedule_is_complete(const dsc_schedule *s) {
    return s != NULL && s->is_complete;
}

int64_t dsc_schedule_length(const dsc_schedule *s) {
    if (s == NULL)
        return -1;
    if (s->row->length != NULL)
        return s->row->length(s);
    for (size_t i = 0; i < s->row->info.option_count; ++i)
        if (is_length(&s->row->info, i))
            return isnan(s->values[i]) ? -1 : (int64_t)s->values[i];
    return -1;
}

const char *dsc_schedule_text(const dsc_schedule *s) {
    return s == NULL ? "" : s->text;
}

bool dsc_schedule_has_function(const dsc_schedule *s) {
    return s != NULL && s->has_function;
}

bool dsc_schedule_has_plateau(const dsc_schedule *s) {
    return s != NULL && s->has_plateau;
}

bool dsc_schedule_cycles_momentum(const dsc_schedule *s) {
    return s != NULL && s->cycles_momentum;
}

static bool is_same_number(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static bool has_equal_numbers(const dsc_schedule *a, const dsc_schedule *b) {
    for (size_t i = 0; i < a->row->info.option_count; ++i)
        if (!is_same_number(a->values[i], b->values[i]))
            return false;
    for (size_t k = 0; k < DSC_MAX_LISTS; ++k) {
        if (a->lists[k].count != b->lists[k].count)
            return false;
        for (size_t i = 0; i < a->lists[k].count; ++i)
            if (a->lists[k].values[i] != b->lists[k].values[i])
                return false;
    }
    return true;
}

bool dsc_schedule_is_equal(const dsc_schedule *a, const dsc_schedule *b) {
    if (a == b)
        return true;
    if (a == NULL || b == NULL || a->row != b->row || a->part_count != b->part_count ||
        a->function.call != b->function.call || a->function.user != b->function.user ||
        !has_equal_numbers(a, b))
        return false;
    for (size_t i = 0; i < a->part_count; ++i)
        if (!dsc_schedule_is_equal(a->parts[i], b->parts[i]))
            return false;
    return true;
}

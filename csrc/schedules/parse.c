/* Texts of schedules. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schedules/schedule.h"

/* The parts of a sequence or a chain as they are read; a milestone of -1 is where the part ends. */
typedef struct parts {
    size_t count;
    dsc_schedule **list;
    int64_t *milestones;
} parts;

static void release(parts *p) {
    for (size_t i = 0; i < p->count; ++i)
        dsc_schedule_release(p->list[i]);
    free(p->list);
    free(p->milestones);
}

/* Takes over the reference. */
static dsc_status append(parts *p, dsc_schedule *part) {
    dsc_schedule **list = realloc(p->list, (p->count + 1) * sizeof(dsc_schedule *));
    if (list != NULL)
        p->list = list;
    int64_t *milestones = realloc(p->milestones, (p->count + 1) * sizeof *milestones);
    if (milestones != NULL)
        p->milestones = milestones;
    if (list == NULL || milestones == NULL) {
        dsc_schedule_release(part);
        return dsc_fail(DSC_ERROR_MEMORY, "a schedule: out of memory");
    }
    list[p->count] = part;
    milestones[p->count++] = -1;
    return DSC_OK;
}

typedef struct option_list {
    const dsc_schedule_info *info;
    size_t count;
    dsc_option *options;
} option_list;

static dsc_status append_option(option_list *l, const char *name, double value) {
    dsc_option *options = realloc(l->options, (l->count + 1) * sizeof *options);
    if (options == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a schedule: out of memory");
    l->options = options;
    options[l->count++] = (dsc_option){name, value};
    return DSC_OK;
}

static dsc_status take(void *user, size_t list, double value) {
    option_list *l = user;
    return append_option(l, l->info->lists[list].name, value);
}

static dsc_status read_named(dsc_reader *r, const dsc_schedule_info *info, option_list *l,
                             dsc_schedule **schedule) {
    dsc_options_read o = {.what = "schedule",
                          .owner = info->name,
                          .options = info->options,
                          .option_count = info->option_count,
                          .lists = info->lists,
                          .list_count = info->list_count,
                          .take = take,
                          .user = l};
    dsc_skip_spaces(r);
    if (*r->at == '(')
        DSC_TRY(dsc_read_options(r, &o, 0));
    for (size_t i = 0; i < o.count; ++i)
        DSC_TRY(append_option(l, o.list[i].name, o.list[i].value));
    return dsc_schedule_create(info->name, l->count, l->options, schedule);
}

static dsc_status read_sequence(dsc_reader *r, size_t depth, dsc_schedule **schedule);

/* A name with options, or something in brackets. */
static dsc_status read_item(dsc_reader *r, size_t depth, dsc_schedule **schedule) {
    if (*r->at == '(') {
        if (depth == DSC_DEEPEST_SCHEDULE)
            return dsc_refuse_text(r, "there are more than 32 brackets within one another");
        ++r->at;
        dsc_schedule *inner;
        DSC_TRY(read_sequence(r, depth + 1, &inner));
        if (*r->at != ')') {
            dsc_schedule_release(inner);
            return dsc_refuse_text(r, "a bracket must be here");
        }
        ++r->at;
        *schedule = inner;
        return DSC_OK;
    }
    char name[DSC_WORD];
    DSC_TRY(dsc_read_word(r, name, sizeof name));
    const dsc_schedule_info *info = dsc_schedule_find(name);
    if (info == NULL)
        return dsc_schedule_unknown(name);
    option_list l = {.info = info};
    dsc_status status = read_named(r, info, &l, schedule);
    free(l.options);
    return status;
}

/* item * item * ... */
static dsc_status read_items(dsc_reader *r, size_t depth, parts *p) {
    for (bool more = true; more;) {
        dsc_schedule *item;
        DSC_TRY(read_item(r, depth, &item));
        DSC_TRY(append(p, item));
        dsc_skip_spaces(r);
        more = *r->at == '*';
        r->at += more;
        dsc_skip_spaces(r);
    }
    return DSC_OK;
}

static dsc_status read_chain(dsc_reader *r, size_t depth, dsc_schedule **schedule) {
    parts p = {0};
    dsc_status status = read_items(r, depth, &p);
    if (status == DSC_OK)
        status = dsc_schedule_chained(p.count, p.list, schedule);
    release(&p);
    return status;
}

static dsc_status read_milestone(dsc_reader *r, int64_t *milestone) {
    dsc_skip_spaces(r);
    char *end;
    long long value = strtoll(r->at, &end, 10);
    if (!isdigit((unsigned char)*r->at) || value > DSC_LARGEST_SCHEDULE_STEP || *end == '.' || *end == 'e')
        return dsc_refuse_text(r, "a step must be here, a whole number in [0, 2^48]");
    r->at = end;
    *milestone = value;
    return DSC_OK;
}

static bool is_at_end(const dsc_reader *r) {
    return *r->at == '\0' || *r->at == ')';
}

/* chain [@ step] chain ... */
static dsc_status read_parts(dsc_reader *r, size_t depth, parts *p) {
    dsc_skip_spaces(r);
    if (is_at_end(r))
        return dsc_refuse_text(r, "a schedule must be here");
    while (!is_at_end(r)) {
        dsc_schedule *part;
        DSC_TRY(read_chain(r, depth, &part));
        DSC_TRY(append(p, part));
        dsc_skip_spaces(r);
        if (*r->at != '@')
            continue;
        ++r->at;
        DSC_TRY(read_milestone(r, &p->milestones[p->count - 1]));
        dsc_skip_spaces(r);
        if (is_at_end(r))
            return dsc_refuse_text(r, "the schedule that begins at that step must be here");
    }
    return DSC_OK;
}

static dsc_status read_sequence(dsc_reader *r, size_t depth, dsc_schedule **schedule) {
    parts p = {0};
    dsc_status status = read_parts(r, depth, &p);
    if (status == DSC_OK)
        status = dsc_schedule_sequential(p.count, p.list, p.milestones, schedule);
    release(&p);
    return status;
}

dsc_status dsc_schedule_parse(const char *text, int64_t total, dsc_schedule **schedule) {
    DSC_CHECK_NOT_NULL(text);
    DSC_CHECK_NOT_NULL(schedule);
    if (total < 0 || total > DSC_LARGEST_SCHEDULE_STEP)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: total is %lld, must be in [0, 2^48]", __func__,
                        (long long)total);
    dsc_reader r = {text, text};
    dsc_schedule *read, *over = NULL;
    DSC_TRY(read_sequence(&r, 0, &read));
    dsc_status status = DSC_OK;
    if (*r.at != '\0')
        status = dsc_refuse_text(&r, "this bracket closes nothing");
    else if (total > 0)
        status = dsc_schedule_over(read, total, &over);
    else
        over = dsc_schedule_retain(read);
    dsc_schedule_release(read);
    if (status == DSC_OK)
        *schedule = over;
    return status;
}

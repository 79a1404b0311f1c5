/* Schedules as text, which dsc_schedule_parse reads again. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedules/schedule.h"

typedef struct writer {
    char *text;
    size_t used, room;
    bool failed;
} writer;

static void put(writer *w, const char *text) {
    size_t length = strlen(text);
    if (w->failed)
        return;
    if (w->used + length + 1 > w->room) {
        size_t room = 2 * w->room + length + 64;
        char *larger = realloc(w->text, room);
        w->failed = larger == NULL;
        if (w->failed)
            return;
        w->text = larger;
        w->room = room;
    }
    memcpy(w->text + w->used, text, length + 1);
    w->used += length;
}

static void put_value(writer *w, const dsc_option_info *option, double value) {
    bool is_choice = option->kind == DSC_OPTION_CHOICE;
    if (option->kind == DSC_OPTION_FLAG)
        put(w, value != 0 ? "true" : "false");
    else if (option->choices != NULL && (is_choice || value == option->minimum))
        put(w, option->choices[is_choice ? (size_t)value : 0]);
    else
        put(w, dsc_digits(DSC_FLOAT64, value).text);
}

static void begin_option(writer *w, bool *is_first, const char *name) {
    put(w, *is_first ? "(" : ", ");
    *is_first = false;
    put(w, name);
    put(w, "=");
}

static void put_options(writer *w, const dsc_schedule *s) {
    const dsc_schedule_info *info = &s->row->info;
    bool is_first = true;
    for (size_t k = 0; k < info->list_count; ++k) {
        begin_option(w, &is_first, info->lists[k].name);
        for (size_t i = 0; i < s->lists[k].count; ++i) {
            put(w, i == 0 ? "(" : ", ");
            put_value(w, &info->lists[k], s->lists[k].values[i]);
        }
        put(w, s->lists[k].count == 0 ? "()" : ")");
    }
    for (size_t i = 0; i < info->option_count; ++i) {
        if (s->values[i] == info->options[i].initial || isnan(s->values[i]))
            continue;
        begin_option(w, &is_first, info->options[i].name);
        put_value(w, &info->options[i], s->values[i]);
    }
    if (s->function.call != NULL) {
        put(w, is_first ? "(?" : ", ?");
        is_first = false;
    }
    put(w, is_first ? "" : ")");
}

/* Parts have their texts already. In brackets where one would be torn apart. */
static void put_part(writer *w, const dsc_schedule *part, bool in_brackets) {
    put(w, in_brackets ? "(" : "");
    put(w, part->text);
    put(w, in_brackets ? ")" : "");
}

static void put_sequence(writer *w, const dsc_schedule *s) {
    int64_t begin = 0;
    for (size_t i = 0; i < s->part_count; ++i) {
        put_part(w, s->parts[i], s->parts[i]->row == &dsc_schedule_row_sequential);
        if (i + 1 == s->part_count)
            break;
        int64_t end = (int64_t)s->lists[0].values[i], own = dsc_schedule_length(s->parts[i]);
        if (own < 0 || begin + own != end) {
            char mark[32];
            snprintf(mark, sizeof mark, " @ %lld", (long long)end);
            put(w, mark);
        }
        put(w, " ");
        begin = end;
    }
}

static void put_chain(writer *w, const dsc_schedule *s) {
    for (size_t i = 0; i < s->part_count; ++i) {
        put(w, i == 0 ? "" : " * ");
        put_part(w, s->parts[i], s->parts[i]->row == &dsc_schedule_row_sequential);
    }
}

char *dsc_schedule_write(const dsc_schedule *s) {
    writer w = {0};
    if (s->row == &dsc_schedule_row_sequential) {
        put_sequence(&w, s);
    } else if (s->row == &dsc_schedule_row_chained) {
        put_chain(&w, s);
    } else {
        put(&w, s->row->info.name);
        put_options(&w, s);
    }
    if (!w.failed)
        return w.text;
    free(w.text);
    return NULL;
}

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/names.h"
#include "schedules/schedule.h"

#define SCHEDULE(name) extern const dsc_schedule_row dsc_schedule_row_##name;
#include "schedules/schedules.def"
#undef SCHEDULE

static const dsc_schedule_row *const rows[] = {
#define SCHEDULE(name) &dsc_schedule_row_##name,
#include "schedules/schedules.def"
#undef SCHEDULE
};

enum { COUNT = sizeof rows / sizeof *rows };

size_t dsc_schedule_count(void) {
    return COUNT;
}

const dsc_schedule_info *dsc_schedule_at(size_t index) {
    return index < COUNT ? &rows[index]->info : NULL;
}

/* "StepLR" is "step". */
static const dsc_schedule_row *named(const char *name) {
    for (size_t i = 0; i < COUNT; ++i)
        if (dsc_is_same_name(rows[i]->info.name, name))
            return rows[i];
    return NULL;
}

const dsc_schedule_row *dsc_schedule_named(const char *name) {
    if (name == NULL)
        return NULL;
    const dsc_schedule_row *row = named(name);
    size_t length = strlen(name);
    if (row != NULL || length < 3 || length >= DSC_WORD || strcmp(name + length - 2, "LR") != 0)
        return row;
    char shorter[DSC_WORD];
    memcpy(shorter, name, length - 2);
    shorter[length - 2] = '\0';
    return named(shorter);
}

const dsc_schedule_info *dsc_schedule_find(const char *name) {
    const dsc_schedule_row *row = dsc_schedule_named(name);
    return row == NULL ? NULL : &row->info;
}

dsc_status dsc_schedule_unknown(const char *name) {
    char known[448];
    size_t used = 0;
    for (size_t i = 0; i < COUNT && used < sizeof known; ++i)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ",
                                 rows[i]->info.name);
    return dsc_fail(DSC_ERROR_OPTION, "unknown schedule '%.40s'; there are %s",
                    name != NULL ? name : "(null)", known);
}

/* Lengths that the total number of steps says. */
#include "schedules/schedule.h"

static dsc_status fill_in(const dsc_schedule *s, int64_t total, dsc_schedule *made) {
    const dsc_schedule_info *info = &s->row->info;
    for (size_t i = 0; i < info->option_count; ++i)
        made->values[i] = isnan(s->values[i]) ? (double)total : s->values[i];
    for (size_t k = 0; k < DSC_MAX_LISTS; ++k)
        for (size_t i = 0; i < s->lists[k].count; ++i)
            DSC_TRY(dsc_schedule_append(made, k, s->lists[k].values[i]));
    for (size_t i = 0; i < s->part_count; ++i) {
        /* Only the last part of a sequence can be open, and its steps begin at its milestone. */
        bool is_last = s->row == &dsc_schedule_row_sequential && i > 0 && i == s->part_count - 1;
        int64_t left = total - (is_last ? (int64_t)s->lists[0].values[i - 1] : 0);
        dsc_schedule *part;
        DSC_TRY(dsc_schedule_over(s->parts[i], left, &part));
        dsc_status status = dsc_schedule_append_part(made, part);
        dsc_schedule_release(part);
        DSC_TRY(status);
    }
    return DSC_OK;
}

dsc_status dsc_schedule_over(const dsc_schedule *schedule, int64_t total, dsc_schedule **over) {
    DSC_CHECK_NOT_NULL(schedule);
    DSC_CHECK_NOT_NULL(over);
    if (schedule->is_complete) {
        *over = dsc_schedule_retain(schedule);
        return DSC_OK;
    }
    if (total < 1 || total > DSC_LARGEST_SCHEDULE_STEP)
        return dsc_fail(DSC_ERROR_OPTION, "\"%.200s\" has %lld steps left for it, must be in [1, 2^48]",
                        schedule->text, (long long)total);
    dsc_schedule *made;
    DSC_TRY(dsc_schedule_begin(schedule->row, &made));
    dsc_status status = fill_in(schedule, total, made);
    if (status != DSC_OK) {
        dsc_schedule_release(made);
        return status;
    }
    return dsc_schedule_finish(made, over);
}

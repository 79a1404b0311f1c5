#include "core/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "lr, momentum, ..." for messages. */
static void list_options(const dsc_option_info *options, size_t count, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, count == 0 ? "none" : "");
    for (size_t i = 0; i < count && used < size; ++i)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ", options[i].name);
}

bool dsc_option_has_name(const dsc_option_info *option, const char *name) {
    size_t length = strlen(name);
    return strncmp(option->name, name, length) == 0 &&
           (option->name[length] == '\0' || option->name[length] == '[');
}

dsc_status dsc_option_find(const char *owner, const dsc_option_info *options, size_t count, const char *name,
                           size_t *index) {
    for (size_t i = 0; i < count; ++i)
        if (name != NULL && dsc_option_has_name(&options[i], name)) {
            *index = i;
            return DSC_OK;
        }
    char known[512];
    list_options(options, count, known, sizeof known);
    return dsc_fail(DSC_ERROR_OPTION, "%s has no option '%s'; it has %s", owner,
                    name != NULL ? name : "(null)", known);
}

static dsc_status check_range(const char *owner, const dsc_option_info *option, double value) {
    bool above = option->minimum_open ? value > option->minimum : value >= option->minimum;
    bool below = option->maximum_open ? value < option->maximum : value <= option->maximum;
    if (above && below && (option->kind == DSC_OPTION_REAL || value == floor(value)))
        return DSC_OK;
    if (option->kind == DSC_OPTION_FLAG)
        return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be 0 or 1", owner, option->name, value);
    if (option->kind == DSC_OPTION_CHOICE) {
        char known[256];
        size_t used = 0;
        for (int i = 0; i <= (int)option->maximum && used < sizeof known; ++i)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%d (%s)", i == 0 ? "" : ", ", i,
                                     option->choices[i]);
        return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be one of %s", owner, option->name, value,
                        known);
    }
    if (option->kind == DSC_OPTION_INTEGER || option->kind == DSC_OPTION_REST)
        return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be a whole number in [%.0f, %.0f]", owner,
                        option->name, value, option->minimum, option->maximum);
    return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, must be in %c%g, %g%c", owner, option->name, value,
                    option->minimum_open ? '(' : '[', option->minimum, option->maximum,
                    option->maximum_open ? ')' : ']');
}

void dsc_options_begin(const dsc_option_info *options, size_t count, double *values) {
    for (size_t i = 0; i < count; ++i)
        values[i] = options[i].initial;
}

dsc_status dsc_options_set(const char *owner, const dsc_option_info *options, size_t count, size_t given,
                           const dsc_option *list, double *values) {
    if (given > 0 && list == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the options are NULL", owner);
    for (size_t i = 0; i < given; ++i) {
        size_t index = 0;
        DSC_TRY(dsc_option_find(owner, options, count, list[i].name, &index));
        const size_t first = index;
        for (; index < count && dsc_option_has_name(&options[index], list[i].name); ++index) {
            if (index > first && options[index].kind == DSC_OPTION_REST)
                break;
            DSC_TRY(check_range(owner, &options[index], list[i].value));
            values[index] = list[i].value;
        }
    }
    return DSC_OK;
}

dsc_status dsc_options_check_given(const char *owner, const dsc_option_info *options, size_t count,
                                   const double *values) {
    for (size_t i = 0; i < count; ++i)
        if (isnan(values[i]))
            return dsc_fail(DSC_ERROR_OPTION, "%s needs a value for %s", owner, options[i].name);
    return DSC_OK;
}

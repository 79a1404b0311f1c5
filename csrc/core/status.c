#include <stdarg.h>
#include <stdio.h>

#include "core/internal.h"

static _Thread_local char last_error[512];
static _Thread_local size_t failure_count;

dsc_status dsc_fail(dsc_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_error, sizeof last_error, format, arguments);
    va_end(arguments);
    ++failure_count;
    return status;
}

size_t dsc_failure_count(void) {
    return failure_count;
}

dsc_status dsc_check_callback(dsc_status status, size_t failures, const char *function) {
    if (status >= 0 || failure_count != failures)
        return status;
    return dsc_fail(status, "%s returned %d: %s", function, (int)status, dsc_status_string(status));
}

const char *dsc_last_error(void) {
    return last_error;
}

const char *dsc_status_string(dsc_status status) {
    switch (status) {
    case DSC_OK:
        return "ok";
    case DSC_STEP_SKIPPED:
        return "the step was skipped: a gradient is not finite";
    case DSC_ERROR_ARGUMENT:
        return "an argument is missing or unknown";
    case DSC_ERROR_SIZE:
        return "sizes are zero or do not agree";
    case DSC_ERROR_OVERFLOW:
        return "a product of sizes overflows";
    case DSC_ERROR_MEMORY:
        return "out of memory";
    case DSC_ERROR_OPTION:
        return "an optimizer option is unknown or out of range";
    case DSC_ERROR_CLASS:
        return "a class index is out of range";
    case DSC_ERROR_NON_FINITE:
        return "stopped: a gradient is not finite";
    case DSC_ERROR_DTYPE:
        return "a tensor's type does not do here";
    case DSC_ERROR_MISMATCH:
        return "what should be equal is not";
    case DSC_ERROR_FILE:
        return "a file cannot be read or written";
    case DSC_ERROR_FORMAT:
        return "a file is not what it should be";
    }
    return "unknown status";
}

#define STRING_OF(x) #x
#define VERSION_STRING(a, b, c) STRING_OF(a) "." STRING_OF(b) "." STRING_OF(c)

const char *dsc_version(void) {
    return VERSION_STRING(DSC_VERSION_MAJOR, DSC_VERSION_MINOR, DSC_VERSION_PATCH);
}

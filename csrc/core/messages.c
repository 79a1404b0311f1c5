#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/internal.h"

/* "dsc_nll_run: " for a public function; nothing for the library's own, whose names tell a caller nothing. */
static dsc_text prefix_of(const char *function) {
    dsc_text prefix = {""};
    if (strncmp(function, "dsc_", 4) == 0)
        snprintf(prefix.text, sizeof prefix.text, "%s: ", function);
    return prefix;
}

/* "weight" of "loss->over.weight": the field's name without the variable that happens to lead to it. */
static const char *name_of(const char *expression) {
    const char *name = expression;
    for (const char *c = expression; *c != '\0'; ++c)
        if (*c == '.' || *c == '>' || *c == '*' || *c == ' ')
            name = c + 1;
    return name;
}

dsc_status dsc_fail_null(const char *function, const char *expression) {
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s%s is NULL", prefix_of(function).text, name_of(expression));
}

dsc_status dsc_fail_dtype(const char *function, dsc_dtype dtype) {
    if (dsc_dtype_size(dtype) == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%sunknown dtype %d", prefix_of(function).text, (int)dtype);
    return dsc_fail(DSC_ERROR_ARGUMENT, "%sthe type is %s, must be float32 or float64",
                    prefix_of(function).text, dsc_dtype_name(dtype));
}

dsc_status dsc_fail_product(const char *function, const char *a, size_t a_value, const char *b,
                            size_t b_value) {
    return dsc_fail(DSC_ERROR_OVERFLOW, "%s%s * %s = %zu * %zu elements overflow", prefix_of(function).text,
                    name_of(a), name_of(b), a_value, b_value);
}

dsc_status dsc_fail_count(const char *function, const char *expression, size_t n) {
    return dsc_fail(DSC_ERROR_OVERFLOW, "%s%s = %zu elements overflow", prefix_of(function).text,
                    name_of(expression), n);
}

dsc_text dsc_digits(dsc_dtype dtype, double value) {
    dsc_text digits;
    int most = dtype == DSC_FLOAT32 ? 9 : 17;
    for (int n = 6; n <= most; ++n) {
        snprintf(digits.text, sizeof digits.text, "%.*g", n, value);
        double back = strtod(digits.text, NULL);
        if (dtype == DSC_FLOAT32 ? (float)back == (float)value : back == value)
            break;
    }
    return digits;
}

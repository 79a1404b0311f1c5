/* The functions that formulas may have: the operation table's, of one and of two numbers. */
#include <string.h>

#include "descent/operations.h"
#include "formula/formula.h"

#define UNARY_ROW(operation) {{#operation, 1}, {.unary = dsc_##operation}},
#define BINARY_ROW(operation) {{#operation, 2}, {.binary = dsc_##operation}},

static const struct function_row {
    dsc_formula_function shown;
    formula_call call;
} rows[] = {DSC_EVERY_UNARY(UNARY_ROW) DSC_EVERY_BINARY(BINARY_ROW)};

size_t dsc_formula_function_count(void) {
    return sizeof rows / sizeof rows[0];
}

const dsc_formula_function *dsc_formula_function_at(size_t index) {
    return index < dsc_formula_function_count() ? &rows[index].shown : NULL;
}

bool dsc_formula_find_function(const char *name, size_t length, size_t *index) {
    for (size_t i = 0; i < dsc_formula_function_count(); ++i)
        if (strlen(rows[i].shown.name) == length && memcmp(rows[i].shown.name, name, length) == 0) {
            *index = i;
            return true;
        }
    return false;
}

formula_call dsc_formula_call_of(size_t index) {
    return rows[index].call;
}

/* Formulas from text, by recursive descent: sums of products of signed powers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula/formula.h"

/* Bytes of a text that a message shows; of a number. */
enum { SHOWN = 48, NUMBER_LENGTH = 63 };

typedef struct reader {
    const char *text, *at;
    size_t depth;
    size_t waiting; /* values that wait where reading stands */
    dsc_formula *formula;
} reader;

/* ---- Characters, whatever the locale ---- */

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* What comes next, past spaces; 0 at the end. */
static char next(reader *r) {
    while (is_space(*r->at))
        ++r->at;
    return *r->at;
}

static bool take(reader *r, char c) {
    if (next(r) != c)
        return false;
    ++r->at;
    return true;
}

/* ---- Refusals ---- */

/* The text's beginning, no character of which is cut. */
static dsc_text beginning(const char *text) {
    dsc_text shown = {""};
    size_t length = strnlen(text, SHOWN + 1), kept = length;
    if (length > SHOWN)
        for (kept = SHOWN; kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80;)
            --kept;
    memcpy(shown.text, text, kept);
    if (kept < length)
        memcpy(shown.text + kept, "...", 4);
    return shown;
}

static dsc_status refuse(reader *r, const char *place, const char *expected) {
    r->at = place;
    size_t character = 1;
    for (const char *c = r->text; c < place; ++c)
        character += ((unsigned char)*c & 0xc0) != 0x80;
    if (*place == '\0')
        return dsc_fail(DSC_ERROR_ARGUMENT, "the formula \"%s\", at its end: %s", beginning(r->text).text,
                        expected);
    return dsc_fail(DSC_ERROR_ARGUMENT, "the formula \"%s\", character %zu, at \"%s\": %s",
                    beginning(r->text).text, character, beginning(place).text, expected);
}

/* ---- Steps ---- */

/* Each takes a character of the text at least, or stands for one: there is room. */
static void add(reader *r, formula_step step) {
    dsc_formula *f = r->formula;
    f->steps[f->count++] = step;
    if (step.kind == STEP_CALL)
        r->waiting -= dsc_formula_function_at(step.index)->arguments - 1;
    else if (step.kind != STEP_POWER)
        f->height = dsc_max_size(f->height, ++r->waiting);
}

static void add_number(reader *r, double number) {
    add(r, (formula_step){.kind = STEP_NUMBER, .number = number});
}

static void add_call(reader *r, const char *name) {
    size_t index = 0;
    dsc_formula_find_function(name, strlen(name), &index);
    add(r, (formula_step){.kind = STEP_CALL, .index = index});
}

/* ---- The grammar ---- */

static dsc_status read_sum(reader *r);
static dsc_status read_signed(reader *r);

static dsc_status read_number(reader *r) {
    const char *begin = r->at;
    size_t digits = 0;
    for (; is_digit(*r->at); ++r->at)
        ++digits;
    if (*r->at == '.')
        for (++r->at; is_digit(*r->at); ++r->at)
            ++digits;
    if (digits == 0)
        return refuse(r, begin, "a number must have a digit");
    const char *power = r->at + 1 + (r->at[0] != '\0' && (r->at[1] == '+' || r->at[1] == '-'));
    if ((*r->at == 'e' || *r->at == 'E') && is_digit(*power))
        for (r->at = power; is_digit(*r->at);)
            ++r->at;
    /* From a copy, as strtod would read on: "0x1" is 0 x1. */
    char copy[NUMBER_LENGTH + 1] = "", *end;
    const size_t length = (size_t)(r->at - begin);
    if (length > NUMBER_LENGTH)
        return refuse(r, begin, "the number has too many digits");
    memcpy(copy, begin, length);
    double number = strtod(copy, &end);
    if (end != copy + length)
        return refuse(r, begin, "numbers cannot be read in a locale whose decimal point is not \".\"");
    if (!isfinite(number))
        return refuse(r, begin, "the number is too large");
    add_number(r, number);
    return DSC_OK;
}

static dsc_status read_variable(reader *r, size_t number) {
    r->formula->variable_count = dsc_max_size(r->formula->variable_count, number);
    add(r, (formula_step){.kind = STEP_VARIABLE, .index = number - 1});
    return DSC_OK;
}

static dsc_status read_call(reader *r, size_t index, const char *name) {
    if (!take(r, '('))
        return refuse(r, name, "a function's name must be followed by \"(\"");
    const size_t arguments = dsc_formula_function_at(index)->arguments;
    for (size_t i = 0; i < arguments; ++i) {
        if (i > 0 && !take(r, ','))
            return refuse(r, r->at, "a \",\" must be here: the function is of two numbers");
        DSC_TRY(read_sum(r));
    }
    if (!take(r, ')'))
        return refuse(r, r->at,
                      *r->at == ',' ? "the function has no more arguments" : "a \")\" must be here");
    add(r, (formula_step){.kind = STEP_CALL, .index = index});
    return DSC_OK;
}

static dsc_status read_name(reader *r) {
    const char *name = r->at;
    size_t length = 0, index;
    while (is_letter(name[length]) || is_digit(name[length]))
        ++length;
    r->at = name + length;
    if (length == 1 && (*name == 'x' || *name == 'y'))
        return read_variable(r, *name == 'x' ? 1 : 2);
    if (length == 1 && *name == 'e') {
        add_number(r, M_E);
        return DSC_OK;
    }
    if (length == 2 && memcmp(name, "pi", 2) == 0) {
        add_number(r, M_PI);
        return DSC_OK;
    }
    if (dsc_formula_find_function(name, length, &index))
        return read_call(r, index, name);
    if (*name == 'x' && is_digit(name[1]) && !is_digit(name[2])) {
        if (name[1] == '0')
            return refuse(r, name, "variables are x1 to x9, x and y");
        r->at = name + 2; /* of x1x2, too */
        return read_variable(r, (size_t)(name[1] - '0'));
    }
    return refuse(r, name,
                  *name == 'x' && is_digit(name[1])
                      ? "variables are x1 to x9, x and y"
                      : "this is no variable (x1 to x9, x, y), no constant (pi, e) and no function");
}

static dsc_status read_primary(reader *r) {
    char c = next(r);
    if (is_digit(c) || c == '.')
        return read_number(r);
    if (is_letter(c))
        return read_name(r);
    if (!take(r, '('))
        return refuse(r, r->at, "a number, a variable, a function or a \"(\" must be here");
    DSC_TRY(read_sum(r));
    return take(r, ')') ? DSC_OK : refuse(r, r->at, "an operator or a \")\" must be here");
}

/* Whether the steps from `first` on are one whole number that is a product's count of factors. */
static bool is_product(const dsc_formula *f, size_t first) {
    const double number = f->steps[first].number;
    return f->count == first + 1 && f->steps[first].kind == STEP_NUMBER && number >= 2 &&
           number <= LARGEST_PRODUCT && number == floor(number);
}

static dsc_status read_power(reader *r) {
    DSC_TRY(read_primary(r));
    if (next(r) == '*' && r->at[1] == '*')
        r->at += 2;
    else if (!take(r, '^'))
        return DSC_OK;
    dsc_formula *f = r->formula;
    const size_t first = f->count;
    DSC_TRY(read_signed(r));
    if (!is_product(f, first)) {
        add_call(r, "power");
        return DSC_OK;
    }
    --r->waiting;
    f->steps[first] = (formula_step){.kind = STEP_POWER, .index = (size_t)f->steps[first].number};
    return DSC_OK;
}

static dsc_status read_signed(reader *r) {
    if (r->depth >= DSC_FORMULA_DEPTH)
        return refuse(r, r->at, "brackets, signs and powers lie too deep in one another");
    ++r->depth;
    bool is_negative = take(r, '-');
    DSC_TRY(is_negative || take(r, '+') ? read_signed(r) : read_power(r));
    --r->depth;
    if (is_negative)
        add_call(r, "negate");
    return DSC_OK;
}

static dsc_status read_product(reader *r) {
    DSC_TRY(read_signed(r));
    for (;;) {
        char c = next(r);
        const bool is_implied = is_letter(c) || c == '(';
        if (is_digit(c) || c == '.') /* "x1 2" is rather x1^2 than a product */
            return refuse(r, r->at, "an operator must be before a number here");
        if (c != '*' && c != '/' && !is_implied)
            return DSC_OK;
        r->at += !is_implied;
        DSC_TRY(read_signed(r));
        add_call(r, c == '/' ? "divide" : "multiply");
    }
}

static dsc_status read_sum(reader *r) {
    DSC_TRY(read_product(r));
    for (;;) {
        const bool is_difference = take(r, '-');
        if (!is_difference && !take(r, '+'))
            return DSC_OK;
        DSC_TRY(read_product(r));
        add_call(r, is_difference ? "subtract" : "add");
    }
}

static dsc_status read_formula(reader *r) {
    DSC_TRY(read_sum(r));
    if (next(r) == ')')
        return refuse(r, r->at, "there is no \"(\" for this");
    return *r->at == '\0' ? DSC_OK : refuse(r, r->at, "an operator or the end must be here");
}

dsc_status dsc_formula_parse(const char *text, dsc_formula **formula, size_t *place) {
    DSC_CHECK_NOT_NULL(text);
    DSC_CHECK_NOT_NULL(formula);
    const size_t length = strnlen(text, DSC_FORMULA_LENGTH + 1);
    if (length > DSC_FORMULA_LENGTH) {
        if (place != NULL)
            *place = DSC_FORMULA_LENGTH;
        return dsc_fail(DSC_ERROR_ARGUMENT, "the formula \"%s\" is longer than %d bytes",
                        beginning(text).text, DSC_FORMULA_LENGTH);
    }
    /* An implied product has no character of its own, but two numbers or names. */
    void *memory = NULL;
    DSC_TRY(dsc_allocate_zeroed(sizeof(dsc_formula) + (2 * length + 1) * sizeof(formula_step), &memory));
    reader r = {.text = text, .at = text, .formula = memory};
    dsc_status status = read_formula(&r);
    if (place != NULL)
        *place = (size_t)(r.at - text);
    if (status != DSC_OK)
        dsc_free(memory);
    else
        *formula = memory;
    return status;
}

void dsc_formula_destroy(dsc_formula *formula) {
    dsc_free(formula);
}

size_t dsc_formula_variable_count(const dsc_formula *formula) {
    return formula == NULL ? 0 : formula->variable_count;
}

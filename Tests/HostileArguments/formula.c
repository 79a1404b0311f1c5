/* formula.h */
#include "rows.h"

#include <string.h>

static dsc_formula *formula(const char *text) {
    dsc_formula *made = NULL;
    dsc_formula_parse(text, &made, NULL);
    return made;
}

static dsc_status parse(const char *text) {
    return dsc_formula_parse(text, (dsc_formula **)&w.made[0], NULL);
}

/* So many times the one text, and then the other. */
static dsc_status parse_repeated(size_t count, const char *text, const char *end) {
    static char all[2 * DSC_FORMULA_LENGTH];
    size_t length = 0;
    for (size_t i = 0; i < count; ++i)
        length += strlen(strcpy(all + length, text));
    strcpy(all + length, end);
    return parse(all);
}

static size_t place_of(const char *text) {
    size_t place = MOST;
    dsc_formula *made;
    dsc_formula_parse(text, &made, &place);
    return place;
}

static void text_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "text is NULL", parse(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "formula is NULL", dsc_formula_parse("x", NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "at its end: a number, a variable", parse(""));
    REFUSED(DSC_ERROR_ARGUMENT, "at its end: a number, a variable", parse("x1 + "));
    REFUSED(DSC_ERROR_ARGUMENT, "character 6, at \"* 2\"", parse("x1 * * 2"));
    REFUSED(DSC_ERROR_ARGUMENT, "character 3, at \")\": there is no \"(\"", parse("x1)"));
    REFUSED(DSC_ERROR_ARGUMENT, "at its end: an operator or a \")\"", parse("(x1"));
    REFUSED(DSC_ERROR_ARGUMENT, "at its end: a \")\"", parse("sin(x1"));
    REFUSED(DSC_ERROR_ARGUMENT, "\"sni(x)\": this is no variable", parse("2 sni(x)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no constant", parse("xy"));
    REFUSED(DSC_ERROR_ARGUMENT, "x1 to x9", parse("x0"));
    REFUSED(DSC_ERROR_ARGUMENT, "x1 to x9", parse("x10"));
    REFUSED(DSC_ERROR_ARGUMENT, "followed by \"(\"", parse("sin x"));
    REFUSED(DSC_ERROR_ARGUMENT, "no more arguments", parse("sin(x, y)"));
    REFUSED(DSC_ERROR_ARGUMENT, "of two numbers", parse("maximum(x)"));
    REFUSED(DSC_ERROR_ARGUMENT, "no more arguments", parse("maximum(x, y, 1)"));
    REFUSED(DSC_ERROR_ARGUMENT, "a number must have a digit", parse("."));
    REFUSED(DSC_ERROR_ARGUMENT, "before a number", parse("x 2"));
    REFUSED(DSC_ERROR_ARGUMENT, "before a number", parse("2..3"));
    REFUSED(DSC_ERROR_ARGUMENT, "too large", parse("1e999"));
    REFUSED(DSC_ERROR_ARGUMENT, "too many digits", parse_repeated(64, "1", ""));
    REFUSED(DSC_ERROR_ARGUMENT, "an operator or the end", parse("x = 3"));
    REFUSED(DSC_ERROR_ARGUMENT, "character 5, at \"\xcf\x80\"", parse("x + \xcf\x80"));
    REFUSED(DSC_ERROR_ARGUMENT, "character 2, at \"\xff\"", parse("x\xff"));
    REFUSED(DSC_ERROR_ARGUMENT, "%n", parse("%n%s"));
    REFUSED(DSC_ERROR_ARGUMENT, "too deep", parse_repeated(DSC_FORMULA_DEPTH, "-", "x"));
    REFUSED(DSC_ERROR_ARGUMENT, "too deep", parse_repeated(DSC_FORMULA_DEPTH, "(", "x"));
    REFUSED(DSC_ERROR_ARGUMENT, "too deep", parse_repeated(DSC_FORMULA_DEPTH, "x^", "x"));
    REFUSED(DSC_ERROR_ARGUMENT, "too deep", parse_repeated(DSC_FORMULA_LENGTH, "(", ""));
    REFUSED(DSC_ERROR_ARGUMENT, "longer than 4096", parse_repeated(DSC_FORMULA_LENGTH + 1, " ", ""));
    ACCEPTED(parse_repeated(DSC_FORMULA_LENGTH / 2 - 1, "x ", "x"));
    ACCEPTED(parse_repeated(DSC_FORMULA_LENGTH / 2 - 1, "+x", "+x"));
    ACCEPTED(parse_repeated(DSC_FORMULA_DEPTH - 1, "-", "x"));
    HOLDS(place_of("x + sni(x)") == 4 && place_of("x^") == 2 && place_of(" x1x2 ") == 6);
    HOLDS(dsc_formula_variable_count(NULL) == 0 && dsc_formula_variable_count(formula("x2 + 1")) == 2);
    HOLDS(dsc_formula_function_at(dsc_formula_function_count()) == NULL &&
          dsc_formula_function_at(0) != NULL);
    HOLDS((dsc_formula_destroy(NULL), dsc_formula_destroy(formula("x")), true));
}

static dsc_status evaluate(const char *text, dsc_tensor *x) {
    return dsc_formula_evaluate(formula(text), x, w.made);
}

static dsc_status evaluate_vast(const char *text) {
    dsc_tensor *points = NULL;
    dsc_expand(w.number, 2, (size_t[]){WRAPS / 16, 2}, &points);
    return evaluate(text, points);
}

/* The longest that there can be, all of whose values wait. */
static dsc_status evaluate_deep(void) {
    char text[8 * DSC_FORMULA_DEPTH] = "x";
    for (int i = 1; i < DSC_FORMULA_DEPTH / 2; ++i)
        strcat(text, "+(x");
    for (int i = 1; i < DSC_FORMULA_DEPTH / 2; ++i)
        strcat(text, ")");
    return evaluate(text, w.doubles);
}

void formula_rows(void) {
    text_rows();
    REFUSED(DSC_ERROR_ARGUMENT, "formula is NULL", dsc_formula_evaluate(NULL, w.doubles, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "x is NULL", evaluate("x", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_formula_evaluate(formula("x"), w.doubles, NULL));
    REFUSED(DSC_ERROR_DTYPE, "x is int64", evaluate("x", w.whole));
    REFUSED(DSC_ERROR_DTYPE, "x is float16", evaluate("x", w.half));
    REFUSED(DSC_ERROR_SIZE, "4 variables", evaluate("x4", w.doubles));
    REFUSED(DSC_ERROR_SIZE, "1 variable along", evaluate("x", w.number));
    REFUSED(DSC_ERROR_SIZE, "0 variables", evaluate("3", w.number));
    REFUSED(DSC_ERROR_MEMORY, "", evaluate_vast("sin(x)"));
    REFUSED(DSC_ERROR_MEMORY, "", evaluate_vast("1"));
    ACCEPTED(evaluate("x3 + 2 y", w.real));
    ACCEPTED(evaluate("2", w.empty));
    ACCEPTED(evaluate("x", w.empty));
    ACCEPTED(evaluate_deep());
}

/* newton.h, glm.h */
#include "rows.h"

static dsc_status value(void *user, const double *x, double *value) {
    (void)user;
    *value = x[0] * x[0];
    return DSC_OK;
}

static dsc_status minimize(size_t n, dsc_newton_options options) {
    dsc_newton_problem problem = {.n = n, .value = value};
    return dsc_newton_minimize(NULL, &problem, &options, NULL, w.x, NULL);
}

static dsc_status bounded(double lower, double upper) {
    dsc_newton_problem problem = {.n = 1, .value = value, .lower = &lower, .upper = &upper};
    return dsc_newton_minimize(NULL, &problem, NULL, NULL, w.x, NULL);
}

static void minimize_rows(void) {
    dsc_newton_problem one = {.n = 1, .value = value}, none = {.n = 1};
    REFUSED(DSC_ERROR_ARGUMENT, "problem", dsc_newton_minimize(NULL, NULL, NULL, NULL, w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "value", dsc_newton_minimize(NULL, &none, NULL, NULL, w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_newton_minimize(NULL, &one, NULL, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "n is 0", minimize(0, (dsc_newton_options){0}));
    REFUSED(DSC_ERROR_SIZE, "n is 18446744073709551615", minimize(MOST, (dsc_newton_options){0}));
    REFUSED(DSC_ERROR_SIZE, "n is 30001", minimize(30001, (dsc_newton_options){0}));
    REFUSED(DSC_ERROR_OPTION, "method 7", minimize(1, (dsc_newton_options){.method = (dsc_newton_method)7}));
    REFUSED(DSC_ERROR_OPTION, "-1", minimize(1, (dsc_newton_options){.search = (dsc_newton_search)-1}));
    REFUSED(DSC_ERROR_OPTION, "nan", minimize(1, (dsc_newton_options){.gradient_tolerance = NAN}));
    REFUSED(DSC_ERROR_OPTION, "inf", minimize(1, (dsc_newton_options){.radius = INFINITY}));
    REFUSED(DSC_ERROR_OPTION, "max_iterations", minimize(1, (dsc_newton_options){.max_iterations = -1}));
    REFUSED(DSC_ERROR_OPTION, "max_evaluations",
            minimize(1, (dsc_newton_options){.max_evaluations = INT64_MIN}));
    REFUSED(DSC_ERROR_ARGUMENT, "bounds 2 and 1", bounded(2, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "bounds nan", bounded(NAN, 1));
}

static dsc_status evaluate(void *user, const double *x, double *residuals) {
    (void)user;
    *residuals = x[0];
    return DSC_OK;
}

static dsc_status least_squares(size_t residuals, size_t parameters, dsc_least_squares_options options) {
    dsc_least_squares problem = {.residuals = residuals, .parameters = parameters, .evaluate = evaluate};
    return dsc_least_squares_fit(NULL, &problem, &options, w.x, NULL, NULL);
}

static void least_squares_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "problem", dsc_least_squares_fit(NULL, NULL, NULL, w.x, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "0 parameters", least_squares(1, 0, (dsc_least_squares_options){0}));
    REFUSED(DSC_ERROR_SIZE, "1 residuals", least_squares(1, 2, (dsc_least_squares_options){0}));
    REFUSED(DSC_ERROR_SIZE, "LAPACK", least_squares(MOST, 1, (dsc_least_squares_options){0}));
    REFUSED(DSC_ERROR_SIZE, "LAPACK", least_squares(MOST, MOST, (dsc_least_squares_options){0}));
    REFUSED(DSC_ERROR_OPTION, "method 2",
            least_squares(1, 1, (dsc_least_squares_options){.method = (dsc_least_squares_method)2}));
    REFUSED(DSC_ERROR_OPTION, "nan", least_squares(1, 1, (dsc_least_squares_options){.radius = NAN}));
    REFUSED(DSC_ERROR_OPTION, "-1", least_squares(1, 1, (dsc_least_squares_options){.max_iterations = -1}));
}

static dsc_status fit(dsc_glm_family family, size_t samples, size_t features, size_t classes,
                      dsc_glm_options options) {
    dsc_glm problem = {.family = family,
                       .samples = samples,
                       .features = features,
                       .classes = classes,
                       .inputs = w.x,
                       .targets = w.y,
                       .intercept = true};
    return dsc_glm_fit(NULL, &problem, &options, NULL, NULL, w.out, NULL, NULL);
}

static void glm_rows(void) {
    const dsc_glm_options none = {0};
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_glm_fit(NULL, NULL, NULL, NULL, NULL, w.out, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551615", fit(DSC_GLM_LINEAR, 2, MOST, 0, none));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551615", fit(DSC_GLM_SOFTMAX, 2, MOST, 3, none));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551614", fit(DSC_GLM_LINEAR, 2, MOST - 1, 0, none));
    REFUSED(DSC_ERROR_SIZE, "18446744073709551615", fit(DSC_GLM_SOFTMAX, 2, 1, MOST, none));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", fit(DSC_GLM_LINEAR, MOST, 1, 0, none));
    REFUSED(DSC_ERROR_SIZE, "0 samples", fit(DSC_GLM_LINEAR, 0, 1, 0, none));
    REFUSED(DSC_ERROR_SIZE, "0 features", fit(DSC_GLM_LINEAR, 1, 0, 0, none));
    REFUSED(DSC_ERROR_SIZE, "1 classes", fit(DSC_GLM_SOFTMAX, 1, 1, 1, none));
    REFUSED(DSC_ERROR_ARGUMENT, "family 4", fit((dsc_glm_family)4, 1, 1, 0, none));
    REFUSED(DSC_ERROR_ARGUMENT, "target 1 is 2", fit(DSC_GLM_LOGISTIC, 2, 1, 0, none));
    REFUSED(DSC_ERROR_OPTION, "nan", fit(DSC_GLM_LINEAR, 2, 1, 0, (dsc_glm_options){.l2 = NAN}));
    REFUSED(DSC_ERROR_OPTION, "-1", fit(DSC_GLM_LINEAR, 2, 1, 0, (dsc_glm_options){.max_iterations = -1}));
    REFUSED(DSC_ERROR_OPTION, "nan", fit(DSC_GLM_LINEAR, 2, 1, 0, (dsc_glm_options){.input_rounding = NAN}));
    REFUSED(DSC_ERROR_OPTION, "1 must be in",
            fit(DSC_GLM_LINEAR, 2, 1, 0, (dsc_glm_options){.input_rounding = 1}));
}

static void tail_rows(void) {
    HOLDS(isnan(dsc_normal_tails(NAN)) && isnan(dsc_student_tails(NAN, 3)));
    HOLDS(isnan(dsc_student_tails(1, NAN)) && isnan(dsc_student_tails(1, 0)));
    HOLDS(isnan(dsc_student_tails(1, -1)) && isnan(dsc_student_tails(1, -INFINITY)));
    HOLDS(dsc_normal_tails(0) == 1 && dsc_normal_tails(-INFINITY) == 0 && dsc_normal_tails(1e308) == 0);
    HOLDS(dsc_student_tails(INFINITY, 1) == 0 && dsc_student_tails(-1e308, 1e25) == 0);
    HOLDS(dsc_student_tails(2e10, 7e19) == 0 && dsc_student_tails(1e10, 1e24) == 0);
    HOLDS(dsc_student_tails(1e308, 5e-324) == 1 && dsc_student_tails(0, 1e-3) <= 1);
    HOLDS(dsc_student_tails(1.5, INFINITY) == dsc_normal_tails(-1.5));
}

void newton_rows(void) {
    minimize_rows();
    least_squares_rows();
    glm_rows();
    tail_rows();
}

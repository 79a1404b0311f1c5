/* The minimum of Rosenbrock's function, from values and gradients: the Hessian is left to differences.
 *
 *     make install-library PREFIX=$HOME/.local && cd Examples/C
 *     cc newton.c -I$HOME/.local/include -L$HOME/.local/lib -Wl,-rpath,$HOME/.local/lib -ldescent && ./a.out
 */
#include <descent.h>
#include <stdio.h>

static dsc_status value(void *user, const double *x, double *value) {
    (void)user;
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    *value = a * a + 100 * b * b;
    return DSC_OK;
}

static dsc_status gradient(void *user, const double *x, double *gradient) {
    (void)user;
    double a = 1 - x[0], b = x[1] - x[0] * x[0];
    gradient[0] = -2 * a - 400 * b * x[0];
    gradient[1] = 200 * b;
    return DSC_OK;
}

int main(void) {
    dsc_newton_problem problem = {.n = 2, .value = value, .gradient = gradient};
    dsc_newton_result result;
    double x[2] = {-1.2, 1};
    dsc_status reason = dsc_newton_minimize(NULL, &problem, NULL, NULL, x, &result);
    if (reason < 0) {
        fprintf(stderr, "%s\n", dsc_last_error());
        return 1;
    }
    printf("%s: %g at (%g, %g) after %lld steps, condition %.0f\n", dsc_newton_reason(reason), result.value,
           x[0], x[1], (long long)result.iterations, result.condition);
    return 0;
}

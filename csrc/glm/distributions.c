/* Tails of the distributions that tests of coefficients are made with. */
#include <math.h>

#include "core/wide.h"
#include "descent/glm.h"

/* 2 / sqrt(pi), and 1 / sqrt(2) in two parts. */
static const double TWO_OVER_ROOT_PI = 1.1283791670955126;
static const double ROOT_HALF = 0.7071067811865476, ROOT_HALF_REST = -4.833646656726457e-17;

/* erfc is steep: what rounding of its argument took away is given back by the slope. */
double dsc_normal_tails(double z) {
    if (isnan(z))
        return z;
    const dsc_wide x = dsc_wide_product(fabs(z), ROOT_HALF);
    if (x.high > 40)
        return 0;
    const double rest = x.low + fabs(z) * ROOT_HALF_REST;
    return erfc(x.high) - TWO_OVER_ROOT_PI * exp(-x.high * x.high) * rest;
}

/* Gamma(a + 1/2) / Gamma(a): from a large enough for the series by x = a - 1/4 (Frame 1949) down to a. */
static double gamma_ratio(double a) {
    static const double series[] = {1.0 / 64, -19.0 / 8192, 631.0 / 524288, -174317.0 / 134217728,
                                    20491783.0 / 8589934592.0};
    double factor = 1;
    for (; a < 16; a += 1)
        factor *= a / (a + 0.5);
    const double x = a - 0.25, y = 1 / (x * x);
    double sum = 0;
    for (int k = 4; k >= 0; --k)
        sum = (sum + series[k]) * y;
    return factor * sqrt(x) * (1 + sum);
}

/* (1 + t^2 / n)^(-n / 2). Far out an exponent is as large as 745, so that what rounding took of t^2 / n
 * counts. */
static double decay(double t, double n) {
    const dsc_wide square = dsc_wide_product(t, t);
    const double u = square.high / n;
    if (u < 1e-4 && square.high > 1600)
        return 0;
    if (u < 1e-4) { /* e^(-t^2 / 2), and the rest of the logarithm */
        const double rest = u * (1.0 / 2 - u * (1.0 / 3 - u * (1.0 / 4 - u / 5)));
        return exp(-square.high / 2) * exp(square.high / 2 * rest - square.low / 2);
    }
    if (u > 1e16)
        return n < 1 ? pow(t, -n) * pow(n, n / 2) : pow(t / sqrt(n), -n);
    const dsc_wide base = dsc_wide_sum(1, u);
    const double rest = base.low + (fma(-u, n, square.high) + square.low) / n;
    const double power = pow(base.high, -n / 2);
    return power == 0 ? 0 : power * exp(-n / 2 * (rest / base.high));
}

/* log(cosh x + slope sinh x); complement: 1 - slope. */
static double log_growth(double x, double slope, double complement) {
    if (x > 1)
        return x + log1p(complement * expm1(-2 * x) / 2);
    const double half = sinh(x / 2);
    return log1p(2 * half * half + slope * sinh(x));
}

/* With t / sqrt(n) = sinh y the density is c cosh(y)^-n. So the tail is decay(t, n) times the integral over x
 * > 0 of (cosh x + tanh(y) sinh x)^-n, all of whose terms are positive: by the trapezoidal rule in k, x =
 * width e^(k - e^-k) (Takahasi and Mori 1974), whose error at this step is below 1e-20 for all n and t. */
double dsc_student_tails(double t, double degrees) {
    static const double STEP = 1.0 / 12, SMALLEST = 1e-19, FEWEST = 1e-18, NORMAL = 1e25;
    if (isnan(t) || !(degrees > 0))
        return NAN;
    if (degrees > NORMAL)
        return dsc_normal_tails(t);
    t = fabs(t);
    if (isinf(t) || degrees < FEWEST)
        return isinf(t) ? 0 : 1;
    const double s = t / sqrt(degrees), root = s < 1e8 ? sqrt(1 + s * s) : s;
    const double slope = s < 1e8 ? s / root : 1, complement = s < 1e8 ? 1 / (root * (root + s)) : 0;
    const double width = 1 / (degrees * slope + sqrt(degrees));
    double sum = 0;
    for (int direction = 1; direction >= -1; direction -= 2)
        for (double k = direction > 0 ? 0 : -STEP;; k += direction * STEP) {
            const double fall = exp(-k), x = width * exp(k - fall);
            const double term = exp(-degrees * log_growth(x, slope, complement)) * x * (1 + fall);
            if (!(term > SMALLEST * sum)) /* or no number, where x overflows */
                break;
            sum += term;
        }
    const double tails = TWO_OVER_ROOT_PI * gamma_ratio(degrees / 2) * decay(t, degrees) * (sum * STEP);
    return tails > 1 ? 1 : tails;
}

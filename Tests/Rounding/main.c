/* What must be rounded where it stands. Clang joins a product and a sum into one operation within an
 * expression only; GCC does across statements, and so could undo core/wide.h, which stands here beside
 * numbers of 128 bits in loops as the library has them, and PyTorch's order in ASGD. */
#include "core/wide.h"

#include <math.h>
#include <stdio.h>

#include "core/internal.h"
#include "descent.h"

#if defined(__x86_64__)
typedef __float128 real;
#else
typedef long double real;
#endif

enum { LANES = 16, TERMS = 1000 };

/* In (-1, 1), with all bits in use. */
static double next(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-52 - 1;
}

static double relative(real value, dsc_wide wide, real size) {
    return fabs((double)((value - wide.high - wide.low) / size));
}

/* high + low += a b */
DSC_MULTIVERSION
static void add_products(const double *a, const double *b, double *high, double *low) {
    for (size_t l = 0; l < LANES; ++l) {
        dsc_wide product = dsc_wide_product(a[l], b[l]);
        dsc_wide now = dsc_wide_sum(high[l], product.high);
        high[l] = now.high;
        low[l] += now.low + product.low;
    }
}

/* Of sums of products, in units of the sum of their absolute values. */
static double sum_error(void) {
    double high[LANES] = {0}, low[LANES] = {0}, a[LANES], b[LANES], worst = 0;
    real exact[LANES] = {0}, size[LANES] = {0};
    for (int i = 0; i < TERMS; ++i) {
        for (int l = 0; l < LANES; ++l) {
            a[l] = next();
            b[l] = next();
            exact[l] += (real)a[l] * b[l];
            size[l] += fabs(a[l] * b[l]);
        }
        add_products(a, b, high, low);
    }
    for (int l = 0; l < LANES; ++l)
        worst = fmax(worst, relative(exact[l], (dsc_wide){high[l], low[l]}, size[l]));
    return worst;
}

/* Of the operations on single numbers. */
static double operation_error(void) {
    double worst = 0;
    for (int i = 0; i < TERMS; ++i) {
        dsc_wide a = dsc_wide_sum(1 + fabs(next()), next() * 0x1p-53);
        dsc_wide b = dsc_wide_sum(1 + fabs(next()), next() * 0x1p-53);
        real x = (real)a.high + a.low, y = (real)b.high + b.low;
        dsc_wide root = dsc_wide_root(a), quotient = dsc_wide_divide(a, b);
        worst = fmax(worst, relative(x + y, dsc_wide_add(a, b), x));
        worst = fmax(worst, relative(x * y, dsc_wide_multiply(a, b), x));
        worst = fmax(worst, relative(x, dsc_wide_multiply(root, root), x));
        worst = fmax(worst, relative(x, dsc_wide_multiply(quotient, b), x));
    }
    return worst;
}

/* A step of ASGD to p (1 - lambd) - g, where g is the first term as it is rounded: 0, and -2^-36 if it is
 * not.
 */
static float asgd_rest(void) {
    dsc_optimizer *o = NULL;
    size_t length = TERMS;
    const dsc_option options[] = {{"lr", 1}, {"lambd", 0x1p-13}};
    float p[TERMS], g[TERMS], worst = 0;
    for (int i = 0; i < TERMS; ++i) {
        p[i] = 1 + 0x1p-23f;
        g[i] = 1 - 0x1p-13f + 0x1p-23f;
    }
    dsc_step step = {.parameters = p, .gradients = g};
    if (dsc_optimizer_create(DSC_FLOAT32, 1, &length, NULL, &o) != DSC_OK ||
        dsc_optimizer_add_group(o, "asgd", 1, NULL, 2, options, NULL) != DSC_OK ||
        dsc_optimizer_step(NULL, o, &step, NULL) != DSC_OK)
        return NAN;
    dsc_optimizer_destroy(o);
    for (int i = 0; i < TERMS; ++i)
        worst = fmaxf(worst, fabsf(p[i]));
    return worst;
}

int main(void) {
    double sums = sum_error(), operations = operation_error(), rest = (double)asgd_rest();
    printf("twice the precision: sums within %.0e, operations within %.0e; ASGD leaves %g\n", sums,
           operations, rest);
    return !(sums < 0x1p-98 && operations < 0x1p-98 && rest == 0);
}

/* For inclusion inside a template: the largest of numbers that stand together, which softmax and log-sum-exp
 * take away first. */
#include "core/real_math.h"

/* Starts from the first element, so a NaN there stays; one elsewhere reaches the sum of exponentials. */
DSC_MULTIVERSION
static DSC_REAL DSC_NAME(dsc_largest)(size_t n, const DSC_REAL *x) {
    DSC_REAL lanes[DSC_LANES], largest = x[0];
    size_t whole = n - n % DSC_LANES;
    for (size_t l = 0; l < DSC_LANES; ++l)
        lanes[l] = largest;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] = x[i + l] > lanes[l] ? x[i + l] : lanes[l];
    for (size_t l = 0; l < DSC_LANES; ++l)
        largest = lanes[l] > largest ? lanes[l] : largest;
    for (size_t i = whole; i < n; ++i)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

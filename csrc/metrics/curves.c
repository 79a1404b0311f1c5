#include <math.h>

#include "core/internal.h"
#include "descent/metrics.h"

dsc_status dsc_smooth(size_t n, double keep, const double *values, double *smoothed) {
    if (!(keep >= 0 && keep < 1))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: keep is %g, must be in [0, 1)", __func__, keep);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(values);
    DSC_CHECK_NOT_NULL(smoothed);
    double mean = 0, weight = 0;
    for (size_t i = 0; i < n; ++i) {
        mean = keep * mean + (1 - keep) * values[i];
        weight = keep * weight + (1 - keep);
        smoothed[i] = mean / weight;
    }
    return DSC_OK;
}

dsc_status dsc_geometric(size_t n, double first, double last, double *values) {
    if (!(first > 0 && isfinite(first)))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: first is %g, must be positive", __func__, first);
    if (!(last > 0 && isfinite(last)))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: last is %g, must be positive", __func__, last);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(values);
    for (size_t i = 0; i < n; ++i) {
        double share = n > 1 ? (double)i / (double)(n - 1) : 0;
        values[i] = i + 1 == n && n > 1 ? last : first * pow(last / first, share);
    }
    return DSC_OK;
}

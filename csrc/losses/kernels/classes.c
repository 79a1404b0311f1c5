#include "losses/kernels/classes.h"

double dsc_class_weight(const dsc_classes *over, size_t class) {
    if (over->weight == NULL)
        return 1;
    return dsc_load_real(over->dtype, over->weight, class);
}

dsc_status dsc_classes_check(const char *function, const dsc_classes *over, bool has_targets,
                             double *divisor) {
    if (dsc_dtype_size(over->dtype) == 0)
        return dsc_fail_dtype(function, over->dtype);
    DSC_TRY(dsc_check_reduction(over->reduction));
    if (over->classes == 0)
        return dsc_fail(DSC_ERROR_SIZE, "classes is 0, must be at least 1");
    if (dsc_product_overflows(over->samples, over->classes, over->dtype))
        return dsc_fail_product(function, "samples", over->samples, "classes", over->classes);
    if (dsc_product_overflows(over->samples, 1, DSC_FLOAT64)) /* of targets */
        return dsc_fail_count(function, "samples", over->samples);
    if (over->inner > 1 && over->samples % over->inner != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%zu samples are no multiple of inner, %zu", over->samples,
                        over->inner);
    *divisor = (double)over->samples;
    if (!has_targets && over->ignores && over->ignore_index >= 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "ignore_index is %lld: probabilities name no class to ignore",
                        (long long)over->ignore_index);
    if (!has_targets || over->samples == 0)
        return DSC_OK;
    if (over->targets == NULL)
        return dsc_fail_null(function, "targets");
    *divisor = 0;
    for (size_t i = 0; i < over->samples; ++i) {
        int64_t target = over->targets[i];
        if (!dsc_class_counts(over, target))
            continue;
        if (target < 0 || (uint64_t)target >= over->classes)
            return dsc_fail(DSC_ERROR_CLASS, "target %lld of sample %zu is outside the %zu classes",
                            (long long)target, i, over->classes);
        *divisor += dsc_class_weight(over, (size_t)target);
    }
    return DSC_OK;
}

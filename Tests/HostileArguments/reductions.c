/* operations.h: over dimensions */
#include "rows.h"

static const int64_t zero[] = {0}, two[] = {2}, twice[] = {1, -1};

/* What every operation over a set of dimensions refuses. */
#define SETS(name)                                                                                           \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, 1, zero, false, w.made));        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": dimensions is NULL", dsc_##name(w.real, 1, NULL, true, w.made));    \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, 1, zero, false, NULL));         \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is 2", dsc_##name(w.real, 1, two, false, w.made));            \
    REFUSED(DSC_ERROR_SIZE, "dimension 1 is named twice", dsc_##name(w.real, 2, twice, false, w.made));      \
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_##name(w.real, MOST, twice, false, w.made));                        \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, 1, zero, false, w.made));

/* With a number before the dimensions. */
#define NUMBERED(name, number)                                                                               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL",                                                   \
            dsc_##name(NULL, number, 1, zero, false, w.made));                                               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": dimensions is NULL",                                                \
            dsc_##name(w.real, number, 1, NULL, true, w.made));                                              \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, number, 1, zero, false, NULL)); \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is 2", dsc_##name(w.real, number, 1, two, false, w.made));    \
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_##name(w.real, number, 2, twice, false, w.made));                   \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, number, 1, zero, false, w.made));                  \
    REFUSED(DSC_ERROR_ARGUMENT, #name, dsc_##name(w.real, NAN, 1, zero, false, w.made));

/* Values and their places. */
#define EXTREME(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, 0, false, w.made, w.made + 1));  \
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_##name(w.real, 0, false, NULL, w.made + 1));                     \
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_##name(w.real, 0, false, w.made, NULL));                         \
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_##name(w.real, 2, false, w.made, w.made + 1));             \
    REFUSED(DSC_ERROR_SIZE, #name, dsc_##name(w.empty, 0, false, w.made, w.made + 1));                       \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, 0, false, w.made, w.made + 1));

#define PLACE(name)                                                                                          \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, zero, false, w.made));           \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, NULL, false, NULL));            \
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_##name(w.real, two, false, w.made));                       \
    REFUSED(DSC_ERROR_SIZE, #name, dsc_##name(w.empty, NULL, false, w.made));                                \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, zero, false, w.made));

#define SOFTMAX(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, 0, w.made));                     \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, 0, NULL));                      \
    REFUSED(DSC_ERROR_SIZE, #name ": dimension is -3", dsc_##name(w.real, -3, w.made));                      \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, 0, w.made));

#define CLASSIFY(name)                                                                                       \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.made));                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.truth, NULL));                        \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, w.made));

#define LOGICAL(name)                                                                                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.truth, w.made));               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 1 is NULL", dsc_##name(w.truth, NULL, w.made));               \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.truth, w.truth, NULL));               \
    REFUSED(DSC_ERROR_DTYPE, "must be bool", dsc_##name(w.truth, w.real, w.made));                           \
    REFUSED(DSC_ERROR_DTYPE, "must be bool", dsc_##name(w.whole, w.truth, w.made));

static dsc_status and_of_other_shape(void) {
    dsc_tensor *four = NULL;
    dsc_tensor_full(NULL, DSC_BOOL, 1, (size_t[]){4}, 1, &four);
    return dsc_logical_and(w.truth, four, w.made);
}

void reduction_rows(void) {
    SETS(sum)
    SETS(mean)
    SETS(logsumexp)
    SETS(amax)
    SETS(amin)
    SETS(any)
    SETS(all)
    NUMBERED(norm, 2)
    NUMBERED(var, 1)
    NUMBERED(std, 1)
    EXTREME(max)
    EXTREME(min)
    PLACE(argmax)
    PLACE(argmin)
    SOFTMAX(softmax)
    SOFTMAX(log_softmax)
    CLASSIFY(is_nan)
    CLASSIFY(is_finite)
    CLASSIFY(logical_not)
    LOGICAL(logical_and)
    LOGICAL(logical_or)
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_mean(w.whole, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_logsumexp(w.whole, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "amax", dsc_amax(w.empty, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "amin", dsc_amin(w.empty, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "norm", dsc_norm(w.empty, INFINITY, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "norm", dsc_norm(w.empty, -1, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "inf", dsc_var(w.real, INFINITY, 0, NULL, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "broadcast", and_of_other_shape());
    ACCEPTED(dsc_sum(w.number, 1, zero, true, w.made));
    ACCEPTED(dsc_mean(w.empty, 0, NULL, false, w.made));
}

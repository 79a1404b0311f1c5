#ifdef DSC_REAL

#include "core/sigmoid.h"

/* Each works on row r, gives its loss in double, and writes job->scale times the gradients that are wanted.
 */

static double DSC_NAME(weight_of)(const dsc_row_loss *loss, size_t c) {
    return loss->weight == NULL ? 1 : (double)((const DSC_REAL *)loss->weight)[c];
}

static double DSC_NAME(multi_margin)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns, target = (size_t)loss->targets[r];
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n;
    DSC_REAL *dx = job->dx == NULL ? NULL : (DSC_REAL *)job->dx + r * n;
    double weight = DSC_NAME(weight_of)(loss, target) / (double)n, sum = 0, total = 0;
    for (size_t i = 0; i < n; ++i) {
        double z = loss->margin - (double)x[target] + (double)x[i], slope = 0;
        if (i != target && !(z <= 0)) { /* NaN counts */
            sum += loss->p == 1 ? z : z * z;
            slope = loss->p == 1 ? 1 : 2 * z;
        }
        total += slope;
        if (dx != NULL)
            dx[i] = (DSC_REAL)(job->scale * weight * slope);
    }
    if (dx != NULL)
        dx[target] = (DSC_REAL)(-job->scale * weight * total);
    return weight * sum;
}

static bool DSC_NAME(is_target)(const int64_t *targets, size_t n, size_t class) {
    for (size_t j = 0; j < n && targets[j] >= 0; ++j)
        if ((size_t)targets[j] == class)
            return true;
    return false;
}

static double DSC_NAME(multilabel_margin)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n;
    const int64_t *targets = loss->targets + r * n;
    DSC_REAL *dx = job->dx == NULL ? NULL : (DSC_REAL *)job->dx + r * n;
    DSC_WIDE sum = 0;
    for (size_t i = 0; dx != NULL && i < n; ++i)
        dx[i] = 0;
    for (size_t i = 0; i < n; ++i) {
        if (DSC_NAME(is_target)(targets, n, i))
            continue;
        for (size_t j = 0; j < n && targets[j] >= 0; ++j) {
            double z = 1 - (double)x[targets[j]] + (double)x[i];
            if (z <= 0)
                continue;
            sum += z;
            if (dx != NULL) {
                DSC_REAL step = (DSC_REAL)(job->scale / (double)n);
                dx[i] += step;
                dx[targets[j]] -= step;
            }
        }
    }
    return sum / (double)n;
}

static double DSC_NAME(multilabel_soft_margin)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n, *y = (const DSC_REAL *)loss->y + r * n;
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; ++i) {
        DSC_NAME(dsc_logit) l = DSC_NAME(dsc_logit_of)(x[i]);
        double label = (double)y[i], weight = DSC_NAME(weight_of)(loss, i) / (double)n;
        double missed_no = (double)l.above + (double)l.tail, missed_yes = (double)l.below + (double)l.tail;
        sum += weight * ((1 - label) * missed_no + label * missed_yes);
        if (job->dx != NULL)
            ((DSC_REAL *)job->dx)[r * n + i] =
                (DSC_REAL)(job->scale * weight * ((1 - label) * (double)l.yes - label * (double)l.no));
        if (job->dy != NULL)
            ((DSC_REAL *)job->dy)[r * n + i] = (DSC_REAL)(-job->scale * weight * (double)x[i]);
    }
    return sum;
}

static double DSC_NAME(cosine_embedding)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n, *y = (const DSC_REAL *)loss->y + r * n;
    /* PyTorch's own, a float32 constant, against vectors of 0 */
    DSC_WIDE product = 0, xx = (double)1e-12f, yy = (double)1e-12f,
             label = (double)((const DSC_REAL *)loss->z)[r];
    for (size_t i = 0; i < n; ++i) {
        product += (DSC_WIDE)x[i] * (DSC_WIDE)y[i];
        xx += (DSC_WIDE)x[i] * (DSC_WIDE)x[i];
        yy += (DSC_WIDE)y[i] * (DSC_WIDE)y[i];
    }
    double length = sqrt(xx * yy), cosine = product / length, value = 0, slope = 0;
    if (label == 1) {
        value = 1 - cosine;
        slope = -1;
    } else if (label == -1 && !(cosine < loss->margin)) {
        value = cosine - loss->margin;
        slope = 1;
    }
    slope *= job->scale;
    for (size_t i = 0; i < n; ++i) {
        if (job->dx != NULL)
            ((DSC_REAL *)job->dx)[r * n + i] =
                (DSC_REAL)(slope * ((double)y[i] / length - cosine * (double)x[i] / xx));
        if (job->dy != NULL)
            ((DSC_REAL *)job->dy)[r * n + i] =
                (DSC_REAL)(slope * ((double)x[i] / length - cosine * (double)y[i] / yy));
    }
    return value;
}

/* a - b + eps in the tensors' own type: what is equal there is equal here. */
static double DSC_NAME(difference)(const dsc_row_loss *loss, DSC_REAL a, DSC_REAL b) {
    return (double)(DSC_REAL)((DSC_REAL)(a - b) + (DSC_REAL)loss->eps);
}

static double DSC_NAME(distance)(const dsc_row_loss *loss, const DSC_REAL *a, const DSC_REAL *b) {
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < loss->columns; ++i) {
        double d = fabs(DSC_NAME(difference)(loss, a[i], b[i]));
        if (isinf(loss->p))
            sum = d > sum || isnan(d) ? d : sum;
        else
            sum += loss->p == 2 ? d * d : loss->p == 1 ? d : pow(d, loss->p);
    }
    return isinf(loss->p) ? sum : loss->p == 2 ? sqrt(sum) : loss->p == 1 ? sum : pow(sum, 1 / loss->p);
}

/* Adds factor times the derivatives of D(a, b) by a and b; either may be NULL. */
static void DSC_NAME(add_distance)(const dsc_row_loss *loss, const DSC_REAL *a, const DSC_REAL *b,
                                   double distance, double factor, DSC_REAL *da, DSC_REAL *db) {
    size_t ties = 0;
    for (size_t i = 0; isinf(loss->p) && i < loss->columns; ++i)
        ties += fabs(DSC_NAME(difference)(loss, a[i], b[i])) == distance;
    for (size_t i = 0; i < loss->columns; ++i) {
        double d = DSC_NAME(difference)(loss, a[i], b[i]), size = fabs(d), slope;
        if (size == 0)
            slope = 0; /* for p < 1 too, where the norm has no derivative */
        else if (isinf(loss->p))
            slope = size == distance ? 1 / (double)ties : 0; /* shared, as in PyTorch */
        else if (loss->p == 1)
            slope = 1;
        else
            slope = loss->p == 2 ? size / distance : pow(size / distance, loss->p - 1);
        slope = factor * (d < 0 ? -slope : slope);
        if (da != NULL)
            da[i] += (DSC_REAL)slope;
        if (db != NULL)
            db[i] -= (DSC_REAL)slope;
    }
}

static double DSC_NAME(triplet_margin)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n, *y = (const DSC_REAL *)loss->y + r * n;
    const DSC_REAL *z = (const DSC_REAL *)loss->z + r * n;
    DSC_REAL *outs[3] = {job->dx, job->dy, job->dz};
    for (size_t k = 0; k < 3; ++k)
        if (outs[k] != NULL) {
            outs[k] += r * n;
            memset(outs[k], 0, n * sizeof *outs[k]);
        }
    double near = DSC_NAME(distance)(loss, x, y), far = DSC_NAME(distance)(loss, x, z);
    double other = loss->swap ? DSC_NAME(distance)(loss, y, z) : far;
    /* A tie is shared, as in torch.minimum. */
    double share = !loss->swap ? 1 : far < other ? 1 : far == other ? 0.5 : 0;
    double value = loss->margin + near - (share == 0 ? other : far);
    if (value < 0 || isnan(value)) /* no slope at NaN, as PyTorch's clamp */
        return value < 0 ? 0 : value;
    DSC_NAME(add_distance)(loss, x, y, near, job->scale, outs[0], outs[1]);
    if (share > 0)
        DSC_NAME(add_distance)(loss, x, z, far, -share * job->scale, outs[0], outs[2]);
    if (share < 1)
        DSC_NAME(add_distance)(loss, y, z, other, (share - 1) * job->scale, outs[1], outs[2]);
    return value;
}

static double DSC_NAME(dice)(const row_job *job, size_t r) {
    const dsc_row_loss *loss = job->loss;
    size_t n = loss->columns;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + r * n, *y = (const DSC_REAL *)loss->y + r * n;
    DSC_WIDE common = 0, whole = 0;
    for (size_t i = 0; i < n; ++i) {
        common += (DSC_WIDE)x[i] * (DSC_WIDE)y[i];
        whole += (DSC_WIDE)x[i] + (DSC_WIDE)y[i];
    }
    double top = 2 * common + loss->eps, bottom = whole + loss->eps;
    for (size_t i = 0; i < n; ++i) {
        if (job->dx != NULL)
            ((DSC_REAL *)job->dx)[r * n + i] =
                (DSC_REAL)(job->scale * (top / bottom - 2 * (double)y[i]) / bottom);
        if (job->dy != NULL)
            ((DSC_REAL *)job->dy)[r * n + i] =
                (DSC_REAL)(job->scale * (top / bottom - 2 * (double)x[i]) / bottom);
    }
    return 1 - top / bottom;
}

static double (*const DSC_NAME(kinds)[])(const row_job *job, size_t r) = {
    [DSC_ROW_MULTI_MARGIN] = DSC_NAME(multi_margin),
    [DSC_ROW_MULTILABEL_MARGIN] = DSC_NAME(multilabel_margin),
    [DSC_ROW_MULTILABEL_SOFT_MARGIN] = DSC_NAME(multilabel_soft_margin),
    [DSC_ROW_COSINE_EMBEDDING] = DSC_NAME(cosine_embedding),
    [DSC_ROW_TRIPLET_MARGIN] = DSC_NAME(triplet_margin),
    [DSC_ROW_DICE] = DSC_NAME(dice),
};

static double DSC_NAME(rows)(const row_job *job, size_t start, size_t count) {
    DSC_WIDE sum = 0;
    for (size_t r = start; r < start + count; ++r) {
        double value = DSC_NAME(kinds)[job->loss->kind](job, r);
        if (job->values != NULL)
            ((DSC_REAL *)job->values)[r] = (DSC_REAL)value;
        sum += value;
    }
    return sum;
}

#else

#include <math.h>
#include <string.h>

#include "core/partials.h"

typedef struct row_job {
    const dsc_row_loss *loss;
    size_t tile;
    double scale;
    void *values, *dx, *dy, *dz;
    double partials[DSC_MOST_PARTIALS];
} row_job;

#define DSC_TEMPLATE "losses/kernels/rows.c"
#include "core/instantiate.h"

static void row_tile(void *argument, size_t index) {
    row_job *job = argument;
    size_t start = index * job->tile, count = dsc_min_size(job->tile, job->loss->rows - start);
    job->partials[index] = DSC_CALL(job->loss->dtype, rows, job, start, count);
}

static dsc_status check_targets(const dsc_row_loss *loss) {
    bool is_list = loss->kind == DSC_ROW_MULTILABEL_MARGIN;
    size_t width = is_list ? loss->columns : 1;
    for (size_t i = 0; i < loss->rows * width; ++i) {
        int64_t target = loss->targets[i];
        if (target < (is_list ? -1 : 0) || (target >= 0 && (uint64_t)target >= loss->columns))
            return dsc_fail(DSC_ERROR_CLASS, "target %lld of sample %zu is outside the %zu classes",
                            (long long)target, i / width, loss->columns);
    }
    return DSC_OK;
}

static dsc_status refuse(const char *name, double value, const char *wanted) {
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s is %s, must be %s", name, dsc_digits(DSC_FLOAT64, value).text,
                    wanted);
}

static dsc_status check_parameters(const dsc_row_loss *loss) {
    switch (loss->kind) {
    case DSC_ROW_MULTI_MARGIN:
        if (loss->p != 1 && loss->p != 2)
            return refuse("p", loss->p, "1 or 2");
        return isnan(loss->margin) ? refuse("margin", loss->margin, "a number") : DSC_OK;
    case DSC_ROW_COSINE_EMBEDDING:
        return isnan(loss->margin) ? refuse("margin", loss->margin, "a number") : DSC_OK;
    case DSC_ROW_TRIPLET_MARGIN:
        if (!(loss->margin > 0))
            return refuse("margin", loss->margin, "> 0");
        if (!(loss->p > 0))
            return refuse("p", loss->p, "> 0");
        return isnan(loss->eps) ? refuse("eps", loss->eps, "a number") : DSC_OK;
    case DSC_ROW_DICE:
        return loss->eps >= 0 && isfinite(loss->eps) ? DSC_OK : refuse("eps", loss->eps, ">= 0 and finite");
    default:
        return DSC_OK;
    }
}

static dsc_status check(const dsc_row_loss *loss) {
    DSC_CHECK_DTYPE(loss->dtype);
    DSC_TRY(dsc_check_reduction(loss->reduction));
    if ((unsigned)loss->kind > DSC_ROW_DICE)
        return dsc_fail(DSC_ERROR_ARGUMENT, "unknown loss of rows %d", (int)loss->kind);
    if (loss->columns == 0)
        return dsc_fail(DSC_ERROR_SIZE, "columns is 0, must be at least 1");
    DSC_CHECK_PRODUCT(loss->rows, loss->columns, DSC_FLOAT64); /* as many targets */
    bool has_targets = loss->kind == DSC_ROW_MULTI_MARGIN || loss->kind == DSC_ROW_MULTILABEL_MARGIN;
    bool has_z = loss->kind == DSC_ROW_COSINE_EMBEDDING || loss->kind == DSC_ROW_TRIPLET_MARGIN;
    DSC_TRY(check_parameters(loss));
    if (loss->rows == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(loss->x);
    if (!has_targets)
        DSC_CHECK_NOT_NULL(loss->y);
    if (has_z)
        DSC_CHECK_NOT_NULL(loss->z);
    if (!has_targets)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(loss->targets);
    return check_targets(loss);
}

dsc_status dsc_row_loss_run(const dsc_context *context, const dsc_row_loss *loss, void *value, void *dx,
                            void *dy, void *dz) {
    DSC_CHECK_NOT_NULL(loss);
    DSC_TRY(check(loss));
    bool none = loss->reduction == DSC_REDUCTION_NONE;
    row_job job = {.loss = loss,
                   .tile = dsc_rows_per_tile(loss->rows, loss->columns),
                   .scale = dsc_reduction_scale(loss->reduction, (double)loss->rows),
                   .values = none ? value : NULL,
                   .dx = dx,
                   .dy = dy,
                   .dz = dz};
    size_t tiles = dsc_ceil_div(loss->rows, job.tile);
    dsc_parallel_for(context, tiles, row_tile, &job);
    dsc_store_reduced(loss->dtype, loss->reduction, dsc_sum_partials(tiles, job.partials), (double)loss->rows,
                      value);
    return DSC_OK;
}

#endif

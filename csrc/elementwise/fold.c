#ifdef DSC_REAL

#include "core/real_math.h"

/* A loop for every function but the sum, which core/sums.h has: a choice within one would not vectorise. */
#define EVERY_FOLD(LOOP)                                                                                     \
    switch (fold) {                                                                                          \
    case DSC_FOLD_SUM:                                                                                       \
        break;                                                                                               \
    case DSC_FOLD_COUNT:                                                                                     \
        LOOP(x != 0 ? 1.0 : 0.0);                                                                            \
        break;                                                                                               \
    case DSC_FOLD_ABS:                                                                                       \
        LOOP(fabs(x));                                                                                       \
        break;                                                                                               \
    case DSC_FOLD_SQUARE:                                                                                    \
        LOOP((x - center) * (x - center));                                                                   \
        break;                                                                                               \
    case DSC_FOLD_POWER:                                                                                     \
        LOOP(pow(fabs(x), power));                                                                           \
        break;                                                                                               \
    }

DSC_MULTIVERSION
static double DSC_NAME(fold_piece)(dsc_fold fold, double power, double center, size_t n,
                                   const DSC_REAL *numbers) {
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
#define ROW(function)                                                                                        \
    for (size_t i = 0; i < whole; i += DSC_LANES)                                                            \
        for (size_t l = 0; l < DSC_LANES; ++l) {                                                             \
            double x = (double)numbers[i + l];                                                               \
            lanes[l] += (function);                                                                          \
        }                                                                                                    \
    for (size_t l = 0; l < DSC_LANES; ++l)                                                                   \
        sum += lanes[l];                                                                                     \
    for (size_t i = whole; i < n; ++i) {                                                                     \
        double x = (double)numbers[i];                                                                       \
        sum += (function);                                                                                   \
    }
    EVERY_FOLD(ROW)
#undef ROW
    return sum;
}

static double DSC_NAME(fold_row)(dsc_fold fold, double power, double center, size_t n,
                                 const DSC_REAL *numbers) {
    enum { PART = DSC_PIECE * DSC_LANES };
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; i += PART)
        sum += DSC_NAME(fold_piece)(fold, power, center, dsc_min_size(PART, n - i), numbers + i);
    return sum;
}

DSC_MULTIVERSION
static void DSC_NAME(fold_rows)(dsc_fold fold, double power, const double *centers, size_t rows,
                                size_t stride, size_t columns, const DSC_REAL *numbers, double *sums) {
#define COLUMN(function)                                                                                     \
    for (; j + DSC_ROWS <= rows; j += DSC_ROWS)                                                              \
        for (size_t i = 0; i < columns; ++i) {                                                               \
            double center = centers[i], sum = sums[i];                                                       \
            (void)center;                                                                                    \
            for (size_t k = 0; k < DSC_ROWS; ++k) {                                                          \
                double x = (double)numbers[(j + k) * stride + i];                                            \
                sum += (function);                                                                           \
            }                                                                                                \
            sums[i] = sum;                                                                                   \
        }                                                                                                    \
    for (; j < rows; ++j)                                                                                    \
        for (size_t i = 0; i < columns; ++i) {                                                               \
            double x = (double)numbers[j * stride + i], center = centers[i];                                 \
            (void)center;                                                                                    \
            sums[i] += (function);                                                                           \
        }
    size_t j = 0;
    EVERY_FOLD(COLUMN)
#undef COLUMN
}
#undef EVERY_FOLD

static void DSC_NAME(fold_columns)(dsc_fold fold, double power, const double *centers, size_t n,
                                   size_t stride, size_t columns, const DSC_REAL *numbers, double *out) {
    double zeros[DSC_FOLD_COLUMNS] = {0};
    for (size_t i = 0; i < columns; ++i)
        out[i] = 0;
    for (size_t start = 0; start < n; start += DSC_PIECE) {
        double piece[DSC_FOLD_COLUMNS] = {0};
        DSC_NAME(fold_rows)
        (fold, power, centers == NULL ? zeros : centers, dsc_min_size(DSC_PIECE, n - start), stride, columns,
         numbers + start * stride, piece);
        for (size_t i = 0; i < columns; ++i)
            out[i] += piece[i];
    }
}

#else

#include "elementwise/fold.h"

#include "core/partials.h"
#include "core/sums.h"

#define DSC_TEMPLATE "elementwise/fold.c"
#include "core/instantiate.h"

typedef struct fold_job {
    dsc_dtype dtype;
    dsc_fold fold;
    double power;
    size_t outer, n, inner, tile;
    const char *x;
    const double *centers;
    double *out;
} fold_job;

double dsc_fold_row(dsc_dtype dtype, dsc_fold fold, double power, double center, size_t n, const void *x) {
    if (fold == DSC_FOLD_SUM)
        return dsc_sums_of_row(dtype, n, x);
    return DSC_CALL(dtype, fold_row, fold, power, center, n, x);
}

void dsc_fold_columns(dsc_dtype dtype, dsc_fold fold, double power, const double *centers, size_t rows,
                      size_t stride, size_t columns, const void *x, double *out) {
    if (fold == DSC_FOLD_SUM)
        dsc_sums_of_columns(dtype, rows, stride, columns, x, out);
    else
        DSC_CALL(dtype, fold_columns, fold, power, centers, rows, stride, columns, x, out);
}

static double row(const fold_job *job, size_t at, size_t n, double center) {
    return dsc_fold_row(job->dtype, job->fold, job->power, center, n, job->x + at * dsc_size_of(job->dtype));
}

static void whole_tile(void *argument, size_t index) {
    const fold_job *job = argument;
    size_t at = index * job->tile;
    job->out[index] =
        row(job, at, dsc_min_size(job->tile, job->n - at), job->centers == NULL ? 0 : job->centers[0]);
}

static void rows_tile(void *argument, size_t index) {
    const fold_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->outer);
    for (size_t o = index * job->tile; o < end; ++o)
        job->out[o] = row(job, o * job->n, job->n, job->centers == NULL ? 0 : job->centers[o]);
}

static void columns_tile(void *argument, size_t index) {
    const fold_job *job = argument;
    size_t blocks = dsc_ceil_div(job->inner, DSC_FOLD_COLUMNS), outer = index / blocks;
    size_t column = index % blocks * DSC_FOLD_COLUMNS;
    size_t from = outer * job->n * job->inner + column, to = outer * job->inner + column;
    dsc_fold_columns(job->dtype, job->fold, job->power, job->centers == NULL ? NULL : job->centers + to,
                     job->n, job->inner, dsc_min_size(DSC_FOLD_COLUMNS, job->inner - column),
                     job->x + from * dsc_size_of(job->dtype), job->out + to);
}

void dsc_fold_run(const dsc_context *context, dsc_dtype dtype, dsc_fold fold, double power, size_t outer,
                  size_t n, size_t inner, const void *x, const double *centers, double *out) {
    fold_job job = {dtype, fold, power, outer, n, inner, 0, x, centers, out};
    if (outer == 0 || inner == 0)
        return;
    if (outer == 1 && inner == 1) {
        double partials[DSC_MOST_PARTIALS];
        job.out = partials;
        job.tile = dsc_rows_per_tile(n, 1);
        size_t tiles = dsc_ceil_div(n, job.tile);
        dsc_parallel_for(context, tiles, whole_tile, &job);
        *out = dsc_sum_partials(tiles, partials);
    } else if (inner == 1) {
        job.tile = dsc_rows_per_tile(outer, n);
        dsc_parallel_for(context, dsc_ceil_div(outer, job.tile), rows_tile, &job);
    } else {
        dsc_parallel_work(context, (double)outer * (double)n * (double)inner,
                          outer * dsc_ceil_div(inner, DSC_FOLD_COLUMNS), columns_tile, &job);
    }
}

#endif

/* Tensors with something around them. */
#include "operations/pad.h"

#include "operations/indices.h"

#include <string.h>

static const char *const mode_names[] = {"constant", "reflect", "replicate", "circular"};

/* How much is added before and after each dimension; negative: taken away. */
typedef struct margins {
    int64_t before[DSC_MAX_RANK], after[DSC_MAX_RANK];
    size_t shape[DSC_MAX_RANK]; /* the result's */
} margins;

/* What has to be there for a mode to take numbers from. */
static dsc_status check_source(size_t rank, const size_t *shape, size_t d, int64_t before, int64_t after,
                               dsc_padding mode) {
    int64_t extent = (int64_t)shape[d], most = before > after ? before : after;
    if (most <= 0 || mode == DSC_PAD_CONSTANT)
        return DSC_OK;
    int64_t cut = (before < 0 ? -before : 0) + (after < 0 ? -after : 0);
    int64_t limit = mode == DSC_PAD_REFLECT    ? extent - 1
                    : mode == DSC_PAD_CIRCULAR ? extent - cut
                    : extent > 0               ? INT64_MAX
                                               : 0;
    if (most <= limit)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "pad: %lld numbers of padding for dimension %zu of shape %s, %s: at most %lld",
                    (long long)most, d, dsc_shape_text(rank, shape).text, mode_names[mode],
                    (long long)(limit < 0 ? 0 : limit));
}

static dsc_status plan(size_t rank, const size_t *shape, size_t count, const int64_t *amounts,
                       dsc_padding mode, margins *m) {
    if ((unsigned)mode > DSC_PAD_CIRCULAR)
        return dsc_fail(DSC_ERROR_ARGUMENT, "pad: unknown mode %d", (int)mode);
    if (count > rank)
        return dsc_fail(DSC_ERROR_SIZE, "pad: %zu dimensions to pad, shape %s has %zu", count,
                        dsc_shape_text(rank, shape).text, rank);
    if (count > 0 && amounts == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "pad: amounts is NULL");
    *m = (margins){0};
    memcpy(m->shape, shape, rank * sizeof *shape);
    for (size_t i = 0; i < count; ++i) {
        size_t d = rank - 1 - i;
        int64_t before = amounts[2 * i], after = amounts[2 * i + 1], extent;
        if (__builtin_add_overflow((int64_t)shape[d], before, &extent) ||
            __builtin_add_overflow(extent, after, &extent))
            return dsc_fail(DSC_ERROR_OVERFLOW, "pad: %lld and %lld numbers of padding are too many",
                            (long long)before, (long long)after);
        if (extent < 0 || before < -(int64_t)shape[d] || after < -(int64_t)shape[d])
            return dsc_fail(DSC_ERROR_SIZE,
                            "pad: padding of %lld and %lld takes more than dimension %zu of shape %s has",
                            (long long)before, (long long)after, d, dsc_shape_text(rank, shape).text);
        DSC_TRY(check_source(rank, shape, d, before, after, mode));
        m->before[d] = before;
        m->after[d] = after;
        m->shape[d] = (size_t)extent;
    }
    return DSC_OK;
}

dsc_status dsc_pad_shape(size_t rank, const size_t *shape, size_t count, const int64_t *amounts,
                         dsc_padding mode, size_t *padded) {
    margins m;
    DSC_TRY(plan(rank, shape, count, amounts, mode, &m));
    memcpy(padded, m.shape, rank * sizeof *padded);
    return DSC_OK;
}

typedef struct pad_job {
    const dsc_tensor *x; /* contiguous */
    const margins *around;
    size_t size, rows, n, tile;
    const char *blank; /* a row of padding */
    char *out;
} pad_job;

/* The row of x that stands at an index of the result, or SIZE_MAX: padding. */
static size_t row_inside(const pad_job *job, const size_t *index) {
    size_t from = 0;
    for (size_t d = 0; d + 1 < job->x->rank; ++d) {
        int64_t place = (int64_t)index[d] - job->around->before[d];
        if (place < 0 || place >= (int64_t)job->x->shape[d])
            return SIZE_MAX;
        from = from * job->x->shape[d] + (size_t)place;
    }
    return from;
}

static void next_row(const pad_job *job, size_t *index) {
    for (size_t d = job->x->rank - 1u; d-- > 0; index[d] = 0)
        if (++index[d] < job->around->shape[d])
            return;
}

static void pad_tile(void *argument, size_t tile) {
    const pad_job *job = argument;
    size_t last = job->x->rank - 1u, extent = job->x->shape[last], size = job->size;
    int64_t before = job->around->before[last];
    size_t left = before > 0 ? (size_t)before : 0, cut = before < 0 ? (size_t)-before : 0;
    size_t kept = extent - cut;
    if (job->around->after[last] < 0)
        kept = dsc_max_size(kept, (size_t)-job->around->after[last]) - (size_t)-job->around->after[last];
    size_t end = dsc_min_size((tile + 1) * job->tile, job->rows);
    size_t index[DSC_MAX_RANK] = {0}, rest = tile * job->tile;
    for (size_t d = last; d-- > 0; rest /= job->around->shape[d])
        index[d] = rest % job->around->shape[d];
    for (size_t row = tile * job->tile; row < end; ++row, next_row(job, index)) {
        char *out = job->out + row * job->n * size;
        size_t from = row_inside(job, index);
        if (from == SIZE_MAX || kept == 0) {
            memcpy(out, job->blank, job->n * size);
            continue;
        }
        memcpy(out, job->blank, left * size);
        memcpy(out + left * size, (const char *)dsc_data(job->x) + (from * extent + cut) * size, kept * size);
        memcpy(out + (left + kept) * size, job->blank, (job->n - left - kept) * size);
    }
}

/* made, which has numbers, = x with the number around it. */
static dsc_status surround(dsc_tensor *x, const margins *m, double value, dsc_tensor *made) {
    size_t rank = x->rank, n = made->shape[rank - 1];
    dsc_tensor *dense, *blank = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_tensor_full(dsc_context_of(x), x->dtype, 1, &n, value, &blank);
    if (status == DSC_OK) {
        pad_job job = {.x = dense,
                       .around = m,
                       .size = dsc_dtype_size(x->dtype),
                       .rows = made->count / n,
                       .n = n,
                       .tile = dsc_ceil_div(DSC_TILE, n),
                       .blank = dsc_data(blank),
                       .out = dsc_data(made)};
        dsc_parallel_work(dsc_context_of(x), (double)made->count, dsc_ceil_div(job.rows, job.tile), pad_tile,
                          &job);
    }
    dsc_tensor_release(dense);
    dsc_tensor_release(blank);
    return status;
}

static dsc_status pad_with(dsc_tensor *x, const margins *m, double value, dsc_tensor **result) {
    DSC_BEGIN(pad, x);
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(x), x->dtype, x->rank, m->shape, &made));
    dsc_status status = x->rank == 0      ? dsc_convert_into(x, made)
                        : made->count > 0 ? surround(x, m, value, made)
                                          : DSC_OK;
    dsc_options options = {.rank = x->rank};
    for (size_t d = 0; d < x->rank; ++d) {
        options.sizes[d] = (size_t)m->before[d];
        options.steps[d] = (size_t)m->after[d];
    }
    return DSC_END(status, made, .options = &options);
}

/* Padding is taken away again, and what was taken away is padded with zeros. */
void dsc_pull_back_pad(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    int64_t amounts[2 * DSC_MAX_RANK];
    for (size_t d = 0; d < o->rank; ++d) {
        amounts[2 * (o->rank - 1 - d)] = -(int64_t)o->sizes[d];
        amounts[2 * (o->rank - 1 - d) + 1] = -(int64_t)o->steps[d];
    }
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_pad(p->upstream, o->rank, amounts, DSC_PAD_CONSTANT, 0, &made)));
}

/* Which number of a dimension stands at `at` of the padded one. */
static int64_t source_of(int64_t at, int64_t extent, int64_t before, int64_t after, dsc_padding mode) {
    int64_t place = at - before;
    if (mode == DSC_PAD_REFLECT)
        return place < 0 ? -place : place >= extent ? 2 * (extent - 1) - place : place;
    if (mode == DSC_PAD_REPLICATE)
        return place < 0 ? 0 : place >= extent ? extent - 1 : place;
    int64_t first = before < 0 ? -before : 0, end = after < 0 ? extent + after : extent;
    return place < first ? place + (end - first) : place >= end ? place - (end - first) : place;
}

/* One dimension: a choice of its indices. */
static dsc_status pad_dimension(dsc_tensor *x, size_t d, const margins *m, dsc_padding mode,
                                dsc_tensor **result) {
    dsc_tensor *index;
    DSC_TRY(dsc_make(dsc_context_of(x), DSC_INT64, 1, &m->shape[d], &index));
    for (size_t i = 0; i < m->shape[d]; ++i)
        ((int64_t *)dsc_data(index))[i] =
            source_of((int64_t)i, (int64_t)x->shape[d], m->before[d], m->after[d], mode);
    dsc_status status = dsc_index_select(x, (int64_t)d, index, result);
    dsc_tensor_release(index);
    return status;
}

dsc_status dsc_pad(dsc_tensor *x, size_t count, const int64_t *amounts, dsc_padding mode, double value,
                   dsc_tensor **result) {
    DSC_BEGIN(pad, x);
    (void)operation;
    (void)input_count;
    margins m;
    DSC_TRY(plan(x->rank, x->shape, count, amounts, mode, &m));
    DSC_TRY(dsc_check_shape("pad", x->dtype, x->rank, m.shape));
    if (mode == DSC_PAD_CONSTANT)
        return pad_with(x, &m, value, result);
    dsc_tensor *made = dsc_tensor_retain(x), *wider;
    dsc_status status = DSC_OK;
    bool is_changed = false;
    for (size_t d = 0; status == DSC_OK && d < x->rank; ++d) {
        if (m.before[d] == 0 && m.after[d] == 0)
            continue;
        is_changed = true;
        status = pad_dimension(made, d, &m, mode, &wider);
        if (status == DSC_OK) {
            dsc_tensor_release(made);
            made = wider;
        }
    }
    if (status == DSC_OK && !is_changed)
        status = dsc_clone(x, result);
    else if (status == DSC_OK)
        *result = dsc_tensor_retain(made);
    dsc_tensor_release(made);
    return status;
}

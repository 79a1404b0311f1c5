/* Tensors with something around them. */
#include "operations/indices.h"

#include <string.h>

static const char *const mode_names[] = {"constant", "reflect", "replicate", "circular"};

/* How much is added before and after each dimension; negative: taken away. */
typedef struct margins {
    int64_t before[DSC_MAX_RANK], after[DSC_MAX_RANK];
    size_t shape[DSC_MAX_RANK]; /* the result's */
} margins;

/* What has to be there for a mode to take numbers from. */
static dsc_status check_source(const dsc_tensor *x, size_t d, int64_t before, int64_t after,
                               dsc_padding mode) {
    int64_t extent = (int64_t)x->shape[d], most = before > after ? before : after;
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
                    (long long)most, d, dsc_shape_text(x->rank, x->shape).text, mode_names[mode],
                    (long long)(limit < 0 ? 0 : limit));
}

static dsc_status plan(const dsc_tensor *x, size_t count, const int64_t *amounts, dsc_padding mode,
                       margins *m) {
    if ((unsigned)mode > DSC_PAD_CIRCULAR)
        return dsc_fail(DSC_ERROR_ARGUMENT, "pad: unknown mode %d", (int)mode);
    if (count > x->rank)
        return dsc_fail(DSC_ERROR_SIZE, "pad: %zu dimensions to pad, shape %s has %d", count,
                        dsc_shape_text(x->rank, x->shape).text, x->rank);
    if (count > 0 && amounts == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "pad: amounts is NULL");
    *m = (margins){0};
    memcpy(m->shape, x->shape, sizeof m->shape);
    for (size_t i = 0; i < count; ++i) {
        size_t d = x->rank - 1 - i;
        int64_t before = amounts[2 * i], after = amounts[2 * i + 1], extent;
        if (__builtin_add_overflow((int64_t)x->shape[d], before, &extent) ||
            __builtin_add_overflow(extent, after, &extent))
            return dsc_fail(DSC_ERROR_OVERFLOW, "pad: %lld and %lld numbers of padding are too many",
                            (long long)before, (long long)after);
        if (extent < 0 || before < -(int64_t)x->shape[d] || after < -(int64_t)x->shape[d])
            return dsc_fail(DSC_ERROR_SIZE,
                            "pad: padding of %lld and %lld takes more than dimension %zu of shape %s has",
                            (long long)before, (long long)after, d, dsc_shape_text(x->rank, x->shape).text);
        DSC_TRY(check_source(x, d, before, after, mode));
        m->before[d] = before;
        m->after[d] = after;
        m->shape[d] = (size_t)extent;
    }
    return dsc_check_shape("pad", x->dtype, x->rank, m->shape);
}

/* made = the number everywhere. */
static dsc_status fill(dsc_tensor *made, double value) {
    dsc_tensor *number, *repeated = NULL;
    DSC_TRY(dsc_tensor_full(dsc_context_of(made), made->dtype, 0, NULL, value, &number));
    dsc_status status = dsc_broadcast_view("pad", number, made->rank, made->shape, &repeated);
    if (status == DSC_OK)
        status = dsc_convert_into(repeated, made);
    dsc_tensor_release(number);
    dsc_tensor_release(repeated);
    return status;
}

/* What of x stays, copied to where it stays. */
static dsc_status copy_inside(const dsc_tensor *x, const margins *m, dsc_tensor *made) {
    size_t shape[DSC_MAX_RANK], from = x->offset, to = made->offset, count = 1;
    for (size_t d = 0; d < x->rank; ++d) {
        size_t cut = (size_t)(m->before[d] < 0 ? -m->before[d] : 0);
        size_t cut_after = (size_t)(m->after[d] < 0 ? -m->after[d] : 0);
        shape[d] = cut + cut_after >= x->shape[d] ? 0 : x->shape[d] - cut - cut_after;
        from += cut * x->strides[d];
        to += (m->before[d] > 0 ? (size_t)m->before[d] : 0) * made->strides[d];
        count *= shape[d];
    }
    if (count == 0)
        return DSC_OK;
    dsc_tensor *kept, *place = NULL;
    DSC_TRY(dsc_view_of(x, x->rank, shape, x->strides, from, &kept));
    dsc_status status = dsc_view_of(made, x->rank, shape, made->strides, to, &place);
    if (status == DSC_OK)
        status = dsc_convert_into(kept, place);
    dsc_tensor_release(kept);
    dsc_tensor_release(place);
    return status;
}

static dsc_status pad_with(dsc_tensor *x, const margins *m, double value, dsc_tensor **result) {
    DSC_BEGIN(pad, x);
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(x), x->dtype, x->rank, m->shape, &made));
    dsc_status status = made->count == 0 ? DSC_OK : fill(made, value);
    if (status == DSC_OK && made->count > 0)
        status = copy_inside(x, m, made);
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
    DSC_TRY(plan(x, count, amounts, mode, &m));
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

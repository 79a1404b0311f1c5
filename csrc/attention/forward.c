#ifdef DSC_REAL

#include "core/vectors.h"

#include "attention/scores.h"

/* Passes NaN by: it reaches the sum of exponentials. */
static DSC_REAL DSC_NAME(largest_of)(size_t n, const DSC_REAL *x) {
    DSC_REAL lanes[DSC_LANES], largest = -(DSC_REAL)INFINITY;
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

/* x = e^(x - shift); the sum, of a block's few numbers. */
static double DSC_NAME(exp_row)(size_t n, DSC_REAL shift, DSC_REAL *x) {
    DSC_REAL lanes[DSC_LANES] = {0};
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; ++i)
        x[i] = DSC_NAME(dsc_exp)(x[i] - shift);
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] += x[i + l];
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += (DSC_WIDE)lanes[l];
    for (size_t i = whole; i < n; ++i)
        sum += (DSC_WIDE)x[i];
    return sum;
}

static void DSC_NAME(scale_row)(size_t n, DSC_REAL factor, DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        x[i] *= factor;
}

/* One query's scores become exponentials, and what it has so far is put on their scale. largest: -infinity
 * before the first block. */
static void DSC_NAME(weigh_row)(const dsc_attention_call *c, size_t row, size_t key, size_t n, bool is_first,
                                DSC_REAL *scores, DSC_REAL *largest, double *sum, DSC_REAL *out) {
    DSC_REAL before = *largest, now = DSC_NAME(largest_of)(n, scores);
    now = now > before ? now : before;
    /* Where all is -infinity so far, e^(x - 0) is 0 as it should be. */
    DSC_REAL shift = now == -(DSC_REAL)INFINITY ? 0 : now;
    double more = DSC_NAME(exp_row)(n, shift, scores);
    if (is_first) {
        *sum = more;
    } else {
        DSC_REAL fade = DSC_NAME(dsc_exp)(before - shift);
        *sum = *sum * (double)fade + more;
        if (fade != 1)
            DSC_NAME(scale_row)(c->value_width, fade, out);
    }
    *largest = now;
    if (c->dropout > 0) {
        DSC_REAL factors[DSC_ATTENTION_KEYS];
        dsc_attention_keep(c, row, key, n, factors);
        for (size_t j = 0; j < n; ++j)
            scores[j] *= factors[j];
    }
}

/* What the sums are when all keys were seen. */
static void DSC_NAME(finish_row)(const dsc_attention_call *c, DSC_REAL *largest, DSC_REAL *inverse,
                                 double sum, DSC_REAL *out) {
    *inverse = sum == 0 ? 0 : (DSC_REAL)(1 / sum);
    *largest = *largest == -(DSC_REAL)INFINITY ? 0 : *largest;
    DSC_NAME(scale_row)(c->value_width, *inverse, out);
}

static void DSC_NAME(forward)(const dsc_attention_call *c, const dsc_attention_part *part,
                              DSC_REAL *workspace) {
    const DSC_NAME(head) h = DSC_NAME(head_at)(c, part->head);
    const size_t value_row = DSC_BLOCK_PADDED(c->value_width), first = part->first_query;
    double *sums = (double *)(void *)workspace;
    DSC_REAL *scores = (DSC_REAL *)(void *)(sums + dsc_attention_padded(part->end_query - first));
    DSC_REAL *turned = scores + DSC_ATTENTION_QUERIES * DSC_ATTENTION_ROW;
    DSC_REAL *values = turned + DSC_ATTENTION_KEYS * c->width;
    for (size_t i = first; i < part->end_query; ++i) {
        h.largest[i] = -(DSC_REAL)INFINITY;
        sums[i - first] = 0;
        if (c->keys == 0)
            memset(h.out + i * c->out.row, 0, c->value_width * sizeof *h.out);
    }
    for (size_t key = 0; key < c->keys; key += DSC_ATTENTION_KEYS) {
        const size_t n = dsc_min_size(DSC_ATTENTION_KEYS, c->keys - key);
        if (DSC_NAME(is_masked)(c, first, part->end_query - first, key))
            break;
        DSC_NAME(turn)(n, c->width, h.k + key * c->k.row, c->k.row, turned, DSC_BLOCK_PADDED(n));
        DSC_NAME(gather_rows)(n, c->value_width, h.v + key * c->v.row, c->v.row, values, value_row);
        for (size_t i = first; i < part->end_query; i += DSC_ATTENTION_QUERIES) {
            const size_t rows = dsc_min_size(DSC_ATTENTION_QUERIES, part->end_query - i);
            if (DSC_NAME(is_masked)(c, i, rows, key))
                continue;
            DSC_NAME(score)(c, &h, i, rows, key, n, turned, scores);
            for (size_t j = 0; j < rows; ++j)
                DSC_NAME(weigh_row)
            (c, part->head * c->queries + i + j, key, n, key == 0, scores + j * DSC_ATTENTION_ROW,
             h.largest + i + j, sums + (i - first) + j, h.out + (i + j) * c->out.row);
            DSC_NAME(block_product)
            (rows, c->value_width, n, scores, DSC_ATTENTION_ROW, 1, values, value_row, key > 0,
             h.out + i * c->out.row, c->out.row);
        }
    }
    for (size_t i = first; i < part->end_query; ++i)
        DSC_NAME(finish_row)(c, h.largest + i, h.inverse + i, sums[i - first], h.out + i * c->out.row);
}

#include "core/vectors_end.h"

#else

#include <math.h>
#include <string.h>

#include "attention/attention.h"

#define DSC_TEMPLATE "attention/forward.c"
#include "core/instantiate_versions.h"

void dsc_attention_forward_part(const dsc_attention_call *call, const dsc_attention_part *part,
                                void *workspace) {
    DSC_CALL_VERSION(call->dtype, forward, call, part, workspace);
}

#endif

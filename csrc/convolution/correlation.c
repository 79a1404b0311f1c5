#ifdef DSC_REAL

#include "core/vectors.h"

#include "convolution/blocks.h"

/* Rows are shared out evenly: block i of the rows begins here. */
static inline size_t DSC_NAME(row_of)(size_t rows, size_t block) {
    return block * rows / dsc_ceil_div(rows, TALL);
}

/* The weights of a group as the blocks read them: for each block of rows, product by product. */
static void DSC_NAME(pack)(const dsc_correlation *c, size_t group) {
    const size_t k = c->from_channels * c->taps, rows = c->to_channels;
    const DSC_REAL *w = (const DSC_REAL *)c->w + group * c->w_group;
    DSC_REAL *to = (DSC_REAL *)c->weights + group * rows * k;
    for (size_t b = 0; b < dsc_ceil_div(rows, TALL); ++b) {
        const size_t first = DSC_NAME(row_of)(rows, b), end = DSC_NAME(row_of)(rows, b + 1);
        for (size_t from = 0; from < c->from_channels; ++from)
            for (size_t t = 0; t < c->taps; ++t)
                for (size_t row = first; row < end; ++row)
                    *to++ = w[row * c->w_to + from * c->w_from + c->tap[t]];
    }
}

/* The products of a piece for rows [low, high]. Those with the zeros above and below an image are left
 * out, if that is so for all of the rows. */
static DSC_NAME(some) DSC_NAME(inside)(const dsc_correlation *c, size_t k, size_t low, size_t high) {
    const dsc_line *l = &c->lines[1];
    const int64_t first = (int64_t)(low * l->step), last = (int64_t)(high * l->step);
    const int64_t extent = (int64_t)l->extent, one = l->base[0], other = l->base[l->taps - 1];
    DSC_NAME(some) all = {.end = k, .period = k, .count = k};
    if (k % c->taps != 0 ||
        (first + (one < other ? one : other) >= 0 && last + (one < other ? other : one) < extent))
        return all;
    size_t from = 0, to = l->taps;
    while (from < to && (last + l->base[from] < 0 || first + l->base[from] >= extent))
        ++from;
    while (from < to && (last + l->base[to - 1] < 0 || first + l->base[to - 1] >= extent))
        --to;
    const size_t row = c->lines[2].taps;
    return (DSC_NAME(some)){
        .end = k, .period = l->taps * row, .first = from * row, .count = (to - from) * row};
}

/* A piece of the products, for all positions of a box. */
static void DSC_NAME(run_piece)(const dsc_correlation *c, const size_t *at, const size_t *extents,
                                size_t band, size_t first, size_t k, const size_t *offsets,
                                const DSC_REAL *weights, const DSC_REAL *bias, const DSC_REAL *staged,
                                DSC_REAL *to) {
    const dsc_line *l = c->lines;
    const size_t whole = c->from_channels * c->taps, rows = c->to_channels;
    const size_t blocks = dsc_ceil_div(rows, TALL), across = dsc_ceil_div(extents[2], WIDTH);
    const size_t vectors = extents[0] * extents[1] * across;
    DSC_NAME(ending)
    e = {.row = c->to_plane,
         .step = l[2].to_step,
         .adds = first > 0,
         .relu = c->activation == DSC_ACTIVATION_RELU && first + k == whole};
    /* Where rows are written one behind another, what is too much of a vector is written over by the next
     * row. */
    const bool in_order = !e.adds && e.step == 1 && l[1].to_step == 1 && extents[2] == l[2].to_extent;
    size_t d = 0, h = 0, v = 0;
    for (size_t i = 0; i < vectors;) {
        const size_t count = dsc_min_size(ACROSS(rows), vectors - i);
        const DSC_REAL *b[MOST_ACROSS];
        DSC_NAME(target) t[MOST_ACROSS];
        size_t low = h, high = h;
        e.is_plain = !e.adds && !e.relu && e.step == 1;
        for (size_t j = 0; j < count; ++j) {
            const size_t w = v * WIDTH;
            const size_t row = ((at[0] + d) * l[0].to_step + l[0].first) * l[1].to_extent +
                               (at[1] + h) * l[1].to_step + l[1].first;
            b[j] = staged + (d * l[1].staged + h) * l[2].pitch + w;
            t[j].to = to + row * l[2].to_extent + (at[2] + w) * l[2].to_step + l[2].first;
            const size_t left = in_order ? (extents[1] - h) * extents[2] - w : extents[2] - w;
            t[j].count = dsc_min_size(WIDTH, left);
            e.is_plain &= t[j].count == WIDTH;
            low = dsc_min_size(low, h);
            high = dsc_max_size(high, h);
            if (++v == across) {
                v = 0;
                if (++h == extents[1]) {
                    h = 0;
                    ++d;
                }
            }
        }
        const DSC_NAME(some) some = DSC_NAME(inside)(c, k, at[1] + low, at[1] + high);
        for (size_t m = band * blocks / c->bands; m < (band + 1) * blocks / c->bands; ++m) {
            const size_t row = DSC_NAME(row_of)(rows, m), tall = DSC_NAME(row_of)(rows, m + 1) - row;
            DSC_NAME(target) block[MOST_ACROSS];
            for (size_t j = 0; j < count; ++j)
                block[j] = (DSC_NAME(target)){t[j].to + row * c->to_plane, t[j].count};
            e.bias = bias == NULL || first > 0 ? NULL : bias + row;
            DSC_NAME(any_block)
            (tall, count, &some, offsets, weights + row * whole + first * tall, b, &e, block);
        }
        i += count;
    }
}

/* Other activations than ReLU's comparison, while the box's results are in cache: rows, planes and channels
 * that lie one behind another at once. Only the convolution itself has one: positions are side by side. */
static void DSC_NAME(activate_box)(const dsc_correlation *c, size_t band, const size_t *at,
                                   const size_t *extents, DSC_REAL *to) {
    const dsc_line *l = c->lines;
    const size_t blocks = dsc_ceil_div(c->to_channels, TALL);
    const size_t first = DSC_NAME(row_of)(c->to_channels, band * blocks / c->bands);
    const size_t end = DSC_NAME(row_of)(c->to_channels, (band + 1) * blocks / c->bands);
    const size_t counts[] = {end - first, extents[0], extents[1], extents[2]};
    const size_t apart[] = {c->to_plane, l[1].to_extent * l[2].to_extent, l[2].to_extent};
    size_t run = counts[3], inner = 3;
    while (inner > 0 && run == apart[inner - 1])
        run *= counts[--inner];
    size_t runs = 1;
    for (size_t i = 0; i < inner; ++i)
        runs *= counts[i];
    to += first * c->to_plane + (at[0] * l[1].to_extent + at[1]) * l[2].to_extent + at[2];
    for (size_t r = 0; r < runs; ++r) {
        size_t place = 0, rest = r;
        for (size_t i = inner; i-- > 0; rest /= counts[i])
            place += rest % counts[i] * apart[i];
        dsc_activate(c->dtype, c->activation, run, to + place);
    }
}

/* A group of an image, in a box. */
static void DSC_NAME(run_box)(const dsc_correlation *c, size_t unit, size_t band, const size_t *at,
                              const size_t *extents, DSC_REAL *staged) {
    const size_t group = unit % c->groups, taps = c->taps;
    const DSC_REAL *from = (const DSC_REAL *)c->from + unit * c->from_channels * c->from_plane;
    const DSC_REAL *weights = (const DSC_REAL *)c->weights + group * c->to_channels * c->from_channels * taps;
    const DSC_REAL *bias = c->bias == NULL ? NULL : (const DSC_REAL *)c->bias + group * c->to_channels;
    DSC_REAL *to = (DSC_REAL *)c->to + unit * c->to_channels * c->to_plane;
    /* The last vector reaches beyond a channel: not where too little comes behind it. */
    const size_t behind = (c->batch * c->groups - unit - 1) * c->from_channels * c->from_plane;
    const bool in_place = c->in_place && behind >= WIDTH - 1;
    for (size_t channel = 0; channel < c->from_channels; channel += c->channels) {
        const size_t channels = dsc_min_size(c->channels, c->from_channels - channel);
        const DSC_REAL *x = from + channel * c->from_plane;
        if (!in_place) {
            dsc_stage(c->dtype, c->lines, at, channels, x, c->plane, staged);
            x = staged;
        }
        for (size_t i = 0; i < channels * taps; i += c->piece)
            DSC_NAME(run_piece)
        (c, at, extents, band, channel * taps + i, dsc_min_size(c->piece, channels * taps - i),
         c->offsets + i, weights, bias, x, to);
    }
    if (c->activation > DSC_ACTIVATION_RELU)
        DSC_NAME(activate_box)(c, band, at, extents, to);
}

#undef TALL
#undef ACROSS
#include "core/vectors_end.h"

#else

#include "convolution/correlation.h"

#include <string.h>

#include "convolution/stage.h"
#include "elementwise/activate.h"

/* Vectors of positions side by side. */
enum { MOST_ACROSS = 4 };

#define DSC_TEMPLATE "convolution/correlation.c"
#include "core/instantiate_versions.h"

/* What a tile should be: products enough to be worth taking, positions enough for the weights to be read
 * from the second cache; what it stages should be in there too. */
enum { MOST_PRODUCTS = 4 << 20, FEW_PRODUCTS = 1 << 18, FEWEST_POSITIONS = 256, WIDEST = 1024 };
enum { STAGED_BYTES = 192 << 10 };
/* Lines of the first cache that a piece's vectors may take, for two vectors side by side (blocks of few rows
 * have four, and few products); and products that are added up one after another. */
enum { PIECE_ROWS = 160, LONGEST_PIECE = 512 };

dsc_status dsc_correlation_begin(const dsc_context *context, dsc_correlation *c, const dsc_conv_axis *axes) {
    *c = (dsc_correlation){.taps = 1};
    size_t words = 0;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        words += dsc_line_words(axes[i].kernel);
    DSC_TRY(dsc_scratch_take(context, words * sizeof(uint64_t), &c->arrays));
    uint64_t *at = c->arrays.memory;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i) {
        dsc_line_place(&c->lines[i], axes[i].kernel, at);
        at += dsc_line_words(axes[i].kernel);
    }
    return DSC_OK;
}

double dsc_correlation_work(const dsc_correlation *c) {
    double work = (double)c->batch * (double)c->groups * (double)c->to_channels * (double)c->from_channels;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        work *= (double)c->lines[i].count * (double)c->lines[i].taps;
    return work;
}

/* Positions at once: rows of the last dimension first, whole ones where they are not long. */
static void cut(dsc_correlation *c) {
    const double products = (double)c->to_channels * (double)c->from_channels * (double)c->taps;
    size_t wanted = FEWEST_POSITIONS;
    if (products * FEWEST_POSITIONS < MOST_PRODUCTS)
        wanted = dsc_min_size((size_t)(MOST_PRODUCTS / products), 4 * WIDEST);
    for (size_t i = DSC_CONV_AXES; i-- > 0;) {
        dsc_line *l = &c->lines[i];
        size_t most = i == DSC_CONV_AXES - 1 ? dsc_min_size(wanted, WIDEST) : wanted;
        size_t box = dsc_ceil_div(l->count, dsc_ceil_div(l->count, dsc_max_size(most, 1)));
        if (i == DSC_CONV_AXES - 1 && box < l->count)
            box = dsc_ceil_div(box, 32) * 32;
        dsc_line_cut(l, box);
        wanted /= box;
    }
}

/* Channels that stand an even number of cache lines apart are staged all the same: they would share a few
 * sets of the first cache. */
static bool is_in_place(const dsc_correlation *c) {
    return dsc_lines_are_whole(c->lines) && c->from_plane * dsc_size_of(c->dtype) % 128 != 0;
}

/* How much is staged, and added up, at once. */
static void cut_channels(dsc_correlation *c) {
    const size_t size = dsc_size_of(c->dtype);
    c->in_place = is_in_place(c);
    c->plane = c->in_place ? c->from_plane : dsc_staged_plane(dsc_staged_numbers(c->lines));
    c->channels = dsc_even_share(c->from_channels, dsc_max_size(STAGED_BYTES / size / c->plane, 1));
    const dsc_line *l = c->lines;
    const size_t rows = l[0].taps * l[1].taps * (l[2].segments + l[2].taps * size / 64);
    const size_t channels = dsc_min_size(PIECE_ROWS / rows, LONGEST_PIECE / c->taps);
    c->piece = channels > 0 ? dsc_even_share(c->channels, channels) * c->taps
                            : dsc_even_share(c->taps, LONGEST_PIECE);
}

/* Few tiles for many threads: the result's channels are shared out too, by 32 at least. */
static void share_out(dsc_correlation *c) {
    const size_t units = c->batch * c->groups,
                 boxes = c->lines[0].boxes * c->lines[1].boxes * c->lines[2].boxes;
    const double products = dsc_correlation_work(c) / (double)dsc_max_size(units * boxes, 1);
    c->units =
        products >= FEW_PRODUCTS ? 1 : dsc_min_size((size_t)(FEW_PRODUCTS / (products + 1)) + 1, units);
    c->bands = 1;
    while (units * boxes * c->bands < 16 && c->to_channels / (2 * c->bands) >= 32 &&
           products > 4 * FEW_PRODUCTS * (double)c->bands)
        c->bands *= 2;
    c->tiles = c->units == 0 ? 0 : dsc_ceil_div(units, c->units) * boxes * c->bands;
}

static void list_taps(dsc_correlation *c, const dsc_conv_axis *axes) {
    const dsc_line *l = c->lines;
    size_t *tap = c->tap;
    for (size_t d = 0; d < l[0].taps; ++d)
        for (size_t h = 0; h < l[1].taps; ++h)
            for (size_t w = 0; w < l[2].taps; ++w)
                *tap++ = (l[0].tap[d] * axes[1].kernel + l[1].tap[h]) * axes[2].kernel + l[2].tap[w];
    dsc_stage_offsets(l, c->channels, c->plane, c->offsets);
}

static void pack_group(void *argument, size_t group) {
    const dsc_correlation *c = argument;
    DSC_CALL_VERSION(c->dtype, pack, c, group);
}

dsc_status dsc_correlation_prepare(const dsc_context *context, dsc_correlation *c,
                                   const dsc_conv_axis *axes) {
    const dsc_line *l = c->lines;
    c->taps = l[0].taps * l[1].taps * l[2].taps;
    c->from_plane = l[0].extent * l[1].extent * l[2].extent;
    c->to_plane = l[0].to_extent * l[1].to_extent * l[2].to_extent;
    if (l[0].count * l[1].count * l[2].count * c->batch == 0)
        return DSC_OK;
    cut(c);
    cut_channels(c);
    share_out(c);
    const size_t weights = c->groups * c->to_channels * c->from_channels * c->taps * dsc_size_of(c->dtype);
    const size_t aligned = dsc_ceil_div(weights, 64) * 64;
    DSC_TRY(dsc_scratch_take(context, aligned + (c->channels + 1) * c->taps * sizeof(size_t), &c->tables));
    c->weights = c->tables.memory;
    c->tap = (size_t *)((char *)c->tables.memory + aligned);
    c->offsets = c->tap + c->taps;
    list_taps(c, axes);
    dsc_parallel_work(context, (double)weights, c->groups, pack_group, c);
    return DSC_OK;
}

void dsc_correlation_finish(dsc_correlation *c) {
    dsc_scratch_give(&c->arrays);
    dsc_scratch_give(&c->tables);
}

size_t dsc_correlation_staged_bytes(const dsc_correlation *c) {
    /* A vector more: the last one may reach beyond. */
    return c->tiles == 0 ? 0 : c->channels * c->plane * dsc_size_of(c->dtype) + 64;
}

/* What is staged nowhere is read all the same, for lanes that are not written: denormal numbers that happen
 * to be there would make the products many times slower. */
static void clear_gaps(const dsc_correlation *c, char *staged) {
    const size_t size = dsc_size_of(c->dtype), numbers = dsc_staged_numbers(c->lines);
    for (size_t i = 0; numbers < c->plane && i < c->channels; ++i)
        memset(staged + (i * c->plane + numbers) * size, 0, (c->plane - numbers) * size);
    memset(staged + c->channels * c->plane * size, 0, 64);
}

void dsc_correlation_run_tile(const dsc_correlation *c, size_t tile, void *staged) {
    const dsc_line *l = c->lines;
    size_t at[DSC_CONV_AXES], extents[DSC_CONV_AXES];
    const size_t band = tile % c->bands;
    tile /= c->bands;
    for (size_t i = DSC_CONV_AXES; i-- > 0; tile /= l[i].boxes) {
        at[i] = tile % l[i].boxes * l[i].box;
        extents[i] = dsc_min_size(l[i].box, l[i].count - at[i]);
    }
    const size_t first = tile * c->units, end = dsc_min_size(first + c->units, c->batch * c->groups);
    clear_gaps(c, staged);
    for (size_t unit = first; unit < end; ++unit)
        DSC_CALL_VERSION(c->dtype, run_box, c, unit, band, at, extents, staged);
}

#endif

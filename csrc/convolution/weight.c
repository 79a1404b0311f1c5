#ifdef DSC_REAL

#include "convolution/vectors.h"

/* Of a tile: what it has staged, and where its sums go. */
typedef struct DSC_NAME(tile) {
    size_t images, rows_d, rows_h, width; /* of the positions staged */
    size_t x_image, y_image, y_channel;   /* between images and channels in what is staged */
    size_t height, row;                   /* between x's rows */
    size_t pitch;
    DSC_NAME(mask) rest; /* the lanes of a row's last vector */
} DSC_NAME(tile);

/* For `rows` channels of dy and `taps` taps: their sums, lane by lane, are added to `sums`. x's lanes behind
 * the end of a row are set to 0: dy's are, but x may have a NaN there. */
__attribute__((always_inline)) static inline void
DSC_NAME(dots)(const size_t rows, const size_t taps, const DSC_NAME(tile) * t, const size_t *offsets,
               const DSC_REAL *dy, const DSC_REAL *x, DSC_REAL *wide, size_t ldw) {
    DSC_NAME(vector) sums[3][9] = {{{0}}};
    const size_t whole = t->width - t->width % WIDTH;
    for (size_t n = 0; n < t->images; ++n)
        for (size_t d = 0; d < t->rows_d; ++d)
            for (size_t h = 0; h < t->rows_h; ++h) {
                const DSC_REAL *left = dy + n * t->y_image + (d * t->rows_h + h) * t->pitch;
                const DSC_REAL *right = x + n * t->x_image + (d * t->height + h) * t->row;
                for (size_t i = 0; i < whole; i += WIDTH) {
                    DSC_NAME(vector) y[3];
                    for (size_t j = 0; j < rows; ++j)
                        y[j] = LOAD(left + j * t->y_channel + i);
                    for (size_t l = 0; l < taps; ++l) {
                        const DSC_NAME(vector) v = LOAD(right + offsets[l] + i);
                        for (size_t j = 0; j < rows; ++j)
                            sums[j][l] += y[j] * v;
                    }
                }
                if (whole < t->width)
                    for (size_t l = 0; l < taps; ++l) {
                        const DSC_NAME(vector) v =
                            (DSC_NAME(vector))((DSC_NAME(mask))LOAD(right + offsets[l] + whole) & t->rest);
                        for (size_t j = 0; j < rows; ++j)
                            sums[j][l] += LOAD(left + j * t->y_channel + whole) * v;
                    }
            }
    for (size_t j = 0; j < rows; ++j)
        for (size_t l = 0; l < taps; ++l)
            AT(wide + j * ldw + l * WIDTH) = LOAD(wide + j * ldw + l * WIDTH) + sums[j][l];
}

#define DOTS(r, n)                                                                                           \
    case n:                                                                                                  \
        DSC_NAME(dots)(r, n, t, offsets, dy, x, wide, ldw);                                                  \
        break;

static void DSC_NAME(any_dots)(size_t rows, size_t taps, const DSC_NAME(tile) * t, const size_t *offsets,
                               const DSC_REAL *dy, const DSC_REAL *x, DSC_REAL *wide, size_t ldw) {
    if (rows == 1)
        switch (taps) {
            DOTS(1, 1) DOTS(1, 2) DOTS(1, 3) DOTS(1, 4) DOTS(1, 5) DOTS(1, 6) DOTS(1, 7) DOTS(1, 8) DOTS(1, 9)
        }
    else if (rows == 2)
        switch (taps) { DOTS(2, 1) DOTS(2, 2) DOTS(2, 3) DOTS(2, 4) DOTS(2, 5) DOTS(2, 6) }
    else
        switch (taps) { DOTS(3, 1) DOTS(3, 2) DOTS(3, 3) DOTS(3, 4) }
}

#undef DOTS

/* All pairs of the tile's channels of dy and taps, shared out evenly. */
static void DSC_NAME(add_products)(const DSC_NAME(tile) * t, size_t channels, size_t taps,
                                   const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x,
                                   DSC_REAL *wide) {
    static const size_t most_taps[] = {0, 9, 6, 4};
    const size_t down = dsc_ceil_div(channels, 3);
    for (size_t b = 0; b < down; ++b) {
        const size_t row = b * channels / down, rows = (b + 1) * channels / down - row;
        const size_t across = dsc_ceil_div(taps, most_taps[rows]);
        for (size_t i = 0; i < across; ++i) {
            const size_t tap = i * taps / across;
            DSC_NAME(any_dots)
            (rows, (i + 1) * taps / across - tap, t, offsets + tap, dy + row * t->y_channel, x,
             wide + (row * taps + tap) * WIDTH, taps * WIDTH);
        }
    }
}

/* The lanes' sums, added to the partial sums; they begin anew. */
static void DSC_NAME(flush)(size_t channels, size_t taps, DSC_REAL *wide, double *partial, size_t ldp) {
    for (size_t j = 0; j < channels; ++j)
        for (size_t l = 0; l < taps; ++l) {
            DSC_REAL *lanes = wide + (j * taps + l) * WIDTH;
            DSC_WIDE sum = 0;
            for (size_t i = 0; i < WIDTH; ++i) {
                sum += (DSC_WIDE)lanes[i];
                lanes[i] = 0;
            }
            partial[j * ldp + l] += sum;
        }
}

/* dy's rows in a box, with zeros behind them. */
static void DSC_NAME(stage_dy)(const dsc_weight_product *p, const size_t *at, const size_t *extents,
                               size_t channels, const DSC_REAL *from, DSC_REAL *to) {
    const dsc_line *l = p->lines;
    for (size_t o = 0; o < channels; ++o)
        for (size_t d = 0; d < extents[0]; ++d)
            for (size_t h = 0; h < extents[1]; ++h) {
                const size_t row = (o * l[0].count + at[0] + d) * l[1].count + at[1] + h;
                memcpy(to, from + row * l[2].count + at[2], extents[2] * sizeof *to);
                for (size_t i = extents[2]; i < p->pitch; ++i)
                    to[i] = 0;
                to += p->pitch;
            }
}

typedef struct DSC_NAME(block) {
    size_t group, x_channel, x_channels, y_channel, y_channels;
    double *partial; /* of its first number */
} DSC_NAME(block);

/* Some images, in a box. */
static void DSC_NAME(run_box)(const dsc_weight_product *p, const DSC_NAME(block) * b, size_t image,
                              size_t images, const size_t *at, const size_t *extents, DSC_REAL *x,
                              DSC_REAL *dy, DSC_REAL *wide) {
    const dsc_conv *c = p->conv;
    const dsc_line *l = p->lines;
    const size_t x_plane = dsc_conv_x_count(c), y_plane = dsc_conv_y_count(c);
    DSC_NAME(tile)
    t = {.images = images,
         .rows_d = extents[0],
         .rows_h = extents[1],
         .width = extents[2],
         .x_image = p->x_channels * p->plane,
         .y_channel = extents[0] * extents[1] * p->pitch,
         .height = l[1].staged,
         .row = l[2].staged,
         .pitch = p->pitch};
    t.y_image = b->y_channels * t.y_channel;
    for (size_t i = 0; i < WIDTH; ++i)
        t.rest[i] = i < extents[2] % WIDTH ? -1 : 0;
    for (size_t n = 0; n < images; ++n) {
        const size_t unit = (image + n) * c->groups + b->group;
        dsc_stage(c->dtype, l, at, b->x_channels,
                  (const DSC_REAL *)p->x + (unit * c->x_channels + b->x_channel) * x_plane, p->plane,
                  x + n * t.x_image);
        DSC_NAME(stage_dy)
        (p, at, extents, b->y_channels,
         (const DSC_REAL *)p->dy + (unit * c->y_channels + b->y_channel) * y_plane, dy + n * t.y_image);
    }
    DSC_NAME(add_products)(&t, b->y_channels, b->x_channels * p->taps, p->offsets, dy, x, wide);
}

static void DSC_NAME(run_chunk)(const dsc_weight_product *p, const DSC_NAME(block) * b, size_t first,
                                size_t end, DSC_REAL *staged) {
    const dsc_line *l = p->lines;
    const size_t taps = b->x_channels * p->taps, stride = p->conv->x_channels * p->taps;
    DSC_REAL *x = staged, *dy = x + staged_x(p), *wide = dy + staged_dy(p);
    memset(wide, 0, b->y_channels * taps * WIDTH * sizeof *wide);
    for (size_t j = 0; j < b->y_channels; ++j)
        memset(b->partial + j * stride, 0, taps * sizeof(double));
    size_t boxes = 0;
    for (size_t n = first; n < end; n += p->images)
        for (size_t box = 0; box < l[0].boxes * l[1].boxes * l[2].boxes; ++box) {
            size_t at[DSC_CONV_AXES], extents[DSC_CONV_AXES], rest = box;
            for (size_t i = DSC_CONV_AXES; i-- > 0; rest /= l[i].boxes) {
                at[i] = rest % l[i].boxes * l[i].box;
                extents[i] = dsc_min_size(l[i].box, l[i].count - at[i]);
            }
            DSC_NAME(run_box)(p, b, n, dsc_min_size(p->images, end - n), at, extents, x, dy, wide);
            if (++boxes % BOXES_AT_ONCE == 0)
                DSC_NAME(flush)(b->y_channels, taps, wide, b->partial, stride);
        }
    DSC_NAME(flush)(b->y_channels, taps, wide, b->partial, stride);
}

static void DSC_NAME(run)(const dsc_weight_product *p, size_t tile, void *staged) {
    const dsc_conv *c = p->conv;
    const size_t x_block = tile % p->x_blocks, y_block = tile / p->x_blocks % p->y_blocks;
    const size_t rest = tile / p->x_blocks / p->y_blocks, chunk = rest / c->groups;
    DSC_NAME(block)
    b = {.group = rest % c->groups,
         .x_channel = x_block * p->x_channels,
         .y_channel = y_block * p->y_channels};
    b.x_channels = dsc_min_size(p->x_channels, c->x_channels - b.x_channel);
    b.y_channels = dsc_min_size(p->y_channels, c->y_channels - b.y_channel);
    const size_t row = b.group * c->y_channels + b.y_channel;
    b.partial = p->partial + chunk * dsc_conv_w_count(c) + (row * c->x_channels + b.x_channel) * p->taps;
    const size_t first = chunk * p->chunk;
    DSC_NAME(run_chunk)(p, &b, first, dsc_min_size(first + p->chunk, c->batch), staged);
}

static void DSC_NAME(store)(const dsc_weight_product *p, size_t first, size_t end) {
    const size_t count = dsc_conv_w_count(p->conv);
    DSC_REAL *dw = p->dw;
    for (size_t i = first; i < end; ++i) {
        double sum = 0;
        for (size_t chunk = 0; chunk < p->chunks; ++chunk)
            sum += p->partial[chunk * count + i];
        dw[i] = p->adds ? dw[i] + (DSC_REAL)sum : (DSC_REAL)sum;
    }
}

#include "convolution/vectors_end.h"

#else

#include "convolution/weight.h"

#include <string.h>

#include "convolution/stage.h"

/* A row of a box of dy begins at a multiple of this: whole vectors of any version. */
enum { DY_GRAIN = 16 };
/* What a tile is: channels of dy, products of x's channels and taps, positions of images at once. Its lanes'
 * sums, and what it stages, are to be in the second cache. */
enum { Y_CHANNELS = 32, X_TAPS = 144, POSITIONS = 512 };
/* Boxes whose sums are added up in the numbers' own type; tiles that there should be, and how many numbers
 * their partial sums may have. */
enum { BOXES_AT_ONCE = 64, TILES = 16, MOST_PARTIALS = 1 << 22 };

static size_t staged_x(const dsc_weight_product *p) {
    return p->images * p->x_channels * p->plane + DY_GRAIN;
}

static size_t staged_dy(const dsc_weight_product *p) {
    return p->images * p->y_channels * p->lines[0].box * p->lines[1].box * p->pitch;
}

#define DSC_TEMPLATE "convolution/weight.c"
#include "core/instantiate_versions.h"

/* An even share of `count` things, at most `most` of them; and at least one. */
static size_t share(size_t count, size_t most) {
    return dsc_ceil_div(count, dsc_ceil_div(count, dsc_max_size(most, 1)));
}

static void cut(dsc_weight_product *p) {
    const dsc_conv *c = p->conv;
    dsc_line *l = p->lines;
    size_t wanted = POSITIONS;
    for (size_t i = DSC_CONV_AXES; i-- > 0; wanted /= l[i].box) {
        size_t box = share(l[i].count, wanted);
        if (i == DSC_CONV_AXES - 1 && box < l[i].count)
            box = dsc_ceil_div(box, DY_GRAIN) * DY_GRAIN;
        dsc_line_cut(&l[i], box);
    }
    p->pitch = dsc_ceil_div(l[2].box, DY_GRAIN) * DY_GRAIN;
    p->plane = dsc_staged_plane(l);
    p->y_channels = share(c->y_channels, Y_CHANNELS);
    p->x_channels = share(c->x_channels, X_TAPS / p->taps);
    p->y_blocks = dsc_ceil_div(c->y_channels, p->y_channels);
    p->x_blocks = dsc_ceil_div(c->x_channels, p->x_channels);
    const size_t blocks = c->groups * p->x_blocks * p->y_blocks;
    size_t chunks = dsc_min_size(dsc_ceil_div(TILES, blocks), MOST_PARTIALS / dsc_conv_w_count(c));
    p->chunk = share(c->batch, dsc_ceil_div(c->batch, dsc_max_size(chunks, 1)));
    p->chunks = dsc_ceil_div(c->batch, p->chunk);
    p->images = dsc_min_size(dsc_max_size(POSITIONS / (l[0].box * l[1].box * p->pitch), 1), p->chunk);
    p->tiles = blocks * p->chunks;
}

static void list_offsets(dsc_weight_product *p) {
    const dsc_line *l = p->lines;
    size_t *offset = p->offsets;
    for (size_t d = 0; d < l[0].taps; ++d)
        for (size_t h = 0; h < l[1].taps; ++h)
            for (size_t w = 0; w < l[2].taps; ++w)
                *offset++ = (l[0].place[d] * l[1].staged + l[1].place[h]) * l[2].staged + l[2].place[w];
    for (size_t i = p->taps; i < p->x_channels * p->taps; ++i)
        p->offsets[i] = p->offsets[i - p->taps] + p->plane;
}

dsc_status dsc_weight_prepare(const dsc_context *context, dsc_weight_product *p) {
    const dsc_conv *c = p->conv;
    size_t words = 0;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        words += dsc_line_words(c->axes[i].kernel);
    DSC_TRY(dsc_workspace_take(context, words * sizeof(uint64_t), &p->arrays));
    uint64_t *at = p->arrays.memory;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i) {
        dsc_line_place(&p->lines[i], c->axes[i].kernel, at);
        at += dsc_line_words(c->axes[i].kernel);
        dsc_line_forward(&c->axes[i], &p->lines[i]);
    }
    p->taps = dsc_conv_taps(c);
    p->tiles = p->chunks = 0;
    if (c->batch * dsc_conv_y_count(c) == 0)
        return DSC_OK;
    cut(p);
    const size_t partials = p->chunks * dsc_conv_w_count(c) * sizeof(double);
    DSC_TRY(dsc_workspace_take(context, partials + p->x_channels * p->taps * sizeof(size_t), &p->tables));
    p->partial = p->tables.memory;
    p->offsets = (size_t *)((char *)p->tables.memory + partials);
    list_offsets(p);
    return DSC_OK;
}

void dsc_weight_finish(dsc_weight_product *p) {
    dsc_workspace_give(&p->arrays);
    dsc_workspace_give(&p->tables);
}

size_t dsc_weight_staged_bytes(const dsc_weight_product *p) {
    if (p->tiles == 0)
        return 0;
    const size_t lanes = 64 * p->y_channels * p->x_channels * p->taps;
    return (staged_x(p) + staged_dy(p)) * dsc_size_of(p->conv->dtype) + lanes;
}

void dsc_weight_run_tile(const dsc_weight_product *p, size_t tile, void *staged) {
    DSC_CALL_VERSION(p->conv->dtype, run, p, tile, staged);
}

typedef struct store_job {
    const dsc_weight_product *p;
    size_t count;
} store_job;

static void store_tile(void *argument, size_t tile) {
    const store_job *job = argument;
    const size_t first = tile * DSC_TILE, end = dsc_min_size(first + DSC_TILE, job->count);
    DSC_CALL_VERSION(job->p->conv->dtype, store, job->p, first, end);
}

void dsc_weight_store(const dsc_context *context, const dsc_weight_product *p) {
    store_job job = {p, dsc_conv_w_count(p->conv)};
    dsc_parallel_work(context, (double)job.count * (double)(p->chunks + 1), dsc_ceil_div(job.count, DSC_TILE),
                      store_tile, &job);
}

#endif

#ifdef DSC_REAL

#include "core/vectors.h"

#include "linalg/turn.h"

#include "convolution/copy.h"
#include "convolution/dots.h"
#include "convolution/outer.h"

/* The partial sums become the sums so far, or have them added. */
static void DSC_NAME(flush)(bool by_channels, size_t channels, size_t taps, const DSC_REAL *sums, bool add,
                            double *partial, size_t ldp) {
    const size_t channel = by_channels ? 1 : taps, tap = by_channels ? DSC_NAME(lanes)(channels) : 1;
    for (size_t j = 0; j < channels; ++j)
        for (size_t l = 0; l < taps; ++l) {
            const double sum = (DSC_WIDE)sums[j * channel + l * tap];
            partial[j * ldp + l] = add ? partial[j * ldp + l] + sum : sum;
        }
}

typedef struct DSC_NAME(block) {
    size_t group, x_channel, x_channels, y_channel, y_channels;
    double *partial; /* of its first number */
    double *db;      /* the partial sums of its channels of dy; NULL: another block's */
} DSC_NAME(block);

/* Some images of dy in a box, added to db while they are on their way into the cache. */
static void DSC_NAME(add_up)(const dsc_weight_product *p, const DSC_NAME(block) * b, size_t first,
                             const size_t *at, const size_t *counts) {
    const dsc_conv *c = p->conv;
    const dsc_line *l = p->lines;
    const bool is_plane = counts[1] == l[0].count && counts[2] == l[1].count && counts[3] == l[2].count;
    const size_t plane = dsc_conv_y_count(c), rows = is_plane ? 1 : counts[1] * counts[2];
    for (size_t i = 0; i < counts[0] * b->y_channels; ++i) {
        const size_t n = first + i / b->y_channels, o = i % b->y_channels;
        const size_t channel = (n * c->groups + b->group) * c->y_channels + b->y_channel + o;
        const DSC_REAL *from = (const DSC_REAL *)p->dy + channel * plane;
        for (size_t r = 0; r < rows; ++r) {
            const size_t row = (at[0] + r / counts[2]) * l[1].count + at[1] + r % counts[2];
            b->db[o] += dsc_sums_of_row(c->dtype, is_plane ? plane : counts[3],
                                        is_plane ? from : from + row * l[2].count + at[2]);
        }
    }
}

/* 0 times what is not finite is NaN. */
static bool DSC_NAME(is_finite)(size_t count, const DSC_REAL *x) {
    DSC_NAME(vector) zeros[4] = {{0}};
    size_t i = 0;
    for (; i + 4 * WIDTH <= count; i += 4 * WIDTH) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < 4; ++v)
            zeros[v] += 0 * LOAD(x + i + v * WIDTH);
    }
    DSC_REAL zero = 0;
    for (; i < count; ++i)
        zero += 0 * x[i];
    DSC_WRITE_OUT
    for (size_t v = 0; v < 4; ++v)
        for (size_t l = 0; l < WIDTH; ++l)
            zero += zeros[v][l];
    return zero == 0;
}

/* Where a tile stages, and how a box lies in it. */
typedef struct DSC_NAME(room) {
    void *head;             /* masks or runs */
    DSC_NAME(tile) t;       /* where lanes are positions */
    size_t runs, positions; /* where they are channels: how many */
    DSC_REAL *x, *dy, *sums;
} DSC_NAME(room);

/* Some images, in a box: counts has how many, and the box's extents. */
static void DSC_NAME(run_box)(const dsc_weight_product *p, const DSC_NAME(block) * b, size_t first,
                              const size_t *at, const size_t *counts, const DSC_NAME(room) * room, bool add) {
    const dsc_conv *c = p->conv;
    const DSC_NAME(tile) *t = &room->t;
    DSC_REAL *dy = room->dy, *sums = room->sums;
    const size_t x_plane = dsc_conv_x_count(c), y_plane = dsc_conv_y_count(c);
    const size_t unit = first * c->groups + b->group;
    const DSC_REAL *images = (const DSC_REAL *)p->x + (unit * c->x_channels + b->x_channel) * x_plane;
    const DSC_REAL *by_y = (const DSC_REAL *)p->dy + (unit * c->y_channels + b->y_channel) * y_plane;
    const DSC_REAL *x = p->in_place ? images : room->x;
    for (size_t n = 0; n < counts[0]; ++n) {
        const DSC_REAL *image = images + n * c->groups * c->x_channels * x_plane;
        const DSC_REAL *from = by_y + n * c->groups * c->y_channels * y_plane;
        if (!p->in_place)
            dsc_stage(c->dtype, p->lines, at, b->x_channels, image, p->plane, room->x + n * p->image);
        if (p->by_channels) {
            const size_t begin = n * counts[1] * counts[2] * counts[3];
            DSC_NAME(turn_dy)(p->lines, at, counts, room->positions, begin, b->y_channels, from, dy);
        } else {
            DSC_NAME(stage_dy)(p, t, n, at, counts, b->y_channels, from, dy);
        }
    }
    if (p->by_channels) {
        DSC_NAME(add_outer)
        (room->head, room->runs, room->positions, b->y_channels, b->x_channels * p->taps, p->offsets, dy, x,
         add, sums);
        return;
    }
    const bool is_finite = DSC_NAME(is_finite)(b->x_channels * p->plane, x);
    DSC_NAME(add_products)
    (t, is_finite, b->y_channels, b->x_channels * p->taps, p->offsets, dy, x, add, sums);
}

/* Vectors also read what no box writes, times 0, so that it must be finite: what stands between channels, and
 * more where the first box does not fill its room. */
static void DSC_NAME(clear_gaps)(const dsc_weight_product *p, size_t channels, size_t chunk_images,
                                 DSC_REAL *x) {
    const bool fills = p->lines[2].segments == 1 && chunk_images >= p->images;
    const size_t filled = fills ? p->images * p->image : 0;
    for (size_t i = 0; i < channels; ++i)
        memset(x + i * p->plane + filled, 0, (p->plane - filled) * sizeof *x);
    memset(x + channels * p->plane, 0, 2 * GRAIN * sizeof *x);
}

static void DSC_NAME(run_chunk)(const dsc_weight_product *p, const DSC_NAME(block) * b, size_t first,
                                size_t end, DSC_REAL *staged) {
    const dsc_line *l = p->lines;
    const size_t taps = b->x_channels * p->taps, stride = p->conv->x_channels * p->taps;
    DSC_NAME(room)
    room = {.head = staged, .t.masks = (const DSC_NAME(mask) *)staged, .x = staged + staged_head(p)};
    room.dy = room.x + staged_x(p);
    room.sums = room.dy + staged_dy(p);
    size_t last[4] = {0};
    if (p->dw != NULL && !p->by_channels)
        DSC_NAME(clear_gaps)(p, b->x_channels, end - first, room.x);
    size_t boxes = 0, flushed = 0;
    for (size_t n = first; n < end; n += p->images)
        for (size_t box = 0; box < l[0].boxes * l[1].boxes * l[2].boxes; ++box) {
            size_t at[DSC_CONV_AXES], counts[4] = {dsc_min_size(p->images, end - n)}, rest = box;
            for (size_t i = DSC_CONV_AXES; i-- > 0; rest /= l[i].boxes) {
                at[i] = rest % l[i].boxes * l[i].box;
                counts[i + 1] = dsc_min_size(l[i].box, l[i].count - at[i]);
            }
            if (b->db != NULL)
                DSC_NAME(add_up)(p, b, n, at, counts);
            if (p->dw == NULL)
                continue;
            if (memcmp(last, counts, sizeof last) != 0) {
                if (p->by_channels) {
                    room.runs = list_runs(p, counts, room.head);
                    room.positions = counts[0] * counts[1] * counts[2] * counts[3];
                } else {
                    DSC_NAME(find_runs)(p, counts, &room.t);
                    DSC_NAME(find_masks)(&room.t, counts, staged);
                }
                memcpy(last, counts, sizeof last);
            }
            DSC_NAME(run_box)(p, b, n, at, counts, &room, boxes > flushed);
            if (++boxes - flushed < BOXES_AT_ONCE)
                continue;
            DSC_NAME(flush)
            (p->by_channels, b->y_channels, taps, room.sums, flushed > 0, b->partial, stride);
            flushed = boxes;
        }
    if (boxes > flushed)
        DSC_NAME(flush)(p->by_channels, b->y_channels, taps, room.sums, flushed > 0, b->partial, stride);
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
    if (p->dw != NULL)
        b.partial = p->partial + chunk * dsc_conv_w_count(c) + (row * c->x_channels + b.x_channel) * p->taps;
    if (p->db != NULL && b.x_channel == 0) {
        b.db = p->partial_db + chunk * c->groups * c->y_channels + row;
        memset(b.db, 0, b.y_channels * sizeof *b.db);
    }
    const size_t first = chunk * p->chunk;
    DSC_NAME(run_chunk)(p, &b, first, dsc_min_size(first + p->chunk, c->batch), staged);
}

/* Numbers [first, end) of `count` ones: the sums of all chunks' partial ones. */
static void DSC_NAME(store)(const dsc_weight_product *p, const double *partial, size_t count, size_t first,
                            size_t end, bool adds, DSC_REAL *to) {
    for (size_t i = first; i < end; ++i) {
        double sum = 0;
        for (size_t chunk = 0; chunk < p->chunks; ++chunk)
            sum += partial[chunk * count + i];
        to[i] = adds ? to[i] + (DSC_REAL)sum : (DSC_REAL)sum;
    }
}

#include "core/vectors_end.h"

#else

#include "convolution/weight.h"

#include <string.h>

#include "convolution/stage.h"
#include "core/sums.h"

/* As many numbers as any vector has. */
enum { GRAIN = 16 };
/* What a tile is: channels of dy, products of x's channels and taps, positions of images at once. What it
 * stages is to be in the second cache. */
enum { Y_CHANNELS = 128, X_TAPS = 576, POSITIONS = 1024, X_NUMBERS = 80 << 10 };
/* Lanes are channels where these fill seven eighths of them, and where so many products share a turned dy. */
enum { TAPS_FOR_LANES = 64 };
/* Products one after another in a register, where lanes are channels; in any case boxes whose sums are added
 * up in the numbers' own type, tiles that there should be, and how many numbers their partial sums may have.
 */
enum { LONGEST_SUM = 128, BOXES_AT_ONCE = 64, TILES = 16, MOST_PARTIALS = 1 << 22 };

/* Numbers of x side by side, which are also one after another in dy. */
typedef struct run_of_x {
    size_t begin, length;
} run_of_x;

/* Rows' pieces of LONGEST_SUM numbers at most. */
static size_t pieces_of_row(size_t length) {
    return dsc_ceil_div(length, LONGEST_SUM);
}

/* The runs of a box; how many. */
static size_t list_runs(const dsc_weight_product *p, const size_t *counts, run_of_x *runs) {
    const dsc_line *l = p->lines;
    const size_t pieces = pieces_of_row(counts[3]);
    size_t count = 0;
    for (size_t n = 0; n < counts[0]; ++n)
        for (size_t d = 0; d < counts[1]; ++d)
            for (size_t h = 0; h < counts[2]; ++h)
                for (size_t i = 0; i < pieces; ++i) {
                    const size_t at = i * counts[3] / pieces, end = (i + 1) * counts[3] / pieces;
                    runs[count++] =
                        (run_of_x){n * p->image + (d * l[1].staged + h) * l[2].pitch + at, end - at};
                }
    return count;
}

/* The masks of the longest run there may be, or the runs. */
static size_t staged_head(const dsc_weight_product *p) {
    const dsc_line *l = p->lines;
    if (!p->by_channels)
        return dsc_ceil_div(p->images * p->image, GRAIN) * GRAIN + GRAIN;
    const size_t runs = p->images * l[0].box * l[1].box * pieces_of_row(l[2].box);
    return dsc_ceil_div(runs * sizeof(run_of_x) / dsc_size_of(p->conv->dtype), GRAIN) * GRAIN;
}

static size_t staged_x(const dsc_weight_product *p) {
    return p->in_place ? 0 : p->x_channels * p->plane + 2 * GRAIN;
}

static size_t padded_channels(const dsc_weight_product *p) {
    return dsc_ceil_div(p->y_channels, GRAIN) * GRAIN;
}

static size_t staged_dy(const dsc_weight_product *p) {
    const dsc_line *l = p->lines;
    const size_t rows = p->images * l[0].box * l[1].box;
    if (p->by_channels)
        return padded_channels(p) * rows * l[2].box;
    /* The most of all channels' runs: a longer run has as many vectors as its parts, and 2 for each. */
    return p->y_channels * rows * (dsc_ceil_div(l[2].box, GRAIN) + 8) * GRAIN;
}

#define DSC_TEMPLATE "convolution/weight.c"
#include "core/instantiate_versions.h"

static void cut(dsc_weight_product *p) {
    const dsc_conv *c = p->conv;
    dsc_line *l = p->lines;
    size_t wanted = POSITIONS;
    for (size_t i = DSC_CONV_AXES; i-- > 0; wanted /= l[i].box) {
        size_t box = dsc_even_share(l[i].count, wanted);
        if (i == DSC_CONV_AXES - 1 && box < l[i].count)
            box = dsc_ceil_div(box, GRAIN) * GRAIN;
        dsc_line_cut(&l[i], box);
    }
    const size_t images =
        dsc_min_size(dsc_max_size(POSITIONS / (l[0].box * l[1].box * l[2].box), 1), c->batch);
    p->image = dsc_staged_numbers(l);
    p->plane = dsc_staged_plane(images * p->image);
    p->y_channels = dsc_even_share(c->y_channels, Y_CHANNELS);
    p->x_channels = dsc_even_share(c->x_channels, dsc_min_size(X_TAPS / p->taps, X_NUMBERS / p->plane));
    p->y_blocks = dsc_ceil_div(c->y_channels, p->y_channels);
    p->x_blocks = p->dw == NULL ? 1 : dsc_ceil_div(c->x_channels, p->x_channels);
    p->by_channels = 8 * p->y_channels >= 7 * padded_channels(p) && p->x_channels * p->taps >= TAPS_FOR_LANES;
    p->in_place = p->by_channels && dsc_lines_are_whole(l);
    if (p->in_place) {
        p->plane = dsc_conv_x_count(c);
        p->image = c->groups * c->x_channels * p->plane;
    }
    const size_t blocks = c->groups * p->x_blocks * p->y_blocks;
    size_t chunks = dsc_min_size(dsc_ceil_div(TILES, blocks), MOST_PARTIALS / dsc_conv_w_count(c));
    p->chunk = dsc_even_share(c->batch, dsc_ceil_div(c->batch, dsc_max_size(chunks, 1)));
    p->chunks = dsc_ceil_div(c->batch, p->chunk);
    p->images = dsc_min_size(images, p->chunk);
    p->tiles = blocks * p->chunks;
}

static size_t db_count(const dsc_weight_product *p) {
    return p->db == NULL ? 0 : p->conv->groups * p->conv->y_channels;
}

dsc_status dsc_weight_prepare(const dsc_context *context, dsc_weight_product *p) {
    const dsc_conv *c = p->conv;
    size_t words = 0;
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        words += dsc_line_words(c->axes[i].kernel);
    DSC_TRY(dsc_scratch_take(context, words * sizeof(uint64_t), &p->arrays));
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
    const size_t sums = p->dw == NULL ? 0 : p->chunks * dsc_conv_w_count(c);
    const size_t partials = (sums + p->chunks * db_count(p)) * sizeof(double);
    DSC_TRY(dsc_scratch_take(context, partials + p->x_channels * p->taps * sizeof(size_t), &p->tables));
    p->partial = p->tables.memory;
    p->partial_db = p->partial + sums;
    p->offsets = (size_t *)((char *)p->tables.memory + partials);
    dsc_stage_offsets(p->lines, p->x_channels, p->plane, p->offsets);
    return DSC_OK;
}

void dsc_weight_finish(dsc_weight_product *p) {
    dsc_scratch_give(&p->arrays);
    dsc_scratch_give(&p->tables);
}

size_t dsc_weight_staged_bytes(const dsc_weight_product *p) {
    if (p->tiles == 0 || p->dw == NULL)
        return 0;
    const size_t sums = padded_channels(p) * p->x_channels * p->taps;
    return (staged_head(p) + staged_x(p) + staged_dy(p) + sums) * dsc_size_of(p->conv->dtype);
}

void dsc_weight_run_tile(const dsc_weight_product *p, size_t tile, void *staged) {
    DSC_CALL_VERSION(p->conv->dtype, run, p, tile, staged);
}

typedef struct store_job {
    const dsc_weight_product *p;
    size_t count, tiles; /* of dw */
} store_job;

static void store_tile(void *argument, size_t tile) {
    const store_job *job = argument;
    const dsc_weight_product *p = job->p;
    const size_t first = tile * DSC_TILE, end = dsc_min_size(first + DSC_TILE, job->count);
    if (tile < job->tiles)
        DSC_CALL_VERSION(p->conv->dtype, store, p, p->partial, job->count, first, end, p->add_dw, p->dw);
    else
        DSC_CALL_VERSION(p->conv->dtype, store, p, p->partial_db, db_count(p), 0, db_count(p), p->add_db,
                         p->db);
}

void dsc_weight_store(const dsc_context *context, const dsc_weight_product *p) {
    store_job job = {.p = p, .count = p->dw == NULL ? 0 : dsc_conv_w_count(p->conv)};
    job.tiles = dsc_ceil_div(job.count, DSC_TILE);
    dsc_parallel_work(context, (double)job.count * (double)(p->chunks + 1), job.tiles + (p->db != NULL),
                      store_tile, &job);
}

#endif

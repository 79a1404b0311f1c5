#ifdef DSC_REAL

#include "convolution/copy.h"

/* Zeros, up to CLEARED - 1 more than asked for. */
__attribute__((always_inline)) static inline void DSC_NAME(clear_ahead)(size_t count, DSC_REAL *to) {
    for (size_t i = 0; i < count; i += CLEARED)
        memset(to + i, 0, CLEARED * sizeof *to);
}

/* A row of a segment of the last dimension, and zeros where what comes next will be written. ahead: the
 * distance to the row that is to be fetched meanwhile, as hardware does not foresee the next channels' rows;
 * 0: none. */
__attribute__((always_inline)) static inline void
DSC_NAME(stage_row)(const span *s, size_t pitch, const DSC_REAL *row, size_t ahead, DSC_REAL *to) {
    DSC_NAME(clear_ahead)(s->low, to);
    if (s->step == 1) {
        const DSC_REAL *from = row + (s->first + (int64_t)s->low);
        const size_t count = s->high - s->low;
        for (size_t i = 0; ahead > 0 && i < count; i += 64 / sizeof *row)
            __builtin_prefetch(from + i + ahead);
        DSC_NAME(copy_row)(count, from, to + s->low);
    } else {
        for (size_t i = s->low; i < s->high; ++i)
            to[i] = row[s->first + (int64_t)(i * s->step)];
    }
    DSC_NAME(clear_ahead)(pitch - s->high, to + s->high);
}

/* The rows of all segments of the last but one dimension; plane NULL: zeros. */
__attribute__((always_inline)) static inline void DSC_NAME(stage_plane)(const dsc_line *l, size_t at,
                                                                        const span *s, const DSC_REAL *plane,
                                                                        size_t ahead, DSC_REAL *to) {
    const size_t pitch = l[2].pitch;
    for (size_t segment = 0; segment < l[1].segments; ++segment) {
        const span rows = span_of(&l[1], segment, at);
        const size_t low = plane == NULL ? rows.count : rows.low, high = plane == NULL ? low : rows.high;
        DSC_NAME(clear_ahead)(low * pitch, to);
        for (size_t r = low; r < high; ++r) {
            const size_t row = (size_t)(rows.first + (int64_t)(r * rows.step));
            DSC_NAME(stage_row)(s, pitch, plane + row * l[2].extent, ahead, to + r * pitch);
        }
        DSC_NAME(clear_ahead)((rows.count - high) * pitch, to + high * pitch);
        to += rows.count * pitch;
    }
}

DSC_MULTIVERSION
static void DSC_NAME(stage)(const dsc_line *l, const size_t *at, size_t channels, const DSC_REAL *from,
                            size_t channel, DSC_REAL *to) {
    const size_t plane = l[1].extent * l[2].extent, whole = l[0].extent * plane;
    for (size_t segment = 0; segment < l[2].segments; ++segment) {
        const span s = span_of(&l[2], segment, at[2]);
        DSC_REAL *first = to + segment * l[0].staged * l[1].staged * l[2].pitch;
        for (size_t c = 0; c < channels; ++c) {
            DSC_REAL *out = first + c * channel;
            const size_t ahead = c + CHANNELS_AHEAD < channels ? CHANNELS_AHEAD * whole : 0;
            for (size_t deep = 0; deep < l[0].segments; ++deep) {
                const span planes = span_of(&l[0], deep, at[0]);
                for (size_t z = 0; z < planes.count; ++z, out += l[1].staged * l[2].pitch) {
                    const size_t source = (size_t)(planes.first + (int64_t)(z * planes.step));
                    const bool is_inside = z >= planes.low && z < planes.high;
                    DSC_NAME(stage_plane)
                    (l, at[1], &s, is_inside ? from + c * whole + source * plane : NULL, ahead, out);
                }
            }
        }
    }
}

#else

#include "convolution/stage.h"

#include <string.h>

/* Numbers of zeros that are written at once: not beyond what dsc_staged_plane leaves between channels. */
enum { CHANNELS_AHEAD = 2, CLEARED = DSC_STAGED_GAP + 1 };

/* A segment of a dimension: its first index's place in the source, and which of its indices are inside of
 * that. */
typedef struct span {
    int64_t first;
    size_t step, count, low, high;
} span;

/* How many steps it takes over a distance: divisions are slow, and nearly all steps are 1. */
static size_t steps_over(size_t distance, size_t step) {
    return step == 1 ? distance : dsc_ceil_div(distance, step);
}

static span span_of(const dsc_line *line, size_t segment, size_t at) {
    span s = {.first = line->from[segment] + (int64_t)(at * line->step),
              .step = line->step,
              .count = line->begin[segment + 1] - line->begin[segment]};
    const int64_t left = (int64_t)line->extent - s.first;
    s.low = s.first >= 0 ? 0 : dsc_min_size(steps_over((size_t)-s.first, s.step), s.count);
    s.high = left <= 0 ? 0 : dsc_min_size(steps_over((size_t)left, s.step), s.count);
    s.high = dsc_max_size(s.low, s.high);
    return s;
}

#define DSC_TEMPLATE "convolution/stage.c"
#include "core/instantiate.h"

void dsc_stage(dsc_dtype dtype, const dsc_line *lines, const size_t *at, size_t channels, const void *from,
               size_t plane, void *to) {
    DSC_CALL(dtype, stage, lines, at, channels, from, plane, to);
}

void dsc_stage_offsets(const dsc_line *l, size_t channels, size_t plane, size_t *offsets) {
    const size_t rows = l[0].staged * l[1].staged, taps = l[0].taps * l[1].taps * l[2].taps;
    size_t *next = offsets;
    for (size_t d = 0; d < l[0].taps; ++d)
        for (size_t h = 0; h < l[1].taps; ++h)
            for (size_t w = 0; w < l[2].taps; ++w) {
                size_t segment = 0;
                while (l[2].place[w] >= l[2].begin[segment + 1])
                    ++segment;
                const size_t row = segment * rows + l[0].place[d] * l[1].staged + l[1].place[h];
                *next++ = row * l[2].pitch + l[2].place[w] - l[2].begin[segment];
            }
    for (size_t i = taps; i < channels * taps; ++i)
        offsets[i] = offsets[i - taps] + plane;
}

#endif

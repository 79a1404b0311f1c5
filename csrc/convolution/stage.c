#ifdef DSC_REAL

#include "convolution/copy.h"

/* Zeros, up to CLEARED - 1 more than asked for. */
__attribute__((always_inline)) static inline void DSC_NAME(clear_ahead)(size_t count, DSC_REAL *to) {
    for (size_t i = 0; i < count; i += CLEARED)
        memset(to + i, 0, CLEARED * sizeof *to);
}

/* A row of all segments of the last dimension, and zeros where what comes next will be written; row NULL:
 * zeros. ahead: the distance to the row that is to be fetched meanwhile, as hardware does not foresee the
 * next channels' rows; 0: none. */
__attribute__((always_inline)) static inline void DSC_NAME(stage_row)(const span *s, const DSC_REAL *row,
                                                                      size_t ahead, DSC_REAL *to) {
    if (row == NULL) {
        DSC_NAME(clear_ahead)(s->count, to);
        return;
    }
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
    DSC_NAME(clear_ahead)(s->count - s->high, to + s->high);
}

DSC_MULTIVERSION
static void DSC_NAME(stage)(const dsc_line *lines, const size_t *at, size_t channels, const DSC_REAL *from,
                            size_t plane, DSC_REAL *to) {
    const dsc_line *l = lines;
    const size_t height = l[1].extent, width = l[2].extent, whole = l[0].extent * height * width;
    for (size_t segment = 0; segment < l[2].segments; ++segment) {
        const span s = span_of(&l[2], segment, at[2]);
        DSC_REAL *first = to + segment * l[0].staged * l[1].staged * l[2].pitch;
        for (size_t c = 0; c < channels; ++c) {
            DSC_REAL *out = first + c * plane;
            const size_t ahead = c + CHANNELS_AHEAD < channels ? CHANNELS_AHEAD * whole : 0;
            for (place d = first_place(&l[0], at[0]); d.z < l[0].staged; next_place(&l[0], at[0], &d))
                for (place h = first_place(&l[1], at[1]); h.z < l[1].staged; next_place(&l[1], at[1], &h)) {
                    const bool is_inside = d.is_inside && h.is_inside;
                    const size_t row = is_inside ? ((size_t)d.source * height + (size_t)h.source) * width : 0;
                    DSC_NAME(stage_row)(&s, is_inside ? from + c * whole + row : NULL, ahead, out);
                    out += l[2].pitch;
                }
        }
    }
}

#else

#include "convolution/stage.h"

#include <string.h>

/* Numbers of zeros that are written at once: not beyond what dsc_staged_plane leaves between channels. */
enum { CHANNELS_AHEAD = 2, CLEARED = DSC_STAGED_GAP + 1 };

/* A place in a line's copy, and where its number comes from. */
typedef struct place {
    size_t z, segment;
    int64_t source;
    bool is_inside;
} place;

static inline place place_of(const dsc_line *line, size_t at, size_t z, size_t segment) {
    const int64_t source = line->from[segment] + (int64_t)((at + z - line->begin[segment]) * line->step);
    return (place){z, segment, source, source >= 0 && source < (int64_t)line->extent};
}

static inline place first_place(const dsc_line *line, size_t at) {
    return place_of(line, at, 0, 0);
}

static inline void next_place(const dsc_line *line, size_t at, place *p) {
    const size_t z = p->z + 1;
    if (z >= line->staged)
        p->z = z;
    else
        *p = place_of(line, at, z, z == line->begin[p->segment + 1] ? p->segment + 1 : p->segment);
}

/* A segment of a row: its first number's place in the row, and which of its numbers are inside of that. */
typedef struct span {
    int64_t first;
    size_t step, count, low, high;
} span;

static span span_of(const dsc_line *line, size_t segment, size_t at) {
    span s = {.first = line->from[segment] + (int64_t)(at * line->step),
              .step = line->step,
              .count = line->begin[segment + 1] - line->begin[segment]};
    const int64_t left = (int64_t)line->extent - s.first;
    s.low = s.first >= 0 ? 0 : dsc_min_size(dsc_ceil_div((size_t)-s.first, s.step), s.count);
    s.high = left <= 0 ? 0 : dsc_min_size(dsc_ceil_div((size_t)left, s.step), s.count);
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

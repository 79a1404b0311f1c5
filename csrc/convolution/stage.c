#ifdef DSC_REAL

/* `count` numbers, `step` apart, the first of them at `first` of a row of `extent`; 0 outside. */
static void DSC_NAME(stage_row)(const DSC_REAL *row, size_t extent, int64_t first, size_t step, size_t count,
                                DSC_REAL *to) {
    size_t low, high;
    find_inside(extent, first, step, count, &low, &high);
    for (size_t i = 0; i < low; ++i)
        to[i] = 0;
    if (step == 1) {
        if (high > low)
            memcpy(to + low, row + first + (int64_t)low, (high - low) * sizeof *to);
    } else {
        for (size_t i = low; i < high; ++i)
            to[i] = row[first + (int64_t)(i * step)];
    }
    for (size_t i = high; i < count; ++i)
        to[i] = 0;
}

/* A row of all segments. row NULL: zeros. */
static void DSC_NAME(stage_line)(const dsc_line *line, size_t at, const DSC_REAL *row, DSC_REAL *to) {
    if (row == NULL) {
        memset(to, 0, line->staged * sizeof *to);
        return;
    }
    for (size_t s = 0; s < line->segments; ++s)
        DSC_NAME(stage_row)
    (row, line->extent, line->from[s] + (int64_t)(at * line->step), line->step,
     line->begin[s + 1] - line->begin[s], to + line->begin[s]);
}

static void DSC_NAME(stage)(const dsc_line *lines, const size_t *at, size_t channels, const DSC_REAL *from,
                            size_t plane, DSC_REAL *to) {
    const size_t height = lines[1].extent, width = lines[2].extent;
    const size_t whole = lines[0].extent * height * width;
    for (size_t c = 0; c < channels; ++c) {
        DSC_REAL *out = to + c * plane;
        for (place d = first_place(&lines[0], at[0]); d.z < lines[0].staged; next_place(&lines[0], at[0], &d))
            for (place h = first_place(&lines[1], at[1]); h.z < lines[1].staged;
                 next_place(&lines[1], at[1], &h)) {
                const bool is_inside = d.is_inside && h.is_inside;
                const size_t row = is_inside ? ((size_t)d.source * height + (size_t)h.source) * width : 0;
                DSC_NAME(stage_line)(&lines[2], at[2], is_inside ? from + c * whole + row : NULL, out);
                out += lines[2].staged;
            }
    }
}

#else

#include "convolution/stage.h"

#include <string.h>

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

/* Which of `count` numbers are inside of a row. */
static void find_inside(size_t extent, int64_t first, size_t step, size_t count, size_t *low, size_t *high) {
    const int64_t left = (int64_t)extent - first;
    *low = first >= 0 ? 0 : dsc_min_size(dsc_ceil_div((size_t)-first, step), count);
    *high = left <= 0 ? 0 : dsc_min_size(dsc_ceil_div((size_t)left, step), count);
    *high = dsc_max_size(*low, *high);
}

#define DSC_TEMPLATE "convolution/stage.c"
#include "core/instantiate.h"

void dsc_stage(dsc_dtype dtype, const dsc_line *lines, const size_t *at, size_t channels, const void *from,
               size_t plane, void *to) {
    DSC_CALL(dtype, stage, lines, at, channels, from, plane, to);
}

#endif

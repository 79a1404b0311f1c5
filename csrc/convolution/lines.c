#include "convolution/lines.h"

size_t dsc_line_words(size_t kernel) {
    return 5 * kernel + 1;
}

void dsc_line_place(dsc_line *line, size_t kernel, uint64_t *words) {
    line->tap = (size_t *)words;
    line->base = (int64_t *)(words + kernel);
    line->from = (int64_t *)(words + 2 * kernel);
    line->place = (size_t *)(words + 3 * kernel);
    line->begin = (size_t *)(words + 4 * kernel);
}

void dsc_line_forward(const dsc_conv_axis *axis, dsc_line *line) {
    line->count = axis->y;
    line->extent = axis->x;
    line->step = axis->stride;
    line->first = 0;
    line->to_step = 1;
    line->to_extent = axis->y;
    line->taps = axis->kernel;
    for (size_t t = 0; t < axis->kernel; ++t) {
        line->tap[t] = t;
        line->base[t] = (int64_t)(t * axis->dilation) - axis->before;
    }
}

/* x's index i = q stride + remainder - before gets a tap's y at q - (tap dilation - remainder) / stride. */

/* The smallest whole number >= a / b. */
static int64_t ceil_of(int64_t a, int64_t b) {
    return a / b + (a % b > 0);
}

void dsc_line_transposed(const dsc_conv_axis *axis, size_t remainder, dsc_line *line) {
    const int64_t stride = (int64_t)axis->stride, shift = axis->before - (int64_t)remainder;
    const int64_t low = ceil_of(shift, stride), first = low * stride - shift;
    const int64_t left = (int64_t)axis->x - first;
    line->count = left <= 0 ? 0 : (size_t)ceil_of(left, stride);
    line->extent = axis->y;
    line->step = 1;
    line->first = (size_t)first;
    line->to_step = axis->stride;
    line->to_extent = axis->x;
    line->taps = 0;
    for (size_t t = 0; t < axis->kernel; ++t)
        if (t * axis->dilation % axis->stride == remainder) {
            line->tap[line->taps] = t;
            line->base[line->taps++] = low - (int64_t)((t * axis->dilation - remainder) / axis->stride);
        }
}

/* Whether a tap reads where another does, only later. */
static bool shares(const dsc_line *line, size_t a, size_t b) {
    return (line->base[a] - line->base[b]) % (int64_t)line->step == 0;
}

/* The lowest and highest base among a tap and those behind it that share; whether none before it does. */
static bool find_range(const dsc_line *line, size_t t, int64_t *low, int64_t *high) {
    *low = *high = line->base[t];
    for (size_t i = 0; i < line->taps; ++i) {
        if (!shares(line, i, t))
            continue;
        if (i < t)
            return false;
        *low = line->base[i] < *low ? line->base[i] : *low;
        *high = line->base[i] > *high ? line->base[i] : *high;
    }
    return true;
}

static void share_segments(dsc_line *line) {
    size_t segments = 0, at = 0;
    for (size_t t = 0; t < line->taps; ++t) {
        int64_t low, high;
        if (!find_range(line, t, &low, &high))
            continue;
        line->from[segments] = low;
        line->begin[segments++] = at;
        for (size_t i = t; i < line->taps; ++i)
            if (shares(line, i, t))
                line->place[i] = at + (size_t)(line->base[i] - low) / line->step;
        at += line->box + (size_t)(high - low) / line->step;
    }
    line->segments = segments;
    line->begin[segments] = line->staged = at;
}

static void part_segments(dsc_line *line) {
    for (size_t t = 0; t < line->taps; ++t) {
        line->from[t] = line->base[t];
        line->begin[t] = line->place[t] = t * line->box;
    }
    line->segments = line->taps;
    line->begin[line->taps] = line->staged = line->taps * line->box;
}

void dsc_line_cut(dsc_line *line, size_t box) {
    line->box = box;
    line->boxes = box == 0 ? 0 : dsc_ceil_div(line->count, box);
    share_segments(line);
    if (line->staged > line->taps * box)
        part_segments(line);
    line->pitch = 0;
    for (size_t s = 0; s < line->segments; ++s)
        line->pitch = dsc_max_size(line->pitch, line->begin[s + 1] - line->begin[s]);
}

bool dsc_lines_are_whole(const dsc_line *lines) {
    for (size_t i = 0; i < DSC_CONV_AXES; ++i) {
        const dsc_line *l = &lines[i];
        if (l->taps != 1 || l->step != 1 || l->boxes != 1 || l->from[0] != 0 || l->staged != l->extent)
            return false;
    }
    return true;
}

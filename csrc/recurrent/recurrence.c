#include "recurrent/recurrence.h"

/* Rows of a tile that read the weights anew at every step: fewer would wait for memory. Where the weights
 * stay in the second-level cache, SMALL_ROWS are enough. And products of a tile of panels, which takes
 * longer than a fork and join. */
enum { ROWS = 16, SMALL_ROWS = 4, SMALL_WEIGHTS = 1 << 18, MOST_TILES = 64, PANEL_WORK = 1 << 18 };

dsc_recurrence_cut dsc_recurrence_cut_of(const dsc_recurrence *r, size_t panels) {
    const size_t weights = dsc_gate_count(r->cell) * r->hidden * r->output;
    const size_t least = weights * dsc_size_of(r->dtype) <= SMALL_WEIGHTS ? SMALL_ROWS : ROWS;
    dsc_recurrence_cut cut = {.work = (double)r->batch * (double)weights};
    if (r->batch >= 2 * least || panels < 2) {
        const size_t tiles = dsc_min_size(dsc_max_size(r->batch / least, 1), MOST_TILES);
        cut.rows = dsc_max_size(dsc_ceil_div(r->batch, tiles), 1);
        cut.tiles = dsc_ceil_div(r->batch, cut.rows);
        return cut;
    }
    const double share = cut.work / (double)panels;
    cut.panels = share >= PANEL_WORK ? 1 : dsc_min_size(panels, (size_t)(PANEL_WORK / share) + 1);
    cut.tiles = dsc_ceil_div(panels, cut.panels);
    return cut;
}

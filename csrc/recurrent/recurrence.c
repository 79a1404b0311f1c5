#include "recurrent/recurrence.h"

/* Weights that stay in the second-level cache beside all else: tiles of few rows may read them anew at every
 * step. With others a tile needs more rows, not to wait for memory. Tiles of rows wait for nobody and keep
 * what they work on in their thread's cache: one for each thread is enough, and TILES are for however many.
 * Two for each make up for threads that are slower. */
enum { SMALL_WEIGHTS = 1 << 18, SMALL_ROWS = 4, SMALL_TILES = 2, TILES = 4, MOST_TILES = 64 };
enum { MEDIUM_WEIGHTS = 1 << 20, MEDIUM_ROWS = 8, ROWS = 16 };
/* Products of a tile of panels, which takes longer than a fork and join. */
enum { PANEL_WORK = 1 << 20 };

dsc_recurrence_cut dsc_recurrence_cut_of(const dsc_context *context, const dsc_recurrence *r, size_t panels) {
    const size_t weights = dsc_gate_count(r->cell) * r->hidden * r->output;
    const size_t bytes = weights * dsc_size_of(r->dtype);
    const bool is_small = bytes <= SMALL_WEIGHTS;
    const size_t threads = (size_t)dsc_context_threads(context), wanted = threads > 1 ? 2 * threads : 1;
    const bool is_medium = bytes <= MEDIUM_WEIGHTS && r->batch / ROWS < wanted;
    const size_t least = is_small ? SMALL_ROWS : is_medium ? MEDIUM_ROWS : ROWS;
    const size_t enough = dsc_min_size(threads, is_small ? SMALL_TILES : TILES);
    dsc_recurrence_cut cut = {.work = (double)r->batch * (double)weights};
    if (r->batch / least >= enough || panels < 2) {
        size_t tiles = dsc_min_size(dsc_max_size(r->batch / least, 1), MOST_TILES);
        tiles -= tiles > threads ? tiles % threads : 0;
        cut.rows = dsc_max_size(dsc_ceil_div(r->batch, tiles), 1);
        cut.tiles = dsc_ceil_div(r->batch, cut.rows);
        return cut;
    }
    const size_t tiles =
        cut.work < 2.0 * PANEL_WORK ? 1 : dsc_min_size(panels, (size_t)(cut.work / PANEL_WORK));
    cut.panels = dsc_ceil_div(panels, tiles);
    cut.tiles = dsc_ceil_div(panels, cut.panels);
    return cut;
}

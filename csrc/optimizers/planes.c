/* The memory of optimizer state: planes as long as the parameters. */
#include <string.h>

#include "optimizers/engine.h"

enum { LINE = 64 };

static dsc_status allocate_plane(const dsc_optimizer *o, void **plane) {
    DSC_TRY(dsc_allocate_zeroed(o->total * dsc_dtype_size(o->dtype) + LINE, plane));
    *plane = (char *)*plane + o->line_offset;
    return DSC_OK;
}

static void free_plane(const dsc_optimizer *o, void *plane) {
    if (plane != NULL)
        dsc_free((char *)plane - o->line_offset);
}

dsc_status dsc_allocate_planes(dsc_optimizer *o, uint32_t slots) {
    for (size_t k = 0; k < DSC_PLANES; ++k)
        if ((slots >> k & 1) != 0 && o->planes[k] == NULL)
            DSC_TRY(allocate_plane(o, &o->planes[k]));
    return DSC_OK;
}

dsc_status dsc_grow_planes(dsc_optimizer *o, size_t old_total) {
    void *fresh[DSC_PLANES] = {NULL};
    for (size_t k = 0; k < DSC_PLANES; ++k) {
        if (o->planes[k] == NULL)
            continue;
        dsc_status status = allocate_plane(o, &fresh[k]);
        if (status != DSC_OK) {
            while (k-- > 0)
                free_plane(o, fresh[k]);
            return status;
        }
        memcpy(fresh[k], o->planes[k], old_total * dsc_dtype_size(o->dtype));
    }
    for (size_t k = 0; k < DSC_PLANES; ++k) {
        free_plane(o, o->planes[k]);
        o->planes[k] = fresh[k];
    }
    return DSC_OK;
}

void dsc_free_planes(dsc_optimizer *o) {
    for (size_t k = 0; k < DSC_PLANES; ++k)
        free_plane(o, o->planes[k]);
}

void dsc_place_planes(dsc_optimizer *o, const void *parameters) {
    if (o->is_placed)
        return;
    o->is_placed = true;
    size_t offset = (uintptr_t)parameters % LINE / dsc_dtype_size(o->dtype) * dsc_dtype_size(o->dtype);
    for (size_t k = 0; offset != o->line_offset && k < DSC_PLANES; ++k)
        if (o->planes[k] != NULL) {
            char *block = (char *)o->planes[k] - o->line_offset;
            o->planes[k] = memmove(block + offset, o->planes[k], o->total * dsc_dtype_size(o->dtype));
        }
    o->line_offset = offset;
}

/* Planes in another size. */
#ifndef DSC_POOLING_INTERPOLATE_H
#define DSC_POOLING_INTERPOLATE_H

#include "core/internal.h"
#include "descent/pooling.h"

/* One dimension: `count` positions among `extent` numbers. */
typedef struct dsc_resize {
    size_t extent, count;
    double scale; /* 0: count / extent */
} dsc_resize;

typedef struct dsc_resizing {
    dsc_dtype dtype;
    dsc_interpolation mode;
    bool aligns_corners;
    size_t planes;
    dsc_resize rows, columns;
    void *workspace; /* dsc_resize_workspace bytes */
} dsc_resizing;

size_t dsc_resize_workspace(const dsc_resizing *resizing);
/* y, planes x rows.count x columns.count, of x, planes x rows.extent x columns.extent. */
void dsc_resize_run(const dsc_context *context, const dsc_resizing *resizing, const void *x, void *y);
/* x = the transpose of that map, applied to y. */
void dsc_resize_transposed_run(const dsc_context *context, const dsc_resizing *resizing, const void *y,
                               void *x);

#endif

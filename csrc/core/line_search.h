/* A line search for the strong Wolfe conditions, for any minimizer that evaluates values and slopes. */
#ifndef DSC_CORE_LINE_SEARCH_H
#define DSC_CORE_LINE_SEARCH_H

#include "core/internal.h"

/* The strong Wolfe conditions: how much of what the slope promises a step must gain, and how much of the
 * slope may be left. */
#define DSC_LINE_DECREASE 1e-4
#define DSC_LINE_CURVATURE 0.9

/* A point on the line x + t d, its value and slope, and where its gradient is kept. */
typedef struct dsc_line_point {
    double t, f, slope;
    int gradient;
} dsc_line_point;

enum { DSC_LINE_GRADIENTS = 4 };

typedef struct dsc_line_search {
    /* Evaluates at point->t: sets f and slope, and keeps the gradient at point->gradient. Any status but
     * DSC_OK ends the search, which returns it. */
    dsc_status (*evaluate)(void *user, dsc_line_point *point);
    void *user;
    double direction_size;   /* the direction's largest element */
    double tolerance_change; /* the smallest change that counts */
    int most;                /* evaluations */
    int evaluations;         /* out: how many there were */
} dsc_line_search;

/* Finds a point that meets the strong Wolfe conditions, or the lowest within the limits, from
 * `start` (t = 0, gradient 0) with a first step of t. */
dsc_status dsc_line_search_run(dsc_line_search *search, dsc_line_point start, double t,
                               dsc_line_point *found);

/* The same by More and Thuente's search. */
dsc_status dsc_more_thuente_run(dsc_line_search *search, dsc_line_point start, double t,
                                dsc_line_point *found);

#endif

/* L-BFGS's own state: whole vectors over all parameters. */
#ifndef DSC_OPTIMIZERS_LBFGS_H
#define DSC_OPTIMIZERS_LBFGS_H

#include "optimizers/vectors.h"

/* Makes o->lbfgs, for the options of a group to be. */
dsc_status dsc_lbfgs_create(dsc_optimizer *o, const dsc_group *group);
void dsc_lbfgs_destroy(struct dsc_lbfgs *lbfgs);

/* Fits the history to new options; the newest pairs stay. */
dsc_status dsc_lbfgs_resize(dsc_optimizer *o, const dsc_group *group);

/* Its slots: the direction, the last gradient, and the history's pairs, oldest first. */
size_t dsc_lbfgs_slot_count(const struct dsc_lbfgs *lbfgs);
void *dsc_lbfgs_slot(const struct dsc_lbfgs *lbfgs, size_t slot, char *name, size_t size);
bool dsc_lbfgs_is_filled(const dsc_optimizer *o, size_t slot);
void dsc_lbfgs_reset(dsc_optimizer *o);

/* ---- The line search ---- */

/* A point on the line x + t d, its value and slope, and where its gradient is kept. */
typedef struct dsc_line_point {
    double t, f, slope;
    int gradient;
} dsc_line_point;

enum { DSC_LINE_GRADIENTS = 4 };

typedef struct dsc_line_search {
    /* Evaluates at point->t: sets f and slope, and keeps the gradient at point->gradient. */
    dsc_status (*evaluate)(void *user, dsc_line_point *point);
    void *user;
    double direction_size;   /* the direction's largest element */
    double tolerance_change; /* the smallest change that counts */
    int most;                /* evaluations */
    int evaluations;         /* out: how many there were */
} dsc_line_search;

/* Finds a point that meets the strong Wolfe conditions (1e-4, 0.9), or the lowest within the limits, from
 * `start` (t = 0, gradient 0) with a first step of t. */
dsc_status dsc_line_search_run(dsc_line_search *search, dsc_line_point start, double t,
                               dsc_line_point *found);

#endif

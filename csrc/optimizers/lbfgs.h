/* L-BFGS's own state: whole vectors over all parameters. */
#ifndef DSC_OPTIMIZERS_LBFGS_H
#define DSC_OPTIMIZERS_LBFGS_H

#include "core/line_search.h"
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

/* After a change of the pairs: the next step multiplies each with itself again. */
void dsc_lbfgs_forget_products(struct dsc_lbfgs *lbfgs);

/* Refuses scalars that speak of more history than there is room for. */
dsc_status dsc_lbfgs_check_scalars(const struct dsc_lbfgs *lbfgs, const double *scalars);

#endif

/* The optimizer's inside, shared by the files that make it up. */
#ifndef DSC_OPTIMIZERS_ENGINE_H
#define DSC_OPTIMIZERS_ENGINE_H

#include "optimizers/rule.h"

typedef struct dsc_group {
    const dsc_rule *rule;
    double options[DSC_MAX_OPTIONS];
    /* What the engine itself does, and the slots in use, with these options: */
    double weight_decay; /* added to the gradient */
    double shrink;       /* the weights' factor for decoupled decay; 1: none */
    bool maximize;
    uint32_t slots;
} dsc_group;

typedef struct dsc_tensor {
    size_t start, length; /* in the flat buffers */
    size_t group;         /* SIZE_MAX: none */
    int64_t step;
    uint32_t filled; /* slots that hold state */
    char *name;      /* NULL: unnamed */
} dsc_tensor;

/* Neighbouring tensors that a step treats alike, as one range of the flat buffers. */
typedef struct dsc_run {
    size_t start, length, first_tile;
    const dsc_group *group;
    dsc_coefficients coefficients;
} dsc_run;

struct dsc_optimizer {
    dsc_dtype dtype;
    size_t tensor_count, group_count, total;
    dsc_tensor *tensors;
    dsc_group *groups;
    void *planes[DSC_MAX_SLOTS]; /* each as long as the parameters; NULL until a group needs it */
    double clip_norm, clip_value;
    dsc_guard guard;
    bool statistics;
    size_t skipped_steps;
    /* Room for a step's working lists, so that a step allocates nothing. */
    dsc_run *runs;
    double *sums, *maxima; /* one a tile */
};

/* The runs of a step, and their tiles. */
typedef struct dsc_run_list {
    dsc_run *runs;
    size_t count, tiles, elements;
} dsc_run_list;

/* The run that a tile belongs to, and the range of the flat buffers that it covers. */
const dsc_run *dsc_run_of_tile(const dsc_run_list *list, size_t tile, size_t *start, size_t *length);

/* Norm and largest absolute value of the gradients of all runs; bad = the flat index of the first
 * one that is not finite, SIZE_MAX if all are. */
void dsc_measure_gradients(const dsc_context *context, const dsc_optimizer *optimizer,
                           const dsc_run_list *list, const void *gradients, double *norm, double *largest,
                           size_t *bad);

/* Allocates the planes that the groups' slots need. */
dsc_status dsc_allocate_planes(dsc_optimizer *optimizer, uint32_t slots);

const char *dsc_tensor_name(const dsc_optimizer *optimizer, size_t tensor, char *buffer, size_t size);

#endif

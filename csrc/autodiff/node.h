/* The tape: what computed a tensor, and how its gradient becomes those of the inputs. */
#ifndef DSC_AUTODIFF_NODE_H
#define DSC_AUTODIFF_NODE_H

#include "descent/autodiff.h"
#include "tensor/tensor.h"

/* What an operation was called with besides tensors; each uses what it needs. */
typedef struct dsc_options {
    size_t rank;
    size_t sizes[DSC_MAX_RANK]; /* a shape, dimensions, starts */
    union {
        size_t steps[DSC_MAX_RANK];
        unsigned char own[64]; /* a structure of the operation's: a loss's options */
    };
    int64_t integer;
    double number, other;
    bool flag, other_flag;
} dsc_options;

typedef struct dsc_pullback dsc_pullback;

/* A row of the table of operations: operations/table.c. */
typedef struct dsc_operation {
    const char *name;
    const char *computes;
    /* Gives the inputs' gradients; NULL: it has none. */
    void (*pull_back)(dsc_pullback *p);
} dsc_operation;

enum { DSC_NODE_INPUTS = 5, DSC_NODE_SAVED = 3 };

struct dsc_node {
    atomic_size_t references;
    const dsc_operation *operation;
    uint64_t number; /* higher than those of its inputs, and of what its thread recorded before */
    size_t input_count;
    dsc_tensor **inputs; /* `few`, or a block of its own */
    uint64_t *versions;
    dsc_tensor *few[DSC_NODE_INPUTS];
    uint64_t few_versions[DSC_NODE_INPUTS];
    dsc_tensor *saved[DSC_NODE_SAVED]; /* without a history: the output's would be a circle */
    uint64_t saved_versions[DSC_NODE_SAVED];
    struct dsc_custom *custom; /* for operations of the caller's */
    dsc_node *next_waiting;    /* to be freed */
    /* Of a pass under way: */
    dsc_tensor *upstream;
    dsc_tensor *second; /* the same of the operation's second result, for one that has two */
    uint64_t pass;
    bool leads;          /* to a tensor whose gradient is wanted */
    dsc_options options; /* undefined for an operation that has none */
};

void dsc_node_release(dsc_node *node);

/* Where anomalies are looked for: refuses NaN and infinity, naming the operation. `where`: "result". */
typedef struct dsc_tape {
    bool is_off, detects_anomalies;
    uint64_t number; /* the last node's */
} dsc_tape;
extern _Thread_local dsc_tape dsc_tape_here __attribute__((visibility("hidden")));
dsc_status dsc_look_for_anomaly(const char *operation, const char *where, const dsc_tensor *tensor);
static inline dsc_status dsc_check_finite(const dsc_operation *operation, const char *where,
                                          const dsc_tensor *tensor) {
    return dsc_tape_here.detects_anomalies ? dsc_look_for_anomaly(operation->name, where, tensor) : DSC_OK;
}

/* Whether anything is to be recorded for operations on these. */
bool dsc_records(size_t count, dsc_tensor *const *inputs);

/* Makes `result`, fresh from a kernel, the outcome of an operation: the last call of every operation. `saved`
 * is kept for the pull-back: `result`, numbers of whole type, or what only the operation has, since what is
 * saved must stay without a history; NULLs are left out. The references stay the caller's. On a failure
 * `result` is released. */
typedef struct dsc_record {
    const dsc_operation *operation;
    size_t count;
    dsc_tensor *const *inputs;
    const dsc_options *options;
    dsc_tensor *saved[DSC_NODE_SAVED];
} dsc_record;
dsc_status dsc_finish(const dsc_record *record, dsc_status status, dsc_tensor *made, dsc_tensor **result);
/* The same for the second result of an operation, after the first. The pull-back of such an operation gets
 * the gradients of both together, and either may be NULL. */
dsc_status dsc_finish_second(dsc_tensor *first, dsc_status status, dsc_tensor *made, dsc_tensor **result);

#endif

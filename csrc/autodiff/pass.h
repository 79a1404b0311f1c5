/* One walk from a result back. */
#ifndef DSC_AUTODIFF_PASS_H
#define DSC_AUTODIFF_PASS_H

#include "autodiff/leaf_rows.h"
#include "autodiff/pullback.h"

typedef struct dsc_pass {
    bool creates_graph, detects_anomalies;
    uint64_t number;
    size_t count, room;
    dsc_node **nodes; /* the latest first */
    dsc_node **block; /* the same where there are many: allocated */
    /* NULL: the leaves' gradients are wanted. */
    dsc_tensor *const *targets;
    size_t target_count;
    dsc_tensor **collected;
    dsc_status (*on_gradient)(void *user, dsc_tensor *leaf);
    void *user;
} dsc_pass;

/* Whether a tensor's gradient is part of what is looked for. */
static inline bool dsc_pass_wants(const dsc_pass *pass, const dsc_tensor *input) {
    return input != NULL && input->requires_grad && (pass->targets == NULL || dsc_pass_leads_to(pass, input));
}

dsc_status dsc_pass_run(dsc_pass *pass, dsc_tensor *root, dsc_tensor *upstream);
/* A gradient arrives at a leaf, a result, or a target. is_spare: whether nothing else is going to read it, so
 * that a leaf may keep it, and add to it. */
dsc_status dsc_pass_deliver(dsc_pass *pass, dsc_tensor *input, dsc_tensor *gradient, bool is_spare);
/* The gradient of the second result of what made `first`. */
dsc_status dsc_pass_deliver_second(dsc_tensor *first, dsc_tensor *gradient);
dsc_status dsc_pass_note_delivery(dsc_pass *pass, dsc_tensor *leaf);

/* A leaf's gradient, or the place for one, from now on; NULL: it has none. Takes the reference over. */
void dsc_leaf_keep_grad(dsc_tensor *leaf, dsc_tensor *grad);
void dsc_leaf_leave_grad(dsc_tensor *leaf);
/* A leaf's gradient goes; its place stays where it was given. */
void dsc_leaf_release_grad(dsc_tensor *leaf);
static inline void dsc_leaf_forget(dsc_tensor *leaf) {
    leaf->has_grad = false;
    if (leaf->rows != NULL)
        dsc_leaf_forget_rows(leaf);
    if (!leaf->has_grad_place || leaf->recorded_grad != NULL)
        dsc_leaf_release_grad(leaf);
}
/* Adds to a leaf's gradient. */
dsc_status dsc_leaf_accumulate(dsc_tensor *leaf, dsc_tensor *gradient, bool is_spare, bool creates_graph);
dsc_status dsc_leaf_make_place(dsc_tensor *leaf);

#endif

/* Derivatives written as expressions.
 *
 * A pull-back is a few lines such as
 *
 *     static void divide(dsc_pullback *p) {
 *         dsc_give(p, 0, x_divide(p, p->upstream, dsc_input(p, 1)));
 *         ...
 *
 * Whatever x_... functions make is released when the pull-back is over. After a failure all of them give NULL
 * and do nothing, so that expressions need no checks. What dsc_give is handed may have the shape that the
 * inputs were broadcast to: it is summed. Everything is recorded where the pass creates a graph. */
#ifndef DSC_AUTODIFF_PULLBACK_H
#define DSC_AUTODIFF_PULLBACK_H

#include <math.h>

#include "autodiff/node.h"
#include "descent/activations.h"
#include "descent/operations.h"

enum { DSC_FEW_TEMPORARIES = 64 };

struct dsc_pullback {
    dsc_node *node;
    dsc_tensor *upstream;
    dsc_tensor *second; /* that of the second result; of operations that have one, this or `upstream` may be
                           NULL */
    bool creates_graph, has_targets; /* as the pass */
    struct dsc_pass *pass;
    dsc_status status;
    size_t count;
    dsc_tensor *temporaries[DSC_FEW_TEMPORARIES];
    dsc_tensor **more; /* those that come after, with room for so many */
    size_t room;
};

/* Whether a tensor that requires gradients leads to one that the pass looks for. */
bool dsc_pass_leads_to(const struct dsc_pass *pass, const dsc_tensor *tensor);
/* Whether the input's gradient is wanted. */
static inline bool dsc_wants(const dsc_pullback *p, size_t input) {
    const dsc_tensor *t = p->node->inputs[input];
    return t != NULL && t->requires_grad && p->status == DSC_OK &&
           (!p->has_targets || dsc_pass_leads_to(p->pass, t));
}
/* An input, or what was saved; NULL, with a status, if it was changed since. */
dsc_tensor *dsc_input(dsc_pullback *p, size_t input);
dsc_tensor *dsc_saved(dsc_pullback *p, size_t index);
/* The node's result, saved as `index`, as something that can be differentiated. */
dsc_tensor *dsc_output(dsc_pullback *p, size_t index);
/* An input whose numbers do not matter. */
static inline dsc_tensor *dsc_input_shape(const dsc_pullback *p, size_t input) {
    return p->node->inputs[input];
}
/* The upstream gradient, which p has no more then, if nobody else has it, so that a kernel may write over it;
 * NULL: somebody has. */
dsc_tensor *dsc_take_upstream(dsc_pullback *p);
/* Hands an input its gradient; nothing for NULL or where it is not wanted. What the pull-back made is to be
 * given once: a leaf may keep it for its own. */
void dsc_give(dsc_pullback *p, size_t input, dsc_tensor *gradient);
/* Where a kernel may leave the gradient of a leaf itself, and whether it is to add; NULL: it may not. Call
 * dsc_gave when that is done. */
void *dsc_place_of_gradient(dsc_pullback *p, size_t input, bool *add);
void dsc_gave(dsc_pullback *p, size_t input);
/* What an input's gradient has come to so far, where a pull-back may add to it in place; NULL: there is none
 * yet, or somebody else reads it. Call dsc_gave when that is done. */
dsc_tensor *dsc_gradient_so_far(dsc_pullback *p, size_t input);
/* Adds n rows to the gradient that a leaf keeps as rows, or begins it; false: it has to be dense. */
bool dsc_gives_rows(dsc_pullback *p, size_t input, size_t n, const int64_t *index, const void *source,
                    int64_t skipped);

/* Where a kernel leaves an input's gradient: a leaf's own place, or a tensor that is then given. */
typedef struct dsc_gradient_target {
    void *data; /* NULL: it is not wanted */
    bool add, is_place;
    dsc_tensor *made;
} dsc_gradient_target;
void dsc_find_target(dsc_pullback *p, size_t input, dsc_gradient_target *target);
/* The same for a kernel that does not add to what is there. */
void dsc_make_target(dsc_pullback *p, size_t input, dsc_gradient_target *target);
/* When it is there; nothing where it is not wanted. */
void dsc_give_target(dsc_pullback *p, size_t input, const dsc_gradient_target *target);

/* A result on its way into an expression: kept until the pull-back is over. */
dsc_tensor *dsc_keep(dsc_pullback *p, dsc_status status, dsc_tensor *made);

void dsc_release_temporaries(dsc_pullback *p);

/* The same for a call that is an argument itself: by then it has set *made, in whatever order a compiler
 * evaluates arguments. */
static inline dsc_tensor *dsc_keep_made(dsc_pullback *p, dsc_status status, dsc_tensor *const *made) {
    return dsc_keep(p, status, *made);
}

#define DSC_EXPRESSION_1(name)                                                                               \
    static inline dsc_tensor *x_##name(dsc_pullback *p, dsc_tensor *a) {                                     \
        dsc_tensor *made = NULL;                                                                             \
        return p->status != DSC_OK || a == NULL ? NULL : dsc_keep_made(p, dsc_##name(a, &made), &made);      \
    }
#define DSC_EXPRESSION_2(name)                                                                               \
    static inline dsc_tensor *x_##name(dsc_pullback *p, dsc_tensor *a, dsc_tensor *b) {                      \
        dsc_tensor *made = NULL;                                                                             \
        return p->status != DSC_OK || a == NULL || b == NULL                                                 \
                   ? NULL                                                                                    \
                   : dsc_keep_made(p, dsc_##name(a, b, &made), &made);                                       \
    }
DSC_EVERY_UNARY(DSC_EXPRESSION_1)
DSC_EVERY_BINARY(DSC_EXPRESSION_2)
DSC_EVERY_COMPARISON(DSC_EXPRESSION_2)
#undef DSC_EXPRESSION_1
#undef DSC_EXPRESSION_2

/* Any other operation: x_call(p, dsc_sum(a, 1, &d, true, &made)) with `made` a variable that is NULL before.
 */
#define x_call(p, made, call) ((p)->status != DSC_OK ? NULL : dsc_keep_made((p), (call), &(made)))

static inline dsc_tensor *x_affine(dsc_pullback *p, dsc_tensor *a, double scale, double offset) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || a == NULL ? NULL
                                            : dsc_keep_made(p, dsc_affine(a, scale, offset, &made), &made);
}
/* -0 + -0 is -0, as a product has it; with 0 its sign would be lost, and that of what is divided by it. */
static inline dsc_tensor *x_scale(dsc_pullback *p, dsc_tensor *a, double scale) {
    return x_affine(p, a, scale, -0.0);
}
/* log(1 + e^x) */
static inline dsc_tensor *x_softplus(dsc_pullback *p, dsc_tensor *a) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || a == NULL ? NULL
                                            : dsc_keep_made(p, dsc_softplus(a, 1, INFINITY, &made), &made);
}
static inline dsc_tensor *x_where(dsc_pullback *p, dsc_tensor *condition, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || condition == NULL || a == NULL || b == NULL
               ? NULL
               : dsc_keep_made(p, dsc_where(condition, a, b, &made), &made);
}
static inline dsc_tensor *x_reshape_like(dsc_pullback *p, dsc_tensor *a, const dsc_tensor *like) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || a == NULL
               ? NULL
               : dsc_keep_made(p, dsc_reshape(a, like->rank, like->shape, &made), &made);
}
static inline dsc_tensor *x_expand_like(dsc_pullback *p, dsc_tensor *a, const dsc_tensor *like) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || a == NULL
               ? NULL
               : dsc_keep_made(p, dsc_expand(a, like->rank, like->shape, &made), &made);
}
static inline dsc_tensor *x_sum(dsc_pullback *p, dsc_tensor *a, size_t count, const int64_t *dimensions,
                                bool keeps) {
    dsc_tensor *made = NULL;
    return p->status != DSC_OK || a == NULL
               ? NULL
               : dsc_keep_made(p, dsc_sum(a, count, dimensions, keeps, &made), &made);
}
/* 1 - x */
static inline dsc_tensor *x_rest(dsc_pullback *p, dsc_tensor *x) {
    return x_affine(p, x, -1, 1);
}
static inline dsc_tensor *x_matmul(dsc_pullback *p, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return a == NULL || b == NULL ? NULL : x_call(p, made, dsc_matmul(a, b, &made));
}
/* With its last two dimensions exchanged. */
static inline dsc_tensor *x_transposed(dsc_pullback *p, dsc_tensor *a) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_transpose(a, -1, -2, &made));
}
static inline dsc_tensor *x_reshape(dsc_pullback *p, dsc_tensor *a, size_t rank, const size_t *shape) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_reshape(a, rank, shape, &made));
}
static inline dsc_tensor *x_unsqueeze(dsc_pullback *p, dsc_tensor *a, int64_t dimension) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_unsqueeze(a, dimension, &made));
}
static inline dsc_tensor *x_select(dsc_pullback *p, dsc_tensor *a, int64_t dimension, size_t index) {
    dsc_tensor *made = NULL;
    return a == NULL ? NULL : x_call(p, made, dsc_select(a, dimension, (int64_t)index, &made));
}
/* The same numbers contiguously, not recorded; NULL of NULL. */
static inline dsc_tensor *x_in_order(dsc_pullback *p, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL || t->is_contiguous ? t : x_call(p, made, dsc_contiguous_of(t, &made));
}
/* A number of the tensor's type and context. */
dsc_tensor *x_constant(dsc_pullback *p, const dsc_tensor *like, double value);
dsc_tensor *x_detach(dsc_pullback *p, dsc_tensor *a);

/* Expressions outside a pull-back: p->status and the temporaries as there, everything is recorded where this
 * thread records. The end hands out `value`. */
#define DSC_EXPRESSION(row)                                                                                  \
    dsc_node expression_node = {.operation = (row)};                                                         \
    dsc_pullback expression = {.node = &expression_node}, *p = &expression
dsc_status dsc_expression_end(dsc_pullback *p, dsc_tensor *value, dsc_tensor **result);

#endif

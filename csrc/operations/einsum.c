/* Einstein's notation, as products of matrices. */
#include <ctype.h>
#include <string.h>

#include "operations/table.h"

/* An operand or the result: a letter for each dimension. */
typedef struct term {
    size_t rank;
    char letters[DSC_MAX_RANK];
} term;

/* A tensor on its way, with the letters of its dimensions. */
typedef struct labelled {
    dsc_tensor *tensor; /* a reference */
    term term;
} labelled;

static bool has(const term *t, char letter) {
    return memchr(t->letters, letter, t->rank) != NULL;
}

static size_t place_of(const term *t, char letter) {
    return (size_t)((const char *)memchr(t->letters, letter, t->rank) - t->letters);
}

static void append(term *t, char letter) {
    t->letters[t->rank++] = letter;
}

/* Takes t's tensor's place. */
static dsc_status replace(labelled *t, dsc_status status, dsc_tensor *made) {
    if (status == DSC_OK) {
        dsc_tensor_release(t->tensor);
        t->tensor = made;
    }
    return status;
}

/* ---- The equation ---- */

typedef struct equation {
    size_t operands;
    term inputs[2], output;
} equation;

static dsc_status parse_letter(const char *text, const char *at, term *to) {
    if (*at == '.')
        return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has an ellipsis: name every dimension", text);
    if (!isalpha((unsigned char)*at))
        return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has a '%c', which is no letter", text, *at);
    if (to->rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "einsum: '%s' names more than %d dimensions at once", text,
                        DSC_MAX_RANK);
    append(to, *at);
    return DSC_OK;
}

/* The letters that come once, in order. */
static dsc_status imply_output(const char *text, equation *e) {
    for (int letter = 'A'; letter <= 'z'; ++letter) {
        size_t times = 0;
        for (size_t i = 0; i < e->operands; ++i)
            for (size_t d = 0; d < e->inputs[i].rank; ++d)
                times += e->inputs[i].letters[d] == letter;
        char found = (char)letter;
        if (times == 1)
            DSC_TRY(parse_letter(text, &found, &e->output));
    }
    return DSC_OK;
}

static dsc_status check_output(const char *text, const equation *e) {
    for (size_t d = 0; d < e->output.rank; ++d) {
        char letter = e->output.letters[d];
        if (place_of(&e->output, letter) != d)
            return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has '%c' twice in its result", text, letter);
        if (!has(&e->inputs[0], letter) && (e->operands == 1 || !has(&e->inputs[1], letter)))
            return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has '%c' in its result and in no operand", text,
                            letter);
    }
    return DSC_OK;
}

static dsc_status parse(const char *text, equation *e) {
    *e = (equation){.operands = 1};
    term *to = &e->inputs[0];
    bool has_output = false;
    for (const char *at = text; *at != 0; ++at) {
        if (*at == ' ')
            continue;
        if (at[0] == '-' && at[1] == '>' && !has_output) {
            has_output = true;
            to = &e->output;
            ++at;
        } else if (*at == ',' && !has_output) {
            if (e->operands == 2)
                return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has more than two operands", text);
            to = &e->inputs[e->operands++];
        } else {
            DSC_TRY(parse_letter(text, at, to));
        }
    }
    if (!has_output)
        DSC_TRY(imply_output(text, e));
    return check_output(text, e);
}

/* Extents of one letter agree, or are 1. */
static dsc_status check_extents(const char *text, const equation *e, dsc_tensor *const *tensors) {
    for (size_t i = 0; i < e->operands; ++i) {
        const term *t = &e->inputs[i];
        if (tensors[i]->rank != t->rank)
            return dsc_fail(DSC_ERROR_SIZE, "einsum: '%s' names %zu dimensions of operand %zu, of shape %s",
                            text, t->rank, i, dsc_shape_text(tensors[i]->rank, tensors[i]->shape).text);
        for (size_t d = 0; d < t->rank; ++d) {
            size_t first = place_of(t, t->letters[d]), extent = tensors[i]->shape[d];
            if (tensors[i]->shape[first] != extent)
                return dsc_fail(DSC_ERROR_SIZE,
                                "einsum: '%s': '%c' is %zu and %zu in operand %zu, of shape %s", text,
                                t->letters[d], tensors[i]->shape[first], extent, i,
                                dsc_shape_text(tensors[i]->rank, tensors[i]->shape).text);
            if (i == 0 || !has(&e->inputs[0], t->letters[d]))
                continue;
            size_t other = tensors[0]->shape[place_of(&e->inputs[0], t->letters[d])];
            if (other != extent && other != 1 && extent != 1)
                return dsc_fail(DSC_ERROR_SIZE,
                                "einsum: '%s': '%c' is %zu in the first operand, %zu in the "
                                "second",
                                text, t->letters[d], other, extent);
        }
    }
    return DSC_OK;
}

/* ---- Steps ---- */

/* Booleans, true where two indices of a shape are equal. */
static dsc_status same_index(const dsc_tensor *x, size_t first, size_t second, dsc_tensor **mask) {
    size_t shape[DSC_MAX_RANK], n = x->shape[first];
    for (size_t d = 0; d < x->rank; ++d)
        shape[d] = d == first || d == second ? n : 1;
    DSC_TRY(dsc_tensor_full(dsc_context_of(x), DSC_BOOL, x->rank, shape, 0, mask));
    for (size_t i = 0; i < n; ++i)
        ((uint8_t *)dsc_data(*mask))[i * (n + 1)] = 1;
    return DSC_OK;
}

/* The diagonal of two dimensions, as a sum in which all else is 0: the first stays. */
static dsc_status take_diagonal(labelled *t, size_t first, size_t second) {
    dsc_tensor *mask, *nothing = NULL, *masked = NULL, *made = NULL;
    const int64_t dimension = (int64_t)second;
    DSC_TRY(same_index(t->tensor, first, second, &mask));
    dsc_status status = dsc_tensor_full(dsc_context_of(t->tensor), t->tensor->dtype, 0, NULL, 0, &nothing);
    if (status == DSC_OK)
        status = dsc_where(mask, t->tensor, nothing, &masked);
    if (status == DSC_OK)
        status = dsc_sum(masked, 1, &dimension, false, &made);
    dsc_tensor_release(mask);
    dsc_tensor_release(nothing);
    dsc_tensor_release(masked);
    memmove(t->term.letters + second, t->term.letters + second + 1, t->term.rank - second - 1);
    --t->term.rank;
    return replace(t, status, made);
}

static dsc_status take_diagonals(labelled *t) {
    for (size_t d = t->term.rank; d-- > 0;) {
        size_t first = place_of(&t->term, t->term.letters[d]);
        if (first != d)
            DSC_TRY(take_diagonal(t, first, d));
    }
    return DSC_OK;
}

/* Sums over what neither the other operand nor the result has. */
static dsc_status sum_own(labelled *t, const term *other, const term *output) {
    int64_t dimensions[DSC_MAX_RANK];
    size_t count = 0;
    term rest = {0};
    for (size_t d = 0; d < t->term.rank; ++d) {
        if (has(output, t->term.letters[d]) || has(other, t->term.letters[d]))
            append(&rest, t->term.letters[d]);
        else
            dimensions[count++] = (int64_t)d;
    }
    if (count == 0)
        return DSC_OK;
    dsc_tensor *made = NULL;
    t->term = rest;
    dsc_status status = dsc_sum(t->tensor, count, dimensions, false, &made);
    return replace(t, status, made);
}

/* Its dimensions in another order of the same letters. */
static dsc_status arrange(labelled *t, const term *order) {
    int64_t places[DSC_MAX_RANK];
    bool is_there = true;
    for (size_t d = 0; d < order->rank; ++d) {
        places[d] = (int64_t)place_of(&t->term, order->letters[d]);
        is_there &= places[d] == (int64_t)d;
    }
    t->term = *order;
    if (is_there)
        return DSC_OK;
    dsc_tensor *made = NULL;
    dsc_status status = dsc_permute(t->tensor, order->rank, places, &made);
    return replace(t, status, made);
}

static dsc_status reshape(labelled *t, size_t rank, const size_t *shape) {
    dsc_tensor *made = NULL;
    dsc_status status = dsc_reshape(t->tensor, rank, shape, &made);
    return replace(t, status, made);
}

/* Repeats what has extent 1 in one operand and more in the other. */
static dsc_status repeat(labelled *t, const labelled *other) {
    size_t shape[DSC_MAX_RANK];
    bool differs = false;
    for (size_t d = 0; d < t->term.rank; ++d) {
        shape[d] = t->tensor->shape[d];
        if (shape[d] == 1 && has(&other->term, t->term.letters[d]))
            shape[d] = other->tensor->shape[place_of(&other->term, t->term.letters[d])];
        differs |= shape[d] != t->tensor->shape[d];
    }
    if (!differs)
        return DSC_OK;
    dsc_tensor *made = NULL;
    dsc_status status = dsc_expand(t->tensor, t->term.rank, shape, &made);
    return replace(t, status, made);
}

/* ---- Two operands ---- */

/* The letters of a product of batches of matrices: m x k times k x n. */
typedef struct parts {
    term batch, m, n, k;
} parts;

static parts split(const labelled *a, const labelled *b, const term *output) {
    parts p = {0};
    for (size_t d = 0; d < a->term.rank; ++d) {
        char letter = a->term.letters[d];
        append(!has(&b->term, letter) ? &p.m : has(output, letter) ? &p.batch : &p.k, letter);
    }
    for (size_t d = 0; d < b->term.rank; ++d)
        if (!has(&a->term, b->term.letters[d]))
            append(&p.n, b->term.letters[d]);
    return p;
}

static size_t extent_of(const labelled *t, const term *letters) {
    size_t extent = 1;
    for (size_t d = 0; d < letters->rank; ++d)
        extent *= t->tensor->shape[place_of(&t->term, letters->letters[d])];
    return extent;
}

static term joined(const term *first, const term *second, const term *third) {
    term all = {0};
    const term *const terms[] = {first, second, third};
    for (size_t i = 0; i < 3; ++i)
        for (size_t d = 0; d < terms[i]->rank; ++d)
            append(&all, terms[i]->letters[d]);
    return all;
}

/* batch x m x k times batch x k x n; without sums, or with nothing but sums, it is a product of elements. */
static dsc_status multiply(labelled *a, labelled *b, const parts *p, labelled *out) {
    size_t batch = extent_of(a, &p->batch), m = extent_of(a, &p->m), k = extent_of(a, &p->k);
    size_t n = extent_of(b, &p->n), shape[DSC_MAX_RANK];
    out->term = joined(&p->batch, &p->m, &p->n);
    for (size_t d = 0; d < out->term.rank; ++d) {
        const labelled *from = d < p->batch.rank + p->m.rank ? a : b;
        shape[d] = from->tensor->shape[place_of(&from->term, out->term.letters[d])];
    }
    bool is_elementwise = p->k.rank == 0, is_dot = p->batch.rank > 0 && m == 1 && n == 1;
    term left = joined(&p->batch, &p->m, &p->k), right = joined(&p->batch, &p->k, &p->n);
    if (is_dot)
        right = joined(&p->batch, &p->n, &p->k);
    DSC_TRY(arrange(a, &left));
    DSC_TRY(arrange(b, &right));
    if (is_elementwise) {
        DSC_TRY(reshape(a, 3, (const size_t[]){batch, m, 1}));
        DSC_TRY(reshape(b, 3, (const size_t[]){batch, 1, n}));
        DSC_TRY(dsc_multiply(a->tensor, b->tensor, &out->tensor));
    } else if (is_dot) {
        const int64_t last = 1;
        dsc_tensor *products;
        DSC_TRY(reshape(a, 2, (const size_t[]){batch, k}));
        DSC_TRY(reshape(b, 2, (const size_t[]){batch, k}));
        DSC_TRY(dsc_multiply(a->tensor, b->tensor, &products));
        dsc_status status = dsc_sum(products, 1, &last, false, &out->tensor);
        dsc_tensor_release(products);
        DSC_TRY(status);
    } else {
        bool is_batched = p->batch.rank > 0;
        DSC_TRY(reshape(a, is_batched ? 3 : 2, (const size_t[]){batch, m, k} + !is_batched));
        DSC_TRY(reshape(b, is_batched ? 3 : 2, (const size_t[]){batch, k, n} + !is_batched));
        DSC_TRY(dsc_matmul(a->tensor, b->tensor, &out->tensor));
    }
    return reshape(out, out->term.rank, shape);
}

static dsc_status contract(const equation *e, labelled *a, labelled *b, labelled *out) {
    DSC_TRY(take_diagonals(a));
    if (b == NULL) {
        DSC_TRY(sum_own(a, &(term){0}, &e->output));
        DSC_TRY(arrange(a, &e->output));
        out->tensor = dsc_tensor_retain(a->tensor);
        return DSC_OK;
    }
    DSC_TRY(take_diagonals(b));
    DSC_TRY(sum_own(a, &b->term, &e->output));
    DSC_TRY(sum_own(b, &a->term, &e->output));
    DSC_TRY(repeat(a, b));
    DSC_TRY(repeat(b, a));
    parts p = split(a, b, &e->output);
    DSC_TRY(multiply(a, b, &p, out));
    return arrange(out, &e->output);
}

dsc_status dsc_einsum(const char *text, dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    const dsc_operation operation = {.name = "einsum"};
    dsc_tensor *const tensors[] = {a, b};
    equation e;
    if (text == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: the equation is NULL");
    DSC_TRY(dsc_check_inputs(&operation, b == NULL ? 1 : 2, tensors, result));
    DSC_TRY(parse(text, &e));
    if (e.operands != (b == NULL ? 1u : 2u))
        return dsc_fail(DSC_ERROR_ARGUMENT, "einsum: '%s' has %zu operands, given %d", text, e.operands,
                        b == NULL ? 1 : 2);
    for (size_t i = 0; i < e.operands; ++i)
        DSC_TRY(dsc_check_real(&operation, tensors[i]));
    if (b != NULL)
        DSC_TRY(dsc_check_same_dtype(&operation, a, b));
    DSC_TRY(check_extents(text, &e, tensors));
    labelled left = {dsc_tensor_retain(a), e.inputs[0]}, right = {dsc_tensor_retain(b), e.inputs[1]};
    labelled out = {0};
    dsc_status status = contract(&e, &left, b == NULL ? NULL : &right, &out);
    dsc_tensor_release(left.tensor);
    dsc_tensor_release(right.tensor);
    if (status == DSC_OK)
        *result = out.tensor;
    else
        dsc_tensor_release(out.tensor);
    return status;
}

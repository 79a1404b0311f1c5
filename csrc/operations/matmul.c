/* Products of matrices, and of batches of them. */
#include <string.h>

#include "descent/linalg.h"
#include "operations/table.h"

/* The last two dimensions as GEMM takes them: as they lie, or transposed, or after a copy. */
typedef struct factor {
    dsc_tensor *tensor; /* a reference */
    bool is_transposed;
} factor;

static bool lies_transposed(const dsc_tensor *t) {
    size_t rank = t->rank, rows = t->shape[rank - 2];
    size_t expected = rows * t->shape[rank - 1];
    if (t->strides[rank - 2] != 1 || t->strides[rank - 1] != rows)
        return false;
    for (size_t d = rank - 2; d-- > 0;) {
        if (t->shape[d] != 1 && t->strides[d] != expected)
            return false;
        expected *= t->shape[d];
    }
    return true;
}

static dsc_status prepare(dsc_tensor *t, factor *f) {
    f->is_transposed = !t->is_contiguous && lies_transposed(t);
    if (f->is_transposed) {
        f->tensor = dsc_tensor_retain(t);
        return DSC_OK;
    }
    return dsc_contiguous_of(t, &f->tensor);
}

typedef struct batch_job {
    const dsc_tensor *a, *b;
    bool transpose_a, transpose_b;
    size_t m, n, k, rank;
    size_t shape[DSC_MAX_RANK]; /* of the batch */
    dsc_tensor *out;
    atomic_int status;
} batch_job;

/* Where the matrix of a batch index lies, in matrices. */
static size_t place_in(const dsc_tensor *t, const batch_job *job, size_t index) {
    size_t at = 0, step = 1;
    for (size_t d = t->rank - 2; d-- > 0;) {
        size_t dim = d + job->rank - (t->rank - 2), below = 1;
        for (size_t e = dim + 1; e < job->rank; ++e)
            below *= job->shape[e];
        if (t->shape[d] != 1)
            at += index / below % job->shape[dim] * step;
        step *= t->shape[d];
    }
    return at;
}

static void multiply_one(void *argument, size_t index) {
    batch_job *job = argument;
    size_t size = dsc_dtype_size(job->a->dtype);
    const char *a = (const char *)dsc_data(job->a) + place_in(job->a, job, index) * job->m * job->k * size;
    const char *b = (const char *)dsc_data(job->b) + place_in(job->b, job, index) * job->k * job->n * size;
    char *out = (char *)dsc_data(job->out) + index * job->m * job->n * size;
    dsc_status status = dsc_gemm(dsc_context_of(job->a), job->a->dtype, job->transpose_a, job->transpose_b,
                                 job->m, job->n, job->k, 1, a, b, 0, out);
    if (status < 0)
        atomic_store(&job->status, status);
}

static dsc_status multiply(const dsc_operation *operation, dsc_tensor *a, dsc_tensor *b, dsc_tensor **made) {
    size_t rank = dsc_max_size(a->rank, b->rank);
    batch_job job = {.m = a->shape[a->rank - 2], .k = a->shape[a->rank - 1], .n = b->shape[b->rank - 1]};
    if (b->shape[b->rank - 2] != job.k)
        return dsc_fail(DSC_ERROR_SIZE, "matmul: shapes %s and %s: %zu columns for %zu rows",
                        dsc_shape_text(a->rank, a->shape).text, dsc_shape_text(b->rank, b->shape).text, job.k,
                        b->shape[b->rank - 2]);
    dsc_tensor left = {.dtype = a->dtype, .rank = (uint8_t)(a->rank - 2)};
    dsc_tensor right = {.dtype = a->dtype, .rank = (uint8_t)(b->rank - 2)};
    memcpy(left.shape, a->shape, sizeof left.shape);
    memcpy(right.shape, b->shape, sizeof right.shape);
    DSC_TRY(dsc_broadcast_shape(operation, &left, &right, &job.rank, job.shape));
    size_t shape[DSC_MAX_RANK], matrices = 1;
    for (size_t d = 0; d < job.rank; ++d)
        matrices *= shape[d] = job.shape[d];
    shape[rank - 2] = job.m;
    shape[rank - 1] = job.n;
    DSC_TRY(dsc_check_shape("matmul", a->dtype, rank, shape));
    factor x = {0}, y = {0};
    dsc_status status = prepare(a, &x);
    if (status == DSC_OK)
        status = prepare(b, &y);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(a), a->dtype, rank, shape, made);
    if (status == DSC_OK) {
        job.a = x.tensor;
        job.b = y.tensor;
        job.transpose_a = x.is_transposed;
        job.transpose_b = y.is_transposed;
        job.out = *made;
        double work = (double)matrices * (double)job.m * (double)job.n * (double)job.k;
        if (matrices == 1)
            multiply_one(&job, 0); /* shares the tiles of one product */
        else
            dsc_parallel_work(dsc_context_of(a), work, matrices, multiply_one, &job);
        status = atomic_load(&job.status);
        if (status != DSC_OK)
            dsc_fail(status, "matmul: a product failed");
    }
    dsc_tensor_release(x.tensor);
    dsc_tensor_release(y.tensor);
    return status;
}

/* Of at least two dimensions each. */
static dsc_status matrices(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    DSC_BEGIN(matmul, a, b);
    dsc_tensor *made = NULL;
    dsc_status status = multiply(operation, a, b, &made);
    return DSC_END(status, made);
}

/* The gradient of one factor straight into its place, where that is a plain matrix. */
static bool gives_in_place(dsc_pullback *p, size_t input, dsc_tensor *left, dsc_tensor *right) {
    bool add;
    if (left == NULL || right == NULL || left->rank != 2 || right->rank != 2)
        return false;
    void *place = dsc_place_of_gradient(p, input, &add);
    if (place == NULL)
        return false;
    factor x = {0}, y = {0};
    p->status = prepare(left, &x);
    if (p->status == DSC_OK)
        p->status = prepare(right, &y);
    if (p->status == DSC_OK)
        p->status = dsc_gemm(dsc_context_of(left), left->dtype, x.is_transposed, y.is_transposed,
                             left->shape[0], right->shape[1], left->shape[1], 1, dsc_data(x.tensor),
                             dsc_data(y.tensor), add ? 1 : 0, place);
    dsc_tensor_release(x.tensor);
    dsc_tensor_release(y.tensor);
    if (p->status == DSC_OK)
        dsc_gave(p, input);
    return true;
}

void dsc_pull_back_matmul(dsc_pullback *p) {
    if (dsc_wants(p, 0)) {
        dsc_tensor *turned = x_transposed(p, dsc_input(p, 1));
        if (!gives_in_place(p, 0, p->upstream, turned))
            dsc_give(p, 0, x_matmul(p, p->upstream, turned));
    }
    if (dsc_wants(p, 1)) {
        dsc_tensor *turned = x_transposed(p, dsc_input(p, 0));
        if (!gives_in_place(p, 1, turned, p->upstream))
            dsc_give(p, 1, x_matmul(p, turned, p->upstream));
    }
}

/* A batch times one matrix is one product of more rows. */
static dsc_status rows_times_matrix(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    dsc_tensor *flat, *product = NULL;
    size_t shape[DSC_MAX_RANK];
    DSC_TRY(dsc_flatten(a, 0, -2, &flat));
    dsc_status status = matrices(flat, b, &product);
    dsc_tensor_release(flat);
    if (status != DSC_OK)
        return status;
    memcpy(shape, a->shape, sizeof shape);
    shape[a->rank - 1] = product->shape[1];
    status = dsc_reshape(product, a->rank, shape, result);
    dsc_tensor_release(product);
    return status;
}

dsc_status dsc_matmul(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    DSC_BEGIN(matmul, a, b);
    (void)input_count;
    DSC_TRY(dsc_check_real(operation, a));
    DSC_TRY(dsc_check_same_dtype(operation, a, b));
    if (a->rank == 0 || b->rank == 0)
        return dsc_fail(DSC_ERROR_SIZE, "matmul: shapes %s and %s: a number is no matrix",
                        dsc_shape_text(a->rank, a->shape).text, dsc_shape_text(b->rank, b->shape).text);
    if (a->rank == 2 && b->rank == 2)
        return matrices(a, b, result);
    if (a->rank > 2 && b->rank == 2)
        return rows_times_matrix(a, b, result);
    if (a->rank > 1 && b->rank > 1)
        return matrices(a, b, result);
    /* A vector is a row on the left, a column on the right; the dimension goes away again. */
    dsc_tensor *left = NULL, *right = NULL, *product = NULL, *narrower = NULL;
    dsc_status status = a->rank == 1 ? dsc_unsqueeze(a, 0, &left) : DSC_OK;
    if (status == DSC_OK && b->rank == 1)
        status = dsc_unsqueeze(b, 1, &right);
    if (status == DSC_OK)
        status = dsc_matmul(left == NULL ? a : left, right == NULL ? b : right, &product);
    if (status == DSC_OK && left != NULL) {
        status = dsc_squeeze(product, -2, &narrower);
        dsc_tensor_release(product);
        product = narrower;
        if (status != DSC_OK)
            product = NULL;
    }
    if (status == DSC_OK && right != NULL) {
        status = dsc_squeeze(product, -1, &narrower);
        dsc_tensor_release(product);
        product = narrower;
    }
    dsc_tensor_release(left);
    dsc_tensor_release(right);
    if (status == DSC_OK)
        *result = product;
    return status;
}

/* How attention's work is shared out. */
#include <sched.h>
#include <stdatomic.h>

#include "attention/attention.h"
#include "tensor/tensor.h"

size_t dsc_attention_offset(const dsc_attention_call *c, const dsc_attention_matrix *m, size_t head) {
    size_t at = 0;
    for (size_t d = c->rank; d-- > 0;) {
        at += head % c->shape[d] * m->heads[d];
        head /= c->shape[d];
    }
    return at;
}

/* ---- Workspaces: one for each thread ---- */

typedef struct attention_job {
    const dsc_attention_call *call;
    bool is_backward, splits; /* a head is done in one part, or by some of its queries or keys */
    size_t query_parts, key_parts, chunk;
    dsc_tensor *memory;
    size_t size; /* of a workspace */
    size_t count;
    atomic_bool *taken;
} attention_job;

static size_t workspace_bytes(const attention_job *job) {
    const dsc_attention_call *c = job->call;
    const size_t width = dsc_attention_padded(c->width), value_width = dsc_attention_padded(c->value_width);
    const size_t weights = DSC_ATTENTION_QUERIES * DSC_ATTENTION_ROW;
    size_t numbers = job->is_backward ? 2 * weights + DSC_ATTENTION_KEYS * (2 * width + value_width) +
                                            DSC_ATTENTION_QUERIES * (width + value_width)
                                      : weights + DSC_ATTENTION_KEYS * (width + value_width);
    size_t sums = job->is_backward ? 0 : dsc_attention_padded(job->chunk) * sizeof(double);
    return numbers * dsc_size_of(c->dtype) + sums;
}

/* There are as many as the context has threads; where it got more meanwhile, some wait for a moment. */
static size_t take(attention_job *job) {
    for (;;) {
        for (size_t i = 0; i < job->count; ++i)
            if (!atomic_exchange_explicit(&job->taken[i], true, memory_order_acquire))
                return i;
        sched_yield();
    }
}

/* ---- Parts ---- */

static dsc_attention_part part_at(const attention_job *job, size_t index) {
    const dsc_attention_call *c = job->call;
    const size_t parts = job->query_parts + job->key_parts, local = index % parts;
    dsc_attention_part part = {.head = index / parts, .end_query = c->queries, .end_key = c->keys};
    if (!job->is_backward || local < job->query_parts) {
        part.by_queries = true;
        part.by_keys = !job->splits;
        part.first_query = local * job->chunk;
        part.end_query = dsc_min_size(part.first_query + job->chunk, c->queries);
    } else {
        part.by_keys = true;
        part.first_key = (local - job->query_parts) * DSC_ATTENTION_KEYS;
        part.end_key = dsc_min_size(part.first_key + DSC_ATTENTION_KEYS, c->keys);
    }
    return part;
}

static void run_part(void *argument, size_t index) {
    attention_job *job = argument;
    const dsc_attention_part part = part_at(job, index);
    const size_t slot = take(job);
    void *workspace = (char *)dsc_data(job->memory) + slot * job->size;
    if (job->is_backward)
        dsc_attention_backward_part(job->call, &part, workspace);
    else
        dsc_attention_forward_part(job->call, &part, workspace);
    atomic_store_explicit(&job->taken[slot], false, memory_order_release);
}

/* A head in one part shares its blocks of keys among all queries; where there are few heads that leaves
 * threads without work. */
enum { MANY_HEADS = 8, LONG_CHUNK = 512, SHORT_CHUNK = 128 };

static void cut(attention_job *job) {
    const dsc_attention_call *c = job->call;
    const bool has_many = c->heads >= MANY_HEADS;
    if (!job->is_backward) {
        job->chunk = dsc_min_size(c->queries, has_many ? LONG_CHUNK : SHORT_CHUNK);
        job->query_parts = dsc_ceil_div(c->queries, dsc_max_size(job->chunk, 1));
        return;
    }
    job->splits = !has_many && (c->queries > SHORT_CHUNK || c->keys > SHORT_CHUNK);
    job->chunk = job->splits ? SHORT_CHUNK : c->queries;
    job->query_parts = job->splits ? c->dq.data == NULL ? 0 : dsc_ceil_div(c->queries, job->chunk) : 1;
    job->key_parts = job->splits ? dsc_ceil_div(c->keys, DSC_ATTENTION_KEYS) : 0;
}

static dsc_status run(const dsc_context *context, const dsc_attention_call *c, bool is_backward) {
    atomic_bool taken[DSC_MAX_THREADS + 1] = {false};
    attention_job job = {.call = c, .is_backward = is_backward, .taken = taken};
    cut(&job);
    const size_t parts = job.query_parts + job.key_parts;
    if (c->heads == 0 || parts == 0)
        return DSC_OK;
    job.count = dsc_min_size((size_t)dsc_context_threads(context), c->heads * parts);
    job.size = dsc_ceil_div(workspace_bytes(&job), 4096) * 4096 + 576; /* each at another place of a page */
    const size_t bytes = job.count * job.size;
    DSC_TRY(dsc_make(context, DSC_UINT8, 1, &bytes, &job.memory));
    const double work = (double)c->heads * (double)c->queries * (double)c->keys *
                        (double)(c->width + c->value_width) * (is_backward ? 3 : 1);
    dsc_parallel_work(context, work, c->heads * parts, run_part, &job);
    dsc_tensor_release(job.memory);
    return DSC_OK;
}

dsc_status dsc_attention_forward(const dsc_context *context, const dsc_attention_call *call) {
    return run(context, call, false);
}

dsc_status dsc_attention_backward(const dsc_context *context, const dsc_attention_call *call) {
    return run(context, call, true);
}

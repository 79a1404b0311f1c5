/* Contexts own threads. Work is cut into tiles whose sizes depend on the problem alone, so a
 * context's thread count changes the speed of a call and never its result.
 *
 * A context may be used from several threads at once: while one has its threads, the others work alone. So
 * does a section within a section. OpenBLAS is set to one thread for the whole process at the first matrix
 * product: parallelism comes from the tiles. Where it does not know the processor, it is made to choose its
 * kernels again, by the instructions there are, while Descent is loaded: not where it has other threads by
 * then, or OPENBLAS_CORETYPE is set. */
#ifndef DESCENT_CONTEXT_H
#define DESCENT_CONTEXT_H

#include "status.h"

DSC_BEGIN_API

typedef struct dsc_context dsc_context;

/* A process may fork: the child's contexts start threads of their own when they need them. It must not fork
 * from within a task. */

/* Makes a context of `threads` threads, the caller's among them; at most DSC_MAX_THREADS. 0 = as many as
 * $DESCENT_THREADS says, or one for each processor that the process may use (by affinity and control group).
 * It has fewer where the system has no more: see dsc_context_threads. Destroy it with dsc_context_destroy,
 * when no thread is inside a function that it was passed to, nor will compute with its tensors. */
#define DSC_MAX_THREADS 256
dsc_status dsc_context_create(int32_t threads, dsc_context **context);
void dsc_context_destroy(dsc_context *context);

/* The number of threads, >= 1. NULL asks about the process default, which has one thread if $DESCENT_THREADS
 * is not a number it may be: only dsc_set_default_threads(0) and dsc_context_create(0) refuse that. */
int32_t dsc_context_threads(const dsc_context *context);

/* Sets the thread count of the process default context (0: see dsc_context_create), at any time: a section
 * under way keeps its threads, the next has the new ones. */
dsc_status dsc_set_default_threads(int32_t threads);

/* Calls task(argument, i) once for each i in 0 ..< count, on the context's threads, and returns
 * when all are done. The order is not defined. Nothing happens if task is NULL. */
typedef void (*dsc_task)(void *argument, size_t index);
void dsc_parallel_for(const dsc_context *context, size_t count, dsc_task task, void *argument);

/* ---- Memory ---- */

/* Tensors' memory, and most of what calls need while they run, comes from their context, which keeps what was
 * freed for later, up to a limit (1 GiB unless set). It may be freed by any thread, and after the context. In
 * bytes: */
typedef struct dsc_memory {
    size_t in_use, most_in_use; /* now; the most so far */
    size_t idle;                /* kept for later */
    size_t limit;               /* that idle memory keeps to */
    size_t requests;            /* for blocks that the system was asked for, in number */
} dsc_memory;
dsc_status dsc_context_memory(const dsc_context *context, dsc_memory *state);
/* Idle memory beyond the limit goes back to the system, now and from now on. */
dsc_status dsc_context_set_memory_limit(const dsc_context *context, size_t bytes);
/* All idle memory goes back to the system. */
dsc_status dsc_context_trim(const dsc_context *context);

/* ---- Random masks ---- */

/* What dropout and its like draw from. The numbers of a call depend on the seed, on how many calls were
 * before and on their places, never on the threads; they are Philox's (Salmon et al. 2011), not PyTorch's.
 * The two numbers are all that is to be saved for a run to go on as if it had not been stopped. Both are 0 at
 * first. */
typedef struct dsc_stream {
    uint64_t seed, calls;
} dsc_stream;
dsc_status dsc_context_stream(const dsc_context *context, dsc_stream *stream);
dsc_status dsc_context_set_stream(const dsc_context *context, dsc_stream stream);

/* The instruction set the kernels use here ("AVX-512", "AVX2+FMA", "SSE2", "NEON"), and OpenBLAS's
 * version and kernel family ("OpenBLAS 0.3.21 (SkylakeX)"). Valid until the thread asks again. */
const char *dsc_cpu_features(void);
const char *dsc_blas_description(void);

/* 64-byte aligned memory for large buffers, on huge pages where the system offers them. Contents
 * are undefined. bytes = 0 gives a valid pointer. Release with dsc_free, which ignores NULL. */
dsc_status dsc_allocate(size_t bytes, void **memory);
void dsc_free(void *memory);

DSC_END_API
#endif

/* Every allocation of a training step fails, alone or with all behind it: each call then says so and leaves
 * everything usable. Most allocations that fail alone are tried again, without idle blocks. The program's own
 * malloc stands in front of the C library's; with GNU's only, whose functions have second names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descent.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static long remaining = -1; /* allocations until one fails; negative: none will */
static long failed;
static bool all_fail; /* behind the first one */

static bool fails(void) {
    if (remaining != 0) {
        remaining -= remaining > 0;
        return false;
    }
    if (!all_fail)
        remaining = -1;
    ++failed;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    return fails() ? NULL : __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    return fails() ? NULL : __libc_realloc(memory, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *made = fails() ? NULL : __libc_memalign(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *memory = made;
    return 0;
}

/* The last one's products are packed. */
static const struct {
    const char *text;
    size_t rows;
} runs[] = {
    {"linear(40, 30) batch_norm1d(30) relu linear(30, 300) tanh linear(300, 3)", 20},
    {"linear(40, 2, bias=false) log_sigmoid linear(2, 3) softmax linear(3, 3)", 20},
    {"linear(40, 30) relu linear(30, 3)", 130},
};

/* A network, two steps, its state to a file and back. *loss: the last. */
static dsc_status train(const char *text, size_t rows, const char *path, double *loss) {
    dsc_context *context = NULL;
    dsc_network *network = NULL;
    dsc_optimizer *optimizer = NULL;
    dsc_tensor *x = NULL, *targets = NULL;
    dsc_random random;
    dsc_random_seed(&random, 3);
    dsc_status status = dsc_context_create(1, &context);
    if (status == DSC_OK)
        status = dsc_network_create(context, DSC_FLOAT64, &network);
    if (status == DSC_OK)
        status = dsc_network_parse(network, text, &random);
    if (status == DSC_OK)
        status = dsc_network_optimizer(network, "adam", 1, &(dsc_option){"lr", 0.01}, &optimizer);
    if (status == DSC_OK)
        status = dsc_tensor_uniform(context, DSC_FLOAT64, 2, (size_t[]){rows, 40}, &random, -1, 1, &x);
    if (status == DSC_OK)
        status = dsc_tensor_full(context, DSC_INT64, 1, (size_t[]){rows}, 2, &targets);
    for (int step = 0; status == DSC_OK && step < 2; ++step) {
        dsc_tensor *y = NULL, *value = NULL;
        status = dsc_network_forward(network, x, &y);
        if (status == DSC_OK)
            status = dsc_cross_entropy_loss(y, targets, NULL, &value);
        if (status == DSC_OK)
            status = dsc_backward(value, NULL, NULL);
        if (status == DSC_OK)
            status = dsc_network_step(network, optimizer, NULL);
        if (status == DSC_OK)
            status = dsc_tensor_item(value, loss);
        dsc_tensor_release(value);
        dsc_tensor_release(y);
    }
    if (status == DSC_OK)
        status = dsc_network_save(network, path);
    if (status == DSC_OK)
        status = dsc_network_load(network, path);
    dsc_optimizer_destroy(optimizer);
    dsc_network_destroy(network);
    dsc_tensor_release(x);
    dsc_tensor_release(targets);
    dsc_context_destroy(context);
    return status;
}

int main(int count, char **arguments) {
    if (count != 2)
        return fprintf(stderr, "usage: failing-memory FILE\n"), 2;
    int bad = 0;
    enum { RUNS = sizeof runs / sizeof *runs };
    for (size_t way = 0; way < 2 * RUNS; ++way) {
        const size_t i = way / 2;
        all_fail = way % 2 == 1;
        double right = 0, found = 0;
        if (train(runs[i].text, runs[i].rows, arguments[1], &right) != DSC_OK)
            return fprintf(stderr, "%s: %s\n", runs[i].text, dsc_last_error()), 1;
        long tried = 0;
        dsc_status status;
        do {
            remaining = tried++;
            failed = 0;
            status = train(runs[i].text, runs[i].rows, arguments[1], &found);
            remaining = -1;
            /* What can do without is no failure. */
            if (status == DSC_OK ? found != right : status != DSC_ERROR_MEMORY && status != DSC_ERROR_FILE) {
                fprintf(stderr, "allocation %ld: status %d, %s, loss %g, not %g\n", tried - 1, status,
                        dsc_last_error(), found, right);
                ++bad;
            }
            if (train(runs[i].text, runs[i].rows, arguments[1], &found) != DSC_OK || found != right) {
                fprintf(stderr, "after allocation %ld failed: %s\n", tried - 1, dsc_last_error());
                ++bad;
            }
        } while (failed > 0 && tried < 100000);
        printf("%ld allocations failed, %s, in \"%s\"\n", tried - 1,
               all_fail ? "with all behind each" : "one after the other", runs[i].text);
    }
    remove(arguments[1]);
    return bad > 0;
}

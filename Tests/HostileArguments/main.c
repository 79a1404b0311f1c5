#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

world w;

/* Seconds that a row may take: what would go over 2^62 numbers does not end. */
enum { LONGEST = 20 };

static world before;
static int rows, failures;

/* Refused allocations are among the rows. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1:detect_leaks=0";
}

static dsc_tensor *over(dsc_dtype dtype, size_t rank, const size_t *shape, const size_t *strides,
                        void *data) {
    dsc_tensor *tensor = NULL;
    dsc_tensor_wrap(NULL, dtype, rank, shape, strides, data, NULL, NULL, &tensor);
    return tensor;
}

static void make_tensors(void) {
    const size_t shape[] = {2, 3}, none[] = {0, 3}, ones[DSC_MAX_RANK] = {1, 1, 1, 1, 1, 1, 1, 1};
    w.real = over(DSC_FLOAT32, 2, shape, NULL, w.numbers);
    w.other = over(DSC_FLOAT32, 2, shape, NULL, w.weights);
    w.doubles = over(DSC_FLOAT64, 2, shape, NULL, w.x);
    w.whole = over(DSC_INT64, 2, shape, NULL, w.indices);
    w.truth = over(DSC_BOOL, 2, shape, NULL, w.truths);
    w.half = over(DSC_FLOAT16, 2, shape, NULL, w.halves);
    w.number = over(DSC_FLOAT32, 0, NULL, NULL, w.numbers);
    w.whole_number = over(DSC_INT64, 0, NULL, NULL, w.indices);
    w.vector = over(DSC_FLOAT32, 1, shape + 1, NULL, w.numbers);
    w.empty = over(DSC_FLOAT32, 2, none, NULL, w.numbers);
    w.leaf = over(DSC_FLOAT32, 2, shape, NULL, w.weights);
    w.single = over(DSC_FLOAT32, 2, ones, NULL, w.numbers);
    w.deep = over(DSC_FLOAT32, DSC_MAX_RANK, ones, NULL, w.numbers);
    w.vast = over(DSC_UINT8, 1, (size_t[]){WRAPS}, (size_t[]){0}, w.bytes);
    dsc_tensor_set_requires_grad(w.leaf, true);
    dsc_multiply(w.leaf, w.leaf, &w.result);
    dsc_network_create(NULL, DSC_FLOAT32, &w.network);
    dsc_network_parse(w.network, "linear(3, 2)", &w.random);
    dsc_network_optimizer(w.network, "sgd", 0, NULL, &w.optimizer);
}

static void fill(void) {
    double *numbers[] = {w.x, w.y, w.z, w.out};
    for (int k = 0; k < 4; ++k)
        for (int i = 0; i < ROOM; ++i)
            numbers[k][i] = 1 + i;
    for (int i = 0; i < ROOM; ++i)
        w.numbers[i] = w.weights[i] = (float)(1 + i);
    memset(w.bytes, 7, sizeof w.bytes);
    memset(w.truths, 1, sizeof w.truths);
    dsc_random_seed(&w.random, 1);
    make_tensors();
    memset(w.made, 0x5a, sizeof w.made);
    memset(&w.new_network, 0x5a, sizeof w.new_network);
    memset(&w.new_optimizer, 0x5a, sizeof w.new_optimizer);
    memset(&w.new_parameters, 0x5a, sizeof w.new_parameters);
    memset(&w.file, 0x5a, sizeof w.file);
    dsc_random_seed(&w.random, 1);
    before = w;
}

bool begin_row(const char *file, int line, const char *call) {
    fflush(stdout);
    ++rows;
    pid_t child = fork();
    if (child == 0) {
        alarm(LONGEST);
        fill();
        return true;
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        ++failures;
        printf("%s:%d: failed%s: %s\n", file, line, WIFSIGNALED(status) ? ", killed by a signal" : "", call);
    }
    return false;
}

void end_row(bool passes, const char *message) {
    if (!passes)
        printf("%s\n", message);
    fflush(stdout);
    _exit(!passes);
}

void end_refused(dsc_status expected, const char *word, dsc_status status) {
    bool is_named = strstr(dsc_last_error(), word) != NULL, is_whole = memcmp(&w, &before, sizeof w) == 0;
    if (status != expected)
        printf("returned %d, not %d (%s)\n", status, expected, dsc_status_string(expected));
    if (!is_named)
        printf("\"%s\" says nothing of \"%s\"\n", dsc_last_error(), word);
    if (!is_whole)
        printf("wrote, though it failed\n");
    end_row(status == expected && is_named && is_whole, "");
}

int main(void) {
    core_rows();
    kernel_rows();
    loss_kernel_rows();
    tensor_rows();
    autodiff_rows();
    operation_rows();
    activation_rows();
    normalization_rows();
    pooling_rows();
    convolution_rows();
    index_rows();
    reduction_rows();
    recurrent_rows();
    attention_rows();
    loss_rows();
    metric_rows();
    formula_rows();
    network_rows();
    parameter_rows();
    parametrization_rows();
    checkpoint_rows();
    optimizer_rows();
    optimizer_state_rows();
    schedule_rows();
    newton_rows();
    printf("%d rows, %d failures\n", rows, failures);
    return failures != 0;
}

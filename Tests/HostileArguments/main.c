#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

world w;

static world before;
static int rows, failures;

/* Refused allocations are among the rows. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1:detect_leaks=0";
}

static void fill(void) {
    double *numbers[] = {w.x, w.y, w.z, w.out};
    for (int k = 0; k < 4; ++k)
        for (int i = 0; i < ROOM; ++i)
            numbers[k][i] = 1 + i;
    memset(w.bytes, 7, sizeof w.bytes);
    dsc_random_seed(&w.random, 1);
    before = w;
}

bool begin_row(const char *file, int line, const char *call) {
    fflush(stdout);
    ++rows;
    pid_t child = fork();
    if (child == 0) {
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
    tensor_rows();
    loss_rows();
    optimizer_rows();
    optimizer_state_rows();
    newton_rows();
    printf("%d rows, %d failures\n", rows, failures);
    return failures != 0;
}

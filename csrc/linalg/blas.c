#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/internal.h"
#include "linalg/blas.h"

/* OpenBLAS chooses its kernels when it is loaded, by a list of processors as old as the release. A release
 * that does not know a newer AVX-512 processor (0.3.21 and AMD's Zen 4 and 5) falls back to AVX2 and so to
 * half the speed: 110 against 215 GF/s a core on a Zen 5. Both functions are exported by builds with
 * DYNAMIC_ARCH; where they are not, the choice stands. */
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static void choose_kernels(void) {
#if defined(__x86_64__)
    if (gotoblas_dynamic_init == NULL || gotoblas_dynamic_quit == NULL)
        return;
    const char *core = openblas_get_corename();
    bool is_avx2 = strcmp(core, "Haswell") == 0 || strcmp(core, "Zen") == 0;
    if (!is_avx2 || !__builtin_cpu_supports("x86-64-v4") || getenv("OPENBLAS_CORETYPE") != NULL)
        return;
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
#endif
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
    choose_kernels();
    openblas_set_num_threads(1);
}

void dsc_blas_prepare(void) {
    pthread_once(&once, prepare);
}

const char *dsc_blas_description(void) {
    static _Thread_local char text[128];
    dsc_blas_prepare();
    const char *config = openblas_get_config();
    size_t version = strcspn(config, " ");
    if (config[version] != '\0')
        version += 1 + strcspn(config + version + 1, " ");
    snprintf(text, sizeof text, "%.*s (%s)", (int)version, config, openblas_get_corename());
    return text;
}

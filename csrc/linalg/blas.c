#include <cblas.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/internal.h"
#include "linalg/blas.h"

#if defined(__x86_64__) && defined(__ELF__)
/* Whether there are other threads than this one and OpenBLAS's. */
static bool is_shared(void) {
    int threads = 0;
    DIR *all = opendir("/proc/self/task");
    if (all == NULL)
        return true;
    for (const struct dirent *one; (one = readdir(all)) != NULL;)
        threads += one->d_name[0] != '.';
    closedir(all);
    return threads > openblas_get_num_threads();
}

/* OpenBLAS's own, where it has kernels for several processors; they are not in its header. */
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));

/* OpenBLAS takes a processor that is younger than itself for one of the oldest that it knows, and multiplies
 * at a fifth of its pace (github.com/OpenMathLib/OpenBLAS/pull/4268). It is asked to choose again, among
 * those whose instructions this one has: as Descent is loaded, and only where no other thread may be
 * multiplying. OPENBLAS_CORETYPE, where it is set, has the last word. */
__attribute__((constructor)) static void choose_core(void) {
    static const char *const variable = "OPENBLAS_CORETYPE";
    const char *name = __builtin_cpu_supports("x86-64-v4")   ? "SkylakeX"
                       : __builtin_cpu_supports("x86-64-v3") ? "Haswell"
                                                             : NULL;
    if (name == NULL || gotoblas_dynamic_quit == NULL || gotoblas_dynamic_init == NULL ||
        getenv(variable) != NULL)
        return;
    /* Linked into the program, it may not have chosen yet. */
    gotoblas_dynamic_init();
    const char *chosen = openblas_get_corename();
    const bool is_fallback = strcmp(chosen, "Prescott") == 0 || strcmp(chosen, "Barcelona") == 0;
    if (!is_fallback || is_shared() || setenv(variable, name, 1) != 0)
        return;
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(variable);
}
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
    openblas_set_num_threads(1);
}

void dsc_blas_prepare(void) {
    pthread_once(&once, prepare);
}

const char *dsc_blas_description(void) {
    static _Thread_local char text[128];
    const char *config = openblas_get_config();
    size_t version = strcspn(config, " ");
    if (config[version] != '\0')
        version += 1 + strcspn(config + version + 1, " ");
    snprintf(text, sizeof text, "%.*s (%s)", (int)version, config, openblas_get_corename());
    return text;
}

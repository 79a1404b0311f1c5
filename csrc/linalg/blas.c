#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/internal.h"
#include "linalg/blas.h"

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

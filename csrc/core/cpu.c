#include "core/internal.h"

const char *dsc_cpu_features(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4"))
        return "AVX-512";
    if (__builtin_cpu_supports("x86-64-v3"))
        return "AVX2+FMA";
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "baseline";
#endif
}

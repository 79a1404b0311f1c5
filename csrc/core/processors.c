#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/internal.h"

#ifdef __linux__
/* The processors' time that a control group grants, from its cpu.max (version 2): "quota period", "max" for
 * all. 0: no limit. */
static double quota_in(const char *folder) {
    char path[4200];
    double quota, period;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    int found = fscanf(file, "%lf %lf", &quota, &period);
    fclose(file);
    return found == 2 && quota > 0 && period > 0 ? quota / period : 0;
}

/* As version 1 has it: two files, a quota of -1 for all. */
static double old_quota_in(const char *folder) {
    static const char *const names[] = {"cpu.cfs_quota_us", "cpu.cfs_period_us"};
    double values[2];
    for (int i = 0; i < 2; ++i) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *file = fopen(path, "re");
        if (file == NULL)
            return 0;
        int found = fscanf(file, "%lf", &values[i]);
        fclose(file);
        if (found != 1 || !(values[i] > 0))
            return 0;
    }
    return values[0] / values[1];
}

/* The least quota of the process's control group and those above it; 0: no limit. */
static double least_quota(void) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return 0;
    double least = 0;
    char line[2048];
    while (fgets(line, sizeof line, file) != NULL) {
        /* "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1. */
        char *controllers = strchr(line, ':'),
             *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (group == NULL)
            continue;
        *group++ = 0;
        group[strcspn(group, "\n")] = 0;
        bool is_old = controllers[1] != 0;
        if (is_old && strstr(controllers + 1, "cpu") == NULL)
            continue;
        for (;;) {
            char folder[4096];
            snprintf(folder, sizeof folder, "/sys/fs/cgroup%s%s", is_old ? "/cpu" : "", group);
            double quota = is_old ? old_quota_in(folder) : quota_in(folder);
            if (quota > 0 && (least == 0 || quota < least))
                least = quota;
            char *slash = strrchr(group, '/');
            if (slash == NULL)
                break;
            *slash = 0;
        }
    }
    fclose(file);
    return least;
}
#endif

int32_t dsc_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        count = CPU_COUNT(&allowed);
    double quota = least_quota();
    /* Part of a processor's time still takes a thread. */
    if (quota > 0 && quota < (double)count)
        count = (long)quota + (quota > (double)(long)quota);
#endif
    return count < 1 ? 1 : count > DSC_MAX_THREADS ? DSC_MAX_THREADS : (int32_t)count;
}

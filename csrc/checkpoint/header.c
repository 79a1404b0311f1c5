#include "checkpoint/header.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    dsc_dtype dtype;
} names[] = {
    {"F32", DSC_FLOAT32}, {"F64", DSC_FLOAT64}, {"I64", DSC_INT64},     {"U8", DSC_UINT8},
    {"BOOL", DSC_BOOL},   {"F16", DSC_FLOAT16}, {"BF16", DSC_BFLOAT16},
};

const char *dsc_format_name(dsc_dtype dtype) {
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
        if (names[i].dtype == dtype)
            return names[i].name;
    return NULL;
}

static dsc_status refuse(const char *path, const char *name, const char *what) {
    return dsc_fail(DSC_ERROR_FORMAT, "%s: not a sound safetensors file: '%.60s' %s", path, name, what);
}

/* A whole number that a size can be. */
static bool read_size(const cJSON *item, size_t *size) {
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 0x1p53))
        return false;
    *size = (size_t)item->valuedouble;
    return (double)*size == item->valuedouble;
}

static dsc_status read_entry(const char *path, const cJSON *item, dsc_header_entry *entry) {
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(item, "shape");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    entry->name = item->string;
    if (!cJSON_IsString(dtype) || !cJSON_IsArray(shape) || !cJSON_IsArray(offsets))
        return refuse(path, entry->name, "lacks a dtype, a shape or data_offsets");
    size_t at = 0;
    while (at < sizeof names / sizeof *names && strcmp(names[at].name, dtype->valuestring) != 0)
        ++at;
    if (at == sizeof names / sizeof *names)
        return refuse(path, entry->name,
                      "is of a type that is not read: F32, F64, F16, BF16, I64, U8 and BOOL are");
    entry->dtype = names[at].dtype;
    const cJSON *extent;
    cJSON_ArrayForEach(extent, shape) {
        if (entry->rank == DSC_MAX_RANK || !read_size(extent, &entry->shape[entry->rank]))
            return refuse(path, entry->name, "has a shape that no tensor can have");
        ++entry->rank;
    }
    if (dsc_check_shape("", entry->dtype, entry->rank, entry->shape) != DSC_OK)
        return refuse(path, entry->name, "has a shape that no tensor can have");
    if (cJSON_GetArraySize(offsets) != 2 || !read_size(cJSON_GetArrayItem(offsets, 0), &entry->begin) ||
        !read_size(cJSON_GetArrayItem(offsets, 1), &entry->end))
        return refuse(path, entry->name, "has data_offsets that are no place");
    return DSC_OK;
}

static int by_place(const void *a, const void *b) {
    const dsc_header_entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const dsc_header_entry *)a)->name, ((const dsc_header_entry *)b)->name);
}

/* Which of two it would be that a reader finds is anybody's guess. */
static dsc_status check_names(const char *path, size_t count, dsc_header_entry *entries) {
    qsort(entries, count, sizeof *entries, by_name);
    for (size_t i = 1; i < count; ++i)
        if (strcmp(entries[i].name, entries[i - 1].name) == 0)
            return refuse(path, entries[i].name, "is there twice");
    return DSC_OK;
}

static dsc_status check_places(const char *path, size_t contents, size_t count,
                               const dsc_header_entry *entries) {
    size_t end = 0;
    for (size_t i = 0; i < count; ++i) {
        const dsc_header_entry *e = &entries[i];
        size_t bytes = dsc_dtype_size(e->dtype);
        for (size_t d = 0; d < e->rank; ++d)
            bytes *= e->shape[d];
        if (e->begin != end || e->end < e->begin || e->end - e->begin != bytes || e->end > contents)
            return refuse(path, e->name, "does not fit its place");
        end = e->end;
    }
    if (end != contents)
        return dsc_fail(DSC_ERROR_FORMAT, "%s: not a sound safetensors file: %zu bytes belong to no tensor",
                        path, contents - end);
    return DSC_OK;
}

dsc_status dsc_header_entries(const char *path, const cJSON *header, size_t contents, size_t *count,
                              dsc_header_entry **entries) {
    dsc_header_entry *found = calloc((size_t)cJSON_GetArraySize(header) + 1, sizeof *found);
    if (found == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", path);
    *count = 0;
    dsc_status status = DSC_OK;
    const cJSON *item;
    cJSON_ArrayForEach(item, header) {
        if (status == DSC_OK && strcmp(item->string, "__metadata__") != 0)
            status = read_entry(path, item, &found[(*count)++]);
    }
    if (status == DSC_OK)
        status = check_names(path, *count, found);
    if (status == DSC_OK) {
        qsort(found, *count, sizeof *found, by_place);
        status = check_places(path, contents, *count, found);
    }
    if (status == DSC_OK)
        *entries = found;
    else
        free(found);
    return status;
}

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "checkpoint/header.h"

/* The reference implementation's limit. */
static const uint64_t LONGEST_HEADER = 100000000;

struct dsc_safetensors {
    cJSON *header; /* has the names */
    size_t count;
    dsc_named_tensor *tensors;
};

void dsc_safetensors_destroy(dsc_safetensors *file) {
    if (file == NULL)
        return;
    for (size_t i = 0; i < file->count; ++i)
        dsc_tensor_release(file->tensors[i].tensor);
    free(file->tensors);
    cJSON_Delete(file->header);
    free(file);
}

size_t dsc_safetensors_count(const dsc_safetensors *file) {
    return file == NULL ? 0 : file->count;
}

dsc_status dsc_safetensors_at(const dsc_safetensors *file, size_t index, dsc_named_tensor *tensor) {
    DSC_CHECK_NOT_NULL(file);
    DSC_CHECK_NOT_NULL(tensor);
    if (index >= file->count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        file->count);
    *tensor = file->tensors[index];
    return DSC_OK;
}

static const char *metadata_of(const cJSON *header, const char *key) {
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(header, "__metadata__");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, key));
}

const char *dsc_safetensors_metadata(const dsc_safetensors *file, const char *key) {
    return file == NULL || key == NULL ? NULL : metadata_of(file->header, key);
}

typedef struct source {
    const char *path;
    FILE *stream;
    uint64_t bytes;
} source;

static dsc_status damaged(const source *s, const char *what) {
    return dsc_fail(DSC_ERROR_FORMAT, "%s: not a sound safetensors file: %s", s->path, what);
}

static dsc_status read_exactly(const source *s, void *bytes, size_t count) {
    if (fread(bytes, 1, count, s->stream) == count)
        return DSC_OK;
    if (ferror(s->stream))
        return dsc_fail(DSC_ERROR_FILE, "%s: cannot be read: %s", s->path, strerror(errno));
    return damaged(s, "it ends early");
}

static dsc_status read_header(const source *s, uint64_t *length, cJSON **header) {
    uint8_t size[8];
    if (s->bytes < sizeof size)
        return damaged(s, "it has less than 8 bytes");
    DSC_TRY(read_exactly(s, size, sizeof size));
    *length = 0;
    for (size_t i = sizeof size; i-- > 0;)
        *length = *length << 8 | size[i];
    if (memcmp(size, "PK\3\4", 4) == 0)
        return damaged(s, "it is a ZIP archive, as torch.save writes: save with safetensors.torch.save_file");
    if (*length > LONGEST_HEADER || *length > s->bytes - sizeof size)
        return damaged(s, "the header's length exceeds the file's");
    char *text = malloc(*length + 1);
    if (text == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", s->path);
    dsc_status status = read_exactly(s, text, *length);
    text[*length] = '\0';
    bool has_end = status == DSC_OK && memchr(text, '\0', *length) != NULL; /* cJSON would stop there */
    errno = 0;
    *header = status == DSC_OK && !has_end ? cJSON_ParseWithLengthOpts(text, *length + 1, NULL, true) : NULL;
    bool lacks_memory = *header == NULL && errno == ENOMEM; /* the parser does not say which it was */
    free(text);
    if (status == DSC_OK && lacks_memory)
        status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", s->path);
    else if (status == DSC_OK && !cJSON_IsObject(*header))
        status = damaged(s, "its header is no JSON object");
    return status;
}

/* The tensors' bytes, each into a tensor; and their checksum. */
static dsc_status read_tensors(const source *s, const dsc_context *context, dsc_safetensors *file,
                               size_t count, const dsc_header_entry *entries) {
    uLong checksum = crc32(0, NULL, 0);
    for (size_t i = 0; i < count; ++i) {
        const dsc_header_entry *e = &entries[i];
        dsc_tensor *tensor;
        DSC_TRY(dsc_tensor_empty(context, e->dtype, e->rank, e->shape, &tensor));
        file->tensors[file->count++] = (dsc_named_tensor){e->name, tensor};
        DSC_TRY(read_exactly(s, dsc_data(tensor), e->end - e->begin));
        checksum = crc32_z(checksum, dsc_data(tensor), e->end - e->begin);
    }
    char text[24];
    snprintf(text, sizeof text, "%lu", checksum);
    const char *expected = metadata_of(file->header, "crc32");
    if (expected != NULL && strcmp(expected, text) != 0)
        return damaged(s, "the tensors' checksum is wrong");
    return DSC_OK;
}

static dsc_status read_all(const source *s, const dsc_context *context, dsc_safetensors *file) {
    uint64_t length = 0;
    DSC_TRY(read_header(s, &length, &file->header));
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__"), *item;
    cJSON_ArrayForEach(item, metadata) {
        if (!cJSON_IsString(item))
            return damaged(s, "its metadata is not all text");
    }
    size_t count;
    dsc_header_entry *entries;
    DSC_TRY(dsc_header_entries(s->path, file->header, s->bytes - 8 - length, &count, &entries));
    file->tensors = calloc(count + 1, sizeof *file->tensors);
    dsc_status status = file->tensors == NULL ? dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", s->path)
                                              : read_tensors(s, context, file, count, entries);
    free(entries);
    return status;
}

dsc_status dsc_safetensors_read(const dsc_context *context, const char *path, dsc_safetensors **file) {
    DSC_CHECK_NOT_NULL(path);
    DSC_CHECK_NOT_NULL(file);
    struct stat about;
    source s = {.path = path, .stream = fopen(path, "rb")};
    if (s.stream == NULL || fstat(fileno(s.stream), &about) != 0) {
        dsc_status status = dsc_fail(DSC_ERROR_FILE, "%s: cannot be read: %s", path, strerror(errno));
        if (s.stream != NULL)
            fclose(s.stream);
        return status;
    }
    dsc_safetensors *made = NULL;
    dsc_status status = DSC_OK;
    if (!S_ISREG(about.st_mode))
        status = dsc_fail(DSC_ERROR_FILE, "%s: is no regular file", path);
    else if ((made = calloc(1, sizeof *made)) == NULL)
        status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", path);
    s.bytes = (uint64_t)about.st_size;
    if (status == DSC_OK)
        status = read_all(&s, context, made);
    fclose(s.stream);
    if (status == DSC_OK)
        *file = made;
    else
        dsc_safetensors_destroy(made);
    return status;
}

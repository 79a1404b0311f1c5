#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "checkpoint/header.h"

/* Larger alignments first, as the format advises; then by name, so that equal contents are equal files. */
static int in_order(const void *a, const void *b) {
    const dsc_named_tensor *x = a, *y = b;
    size_t p = dsc_dtype_size(x->tensor->dtype), q = dsc_dtype_size(y->tensor->dtype);
    return p != q ? (p > q ? -1 : 1) : strcmp(x->name, y->name);
}

static dsc_status check(size_t count, const dsc_named_tensor *tensors) {
    for (size_t i = 0; i < count; ++i) {
        if (tensors[i].name == NULL || tensors[i].tensor == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_safetensors_write: tensor %zu or its name is NULL", i);
        if (strcmp(tensors[i].name, "__metadata__") == 0)
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "dsc_safetensors_write: no tensor can be called __metadata__");
        for (size_t k = 0; k < i; ++k)
            if (strcmp(tensors[i].name, tensors[k].name) == 0)
                return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_safetensors_write: two tensors are called '%s'",
                                tensors[i].name);
    }
    return DSC_OK;
}

static dsc_status check_metadata(size_t count, const dsc_metadata *metadata) {
    for (size_t i = 0; i < count; ++i) {
        if (metadata[i].key == NULL || metadata[i].value == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_safetensors_write: metadata %zu has NULL for its %s", i,
                            metadata[i].key == NULL ? "key" : "value");
        if (strcmp(metadata[i].key, "crc32") == 0)
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "dsc_safetensors_write: the metadata's crc32 is the file's own");
        for (size_t k = 0; k < i; ++k)
            if (strcmp(metadata[i].key, metadata[k].key) == 0)
                return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_safetensors_write: the metadata has '%s' twice",
                                metadata[i].key);
    }
    return DSC_OK;
}

static bool add_number(cJSON *list, size_t number) {
    cJSON *item = cJSON_CreateNumber((double)number);
    return item != NULL && cJSON_AddItemToArray(list, item);
}

static bool add_entry(cJSON *header, const dsc_named_tensor *named, size_t begin, size_t end) {
    cJSON *entry = cJSON_AddObjectToObject(header, named->name);
    bool is_good = cJSON_AddStringToObject(entry, "dtype", dsc_format_name(named->tensor->dtype)) != NULL;
    cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
    for (size_t d = 0; d < named->tensor->rank; ++d)
        is_good = add_number(shape, named->tensor->shape[d]) && is_good;
    cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
    return add_number(offsets, begin) && add_number(offsets, end) && is_good && shape != NULL;
}

/* The header's text, with spaces so that the tensors start at a multiple of 8; NULL: out of memory. */
static char *header_text(size_t count, const dsc_named_tensor *tensors, size_t metadata_count,
                         const dsc_metadata *metadata, uLong checksum) {
    cJSON *header = cJSON_CreateObject();
    cJSON *about = cJSON_AddObjectToObject(header, "__metadata__");
    bool is_good = about != NULL;
    char number[24];
    snprintf(number, sizeof number, "%lu", checksum);
    is_good = is_good && cJSON_AddStringToObject(about, "crc32", number) != NULL;
    for (size_t i = 0; is_good && i < metadata_count; ++i)
        is_good = cJSON_AddStringToObject(about, metadata[i].key, metadata[i].value) != NULL;
    size_t at = 0;
    for (size_t i = 0; is_good && i < count; ++i) {
        size_t bytes = tensors[i].tensor->count * dsc_dtype_size(tensors[i].tensor->dtype);
        is_good = add_entry(header, &tensors[i], at, at + bytes);
        at += bytes;
    }
    char *text = is_good ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    if (text == NULL)
        return NULL;
    size_t length = strlen(text), padded = dsc_ceil_div(length, 8) * 8;
    char *spaced = realloc(text, padded + 1);
    if (spaced == NULL) {
        free(text);
        return NULL;
    }
    memset(spaced + length, ' ', padded - length);
    spaced[padded] = '\0';
    return spaced;
}

static bool put(FILE *stream, const void *bytes, size_t count) {
    return count == 0 || fwrite(bytes, 1, count, stream) == count;
}

static bool put_all(FILE *stream, const char *header, size_t count, const dsc_named_tensor *tensors) {
    uint8_t size[8];
    uint64_t length = strlen(header);
    for (size_t i = 0; i < sizeof size; ++i)
        size[i] = (uint8_t)(length >> 8 * i);
    bool is_good = put(stream, size, sizeof size) && put(stream, header, length);
    for (size_t i = 0; is_good && i < count; ++i)
        is_good = put(stream, dsc_data(tensors[i].tensor),
                      tensors[i].tensor->count * dsc_dtype_size(tensors[i].tensor->dtype));
    return is_good && fflush(stream) == 0;
}

static dsc_status failed(const char *path) {
    return dsc_fail(DSC_ERROR_FILE, "%s: cannot be written: %s", path, strerror(errno));
}

/* Syncs the names in a file's folder to disk: without that, a file that was renamed may have its old name
 * after a power failure. Folders that cannot be synced, as on some network file systems, are left. */
static bool sync_names(char *path) {
    char *slash = strrchr(path, '/'), after = slash == NULL ? 0 : slash[1];
    if (slash != NULL)
        slash[1] = '\0';
    int folder = open(slash == NULL ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash != NULL)
        slash[1] = after;
    if (folder < 0)
        return errno == EACCES; /* it may be written to and not read */
    bool is_good = fsync(folder) == 0 || errno == EINVAL || errno == EBADF || errno == ENOTSUP;
    int reason = errno;
    close(folder);
    errno = reason;
    return is_good;
}

/* A file beside the one to be replaced, which takes its place when it is complete. */
static dsc_status replace(const char *path, const char *header, size_t count,
                          const dsc_named_tensor *tensors) {
    struct stat about;
    bool exists = stat(path, &about) == 0;
    if (exists && !S_ISREG(about.st_mode))
        return dsc_fail(DSC_ERROR_FILE, "%s: cannot be written: it is no regular file", path);
    /* What a symbolic link points to is replaced, not the link. */
    char *real = exists ? realpath(path, NULL) : strdup(path);
    if (real == NULL)
        return failed(path);
    size_t size = strlen(real) + 8;
    char *staged = malloc(size);
    if (staged == NULL) {
        free(real);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", path);
    }
    snprintf(staged, size, "%s.XXXXXX", real);
    int descriptor = mkstemp(staged);
    FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    bool is_good = stream != NULL;
    if (is_good) {
        mode_t mask = umask(0);
        umask(mask);
        is_good = fchmod(descriptor, exists ? about.st_mode & 07777 : 0666 & ~mask) == 0 &&
                  put_all(stream, header, count, tensors) && fsync(descriptor) == 0;
    }
    dsc_status status = is_good ? DSC_OK : failed(path);
    if (stream != NULL && fclose(stream) != 0 && status == DSC_OK)
        status = failed(path);
    else if (stream == NULL && descriptor >= 0)
        close(descriptor);
    if (status == DSC_OK && rename(staged, real) != 0)
        status = failed(path);
    if (status != DSC_OK && descriptor >= 0)
        unlink(staged);
    if (status == DSC_OK && !sync_names(real))
        status = failed(path);
    free(staged);
    free(real);
    return status;
}

static dsc_status write_ordered(const char *path, size_t count, const dsc_named_tensor *tensors,
                                size_t metadata_count, const dsc_metadata *metadata) {
    uLong checksum = crc32(0, NULL, 0);
    for (size_t i = 0; i < count; ++i)
        checksum = crc32_z(checksum, dsc_data(tensors[i].tensor),
                           tensors[i].tensor->count * dsc_dtype_size(tensors[i].tensor->dtype));
    char *header = header_text(count, tensors, metadata_count, metadata, checksum);
    if (header == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", path);
    dsc_status status = replace(path, header, count, tensors);
    free(header);
    return status;
}

dsc_status dsc_safetensors_write(const char *path, size_t count, const dsc_named_tensor *tensors,
                                 size_t metadata_count, const dsc_metadata *metadata) {
    DSC_CHECK_NOT_NULL(path);
    if (count > 0)
        DSC_CHECK_NOT_NULL(tensors);
    if (metadata_count > 0)
        DSC_CHECK_NOT_NULL(metadata);
    DSC_TRY(check(count, tensors));
    DSC_TRY(check_metadata(metadata_count, metadata));
    dsc_named_tensor *ordered = calloc(count + 1, sizeof *ordered);
    if (ordered == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", path);
    dsc_status status = DSC_OK;
    size_t made = 0;
    for (; status == DSC_OK && made < count; ++made) {
        ordered[made].name = tensors[made].name;
        status = dsc_contiguous_of(tensors[made].tensor, &ordered[made].tensor);
    }
    if (status == DSC_OK) {
        qsort(ordered, count, sizeof *ordered, in_order);
        status = write_ordered(path, count, ordered, metadata_count, metadata);
    }
    for (size_t i = 0; i < made; ++i)
        dsc_tensor_release(ordered[i].tensor);
    free(ordered);
    return status;
}

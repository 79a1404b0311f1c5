/* checkpoint.h */
#include "rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file of its own for each process: rows run one after the other. */
static const char *path(void) {
    static char name[64];
    snprintf(name, sizeof name, "/tmp/descent-hostile-%ld", (long)getpid());
    return name;
}

static dsc_status write_one(const char *name, dsc_tensor *tensor, size_t metadata,
                            const dsc_metadata *about) {
    dsc_named_tensor named = {name, tensor};
    dsc_status status = dsc_safetensors_write(path(), 1, &named, metadata, about);
    bool exists = access(path(), F_OK) == 0;
    unlink(path());
    return status < 0 && exists ? DSC_OK : status;
}

static dsc_status write_twice(void) {
    dsc_named_tensor named[] = {{"a", w.real}, {"a", w.other}};
    return dsc_safetensors_write(path(), 2, named, 0, NULL);
}

static dsc_status write_about(const char *key, const char *value) {
    return write_one("a", w.real, 1, &(dsc_metadata){key, value});
}

/* A file with these bytes, read. */
static dsc_status read_bytes(const void *bytes, size_t count) {
    FILE *stream = fopen(path(), "wb");
    fwrite(bytes, 1, count, stream);
    fclose(stream);
    dsc_status status = dsc_safetensors_read(NULL, path(), &w.file);
    unlink(path());
    return status;
}

/* ... with this header, and six numbers behind it. */
static dsc_status read_header(const char *header) {
    char bytes[1024] = {(char)strlen(header)};
    strcpy(bytes + 8, header);
    return read_bytes(bytes, 8 + strlen(header) + 24);
}

static void write_rows(void) {
    dsc_named_tensor good = {"a", w.real};
    const dsc_metadata twice[] = {{"k", "1"}, {"k", "2"}};
    REFUSED(DSC_ERROR_ARGUMENT, "path is NULL", dsc_safetensors_write(NULL, 1, &good, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "tensors is NULL", dsc_safetensors_write(path(), 1, NULL, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "metadata is NULL", write_one("a", w.real, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor 0", write_one(NULL, w.real, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor 0", write_one("a", NULL, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "__metadata__", write_one("__metadata__", w.real, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "two tensors are called 'a'", write_twice());
    REFUSED(DSC_ERROR_ARGUMENT, "metadata 0", write_about(NULL, "value"));
    REFUSED(DSC_ERROR_ARGUMENT, "metadata 0", write_about("key", NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "crc32", write_about("crc32", "1"));
    REFUSED(DSC_ERROR_ARGUMENT, "'k' twice", write_one("a", w.real, 2, twice));
    REFUSED(DSC_ERROR_MEMORY, "4611686018427387904", write_one("a", w.vast, 0, NULL));
    REFUSED(DSC_ERROR_FILE, "", dsc_safetensors_write("", 0, NULL, 0, NULL));
    REFUSED(DSC_ERROR_FILE, "/nowhere/x", dsc_safetensors_write("/nowhere/x", 0, NULL, 0, NULL));
    REFUSED(DSC_ERROR_FILE, "no regular file", dsc_safetensors_write("/dev/null", 0, NULL, 0, NULL));
    REFUSED(DSC_ERROR_FILE, "no regular file", dsc_safetensors_write("/tmp", 0, NULL, 0, NULL));
    ACCEPTED(write_one("", w.half, 0, NULL));
    ACCEPTED(write_one("a\"\\\n", w.empty, 0, NULL));
}

static void read_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "path is NULL", dsc_safetensors_read(NULL, NULL, &w.file));
    REFUSED(DSC_ERROR_ARGUMENT, "file is NULL", dsc_safetensors_read(NULL, "/nowhere", NULL));
    REFUSED(DSC_ERROR_FILE, "/nowhere", dsc_safetensors_read(NULL, "/nowhere", &w.file));
    REFUSED(DSC_ERROR_FILE, "no regular file", dsc_safetensors_read(NULL, "/tmp", &w.file));
    REFUSED(DSC_ERROR_FORMAT, "less than 8", read_bytes("", 0));
    REFUSED(DSC_ERROR_FORMAT, "length", read_bytes("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10));
    REFUSED(DSC_ERROR_FORMAT, "length", read_bytes("\x09\0\0\0\0\0\0\0{}", 10));
    REFUSED(DSC_ERROR_FORMAT, "JSON", read_bytes("\x02\0\0\0\0\0\0\0[]", 10));
    REFUSED(DSC_ERROR_FORMAT, "JSON", read_bytes("\x00\0\0\0\0\0\0\0", 8));
    REFUSED(DSC_ERROR_FORMAT, "belong to no tensor", read_header("{}"));
    REFUSED(DSC_ERROR_FORMAT, "'a' lacks", read_header("{\"a\":{}}"));
    REFUSED(DSC_ERROR_FORMAT, "'a' lacks", read_header("{\"a\":7}"));
    REFUSED(DSC_ERROR_FORMAT, "type that is not read",
            read_header("{\"a\":{\"dtype\":\"I7\",\"shape\":[6],\"data_offsets\":[0,24]}}"));
    REFUSED(DSC_ERROR_FORMAT, "shape that no tensor",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[-6],\"data_offsets\":[0,24]}}"));
    REFUSED(DSC_ERROR_FORMAT, "shape that no tensor",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[6,1,1,1,1,1,1,1,1],\"data_offsets\":[0,24]}}"));
    REFUSED(DSC_ERROR_FORMAT, "shape that no tensor",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e15,1e15,0],\"data_offsets\":[0,0]}}"));
    REFUSED(DSC_ERROR_FORMAT, "no place",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,1e300]}}"));
    REFUSED(DSC_ERROR_FORMAT, "does not fit",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24,0]}}"));
    REFUSED(DSC_ERROR_FORMAT, "does not fit",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[7],\"data_offsets\":[0,28]}}"));
    REFUSED(DSC_ERROR_FORMAT, "metadata", read_header("{\"__metadata__\":{\"k\":1}}"));
    REFUSED(DSC_ERROR_FORMAT, "twice",
            read_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
                        "\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}"));
    HOLDS((dsc_safetensors_destroy(NULL), dsc_safetensors_count(NULL) == 0));
    HOLDS(dsc_safetensors_metadata(NULL, "key") == NULL);
    REFUSED(DSC_ERROR_ARGUMENT, "file is NULL", dsc_safetensors_at(NULL, 0, &w.named));
}

/* Of a file with one tensor. */
static dsc_safetensors *sound(void) {
    dsc_safetensors *file = NULL;
    dsc_named_tensor named = {"a", w.real};
    dsc_safetensors_write(path(), 1, &named, 0, NULL);
    dsc_safetensors_read(NULL, path(), &file);
    unlink(path());
    return file;
}

static dsc_status load(dsc_tensor *weight, dsc_tensor *bias, dsc_tensor *more) {
    dsc_named_tensor named[] = {{"0.weight", weight}, {"0.bias", bias}, {"more", more}};
    dsc_safetensors_write(path(), more != NULL ? 3 : bias != NULL ? 2 : 1, named, 0, NULL);
    dsc_network_entry entry;
    dsc_network_entry_at(w.network, 0, &entry);
    float before = *(const float *)dsc_tensor_data(entry.tensor);
    dsc_status status = dsc_network_load(w.network, path());
    unlink(path());
    return before == *(const float *)dsc_tensor_data(entry.tensor) ? status : DSC_OK;
}

static dsc_tensor *bias(void) {
    dsc_tensor *made = NULL;
    dsc_tensor_full(NULL, DSC_FLOAT32, 1, (size_t[]){2}, 9, &made);
    return made;
}

static void file_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_safetensors_at(sound(), 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is 1", dsc_safetensors_at(sound(), 1, &w.named));
    REFUSED(DSC_ERROR_ARGUMENT, "index is", dsc_safetensors_at(sound(), MOST, &w.named));
    HOLDS(dsc_safetensors_count(sound()) == 1 && dsc_safetensors_metadata(sound(), NULL) == NULL);
    HOLDS(dsc_safetensors_metadata(sound(), "nope") == NULL);
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_save(NULL, path()));
    REFUSED(DSC_ERROR_ARGUMENT, "path is NULL", dsc_network_save(w.network, NULL));
    REFUSED(DSC_ERROR_FILE, "/nowhere/x", dsc_network_save(w.network, "/nowhere/x"));
    REFUSED(DSC_ERROR_ARGUMENT, "network is NULL", dsc_network_load(NULL, path()));
    REFUSED(DSC_ERROR_ARGUMENT, "path is NULL", dsc_network_load(w.network, NULL));
    REFUSED(DSC_ERROR_FILE, "/nowhere", dsc_network_load(w.network, "/nowhere"));
    REFUSED(DSC_ERROR_MISMATCH, "no tensor '0.bias'", load(w.real, NULL, NULL));
    REFUSED(DSC_ERROR_MISMATCH, "'0.bias' is float32 of shape [3]", load(w.real, w.vector, NULL));
    REFUSED(DSC_ERROR_MISMATCH, "'0.weight' is float64", load(w.doubles, bias(), NULL));
    REFUSED(DSC_ERROR_MISMATCH, "'more' is none", load(w.real, bias(), w.real));
}

void checkpoint_rows(void) {
    write_rows();
    read_rows();
    file_rows();
}

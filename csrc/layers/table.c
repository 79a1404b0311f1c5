#include <ctype.h>

#include "layers/layer.h"

extern const dsc_layer_row dsc_layer_linear, dsc_layer_flatten, dsc_layer_batch_norm1d, dsc_layer_relu,
    dsc_layer_sigmoid, dsc_layer_log_sigmoid, dsc_layer_tanh, dsc_layer_softplus, dsc_layer_softmax,
    dsc_layer_log_softmax, dsc_layer_conv1d, dsc_layer_conv2d, dsc_layer_conv3d, dsc_layer_conv_transpose1d,
    dsc_layer_conv_transpose2d, dsc_layer_bilinear;

const dsc_layer_row *const dsc_layers[] = {
    &dsc_layer_linear,      &dsc_layer_flatten,          &dsc_layer_batch_norm1d,
    &dsc_layer_relu,        &dsc_layer_sigmoid,          &dsc_layer_log_sigmoid,
    &dsc_layer_tanh,        &dsc_layer_softplus,         &dsc_layer_softmax,
    &dsc_layer_log_softmax, &dsc_layer_conv1d,           &dsc_layer_conv2d,
    &dsc_layer_conv3d,      &dsc_layer_conv_transpose1d, &dsc_layer_conv_transpose2d,
    &dsc_layer_bilinear,
};

size_t dsc_layer_count(void) {
    return sizeof dsc_layers / sizeof *dsc_layers;
}

const dsc_layer_info *dsc_layer_at(size_t index) {
    return index < dsc_layer_count() ? &dsc_layers[index]->info : NULL;
}

static char next_letter(const char **text) {
    while (**text == '_')
        ++*text;
    return **text == '\0' ? '\0' : (char)tolower((unsigned char)*(*text)++);
}

static bool is_same_name(const char *a, const char *b) {
    char x, y;
    do {
        x = next_letter(&a);
        y = next_letter(&b);
    } while (x == y && x != '\0');
    return x == y;
}

const dsc_layer_row *dsc_layer_named(const char *name) {
    for (size_t i = 0; i < dsc_layer_count(); ++i)
        if (name != NULL && is_same_name(dsc_layers[i]->info.name, name))
            return dsc_layers[i];
    return NULL;
}

const dsc_layer_info *dsc_layer_find(const char *name) {
    const dsc_layer_row *row = dsc_layer_named(name);
    return row == NULL ? NULL : &row->info;
}

#include "core/names.h"
#include "layers/layer.h"

#define LAYER(name) extern const dsc_layer_row dsc_layer_##name;
#include "layers/layers.def"
#undef LAYER

const dsc_layer_row *const dsc_layers[] = {
#define LAYER(name) &dsc_layer_##name,
#include "layers/layers.def"
#undef LAYER
};

size_t dsc_layer_count(void) {
    return sizeof dsc_layers / sizeof *dsc_layers;
}

const dsc_layer_info *dsc_layer_at(size_t index) {
    return index < dsc_layer_count() ? &dsc_layers[index]->info : NULL;
}

const dsc_layer_row *dsc_layer_named(const char *name) {
    for (size_t i = 0; i < dsc_layer_count(); ++i)
        if (name != NULL && dsc_is_same_name(dsc_layers[i]->info.name, name))
            return dsc_layers[i];
    return NULL;
}

const dsc_layer_info *dsc_layer_find(const char *name) {
    const dsc_layer_row *row = dsc_layer_named(name);
    return row == NULL ? NULL : &row->info;
}

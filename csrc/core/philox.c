#include "core/philox.h"

#include "core/internal.h"

DSC_MULTIVERSION
void dsc_philox_draw(dsc_stream stream, uint64_t first, size_t count, uint32_t *words) {
    for (size_t i = 0; i < count; ++i) {
        dsc_philox four = dsc_philox_at(stream, first + i);
        for (size_t k = 0; k < 4; ++k)
            words[4 * i + k] = four.words[k];
    }
}

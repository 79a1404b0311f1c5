/* Names in tables, as people write them. */
#ifndef DSC_CORE_NAMES_H
#define DSC_CORE_NAMES_H

#include <stdbool.h>

/* Whether two names are the same but for capitals and underscores: "BatchNorm1d", "batch_norm1d". */
bool dsc_is_same_name(const char *a, const char *b);

#endif

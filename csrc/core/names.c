#include "core/names.h"

#include <ctype.h>

static char next_letter(const char **text) {
    while (**text == '_')
        ++*text;
    return **text == '\0' ? '\0' : (char)tolower((unsigned char)*(*text)++);
}

bool dsc_is_same_name(const char *a, const char *b) {
    char x, y;
    do {
        x = next_letter(&a);
        y = next_letter(&b);
    } while (x == y && x != '\0');
    return x == y;
}

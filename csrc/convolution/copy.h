/* For templates over DSC_REAL: short copies and zeros, which a call for each would take longer than. */

/* Copies of n numbers, a length that the compiler knows, and the last n again, some of them copied already.
 */
#define DSC_COPY_SOME(n)                                                                                     \
    if (count >= (n)) {                                                                                      \
        for (size_t i = 0; i + (n) <= count; i += (n))                                                       \
            memcpy(to + i, from + i, (n) * sizeof *to);                                                      \
        memcpy(to + count - (n), from + count - (n), (n) * sizeof *to);                                      \
        return;                                                                                              \
    }

/* A short row of zeros. */
__attribute__((always_inline)) static inline void DSC_NAME(clear_row)(size_t count, DSC_REAL *to) {
    for (size_t i = 0; i < count; ++i) {
        to[i] = 0;
        __asm__ volatile(""); /* else a compiler makes a call of the loop */
    }
}

/* They must not overlap. */
__attribute__((always_inline)) static inline void DSC_NAME(copy_row)(size_t count, const DSC_REAL *from,
                                                                     DSC_REAL *to) {
    DSC_COPY_SOME(8)
    DSC_COPY_SOME(4)
    DSC_COPY_SOME(2)
    if (count > 0)
        *to = *from;
}

#undef DSC_COPY_SOME

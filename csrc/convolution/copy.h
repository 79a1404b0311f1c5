/* For templates over DSC_REAL: short copies, which a call for each would take longer than. */

/* As many as a copy of fixed length has. */
#define DSC_COPY_SOME(n)                                                                                     \
    if (count >= (n)) {                                                                                      \
        for (size_t i = 0; i + (n) <= count; i += (n))                                                       \
            memcpy(to + i, from + i, (n) * sizeof *to);                                                      \
        memcpy(to + count - (n), from + count - (n), (n) * sizeof *to);                                      \
        return;                                                                                              \
    }

/* The last numbers with some that are copied already: neither may be written over by the other. */
__attribute__((always_inline)) static inline void DSC_NAME(copy_row)(size_t count, const DSC_REAL *from,
                                                                     DSC_REAL *to) {
    DSC_COPY_SOME(8)
    DSC_COPY_SOME(4)
    DSC_COPY_SOME(2)
    if (count > 0)
        *to = *from;
}

#undef DSC_COPY_SOME

/* For templates over DSC_REAL in versions: vectors as wide as a register, and the same in memory, at any
 * address. Undefined again by core/vectors_end.h. */
#define WIDTH (DSC_VECTOR_BYTES / sizeof(DSC_REAL))
typedef DSC_REAL DSC_NAME(vector) __attribute__((vector_size(DSC_VECTOR_BYTES)));
typedef DSC_REAL DSC_NAME(loose)
    __attribute__((vector_size(DSC_VECTOR_BYTES), aligned(sizeof(DSC_REAL)), may_alias));
#if DSC_IS_FLOAT32
typedef int32_t DSC_NAME(mask) __attribute__((vector_size(DSC_VECTOR_BYTES)));
#else
typedef int64_t DSC_NAME(mask) __attribute__((vector_size(DSC_VECTOR_BYTES)));
#endif
#define AT(p) (*(DSC_NAME(loose) *)(p))
#define LOAD(p) (*(const DSC_NAME(loose) *)(p))

/* For inclusion, once for every type: NUMBER is the type, NAMED(name) its own name for a
 * function, IS_NAN(x) what it says. */

/* Whether x comes before y, which is not NaN. NaN does. */
static inline bool NAMED(beats)(bool smallest, NUMBER x, NUMBER y) {
    return (smallest ? x < y : x > y) || IS_NAN(x);
}

/* The value first, in lanes, then its place: two simple loops vectorise, one with both does not. */
static inline __attribute__((always_inline)) NUMBER NAMED(best_of)(bool smallest, size_t n, const NUMBER *x) {
    NUMBER lanes[LANES], best = x[0];
    size_t whole = n - n % LANES;
    for (size_t l = 0; whole > 0 && l < LANES; ++l)
        lanes[l] = x[l];
    for (size_t j = 0; j < whole; j += LANES)
        for (size_t l = 0; l < LANES; ++l) {
            NUMBER y = x[j + l];
            bool wins = (smallest ? y < lanes[l] : y > lanes[l]) | IS_NAN(y);
            lanes[l] = wins ? y : lanes[l];
        }
    for (size_t l = 0; whole > 0 && l < LANES; ++l)
        best = NAMED(beats)(smallest, lanes[l], best) ? lanes[l] : best;
    for (size_t j = whole; j < n; ++j)
        best = NAMED(beats)(smallest, x[j], best) ? x[j] : best;
    return best;
}

DSC_MULTIVERSION
static NUMBER NAMED(largest)(size_t n, const NUMBER *x) {
    return NAMED(best_of)(false, n, x);
}

DSC_MULTIVERSION
static NUMBER NAMED(smallest)(size_t n, const NUMBER *x) {
    return NAMED(best_of)(true, n, x);
}

static size_t NAMED(place_of)(NUMBER value, const NUMBER *x) {
    size_t j = 0;
    if (!IS_NAN(value))
        while (x[j] != value)
            ++j;
    else
        while (!IS_NAN(x[j]))
            ++j;
    return j;
}

static void NAMED(row)(bool smallest, size_t n, const NUMBER *x, void *value, int64_t *index) {
    NUMBER best = smallest ? NAMED(smallest)(n, x) : NAMED(largest)(n, x);
    if (index != NULL) {
        *index = (int64_t)NAMED(place_of)(best, x);
        best = x[*index]; /* of 0 and -0 the one that is there */
    }
    if (value != NULL)
        *(NUMBER *)value = best;
}

static inline __attribute__((always_inline)) void
NAMED(best_columns)(bool smallest, size_t n, size_t stride, size_t columns, const NUMBER *x, NUMBER *best) {
    for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < columns; ++i) {
            NUMBER y = x[j * stride + i];
            bool wins = (smallest ? y < best[i] : y > best[i]) | IS_NAN(y);
            best[i] = wins ? y : best[i];
        }
}

static inline __attribute__((always_inline)) void NAMED(place_columns)(bool smallest, size_t n, size_t stride,
                                                                       size_t columns, const NUMBER *x,
                                                                       NUMBER *best, int64_t *where) {
    for (size_t j = 1; j < n; ++j)
        for (size_t i = 0; i < columns; ++i) {
            NUMBER y = x[j * stride + i], old = best[i];
            bool wins = ((smallest ? y < old : y > old) | IS_NAN(y)) & !IS_NAN(old);
            best[i] = wins ? y : old;
            where[i] = wins ? (int64_t)j : where[i];
        }
}

/* Up to COLUMNS at a time, down the n rows of `stride` numbers. */
DSC_MULTIVERSION
static void NAMED(columns)(bool smallest, size_t n, size_t stride, size_t columns, const NUMBER *x,
                           void *values, int64_t *indices) {
    NUMBER best[COLUMNS];
    int64_t where[COLUMNS] = {0};
    for (size_t i = 0; i < columns; ++i)
        best[i] = x[i];
    if (indices == NULL && smallest)
        NAMED(best_columns)(true, n, stride, columns, x, best);
    else if (indices == NULL)
        NAMED(best_columns)(false, n, stride, columns, x, best);
    else if (smallest)
        NAMED(place_columns)(true, n, stride, columns, x, best, where);
    else
        NAMED(place_columns)(false, n, stride, columns, x, best, where);
    for (size_t i = 0; values != NULL && i < columns; ++i)
        ((NUMBER *)values)[i] = best[i];
    for (size_t i = 0; indices != NULL && i < columns; ++i)
        indices[i] = where[i];
}

/* What parts of one row found, each with its place in the whole, becomes one: earlier parts win ties. */
static void NAMED(join)(bool smallest, size_t parts, const NUMBER *best, const int64_t *where, void *value,
                        int64_t *index) {
    size_t found = 0;
    for (size_t k = 1; k < parts && !IS_NAN(best[found]); ++k)
        if (NAMED(beats)(smallest, best[k], best[found]))
            found = k;
    if (value != NULL)
        *(NUMBER *)value = best[found];
    if (index != NULL)
        *index = where[found];
}

#include "linalg/thin.h"

#include "linalg/dot_rows.h"
#include "linalg/few_rows.h"
#include "linalg/panels.h"

/* A thin side, the numbers of an operand that is read again and again and should stay in the second-level
 * cache, and what is packed of the other one at once. */
enum { THIN = 256, CACHED_BYTES = 1 << 20, PIECE = 256, ROOM_BYTES = 64 << 10 };
_Static_assert(ROOM_BYTES >= PIECE * 2 * 64, "there has to be room for a panel of two of the widest vectors");

/* Whether the products of rows with rows are long enough: each ends in adding up a vector's lanes, which
 * costs more than packing does once many rows share what is packed. With AVX-512, for 84 and 512 columns,
 * OpenBLAS 0.3.21 is even at k = 32 for 16 rows, 64 to 120 for 32, 120 to 200 for 64, and 200 for 120; at
 * half of that it is 1.3 to 1.8 times as fast, and at twice of it as much slower. */
static bool is_long(const dsc_gemm_plan *p) {
    return p->k * dsc_dtype_size(p->dtype) >= 8 * dsc_min_size(p->m, p->n);
}

bool dsc_is_thin(const dsc_gemm_plan *p) {
    /* With k = 0 there may be no operands to point to. */
    if (p->k == 0 || p->alpha != 1 || (p->beta != 0 && p->beta != 1) || (p->transpose_a && p->transpose_b))
        return false;
    size_t cached = CACHED_BYTES / dsc_dtype_size(p->dtype);
    if (p->transpose_b)
        return p->m <= THIN && p->m * p->k <= cached && is_long(p);
    return (p->m <= THIN && p->m * p->k <= cached) || (p->k <= THIN && p->k * p->n <= cached);
}

/* c = a b, or a^T b, for many rows, with panels of b that are packed for them. */
static void many_rows(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t k, const char *a, const char *b,
                      bool add, char *c) {
    union {
        float f32[ROOM_BYTES / sizeof(float)];
        double f64[ROOM_BYTES / sizeof(double)];
    } room __attribute__((aligned(64)));
    const size_t size = dsc_size_of(p->dtype), a_k = p->transpose_a ? p->m : 1;
    const size_t width = dsc_panels_of(p->dtype, 1, 1).width;
    for (size_t i = 0; i < k; i += PIECE) {
        const size_t piece = dsc_min_size(PIECE, k - i);
        const size_t most = ROOM_BYTES / (piece * width * size) * width;
        for (size_t l = 0; l < t.width; l += most) {
            dsc_panels some = dsc_panels_of(p->dtype, piece, dsc_min_size(most, t.width - l));
            some.data = &room;
            for (size_t panel = 0; panel < some.count; ++panel)
                dsc_panels_pack(&some, false, b + (i * p->n + l) * size, p->n, panel);
            const char *left = a + i * a_k * size;
            char *out = c + l * size;
            if (p->transpose_a)
                dsc_panels_transposed(&some, t.height, left, p->m, add || i > 0, out, p->n);
            else if (add || i > 0)
                dsc_panels_add(&some, 0, some.count, t.height, left, p->k, out, p->n);
            else
                dsc_panels_multiply(&some, 0, some.count, t.height, left, p->k, NULL, out, p->n);
        }
    }
}

void dsc_thin_run_tile(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t first, size_t count, bool add) {
    const size_t size = dsc_size_of(p->dtype), n = p->n, k = p->k;
    char *c = (char *)p->c + (t.row * n + t.column) * size;
    const char *a = (const char *)p->a + (p->transpose_a ? first * p->m + t.row : t.row * k + first) * size;
    const char *b =
        (const char *)p->b + (p->transpose_b ? t.column * k + first : first * n + t.column) * size;
    if (p->transpose_b)
        dsc_dot_rows(p->dtype, t.height, t.width, count, k, a, b, add, c, n);
    else if (p->transpose_a || t.height > DSC_FEW_ROWS)
        many_rows(p, t, count, a, b, add, c);
    else
        dsc_few_rows(p->dtype, t.height, t.width, count, a, k, b, add, c, n);
}

/* For inclusion inside a template: the arithmetic of units side by side, of one row, behind the products. */
#include "core/smooth_math.h"

#define UNITS(i) for (size_t i = 0; i < n; ++i)

/* i, f, g, o: what goes in and what the gates are. c = f c' + i g, h = o tanh c */
static inline void DSC_NAME(lstm_units)(size_t n, DSC_REAL *restrict i, DSC_REAL *restrict f,
                                        DSC_REAL *restrict g, DSC_REAL *restrict o,
                                        const DSC_REAL *restrict before, DSC_REAL *restrict c,
                                        DSC_REAL *restrict h) {
    UNITS(u) {
        DSC_REAL in = DSC_NAME(dsc_sigmoid)(i[u]), keep = DSC_NAME(dsc_sigmoid)(f[u]);
        DSC_REAL new = DSC_NAME(dsc_tanh)(g[u]), out = DSC_NAME(dsc_sigmoid)(o[u]);
        DSC_REAL cell = keep * before[u] + in * new;
        i[u] = in;
        f[u] = keep;
        g[u] = new;
        o[u] = out;
        c[u] = cell;
        h[u] = out * DSC_NAME(dsc_tanh)(cell);
    }
}

/* r, z, n likewise, q = w_hn h' + b_hn. n = tanh(n + r q), h = n + z (h' - n) */
static inline void DSC_NAME(gru_units)(size_t n, DSC_REAL *restrict r, DSC_REAL *restrict z,
                                       DSC_REAL *restrict m, const DSC_REAL *restrict q,
                                       const DSC_REAL *restrict before, DSC_REAL *restrict h) {
    UNITS(u) {
        DSC_REAL reset = DSC_NAME(dsc_sigmoid)(r[u]), keep = DSC_NAME(dsc_sigmoid)(z[u]);
        DSC_REAL new = DSC_NAME(dsc_tanh)(m[u] + reset * q[u]);
        r[u] = reset;
        z[u] = keep;
        m[u] = new;
        h[u] = new + keep *(before[u] - new);
    }
}

static inline void DSC_NAME(rnn_units)(size_t n, bool relu, const DSC_REAL *restrict a,
                                       DSC_REAL *restrict h) {
    if (relu)
        UNITS(u) h[u] = a[u] < 0 ? 0 : a[u];
    else
        UNITS(u) h[u] = DSC_NAME(dsc_tanh)(a[u]);
}

/* ---- Backward. What is left in dh is what goes past the products. ---- */

/* dc: by c, then by c'; stride: from gate to gate. */
static inline void DSC_NAME(lstm_units_back)(size_t n, size_t stride, const DSC_REAL *restrict gates,
                                             const DSC_REAL *restrict before, const DSC_REAL *restrict c,
                                             DSC_REAL *restrict dh, DSC_REAL *restrict dc,
                                             DSC_REAL *restrict dgates) {
    UNITS(u) {
        DSC_REAL in = gates[u], keep = gates[u + stride], new = gates[u + 2 * stride];
        DSC_REAL out = gates[u + 3 * stride], bent = DSC_NAME(dsc_tanh)(c[u]);
        DSC_REAL by_c = dc[u] + dh[u] * out * (1 - bent * bent);
        dgates[u] = by_c * new *in *(1 - in);
        dgates[u + stride] = by_c * before[u] * keep * (1 - keep);
        dgates[u + 2 * stride] = by_c * in * (1 - new *new);
        dgates[u + 3 * stride] = dh[u] * bent * out * (1 - out);
        dc[u] = by_c * keep;
        dh[u] = 0;
    }
}

/* dinner: as dgates, but for the new gate's part, which goes through the reset gate. */
static inline void DSC_NAME(gru_units_back)(size_t n, size_t stride, const DSC_REAL *restrict gates,
                                            const DSC_REAL *restrict q, const DSC_REAL *restrict before,
                                            DSC_REAL *restrict dh, DSC_REAL *restrict dgates,
                                            DSC_REAL *restrict dinner) {
    UNITS(u) {
        DSC_REAL reset = gates[u], keep = gates[u + stride], new = gates[u + 2 * stride];
        DSC_REAL by_new = dh[u] * (1 - keep) * (1 - new *new);
        DSC_REAL by_reset = by_new * q[u] * reset * (1 - reset);
        DSC_REAL by_keep = dh[u] * (before[u] - new) * keep * (1 - keep);
        dgates[u] = dinner[u] = by_reset;
        dgates[u + stride] = dinner[u + stride] = by_keep;
        dgates[u + 2 * stride] = by_new;
        dinner[u + 2 * stride] = by_new * reset;
        dh[u] = dh[u] * keep;
    }
}

static inline void DSC_NAME(rnn_units_back)(size_t n, bool relu, const DSC_REAL *restrict h,
                                            DSC_REAL *restrict dh, DSC_REAL *restrict dgates) {
    UNITS(u) {
        dgates[u] = relu ? (h[u] > 0 ? dh[u] : 0) : dh[u] * (1 - h[u] * h[u]);
        dh[u] = 0;
    }
}

#undef UNITS

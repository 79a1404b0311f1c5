#include "losses/loss.h"

dsc_status dsc_triplet_margin_loss(dsc_tensor *anchor, dsc_tensor *positive, dsc_tensor *negative,
                                   const dsc_triplet_margin_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_triplet_margin_options, DSC_TRIPLET_MARGIN_OPTIONS, triplet_margin_loss);
    call.inputs[0] = (dsc_loss_input){anchor, "anchor", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){positive, "positive", DSC_LOSS_NUMBERS};
    call.inputs[2] = (dsc_loss_input){negative, "negative", DSC_LOSS_NUMBERS};
    DSC_TRY(dsc_loss_check(&call, result));
    dsc_row_loss kernel = {
        .kind = DSC_ROW_TRIPLET_MARGIN, .margin = o.margin, .p = o.p, .eps = o.eps, .swap = o.swap};
    return dsc_loss_of_rows(&call, &kernel, result);
}

/* D(a, b), without its history, and its derivative by a, which is minus that by b. */
typedef struct distance {
    dsc_tensor *value, *slope;
} distance;

/* The p-norm of d for p other than 1 and infinity, without what is 0: powers of it below 1 have no
 * derivative. */
static distance power_norm(dsc_pullback *p, double exponent, dsc_tensor *d, dsc_tensor *size) {
    dsc_tensor *one = x_constant(p, d, 1), *counts = x_is_not_zero(p, size);
    dsc_tensor *base = x_where(p, counts, size, one);
    dsc_tensor *powers =
        exponent == 2 ? x_multiply(p, d, d) : x_mask(p, counts, x_power_of(p, base, exponent));
    dsc_tensor *total = x_sum_rows(p, powers), *is_apart = x_is_not_zero(p, total);
    dsc_tensor *apart = x_where(p, is_apart, total, one);
    dsc_tensor *norm = exponent == 2 ? x_sqrt(p, apart) : x_power_of(p, apart, 1 / exponent);
    distance found = {.value = x_mask(p, is_apart, x_detach(p, norm))};
    if (exponent == 2)
        found.slope = x_mask(p, is_apart, x_divide(p, d, norm));
    else
        found.slope = x_mask(
            p, counts, x_multiply(p, x_power_of(p, x_divide(p, base, norm), exponent - 1), x_sign(p, d)));
    return found;
}

/* The largest, whose derivative is shared by all that are as large. */
static distance largest_norm(dsc_pullback *p, dsc_tensor *d, dsc_tensor *size) {
    distance found = {NULL, NULL};
    dsc_tensor *fixed = x_detach(p, size);
    if (fixed == NULL)
        return found;
    found.value = x_call(p, found.value, dsc_amax(fixed, 1, (const int64_t[]){-1}, true, &found.value));
    dsc_tensor *ties = x_equal(p, fixed, found.value), *shares = x_indicator(p, ties, fixed);
    found.slope = x_divide(p, x_multiply(p, x_sign(p, d), shares), x_sum_rows(p, shares));
    return found;
}

static distance distance_of(dsc_pullback *p, const dsc_triplet_margin_options *o, dsc_tensor *a,
                            dsc_tensor *b) {
    dsc_tensor *d = x_affine(p, x_subtract(p, a, b), 1, o->eps), *size = x_abs(p, d);
    distance found = {NULL, NULL};
    if (size != NULL && o->p == 1)
        found = (distance){x_detach(p, x_sum_rows(p, size)), x_sign(p, d)};
    else if (size != NULL && isinf(o->p))
        found = largest_norm(p, d, size);
    else if (size != NULL)
        found = power_norm(p, o->p, d, size);
    return found;
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_triplet_margin_options);
    dsc_tensor *anchor = dsc_input(p, 0), *positive = dsc_input(p, 1), *negative = dsc_input(p, 2);
    distance near = distance_of(p, &o, anchor, positive), far = distance_of(p, &o, anchor, negative);
    distance other = o.swap ? distance_of(p, &o, positive, negative) : far;
    if (p->status != DSC_OK)
        return;
    dsc_tensor *smaller = o.swap ? x_minimum(p, far.value, other.value) : far.value;
    dsc_tensor *is_active =
        x_is_not_negative(p, x_affine(p, x_subtract(p, near.value, smaller), 1, o.margin));
    dsc_tensor *to_positive = x_mask(p, is_active, near.slope);
    dsc_tensor *to_negative = x_mask(p, is_active, far.slope), *between = NULL;
    if (o.swap) {
        /* The part of `far` in the smaller one; a tie is shared, as in torch.minimum. */
        dsc_tensor *wins = x_indicator(p, x_less(p, far.value, other.value), far.value);
        dsc_tensor *ties = x_indicator(p, x_equal(p, far.value, other.value), far.value);
        dsc_tensor *share = x_add(p, wins, x_scale(p, ties, 0.5));
        to_negative = x_multiply(p, to_negative, share);
        between = x_multiply(p, x_mask(p, is_active, other.slope), x_rest(p, share));
    }
    slope[0] = x_subtract(p, to_positive, to_negative);
    slope[1] = x_negate(p, o.swap ? x_add(p, to_positive, between) : to_positive);
    slope[2] = o.swap ? x_add(p, to_negative, between) : to_negative;
}

void dsc_pull_back_triplet_margin_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_triplet_margin_loss(inputs[0], inputs[1], inputs[2], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_ABOVE(dsc_triplet_margin_options, margin, 0, "by how much the negative is to be farther away"),
    DSC_LOSS_OPTION(dsc_triplet_margin_options, p, DSC_OPTION_REAL, 0, INFINITY, true, false,
                    "of the p-norm that distances are measured by", NULL),
    DSC_LOSS_ANY(dsc_triplet_margin_options, eps, "added to every difference"),
    DSC_LOSS_FLAG(dsc_triplet_margin_options, swap,
                  "take the distance of positive and negative where that is smaller"),
    DSC_LOSS_REDUCTION(dsc_triplet_margin_options),
};

const dsc_loss dsc_loss_triplet_margin = {
    .info = {.name = "triplet_margin",
             .title = "An anchor is to be nearer to the positive than to the negative",
             .source = "torch.nn.TripletMarginLoss; Balntas et al. 2016",
             .formula =
                 "max(0, margin + D(anchor, positive) - D(anchor, negative)), D(a, b) = |a - b + eps|_p",
             .inputs = {"anchor", "positive", "negative"},
             .input_count = 3,
             .required_count = 3},
    DSC_LOSS_OPTION_TABLE(table, dsc_triplet_margin_options, DSC_TRIPLET_MARGIN_OPTIONS),
    .run = run};

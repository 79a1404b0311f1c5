/* A line search for the strong Wolfe conditions: bracket, then zoom by cubic interpolation. Nocedal and
 * Wright 2006, algorithms 3.5 and 3.6; safeguards and constants are torch.optim.LBFGS's, whose steps it
 * takes. */
#include <math.h>

#include "core/line_search.h"

/* In these a NaN in `a` stays. */
static double at_least(double a, double low) {
    return low > a ? low : a;
}
static double at_most(double a, double high) {
    return high < a ? high : a;
}

/* The minimum of the cubic through two points and their slopes, within [low, high]. */
static double cubic_minimum(const dsc_line_point *a, const dsc_line_point *b, double low, double high) {
    const dsc_line_point *left = a->t <= b->t ? a : b, *right = left == a ? b : a;
    double d1 = a->slope + b->slope - 3 * (a->f - b->f) / (a->t - b->t);
    double square = d1 * d1 - a->slope * b->slope;
    if (!(square >= 0))
        return (low + high) / 2;
    double d2 = sqrt(square);
    double t =
        right->t - (right->t - left->t) * ((right->slope + d2 - d1) / (right->slope - left->slope + 2 * d2));
    return at_most(at_least(t, low), high);
}

/* A place for a gradient that none of the three points uses. */
static int free_gradient(const dsc_line_point *a, const dsc_line_point *b, const dsc_line_point *c) {
    int place = 0;
    while (place == a->gradient || place == b->gradient || place == c->gradient)
        ++place;
    return place;
}

static dsc_status evaluate(dsc_line_search *s, double t, int gradient, dsc_line_point *point) {
    *point = (dsc_line_point){.t = t, .gradient = gradient};
    ++s->evaluations;
    return s->evaluate(s->user, point);
}

/* An interpolated t that comes close to an end twice is moved a tenth of the bracket away from it. */
static double keep_away(double t, double low, double high, bool *was_close) {
    double margin = 0.1 * (high - low);
    if (!(fmin(high - t, t - low) < margin)) {
        *was_close = false;
        return t;
    }
    if (!*was_close && t < high && t > low) {
        *was_close = true;
        return t;
    }
    *was_close = false;
    return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
}

static dsc_status zoom(dsc_line_search *s, const dsc_line_point *start, dsc_line_point bracket[2],
                       int iteration, dsc_line_point *found) {
    int low = bracket[0].f <= bracket[1].f ? 0 : 1;
    bool was_close = false, done = false;
    for (; !done && iteration < s->most; ++iteration) {
        double least = fmin(bracket[0].t, bracket[1].t), most = fmax(bracket[0].t, bracket[1].t);
        if (fabs(bracket[1].t - bracket[0].t) * s->direction_size < s->tolerance_change)
            break;
        double t = keep_away(cubic_minimum(&bracket[0], &bracket[1], least, most), least, most, &was_close);
        dsc_line_point next;
        DSC_PASS(evaluate(s, t, free_gradient(start, &bracket[0], &bracket[1]), &next));
        if (next.f > start->f + DSC_LINE_DECREASE * t * start->slope || next.f >= bracket[low].f) {
            bracket[1 - low] = next;
            low = bracket[0].f <= bracket[1].f ? 0 : 1;
        } else {
            if (fabs(next.slope) <= -DSC_LINE_CURVATURE * start->slope)
                done = true;
            else if (next.slope * (bracket[1 - low].t - bracket[low].t) >= 0)
                bracket[1 - low] = bracket[low];
            bracket[low] = next;
        }
    }
    *found = bracket[low];
    return DSC_OK;
}

dsc_status dsc_line_search_run(dsc_line_search *s, dsc_line_point start, double t, dsc_line_point *found) {
    dsc_line_point bracket[2] = {start, start}, *last = &bracket[0], *next = &bracket[1];
    s->evaluations = 0;
    DSC_PASS(evaluate(s, t, free_gradient(&start, &start, &start), next));
    int iteration = 0;
    for (; iteration < s->most; ++iteration) {
        if (next->f > start.f + DSC_LINE_DECREASE * next->t * start.slope ||
            (iteration > 1 && next->f >= last->f))
            return zoom(s, &start, bracket, iteration, found);
        if (fabs(next->slope) <= -DSC_LINE_CURVATURE * start.slope) {
            *found = *next;
            return DSC_OK;
        }
        if (next->slope >= 0)
            return zoom(s, &start, bracket, iteration, found);
        t = cubic_minimum(last, next, next->t + 0.01 * (next->t - last->t), next->t * 10);
        *last = *next;
        DSC_PASS(evaluate(s, t, free_gradient(&start, last, last), next));
    }
    bracket[0] = start;
    *found = start.f <= next->f ? start : *next;
    return DSC_OK;
}

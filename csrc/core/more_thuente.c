/* More and Thuente 1994, Line Search Algorithms with Guaranteed Sufficient Decrease: an interval that holds a
 * point with the strong Wolfe conditions shrinks around it. */
#include <math.h>

#include "core/line_search.h"

typedef struct interval {
    dsc_line_point best, other;
    bool is_bracket;
} interval;

/* The cubic's minimum from a towards b, as a share of the way; gamma as the paper has it. */
static double cubic_share(const dsc_line_point *a, const dsc_line_point *b, bool clips, double *gamma) {
    double theta = 3 * (a->f - b->f) / (b->t - a->t) + a->slope + b->slope;
    double size = fmax(fabs(theta), fmax(fabs(a->slope), fabs(b->slope)));
    double square = (theta / size) * (theta / size) - (a->slope / size) * (b->slope / size);
    *gamma = size * sqrt(clips ? fmax(0, square) : square);
    return theta;
}

/* The next trial, from the best point and the last trial; updates the interval: the paper's section 4. */
static double advance(interval *v, const dsc_line_point *now, double low, double high) {
    dsc_line_point *x = &v->best, *y = &v->other;
    double t = now->t, gamma, theta, cubic, secant, next;
    bool turns = now->slope * (x->slope / fabs(x->slope)) < 0;
    if (now->f > x->f) { /* higher: the minimum lies between */
        theta = cubic_share(x, now, false, &gamma);
        gamma = t < x->t ? -gamma : gamma;
        cubic = x->t + (gamma - x->slope + theta) / (gamma - x->slope + gamma + now->slope) * (t - x->t);
        double quadratic = x->t + x->slope / ((x->f - now->f) / (t - x->t) + x->slope) / 2 * (t - x->t);
        next = fabs(cubic - x->t) < fabs(quadratic - x->t) ? cubic : cubic + (quadratic - cubic) / 2;
        v->is_bracket = true;
    } else if (turns) { /* lower, and past the minimum */
        theta = cubic_share(x, now, false, &gamma);
        gamma = t > x->t ? -gamma : gamma;
        cubic = t + (gamma - now->slope + theta) / (gamma - now->slope + gamma + x->slope) * (x->t - t);
        secant = t + now->slope / (now->slope - x->slope) * (x->t - t);
        next = fabs(cubic - t) > fabs(secant - t) ? cubic : secant;
        v->is_bracket = true;
    } else if (fabs(now->slope) < fabs(x->slope)) { /* lower, and flatter */
        theta = cubic_share(x, now, true, &gamma);
        gamma = t > x->t ? -gamma : gamma;
        double share = (gamma - now->slope + theta) / (gamma + (x->slope - now->slope) + gamma);
        cubic = share < 0 && gamma != 0 ? t + share * (x->t - t) : t > x->t ? high : low;
        secant = t + now->slope / (now->slope - x->slope) * (x->t - t);
        bool takes_cubic = (fabs(cubic - t) < fabs(secant - t)) == v->is_bracket;
        next = takes_cubic ? cubic : secant;
        double edge = t + 0.66 * (y->t - t);
        if (v->is_bracket)
            next = t > x->t ? fmin(edge, next) : fmax(edge, next);
        else
            next = fmin(fmax(next, low), high);
    } else if (v->is_bracket) { /* lower, and as steep */
        theta = cubic_share(y, now, false, &gamma);
        gamma = t > y->t ? -gamma : gamma;
        next = t + (gamma - now->slope + theta) / (gamma - now->slope + gamma + y->slope) * (y->t - t);
    } else {
        next = t > x->t ? high : low;
    }
    if (now->f > x->f) {
        *y = *now;
    } else {
        if (turns)
            *y = *x;
        *x = *now;
    }
    return next;
}

/* f less the line of sufficient decrease, by which the first stage finds its way. */
static dsc_line_point lowered(dsc_line_point p, double slope) {
    p.f -= p.t * slope;
    p.slope -= slope;
    return p;
}

dsc_status dsc_more_thuente_run(dsc_line_search *s, dsc_line_point start, double t, dsc_line_point *found) {
    double line = DSC_LINE_DECREASE * start.slope, highest = INFINITY, low = 0, high = 5 * t;
    double width = INFINITY, before = INFINITY;
    bool is_first_stage = true;
    interval v = {.best = start, .other = start};
    *found = start;
    for (s->evaluations = 0; s->evaluations < s->most;) {
        dsc_line_point now = {.t = t};
        ++s->evaluations;
        DSC_PASS(s->evaluate(s->user, &now));
        if (now.f == -INFINITY) {
            *found = now;
            return DSC_OK;
        }
        if (!isfinite(now.f) || !isfinite(now.slope)) {
            highest = t; /* beyond the function's domain */
            t = v.best.t + (t - v.best.t) / 4;
            continue;
        }
        if (now.f < found->f)
            *found = now;
        double limit = start.f + t * line;
        if (now.f <= limit && fabs(now.slope) <= -DSC_LINE_CURVATURE * start.slope) {
            *found = now;
            return DSC_OK;
        }
        is_first_stage = is_first_stage && !(now.f <= limit && now.slope >= 0);
        if (is_first_stage && now.f <= v.best.f && now.f > limit) {
            interval w = {lowered(v.best, line), lowered(v.other, line), v.is_bracket};
            dsc_line_point down = lowered(now, line);
            t = advance(&w, &down, low, high);
            v = (interval){lowered(w.best, -line), lowered(w.other, -line), w.is_bracket};
        } else {
            t = advance(&v, &now, low, high);
        }
        double span = fabs(v.other.t - v.best.t);
        if (v.is_bracket) {
            if (span >= 0.66 * before)
                t = v.best.t + (v.other.t - v.best.t) / 2;
            before = width;
            width = span;
            low = fmin(v.best.t, v.other.t);
            high = fmax(v.best.t, v.other.t);
            if (span * s->direction_size < s->tolerance_change || !(t > low && t < high))
                return DSC_OK;
        } else {
            low = t + 1.1 * (t - v.best.t);
            high = t + 4 * (t - v.best.t);
            if (!(t > 0 && t < 1e20))
                return DSC_OK;
        }
        if (t >= highest)
            t = (v.best.t + highest) / 2;
    }
    return DSC_OK;
}

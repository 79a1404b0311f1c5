#include "newton/newton.h"

const char *dsc_newton_reason(dsc_status reason) {
    switch (reason) {
    case DSC_NEWTON_GRADIENT:
        return "the gradient's tolerance is met";
    case DSC_NEWTON_STEP:
        return "the step's tolerance is met";
    case DSC_NEWTON_VALUE:
        return "the value's tolerance is met";
    case DSC_NEWTON_EXACT:
        return "rounding is all that is left";
    case DSC_NEWTON_MAX_ITERATIONS:
        return "the limit of iterations is reached";
    case DSC_NEWTON_MAX_EVALUATIONS:
        return "the limit of evaluations is reached";
    case DSC_NEWTON_MAX_SECONDS:
        return "the limit of time is reached";
    case DSC_NEWTON_LINE_SEARCH_FAILED:
        return "the line search found nothing lower";
    case DSC_NEWTON_NON_FINITE_VALUE:
        return "the value is not finite";
    case DSC_NEWTON_NON_FINITE_GRADIENT:
        return "the gradient is not finite";
    case DSC_NEWTON_NON_FINITE_HESSIAN:
        return "the Hessian is not finite";
    case DSC_NEWTON_UNBOUNDED:
        return "the function is unbounded below";
    case DSC_NEWTON_STOPPED:
        return "stopped by the caller";
    case DSC_NEWTON_RADIUS_TOO_SMALL:
        return "the trust region has vanished";
    case DSC_NEWTON_SINGULAR:
        return "the Hessian is singular";
    case DSC_NEWTON_SADDLE:
        return "a saddle: the gradient vanishes, and the Hessian has a negative eigenvalue";
    case DSC_NEWTON_SEPARABLE:
        return "the data are separable: some coefficients would have to be infinite";
    case DSC_NEWTON_WRONG_DERIVATIVE:
        return "the derivatives are not those of the function";
    default:
        return "unknown";
    }
}

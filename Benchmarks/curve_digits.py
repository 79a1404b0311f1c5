"""How many digits curve fits get right: Descent beside MINPACK (SciPy), on NIST's nonlinear regressions.

    pip install numpy scipy
    python3 Benchmarks/curve_digits.py [--write]

Both with exact Jacobians (complex steps) and as small tolerances as they take. Prints the table of
Documentation/Newton.md, or writes it there.
"""
import argparse
import ctypes
import json

import numpy as np
import scipy.optimize

import documentation
import libdescent
from documentation import digits

parser = argparse.ArgumentParser()
parser.add_argument("--write", action="store_true", help="change the documentation")
arguments = parser.parse_args()
np.seterr(all="ignore")

MODELS = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)), "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Chwirut2": lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x), "DanWood": lambda b, x: b[0] * x ** b[1],
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "MGH09": lambda b, x: b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "Thurber": lambda b, x: (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-((x - b[2]) ** 2) / (2 * b[1] ** 2)),
}
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double))


class Problem(ctypes.Structure):
    _fields_ = [("residuals", ctypes.c_size_t), ("parameters", ctypes.c_size_t), ("evaluate", CALLBACK),
                ("jacobian", CALLBACK), ("user", ctypes.c_void_p)]


def jacobian(residuals, b):
    """By complex steps: exact to rounding."""
    steps = np.eye(len(b)) * 1e-100j
    return np.stack([residuals(b + step).imag / 1e-100 for step in steps], 1)


def by_descent(library, residuals, start):
    n, m = len(start), len(residuals(start))

    def callback(function):
        def call(_, b, out):
            values = function(np.array(b[:n])).ravel()
            np.ctypeslib.as_array(out, values.shape)[:] = values
            return 0
        return CALLBACK(call)

    problem = Problem(m, n, callback(residuals), callback(lambda b: jacobian(residuals, b)), None)
    b, covariance = np.array(start, float), np.empty((n, n))
    status = library.dsc_least_squares_fit(
        None, ctypes.byref(problem), None, ctypes.c_void_p(b.ctypes.data),
        ctypes.c_void_p(covariance.ctypes.data), None)
    return b, np.sqrt(np.diag(covariance)), 100 <= status <= 103


def by_minpack(residuals, start):
    fit = scipy.optimize.least_squares(residuals, start, lambda b: jacobian(residuals, b), method="lm", x_scale="jac",
                                       ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=20000)
    free = len(fit.fun) - len(start)
    covariance = np.linalg.pinv(fit.jac.T @ fit.jac) * 2 * fit.cost / free
    return fit.x, np.sqrt(np.abs(np.diag(covariance))), fit.status > 0


def main():
    library = libdescent.load()
    lines = ["| Problem | Descent, start 1 | MINPACK, start 1 | Descent, start 2 | MINPACK, start 2 |",
             "| --- | --- | --- | --- | --- |"]
    for p in json.loads((libdescent.ROOT / "Tests/Fixtures/nist.json").read_text()):
        x, y = np.array(p["x"]), np.array(p["y"])
        cells = []
        for start in (p["start1"], p["start2"]):
            def residuals(b):
                return y - MODELS[p["name"]](b, x)
            for b, errors, ends_well in (by_descent(library, residuals, start), by_minpack(residuals, start)):
                text = f"{digits(b, p['certified'])} / {digits(errors, p['certified_standard_deviation'])}"
                cells.append(text + ("" if ends_well else ", says it failed"))
        lines.append(f"| {p['name']} | {' | '.join(cells)} |")
    documentation.table("Benchmarks/curve_digits.py", lines, arguments.write)


main()

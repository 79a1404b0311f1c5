"""How many digits least squares gets right: Descent beside statsmodels, on NIST's linear regressions and a polynomial.

    pip install numpy statsmodels
    python3 Benchmarks/regression_digits.py [--write]

Builds libdescent into a temporary folder. Prints the table of Documentation/Newton.md, or writes it there. A digit is
-log10 of the relative error of the worst coefficient (or standard error, or of the residual deviation), at most 15; of
values that should be 0, of the absolute error.
"""
import argparse
import json
import math

import numpy as np
import statsmodels.api as sm

import documentation
import libdescent
from documentation import digits

parser = argparse.ArgumentParser()
parser.add_argument("--write", action="store_true", help="change the documentation")
arguments = parser.parse_args()


def powers(x, degree):
    return np.stack([x**i for i in range(1, degree + 1)], 1)


def problems():
    for name, s in json.loads((libdescent.ROOT / "Tests/Fixtures/nist_linear.json").read_text()).items():
        rows = np.array(s["rows"], float)
        x = powers(rows[:, 1], s["degree"]) if s["degree"] > 1 else np.ascontiguousarray(rows[:, 1:])
        yield name, x, rows[:, 0].copy(), s["intercept"], s["beta"], s["sd"], s["residual_sd"]
    t = np.arange(200) / 199
    right = [(i + 1.0) * (-1) ** i for i in range(12)]
    y = np.array([math.fsum(c * v**i for i, c in enumerate(right)) for v in t])
    yield "degree 11 on [0, 1]", powers(t, 11), y, True, right, [0.0] * 12, 0.0


def by_descent(library, x, y, intercept):
    b, covariance, result = libdescent.fit(library, libdescent.LINEAR, x, y, intercept)
    order = np.roll(np.arange(len(b)), 1) if intercept else np.arange(len(b))
    return b[order], np.sqrt(np.diag(covariance))[order], math.sqrt(result.dispersion)


def by_statsmodels(method, x, y, intercept):
    fit = sm.OLS(y, sm.add_constant(x) if intercept else x).fit(method=method)
    return fit.params, fit.bse, math.sqrt(fit.mse_resid)


def main():
    library = libdescent.load()
    lines = ["| Problem | Descent | statsmodels, `pinv` | statsmodels, `qr` |", "| --- | --- | --- | --- |"]
    for name, x, y, intercept, *right in problems():
        fits = [by_descent(library, x, y, intercept)]
        fits += [by_statsmodels(method, x, y, intercept) for method in ("pinv", "qr")]
        cells = [" / ".join(digits(found, wanted) for found, wanted in zip(fit, right)) for fit in fits]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    documentation.table("Benchmarks/regression_digits.py", lines, arguments.write)


main()

"""Logistic regression to a gradient norm of 1e-8: Descent beside scikit-learn and SciPy, on the same arrays.

    pip install numpy scipy scikit-learn
    python3 Benchmarks/newton_logreg.py [--samples N] [--features P] [--rounds R] [--repeats R]

Builds libdescent into a temporary folder. The programs take turns of some repeats each; each one's best counts. All
minimize the sum of the log losses + |b|^2 / 2, with an intercept; the gradient norm printed is that of the mean loss at
what each returned, with the penalty, computed here. Two threads for everybody, or --threads.
"""
import argparse
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--samples", type=int, default=10000)
parser.add_argument("--features", type=int, default=100)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--repeats", type=int, default=10)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)

import numpy as np  # noqa: E402: after the number of threads
import scipy.optimize  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

import libdescent  # noqa: E402

PEAK = 200e9  # float64 operations a second that products reach on two cores with AVX-512

random = np.random.default_rng(0)
x = random.standard_normal((arguments.samples, arguments.features))
weights = random.standard_normal(arguments.features) / np.sqrt(arguments.features)
y = (random.random(len(x)) < 1 / (1 + np.exp(-(x @ weights + 0.5)))) * 1.0
full = np.hstack([x, np.ones((len(x), 1))])
penalty = np.append(np.ones(arguments.features), 0)


def value(b):
    eta = full @ b
    return (np.logaddexp(0, eta) - y * eta).mean() + penalty @ b**2 / (2 * len(x))


def probabilities(b):
    return 1 / (1 + np.exp(-(full @ b)))


def gradient(b):
    return full.T @ (probabilities(b) - y) / len(x) + penalty * b / len(x)


def hessian(b):
    p = probabilities(b)
    return (full * (p * (1 - p))[:, None]).T @ full / len(x) + np.diag(penalty) / len(x)


def by_descent(library):
    b, _, result = libdescent.fit(library, libdescent.LOGISTIC, x, y, l2=1, tolerance=1e-8)
    return b, result.iterations


def by_sklearn():
    fit = LogisticRegression(solver="newton-cholesky", C=1, tol=1e-8, max_iter=100).fit(x, y)
    return np.append(fit.coef_, fit.intercept_), int(fit.n_iter_[0])


def by_scipy():
    fit = scipy.optimize.minimize(
        value, np.zeros(full.shape[1]), jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-8})
    return fit.x, fit.nit


def main():
    library = libdescent.load(arguments.threads)
    contenders = {"Descent": lambda: by_descent(library), "scikit-learn newton-cholesky": by_sklearn,
                  "SciPy trust-exact": by_scipy}
    best, found = dict.fromkeys(contenders, float("inf")), {}
    for _ in range(arguments.rounds):
        for name, run in contenders.items():
            time.sleep(0.1)  # the last one's threads still spin for a while
            for _ in range(arguments.repeats):
                start = time.perf_counter()
                found[name] = run()
                best[name] = min(best[name], time.perf_counter() - start)
    columns, iterations = full.shape[1], found["Descent"][1]
    flops = (iterations + 1) * (len(x) * columns * (columns + 1) + columns**3 / 3)
    print(f"logistic regression, {len(x)} x {arguments.features}; "
          f"best of {arguments.rounds} turns of {arguments.repeats}")
    for name, seconds in best.items():
        b, steps = found[name]
        print(f"{name:30} {seconds * 1e3:9.2f} ms  {seconds / best['Descent']:6.2f}x"
              f"  {steps:3} iterations  gradient norm {np.linalg.norm(gradient(b)):.1e}")
    print(f"floor: X'WX and its factor {iterations + 1} times, {flops / 1e9:.2f} GFLOP at {PEAK / 1e9:.0f} GF/s:"
          f" {flops / PEAK * 1e3:.2f} ms; Descent takes {best['Descent'] * PEAK / flops:.1f} times that")


main()

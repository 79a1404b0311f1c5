"""Generalised linear models by statsmodels 0.15 and scikit-learn 1.9 -> regression.json.

    pip install statsmodels scikit-learn
    python3 regression.py

The data are made by formulas that RegressionTests has too: no numbers of theirs are in the file.
"""
import warnings

import numpy as np
import statsmodels.api as sm
from sklearn import linear_model

from exact import dump

warnings.simplefilter("error")
warnings.filterwarnings("ignore", category=FutureWarning)


def number(i, j):
    """A multiple of 1/512 in [-2, 2) that looks drawn at random."""
    return ((i * i * (j + 1) * 31 + i * 7919 * (j + 3) + j * 104729) % 2003 - 1001) / 512


def data(family, samples, features):
    x = np.array([[number(i, j) for j in range(features)] for i in range(samples)])
    noise = np.array([[number(i, features + k) for k in range(3)] for i in range(samples)])
    b = np.array([((j * 5) % 7 - 3) / 8 for j in range(features)])
    eta = x @ b
    y = {
        "linear": eta + noise[:, 0] + 3,
        "logistic": (eta + 2 * noise[:, 0] + 0.25 > 0) * 1.0,
        "poisson": np.floor(np.maximum(0, eta + noise[:, 0] + 1)),
        "softmax": np.argmax(np.stack([eta, -eta, 0 * eta], 1) + 2 * noise, 1) * 1.0,
    }[family]
    weights = np.array([1 + (i * 3) % 4 / 2 for i in range(samples)])
    return x, y, weights


def by_statsmodels(family, x, y, weights, intercept):
    full = np.hstack([x, np.ones((len(x), 1))]) if intercept else x
    if family == "softmax":
        fit = sm.MNLogit(y, full).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
        return fit.params.T, fit.bse.T, fit.llf, None
    if family == "linear":
        fit = sm.WLS(y, full, weights if weights is not None else 1.0).fit()
        return fit.params, fit.bse, fit.llf, fit.pvalues
    distribution = {"logistic": sm.families.Binomial(), "poisson": sm.families.Poisson()}[family]
    fit = sm.GLM(y, full, distribution, freq_weights=weights).fit(tol=1e-15, maxiter=200)
    return fit.params, fit.bse, fit.llf, fit.pvalues


def by_sklearn(family, x, y, weights, l1, l2):
    n = len(x) if weights is None else weights.sum()
    if family == "linear" and l1:
        fit = linear_model.Lasso(alpha=l1 / n, tol=1e-14, max_iter=1000000)
    elif family == "linear":
        fit = linear_model.Ridge(alpha=l2, tol=1e-14)
    elif family == "poisson":
        fit = linear_model.PoissonRegressor(alpha=l2 / n, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    elif l1:
        fit = linear_model.LogisticRegression(C=1 / l1, l1_ratio=1, solver="saga", tol=1e-13, max_iter=1000000)
    else:
        fit = linear_model.LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    fit.fit(x, y, sample_weight=weights)
    rows, intercepts = np.atleast_2d(fit.coef_), np.atleast_1d(fit.intercept_)
    if family == "softmax":
        intercepts = intercepts - intercepts.mean()
    return np.hstack([rows, intercepts.reshape(-1, 1)])


def main():
    cases = []
    for family in ("linear", "logistic", "poisson", "softmax"):
        for samples, features, weighted, intercept in (
            (600, 50, False, True), (120, 4, True, True), (120, 4, False, False),
        ):
            if family == "softmax" and features == 50:
                samples, features = 600, 12
            x, y, weights = data(family, samples, features)
            if not (weighted and family == "softmax"):
                params, errors, likelihood, p = by_statsmodels(
                    family, x, y, weights if weighted else None, intercept)
                cases.append(dict(
                    family=family, samples=samples, features=features, weighted=weighted, intercept=intercept,
                    l1=0, l2=0, params=np.atleast_2d(params).tolist(), errors=np.atleast_2d(errors).tolist(),
                    likelihood=float(likelihood), p=None if p is None else p.tolist()))
            if intercept:
                for l1, l2 in ((0, 3), (5, 0)):
                    if l1 and family == "poisson":
                        continue
                    params = by_sklearn(family, x, y, weights if weighted else None, l1, l2)
                    cases.append(dict(
                        family=family, samples=samples, features=features, weighted=weighted,
                        intercept=intercept, l1=l1, l2=l2, params=params.tolist()))
    dump("regression.json", cases)
    print(len(cases), "cases")


main()

#!/usr/bin/env python3
"""Makes theory.json: numbers of optimization's theory, from numpy and exact fractions.

    pip install numpy && python3 Tests/Fixtures/theory.py
"""
import math
from fractions import Fraction

import numpy as np

from exact import dump

out = {}

# A step of SGD with momentum: numpy's eigenvalues, and a power of the matrix.
out["momentum"] = []
for beta in (0.0, 0.25, 0.6, 0.9, 0.95):
    for eta in (0.05, 0.4, 1.0):
        for curvature in (-2.0, 0.2, 1.0, 3.0, 4.0):
            r = np.array([[beta, curvature], [-eta * beta, 1 - eta * curvature]])
            values = sorted(np.linalg.eigvals(r), key=lambda z: (-abs(z), -z.imag))
            state = np.linalg.matrix_power(r, 12) @ np.array([0.0, 1.0])
            out["momentum"].append(dict(
                momentum=beta, learningRate=eta, curvature=curvature, matrix=r.tolist(),
                eigenvalues=[[float(np.real(v)), float(np.imag(v))] for v in values],
                radius=float(max(abs(values[0]), abs(values[1]))), position=float(state[1])))

# Samples drawn with replacement, by exact fractions.
out["sampling"] = []
for n, draws in ((1, 1), (2, 2), (5, 5), (10, 10), (10, 25), (100, 100), (1000, 1000)):
    def share(k):
        return Fraction(math.comb(draws, k)) * Fraction(1, n) ** k * (1 - Fraction(1, n)) ** (draws - k)
    out["sampling"].append(dict(
        samples=n, draws=draws, seen=float(1 - share(0)), times=[float(share(k)) for k in range(min(draws, 5) + 1)]))

# Symmetric matrices: eigenvalues, condition, the same after division by the diagonal, Gerschgorin's discs.
out["matrices"] = []
for matrix in ([[0.2, 0.0], [0.0, 4.0]], [[4.2, -3.8], [-3.8, 4.2]], [[100.0, 5.0, 1.0], [5.0, 4.0, 0.5], [1.0, 0.5, 0.2]],
               [[2.0, 1.0, 0.0, 3.0], [1.0, 5.0, -2.0, 0.0], [0.0, -2.0, 1.0, 1.0], [3.0, 0.0, 1.0, 4.0]], [[7.0]]):
    q = np.array(matrix)
    scale = np.sqrt(np.diag(q))
    scaled = q / np.outer(scale, scale)
    out["matrices"].append(dict(
        matrix=matrix, eigenvalues=np.linalg.eigvalsh(q).tolist(), scaled=scaled.tolist(),
        scaledEigenvalues=np.linalg.eigvalsh(scaled).tolist(),
        radii=[float(sum(abs(q[i, j]) for j in range(len(q)) if j != i)) for i in range(len(q))],
        minimizer=np.linalg.solve(q, -np.arange(1.0, len(q) + 1)).tolist()))

# The bound of SGD's convergence proof, r = 2, L = 3.
r, gradient = 2.0, 3.0
out["bounds"] = []
for steps in (1, 10, 100):
    t = np.arange(1, steps + 1)
    def bound(rates):
        return float((r * r + gradient**2 * (rates**2).sum()) / (2 * rates.sum()))
    out["bounds"].append(dict(
        steps=steps, known=bound(np.full(steps, r / (gradient * math.sqrt(steps)))),
        unknown=bound(r / (gradient * np.sqrt(t))),
        strong=float(gradient**2 * (1 / t).sum() / (2 * 0.5 * steps))))

# As the lecture rounds them: 0.63 and 0.37.
out["limits"] = dict(seen=1 - math.exp(-1), once=math.exp(-1))
dump("theory.json", out)

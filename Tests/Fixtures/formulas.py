#!/usr/bin/env python3
"""Makes formulas.json: values, gradients and Hessians of formulas as text, from PyTorch.

    pip install torch==2.13.0 && python3 Tests/Fixtures/formulas.py

Each formula stands beside a function that was written by hand: what the text means is not asked of Python.
"""
import math

import torch

from exact import dump

POINTS = [[-5.0, -2.0, 0.5], [0.375, 1.25, -0.75], [1.5, 0.625, 2.0]]
T = torch.tensor

FORMULAS = {
    # Dive into Deep Learning
    "x1^2 + 2 x2^2": lambda x, y, z: x * x + 2 * y * y,
    "0.1 x1 ** 2 + 2 * x2 ** 2": lambda x, y, z: 0.1 * x * x + 2 * y * y,
    "0.1(x1 + x2)^2 + 2(x1 - x2)^2": lambda x, y, z: 0.1 * (x + y) * (x + y) + 2 * (x - y) * (x - y),
    "x^2 (1 + sin(x))": lambda x, y, z: x * x * (1 + torch.sin(x)),
    # Signs, powers and quotients
    "-x^2": lambda x, y, z: -(x * x),
    "(-x)^2 - -y": lambda x, y, z: x * x + y,
    "2^-x1": lambda x, y, z: torch.pow(T(2.0), -x),
    "2^3^0.5 x": lambda x, y, z: torch.pow(T(2.0), T(3.0**0.5)) * x,
    "abs(x)^2^1.5": lambda x, y, z: torch.pow(torch.abs(x), 2**1.5),
    "x^3 - x**7 + x3^16": lambda x, y, z: torch.pow(x, 3) - torch.pow(x, 7) + torch.pow(z, 16),
    "1 / 2 x": lambda x, y, z: x / 2,
    "6 / x / y": lambda x, y, z: 6 / x / y,
    "1 - x - y + 2": lambda x, y, z: 3 - x - y,
    # Products without a sign
    "(x1 + 1)(x2 - 2)": lambda x, y, z: (x + 1) * (y - 2),
    "2x1x2 x3": lambda x, y, z: 2 * x * y * z,
    "2 e^x": lambda x, y, z: 2 * torch.pow(T(math.e), x),
    "2e0 pi y": lambda x, y, z: 2 * math.pi * y,
    "sin(x) cos(y)": lambda x, y, z: torch.sin(x) * torch.cos(y),
    # Functions
    "exp(-(x1^2) / 8 - abs(x2))": lambda x, y, z: torch.exp(-x * x / 8 - torch.abs(y)),
    "log(x1^2 + 1) + sqrt(4 + x2)": lambda x, y, z: torch.log(x * x + 1) + torch.sqrt(4 + y),
    "tanh(x) sigmoid(y) - log1p(expm1(y))": lambda x, y, z: torch.tanh(x) * torch.sigmoid(y)
    - torch.log1p(torch.expm1(y)),
    "maximum(x1, x2^2) + minimum(x1 x2, x3)": lambda x, y, z: torch.maximum(x, y * y)
    + torch.minimum(x * y, z),
    "power(x1^2 + 1, x2)": lambda x, y, z: torch.pow(x * x + 1, y),
    "erf(atan(x)) / reciprocal(cosh(y))": lambda x, y, z: torch.erf(torch.atan(x)) * torch.cosh(y),
    # Rosenbrock's valley, and a saddle
    "100 (x2 - x1^2)^2 + (1 - x1)^2": lambda x, y, z: 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x),
    "x1^2 - x2^2": lambda x, y, z: x * x - y * y,
}


def case(text, function):
    def value(point):
        return function(point[0], point[1], point[2])

    rows = []
    for point in POINTS:
        x = T(point, dtype=torch.float64)
        gradient = torch.autograd.functional.jacobian(value, x)
        hessian = torch.autograd.functional.hessian(value, x)
        rows.append(
            {"value": value(x).item(), "gradient": gradient.tolist(), "hessian": hessian.flatten().tolist()}
        )
    return {"text": text, "at": rows}


def main():
    torch.set_default_dtype(torch.float64)
    cases = [case(text, function) for text, function in FORMULAS.items()]
    dump("formulas.json", {"points": POINTS, "formulas": cases})


if __name__ == "__main__":
    main()

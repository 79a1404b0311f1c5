#!/usr/bin/env python3
"""Makes optimizer_edges.json: what PyTorch's optimizers do where numbers or options are unusual.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/optimizer_edges.py
"""
import itertools
import math

import numpy as np
import torch
from torch import nn

from exact import dump, exact

SHAPES = [[5], [3, 2], [4]]


def numbers(tensor):
    return [x if tensor.dtype == torch.float64 else float(str(np.float32(x)))
            for x in tensor.detach().flatten().tolist()]


# Clipping by norm: gradients that are not finite, in the first tensor, the last, and both. Three parameters at 0 and
# one step of SGD at a rate of 1 leave the negative of the clipped gradients.

nan, inf = math.nan, math.inf
BAD = [{}, {0: nan}, {2: nan}, {0: inf}, {2: -inf}, {0: nan, 2: inf}, {0: inf, 2: nan}]
clippings = []
for dtype, norm_type, bad, per_tensor in itertools.product(
        (torch.float32, torch.float64), (0.5, 1.0, 2.0, 3.0, inf), BAD, (False, True)):
    parameters = [nn.Parameter(torch.zeros(s, dtype=dtype)) for s in SHAPES]
    gradients = [torch.tensor(exact(p.numel(), 1, 1 + k), dtype=dtype) for k, p in enumerate(parameters)]
    for k, value in bad.items():
        gradients[k][1] = value
    for p, g in zip(parameters, gradients):
        p.grad = g.clone().reshape(p.shape)
    sets = [[p] for p in parameters] if per_tensor else [parameters]
    refused = False
    for part in sets:
        try:
            nn.utils.get_total_norm([p.grad for p in part], norm_type, error_if_nonfinite=True, foreach=False)
        except RuntimeError:
            refused = True
    norms = [nn.utils.clip_grad_norm_(part, 0.75, norm_type, foreach=False) for part in sets]
    torch.optim.SGD(parameters, lr=1.0, foreach=False, fused=False).step()
    clippings.append(dict(
        dtype=str(dtype).removeprefix("torch."), norm_type=norm_type, per_tensor=per_tensor, refused=refused,
        gradients=[numbers(g) for g in gradients], norm=None if per_tensor else norms[0].item(),
        values=[x for p in parameters for x in numbers(p)]))

# L-BFGS's line search where tolerance_change is large: it has a tolerance of its own.


def valley(x):
    return (torch.log(1 + torch.exp(3 * x)) + torch.log(1 + torch.exp(-3 * x))).sum() + 0.1 * (x.sum() - 2) ** 2


lbfgs = []
for tolerance, lr, offset in itertools.product((1e-3, 1.0, 3.0, 10.0), (1.0, 2.0, 4.0), range(8)):
    x = nn.Parameter(torch.tensor(exact(6, 0, offset), dtype=torch.float64))
    optimizer, losses = torch.optim.LBFGS(
        [x], lr=lr, tolerance_change=tolerance, line_search_fn="strong_wolfe"), []

    def closure():
        optimizer.zero_grad()
        loss = valley(x)
        loss.backward()
        return loss
    for _ in range(4):
        losses.append(optimizer.step(closure).item())
    state = optimizer.state[x]
    lbfgs.append(dict(tolerance=tolerance, lr=lr, offset=offset, losses=losses, values=numbers(x),
                      evaluations=state["func_evals"], iterations=state["n_iter"]))

dump("optimizer_edges.json", dict(torch=torch.__version__, clippings=clippings, lbfgs=lbfgs))

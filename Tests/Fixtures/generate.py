#!/usr/bin/env python3
"""Makes the fixtures beside this file from PyTorch, the reference: losses.json, random.json.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/generate.py

Inputs are fractions with small numerators over a power of two, exact in float32, by formulas that the tests
repeat; only results are stored. optimizers.py makes the optimizers' fixtures.
"""
import itertools

import torch
from torch import nn

from exact import dump, exact

DTYPES = {"float32": torch.float32, "float64": torch.float64}


# Losses: values and gradients.

cases = []
for name, dtype in DTYPES.items():
    for (n, c), reduction, smoothing, weighted, ignore in itertools.product(
            [(5, 7), (3, 40), (1, 1)], ["none", "mean", "sum"], [0.0, 0.1, 1.0], [False, True], [-100, 0]):
        z = torch.tensor(exact(n * c, 1), dtype=dtype).reshape(n, c).mul(4).requires_grad_()
        y = torch.tensor([(i * 5 + 1) % c for i in range(n)])
        w = torch.tensor([0.25 + (i % 5) / 4 for i in range(c)], dtype=dtype) if weighted else None
        value = nn.CrossEntropyLoss(weight=w, ignore_index=ignore, label_smoothing=smoothing, reduction=reduction)(z, y)
        value.backward(torch.ones_like(value))
        cases.append(dict(loss="cross_entropy", dtype=name, shape=[n, c], reduction=reduction, label_smoothing=smoothing,
                          weighted=weighted, ignore_index=ignore, value=value.detach().double().flatten().tolist(),
                          gradient=z.grad.double().flatten().tolist()))
    for n, reduction in itertools.product([1, 67], ["none", "mean", "sum"]):
        x = torch.tensor(exact(n, 1), dtype=dtype, requires_grad=True)
        y = torch.tensor(exact(n, 2), dtype=dtype)
        value = nn.MSELoss(reduction=reduction)(x, y)
        value.backward(torch.ones_like(value))
        cases.append(dict(loss="mse", dtype=name, shape=[n], reduction=reduction, value=value.detach().double().flatten().tolist(),
                          gradient=x.grad.double().flatten().tolist()))
dump("losses.json", dict(torch=torch.__version__, cases=cases))

# Random numbers: draws, initial weights, permutations, the orders of a DataLoader.

def ends(tensor):
    values = tensor.detach().double().flatten().tolist()
    return values if len(values) <= 40 else values[:16] + values[-16:]


draws = []
for seed, name, n, kind in itertools.product([0, 1, 12345678901], DTYPES, [3, 15, 16, 37], ["rand", "randn"]):
    torch.manual_seed(seed)
    draws.append(dict(seed=seed, dtype=name, n=n, kind=kind, values=getattr(torch, kind)(n, dtype=DTYPES[name]).tolist()))
torch.manual_seed(7)
pairs = [torch.randn(5, dtype=torch.float64).tolist(), torch.randn(2, dtype=torch.float64).tolist()]

linears = []
for seed, name, (inputs, outputs) in itertools.product([0, 1, 2], DTYPES, [(784, 512), (7, 5), (1, 1)]):
    torch.manual_seed(seed)
    layer = nn.Linear(inputs, outputs, dtype=DTYPES[name])
    linears.append(dict(seed=seed, dtype=name, inputs=inputs, outputs=outputs, weight=ends(layer.weight), bias=ends(layer.bias)))

permutations = []
for seed, n in itertools.product([0, 3], [0, 1, 2, 10, 1000]):
    torch.manual_seed(seed)
    order = torch.randperm(n).tolist()
    permutations.append(dict(seed=seed, n=n, values=order if n <= 40 else order[:20] + order[-20:]))

from torch.utils.data import DataLoader, TensorDataset

def orders(generator):
    loader = DataLoader(TensorDataset(torch.arange(23)), batch_size=5, shuffle=True, generator=generator)
    return [[i for (batch,) in loader for i in batch.tolist()] for _ in range(3)]

torch.manual_seed(11)
dump("random.json", dict(torch=torch.__version__, draws=draws, pairs=pairs, linears=linears, permutations=permutations,
                         seeded_orders=orders(torch.Generator().manual_seed(5)), default_orders=orders(None)))

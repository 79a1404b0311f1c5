#!/usr/bin/env python3
"""Makes random.json: draws, initial weights, permutations and DataLoader orders, from PyTorch.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/draws.py
"""
import itertools

import torch
from torch import nn

from exact import dump

DTYPES = {"float32": torch.float32, "float64": torch.float64}

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

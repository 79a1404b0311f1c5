#!/usr/bin/env python3
"""Makes the fixtures beside this file from PyTorch, the reference: optimizers.json, losses.json, random.json.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/generate.py

Inputs are fractions with small numerators over a power of two, exact in float32, by formulas that the tests
repeat; only results are stored. The optimizers run with foreach=False, fused=False.
"""
import itertools
import json
import pathlib

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
DTYPES = {"float32": torch.float32, "float64": torch.float64}


def exact(n, step=0, offset=0):
    """n multiples of 1/512 in [-2, 2): the tests' `exactNumbers`."""
    return [((i * 7919 + step * 104729 + offset * 31337) % 2003 - 1001) / 512 for i in range(n)]


def dump(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


# Optimizers: every option of each rule alone, and some together.

SHAPES = [[67], [], [0], [3, 5]]
STEPS = [1, 2, 50]
RULES = {
    "sgd": (torch.optim.SGD, [
        {}, {"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "maximize": True}, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True},
        {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.01},
        {"lr": 0.05, "momentum": 0.9, "dampening": -0.25, "weight_decay": 0.01, "maximize": True}]),
    "adam": (torch.optim.Adam, [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True},
        {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1, "maximize": True, "betas": (0.8, 0.99)},
        {"lr": 0.1, "betas": (0.0, 0.0)}]),
    "adamw": (torch.optim.AdamW, [
        {}, {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.0}, {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3}]),
    "rmsprop": (torch.optim.RMSprop, [
        {}, {"lr": 0.1}, {"lr": 0.1, "alpha": 0.5}, {"lr": 0.1, "alpha": 0.3, "centered": True}, {"lr": 0.1, "eps": 0.1},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "centered": True},
        {"lr": 0.1, "maximize": True},
        {"lr": 0.01, "momentum": 0.9, "centered": True, "weight_decay": 0.1, "maximize": True}]),
}


def flat_options(options):
    flat = {}
    for name, value in options.items():
        if name == "betas":
            flat["beta1"], flat["beta2"] = value
        else:
            flat[name] = float(value)
    return flat


def trajectory(make, options, dtype, clip=None):
    parameters = [nn.Parameter(torch.tensor(exact(torch.Size(s).numel(), 0, 1 + k), dtype=dtype).reshape(s))
                  for k, s in enumerate(SHAPES)]
    optimizer = make(parameters, foreach=False, fused=False, **options) if make is not torch.optim.RMSprop \
        else make(parameters, foreach=False, **options)
    kept = []
    for step in range(1, STEPS[-1] + 1):
        for k, p in enumerate(parameters):
            p.grad = torch.tensor(exact(p.numel(), step, 1 + k), dtype=dtype).reshape(p.shape)
        if clip:
            nn.utils.clip_grad_norm_(parameters, clip[0])
            nn.utils.clip_grad_value_(parameters, clip[1])
        optimizer.step()
        if step in STEPS:
            kept.append([x for p in parameters for x in p.detach().double().flatten().tolist()])
    return kept


cases = []
for (rule, (make, configurations)), (name, dtype) in itertools.product(RULES.items(), DTYPES.items()):
    for options in configurations:
        cases.append(dict(rule=rule, options=flat_options(options), dtype=name, values=trajectory(make, options, dtype)))
for name, dtype in DTYPES.items():
    cases.append(dict(rule="sgd", options={"lr": 0.1, "momentum": 0.9}, dtype=name, clip_norm=5.0, clip_value=0.5,
                      values=trajectory(torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}, dtype, (5.0, 0.5))))
dump("optimizers.json", dict(torch=torch.__version__, shapes=SHAPES, steps=STEPS, cases=cases))

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
nan_to_text = lambda values: ["nan" if x != x else x for x in values]
for case in cases:
    case["value"], case["gradient"] = nan_to_text(case["value"]), nan_to_text(case["gradient"])
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

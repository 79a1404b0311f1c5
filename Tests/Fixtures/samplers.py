#!/usr/bin/env python3
"""Makes samplers.json: splits and samplers' orders from PyTorch, folds and scalers from scikit-learn.

    pip install torch==2.13.0 scikit-learn==1.9.1 && python3 Tests/Fixtures/samplers.py
"""
import itertools

import numpy as np
import torch
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch.utils.data import DataLoader, RandomSampler, TensorDataset, WeightedRandomSampler, random_split
from torch.utils.data.distributed import DistributedSampler

from exact import dump, exact


def seeded(seed):
    return torch.Generator().manual_seed(seed)


splits = [
    dict(n=n, seed=seed, fractions=fractions, parts=[list(p.indices) for p in random_split(range(n), fractions, seeded(seed))])
    for (n, fractions), seed in itertools.product(
        [(10, [0.8, 0.2]), (23, [0.5, 0.25, 0.25]), (7, [0.3, 0.3, 0.3, 0.1]), (100, [0.29, 0.71]), (3, [0.9, 0.1, 0.0]), (5, [1.0])],
        [0, 42])
]
counts = [dict(n=9, seed=3, counts=c, parts=[list(p.indices) for p in random_split(range(9), c, seeded(3))]) for c in ([4, 5], [9, 0], [2, 3, 4])]


def epochs(n, sampler, seed, epochs=3, set_epoch=False):
    """Of a loader whose generator is the sampler's too, as PyTorch has it where it makes the sampler itself."""
    generator = None if seed is None else seeded(seed)
    made = sampler(range(n), generator)
    loader = DataLoader(TensorDataset(torch.arange(n)), batch_size=5, sampler=made, generator=generator)
    orders = []
    for epoch in range(epochs):
        if set_epoch:
            made.set_epoch(epoch)
        orders.append([i for (batch,) in loader for i in batch.tolist()])
    return orders


random = [
    dict(n=n, samples=samples, replacement=replacement, seed=seed,
         orders=epochs(n, lambda d, g: RandomSampler(d, replacement, samples, g), seed))
    for (n, samples), replacement, seed in itertools.product([(23, None), (23, 50), (23, 7), (23, 64), (40, 40)], [False, True], [0, 5])
]
weights = {
    "plain": [0.1, 0.9, 0.4, 0.7, 3.0, 0.6], "zeros": [0.0, 1.0, 0.0, 2.5, 1e-3, 0.0, 7.0],
    "many": [((i * 7919) % 101) / 10 + 0.01 for i in range(60)],
}
weighted = [
    dict(weights=weights[name], samples=samples, replacement=replacement, seed=seed,
         orders=epochs(len(weights[name]), lambda d, g: WeightedRandomSampler(weights[name], samples, replacement, g), seed))
    for name, samples, replacement, seed in [
        ("plain", 10, True, 0), ("plain", 6, False, 0), ("plain", 1, True, 1), ("plain", 3, False, 123456789012), ("zeros", 40, True, 2),
        ("zeros", 4, False, 2), ("many", 100, True, 3), ("many", 60, False, 3), ("many", 25, False, 4)]
]
torch.manual_seed(11)
default_weighted = epochs(60, lambda d, g: WeightedRandomSampler(weights["many"], 30, True, g), None)
default_replacement = epochs(23, lambda d, g: RandomSampler(d, True, None, g), None)

distributed = [
    dict(n=n, processes=processes, shuffle=shuffle, dropLast=drop, seed=seed,
         orders=[epochs(n, lambda d, g: DistributedSampler(d, processes, rank, shuffle, seed, drop), 1, set_epoch=True) for rank in range(processes)])
    for n, processes, shuffle, drop, seed in [
        (10, 3, True, False, 0), (10, 3, True, True, 0), (10, 3, False, False, 0), (12, 4, True, False, 7), (2, 5, True, False, 1)]
]

labels = [i * 7 % 3 if i % 5 else 3 for i in range(32)]
folds = [dict(folds=k, stratified=False, parts=[v.tolist() for _, v in KFold(k).split(labels)]) for k in (2, 5, 32)]
folds += [dict(folds=k, stratified=True, parts=[v.tolist() for _, v in StratifiedKFold(k).split(np.zeros(32), labels)]) for k in (2, 3, 6)]

rows = np.array(exact(60), dtype=np.float64).reshape(12, 5)
rows[:, 1] = 0.1  # constant, and not exact
rows[:, 2] = rows[:, 2] * 1e-6 + 1e6
rows[:, 3] = 0
later = np.array(exact(20, step=2), dtype=np.float64).reshape(4, 5)


def scaled(scaler, statistics):
    scaler.fit(rows)
    once = dict(statistics={name: getattr(scaler, name).tolist() for name in statistics}, transformed=scaler.transform(later).ravel().tolist(),
                back=scaler.inverse_transform(later).ravel().tolist())
    scaler.partial_fit(later)
    return dict(once, updated={name: getattr(scaler, name).tolist() for name in statistics})


standard = ["mean_", "var_", "scale_"]
extent = ["data_min_", "data_max_", "scale_", "min_"]
dump("samplers.json", dict(
    torch=torch.__version__, splits=splits, counts=counts, random=random, weighted=weighted, default_weighted=default_weighted,
    default_replacement=default_replacement, distributed=distributed, labels=labels, folds=folds, rows=rows.ravel().tolist(),
    later=later.ravel().tolist(), standard=scaled(StandardScaler(), standard),
    centered=scaled(StandardScaler(with_std=False), ["mean_"]), extent=scaled(MinMaxScaler(), extent),
    wide=scaled(MinMaxScaler((-2, 3)), extent), clipped=scaled(MinMaxScaler(clip=True), extent)))

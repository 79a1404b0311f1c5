#!/usr/bin/env python3
"""Makes losses.json: values and gradients of every option of every loss, from PyTorch.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/losses.py

Inputs are made by formulas that the tests repeat: `exact` (exact.py), scaled; `probabilities` are squashed to (0, 1).
Losses that PyTorch does not have are written in its operations from their papers' formulas.
"""
import itertools

import torch
from torch import nn
from torch.nn import functional as F

from exact import dump, exact

DTYPES = {"float32": torch.float32, "float64": torch.float64}
REDUCTIONS = ["none", "mean", "sum"]


def tensor(shape, step, dtype, scale=1.0):
    return torch.tensor(exact(torch.Size(shape).numel(), step), dtype=dtype).reshape(shape).mul(scale)


def probabilities(shape, step, dtype):
    """In (0, 1), exact in float32: (x + 2.25) / 4.5 would not be; (x + 2) / 4 + 1/1024 is."""
    return tensor(shape, step, dtype).add(2).div(4).add(1 / 1024)


def signs(shape, dtype):
    n = torch.Size(shape).numel()
    return torch.tensor([1.0 if i * 7 % 3 else -1.0 for i in range(n)], dtype=dtype).reshape(shape)


def weights(n, dtype):
    return torch.tensor([0.25 + (i % 5) / 4 for i in range(n)], dtype=dtype)


def classes(shape, count):
    return torch.tensor([(i * 5 + 1) % count for i in range(torch.Size(shape).numel())]).reshape(shape)


def numbers(tensor, dtype):
    return [x if dtype == torch.float64 else float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


cases = []


def case(loss, dtype_name, shape, options, inputs, value):
    """inputs: those that are differentiated, in the loss's order."""
    upstream = tensor(list(value.shape), 9, value.dtype).add(3) if value.dim() else torch.ones_like(value)
    gradients = torch.autograd.grad(value, inputs, upstream, allow_unused=True)
    dtype = DTYPES[dtype_name]
    cases.append(dict(loss=loss, dtype=dtype_name, shape=shape, options=options, value=numbers(value, dtype),
                      gradients=[numbers(torch.zeros_like(x) if g is None else g, dtype) for g, x in zip(gradients, inputs)]))


def leaf(tensor):
    return tensor.detach().clone().requires_grad_()


for (name, dtype), reduction in itertools.product(DTYPES.items(), REDUCTIONS):
    r = dict(reduction=reduction)
    reduce = {"none": lambda v: v, "mean": torch.mean, "sum": torch.sum}[reduction]
    for shape in [[1], [67], [3, 4, 2]]:
        def pair(scale=1.0):
            return leaf(tensor(shape, 1, dtype, scale)), leaf(tensor(shape, 2, dtype, scale))
        x, y = pair()
        case("mse", name, shape, r, [x, y], nn.MSELoss(**r)(x, y))
        case("l1", name, shape, r, [x, y], nn.L1Loss(**r)(x, y))
        for beta in (0.0, 0.5, 1.0):
            case("smooth_l1", name, shape, r | dict(parameter=beta), [x, y], nn.SmoothL1Loss(beta=beta, **r)(x, y))
        for delta in (0.5, 1.0):
            case("huber", name, shape, r | dict(parameter=delta), [x, y], nn.HuberLoss(delta=delta, **r)(x, y))
        case("log_cosh", name, shape, r, [x, y], reduce(torch.log(torch.cosh(x - y))))
        for q in (0.5, 0.9):
            d = y - x
            case("quantile", name, shape, r | dict(parameter=q), [x, y], reduce(torch.maximum(q * d, (q - 1) * d)))
        p, t = leaf(probabilities(shape, 1, dtype)), leaf(probabilities(shape, 2, dtype))
        w = weights(torch.Size(shape).numel(), dtype).reshape(shape)
        for weighted in (False, True):
            o = r | dict(weighted=weighted)
            case("bce", name, shape, o, [p, t], nn.BCELoss(weight=w if weighted else None, **r)(p, t))
            for positive in (False, True):
                x4 = leaf(tensor(shape, 1, dtype, 4))
                loss = nn.BCEWithLogitsLoss(weight=w if weighted else None, pos_weight=w if positive else None, **r)
                case("bce_with_logits", name, shape, o | dict(positive=positive), [x4, t], loss(x4, t))
        x4 = leaf(tensor(shape, 1, dtype, 4))
        for gamma, alpha in ((2.0, 0.25), (0.0, 0.75), (1.5, -1.0)):
            prob = torch.sigmoid(x4)
            focal = F.binary_cross_entropy_with_logits(x4, t, reduction="none") * (1 - (prob * t + (1 - prob) * (1 - t))) ** gamma
            focal = focal * (alpha * t + (1 - alpha) * (1 - t)) if alpha >= 0 else focal
            case("focal", name, shape, r | dict(parameter=gamma, other=alpha), [x4, t], reduce(focal))
        for full, eps in itertools.product((False, True), (1e-6, 0.5)):
            v = leaf(probabilities(shape, 3, dtype))
            # PyTorch gives the mean of the variance's own shape; here all have one.
            case("gaussian_nll", name, shape, r | dict(full=full, eps=eps), [x, y, v], nn.GaussianNLLLoss(full=full, eps=eps, **r)(x, y, v))
        for log_input, full in itertools.product((False, True), (False, True)):
            rate, count = (x, leaf(tensor(shape, 2, dtype).add(2))) if log_input else (p, leaf(tensor(shape, 2, dtype).add(2)))
            case("poisson_nll", name, shape, r | dict(flag=log_input, full=full), [rate, count],
                 nn.PoissonNLLLoss(log_input=log_input, full=full, **r)(rate, count))
        s = signs(shape, dtype)
        for margin in (1.0, 0.25):
            case("hinge_embedding", name, shape, r | dict(parameter=margin), [x], nn.HingeEmbeddingLoss(margin=margin, **r)(x, s))
            a, b = pair()
            case("margin_ranking", name, shape, r | dict(parameter=margin), [a, b], nn.MarginRankingLoss(margin=margin, **r)(a, b, s))
        case("soft_margin", name, shape, r, [x4], nn.SoftMarginLoss(**r)(x4, s))
        for kind, log_target in itertools.product((["mean", "batchmean"] if reduction == "mean" else [reduction]), (False, True)):
            logs, target = leaf(tensor(shape, 1, dtype)), leaf(tensor(shape, 2, dtype) if log_target else probabilities(shape, 2, dtype))
            case("kl_div", name, shape, dict(reduction=kind, flag=log_target), [logs, target],
                 nn.KLDivLoss(reduction=kind, log_target=log_target)(logs, target))
    for shape in [[5], [3, 7], [2, 3, 4], [2, 3, 2, 2], [2, 2, 2, 1, 3]]:
        c = shape[0] if len(shape) == 1 else shape[1]
        targets_shape = [] if len(shape) == 1 else shape[:1] + shape[2:]
        y, w = classes(targets_shape, c), weights(c, dtype)
        for weighted, ignore in itertools.product((False, True), (-100, 1)):
            o = r | dict(weighted=weighted, ignore_index=ignore)
            x = leaf(tensor(shape, 1, dtype))
            case("nll", name, shape, o, [x], nn.NLLLoss(weight=w if weighted else None, ignore_index=ignore, **r)(x, y))
            for smoothing in (0.0, 0.1, 1.0):
                x = leaf(tensor(shape, 1, dtype, 4))
                loss = nn.CrossEntropyLoss(weight=w if weighted else None, ignore_index=ignore, label_smoothing=smoothing, **r)
                case("cross_entropy", name, shape, o | dict(label_smoothing=smoothing), [x], loss(x, y))
                if ignore == -100:
                    q = leaf(probabilities(shape, 2, dtype))
                    case("cross_entropy_probabilities", name, shape, o | dict(label_smoothing=smoothing), [x, q], loss(x, q))
    # More classes than are taken sixteen samples at a time, and as many samples as are.
    for shape, smoothing in itertools.product([[19, 40], [37, 10], [1, 1]], (0.0, 0.1)):
        x, y = leaf(tensor(shape, 1, dtype, 4)), classes(shape[:1], shape[1])
        case("cross_entropy", name, shape, r | dict(weighted=False, ignore_index=0, label_smoothing=smoothing), [x],
             nn.CrossEntropyLoss(ignore_index=0, label_smoothing=smoothing, **r)(x, y))
    for shape in [[6], [5, 4]]:
        c = shape[-1]
        y, w = classes(shape[:-1], c), weights(c, dtype)
        for p, margin, weighted in itertools.product((1, 2), (1.0, 0.5), (False, True)):
            x = leaf(tensor(shape, 1, dtype))
            case("multi_margin", name, shape, r | dict(p=p, parameter=margin, weighted=weighted), [x],
                 nn.MultiMarginLoss(p=p, margin=margin, weight=w if weighted else None, **r)(x, y))
        x = leaf(tensor(shape, 1, dtype))
        labels = torch.tensor([[3, 0, -1, 1, 2, 0][i % c] for i in range(torch.Size(shape).numel())]).reshape(shape)
        case("multi_label_margin", name, shape, r, [x], nn.MultiLabelMarginLoss(**r)(x, labels))
        for weighted in (False, True):
            x, t = leaf(tensor(shape, 1, dtype, 4)), leaf(probabilities(shape, 2, dtype))
            case("multi_label_soft_margin", name, shape, r | dict(weighted=weighted), [x, t],
                 nn.MultiLabelSoftMarginLoss(weight=w if weighted else None, **r)(x, t))
        a, b, n = (leaf(tensor(shape, k, dtype)) for k in (1, 2, 3))
        for margin in (0.0, -0.75):
            case("cosine_embedding", name, shape, r | dict(parameter=margin), [a, b],
                 nn.CosineEmbeddingLoss(margin=margin, **r)(a, b, signs(shape[:-1], dtype)))
        for p, swap, margin in itertools.product((2.0, 1.0, 3.5, float("inf")), (False, True), (1.0, 4.0)):
            case("triplet_margin", name, shape, r | dict(p=p, swap=swap, parameter=margin), [a, b, n],
                 nn.TripletMarginLoss(margin=margin, p=p, swap=swap, **r)(a, b, n))
        for swap in (False, True):
            distance = lambda u, v: (u - v).abs().sum(-1)
            case("triplet_margin_with_distance", name, shape, r | dict(swap=swap), [a, b, n],
                 nn.TripletMarginWithDistanceLoss(distance_function=distance, swap=swap, **r)(a, b, n))
        x, t = leaf(probabilities(shape, 1, dtype)), leaf(probabilities(shape, 2, dtype))
        dice = 1 - (2 * (x * t).sum(-1) + 1) / (x.sum(-1) + t.sum(-1) + 1)
        case("dice", name, shape, r, [x, t], reduce(dice))
    for (steps, samples), blank, zero in itertools.product([(6, 1), (7, 3)], (0, 2), (False, True)):
        logits = leaf(tensor([steps, samples, 5], 1, dtype))
        sequences = [[1, 3, 3], [4], [3, 1, 3, 4, 1, 1, 3, 1]][:samples] if zero or samples == 1 else [[1, 3, 3], [4], []]
        lengths = [steps, steps - 2, steps][:samples]
        flat = torch.tensor([c for s in sequences for c in s], dtype=torch.int64)
        loss = nn.CTCLoss(blank=blank, zero_infinity=zero, **r)
        value = loss(logits.log_softmax(2), flat, torch.tensor(lengths), torch.tensor([len(s) for s in sequences]))
        case("ctc", name, [steps, samples, 5], r | dict(blank=blank, flag=zero), [logits], value)
    for count, smoothing, weighted, has_bias in [(5, 0.0, False, True), (150, 0.1, True, True), (150, 0.0, False, False)]:
        x, w, b = (leaf(tensor(s, k, dtype)) for s, k in (([count, 4], 1), ([6, 4], 2), ([6], 3)))
        value = F.cross_entropy(F.linear(x, w, b if has_bias else None), classes([count], 6),
                                weight=weights(6, dtype) if weighted else None, label_smoothing=smoothing, ignore_index=2, **r)
        case("linear_cross_entropy", name, [count, 4], r | dict(label_smoothing=smoothing, weighted=weighted, ignore_index=2, flag=has_bias),
             [x, w] + ([b] if has_bias else []), value)
    z, u = (torch.complex(tensor([9], k, dtype), tensor([9], k + 2, dtype)).requires_grad_() for k in (1, 2))
    value = nn.L1Loss(**r)(z, u)
    upstream = tensor([9], 9, dtype).add(3) if reduction == "none" else torch.ones_like(value)
    (slope,) = torch.autograd.grad(value, z, torch.ones_like(value))
    cases.append(dict(loss="complex_l1", dtype=name, shape=[9], options=r, value=numbers(value, dtype),
                      gradients=[numbers(torch.view_as_real(slope), dtype)]))

for c in cases:
    c["options"] = {k: str(v) if isinstance(v, float) and v == float("inf") else float(v) if isinstance(v, (bool, int)) else v
                    for k, v in c["options"].items()}
dump("losses.json", dict(torch=torch.__version__, cases=cases))
print(len(cases), "cases")

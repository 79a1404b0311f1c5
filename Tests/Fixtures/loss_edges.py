#!/usr/bin/env python3
"""Makes loss_edges.json: values, gradients and second derivatives of every loss where formulas break: 0, 1, ties, equal
points, denormals, infinities, NaN, weights of 0, nothing at all.

    pip install torch==2.13.0 numpy mpmath && python3 Tests/Fixtures/loss_edges.py

From PyTorch, and for what it does not have from the formula in 60 digits. Where Descent departs from PyTorch on purpose
(Documentation/Losses.md) there is no case. `second` are the derivatives of the sum over k of k + 1 times the k-th gradient's
sum; missing where PyTorch has none, or NaN: at points that coincide.
"""
import itertools
import math

import mpmath as mp
import torch
from torch.nn import functional as F

from exact import dump

DTYPES = {"float32": torch.float32, "float64": torch.float64}
INF, NAN = math.inf, math.nan
TINY = {"float32": 1e-42, "float64": 1e-310}
mp.mp.dps = 60
cases = []


def numbers(t):
    return [] if t is None else [x if t.dtype == torch.float64 else float(f"{x:.9g}") for x in t.detach().flatten().tolist()]


def leaf(values, dtype):
    return torch.tensor(values, dtype=dtype).requires_grad_()


def case(name, dtype_name, options, inputs, function, constants=None, has_second=True):
    """inputs: name to leaf, differentiated in this order; constants: name to tensor. function(**inputs, **constants)."""
    constants = constants or {}
    leaves = list(inputs.values())
    value = function(**inputs, **constants)
    slopes = torch.autograd.grad(value, leaves, torch.ones_like(value), create_graph=True, allow_unused=True)
    result = dict(loss=name, dtype=dtype_name, options=options,
                  inputs=[dict(name=k, shape=list(v.shape), values=numbers(v)) for k, v in inputs.items()],
                  constants=[dict(name=k, shape=list(v.shape), values=[float(x) for x in v.flatten().tolist()])
                             for k, v in constants.items()],
                  value=numbers(value), gradients=[numbers(torch.zeros_like(x) if g is None else g) for g, x in zip(slopes, leaves)])
    if not has_second:
        return cases.append(result)
    try:
        total = sum(((k + 1) * g.sum() for k, g in enumerate(slopes) if g is not None and g.requires_grad), leaves[0].sum() * 0)
        second = torch.autograd.grad(total, leaves, allow_unused=True)
        result["second"] = [numbers(torch.zeros_like(x) if g is None else g) for g, x in zip(second, leaves)]
    except RuntimeError as error:
        assert "not implemented" in str(error), error
    cases.append(result)


def real(values, dtype):
    return torch.tensor([float(v) for v in values], dtype=dtype)


def exactly(name, dtype_name, options, inputs, constants, function):
    """function(*elements) and its derivatives by the inputs, one or two, in 60 digits; inputs and constants are columns."""
    dtype = DTYPES[dtype_name]
    inputs, constants = ({k: torch.tensor(v, dtype=dtype) for k, v in c.items()} for c in (inputs, constants))
    n = len(inputs)
    rows = [[mp.mpf(v) for v in row] for row in zip(*(t.tolist() for t in [*inputs.values(), *constants.values()]))]

    def all_of(*by):
        """The derivatives by these inputs, for each row."""
        orders = tuple(by.count(k) for k in range(n))
        at = lambda row: mp.diff(lambda *v: function(*v, *row[n:]), tuple(row[:n]), orders) if by else function(*row)
        return real(map(at, rows), dtype)

    second = [[all_of(j, k) for j in range(n)] for k in range(n)]
    cases.append(dict(loss=name, dtype=dtype_name, options=dict(options, reduction="none"),
                      inputs=[dict(name=k, shape=[len(rows)], values=numbers(t)) for k, t in inputs.items()],
                      constants=[dict(name=k, shape=[len(rows)], values=numbers(t)) for k, t in constants.items()],
                      value=numbers(all_of()), gradients=[numbers(all_of(k)) for k in range(n)],
                      second=[numbers(sum((k + 1) * second[k][j] for k in range(n))) for j in range(n)]))


def columns(*lists):
    return list(zip(*itertools.product(*lists)))


for (name, dtype), reduction in itertools.product(DTYPES.items(), ("none", "mean")):
    r, tiny = dict(reduction=reduction), TINY[name]

    def elements(loss, options, pairs, function, constants=None):
        """pairs: name to column."""
        case(loss, name, r | options, {k: leaf(v, dtype) for k, v in pairs.items()}, function,
             {k: torch.tensor(v, dtype=dtype) for k, v in (constants or {}).items()})

    odd = [0.0, -0.0, tiny, -tiny, 1e-8, 0.5, -0.5, 1.0, -1.0, 3.0, 1e19, -1e30, INF, -INF, NAN]
    pairs = dict(x=odd, y=[0.0] * len(odd))
    for loss, options, function in [
        ("mse", {}, F.mse_loss), ("l1", {}, F.l1_loss),
        *(("smooth_l1", dict(parameter=b), lambda i, t, b=b, **k: F.smooth_l1_loss(i, t, beta=b, **k)) for b in (0.0, 1.0, INF)),
        *(("huber", dict(parameter=d), lambda i, t, d=d, **k: F.huber_loss(i, t, delta=d, **k)) for d in (1.0, INF)),
    ]:
        elements(loss, options, pairs, lambda x, y, f=function: f(x, y, **r))
    # The derivative at 0 is 0, as relu's.
    d = [0.0, tiny, -tiny, 1.0, -2.0, 1e30]
    elements("quantile", dict(parameter=0.875), dict(x=d, y=[0.0] * len(d)),
             lambda x, y: (0.875 * F.relu(y - x) + 0.125 * F.relu(x - y)).__getattribute__("mean" if reduction == "mean" else "clone")())
    least = [0.0, tiny, 1e-30, 1e-13, 1e-12, 1e-6, 0.25, 0.5, 1 - 2.0**-20, 1.0] + ([1e-50, 1 - 1e-15] if name == "float64" else [])
    p, t = columns(least, [0.0, 0.25, 1.0])
    for weights in (None, [0.5 + i % 3 for i in range(len(p))]):
        elements("bce", {}, dict(x=p, y=t), lambda x, y, weight=None: F.binary_cross_entropy(x, y, weight, **r),
                 dict(weight=weights) if weights else None)
    x, t = columns([0.0, 1e-8, -1e-8, 1.0, -1.0, 20.0, -20.0, 200.0, -200.0, 1e4, -1e4, INF, -INF, NAN], [0.0, 0.25, 1.0])
    for weights, positive in itertools.product((None, [0.5 + i % 3 for i in range(len(x))]), (None, [3.0 - i % 2 for i in range(len(x))])):
        constants = {k: v for k, v in (("weight", weights), ("positive", positive)) if v}
        elements("bce_with_logits", {}, dict(x=x, y=t),
                 lambda x, y, weight=None, positive=None: F.binary_cross_entropy_with_logits(x, y, weight, pos_weight=positive, **r), constants)
    x, v = columns([0.0, 1e-8, 1.0, -3.0, 1e4, NAN], [0.0, tiny, 1e-6, 0.25, 1.0, 1e10])
    for full, eps in itertools.product((False, True), (1e-6, 0.5)):
        elements("gaussian_nll", dict(full=full, eps=eps), dict(x=x, y=[0.5] * len(x), v=v),
                 lambda x, y, v: F.gaussian_nll_loss(x, y, v, full=full, eps=eps, **r))
    x, y = columns([0.0, 1e-8, 1.0, -1.0, -200.0, 80.0, -INF, INF, NAN], [0.0, 0.5, 1.0, 3.0])
    elements("poisson_nll", dict(flag=True), dict(x=x, y=y), lambda x, y: F.poisson_nll_loss(x, y, **r))
    elements("poisson_nll", dict(flag=True, eps=0.0), dict(x=x, y=y), lambda x, y: F.poisson_nll_loss(x, y, eps=0.0, **r))
    for eps in (1e-8, 0.0):
        x, y = columns([0.0, tiny if eps else 1e-30, 1e-8, 1.0, 1e10, INF, NAN], [0.0, 0.5, 1.0, 3.0])
        elements("poisson_nll", dict(flag=False, eps=eps), dict(x=x, y=y), lambda x, y: F.poisson_nll_loss(x, y, log_input=False, eps=eps, **r))
    x, y = columns([0.0, 1.0, -2.0], [1.5, 3.0, 1e4])
    elements("poisson_nll", dict(flag=True, full=True), dict(x=x, y=y), lambda x, y: F.poisson_nll_loss(x, y, full=True, **r))
    x, y = columns([0.0, -1.0, -200.0, -INF, NAN], [0.0, 1e-30, 0.25, 1.0])
    elements("kl_div", dict(flag=False), dict(x=x, y=y), lambda x, y: F.kl_div(x, y, **r))
    x, y = columns([0.0, -1.0, -200.0, NAN], [0.0, -1.0, -200.0, -INF])
    elements("kl_div", dict(flag=True), dict(x=x, y=y), lambda x, y: F.kl_div(x, y, log_target=True, **r))
    for margin in (1.0, 0.0, -0.5):
        x, y = columns([0.0, margin, margin - 2.0**-20, margin + 2.0**-20, 3.0, -3.0, INF, -INF, NAN], [1.0, -1.0, 0.0])
        elements("hinge_embedding", dict(parameter=margin), dict(x=x), lambda x, y: F.hinge_embedding_loss(x, y, margin=margin, **r), dict(y=y))
        x, z, y = columns([0.0, 1.0, -1.0, NAN], [0.0, 1.0, margin], [1.0, -1.0, 0.5])
        elements("margin_ranking", dict(parameter=margin), dict(x=x, z=z, y=y), lambda x, z, y: F.margin_ranking_loss(x, z, y, margin=margin, **r))
    x, y = columns([0.0, tiny, 1.0, -1.0, 30.0, -30.0, NAN], [1.0, -1.0])
    elements("soft_margin", {}, dict(x=x), lambda x, y: F.soft_margin_loss(x, y, **r), dict(y=y))

    # Rows
    def rows(loss, options, inputs, function, constants=None, has_second=True):
        case(loss, name, r | options, {k: leaf(v, dtype) for k, v in inputs.items()}, function, constants, has_second)

    ties = [[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [2.0, 1.0, 0.0], [tiny, 0.0, -tiny], [1e10, -1e10, 0.0], [1.0, 1.0, 0.0]]
    for p, margin, weights in itertools.product((1, 2), (1.0, 0.0), (None, [0.5, 0.0, 2.0])):
        constants = dict(targets=torch.tensor([0, 1, 2, 0, 1, 2]))
        constants |= {} if weights is None else dict(weight=torch.tensor(weights, dtype=dtype))
        rows("multi_margin", dict(p=p, parameter=margin), dict(x=ties),
             lambda x, targets, weight=None: F.multi_margin_loss(x, targets, p=p, margin=margin, weight=weight, **r), constants)
    labels = [[1, 1, 1], [0, 0, -1], [-1, 0, 0], [2, 2, 0], [0, -1, 0], [0, 1, 2]]
    rows("multi_label_margin", {}, dict(x=ties), lambda x, targets: F.multilabel_margin_loss(x, targets, **r), dict(targets=torch.tensor(labels)))
    far = [[0.0, 200.0, -200.0], [20.0, -20.0, 1e-8], [1e4, -1e4, INF], [-INF, 5.0, 1.0]]
    hot = [[0.0, 1.0, 1.0], [1.0, 0.0, 0.25], [0.0, 1.0, 0.25], [0.25, 1.0, 0.0]]
    rows("multi_label_soft_margin", {}, dict(x=far, y=hot), lambda x, y: F.multilabel_soft_margin_loss(x, y, **r))
    rows("multi_label_soft_margin", {}, dict(x=far[:2], y=hot[:2], weight=[0.5, 0.0, 2.0]),
         lambda x, y, weight: F.multilabel_soft_margin_loss(x, y, weight, **r))
    a = [[0.0, 0.0], [1.0, 2.0], [1.0, 2.0], [1.0, 0.0], [0.0, 0.0], [3.0, 4.0], [1.0, 1.0]]
    b = [[0.0, 0.0], [1.0, 2.0], [-1.0, -2.0], [0.0, 1.0], [1.0, 0.0], [6.0, 8.0], [NAN, 1.0]]
    for sign, margin in itertools.product((1.0, -1.0, 0.0), (0.0, 0.5)):
        rows("cosine_embedding", dict(parameter=margin), dict(x=a, z=b), lambda x, z, y: F.cosine_embedding_loss(x, z, y, margin=margin, **r),
             dict(y=torch.full([7], sign, dtype=dtype)))
    x = [[0.0, 0.0], [1.0, 2.0], [1.0, 2.0], [1.0, 0.5], [0.0, 0.0]]
    y = [[0.0, 0.0], [1.0, 2.0], [1.0, 3.0], [1.0, 2.0], [3.0, 4.0]]
    n = [[0.0, 0.0], [1.0, 2.5], [1.0, 2.0], [1.0, 2.0], [0.0, 0.0]]
    # Where two distances are as far apart as the margin; exactly so without eps.
    tie = [[0.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]], [[0.0, 2.0], [0.0, -1.0]]
    for p, swap, eps in itertools.product((2.0, 1.0, 0.5, 3.0, INF), (False, True), (0.0, 1e-6)):
        more = tie if eps == 0 and p in (1, 2, INF) else ([], [], [])
        rows("triplet_margin", dict(p=p, swap=swap, eps=eps), dict(x=x + more[0], y=y + more[1], z=n + more[2]),
             lambda x, y, z: F.triplet_margin_loss(x, y, z, p=p, swap=swap, eps=eps, **r), has_second=eps > 0 or p in (1, INF))
    rows("triplet_margin_with_distance", dict(swap=True), dict(x=x, y=y, z=n), lambda x, y, z: F.triplet_margin_with_distance_loss(
        x, y, z, distance_function=lambda u, v: (u - v).abs().sum(-1), swap=True, **r))
    for smooth in (1.0, 0.0):
        rows("dice", dict(parameter=smooth), dict(x=[[0.0, 0.0], [1.0, 1.0], [0.5, 0.25]], y=[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]),
             lambda x, y: (1 - (2 * (x * y).sum(-1) + smooth) / (x.sum(-1) + y.sum(-1) + smooth)).__getattribute__("mean" if reduction == "mean" else "clone")())

    # Classes
    logits = [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1e4, -1e4, 0.0], [200.0, 0.0, -200.0]]
    wild = [[0.0, -INF, 1.0], [INF, 0.0, 1.0], [NAN, 0.0, 1.0], [-INF, -INF, 0.0]]
    for targets, weights, smoothing in itertools.product(([0, 1, 2, 1], [-100, 0, -100, 2], [-100] * 4, [1, 1, -100, 1]),
                                                         (None, [0.5, 0.0, 2.0]), (0.0, 0.1, 1.0)):
        constants = dict(targets=torch.tensor(targets)) | ({} if weights is None else dict(weight=torch.tensor(weights, dtype=dtype)))
        for x in [logits] if smoothing or weights else [logits, wild]:
            if x is wild and -100 in targets:
                continue
            rows("cross_entropy", dict(label_smoothing=smoothing), dict(x=x),
                 lambda x, targets, weight=None: F.cross_entropy(x, targets, weight, label_smoothing=smoothing, **r), constants)
        if smoothing == 0:
            rows("nll", {}, dict(x=logits), lambda x, targets, weight=None: F.nll_loss(x, targets, weight, **r), constants)
            rows("linear_cross_entropy", {}, dict(x=[[1.0, 2.0], [0.0, 0.0], [-1.0, 30.0], [0.5, 0.5]], linear=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], bias=[0.0, 1.0, -1.0]),
                 lambda x, linear, bias, targets, weight=None: F.cross_entropy(F.linear(x, linear, bias), targets, weight, **r), constants)
    sharp = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    for smoothing, weights in itertools.product((0.0, 0.1), (None, [0.5, 0.0, 2.0])):
        constants = {} if weights is None else dict(weight=torch.tensor(weights, dtype=dtype))
        rows("cross_entropy", dict(label_smoothing=smoothing), dict(x=logits, q=sharp),
             lambda x, q, weight=None: F.cross_entropy(x, q, weight, label_smoothing=smoothing, **r), constants)
        inner = [[[v, w] for v, w in zip(*pair)] for pair in (logits[:2], logits[2:])]
        rows("cross_entropy", dict(label_smoothing=smoothing), dict(x=inner, q=[[[v, w] for v, w in zip(*pair)] for pair in (sharp[:2], sharp[2:])]),
             lambda x, q, weight=None: F.cross_entropy(x, q, weight, label_smoothing=smoothing, **r), constants)
    rows("cross_entropy", {}, dict(x=[1.0, 2.0, 3.0], q=[1.0, 0.0, 0.0]), lambda x, q: F.cross_entropy(x, q, **r))
    rows("cross_entropy", dict(label_smoothing=0.1), dict(x=logits, q=sharp, weight=[0.5, 0.0, 2.0]),
         lambda x, q, weight: F.cross_entropy(x, q, weight, label_smoothing=0.1, **r))
    rows("linear_cross_entropy", {}, dict(x=[[1.0, 2.0], [0.0, 0.0]], linear=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], bias=[0.0, 1.0, -1.0], q=sharp[:2]),
         lambda x, linear, bias, q: F.cross_entropy(F.linear(x, linear, bias), q, **r))

    # Nothing
    none = leaf([], dtype)
    for loss, function in (("mse", F.mse_loss), ("bce", F.binary_cross_entropy), ("bce_with_logits", F.binary_cross_entropy_with_logits), ("kl_div", F.kl_div)):
        case(loss, name, r | dict(flag=False), dict(x=leaf([], dtype), y=leaf([], dtype)), lambda x, y, f=function: f(x, y, **r))
    case("cross_entropy", name, r, dict(x=torch.zeros(0, 3, dtype=dtype).requires_grad_()),
         lambda x, targets: F.cross_entropy(x, targets, **r), dict(targets=torch.zeros(0, dtype=torch.int64)))
    case("cross_entropy", name, r, dict(x=torch.zeros(0, 3, dtype=dtype).requires_grad_(), q=torch.zeros(0, 3, dtype=dtype).requires_grad_()),
         lambda x, q: F.cross_entropy(x, q, **r))


def softplus(x):
    return mp.log1p(mp.exp(-abs(x))) + max(x, 0)


def focal(x, y, gamma, alpha):
    miss = y / (1 + mp.exp(x)) + (1 - y) / (1 + mp.exp(-x))
    entropy = y * softplus(-x) + (1 - y) * softplus(x)
    return (1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)) * miss**gamma * entropy


def log_cosh(d):
    return d * d / 2 - d**4 / 12 if abs(d) < 1e-18 else abs(d) + mp.log1p(mp.exp(-2 * abs(d))) - mp.log(2)


for name, dtype in DTYPES.items():
    # In closed form: differences of 60 digits do not see what is left of 1 / cosh^2 at 1e4.
    d = torch.tensor([0.0, 1e-4, -1e-4, 1e-8, -1e-8, 0.5, -1.0, 1.0, 3.0, 20.0, -40.0, 300.0, -1e4, 1e30], dtype=dtype)
    exact_d = [mp.mpf(v) for v in d.tolist()]
    slope, bend = real(map(mp.tanh, exact_d), dtype), real((mp.sech(v) ** 2 for v in exact_d), dtype)
    cases.append(dict(loss="log_cosh", dtype=name, options=dict(reduction="none"), constants=[],
                      inputs=[dict(name="x", shape=[len(d)], values=numbers(d)), dict(name="y", shape=[len(d)], values=[0.0] * len(d))],
                      value=numbers(real(map(log_cosh, exact_d), dtype)),
                      gradients=[numbers(slope), numbers(-slope)], second=[numbers(-bend), numbers(bend)]))
    for gamma, alpha in ((2.0, 0.25), (0.5, None), (0.5, 0.75), (1.0, 0.25), (0.0, 0.75)):
        options = dict(parameter=gamma, other=-1 if alpha is None else alpha)
        x, y = columns([0.5, -1.0, 20.0, -20.0, 60.0, -60.0], [0.25, 0.75, 0.5])
        exactly("focal", name, options, dict(x=x, y=y), {}, lambda x, y: focal(x, y, gamma, alpha))
        x, y = columns([1.0, -1.0, 30.0, -30.0, 80.0, -80.0, 1e4, -1e4], [0.0, 1.0])
        exactly("focal", name, options, dict(x=x), dict(y=y), lambda x, y: focal(x, y, gamma, alpha))

for c in cases:
    c["options"] = {k: str(v) if isinstance(v, float) and math.isinf(v) else float(v) if isinstance(v, (bool, int)) else v
                    for k, v in c["options"].items()}
dump("loss_edges.json", dict(torch=torch.__version__, cases=cases))
print(len(cases), "cases")

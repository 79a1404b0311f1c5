"""Cases of operations.py: losses, by the names, options and order of inputs of their table."""
import math

import torch
import torch.nn.functional as F

from operation_cases import case, indices, integers, of, x

REDUCTIONS = dict(none=0, mean=1, sum=2, batchmean=3)
REDUCE = dict(none=lambda v: v, mean=torch.mean, sum=torch.sum)


def loss(name, function, *specs, reductions=None, **rest):
    """function(*inputs, reduction=...), for matrices with every reduction; options: those of the table."""
    every = len(specs[0]["shape"]) == 2 and not rest.get("large")
    reductions = reductions if reductions and every else ("mean", "sum", "none") if every else ("mean",)
    options = rest.pop("options", {})
    for reduction in reductions:
        case(name + "_loss", dict(loss=options | dict(reduction=REDUCTIONS[reduction])), lambda *t: function(*t, reduction=reduction), *specs, **rest)


def by_hand(function):
    return lambda *t, reduction: REDUCE[reduction](function(*t))


def fixed(spec):
    return spec | dict(fixed=True)


def probabilities(*shape, step=1):
    return x(*shape, step=step, scale=0.125, add=0.5)


def signs(*shape):
    return fixed(of([1.0 if i * 7 % 3 else -1.0 for i in range(math.prod(shape))], shape))


for shape in ((3, 4), (5,), ()):
    a, b = x(*shape), x(*shape, step=2)
    loss("mse", F.mse_loss, a, b)
    loss("l1", F.l1_loss, a, b)
    loss("smooth_l1", lambda p, t, reduction: F.smooth_l1_loss(p, t, reduction=reduction, beta=0.5), a, b, options=dict(beta=0.5))
    loss("huber", lambda p, t, reduction: F.huber_loss(p, t, reduction=reduction, delta=0.75), a, b, options=dict(delta=0.75))
    loss("log_cosh", by_hand(lambda p, t: torch.log(torch.cosh(p - t))), a, b)
    loss("quantile", by_hand(lambda p, t: torch.maximum(0.75 * (t - p), -0.25 * (t - p))), a, b, options=dict(quantile=0.75))
    p, t = probabilities(*shape), probabilities(*shape, step=2)
    loss("bce", F.binary_cross_entropy, p, t)
    loss("bce_with_logits", F.binary_cross_entropy_with_logits, a, t)

    def focal(v, y):
        s = torch.sigmoid(v)
        q = s * y + (1 - s) * (1 - y)
        return F.binary_cross_entropy_with_logits(v, y, reduction="none") * (1 - q) ** 2 * (0.25 * y + 0.75 * (1 - y))
    loss("focal", by_hand(focal), a, t)
    loss("gaussian_nll", lambda p, t, v, reduction: F.gaussian_nll_loss(p, t, v, full=True, reduction=reduction) if p.dim() else
         REDUCE[reduction]((v.log() + (p - t) ** 2 / v + math.log(2 * math.pi)) / 2), a, b, probabilities(*shape, step=3), options=dict(full=1))
    loss("poisson_nll", lambda p, t, reduction: F.poisson_nll_loss(p, t, reduction=reduction), a, x(*shape, step=2, add=2.5))
    loss("poisson_nll", lambda p, t, reduction: F.poisson_nll_loss(p, t, log_input=False, reduction=reduction), p, x(*shape, step=2, add=2.5),
         options=dict(log_input=0))
    loss("kl_div", F.kl_div, a, t, reductions=("mean", "sum", "none", "batchmean"))
    loss("kl_div", lambda p, t, reduction: F.kl_div(p, t, log_target=True, reduction=reduction), a, b, options=dict(log_target=1))
    loss("hinge_embedding", F.hinge_embedding_loss, a, signs(*shape))
    loss("soft_margin", F.soft_margin_loss, a, signs(*shape))
    loss("margin_ranking", lambda p, q, y, reduction: F.margin_ranking_loss(p, q, y, margin=0.25, reduction=reduction), a, b, signs(*shape),
         options=dict(margin=0.25))
a, b, c, w = x(3, 4), x(3, 4, step=2), x(3, 4, step=3), fixed(x(4, step=6, scale=0.25, add=1.0))
loss("bce", lambda p, t, w, reduction: F.binary_cross_entropy(p, t, w, reduction=reduction), probabilities(3, 4), probabilities(3, 4, step=2), w)
loss("bce_with_logits", lambda p, t, w, q, reduction: F.binary_cross_entropy_with_logits(p, t, w, pos_weight=q, reduction=reduction),
     a, probabilities(3, 4, step=2), w, fixed(x(4, step=7, scale=0.25, add=1.0)))
classes = indices((3,), 4)
for p in (1, 2):
    loss("multi_margin", lambda v, t, reduction: F.multi_margin_loss(v, t, p=p, reduction=reduction), a, classes, options=dict(p=p))
loss("multi_margin", lambda v, t, w, reduction: F.multi_margin_loss(v, t, weight=w, reduction=reduction), a, classes, w)
loss("multilabel_margin", F.multilabel_margin_loss, a, integers([3, 0, -1, 1, 2, -1, 0, 0, -1, 3, 2, 1], (3, 4)))
loss("multilabel_soft_margin", F.multilabel_soft_margin_loss, a, fixed(probabilities(3, 4, step=2)))
loss("cosine_embedding", F.cosine_embedding_loss, a, b, signs(3))
for p, swap in ((2.0, False), (2.0, True), (3.5, False)):
    loss("triplet_margin", lambda u, v, w, reduction: F.triplet_margin_loss(u, v, w, margin=4.0, p=p, swap=swap, reduction=reduction), a, b, c,
         options=dict(margin=4.0, p=p, swap=int(swap)))
loss("dice", by_hand(lambda p, t: 1 - (2 * (p * t).sum(-1) + 1) / (p.sum(-1) + t.sum(-1) + 1)), probabilities(3, 4), probabilities(3, 4, step=2))
for shape in ((3, 4), (4,), (2, 4, 3)):
    v, t = x(*shape), indices(shape[:1] + shape[2:] if len(shape) > 1 else (), 4)
    loss("cross_entropy", F.cross_entropy, v, t)
    loss("cross_entropy", lambda v, t, w, reduction: F.cross_entropy(v, t, w, ignore_index=2, label_smoothing=0.125, reduction=reduction), v, t, w,
         options=dict(ignore_index=2, label_smoothing=0.125))
    loss("cross_entropy", F.cross_entropy, v, probabilities(*shape, step=2))
    loss("nll", F.nll_loss, v, t)
    loss("nll", lambda v, t, w, reduction: F.nll_loss(v, t, w, ignore_index=2, reduction=reduction), v, t, w, options=dict(ignore_index=2))
weight = of([round(512 * math.sin(i * i)) / 512 for i in range(20)], (4, 5))
loss("linear_cross_entropy", lambda v, w, t, reduction: F.cross_entropy(F.linear(v, w), t, reduction=reduction), x(3, 5), weight, classes)
loss("linear_cross_entropy", lambda v, w, t, b, reduction: F.cross_entropy(F.linear(v, w, b), t, label_smoothing=0.125, reduction=reduction),
     x(3, 5), weight, classes, x(4, step=3), options=dict(label_smoothing=0.125))
# PyTorch's gradient of ctc is that by the logits of a softmax: differences do not tell it.
logs = torch.tensor([[math.sin(i * (k + 1)) for k in range(5)] for i in range(12)]).double().log_softmax(1).float().double()
loss("ctc", lambda v, t, n, m, reduction: F.ctc_loss(v, t, n, m, reduction=reduction), of(logs.flatten().tolist(), (6, 2, 5)),
     integers([1, 3, 3, 4, 2, 0], (2, 3)), integers([6, 5]), integers([3, 2]), check=False)
large = (257, 513)
for name, f in (("mse", F.mse_loss), ("l1", F.l1_loss), ("bce_with_logits", F.binary_cross_entropy_with_logits)):
    loss(name, f, x(*large), probabilities(*large, step=2), large=True)
loss("cross_entropy", F.cross_entropy, x(*large), indices((257,), 513, 31), large=True)
loss("linear_cross_entropy", lambda v, w, t, reduction: F.cross_entropy(F.linear(v, w), t, reduction=reduction), x(300, 65), x(40, 65, step=2),
     indices((300,), 40, 31), large=True)

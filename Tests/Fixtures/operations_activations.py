"""Cases of operations.py: activations with numbers for options, and embeddings."""
import torch
import torch.nn.functional as F

from operation_cases import case, indices, integers, of, x

NAN, INF = float("nan"), float("inf")
# Beyond where exponentials overflow, and the ends that hard functions have. At the kinks differences tell nothing.
FAR = of([0.0, 1e-30, -1e-30, 0.25, -0.25, 3.5, -3.5, 6.5, 30.0, -30.0, 90.0, -90.0, 800.0, -800.0])
KINKS = of([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0])
EDGES = of([NAN, INF, -INF, 0.0, -0.0, 1e-310, 0.5, -1.5, 2.5, 300.0, -300.0, 1e300])

SMOOTH = [
    ("elu", dict(alpha=0.75, scale=1.0, inputScale=1.0), lambda a: F.elu(a, 0.75)),
    ("celu", dict(alpha=1.5), lambda a: F.celu(a, 1.5)),
    ("selu", {}, F.selu),
    ("gelu", dict(approximate=False), F.gelu),
    ("gelu", dict(approximate=True), lambda a: F.gelu(a, approximate="tanh")),
    ("silu", {}, F.silu),
    ("mish", {}, F.mish),
    ("softplus", dict(beta=1.0, threshold=20.0), F.softplus),
    ("softplus", dict(beta=2.0, threshold=1.5), lambda a: F.softplus(a, 2.0, 1.5)),
    ("softsign", {}, F.softsign),
    ("tanhshrink", {}, F.tanhshrink),
]
HARD = [
    ("leaky_relu", dict(slope=0.125), lambda a: F.leaky_relu(a, 0.125)),
    ("softshrink", dict(lambd=0.5), lambda a: F.softshrink(a, 0.5)),
    ("hardshrink", dict(lambd=0.5), lambda a: F.hardshrink(a, 0.5)),
    ("hardtanh", dict(low=-1.0, high=0.5), lambda a: F.hardtanh(a, -1.0, 0.5)),
    ("hardsigmoid", {}, F.hardsigmoid),
    ("hardswish", {}, F.hardswish),
    ("threshold", dict(threshold=0.5, value=7.0), lambda a: F.threshold(a, 0.5, 7.0)),
]
for name, options, f in SMOOTH + HARD:
    smooth = (name, options, f) in SMOOTH and name not in ("softplus", "selu", "elu")
    # PyTorch's float32 has lost digits where these cancel.
    types = ["float64"] if name in ("gelu", "tanhshrink") else None
    case(name, options, f, x(3, 4), check=smooth, types=types)
    case(name, options, f, x(2, 1, 4, step=2), check=smooth, types=types)
    case(name, options, f, x(), check=smooth)
    case(name, options, f, x(0, 3))
    case(name, options, f, x(257, 513), large=True)
    case(name, options, f, KINKS, check=False)
    if name not in ("gelu", "tanhshrink"):  # whose tails and beginnings PyTorch does not have
        case(name, options, f, FAR, check=False, types=["float64"])
    case(name, options, lambda a: f(a).detach(), EDGES, types=["float64"])
for shape, count in [((3, 4), 1), ((3, 4), 4), ((2, 3, 5), 3), ((2, 3, 2, 2), 3), ((7,), 1), ((2, 3, 0), 3), ((), 1)]:
    case("prelu", {}, F.prelu, x(*shape), x(count, step=2))
case("prelu", {}, F.prelu, x(40, 30, 50), x(30, step=2), large=True)
# Otherwise the masks are not PyTorch's.
case("dropout", dict(p=1.0), lambda a: F.dropout(a, 1.0), x(3, 4))
case("dropout", dict(p=1.0), lambda a: F.dropout(a, 1.0), x(257, 513), large=True)
for dimension in (-1, 0, 1):
    case("softmin", dict(dimension=dimension), lambda a: F.softmin(a, dimension), x(3, 4))
    case("glu", dict(dimension=dimension), lambda a: F.glu(a, dimension), x(2, 4, 6) if dimension != 0 else x(4, 3))
case("glu", dict(dimension=-1), F.glu, x(0, 4))
case("glu", dict(dimension=-1), F.glu, x(257, 514), large=True)

case("embedding", dict(scaleByFrequency=True), lambda a, i: F.embedding(i, a, scale_grad_by_freq=True), x(5, 3), indices((2, 6), 5, 3), check=False)
case("embedding", dict(sparse=True), lambda a, i: F.embedding(i, a), x(5, 3), indices((2, 6), 5, 3))
case("embedding", dict(sparse=True, padding=1), lambda a, i: F.embedding(i, a, padding_idx=1), x(5, 3), indices((7,), 5, 3), check=False)
case("embedding", dict(sparse=True), lambda a, i: F.embedding(i, a), x(5000, 65), indices((40, 25), 5000, 31), large=True)
for mode in ("sum", "mean", "max"):
    for padding in (None, 2, -1):
        skipped = {} if padding is None else dict(padding=padding)
        smooth = padding is None and mode != "max"
        case("embedding_bag", dict(mode=mode) | skipped, lambda a, i: F.embedding_bag(i, a, mode=mode, padding_idx=padding),
             x(5, 3), indices((3, 4), 5, 3), check=smooth)
        case("embedding_bag", dict(mode=mode) | skipped, lambda a, i, o: F.embedding_bag(i, a, o, mode=mode, padding_idx=padding),
             x(5, 3), indices((9,), 5, 3), integers([0, 2, 2, 7]), check=smooth)
        case("embedding_bag", dict(mode=mode, includeLastOffset=True) | skipped,
             lambda a, i, o: F.embedding_bag(i, a, o, mode=mode, include_last_offset=True, padding_idx=padding),
             x(5, 3), indices((9,), 5, 3), integers([0, 4, 4, 9]), check=smooth)
    case("embedding_bag", dict(mode=mode), lambda a, i: F.embedding_bag(i, a, mode=mode), x(300, 65), indices((40, 25), 300, 31), large=True)
case("embedding_bag", dict(mode="sum"), lambda a, i, w: F.embedding_bag(i, a, mode="sum", per_sample_weights=w), x(5, 3), indices((3, 4), 5, 3),
     x(3, 4, step=3))
case("embedding_bag", dict(mode="sum", padding=2), lambda a, i, o, w: F.embedding_bag(i, a, o, mode="sum", per_sample_weights=w, padding_idx=2),
     x(5, 3), indices((9,), 5, 3), integers([0, 2, 2, 7]), x(9, step=3), check=False)
case("embedding_bag", dict(mode="mean", sparse=True), lambda a, i: F.embedding_bag(i, a, mode="mean"), x(5, 3), indices((3, 4), 5, 3))
# Every index comes twice: PyTorch divides by how often another index comes where they differ.
case("embedding_bag", dict(mode="sum", scaleByFrequency=True), lambda a, i: F.embedding_bag(i, a, mode="sum", scale_grad_by_freq=True),
     x(6, 3), integers([4, 0, 1, 2, 2, 1, 0, 4], (2, 4)), check=False)

"""Cases of operations.py: sums, extremes, norms, softmax."""
import torch

from operation_cases import booleans, case, integers, of, x

NAN, INF = float("nan"), float("inf")
Y, LARGE = x(2, 3, 4), (257, 513)
OVER = [((), False), ((0,), True), ((1,), False), ((0, 2), False), ((-1, -2), True)]


def over(dims, keeps):
    return dict(dimensions=list(dims), keeps=keeps)


def every(a, dims):
    return dims if dims else tuple(range(a.dim()))


FUNCTIONS = dict(
    sum=lambda a, d, k: torch.sum(a, every(a, d), k), mean=lambda a, d, k: torch.mean(a, every(a, d), k),
    logsumexp=lambda a, d, k: torch.logsumexp(a, every(a, d), k), amax=lambda a, d, k: torch.amax(a, every(a, d), k),
    amin=lambda a, d, k: torch.amin(a, every(a, d), k), any=lambda a, d, k: torch.any(a, every(a, d), k),
    all=lambda a, d, k: torch.all(a, every(a, d), k))
for name, f in FUNCTIONS.items():
    for dims, keeps in OVER:
        case(name, over(dims, keeps), lambda a: f(a, dims, keeps), Y)
    for dims in ((), (0,), (1,)):
        case(name, over(dims, False), lambda a: f(a, dims, False), x(*LARGE), large=True)
    case(name, over((), False), lambda a: f(a, (), False), x())
    case(name, over((1,), False), lambda a: f(a, (1,), False), x(0, 3))
    if name not in ("amax", "amin"):
        case(name, over((0,), False), lambda a: f(a, (0,), False), x(0, 3))
    case(name, over((1,), False), lambda a: f(a, (1,), False).detach(),
         of([1.0, NAN, INF, 0.0, INF, -INF, -INF, -INF, 1e4, -1e4, 0.0, 0.0], (6, 2)))
for name in ("sum", "any", "all", "amax", "amin"):
    f = FUNCTIONS[name]
    case(name, over((1,), False), lambda a: f(a, (1,), False), integers([3, 0, 2, 0, 0, 0], (3, 2)))
    case(name, over((0,), True), lambda a: f(a, (0,), True), booleans([1, 0, 1, 1], (2, 2)))
for name in ("amax", "amin"):  # ties share the gradient
    for dims in ((), (0,), (1,)):
        case(name, over(dims, False), lambda a: FUNCTIONS[name](a, dims, False), of([1.0, 2.0, 2.0, 2.0, 1.0, 1.0], (2, 3)), check=False)

for order in (2.0, 1.0, 0.0, 3.0, 0.5, 1.5, -1.0, -2.0, INF, -INF):
    for dims, keeps in OVER[1:3]:
        case("norm", over(dims, keeps) | dict(order=str(order)), lambda a: torch.linalg.vector_norm(a, order, dims, keeps), Y)
    case("norm", over((1,), False) | dict(order=str(order)), lambda a: torch.linalg.vector_norm(a, order, 1),
         of([0.0, 0.0, 0.0, 1.0, 0.0, 0.0], (2, 3)), check=False)
    case("norm", over((1,), False) | dict(order=str(order)), lambda a: torch.linalg.vector_norm(a, order, 1),
         of([1.0, 2.0, 2.0, -2.0, 1.0, 1.0], (2, 3)), check=False)
    case("norm", over((1,), False) | dict(order=str(order)), lambda a: torch.linalg.vector_norm(a, order, 1).detach(),
         of([1.0, NAN, INF, 0.0, INF, -INF, 1e4, -1e4], (4, 2)))
case("norm", over((), False) | dict(order="2.0"), lambda a: torch.linalg.vector_norm(a, 2.0), x())
case("norm", over((0,), False) | dict(order="2.0"), lambda a: torch.linalg.vector_norm(a, 2.0, 0), x(0, 3))
for order, dims in ((2.0, ()), (2.0, (0,)), (3.0, (1,)), (INF, (1,))):
    case("norm", over(dims, False) | dict(order=str(order)), lambda a: torch.linalg.vector_norm(a, order, every(a, dims)), x(*LARGE), large=True)

for name, f in (("var", torch.var), ("std", torch.std)):
    for correction in (1.0, 0.0, 0.5):
        for dims, keeps in OVER[::2] if correction else OVER[:2]:
            case(name, over(dims, keeps) | dict(correction=correction), lambda a: f(a, every(a, dims), correction=correction, keepdim=keeps), Y)
    for shape, dims in (((0, 3), (1,)), ((0, 3), (0,)), ((2, 1), (1,)), ((), ())):
        case(name, over(dims, False) | dict(correction=1.0), lambda a: f(a, every(a, dims), correction=1.0), x(*shape), check=False)
    case(name, over((1,), False) | dict(correction=4.0), lambda a: f(a, (1,), correction=4.0), x(2, 3), check=False)
    case(name, over((1,), False) | dict(correction=1.0), lambda a: f(a, (1,), correction=1.0),
         of([2.0, 2.0, 2.0, 1.0, 0.0, 0.0], (2, 3)), check=False)
    for dims in ((), (0,), (1,)):
        case(name, over(dims, False) | dict(correction=1.0), lambda a: f(a, every(a, dims), correction=1.0), x(*LARGE), large=True)

for name, f in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax)):
    for spec, d in ((Y, 1), (x(3, 4), -1), (x(3, 4, scale=16.0), 0), (x(5), 0), (x(), 0), (x(0, 3), 1), (x(3, 0), 1), (x(1, 1), 0)):
        case(name, dict(dimension=d), lambda a: f(a, d), spec)
    case(name, dict(dimension=1), lambda a: f(a, 1).detach(),
         of([-INF, -INF, -INF, 1.0, INF, 1.0, NAN, 1.0, 1e4, -1e4, 700.0, 710.0], (6, 2)))
    for shape, d in ((LARGE, 1), (LARGE, 0), ((40, 50, 33), 1), ((3, 20000), 1)):
        case(name, dict(dimension=d), lambda a: f(a, d), x(*shape), large=True)

for name in ("max", "min"):
    f, g = getattr(torch, name), getattr(torch, "arg" + name)
    for spec, d, keeps, smooth in ((Y, 0, False, True), (Y, -1, True, True), (x(5), 0, False, True), (x(), 0, False, True), (x(0, 3), 1, False, True),
                                   (of([1.0, 2.0, 2.0, 2.0, 1.0, 1.0], (2, 3)), 1, False, False),
                                   (of([1.0, NAN, NAN, INF, -INF, 1.0, 0.0, -0.0, 0.0], (3, 3)), 1, False, False),
                                   (integers([3, 1, 3, 1, 1, 2], (2, 3)), 1, False, False), (booleans([0, 1, 1, 0, 0, 0], (2, 3)), 0, True, False)):
        case(name, dict(dimension=d, keeps=keeps), lambda a: tuple(f(a, d, keeps)), spec, check=smooth)
        if spec.get("dtype") != "bool":
            case("arg" + name, dict(dimension=d, keeps=keeps), lambda a: g(a, d, keeps), spec)
            case("arg" + name, dict(keeps=keeps), lambda a: g(a, keepdim=keeps), spec) if 0 not in spec["shape"] else None
    for d in (0, 1):
        case(name, dict(dimension=d, keeps=False), lambda a: tuple(f(a, d)), x(*LARGE), large=True)
        case("arg" + name, dict(dimension=d, keeps=False), lambda a: g(a, d), x(*LARGE), large=True)
    case("arg" + name, dict(keeps=False), lambda a: g(a), x(*LARGE), large=True)

EDGES = of([1.0, NAN, INF, -INF, 0.0, -0.0, 2.0, 3.0], (2, 4))
for name, f in (("is_nan", torch.isnan), ("is_finite", torch.isfinite)):
    case(name, {}, f, EDGES)
    case(name, {}, f, x(2, 3))
    case(name, {}, f, integers([1, 2, 3]))
    case(name, {}, f, x(*LARGE), large=True)
case("logical_not", {}, torch.logical_not, booleans([1, 0, 1, 0], (2, 2)))
case("logical_not", {}, torch.logical_not, booleans([], (0, 2)))
for name, f in (("logical_and", torch.logical_and), ("logical_or", torch.logical_or)):
    case(name, {}, f, booleans([1, 0, 1, 0], (2, 2)), booleans([1, 1, 0, 0], (2, 2)))
    case(name, {}, f, booleans([1, 0], (2, 1)), booleans([1, 0, 0]))

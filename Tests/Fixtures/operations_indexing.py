"""Cases of operations.py: joining, indexing, order, padding, triangles."""
import torch
import torch.nn.functional as F

from operation_cases import booleans, case, indices, integers, of, x

NAN, INF = float("nan"), float("inf")
LARGE = (257, 513)


def parts(shapes):
    return [x(*shape, step=i + 1) for i, shape in enumerate(shapes)]


for shapes, d in [(((3, 4), (2, 4)), 0), (((3, 4), (3, 1), (3, 2)), 1), (((2, 3, 2), (2, 1, 2)), -2), (((2, 3), (0,), (2, 2)), 1), (((0,), (0,)), 0),
                  (((2, 0), (2, 3)), 1), (((5,),), 0)]:
    case("cat", dict(dimension=d), lambda *a: torch.cat(a, d), *parts(shapes))
case("cat", dict(dimension=0), lambda *a: torch.cat(a, 0), integers([1, 2]), integers([3]))
case("cat", dict(dimension=1), lambda *a: torch.cat(a, 1), *parts([LARGE, (257, 100)]), large=True)
for shape, d in [((3, 4), 0), ((3, 4), -1), ((), 0), ((2, 3, 2), 1), ((0, 2), 1)]:
    case("stack", dict(dimension=d), lambda *a: torch.stack(a, d), *parts([shape] * 3))
case("split", dict(dimension=1, shape=[2, 0, 3]), lambda a: a.split([2, 0, 3], 1), x(2, 5, 2))
case("split", dict(dimension=-1, shape=[1, 1]), lambda a: a.split([1, 1], -1), x(3, 2))

for shape, index, d in [((3, 4), (3, 4), 0), ((3, 4), (2, 2), 0), ((3, 4), (3, 6), 1), ((2, 3, 2), (2, 4, 2), 1), ((5,), (7,), 0), ((), (), 0),
                        ((1,), (), 0), ((3, 4), (0, 4), 0), ((0, 4), (0, 4), 0)]:
    where = indices(index, max(1, shape[d] if shape else 1))
    case("gather", dict(dimension=d), lambda a, i: torch.gather(a, d, i), x(*shape), where)
    case("scatter_add", dict(dimension=d), lambda a, i, s: torch.scatter_add(a, d, i, s), x(*shape), where, x(*index, step=2))
where = indices((3, 2), 3)  # a source larger than the index, whose gradient PyTorch cannot give
case("scatter_add", dict(dimension=0), lambda a, i, s: torch.scatter_add(a, 0, i, s[:3, :2]), x(3, 4), where, x(4, 4, step=2))
case("gather", dict(dimension=0), lambda a, i: torch.gather(a, 0, i), integers(range(6), (3, 2)), indices((2, 2), 3))
for d in (0, 1):
    case("gather", dict(dimension=d), lambda a, i: torch.gather(a, d, i), x(30, 40), indices((50, 40) if d == 0 else (30, 70), (30, 40)[d], 31), large=True)
    case("scatter_add", dict(dimension=d), lambda a, i, s: torch.scatter_add(a, d, i, s), x(30, 40), indices((30, 40), (30, 40)[d], 31),
         x(30, 40, step=2), large=True)
for shape, n, d in [((3, 4), 5, 0), ((3, 4), 2, 1), ((2, 3, 2), 4, -2), ((5,), 7, 0), ((3, 4), 0, 0), ((), 1, 0), ((0, 3), 4, 1)]:
    source = list(shape)
    if shape:
        source[d] = n
    where = indices((n,), max(1, shape[d] if shape else 1))
    case("index_select", dict(dimension=d), lambda a, i: torch.index_select(a, d, i), x(*shape), where)
    case("index_add", dict(dimension=d), lambda a, i, s: torch.index_add(a, d, i, s), x(*shape), where, x(*source, step=2))
for d in (0, 1):
    where, source = indices((300,), LARGE[d], 31), [300, 513] if d == 0 else [257, 300]
    case("index_select", dict(dimension=d), lambda a, i: torch.index_select(a, d, i), x(*LARGE), where, large=True)
    case("index_add", dict(dimension=d), lambda a, i, s: torch.index_add(a, d, i, s), x(*LARGE), where, x(*source, step=2), large=True)
for rows, shape, padding in [((5, 3), (4,), None), ((5, 3), (2, 6), 2), ((5, 1), (7,), None), ((5, 3), (), None), ((5, 3), (0,), None),
                             ((5, 2), (2, 3, 2), 4), ((5, 2), (9,), -2)]:
    # The padding's row has no gradient, by definition: differences say otherwise.
    case("embedding", {} if padding is None else dict(padding=padding), lambda a, i: F.embedding(i, a, padding_idx=padding),
         x(*rows), indices(shape, 5), check=padding is None)
case("embedding", {}, lambda a, i: F.embedding(i, a), x(300, 65), indices((40, 25), 300, 31), large=True)
for shape, classes in [((4,), 5), ((2, 3), 9), ((), 5), ((0,), 5), ((4,), -1)]:
    case("one_hot", dict(classes=classes), lambda i: F.one_hot(i, classes), indices(shape, 5))

for amounts in [(1, 2), (0, 0), (2, 1, 0, 3), (-1, 2), (1, -2, -1, -1), (1, 1, 1, 1, 1, 1), (-2, -2)]:
    for value in (0.0, 3.0):
        case("pad", dict(amounts=amounts, mode="constant", value=value), lambda a: F.pad(a, amounts, "constant", value), x(2, 3, 4))
case("pad", dict(amounts=(1, 1), mode="constant", value=2.0), lambda a: F.pad(a, (1, 1), "constant", 2.0), x(3, 0))
case("pad", dict(amounts=(), mode="constant", value=2.0), lambda a: F.pad(a, (), "constant", 2.0), x())
for mode in ("reflect", "replicate", "circular"):
    for shape, amounts in [((2, 3, 5), (2, 1)), ((1, 3, 5), (4, 0)), ((1, 2, 4, 3), (1, 2, 2, 1)), ((3, 5), (1, 3)), ((2, 3, 4), (-1, 2)), ((2, 3, 4), (0, 0))]:
        case("pad", dict(amounts=amounts, mode=mode), lambda a: F.pad(a, amounts, mode), x(*shape))
    case("pad", dict(amounts=(3, 4), mode=mode), lambda a: F.pad(a, (3, 4), mode), x(*LARGE), large=True)
case("pad", dict(amounts=(3, 4, 5, 6), mode="constant", value=1.5), lambda a: F.pad(a, (3, 4, 5, 6), "constant", 1.5), x(*LARGE), large=True)

ORDER = [((3, 4), 0), ((7,), 0), ((3, 4), 1), ((2, 5, 2), 1), ((), 0), ((0,), 0), ((3, 0), 1), ((2, 1), 1)]
for shape, d in ORDER:
    case("cumsum", dict(dimension=d), lambda a: torch.cumsum(a, d), x(*shape))
case("cumsum", dict(dimension=0), lambda a: torch.cumsum(a, 0), integers([3, -1, 2]))
case("cumsum", dict(dimension=0), lambda a: torch.cumsum(a, 0), booleans([1, 0, 1]))
for d in (0, 1):
    case("cumsum", dict(dimension=d), lambda a: torch.cumsum(a, d), x(*LARGE), large=True)
TIES = of([2.0, 1.0, 2.0, 1.0, NAN, 0.0, -0.0, INF, NAN, -INF, 1.0, 1e-310])
for down in (False, True):
    o = dict(descending=down)
    for shape, d in ORDER:
        case("sort", o | dict(dimension=d), lambda a: tuple(torch.sort(a, dim=d, descending=down, stable=True)), x(*shape))
        case("argsort", o | dict(dimension=d), lambda a: torch.argsort(a, dim=d, descending=down, stable=True), x(*shape))
    for spec in (TIES, integers([3, 1, 3, 1, 2]), booleans([1, 0, 1, 0])):
        case("sort", o | dict(dimension=0), lambda a: tuple(torch.sort(a, dim=0, descending=down, stable=True)), spec, check=False)
    for d in (0, 1):
        case("sort", o | dict(dimension=d), lambda a: tuple(torch.sort(a, dim=d, descending=down, stable=True)), x(*LARGE), large=True)
for largest in (False, True):
    for shape, d, counts in [((3, 5), 1, (4, 1)), ((7,), 0, (1, 3, 7, 0)), ((6, 3), 0, (2,)), ((2, 4, 2), 1, (3,)), ((), 0, (1,)), ((0,), 0, (0,))]:
        for k in counts:
            case("topk", dict(k=k, dimension=d, largest=largest), lambda a: tuple(torch.topk(a, k, d, largest)), x(*shape))
    # Where numbers are equal, PyTorch does not say which.
    case("topk", dict(k=5, dimension=0, largest=largest), lambda a: torch.topk(a, 5, 0, largest)[0].detach(), TIES)
    case("topk", dict(k=9, dimension=1, largest=largest), lambda a: tuple(torch.topk(a, 9, 1, largest)), x(*LARGE), large=True)
for shape, dims in [((3, 4), (0,)), ((3, 4), (0, -1)), ((2, 3, 2), (1,)), ((2, 3, 2), ()), ((2, 3, 2), (0, 2)), ((), ()), ((0, 3), (1,))]:
    case("flip", dict(dimensions=dims), lambda a: torch.flip(a, dims), x(*shape))
case("flip", dict(dimensions=(0, 1)), lambda a: torch.flip(a, (0, 1)), x(*LARGE), large=True)
for shape, times in [((3, 2), (2, 3)), ((3, 4), (2,)), ((3,), (2, 1, 3)), ((), (4,)), ((), ()), ((3, 4), (0, 2)), ((2, 3), (1, 1)), ((0, 2), (3, 3))]:
    case("tile", dict(shape=times), lambda a: torch.tile(a, times), x(*shape))
for name, f in (("tril", torch.tril), ("triu", torch.triu)):
    for shape in [(3, 4), (4, 3), (2, 3, 3), (0, 3)]:
        for k in (0, -1, 1, 9):
            case(name, dict(diagonal=k), lambda a: f(a, k), x(*shape))
    case(name, dict(diagonal=0), lambda a: f(a, 0), of([NAN, INF, -INF, NAN], (2, 2)), check=False)
    case(name, dict(diagonal=3), lambda a: f(a, 3), x(*LARGE), large=True)

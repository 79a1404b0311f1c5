"""Every operation of the table: inputs, PyTorch's values, and its gradients for an upstream of exact(n, 9).

    python3 operations.py            writes operations.json
"""
import torch
import torch.nn.functional as F

import operation_cases
import operations_activations  # noqa: F401
import operations_attention  # noqa: F401
import operations_batch_norm  # noqa: F401
import operations_convolution  # noqa: F401
import operations_indexing  # noqa: F401
import operations_losses  # noqa: F401
import operations_pooling  # noqa: F401
import operations_recurrent  # noqa: F401
import operations_reductions  # noqa: F401
from exact import dump
from operation_cases import booleans, case, cases, indices, integers, of, x

NAN, INF = float("nan"), float("inf")
EDGES = of([NAN, INF, -INF, 0.0, -0.0, 1e-310, 0.5, -1.5, 2.5, 300.0, -300.0, 1e300])
TIES = of([0.5, 1.5, 2.5, -0.5, -1.5, 0.0, -0.0, 3.0])
LARGE = (257, 513)

# Element by element: where the numbers are to lie, and whether the edges are PyTorch's.
UNARY = [("negate", torch.neg, {}), ("exp", torch.exp, {}), ("log", torch.log, dict(scale=0.25, add=1.0)),
         ("sqrt", torch.sqrt, dict(scale=0.25, add=1.0)), ("abs", torch.abs, {}), ("sign", torch.sign, {}),
         ("floor", torch.floor, {}), ("relu", torch.relu, {}), ("sigmoid", torch.sigmoid, {}),
         ("log_sigmoid", F.logsigmoid, {}),
         ("tanh", torch.tanh, {}), ("sin", torch.sin, {}), ("cos", torch.cos, {}), ("atan", torch.atan, {}),
         ("erf", torch.erf, {}), ("log1p", torch.log1p, dict(scale=0.25)), ("expm1", torch.expm1, {}),
         ("rsqrt", torch.rsqrt, dict(scale=0.25, add=1.0)), ("reciprocal", torch.reciprocal, dict(scale=0.25, add=1.0)),
         ("square", torch.square, {}), ("tan", torch.tan, dict(scale=0.5)), ("asin", torch.asin, dict(scale=0.25)),
         ("acos", torch.acos, dict(scale=0.25)), ("sinh", torch.sinh, {}), ("cosh", torch.cosh, {}),
         ("round", torch.round, {}), ("ceil", torch.ceil, {}), ("trunc", torch.trunc, {})]
for name, f, where in UNARY:
    case(name, {}, f, x(3, 4, **where))
    case(name, {}, f, x(2, 1, 4, step=2, **where))
    case(name, {}, f, x(**where))
    case(name, {}, f, x(0, 3, **where))
    case(name, {}, f, TIES, check=False)
    case(name, {}, f, x(*LARGE, **where), large=True)
    if name != "log_sigmoid":  # whose formula's infinities differ from the limits
        case(name, {}, lambda a: f(a).detach(), EDGES, types=["float64"])
case("affine", dict(scale=2.5, offset=-1.0), lambda a: a * 2.5 - 1, x(3, 4))
case("affine", dict(scale=0.0, offset=0.75), lambda a: a * 0 + 0.75, x(5))
case("affine", dict(scale=-1.0, offset=0.0), lambda a: -a, x(*LARGE), large=True)
case("clamp", dict(low=-0.5, high=0.75), lambda a: a.clamp(-0.5, 0.75), x(3, 4))
case("clamp", dict(low=-0.5), lambda a: a.clamp(min=-0.5), x(4, 5, step=2))
case("clamp", dict(high=0.5), lambda a: a.clamp(max=0.5), x(7))
case("clamp", dict(low=0.5, high=1.5), lambda a: a.clamp(0.5, 1.5), TIES, check=False)  # at both ends
case("clamp", dict(low=1.0, high=-1.0), lambda a: a.clamp(1.0, -1.0), x(5), check=False)
case("clamp", dict(low=-1.0, high=1.0), lambda a: a.clamp(-1.0, 1.0).detach(), EDGES)
case("clamp", dict(low=-1.0, high=1.0), lambda a: a.clamp(-1.0, 1.0), x(*LARGE), large=True)

# Two inputs, broadcast.
SHAPES = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 1)), ((), (2, 2)), ((2, 1, 2), ()), ((0, 3), (1, 3)),
          ((1, 2, 1, 2), (3, 1, 2, 1))]
for name, f in [("add", torch.add), ("subtract", torch.sub), ("multiply", torch.mul), ("divide", torch.div),
                ("maximum", torch.maximum), ("minimum", torch.minimum), ("power", torch.pow)]:
    left = dict(scale=0.25, add=1.0) if name == "power" else {}
    right = dict(scale=0.25, add=1.0) if name == "divide" else {}
    for a, b in SHAPES:
        case(name, {}, f, x(*a, **left), x(*b, step=2, **right))
    for a, b in [(LARGE, LARGE), (LARGE, LARGE[1:]), (LARGE, (LARGE[0], 1))]:
        case(name, {}, f, x(*a, **left), x(*b, step=2, **right), large=True)
    others = of([1.0, -1.0, NAN, 2.0, 0.0, 3.0, INF, -0.5, 0.5, 1e-3, 2.0, 1e10])
    case(name, {}, lambda a, b: f(a, b).detach(), EDGES, others)
for name, f in [("maximum", torch.maximum), ("minimum", torch.minimum)]:
    case(name, {}, f, TIES, of([0.5, 1.0, 2.5, 1.0, -1.5, -0.0, 0.0, 4.0]), check=False)
case("power", {}, torch.pow, of([0.0, 0.0, 0.0, -2.0, -2.0, 1.0, 4.0]), of([0.0, 1.0, 2.0, 3.0, -2.0, -5.0, 0.5]), check=False)
WHOLE = [3, -1, 0, 2, 2, 7]
for name, f in [("equal", torch.eq), ("not_equal", torch.ne), ("less", torch.lt), ("less_equal", torch.le),
                ("greater", torch.gt), ("greater_equal", torch.ge)]:
    case(name, {}, f, TIES, of([0.5, 1.0, 3.0, -0.5, -2.0, -0.0, 0.0, NAN]))
    case(name, {}, f, x(3, 4), x(3, 1, step=2))
    case(name, {}, f, EDGES, of([NAN, INF, INF, 0.0, 0.0, 0.0, 0.5, -1.0, 2.0, 3.0, 4.0, 5.0]))
    case(name, {}, f, integers(WHOLE, (2, 3)), integers([3, 0, 2]))
    case(name, {}, f, booleans([1, 0, 1]), booleans([1, 1, 0]))
    case(name, {}, f, x(*LARGE), x(LARGE[1], step=2), large=True)
case("where", {}, torch.where, booleans([1, 0, 1], (3, 1)), x(3, 4) | dict(base=[1, 4]), x(2, 1, 4, step=2))
case("where", {}, torch.where, booleans([1, 0, 1], (3, 1)), x(3, 4), x(2, 1, 4, step=2))
case("where", {}, torch.where, booleans([1]), x(3, 4), x(3, 4, step=2))
case("where", {}, torch.where, booleans([1, 0, 0, 1]), x(), x(3, 4, step=2))
case("where", {}, torch.where, booleans([1, 0, 1]), integers([1, 2, 3]), integers([-1, -2, -3]))
case("where", {}, torch.where, booleans([], (0,)), x(0), x(1, step=2))
case("where", {}, torch.where, indices((513,), 2) | dict(dtype="bool"), x(*LARGE), x(*LARGE, step=2), large=True)
for dtype in ("float32", "float64", "int64", "uint8", "bool", "float16", "bfloat16"):
    # float16 and bfloat16 are only stored: no derivative goes through.
    case("to", dict(dtype=dtype), lambda a: (a.detach() if "16" in dtype else a).to(operation_cases.DTYPES[dtype]), x(3, 4, scale=4.0, add=9.0),
         check=dtype == "float64")
case("to", dict(dtype="float32"), lambda a: a.float(), integers(WHOLE, (2, 3)))
case("to", dict(dtype="float64"), lambda a: a.double(), booleans([1, 0, 1]))
case("to", dict(dtype="float64"), lambda a: a.double(), of([1.5, -0.25, 65504.0, NAN, INF], dtype="float16"))
case("to", dict(dtype="float64"), lambda a: a.double(), of([1.5, -0.25, 3e38, NAN, INF], dtype="bfloat16"))
case("to", dict(dtype="float16"), lambda a: a.half().detach(), of([65520.0, 65519.0, 6e-8, 2e-8, 1e-3, NAN, INF, 1 / 3]))
case("to", dict(dtype="bfloat16"), lambda a: a.bfloat16().detach(), of([3.4e38, 1.00390625, 1.01171875, 1e-40, NAN, INF, 1 / 3]))

# Views.
Y = x(2, 3, 4)
for shape in ((4, 6), (24,), (2, 1, 12), (1, 2, 3, 4)):
    case("reshape", dict(shape=shape), lambda a: a.reshape(shape), Y)
case("reshape", dict(shape=[]), lambda a: a.reshape(()), x(1, 1))
case("reshape", dict(shape=[0, 5]), lambda a: a.reshape(0, 5), x(2, 0))
for first, last in ((1, -1), (0, 1), (0, -1), (2, 2)):
    case("flatten", dict(first=first, last=last), lambda a: a.flatten(first, last), Y)
case("flatten", dict(first=0, last=-1), lambda a: a.flatten(), x())
for order in ((2, 0, 1), (0, 1, 2), (-1, -2, -3)):
    case("permute", dict(dimensions=order), lambda a: a.permute(order), Y)
case("permute", dict(dimensions=[]), lambda a: a.permute(()), x())
case("transpose", dict(first=0, last=-1), lambda a: a.transpose(0, -1), Y)
case("transpose", dict(first=1, last=1), lambda a: a.transpose(1, 1), Y)
case("transpose", dict(first=0, last=1), lambda a: a.transpose(0, 1), x(*LARGE), large=True)
for d, start, end, step in [(0, 0, 1, 1), (1, 1, 3, 1), (2, 0, 100, 2), (-1, -3, -1, 1), (2, 3, 1, 1), (1, 0, 3, 5), (2, -100, 3, 1)]:
    case("slice", dict(dimension=d, start=start, end=end, step=step),
         lambda a: a[(slice(None),) * (d % 3) + (slice(start, end, step),)], Y)
case("slice_into_zeros", dict(shape=[3, 9], dimension=1, start=1, step=2),
     lambda a: torch.zeros(3, 9, dtype=a.dtype).index_add(1, torch.arange(1, 8, 2), a), x(3, 4))
case("slice_into_zeros", dict(shape=[5, 4], dimension=-2, start=2, step=1),
     lambda a: torch.zeros(5, 4, dtype=a.dtype).index_add(0, torch.arange(2, 5), a), x(3, 4))
for d, i in ((0, 0), (1, -1), (-1, 2)):
    case("select", dict(dimension=d, index=i), lambda a: a.select(d, i), Y)
case("squeeze", dict(dimension=1), lambda a: a.squeeze(1), x(2, 1, 3))
case("squeeze", dict(dimension=-1), lambda a: a.squeeze(-1), x(1))
for d in (0, 1, -1, 3):
    case("unsqueeze", dict(dimension=d), lambda a: a.unsqueeze(d), Y)
case("expand", dict(shape=[5, 3, 4]), lambda a: a.expand(5, 3, 4), x(3, 1))
case("expand", dict(shape=[2, 3, 4]), lambda a: a.expand(2, 3, 4), x(1, 3, 4))
case("expand", dict(shape=[2, 3]), lambda a: a.expand(2, 3), x())
case("expand", dict(shape=[0, 3]), lambda a: a.expand(0, 3), x(1, 3))
case("clone", {}, torch.clone, Y)
case("clone", {}, torch.clone, integers(WHOLE, (3, 2)))
case("clone", {}, torch.clone, x(*LARGE), large=True)
case("contiguous", {}, lambda a: a.contiguous(), Y)

# Products.
for a, b in [((3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 5)), ((2, 3, 4), (4, 5)),
             ((2, 1, 3, 4), (3, 4, 2)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((2, 0), (0, 3)), ((0, 2), (2, 3)), ((1, 1), (1, 1))]:
    case("matmul", {}, torch.matmul, x(*a), x(*b, step=2))
for a, b in [((130, 257), (257, 70)), ((3, 70, 65), (65, 80)), ((4, 1, 60, 64), (3, 64, 50)), ((9000,), (9000,))]:
    case("matmul", {}, torch.matmul, x(*a), x(*b, step=2), large=True)
for shape, i, o in (((3,), 4, 5), ((2, 3), 4, 2), ((), 3, 2), ((0,), 3, 2), ((1,), 1, 1)):
    for name, after in (("none", lambda t: t), ("relu", torch.relu), ("sigmoid", torch.sigmoid), ("tanh", torch.tanh)):
        case("linear", dict(activation=name), lambda a, w, b: after(F.linear(a, w, b)), x(*shape, i), x(o, i, step=2), x(o, step=3))
        case("linear", dict(activation=name), lambda a, w: after(F.linear(a, w)), x(*shape, i), x(o, i, step=2))
case("linear", dict(activation="relu"), lambda a, w, b: torch.relu(F.linear(a, w, b)), x(70, 130), x(90, 130, step=2), x(90, step=3),
     large=True)
for name in ("sigmoid", "tanh"):  # with weights so small that they are far from flat
    case("linear", dict(activation=name), lambda a, w, b: getattr(torch, name)(F.linear(a, w, b)), x(70, 130),
         x(90, 130, step=2, scale=1 / 32), x(90, step=3), large=True)
for equation, a, b in [("ij,jk->ik", (2, 3), (3, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("ij,jk", (2, 3), (3, 4)), ("ij,ij->", (2, 3), (2, 3)),
                       ("i,j->ji", (2,), (3,)), ("bi,bi->b", (3, 4), (3, 4)), ("bqhd,bkhd->bhqk", (2, 3, 2, 2), (2, 2, 2, 2)),
                       ("ii,ij->j", (3, 3), (3, 2)), ("ij,kk->ij", (2, 3), (2, 2)), (",ij->ij", (), (2, 3)), ("ab , bc -> ca", (2, 3), (3, 2)),
                       ("ij,j", (2, 3), (1,)), ("zY,Yx", (2, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 4))]:
    case("einsum", dict(equation=equation), lambda p, q: torch.einsum(equation, p, q), x(*a), x(*b, step=2))
for equation, a in [("ij->ji", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)), ("ij->", (2, 3)), ("iji->j", (2, 3, 2)), ("ba", (2, 3)), ("->", ())]:
    case("einsum", dict(equation=equation), lambda p: torch.einsum(equation, p), x(*a))
case("einsum", dict(equation="bqhd,bkhd->bhqk"), lambda p, q: torch.einsum("bqhd,bkhd->bhqk", p, q), x(3, 40, 4, 32), x(3, 50, 4, 32, step=2),
     large=True)

dump("operations.json", dict(torch=torch.__version__, cases=cases))
print(len(cases), "cases")

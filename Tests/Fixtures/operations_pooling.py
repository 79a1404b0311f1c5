"""Cases of operations.py: pooling, planes in another size, normalization within samples."""
import torch
import torch.nn.functional as F

from operation_cases import case, of, x
from operations_batch_norm import running

L, P = x(2, 3, 11), x(2, 2, 7, 8)
EDGES = of([1, float("nan"), 2, float("nan"), 1, 1, -0.0, 0.0, 1] + [float("-inf")] * 3 + [3, 3, 3, 4], (1, 1, 4, 4))


def transposed(f, shape):
    """The transpose of a linear map, by PyTorch's gradient, as a function that can be differentiated again."""
    def g(y):
        z = torch.zeros(shape, dtype=y.dtype, requires_grad=True)
        return torch.autograd.grad(f(z), z, y, create_graph=True)[0]
    return g


def max_pool(spec, kernel, stride=None, padding=0, dilation=1, ceil=False, **more):
    def per(v):
        return [v] * len(kernel) if isinstance(v, int) else list(v)
    own = dict(kernel=kernel, stride=[0] * len(kernel) if stride is None else per(stride), pads=per(padding), dilation=per(dilation), ceil=ceil)
    f = F.max_pool1d if len(kernel) == 1 else F.max_pool2d
    case("max_pool", own, lambda a: f(a, kernel, stride, padding, dilation, ceil, return_indices=True), spec, **more)


max_pool(L, [2])
max_pool(L, [3], 2, 1, 2, True)
max_pool(P, [2, 2])
max_pool(P, [3, 2], [1, 2], [1, 0], [2, 1], True)
max_pool(x(2, 7, 8), [2, 3], 3)
max_pool(x(2, 1, 17, 20), [17, 16], 1)
max_pool(x(0, 2, 4, 4), [2, 2])
max_pool(EDGES, [2, 2], check=False)
max_pool(EDGES, [3, 3], 1, 1, check=False)
max_pool(x(3, 5, 70, 90), [2, 2], large=True)
max_pool(x(3, 5, 70, 90), [3, 3], 2, 1, large=True)
max_pool(x(2, 3, 4000), [5], 3, large=True)
for spec, sizes in [(L, [4]), (P, [3, 5]), (P, [1, 4]), (x(2, 7, 8), [7, 3]), (x(0, 2, 4, 4), [3, 2])]:
    f = F.adaptive_max_pool1d if len(sizes) == 1 else F.adaptive_max_pool2d
    case("adaptive_max_pool", dict(sizes=sizes), lambda a: f(a, sizes, return_indices=True), spec)
case("adaptive_max_pool", dict(sizes=[9, 33]), lambda a: F.adaptive_max_pool2d(a, [9, 33], return_indices=True), x(3, 5, 70, 90), large=True)


def avg_pool(shape, kernel, stride=None, padding=0, ceil=False, excludes=False, divisor=None, **more):
    def per(v):
        return [v] * len(kernel) if isinstance(v, int) else list(v)
    own = dict(kernel=kernel, stride=[0] * len(kernel) if stride is None else per(stride), pads=per(padding), ceil=ceil, excludes=excludes, divisor=divisor or 0)

    def f(a):
        if len(kernel) == 1:
            return F.avg_pool1d(a, kernel, stride, padding, ceil, not excludes)
        return F.avg_pool2d(a, kernel, stride, padding, ceil, not excludes, divisor)
    case("avg_pool", own, f, x(*shape), **more)
    pooled = f(torch.zeros(shape)).shape
    case("avg_pool_transposed", own | dict(extents=list(shape[-len(kernel):])), transposed(f, shape), x(*pooled), **more)


avg_pool((2, 3, 11), [2])
avg_pool((2, 3, 11), [3], 2, 1, True, True)
avg_pool((2, 2, 7, 8), [2, 2])
avg_pool((2, 2, 7, 8), [3, 2], [1, 2], [1, 0], True)
avg_pool((2, 2, 7, 8), [3, 4], 2, 1, True, True)
avg_pool((2, 7, 8), [2, 3], 3, 0, True, False, -5)
avg_pool((0, 2, 4, 4), [2, 2])
avg_pool((1, 2, 20, 18), [17, 18])
avg_pool((3, 5, 70, 90), [2, 2], large=True)
for shape, divisor in (((8, 64, 10, 10), None), ((4, 40, 28, 28), None), ((7, 50, 11, 13), None), ((40, 50, 3, 2), None), ((9, 7, 35, 37), 3),
                       ((9, 7, 35, 37), 8)):
    avg_pool(shape, [2, 2], divisor=divisor, large=True)
avg_pool((3, 5, 70, 90), [3, 3], 2, 1, large=True)
avg_pool((3, 5, 70, 90), [70, 90], large=True)
avg_pool((2, 3, 4000), [5], 3, large=True)
for shape, sizes in [((2, 3, 11), [4]), ((2, 2, 7, 8), [3, 5]), ((2, 2, 7, 8), [1, 4]), ((2, 7, 8), [7, 3]), ((0, 2, 4, 4), [3, 2])]:
    f = F.adaptive_avg_pool1d if len(sizes) == 1 else F.adaptive_avg_pool2d
    pooled = shape[:len(shape) - len(sizes)] + tuple(sizes)
    case("adaptive_avg_pool", dict(sizes=sizes), lambda a: f(a, sizes), x(*shape))
    case("adaptive_avg_pool_transposed", dict(extents=list(shape[-len(sizes):])), transposed(lambda a: f(a, sizes), shape), x(*pooled))
case("adaptive_avg_pool", dict(sizes=[9, 33]), lambda a: F.adaptive_avg_pool2d(a, [9, 33]), x(3, 5, 70, 90), large=True)
case("adaptive_avg_pool_transposed", dict(extents=[70, 90]), transposed(lambda a: F.adaptive_avg_pool2d(a, [9, 33]), (3, 5, 70, 90)), x(3, 5, 9, 33), large=True)


def interpolate(shape, sizes=None, scales=None, linear=False, align=False, **more):
    count = len(shape) - 2
    mode = "nearest" if not linear else "linear" if count == 1 else "bilinear"

    def f(a):
        return F.interpolate(a, sizes, scales, mode, align if linear else None)
    pooled = list(f(torch.zeros(shape)).shape)
    own = dict(linear=linear, align=align, scales=scales or [0.0] * count)
    case("interpolate", own | dict(sizes=pooled[2:]), f, x(*shape), **more)
    case("interpolate_transposed", own | dict(extents=list(shape[2:])), transposed(f, shape), x(*pooled), **more)


for shape in ((2, 3, 5), (2, 2, 4, 5)):
    for linear, align in ((False, False), (True, False), (True, True)):
        interpolate(shape, [7, 3][:len(shape) - 2], linear=linear, align=align)
        interpolate(shape, scales=[1.7, 0.6][:len(shape) - 2], linear=linear, align=align)
interpolate((0, 2, 4, 5), [2, 3])
interpolate((2, 1, 4, 5), [4, 1], linear=True, align=True)
for linear in (False, True):
    interpolate((3, 5, 40, 50), scales=[2.0, 2.0], linear=linear, large=True)
    # Positions among float32 numbers are float32's.
    interpolate((3, 5, 40, 50), [33, 70], linear=linear, large=True, types=["float64"])
for r, shape in ((2, (2, 8, 2, 3)), (3, (9, 2, 2))):
    case("pixel_shuffle", dict(k=r), lambda a: F.pixel_shuffle(a, r), x(*shape))

# Normalization within samples.
for shape, own in [((4, 6), [6]), ((2, 3, 2), [3, 2]), ((5,), [5]), ((0, 4), [4])]:
    for affine in (True, False):
        rest = [x(*own, step=2), x(*own, step=3)] if affine else []
        case("layer_norm", dict(shape=own, affine=affine, eps=1e-3), lambda a, *r: F.layer_norm(a, own, *r, eps=1e-3), x(*shape, add=0.25), *rest)
        case("rms_norm", dict(shape=own, affine=affine, eps=1e-3), lambda a, *r: F.rms_norm(a, own, *r, eps=1e-3), x(*shape, add=0.25), *rest[:1])
case("rms_norm", dict(shape=[6], affine=False), lambda a: F.rms_norm(a, [6]), x(4, 6))
for shape, groups in [((3, 6), 2), ((2, 6, 2, 3), 3), ((2, 3, 4), 1), ((1, 4, 20), 2), ((0, 4, 3), 2)]:
    for affine in (True, False):
        rest = [x(shape[1], step=2), x(shape[1], step=3)] if affine else []
        case("group_norm", dict(k=groups, affine=affine, eps=1e-3), lambda a, *r: F.group_norm(a, groups, *r, eps=1e-3), x(*shape, add=0.25), *rest)
for shape, own in [((257, 513), [513]), ((3000, 5), [5]), ((5, 40, 70), [40, 70])]:
    sizes = [x(*own, step=2), x(*own, step=3)]
    case("layer_norm", dict(shape=own, affine=True, eps=1e-3), lambda a, *r: F.layer_norm(a, own, *r, eps=1e-3), x(*shape, add=0.25), *sizes, large=True)
    case("rms_norm", dict(shape=own, affine=True, eps=1e-3), lambda a, *r: F.rms_norm(a, own, *r, eps=1e-3), x(*shape, add=0.25), *sizes[:1], large=True)
case("group_norm", dict(k=4, affine=True, eps=1e-3), lambda a, *r: F.group_norm(a, 4, *r, eps=1e-3), x(9, 12, 20, 31, add=0.25), x(12, step=2), x(12, step=3), large=True)

for shape in ((2, 3, 5), (2, 3, 2, 3)):
    for affine, runs, training in ((True, True, True), (True, True, False), (False, False, True), (True, False, True), (False, True, True)):
        specs = [x(3, step=2), x(3, step=3)] if affine else []
        specs += [running(x(3, step=4)), running(x(3, step=5, scale=0.25, add=1.0))] if runs else []

        def f(v, *rest):
            weight, bias = rest[:2] if affine else (None, None)
            mean, var = rest[-2:] if runs else (None, None)
            return F.instance_norm(v, mean, var, weight, bias, training or not runs, 0.125, 1e-3)
        case("instance_norm", dict(training=training, affine=affine, momentum=0.125, eps=1e-3), f, x(*shape, add=0.25), *specs)

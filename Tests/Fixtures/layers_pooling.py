"""Cases of layers.py: pooling, padding, planes in another size, other shapes."""
import torch
from torch import nn

from layer_cases import layer
from operation_cases import of, x

NAN = float("nan")
L, P = x(2, 3, 11), x(2, 2, 7, 9)


def pairs(name, value):
    return {f"{name}[{i}]": v for i, v in enumerate(value)} if isinstance(value, tuple) else {name: value}


def max_pool(dims, spec=None, *, check=True, **given):
    """given: PyTorch's arguments, which are the table's options but return_indices: there, who asks for a second output gets them."""
    options = {k: v for name, value in given.items() if name != "return_indices" for k, v in pairs(name, value).items()}
    module = nn.MaxPool1d if dims == 1 else nn.MaxPool2d
    layer(f"max_pool{dims}d", options, lambda: module(**given), spec or (L if dims == 1 else P), elementwise=True, check=check)


max_pool(1, kernel_size=2)
max_pool(1, kernel_size=3, stride=2, padding=1)
max_pool(1, kernel_size=3, stride=1, dilation=3, return_indices=True)
max_pool(1, kernel_size=4, stride=3, padding=2, ceil_mode=True, return_indices=True)
max_pool(1, x(3, 11), kernel_size=2, return_indices=True)
max_pool(2, kernel_size=2)
max_pool(2, kernel_size=2, return_indices=True)
max_pool(2, kernel_size=(2, 3), stride=(2, 1), padding=(1, 0), dilation=(1, 2))
max_pool(2, kernel_size=3, stride=2, padding=1, ceil_mode=True, return_indices=True)
max_pool(2, kernel_size=(2, 4), stride=3, ceil_mode=True)
max_pool(2, x(2, 7, 9), kernel_size=(3, 2), dilation=2, return_indices=True)
max_pool(2, x(0, 2, 4, 4), kernel_size=2)
max_pool(2, x(2, 2, 18, 19), kernel_size=17, stride=1, return_indices=True)  # whose places take more than a byte
EDGES = of([1, NAN, 2, NAN, 1, 1, -0.0, 0.0, 1, float("-inf"), float("-inf"), float("-inf"), 3, 3, 3, float("inf")], (1, 1, 4, 4))
max_pool(2, EDGES, kernel_size=2, return_indices=True, check=False)
max_pool(2, EDGES, kernel_size=3, stride=1, padding=1, return_indices=True, check=False)


def avg_pool(dims, spec=None, **given):
    options = {k: 0 if v is None else v for name, value in given.items() for k, v in pairs(name, value).items()}
    module = nn.AvgPool1d if dims == 1 else nn.AvgPool2d
    layer(f"avg_pool{dims}d", options, lambda: module(**given), spec or (L if dims == 1 else P))


avg_pool(1, kernel_size=2)
avg_pool(1, kernel_size=3, stride=2, padding=1, ceil_mode=True)
avg_pool(1, kernel_size=4, stride=3, padding=2, ceil_mode=True, count_include_pad=False)
avg_pool(1, x(3, 11), kernel_size=5, stride=1)
avg_pool(2, kernel_size=2)
avg_pool(2, x(3, 2, 10, 10), kernel_size=2)
avg_pool(2, kernel_size=(2, 3), stride=(2, 1), padding=(1, 0))
avg_pool(2, kernel_size=3, stride=2, padding=1, ceil_mode=True)
avg_pool(2, kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
avg_pool(2, kernel_size=(4, 2), stride=3, ceil_mode=True, divisor_override=5)
avg_pool(2, x(2, 7, 9), kernel_size=(7, 9))
avg_pool(2, x(0, 2, 4, 4), kernel_size=2)
avg_pool(2, x(1, 2, 20, 18), kernel_size=17, stride=1)  # of more than 256 numbers

for dims, spec, sizes in [(1, L, (4, 1, 11, 13)), (1, x(3, 10), (5, 3)), (2, P, ((3, 4), 1, (7, 3), (9, 9), (None, 2))), (2, x(2, 8, 6), (2, (4, 3)))]:
    for size in sizes:
        options = pairs("output_size", tuple(-1 if s is None else s for s in size) if isinstance(size, tuple) else size)
        for kind in ("avg", "max"):
            module = getattr(nn, f"Adaptive{kind.capitalize()}Pool{dims}d")
            layer(f"adaptive_{kind}_pool{dims}d", options, lambda: module(size), spec, elementwise=kind == "max")
layer("adaptive_max_pool1d", dict(output_size=4), lambda: nn.AdaptiveMaxPool1d(4, return_indices=True), L, elementwise=True)
layer("adaptive_max_pool2d", dict(output_size=4), lambda: nn.AdaptiveMaxPool2d(4, return_indices=True), P, elementwise=True)
layer("adaptive_max_pool2d", dict(output_size=2), lambda: nn.AdaptiveMaxPool2d(2, return_indices=True), EDGES, elementwise=True, check=False)

# Padding: left, right, top, bottom.
for name, module in [("zero", "Zero"), ("reflection", "Reflection"), ("replication", "Replication"), ("circular", "Circular")]:
    for dims, spec, amounts in [(1, x(2, 3, 5), (2, (1, 3), (-1, 2), 0)), (1, x(3, 5), ((4, 0),)),
                                (2, x(2, 2, 4, 5), (1, (2, 0, 1, 3), (-1, 2, 3, -1))), (2, x(2, 4, 5), ((3, 1, 2, 0),))]:
        for amount in amounts:
            layer(f"{name}_pad{dims}d", pairs("padding", amount), lambda: getattr(nn, f"{module}Pad{dims}d")(amount), spec, elementwise=name == "zero")
for sides, spec in [((-1, 2), x(2, 3, 5)), ((3, -2), x(3, 5)), ((-2, -1), x(2, 3, 5))]:
    layer("circular_pad1d", pairs("padding", sides), lambda: nn.CircularPad1d(sides), spec, elementwise=True)
for sides, spec in [((-1, 2, 1, 0), x(2, 3, 4, 5)), ((1, -2, -1, 2), x(3, 4, 5)), ((2, 0, -1, -2), x(1, 2, 4, 3)), ((-2, 2, 3, -1), x(2, 1, 4, 4))]:
    layer("circular_pad2d", pairs("padding", sides), lambda: nn.CircularPad2d(sides), spec, elementwise=True)
layer("zero_pad1d", dict(padding=2), lambda: nn.ZeroPad1d(2), x(5), elementwise=True)
layer("zero_pad2d", dict(padding=1), lambda: nn.ZeroPad2d(1), x(2, 3), elementwise=True)

# Planes in another size. Options of the table: 0 for None.
MODES = dict(nearest=0, linear=1, bilinear=2)


def upsample(spec, mode="nearest", align_corners=None, recompute_scale_factor=None, **given):
    options = {k: v for name, value in given.items() for k, v in pairs(name, value).items()}
    options |= dict(mode=MODES[mode]) | ({} if align_corners is None else dict(align_corners=align_corners))
    options |= {} if recompute_scale_factor is None else dict(recompute_scale_factor=recompute_scale_factor)
    layer("upsample", options, lambda: nn.Upsample(mode=mode, align_corners=align_corners, recompute_scale_factor=recompute_scale_factor, **given), spec)


LINE, PLANE = x(2, 3, 5), x(2, 2, 4, 5)
for given in (dict(scale_factor=2), dict(scale_factor=1.7), dict(scale_factor=0.6), dict(size=7), dict(size=3), dict(size=5), dict(scale_factor=2.3, recompute_scale_factor=True)):
    for align in (None, False, True):
        if align is None:
            upsample(LINE, **given)
            upsample(PLANE, **given)
        else:
            upsample(LINE, mode="linear", align_corners=align, **given)
            upsample(PLANE, mode="bilinear", align_corners=align, **given)
upsample(PLANE, size=(3, 11))
upsample(PLANE, scale_factor=(1.5, 3.0))
upsample(PLANE, mode="bilinear", size=(1, 8), align_corners=True)
upsample(PLANE, mode="bilinear", scale_factor=(0.5, 1.3))
upsample(x(0, 2, 3), size=4)

for r, spec in [(2, x(2, 8, 2, 3)), (3, x(9, 2, 2)), (1, x(2, 3, 2, 2)), (2, x(2, 2, 4, 1, 3))]:
    layer("pixel_shuffle", dict(upscale_factor=r), lambda: nn.PixelShuffle(r), spec, elementwise=True)

layer("unflatten", {"dim": 1, "unflattened_size[0]": 2, "unflattened_size[1]": 3}, lambda: nn.Unflatten(1, (2, 3)), x(4, 6), elementwise=True)
layer("unflatten", {"dim": -1, "unflattened_size[0]": 2, "unflattened_size[1]": -1, "unflattened_size[2]": 2}, lambda: nn.Unflatten(-1, (2, -1, 2)), x(3, 8), elementwise=True)
layer("unflatten", {"dim": 0, "unflattened_size": 6}, lambda: nn.Unflatten(0, (6,)), x(6, 2), elementwise=True)
layer("identity", {}, nn.Identity, x(3, 4), elementwise=True)

"""Cases of operations.py: convolutions, their transposes, and their weights' gradients."""
import torch
import torch.nn.functional as F

from operation_cases import case, x

CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def options(kernel, stride, padding, after, dilation, groups, activation=None):
    rank = len(kernel)
    every = lambda v: list(v) if isinstance(v, tuple) else [v] * rank
    o = dict(kernel=list(kernel), stride=every(stride), before=every(padding), after=every(after), dilation=every(dilation), groups=groups)
    return o | (dict(activation=activation) if activation else {})


def padded(v, o):
    """PyTorch pads both sides alike."""
    return F.pad(v, [n for pair in zip(o["before"][::-1], o["after"][::-1]) for n in pair])


def convolution(shape, outputs, kernel, stride=1, padding=0, after=None, dilation=1, groups=1, bias=True, activation=None, large=False):
    """shape: x's, with a batch or without."""
    o = options(kernel, stride, padding, padding if after is None else after, dilation, groups, activation)
    channels = shape[-len(kernel) - 1]
    weight = x(outputs, channels // groups, *kernel, step=2)

    def convolve(v, w, b=None):
        return CONVOLVE[len(kernel)](padded(v, o), w, b, o["stride"], 0, o["dilation"], groups)

    def function(v, w, b=None):
        y = convolve(v, w, b)
        return getattr(torch, activation)(y) if activation else y
    case("convolution", o, function, x(*shape), weight, *([x(outputs, step=3)] if bias else []), large=large)
    if activation:
        return

    def slopes(v, y):
        w = torch.zeros(weight["shape"], dtype=v.dtype, requires_grad=True)
        return torch.autograd.grad(convolve(v, w), w, y, create_graph=True)[0]
    extents = convolve(torch.zeros(shape), torch.zeros(weight["shape"])).shape
    case("convolution_weight", o, slopes, x(*shape), x(*extents, step=4), large=large)


def transposed(shape, channels, kernel, stride=1, padding=0, output_padding=0, dilation=1, groups=1, bias=True, large=False):
    """shape: y's."""
    o = options(kernel, stride, padding, padding, dilation, groups)
    more = list(output_padding) if isinstance(output_padding, tuple) else [output_padding] * len(kernel)
    o["after"] = [a - m for a, m in zip(o["after"], more)]

    def function(y, w, b=None):
        return TRANSPOSE[len(kernel)](y, w, b, o["stride"], o["before"], more, groups, o["dilation"])
    weight = x(shape[-len(kernel) - 1], channels // groups, *kernel, step=2)
    case("convolution_transpose", o, function, x(*shape), weight, *([x(channels, step=3)] if bias else []), large=large)


convolution((2, 3, 7), 4, (3,), padding=1)
convolution((2, 2, 4, 5), 3, (3, 2), activation="relu")
convolution((2, 2, 4, 5), 3, (3, 2), activation="sigmoid")
convolution((2, 9), 6, (3,), stride=2, padding=2, groups=2, activation="tanh")
convolution((1, 2, 3, 4, 3), 2, (2, 3, 1), padding=(1, 1, 0), bias=False, activation="sigmoid")
convolution((0, 2, 5), 3, (2,), activation="tanh")
convolution((4, 9), 6, (3,), stride=2, padding=3, after=1, dilation=2, groups=2, bias=False)
convolution((2, 2, 6), 2, (3,), padding=-1, after=2)
convolution((2, 1, 5, 6), 2, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(2, 1))
convolution((2, 4, 4, 4), 4, (3, 3), padding=1, groups=4)
convolution((2, 3, 3, 2), 2, (1, 1))
convolution((1, 2, 3, 4, 3), 2, (2, 3, 1), stride=(1, 2, 1), padding=(1, 1, 0))
convolution((0, 2, 5), 3, (2,))
convolution((1, 1, 3), 1, (2,), dilation=9, padding=5)
for shape, outputs, kernel, more in [
        ((3, 1, 28, 28), 6, (5, 5), dict(padding=2)), ((2, 6, 14, 14), 16, (5, 5), {}), ((2, 40, 9, 11), 33, (3, 3), dict(padding=1)),
        ((2, 32, 20, 20), 32, (3, 3), dict(padding=1, groups=32)), ((2, 70, 7, 7), 48, (1, 1), {}),
        ((2, 16, 17, 19), 24, (3, 3), dict(stride=2, padding=1)), ((2, 3, 1500), 5, (7,), dict(stride=3, dilation=2)),
        ((1, 120, 3, 3), 8, (3, 3), dict(padding=1)), ((1, 6, 7, 8, 9), 10, (3, 3, 3), dict(padding=1)),
        ((3, 1, 28, 28), 6, (5, 5), dict(padding=2, activation="sigmoid")), ((2, 40, 9, 11), 33, (3, 3), dict(padding=1, activation="relu")),
        ((2, 40, 9, 11), 66, (3, 3), dict(padding=2, groups=2, activation="tanh")), ((2, 3, 1500), 5, (7,), dict(stride=3, activation="sigmoid")),
        ((1, 6, 7, 80, 90), 10, (3, 3, 3), dict(padding=1, activation="tanh")),
        ((2, 23, 1150), 31, (3,), dict(padding=1)), ((2, 6, 6, 7, 5), 16, (2, 3, 2), dict(stride=(1, 2, 1), padding=1))]:
    convolution(shape, outputs, kernel, large=True, **more)

transposed((2, 3, 4), 2, (3,))
transposed((2, 2, 3, 4), 3, (3, 2), stride=2, padding=1, output_padding=1)
transposed((4, 5), 6, (3,), stride=3, padding=1, output_padding=2, dilation=2, groups=2, bias=False)
transposed((2, 2, 3), 2, (3,), output_padding=1, dilation=2)
transposed((2, 2, 2, 3), 2, (1, 2), stride=(3, 4))
transposed((1, 2, 2, 3, 2), 2, (2, 2, 2), stride=2)
transposed((0, 2, 5), 3, (2,))
transposed((2, 24, 9, 10), 20, (4, 4), stride=2, padding=1, large=True)

"""Cases of operations.py: batch normalization, whose last two inputs are the running numbers, if there are any."""
import torch.nn.functional as F

from operation_cases import case, x


def running(spec):
    return spec | dict(fixed=True, changes=True)


def batch_norm(*shape, training, affine=True, runs=True, momentum=0.125, eps=1e-3, large=False, check=True):
    """shape: of x."""
    channels = shape[1]
    specs = [x(*shape, add=0.25)]
    if affine:
        specs += [x(channels, step=2), x(channels, step=3)]
    if runs:
        specs += [running(x(channels, step=4)), running(x(channels, step=5, scale=0.25, add=1.0))]

    def function(v, *rest):
        weight, bias = rest[:2] if affine else (None, None)
        mean, var = rest[-2:] if runs else (None, None)
        return F.batch_norm(v, mean, var, weight, bias, training or not runs, momentum, eps)
    case("batch_norm", dict(training=training, affine=affine, momentum=momentum, eps=eps), function, *specs, large=large, check=check)


for training in (True, False):
    for shape in ((4, 3), (3, 2, 2), (2, 3, 2, 2), (2, 2, 1, 3, 2)):
        batch_norm(*shape, training=training)
    batch_norm(4, 3, training=training, affine=False)
    batch_norm(4, 3, training=training, runs=False)
    batch_norm(3, 2, 2, training=training, affine=False, runs=False)
    batch_norm(4, 3, training=training, momentum=1.0)
    batch_norm(0, 3, training=training)
    for shape in ((257, 513), (3000, 5), (30, 5, 3), (7, 40, 70), (40, 3, 500)):
        batch_norm(*shape, training=training, large=True)
batch_norm(2, 1, training=True, check=False)  # whose gradient is nearly nothing

"""Cases of layers.py: convolutions, their transposes, and the bilinear layer."""
from torch import nn

from layer_cases import layer
from operation_cases import x

KINDS = {"conv1d": nn.Conv1d, "conv2d": nn.Conv2d, "conv3d": nn.Conv3d, "conv_transpose1d": nn.ConvTranspose1d,
         "conv_transpose2d": nn.ConvTranspose2d}
MODES = ["zeros", "reflect", "replicate", "circular"]


def conv(name, shape, inputs, outputs, kernel, types=("float64",), **options):
    """options: PyTorch's. Pairs become a row of the table for each dimension."""
    rows = dict(in_channels=inputs, out_channels=outputs, kernel_size=kernel) | options
    table = {}
    for key, value in rows.items():
        if isinstance(value, tuple):
            table |= {f"{key}[{d}]": v for d, v in enumerate(value)}
        elif key == "padding_mode":
            table[key] = MODES.index(value)
        else:
            table[key] = {"same": -1, "valid": 0}[value] if isinstance(value, str) else int(value)
    layer(name, table, lambda: KINDS[name](inputs, outputs, kernel, **options), x(*shape), types=types)


BOTH = ("float64", "float32")
conv("conv1d", (2, 3, 9), 3, 4, 3, BOTH)
conv("conv1d", (2, 4, 12), 4, 6, 3, stride=2, padding=2, dilation=2, groups=2, bias=False)
conv("conv1d", (3, 7), 3, 2, 4, padding="same")
conv("conv1d", (2, 1, 40), 1, 2, 5, padding="valid")
for mode in MODES:
    conv("conv1d", (2, 2, 6), 2, 3, 3, padding=2, padding_mode=mode)
conv("conv1d", (2, 2, 6), 2, 2, 4, padding="same", dilation=1, padding_mode="circular")
conv("conv1d", (0, 2, 6), 2, 2, 3)
conv("conv1d", (2, 2, 1), 2, 2, 1)
conv("conv1d", (1, 1, 3), 1, 1, 2, dilation=40, padding=20)

conv("conv2d", (2, 3, 7, 6), 3, 4, 3, BOTH, padding=1)
conv("conv2d", (2, 1, 28, 28), 1, 6, 5, padding=2)
conv("conv2d", (2, 6, 14, 14), 6, 16, 5)
conv("conv2d", (2, 4, 9, 10), 4, 6, (3, 2), stride=(2, 3), padding=(1, 0), dilation=(1, 2), groups=2, bias=False)
conv("conv2d", (2, 5, 6, 7), 5, 10, 3, BOTH, padding=1, groups=5)
conv("conv2d", (2, 20, 5, 5), 20, 24, 1, BOTH)
conv("conv2d", (2, 3, 8, 8), 3, 5, 2, stride=2)
conv("conv2d", (2, 2, 9, 9), 2, 3, 2, stride=3)
conv("conv2d", (3, 5, 6), 3, 2, 3, padding=2)
conv("conv2d", (2, 2, 5, 6), 2, 3, (4, 3), padding="same", dilation=(1, 2))
for mode in MODES:
    conv("conv2d", (2, 2, 5, 4), 2, 3, 3, padding=(1, 2), padding_mode=mode)
conv("conv2d", (2, 5, 4), 2, 3, (2, 4), padding="same", padding_mode="reflect")
conv("conv2d", (0, 2, 5, 4), 2, 3, 3)
conv("conv2d", (2, 3, 4, 4), 3, 2, 4)

conv("conv3d", (2, 2, 4, 5, 6), 2, 3, 3, BOTH, padding=1)
conv("conv3d", (2, 4, 5, 6, 7), 4, 2, (1, 2, 3), stride=(1, 2, 3), padding=(0, 1, 2), dilation=(3, 2, 1), groups=2, bias=False)
conv("conv3d", (2, 3, 4, 3), 2, 2, (2, 3, 1), padding="same")
for mode in MODES:
    conv("conv3d", (1, 2, 3, 4, 3), 2, 2, 2, padding=(1, 0, 2), padding_mode=mode)
conv("conv3d", (2, 3, 2, 3, 4), 3, 4, 1)

conv("conv_transpose1d", (2, 3, 5), 3, 4, 3, BOTH)
conv("conv_transpose1d", (2, 4, 5), 4, 6, 3, stride=3, padding=1, output_padding=2, groups=2, bias=False, dilation=2)
conv("conv_transpose1d", (3, 4), 3, 2, 2, stride=4)
conv("conv_transpose1d", (2, 2, 4), 2, 2, 3, output_padding=1, dilation=2)
conv("conv_transpose1d", (0, 2, 4), 2, 2, 3)
conv("conv_transpose2d", (2, 3, 4, 5), 3, 4, 3, BOTH, stride=2, padding=1, output_padding=1)
conv("conv_transpose2d", (2, 4, 3, 4), 4, 6, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2, bias=False, dilation=(2, 1))
conv("conv_transpose2d", (3, 4, 3), 3, 2, (1, 4))
conv("conv_transpose2d", (2, 2, 3, 3), 2, 2, 3, padding=2)


def bilinear(shape, first, second, outputs, types=("float64",), **options):
    table = dict(in1_features=first, in2_features=second, out_features=outputs) | {k: int(v) for k, v in options.items()}
    layer("bilinear", table, lambda: nn.Bilinear(first, second, outputs, **options),
          x(*shape, first), x(*shape, second, step=2), types=types)


bilinear((4,), 3, 5, 2, BOTH)
bilinear((2, 3), 2, 4, 3, bias=False)
bilinear((), 3, 2, 4)
bilinear((0,), 3, 2, 4)

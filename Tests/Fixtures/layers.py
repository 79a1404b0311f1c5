"""Every layer of the table with its options: PyTorch's initial parameters, outputs, gradients and buffers.

    python3 layers.py                writes layers.json
"""
from torch import nn

import layer_cases
import layers_activations  # noqa: F401
import layers_attention  # noqa: F401
import layers_convolution  # noqa: F401
import layers_normalization  # noqa: F401
import layers_parametrizations  # noqa: F401
import layers_pooling  # noqa: F401
import layers_recurrent  # noqa: F401
from exact import dump
from layer_cases import layer
from operation_cases import x

layer("linear", dict(in_features=5, out_features=3), lambda: nn.Linear(5, 3), x(4, 5))
layer("linear", dict(in_features=5, out_features=3, bias=0), lambda: nn.Linear(5, 3, bias=False), x(2, 4, 5))
layer("linear", dict(in_features=2, out_features=1), lambda: nn.Linear(2, 1), x(2))
layer("flatten", {}, lambda: nn.Flatten(), x(2, 3, 4), elementwise=True)
layer("flatten", dict(start_dim=-3, end_dim=-2), lambda: nn.Flatten(-3, -2), x(2, 3, 4), elementwise=True)
for name, make in [("relu", nn.ReLU), ("sigmoid", nn.Sigmoid), ("log_sigmoid", nn.LogSigmoid), ("tanh", nn.Tanh)]:
    layer(name, {}, make, x(3, 4), elementwise=True)
layer("softmax", {}, lambda: nn.Softmax(dim=-1), x(3, 4))
layer("softmax", dict(dim=0), lambda: nn.Softmax(dim=0), x(3, 4))
layer("log_softmax", dict(dim=1), lambda: nn.LogSoftmax(dim=1), x(3, 4, 2))

if __name__ == "__main__":
    dump("layers.json", dict(cases=layer_cases.cases))

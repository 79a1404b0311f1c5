"""Cases of layers.py: normalization."""
from torch import nn

from layer_cases import layer
from layers_pooling import pairs
from operation_cases import x


def given(options):
    """A None is -1 in the table."""
    return {k: -1 if v is None else v for k, v in options.items()}


for options in (dict(), dict(affine=False), dict(track_running_stats=False), dict(affine=False, track_running_stats=False),
                dict(momentum=None, eps=1e-3), dict(momentum=0.25)):
    layer("batch_norm1d", dict(num_features=3) | given(options), lambda: nn.BatchNorm1d(3, **options), x(5, 3))
    layer("batch_norm1d", dict(num_features=3) | given(options), lambda: nn.BatchNorm1d(3, **options), x(3, 3, 2))
    layer("batch_norm2d", dict(num_features=3) | given(options), lambda: nn.BatchNorm2d(3, **options), x(2, 3, 2, 3))
layer("batch_norm2d", dict(num_features=2), lambda: nn.BatchNorm2d(2), x(3, 2, 9, 11))
layer("batch_norm2d", dict(num_features=2), lambda: nn.BatchNorm2d(2), x(0, 2, 3, 3))

for options in (dict(), dict(affine=True), dict(track_running_stats=True), dict(affine=True, track_running_stats=True, momentum=0.25),
                dict(momentum=None, track_running_stats=True), dict(eps=1e-2)):
    layer("instance_norm1d", dict(num_features=3) | given(options), lambda: nn.InstanceNorm1d(3, **options), x(2, 3, 5))
    layer("instance_norm2d", dict(num_features=3) | given(options), lambda: nn.InstanceNorm2d(3, **options), x(2, 3, 3, 4))
layer("instance_norm1d", dict(num_features=3, affine=1, track_running_stats=1), lambda: nn.InstanceNorm1d(3, affine=True, track_running_stats=True), x(3, 5))
layer("instance_norm2d", dict(num_features=3, affine=1), lambda: nn.InstanceNorm2d(3, affine=True), x(3, 3, 4))
layer("instance_norm1d", dict(num_features=3), lambda: nn.InstanceNorm1d(3), x(2, 4, 5))  # any number of channels

for shape, spec in [((6,), x(4, 6)), ((3, 2), x(2, 3, 2)), ((2, 3, 2), x(2, 2, 3, 2)), ((5,), x(5)), ((40,), x(3, 2, 40)), ((4,), x(0, 4))]:
    sizes = pairs("normalized_shape", shape) if len(shape) > 1 else dict(normalized_shape=shape[0])
    layer("layer_norm", sizes, lambda: nn.LayerNorm(shape), spec)
    layer("rms_norm", sizes, lambda: nn.RMSNorm(shape), spec)
for options in (dict(elementwise_affine=False), dict(bias=False), dict(eps=1e-2)):
    layer("layer_norm", dict(normalized_shape=6) | options, lambda: nn.LayerNorm(6, **options), x(4, 6))
for options in (dict(elementwise_affine=False), dict(eps=1e-2), dict(eps=0.0)):
    layer("rms_norm", dict(normalized_shape=6) | options, lambda: nn.RMSNorm(6, **options), x(4, 6))

for groups, channels, spec in [(2, 6, x(3, 6)), (1, 3, x(2, 3, 4)), (2, 6, x(2, 6, 2, 3)), (3, 3, x(2, 3, 5)), (2, 4, x(1, 4, 20)), (2, 4, x(0, 4, 3))]:
    layer("group_norm", dict(num_groups=groups, num_channels=channels), lambda: nn.GroupNorm(groups, channels), spec)
layer("group_norm", dict(num_groups=2, num_channels=4, affine=0), lambda: nn.GroupNorm(2, 4, affine=False), x(2, 4, 3))
layer("group_norm", dict(num_groups=2, num_channels=4, eps=1e-2), lambda: nn.GroupNorm(2, 4, eps=1e-2), x(2, 4, 3))

"""Cases of layers.py: activations, and embeddings."""
from torch import nn

from layer_cases import layer
from operation_cases import indices, integers, of, x

# From where exponentials vanish to where they overflow, with no kink among them.
WIDE = of([0.25, -0.25, 1.75, -1.75, 2.75, -2.75, 5.5, -5.5, 19.5, 21.5])
SMOOTH = dict(gelu=nn.GELU, silu=nn.SiLU, mish=nn.Mish, softsign=nn.Softsign, tanhshrink=nn.Tanhshrink)
HARD = dict(relu6=nn.ReLU6, selu=nn.SELU, hardsigmoid=nn.Hardsigmoid, hardswish=nn.Hardswish)
for name, make in (SMOOTH | HARD).items():
    layer(name, {}, make, x(3, 4), check=name in SMOOTH)
    layer(name, {}, make, WIDE, check=name in SMOOTH)
layer("gelu", dict(approximate=1), lambda: nn.GELU("tanh"), WIDE)
for name, make, options in [
    ("leaky_relu", nn.LeakyReLU, dict(negative_slope=0.25)), ("elu", nn.ELU, dict(alpha=0.5)), ("celu", nn.CELU, dict(alpha=0.5)),
    ("softplus", nn.Softplus, dict(beta=2.0)), ("softplus", nn.Softplus, dict(threshold=1.0)), ("hardtanh", nn.Hardtanh, dict(min_val=-0.5)),
    ("hardtanh", nn.Hardtanh, dict(max_val=0.25)), ("softshrink", nn.Softshrink, dict(lambd=0.25)), ("hardshrink", nn.Hardshrink, dict(lambd=0.25)),
]:
    layer(name, {}, make, x(3, 4), check=False)
    layer(name, options, lambda: make(**options), x(2, 3, 2), check=False)
    layer(name, options, lambda: make(**options), WIDE, check=False)
layer("threshold", dict(threshold=0.25, value=-7), lambda: nn.Threshold(0.25, -7.0), x(3, 4), check=False)
layer("prelu", {}, nn.PReLU, x(3, 4), check=False)
layer("prelu", dict(num_parameters=3, init=0.5), lambda: nn.PReLU(3, 0.5), x(2, 3, 4), check=False)
layer("softmin", {}, lambda: nn.Softmin(dim=-1), x(3, 4))
layer("softmin", dict(dim=0), lambda: nn.Softmin(dim=0), x(3, 4))
layer("glu", {}, nn.GLU, x(3, 4))
layer("glu", dict(dim=1), lambda: nn.GLU(1), x(2, 4, 3))

SIZES = dict(num_embeddings=5, embedding_dim=3)
layer("embedding", SIZES, lambda: nn.Embedding(5, 3), indices((2, 6), 5, 3))
layer("embedding", SIZES | dict(padding_idx=-2), lambda: nn.Embedding(5, 3, padding_idx=-2), indices((7,), 5, 3), check=False)
layer("embedding", SIZES | dict(max_norm=0.25), lambda: nn.Embedding(5, 3, max_norm=0.25), indices((7,), 5, 3), check=False)
layer("embedding", SIZES | dict(max_norm=0.25, norm_type=1), lambda: nn.Embedding(5, 3, max_norm=0.25, norm_type=1.0), indices((4,), 5, 3), check=False)
layer("embedding", SIZES | dict(scale_grad_by_freq=1), lambda: nn.Embedding(5, 3, scale_grad_by_freq=True), indices((2, 6), 5, 3), check=False)
layer("embedding", SIZES | dict(sparse=1), lambda: nn.Embedding(5, 3), indices((2, 6), 5, 3))
layer("embedding", dict(num_embeddings=30, embedding_dim=7), lambda: nn.Embedding(30, 7), indices((2, 6), 30, 7))
for number, mode in enumerate(("sum", "mean", "max")):
    layer("embedding_bag", SIZES | dict(mode=number), lambda: nn.EmbeddingBag(5, 3, mode=mode), indices((3, 4), 5, 3), check=mode != "max")
    layer("embedding_bag", SIZES | dict(mode=number, padding_idx=1), lambda: nn.EmbeddingBag(5, 3, mode=mode, padding_idx=1), indices((9,), 5, 3),
          integers([0, 2, 2, 7]), check=False)
layer("embedding_bag", SIZES | dict(include_last_offset=1), lambda: nn.EmbeddingBag(5, 3, include_last_offset=True), indices((9,), 5, 3),
      integers([0, 4, 4, 9]))
layer("embedding_bag", SIZES | dict(mode=0), lambda: nn.EmbeddingBag(5, 3, mode="sum"), indices((3, 4), 5, 3), None, x(3, 4, step=3),
      call=lambda m, i, _, w: m(i, per_sample_weights=w))
layer("embedding_bag", SIZES | dict(max_norm=0.25, norm_type=1), lambda: nn.EmbeddingBag(5, 3, max_norm=0.25, norm_type=1.0), indices((3, 4), 5, 3),
      check=False)
layer("embedding_bag", SIZES | dict(sparse=1), lambda: nn.EmbeddingBag(5, 3), indices((3, 4), 5, 3))
layer("embedding_bag", SIZES | dict(mode=0, scale_grad_by_freq=1), lambda: nn.EmbeddingBag(5, 3, mode="sum", scale_grad_by_freq=True),
      integers([4, 0, 1, 2, 2, 1, 0, 4], (2, 4)), check=False)

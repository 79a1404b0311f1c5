"""Cases of layers.py: parameters that are computed from others."""
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from layer_cases import layer
from operation_cases import indices, x

NONE = dict(weight_norm=-1, spectral_norm=-9)


def wrapped(name, options, make, *specs, of="weight", given=None, **more):
    """A layer with one parameter computed. given: what PyTorch takes; a None is the table's number for that."""
    given = given or {}
    path, _, last = of.rpartition(".")

    def parametrized():
        module = make()
        function = weight_norm if name == "weight_norm" else spectral_norm
        function(module.get_submodule(path), last, **given)
        return module

    table = {k: NONE[name] if v is None else v for k, v in given.items()}
    layer(options.pop("layer"), options, parametrized, *specs, parametrized=[(name, of, table)], **more)


for name in ("weight_norm", "spectral_norm"):
    for given in (dict(), dict(dim=1), dict(dim=None)):
        wrapped(name, dict(layer="linear", in_features=5, out_features=3), lambda: nn.Linear(5, 3), x(4, 5), given=given)
    # Of a vector with lengths of its own for each number the direction's gradient is 0 but for rounding.
    whole = dict(dim=None) if name == "weight_norm" else dict()
    wrapped(name, dict(layer="linear", in_features=5, out_features=3), lambda: nn.Linear(5, 3), x(4, 5), of="bias", given=whole)
    wrapped(name, dict(layer="linear", in_features=40, out_features=30, bias=0), lambda: nn.Linear(40, 30, bias=False), x(3, 40))
    for given in (dict(), dict(dim=2), dict(dim=1)):
        wrapped(name, dict(layer="conv2d", in_channels=2, out_channels=4, kernel_size=3), lambda: nn.Conv2d(2, 4, 3), x(2, 2, 5, 4), given=given)
        wrapped(name, dict(layer="conv_transpose2d", in_channels=2, out_channels=3, kernel_size=2), lambda: nn.ConvTranspose2d(2, 3, 2), x(2, 2, 3, 3), given=given)
    wrapped(name, dict(layer="conv_transpose1d", in_channels=2, out_channels=3, kernel_size=2), lambda: nn.ConvTranspose1d(2, 3, 2), x(2, 2, 3))
    wrapped(name, dict(layer="bilinear", in1_features=3, in2_features=2, out_features=4), lambda: nn.Bilinear(3, 2, 4), x(3, 3), x(3, 2))
    wrapped(name, dict(layer="embedding", num_embeddings=5, embedding_dim=3), lambda: nn.Embedding(5, 3), indices((2, 3), 5))
    wrapped(name, dict(layer="layer_norm", normalized_shape=4), lambda: nn.LayerNorm(4), x(3, 4), given=whole, types=("float64",))
    wrapped(name, dict(layer="multihead_attention", embed_dim=4, num_heads=2), lambda: nn.MultiheadAttention(4, 2), x(3, 2, 4), x(3, 2, 4), x(3, 2, 4), of="out_proj.weight",
            call=lambda m, *q: m(*q, need_weights=False)[0])
    wrapped(name, dict(layer="transformer_encoder_layer", d_model=4, nhead=2, dim_feedforward=6, dropout=0), lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0), x(3, 2, 4), of="linear1.weight")
wrapped("spectral_norm", dict(layer="linear", in_features=5, out_features=3), lambda: nn.Linear(5, 3), x(4, 5), given=dict(n_power_iterations=3, eps=1e-3))
wrapped("spectral_norm", dict(layer="linear", in_features=5, out_features=3), lambda: nn.Linear(5, 3), x(4, 5), given=dict(dim=-1))


def two():
    module = nn.GRUCell(3, 4)
    return spectral_norm(weight_norm(module, "weight_hh"), "weight_ih")


layer("gru_cell", dict(input_size=3, hidden_size=4), two, x(2, 3), x(2, 4),
      parametrized=[("weight_norm", "weight_hh", {}), ("spectral_norm", "weight_ih", {})])

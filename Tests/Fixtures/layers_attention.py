"""Cases of layers.py: multi-head attention, transformers and positional encodings."""
import torch
from torch import nn

from layer_cases import layer
from operation_cases import booleans, x

# The fast paths of evaluation take masks of numbers for booleans.
torch.backends.mha.set_fastpath_enabled(False)

BOTH = ("float64", "float32")
ONE = ("float64",)
N, L, S, E, H = 2, 3, 4, 6, 2


def padding(length):
    """The last of the first sequence, and nothing of the other, is padding."""
    return booleans([i >= length - 1 and n == 0 for n in range(N) for i in range(length)], (N, length))


def some(*shape):
    """What is left out; never the first key."""
    return booleans([i % shape[-1] > 0 and (5 * i + 2) % 4 == 0 for i in range(torch.Size(shape).numel())], shape)


def causal(queries, keys):
    return torch.ones(queries, keys, dtype=torch.bool).triu(1)


# ---- Multi-head attention ----

def inputs(first, queries=L, keys=S, kdim=E, vdim=E):
    def of(length, width, step):
        return x(*((N, length, width) if first else (length, N, width)), step=step, scale=0.5)
    return [of(queries, E, 1), of(keys, kdim, 2), of(keys, vdim, 3)]


def attention(specs, types=ONE, need_weights=False, average_attn_weights=True, is_causal=False, **options):
    def call(module, query, key=None, value=None, padding=None, mask=None):
        key = query if key is None else key
        value = key if value is None else value
        if is_causal:
            mask = causal(query.shape[-2 if module.batch_first else 0], key.shape[-2 if module.batch_first else 0])
        return module(query, key, value, key_padding_mask=padding, need_weights=need_weights, attn_mask=mask,
                      average_attn_weights=average_attn_weights)
    table = dict(embed_dim=E, num_heads=H) | options
    table |= dict(average_attn_weights=average_attn_weights, is_causal=is_causal)
    layer("multihead_attention", table, lambda: nn.MultiheadAttention(E, H, **options), *specs, call=call, types=types)


for first in (False, True):
    query, key, value = inputs(first)
    attention([query], BOTH, batch_first=first)
    attention([query, key, value], BOTH, batch_first=first)
    attention([query, key], batch_first=first, bias=False)
    attention([query, key, value, padding(S), some(L, S)], batch_first=first)
    attention([query], batch_first=first, is_causal=True)
    attention([query, key, value, padding(S)], batch_first=first, is_causal=True)
    attention([query, key, value, None, some(N * H, L, S)], batch_first=first)
    attention([query, key, value, x(N, S, step=4), x(L, S, step=5)], batch_first=first)
    attention([query, key, value, None, some(L, S)], BOTH, batch_first=first, need_weights=True)
    attention([query], batch_first=first, need_weights=True, average_attn_weights=False, is_causal=True)
    for more in (dict(add_bias_kv=True), dict(add_zero_attn=True), dict(add_bias_kv=True, add_zero_attn=True)):
        attention([query, key, value], batch_first=first, **more)
        attention([query, key, value, padding(S), some(L, S)], batch_first=first, need_weights=True, **more)
        attention([query], batch_first=first, is_causal=True, **more)
    attention(inputs(first, kdim=5, vdim=3), BOTH, batch_first=first, kdim=5, vdim=3)
    attention(inputs(first, kdim=5), batch_first=first, kdim=5, bias=False, add_bias_kv=True)
    attention([x(L, E), x(S, E, step=2), x(S, E, step=3), booleans([False] * (S - 1) + [True])], batch_first=first)
    attention([x(L, E)], batch_first=first, need_weights=True)
layer("multihead_attention", dict(embed_dim=64, num_heads=4, batch_first=1), lambda: nn.MultiheadAttention(64, 4, batch_first=True),
      x(2, 5, 64, scale=0.25), call=lambda m, q: m(q, q, q, need_weights=False), check=False)


# ---- Transformers ----

def transformer(kind, specs, call, types=ONE, layers=0, norm=False, **options):
    """layers: 0 for a single one. Without dropout, and without PyTorch's zeros where evaluation is padded."""
    given = dict(dim_feedforward=5, dropout=0.0) | options
    names = dict(encoder=nn.TransformerEncoderLayer, decoder=nn.TransformerDecoderLayer)
    table = dict(d_model=E, nhead=H) | {k: v for k, v in given.items() if k != "activation"}
    table["activation"] = float(given.get("activation", "relu") == "gelu")

    def make():
        one = names[kind](E, H, **given)
        last = nn.LayerNorm(E, eps=given.get("layer_norm_eps", 1e-5), bias=given.get("bias", True)) if norm else None
        if layers == 0:
            return one
        if kind == "encoder":
            return nn.TransformerEncoder(one, layers, last, enable_nested_tensor=False)
        return nn.TransformerDecoder(one, layers, last)
    if layers > 0:
        table |= dict(num_layers=layers, norm=norm)
    table |= {k: True for k in call.flags}
    layer(f"transformer_{kind}" + ("" if layers else "_layer"), table, make, *specs, call=call, types=types)


def encoder(specs, types=ONE, is_causal=False, **options):
    stack = options.get("layers", 0) > 0

    def call(module, src, mask=None, padded=None):
        if is_causal:
            mask = causal(*[src.shape[-2 if options.get("batch_first") else 0]] * 2)
        return module(src, **{"mask" if stack else "src_mask": mask}, src_key_padding_mask=padded)
    call.flags = ["is_causal"] if is_causal else []
    transformer("encoder", specs, call, types, **options)


def decoder(specs, types=ONE, tgt_is_causal=False, memory_is_causal=False, **options):
    at = -2 if options.get("batch_first") else 0

    def call(module, tgt, memory, mask=None, memory_mask=None, padded=None, memory_padded=None):
        if tgt_is_causal:
            mask = causal(tgt.shape[at], tgt.shape[at])
        if memory_is_causal:
            memory_mask = causal(tgt.shape[at], memory.shape[at])
        return module(tgt, memory, tgt_mask=mask, memory_mask=memory_mask, tgt_key_padding_mask=padded, memory_key_padding_mask=memory_padded)
    call.flags = [n for n, v in dict(tgt_is_causal=tgt_is_causal, memory_is_causal=memory_is_causal).items() if v]
    transformer("decoder", specs, call, types, **options)


for layers in (0, 2):
    for first in (False, True):
        source, memory, _ = inputs(first)
        shared = dict(batch_first=first, layers=layers)
        encoder([source], BOTH, **shared)
        encoder([source, some(L, L), padding(L)], **shared, activation="gelu", norm=layers > 0)
        encoder([source], **shared, norm_first=True, bias=False, is_causal=True, norm=layers > 0)
        encoder([source, x(L, L, step=4)], **shared, norm_first=True, layer_norm_eps=1e-3)
        decoder([source, memory], BOTH if first else ONE, **shared)
        decoder([source, memory, some(L, L), some(L, S), padding(L), padding(S)], **shared, activation="gelu", norm=layers > 0)
        decoder([source, memory], **shared, norm_first=True, bias=False, tgt_is_causal=True, norm=layers > 0)
        decoder([source, memory], **shared, memory_is_causal=True, layer_norm_eps=1e-3)
    encoder([x(L, E)], layers=layers)
    decoder([x(L, E), x(S, E, step=2)], layers=layers)


# ---- Positions ----

class PositionalEncoding(nn.Module):
    """PyTorch's tutorial on language models, with the formula in double."""

    def __init__(self, width, max_len, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        place = torch.arange(max_len, dtype=torch.float64)[:, None, None]
        angle = place * 10000 ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
        both = torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)[..., :width]
        self.register_buffer("pe", both.to(torch.get_default_dtype()))

    def forward(self, x):
        if x.dim() == 2:
            return x + self.pe[:len(x), 0]
        return x + (self.pe[:x.shape[1]].transpose(0, 1) if self.batch_first else self.pe[:len(x)])


for width, first in ((6, False), (5, True)):
    options = dict(d_model=width, max_len=9, dropout=0, batch_first=first)
    make = lambda: PositionalEncoding(width, 9, first)  # noqa: E731
    layer("positional_encoding", options, make, x(4, 2, width), types=BOTH)
    layer("positional_encoding", options, make, x(7, width), types=ONE)

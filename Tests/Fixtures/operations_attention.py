"""Cases of operations.py: scaled dot-product attention, whose fourth input is the mask, if there is one."""
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from operation_cases import booleans, case, of, x

INF = float("inf")


def attention(q, k, v, mask=None, causal=False, gqa=False, scale=None, large=False, **rest):
    """q, k, v: shapes. The formula as PyTorch writes it out: its kernels in blocks do not know every shape."""
    size = 0.125 if large else 0.5
    specs = [x(*q, step=1, scale=size), x(*k, step=2, scale=size), x(*v, step=3)] + ([] if mask is None else [mask])

    def function(q, k, v, mask=None):
        with sdpa_kernel(SDPBackend.MATH):
            return F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, enable_gqa=gqa, scale=scale)
    options = dict(causal=causal, gqa=gqa) | ({} if scale is None else dict(scale=scale))
    case("scaled_dot_product_attention", options, function, *specs, large=large, **rest)


def sometimes(*shape):
    """Booleans, most of them true."""
    count = torch.Size(shape).numel()
    return booleans([(7 * i + 3) % 5 > 1 or i % 4 == 0 for i in range(count)], shape)


def alternating(*shape):
    return dict(shape=list(shape), factor=1, below=2, dtype="bool")


attention((2, 3, 4), (2, 5, 4), (2, 5, 3))
attention((3, 4), (3, 4), (3, 4), causal=True)
attention((2, 5, 4), (2, 3, 4), (2, 3, 2), causal=True, scale=0.75)
attention((2, 2, 3, 4), (2, 1, 5, 4), (1, 2, 5, 3))
attention((2, 3, 4), (5, 4), (5, 3), sometimes(3, 5))
attention((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), sometimes(2, 1, 1, 5))
attention((2, 3, 4), (2, 5, 4), (2, 5, 3), booleans([True] * 5 + [False] * 5 + [True, False] * 2 + [True], (3, 5)))
attention((2, 3, 4), (2, 5, 4), (2, 5, 3), x(3, 5, step=4))
attention((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), x(2, 1, 3, 5, step=4), scale=-0.5)
# A query that sees nothing, and one that sees one key.
attention((2, 3, 4), (2, 5, 4), (2, 5, 3), of([0.0, -INF, 0.5, 1.0, -2.0] + [-INF] * 5 + [-INF] * 4 + [3.0], (3, 5)) | dict(fixed=True))
attention((2, 4, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), gqa=True)
attention((4, 3, 4), (2, 5, 4), (2, 5, 3), sometimes(4, 3, 5), gqa=True)
attention((6, 3, 4), (1, 5, 4), (1, 5, 3), sometimes(1, 3, 5), gqa=True)
attention((2, 3, 4), (2, 0, 4), (2, 0, 3), check=False)
attention((2, 0, 4), (2, 5, 4), (2, 5, 3))
attention((2, 3, 4), (2, 5, 4), (2, 5, 0))
for sizes in ((70, 150, 33, 17), (130, 300, 64, 64), (300, 130, 8, 40), (1, 257, 16, 16)):
    queries, keys, width, values = sizes
    attention((2, queries, width), (2, keys, width), (2, keys, values), large=True)
    attention((9, queries, width), (9, keys, width), (9, keys, values), alternating(queries, keys), large=True)
    attention((2, queries, width), (2, keys, width), (2, keys, values), causal=True, large=True)
attention((1, 600, 8), (1, 600, 8), (1, 600, 8), causal=True, large=True)
attention((1, 150, 8), (1, 290, 8), (1, 290, 8), x(150, 290, step=4, scale=4.0, add=1.0) | dict(fixed=True), large=True)

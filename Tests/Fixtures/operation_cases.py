"""How operations.py and its parts write a case down: inputs by rule, PyTorch's values and first gradients."""
import torch

from exact import exact

DTYPES = dict(float32=torch.float32, float64=torch.float64, float16=torch.float16, bfloat16=torch.bfloat16,
              int64=torch.int64, uint8=torch.uint8, bool=torch.bool)
NAMES = {v: k for k, v in DTYPES.items()}

# Operations that add up, or divide by sums: numbers are rounded in units of the largest, not of their own.
SUMS = set("""sum mean matmul linear einsum softmax log_softmax logsumexp norm var std cumsum index_add scatter_add embedding tile
              gather index_select expand pad batch_norm convolution convolution_transpose convolution_weight
              embedding_bag softmin layer_norm rms_norm group_norm instance_norm avg_pool avg_pool_transposed
              adaptive_avg_pool adaptive_avg_pool_transposed interpolate interpolate_transposed
              scaled_dot_product_attention""".split())
# Whose derivatives are differences of larger numbers.
DIFFERENCES = {"tanh", "mish"}

cases = []
narrow = {}


def x(*shape, step=1, scale=1.0, add=0.0):
    """scale * exact + add, in the case's type: exact in float32 for the scales and offsets here."""
    return dict(shape=list(shape), step=step) | (dict(scale=scale) if scale != 1 else {}) | (dict(add=add) if add else {})


def of(values, shape=None, dtype=None):
    """These numbers, in the case's type or their own."""
    shape = torch.Size([len(values)] if shape is None else shape)
    return dict(shape=list(shape), values=list(values)) | (dict(dtype=dtype) if dtype else {})


def integers(values, shape=None):
    return of(values, shape, "int64")


def indices(shape, below, factor=5):
    """(factor i + 1) mod below."""
    return dict(shape=list(shape), factor=factor, below=below, dtype="int64")


def booleans(values, shape=None):
    return of([int(v) for v in values], shape, "bool")


def made(spec, dtype):
    own = DTYPES[spec["dtype"]] if "dtype" in spec else dtype
    shape = spec.get("base", spec["shape"])
    if "values" in spec:
        value = torch.tensor(spec["values"], dtype=own).reshape(shape)
    elif "below" in spec:
        value = torch.tensor([(i * spec["factor"] + 1) % spec["below"] for i in range(torch.Size(shape).numel())], dtype=own).reshape(shape)
    else:
        value = torch.tensor(exact(torch.Size(shape).numel(), spec["step"]), dtype=torch.float64)
        value = value.mul(spec.get("scale", 1)).add(spec.get("add", 0)).to(own).reshape(shape)
    value = value.expand(spec["shape"]).contiguous()
    return value.requires_grad_() if own in (torch.float32, torch.float64) and not spec.get("fixed") else value


def numbers(value, large, dtype):
    """All of them, or of many every so many."""
    flat = value.detach().flatten()
    flat = flat[::max(1, len(flat) // 7)] if large else flat
    if value.dtype == torch.float32 or (large and dtype == "float32" and value.dtype == torch.float64):
        return [float(f"{v:.9g}") for v in flat.tolist()]
    # Compared to 1e-12.
    return [int(v) if isinstance(v, bool) else float(f"{v:.14g}") if value.dtype == torch.float64 else v for v in flat.tolist()]


def write(operation, options, function, specs, dtype, check, second, large):
    # Of many float32 numbers PyTorch's sums are the less exact: float64 says what is right.
    used = torch.float64 if large else DTYPES[dtype]
    inputs = [made(spec, used) for spec in specs]
    outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    one = dict(operation=operation, options=options, dtype=dtype, inputs=specs,
               outputs=[dict(shape=list(v.shape), values=numbers(v, large, dtype)) |
                        ({} if v.dtype == used else dict(dtype=NAMES[v.dtype])) for v in outputs])
    if large:
        one["large"] = True
    changed = [t for t, spec in zip(inputs, specs) if spec.get("changes")]
    if changed:
        one["changed"] = [numbers(t, large, dtype) for t in changed]
    real = [t for t in inputs if t.requires_grad]
    if real and outputs[0].requires_grad:
        total = sum((v * torch.tensor(exact(v.numel(), 9 + i), dtype=torch.float64).to(v.dtype).reshape(v.shape)).sum()
                    for i, v in enumerate(outputs) if v.requires_grad)
        slopes = torch.autograd.grad(total, real, allow_unused=True)
        one["gradients"] = [numbers(torch.zeros_like(t) if g is None else g, large, dtype) for g, t in zip(slopes, real)]
        if dtype == "float64" and not (check and second):
            one["rough"] = "second" if check else "first"
    if operation in SUMS or operation.endswith("_loss") or any(list(t.shape) != list(outputs[0].shape) for t in real):
        one["scaled"] = True
    if operation in DIFFERENCES:
        one["differenced"] = True
    cases.append(one)


def case(operation, options, function, *specs, check=True, second=True, large=False, types=None):
    """A case in float64, and in float32 for the first two of an operation. check, second: whether it is smooth there."""
    narrow[operation] = narrow.get(operation, 0) + (not large)
    if types is None:
        types = ["float64", "float32"] if large or narrow[operation] <= 2 else ["float64"]
    for dtype in types:
        write(operation, options, function, list(specs), dtype, check, second, large)
        first = specs[0] if specs else {}
        # The same with a first input that is repeated without a copy, once for each operation.
        if dtype == "float64" and narrow.get(operation) == 1 and "step" in first and len(first["shape"]) > 1 and not large:
            base = first | dict(base=[1] + first["shape"][1:])
            write(operation, options, function, [base] + list(specs[1:]), dtype, check, second, large)

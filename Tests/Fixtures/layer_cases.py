"""How layers.py and its parts write a case down: a layer with parameters by rule, PyTorch's outputs, gradients and buffers.

    layer("conv2d", dict(in_channels=2, out_channels=3, kernel_size=3), lambda: nn.Conv2d(2, 3, 3), x(4, 2, 8, 8))

Initial parameters are drawn after manual_seed(42), and compared bit for bit. Then parameter k becomes
exact(count, 20 + k) / 4, and the layer is run in training mode and back, and once in evaluation.
"""
import torch

from exact import exact
from operation_cases import DTYPES, NAMES, made, numbers

cases = []
SEED = 42


def ends(tensor):
    """Initial numbers: all digits, of many the first and the last."""
    flat = tensor.detach().flatten()
    flat = flat if len(flat) <= 64 else torch.cat([flat[:32], flat[-32:]])
    return [float(f"{v:.9g}") if tensor.dtype == torch.float32 else v for v in flat.tolist()]


def sampled(value, dtype):
    """All numbers; of many about a hundred, at equal distances."""
    flat = value.detach().flatten()
    return numbers(flat if len(flat) < 200 else flat[::len(flat) // 97], False, dtype)


def described(value, dtype):
    return dict(shape=list(value.shape), values=sampled(value, dtype)) | ({} if NAMES[value.dtype] == dtype else dict(dtype=NAMES[value.dtype]))


def list_of(outputs):
    """Tuples in tuples as one list, without what is None."""
    if outputs is None:
        return []
    return [outputs] if torch.is_tensor(outputs) else [t for part in outputs for t in list_of(part)]


def write(name, options, make, specs, dtype, call, evaluates, elementwise, check, second, parametrized):
    # Drawn in its own type, as the layers here are.
    torch.set_default_dtype(DTYPES[dtype])
    torch.manual_seed(SEED)
    module = make()
    torch.set_default_dtype(torch.float32)
    one = dict(layer=name, options={k: float(v) for k, v in options.items()}, dtype=dtype, seed=SEED, inputs=specs)
    if parametrized:
        one["parametrized"] = [dict(name=n, parameter=p, options={k: float(v) for k, v in o.items()}) for n, p, o in parametrized]
    one["initial"] = {k: ends(v) for k, v in module.state_dict().items()}
    with torch.no_grad():
        for k, p in enumerate(module.parameters()):
            p.copy_(torch.tensor(exact(p.numel(), 20 + k), dtype=torch.float64).div(4).reshape(p.shape))
    inputs = [None if spec is None else made(spec, DTYPES[dtype]) for spec in specs]
    module.train()
    outputs = list_of((call or (lambda m, *a: m(*a)))(module, *inputs))
    one["outputs"] = [described(v, dtype) for v in outputs]
    real = [t for t in inputs if t is not None and t.requires_grad]
    parameters = list(module.named_parameters())
    wanted = real + [p for _, p in parameters]
    differentiable = [v for v in outputs if v.requires_grad]
    if wanted and differentiable:
        total = sum((v * torch.tensor(exact(v.numel(), 9 + i), dtype=torch.float64).to(v.dtype).reshape(v.shape)).sum()
                    for i, v in enumerate(outputs) if v.requires_grad)
        slopes = [torch.zeros_like(t) if g is None else g for g, t in zip(torch.autograd.grad(total, wanted, allow_unused=True), wanted)]
        one["gradients"] = [sampled(g, dtype) for g in slopes[:len(real)]]
        one["parameters"] = {n: sampled(g, dtype) for (n, _), g in zip(parameters, slopes[len(real):])}
    buffers = {k: sampled(v, dtype) for k, v in module.named_buffers() if k in module.state_dict()}
    if buffers:
        one["buffers"] = buffers
    if evaluates:
        module.eval()
        with torch.no_grad():
            evaluated = [described(v, dtype) for v in list_of((call or (lambda m, *a: m(*a)))(module, *[None if t is None else t.detach() for t in inputs]))]
        one["evaluated"] = "same" if evaluated == one["outputs"] else evaluated
    if not elementwise:
        one["scaled"] = True
    if not (check and second):
        one["rough"] = "second" if check else "first"
    cases.append(one)


def layer(name, options, module, *specs, call=None, evaluates=True, elementwise=False, check=True, second=True, types=("float64", "float32"),
          parametrized=()):
    """module: what makes it (lambda: nn.Conv2d(2, 3, 3)), in the default type. options: by the table's names. specs: as
    operation_cases.x, of, indices, ...; None: an input that is missing. call(module, *inputs): the outputs, where they are
    not module(*inputs). elementwise: no sums, so that float32 is compared in units of each number, not of the largest. check, second: whether
    differences tell the derivatives, the second ones: it is smooth there. parametrized: (name, parameter, options) of what is computed."""
    for dtype in types:
        write(name, options, module, list(specs), dtype, call, evaluates, elementwise, check, second, parametrized)

#!/usr/bin/env python3
"""Makes optimizers.json: 50-step trajectories of every option of every rule.

    pip install torch==2.13.0 numpy jax optax && python3 Tests/Fixtures/optimizers.py

PyTorch's rules run with foreach=False, fused=False. The others come from references.py, after a comparison with
optax where it has them.
"""
import itertools

import numpy as np
import torch
from torch import nn

import references
from exact import dump, exact

DTYPES = {"float32": torch.float32, "float64": torch.float64}
SHAPES = [[67], [], [0], [3, 5]]
STEPS = [1, 50]
OWN_SHAPES = {"adafactor": [[67], [], [3, 5], [2, 3, 4]], "muon": [[3, 5], [5, 3], [4, 4]]}
O = torch.optim

# Every option alone, and some together.
TORCH = {
    "sgd": (O.SGD, [
        {}, {"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "maximize": True}, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True},
        {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.01},
        {"lr": 0.05, "momentum": 0.9, "dampening": -0.25, "weight_decay": 0.01, "maximize": True}]),
    "adam": (O.Adam, [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True},
        {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1, "maximize": True, "betas": (0.8, 0.99)},
        {"lr": 0.1, "betas": (0.0, 0.0)}]),
    "adamw": (O.AdamW, [
        {}, {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "amsgrad": True}, {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "weight_decay": 0.0}, {"lr": 0.1, "betas": (0.7, 0.9), "eps": 1e-3}]),
    "rmsprop": (O.RMSprop, [
        {}, {"lr": 0.1}, {"lr": 0.1, "alpha": 0.5}, {"lr": 0.1, "alpha": 0.3, "centered": True}, {"lr": 0.1, "eps": 0.1},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "centered": True},
        {"lr": 0.1, "maximize": True},
        {"lr": 0.01, "momentum": 0.9, "centered": True, "weight_decay": 0.1, "maximize": True}]),
    "adagrad": (O.Adagrad, [
        {}, {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "initial_accumulator_value": 0.1},
        {"lr": 0.1, "lr_decay": 0.5}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "maximize": True},
        {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "maximize": True}]),
    "adadelta": (O.Adadelta, [
        {}, {"lr": 0.1}, {"rho": 0.95}, {"eps": 1e-2}, {"weight_decay": 0.1}, {"maximize": True}, {"rho": 1.0}, {"rho": 0.0},
        {"lr": 0.5, "rho": 0.95, "weight_decay": 0.9, "maximize": True}]),
    "adamax": (O.Adamax, [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "maximize": True}, {"lr": 0.1, "betas": (0.8, 0.7), "weight_decay": 0.9, "maximize": True}]),
    "nadam": (O.NAdam, [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "momentum_decay": 6e-3}, {"lr": 0.1, "momentum_decay": 0.5, "weight_decay": 0.1},
        {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}, {"lr": 0.1, "maximize": True}]),
    "radam": (O.RAdam, [
        {}, {"lr": 0.1}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}, {"lr": 0.1, "maximize": True}]),
    "asgd": (O.ASGD, [
        {}, {"lr": 0.1}, {"lr": 0.1, "lambd": 0.1}, {"lr": 0.02, "t0": 10}, {"lr": 0.02, "t0": 10, "alpha": 0.5, "lambd": 1.0},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "weight_decay": 0.1, "maximize": True}]),
    "rprop": (O.Rprop, [
        {}, {"lr": 0.1}, {"lr": 2e-4}, {"lr": 0.1, "etas": (0.2, 2.0)}, {"lr": 0.1, "step_sizes": (0.05, 0.5)},
        {"lr": 0.1, "maximize": True}]),
    "adafactor": (O.Adafactor, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta2_decay": -0.3}, {"lr": 0.1, "eps": (1e-3, 1e-3)}, {"lr": 0.1, "eps": (None, 10.0)},
        {"lr": 0.1, "d": 2.0}, {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "maximize": True, "weight_decay": 0.01}]),
    "muon": (O.Muon, [
        {}, {"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.0}, {"lr": 0.1, "momentum": 0.5}, {"lr": 0.1, "nesterov": False},
        {"lr": 0.1, "ns_coefficients": (2.0, -1.5, 0.5)}, {"lr": 0.1, "eps": 1e3}, {"lr": 0.1, "ns_steps": 2},
        {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw"}, {"lr": 0.1, "adjust_lr_fn": "original"}]),
}
REFERENCES = {
    "sgd": (references.sgd_rumelhart, {"lr_in_velocity": 1}, [
        {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "nesterov": True}]),
    "adagrad": (references.d2l_adagrad, {"epsilon_placement": 1}, [{"lr": 0.1, "eps": 0.1}]),
    "rmsprop": (references.d2l_rmsprop, {"epsilon_placement": 1}, [
        {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "eps": 0.1, "momentum": 0.9}, {"lr": 0.1, "eps": 0.1, "centered": True},
        {"lr": 0.1, "eps": 0.1, "centered": True, "momentum": 0.5}]),
    "adam": (references.slides_adam, {"epsilon_placement": 1}, [
        {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "eps": 0.1, "amsgrad": True, "beta2": 0.9}]),
    "adamw": (references.slides_adam, {"epsilon_placement": 1, "weight_decay": 0}, [{"lr": 0.1, "eps": 0.1}]),
    "yogi": (references.yogi, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "bias_correction": False, "initial_accumulator_value": 1e-6}, {"lr": 0.1, "maximize": True}]),
    "lion": (references.lion, {}, [
        {}, {"lr": 0.01}, {"lr": 0.01, "beta1": 0.5, "beta2": 0.7}, {"lr": 0.01, "weight_decay": 0.5},
        {"lr": 0.01, "maximize": True}]),
    "signum": (references.signum, {}, [
        {}, {"lr": 0.01}, {"lr": 0.01, "momentum": 0.0}, {"lr": 0.01, "weight_decay": 0.3},
        {"lr": 0.01, "weight_decay": 0.5, "decoupled_weight_decay": True}, {"lr": 0.01, "maximize": True}]),
    "lamb": (references.lamb, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "bias_correction": False}, {"lr": 0.1, "maximize": True}]),
    "lars": (references.lars, {}, [
        {}, {"lr": 10.0}, {"lr": 10.0, "momentum": 0.5}, {"lr": 10.0, "weight_decay": 0.1}, {"trust_coefficient": 0.1},
        {"lr": 10.0, "eps": 1.0}, {"lr": 10.0, "nesterov": True}, {"lr": 10.0, "maximize": True}]),
    "adabelief": (references.adabelief, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9}, {"lr": 0.1, "eps": 1e-2}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": False}, {"lr": 0.1, "maximize": True}]),
    "adan": (references.adan, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta1": 0.5, "beta2": 0.6, "beta3": 0.7}, {"lr": 0.1, "eps": 0.1},
        {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "weight_decay": 0.1, "no_prox": True}, {"lr": 0.1, "maximize": True}]),
    "schedule_free_sgd": (references.schedule_free_sgd, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "momentum": 0.5}, {"lr": 0.1, "weight_decay": 0.1}, {"lr": 0.1, "warmup_steps": 7},
        {"lr": 0.1, "r": 1.0}, {"lr": 0.1, "warmup_steps": 7, "weight_lr_power": 0.5}, {"lr": 0.1, "maximize": True}]),
    "schedule_free_adamw": (references.schedule_free_adamw, {}, [
        {}, {"lr": 0.1}, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9}, {"lr": 0.1, "eps": 0.1}, {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "warmup_steps": 7}, {"lr": 0.1, "r": 1.0}, {"lr": 0.1, "warmup_steps": 7, "weight_lr_power": 0.5},
        {"lr": 0.1, "maximize": True}]),
}
PAIRS = {"betas": ("beta1", "beta2"), "etas": ("etaminus", "etaplus"), "step_sizes": ("step_size_min", "step_size_max"),
         "eps": ("eps1", "eps2"), "ns_coefficients": ("ns_a", "ns_b", "ns_c")}
CHOICES = {"original": 0.0, "match_rms_adamw": 1.0}


def flat_options(options):
    flat = {}
    for name, value in options.items():
        if isinstance(value, tuple):
            flat.update({k: 0.0 if v is None else v for k, v in zip(PAIRS[name], value)})
        else:
            flat[name] = CHOICES[value] if isinstance(value, str) else float(value)
    return flat


def numbers(tensor):
    return [x if tensor.dtype == torch.float64 else float(str(np.float32(x)))
            for x in tensor.detach().flatten().tolist()]


def plain_loops(make):
    return {k: False for k in ("foreach", "fused") if k in make.__init__.__code__.co_varnames}


def last_state(state):
    """What is kept for one parameter, by PyTorch's names."""
    return {k: numbers(v.double()) for k, v in state.items() if torch.is_tensor(v) and k != "step"}


def trajectory(make, groups, dtype, shapes, gradients, steps=STEPS, clip=None):
    """groups: options for the first half of the parameters and for the rest; or for all."""
    parameters = [nn.Parameter(torch.tensor(exact(torch.Size(s).numel(), 0, 1 + k), dtype=dtype).reshape(s))
                  for k, s in enumerate(shapes)]
    middle = len(parameters) // 2 if len(groups) == 2 else len(parameters)
    parts = [parameters[:middle], parameters[middle:]][:len(groups)]
    # Adagrad's initial_accumulator_value is the constructor's, even where a group says otherwise.
    defaults = groups[0] if len(groups) == 1 else {}
    optimizer = make([dict(params=p, **o) for p, o in zip(parts, groups)], **defaults, **plain_loops(make))
    kept = []
    for step in range(1, steps[-1] + 1):
        for k, p in enumerate(parameters):
            p.grad = torch.tensor(gradients(p.numel(), step, 1 + k), dtype=dtype).reshape(p.shape)
        if clip:
            clip(parameters)
        optimizer.step()
        if step in steps:
            kept.append([x for p in parameters for x in numbers(p)])
    return kept, last_state(optimizer.state[parameters[-1]])


def reference_trajectory(update, options, dtype, shapes, gradients, steps=STEPS):
    kind = np.float32 if dtype == torch.float32 else np.float64
    weights = [np.array(exact(int(np.prod(s, dtype=int)), 0, 1 + k), kind) for k, s in enumerate(shapes)]
    states, kept = [{} for _ in weights], []
    with np.errstate(all="ignore"):
        for step in range(1, steps[-1] + 1):
            for k, w in enumerate(weights):
                g = np.array(gradients(w.size, step, 1 + k), kind)
                weights[k] = update(w, states[k], step, g, **options).astype(kind)
            if step in steps:
                kept.append([x for w in weights for x in numbers(torch.tensor(w))])
    state = {k: numbers(torch.tensor(np.asarray(v, np.float64))) for k, v in states[-1].items() if k != "x"}
    return kept, state


def special(dtype):
    """Gradients that are denormal, huge, NaN, infinite and 0, then ordinary."""
    tiny, huge = (1e-42, 1e30) if dtype == torch.float32 else (1e-310, 1e200)
    # Huge ones are not followed by their opposites, which would leave rounding errors alone.
    rows = [tiny, -tiny, huge, 0.0, -huge, float("nan"), float("inf"), float("-inf"), -0.0, 1.0]
    return lambda n, step, offset: [rows[(i + step - 1) % 10] for i in range(n)] if step < 3 else exact(n, step, offset)


class FullPrecision:
    """Muon as it is but for its rounding to bfloat16, in which no other order of sums could agree to many digits."""
    def __enter__(self):
        self.kept = torch.Tensor.bfloat16
        torch.Tensor.bfloat16 = lambda tensor: tensor.clone()
    def __exit__(self, *_):
        torch.Tensor.bfloat16 = self.kept


cases = []
for name, dtype in DTYPES.items():
    for rule, (make, configurations) in TORCH.items():
        shapes = OWN_SHAPES.get(rule, SHAPES)
        with FullPrecision():
            for options in configurations:
                values, state = trajectory(make, [options], dtype, shapes, exact)
                case = dict(rule=rule, groups=[flat_options(options)], dtype=name, shapes=shapes, values=values)
                cases.append(case | (dict(state=state) if name == "float64" else {}))
            pair = configurations[-2:] if rule != "adagrad" else configurations[4:6]
            values, _ = trajectory(make, pair, dtype, shapes, exact)
            cases.append(dict(rule=rule, groups=[flat_options(o) for o in pair], dtype=name, shapes=shapes, values=values))
            own = [[5, 2]] if rule == "muon" else [[10]]
            values, _ = trajectory(make, [{"lr": 0.1}], dtype, own, special(dtype), [1, 2, 3])
            cases.append(dict(rule=rule, groups=[{"lr": 0.1}], dtype=name, shapes=own, special=True, values=values))
    for rule, (update, extra, configurations) in REFERENCES.items():
        for options in configurations:
            values, state = reference_trajectory(update, options, dtype, SHAPES, exact)
            case = dict(rule=rule, groups=[flat_options(options | extra)], dtype=name, shapes=SHAPES, values=values)
            cases.append(case | (dict(state=state) if name == "float64" else {}))
        if not extra:
            values, _ = reference_trajectory(update, {"lr": 0.1}, dtype, [[10]], special(dtype), [1, 2, 3])
            cases.append(dict(rule=rule, groups=[{"lr": 0.1}], dtype=name, shapes=[[10]], special=True, values=values))

# Clipping, as torch.nn.utils does it.

def clip_all(norm, norm_type=2.0, value=None):
    def clip(parameters):
        nn.utils.clip_grad_norm_(parameters, norm, norm_type)
        if value:
            nn.utils.clip_grad_value_(parameters, value)
    return clip

def clip_each(norm):
    return lambda parameters: [nn.utils.clip_grad_norm_([p], norm) for p in parameters]

clippings = []
options = {"lr": 0.1, "momentum": 0.9}
for (name, dtype), (settings, clip) in itertools.product(DTYPES.items(), [
        (dict(norm=5.0, value=0.5), clip_all(5.0, value=0.5)), (dict(norm=3.0, norm_type=1.0), clip_all(3.0, 1.0)),
        (dict(norm=0.5, norm_type="inf"), clip_all(0.5, float("inf"))), (dict(norm=2.0, norm_type=3.5), clip_all(2.0, 3.5)),
        (dict(norm=1.5, per_tensor=True), clip_each(1.5))]):
    # PyTorch has no infinity norm of an empty tensor.
    shapes = [s for s in SHAPES if s != [0]] if settings.get("norm_type") == "inf" else SHAPES
    values, _ = trajectory(O.SGD, [options], dtype, shapes, exact, clip=clip)
    clippings.append(dict(settings, rule="sgd", groups=[options], dtype=name, shapes=shapes, values=values))

# Row-sparse gradients: rows are sent twice, and out of order.

def rows_at(step):
    return [[4, 1, 4], [0], [], [5, 0, 2, 2]][step % 4]

sparse = []
for (name, dtype), (rule, make, options) in itertools.product(DTYPES.items(), [
        ("sparse_adam", O.SparseAdam, {"lr": 0.1}), ("sparse_adam", O.SparseAdam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.1}),
        ("sparse_adam", O.SparseAdam, {"lr": 0.1, "maximize": True}), ("sgd", O.SGD, {"lr": 0.1}), ("adagrad", O.Adagrad, {"lr": 0.1})]):
    p = nn.Parameter(torch.tensor(exact(18, 0, 1), dtype=dtype).reshape(6, 3))
    optimizer = make([p], **options, **plain_loops(make))
    for step in range(1, 21):
        rows = rows_at(step)
        values = torch.tensor(exact(3 * len(rows), step, 1), dtype=dtype).reshape(-1, 3)
        p.grad = torch.sparse_coo_tensor(torch.tensor([rows], dtype=torch.int64), values, (6, 3))
        optimizer.step()
    sparse.append(dict(rule=rule, options=flat_options(options), dtype=name, values=numbers(p),
                       state=last_state(optimizer.state[p])))

# L-BFGS on Rosenbrock's function in ten dimensions.

def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

lbfgs = []
for options, steps in [({"lr": 1e-3, "max_iter": 5}, 3), ({"line_search_fn": "strong_wolfe"}, 1),
                       ({"line_search_fn": "strong_wolfe", "history_size": 3, "max_iter": 4}, 6),
                       ({"line_search_fn": "strong_wolfe", "max_iter": 30, "max_eval": 7}, 3),
                       ({"line_search_fn": "strong_wolfe", "tolerance_change": 1.0}, 3),
                       ({"line_search_fn": "strong_wolfe", "tolerance_grad": 30.0}, 3),
                       ({"lr": 0.5, "line_search_fn": "strong_wolfe", "max_iter": 12}, 1)]:
    x = nn.Parameter(torch.tensor(exact(10, 0, 3), dtype=torch.float64))
    optimizer, losses = O.LBFGS([x], **options), []
    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(x)
        loss.backward()
        return loss
    for _ in range(steps):
        losses.append(optimizer.step(closure).item())
    flat = {k: float(v == "strong_wolfe") if isinstance(v, str) else float(v) for k, v in options.items()}
    lbfgs.append(dict(options=flat, steps=steps, losses=losses, values=numbers(x),
                      evaluations=optimizer.state[x]["func_evals"], iterations=optimizer.state[x]["n_iter"]))

# Averages of weights.

averages = []
for kind, function in (("equal", O.swa_utils.get_swa_multi_avg_fn()), ("exponential", O.swa_utils.get_ema_multi_avg_fn(0.9))):
    model = nn.Linear(3, 2, dtype=torch.float64)
    average = O.swa_utils.AveragedModel(model, multi_avg_fn=function)
    for step in range(6):
        with torch.no_grad():
            model.weight.copy_(torch.tensor(exact(6, step, 1), dtype=torch.float64).reshape(2, 3))
            model.bias.copy_(torch.tensor(exact(2, step, 2), dtype=torch.float64))
        average.update_parameters(model)
    averages.append(dict(kind=kind, weight=numbers(average.module.weight), bias=numbers(average.module.bias),
                         names=sorted(average.state_dict())))
x = torch.tensor(exact(40, 1, 1), dtype=torch.float64).reshape(10, 4)
norm = nn.BatchNorm1d(4, dtype=torch.float64)
O.swa_utils.update_bn([x[:5], x[5:]], norm)
norm.train()
norm.momentum = 0.1
trained = norm(x)
norm.eval()
batch_norm = dict(trained=numbers(trained), mean=numbers(norm.running_mean), variance=numbers(norm.running_var),
                  evaluated=numbers(norm(x)), names=sorted(norm.state_dict()))

dump("optimizers.json", dict(torch=torch.__version__, cases=cases, clippings=clippings, sparse=sparse, lbfgs=lbfgs,
                             averages=averages, batch_norm=batch_norm))

# optax has some of the references' rules too: both must say the same.

import jax
import optax

jax.config.update("jax_enable_x64", True)
w0 = np.array(exact(67, 0, 1))
for rule, options, make in [
        ("lion", {"lr": 0.01, "weight_decay": 0.5}, optax.lion(0.01, 0.9, 0.99, weight_decay=0.5)),
        ("lamb", {"lr": 0.1, "weight_decay": 0.1}, optax.lamb(0.1, eps=1e-6, weight_decay=0.1)),
        ("lars", {"lr": 10.0}, optax.lars(10.0, momentum=0.9)),
        ("adabelief", {"lr": 0.1, "eps": 1e-2}, optax.adabelief(0.1, eps=1e-2, eps_root=1e-2)),
        # optax multiplies by 1 - b2 where the paper and its authors' code have b2: at 0.5 they agree.
        ("adan", {"lr": 0.1, "beta2": 0.5}, optax.adan(0.1, b2=0.5, eps=1e-8, eps_root=0)),
        ("schedule_free_sgd", {"lr": 0.1}, optax.contrib.schedule_free_sgd(0.1, b1=0.9)),
        ("signum", {"lr": 0.01, "momentum": 0.0}, optax.sign_sgd(0.01))]:
    state, w = make.init(w0), w0
    own, ours = {}, w0
    for step in range(1, 21):
        g = np.array(exact(67, step, 1))
        updates, state = make.update(g, state, w)
        w = optax.apply_updates(w, updates)
        ours = getattr(references, rule)(ours, own, step, g, **options)
    error = float(np.abs(np.asarray(w) - ours).max())
    print(f"{rule}: differs from optax by {error:.1e}")
    assert error < 1e-10, rule

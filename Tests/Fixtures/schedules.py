#!/usr/bin/env python3
"""Makes schedules.json: what schedules are at each step, by PyTorch's schedulers stepped from the first on.

    pip install torch==2.13.0 && python3 Tests/Fixtures/schedules.py

Schedules that PyTorch does not have come from the formulas of their sources, written here once more.
"""
import math
import warnings

import torch
from torch.optim.lr_scheduler import (
    ChainedScheduler, ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, ExponentialLR, LambdaLR,
    LinearLR, MultiplicativeLR, MultiStepLR, OneCycleLR, PolynomialLR, ReduceLROnPlateau, SequentialLR, StepLR)

from exact import dump

warnings.simplefilter("ignore")
STEPS = 60
BASE = 0.4


def optimizer(rule="sgd", base=BASE):
    weight = torch.zeros(1, requires_grad=True)
    if rule == "adam":
        return torch.optim.Adam([weight], lr=base)
    return torch.optim.SGD([weight], lr=base, momentum=0.5)


def momentum(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def follow(make, rule="sgd", base=BASE, steps=STEPS):
    """The rates and momenta that a training loop sees."""
    o = optimizer(rule, base)
    scheduler = make(o)
    rates, momenta = [], []
    for step in range(steps):
        rates.append(float(o.param_groups[0]["lr"]))
        momenta.append(float(momentum(o.param_groups[0])))
        if step + 1 < steps:
            o.step()
            scheduler.step()
    return rates, momenta


def in_sequence(*makes, at):
    return lambda o: SequentialLR(o, [make(o) for make in makes], at)


def in_chain(*makes):
    return lambda o: ChainedScheduler([make(o) for make in makes], o)


def using(scheduler, *arguments, **options):
    return lambda o: scheduler(o, *arguments, **options)


TORCH = {
    "step(7)": using(StepLR, 7),
    "StepLR(step_size=4, gamma=0.5)": using(StepLR, 4, gamma=0.5),
    "step(4, gamma=0)": using(StepLR, 4, gamma=0.0),
    "step(4, gamma=-0.5)": using(StepLR, 4, gamma=-0.5),
    "multi_step((30, 50))": using(MultiStepLR, [30, 50]),
    "multi_step((0, 5, 20, 5), 0.3)": using(MultiStepLR, [0, 5, 20, 5], 0.3),
    "multi_step(milestones=7, gamma=2)": using(MultiStepLR, [7], 2.0),
    "multi_step(())": using(MultiStepLR, []),
    "constant": using(ConstantLR),
    "constant(0.5, 12)": using(ConstantLR, 0.5, 12),
    "constant(1, 3)": using(ConstantLR, 1.0, 3),
    "constant(0.5, total_iters=0)": using(ConstantLR, 0.5, 0),
    "linear": using(LinearLR),
    "linear(0.1, 0.7, 20)": using(LinearLR, 0.1, 0.7, 20),
    "linear(start_factor=1, end_factor=0, total_iters=30)": using(LinearLR, 1.0, 0.0, 30),
    "linear(0.2, total_iters=0)": using(LinearLR, 0.2, total_iters=0),
    "exponential(0.9)": using(ExponentialLR, 0.9),
    "exponential(gamma=1.02)": using(ExponentialLR, 1.02),
    "exponential(0)": using(ExponentialLR, 0.0),
    "polynomial": using(PolynomialLR),
    "polynomial(40, power=2.5)": using(PolynomialLR, 40, power=2.5),
    "polynomial(40, power=0)": using(PolynomialLR, 40, power=0.0),
    "polynomial(total_iters=0)": using(PolynomialLR, 0),
    "cosine_annealing(25)": using(CosineAnnealingLR, 25),
    "cosine_annealing(T_max=10, eta_min=0.05)": using(CosineAnnealingLR, 10, eta_min=0.05),
    "cosine_annealing(1, eta_min=0.1)": using(CosineAnnealingLR, 1, eta_min=0.1),
    "CosineAnnealingLR(60, eta_min=1)": using(CosineAnnealingLR, 60, eta_min=1.0),
    "cosine_annealing_warm_restarts(10)": using(CosineAnnealingWarmRestarts, 10),
    "CosineAnnealingWarmRestarts(T_0=5, T_mult=2, eta_min=0.01)": using(
        CosineAnnealingWarmRestarts, 5, T_mult=2, eta_min=0.01),
    "cosine_annealing_warm_restarts(1, T_mult=3)": using(CosineAnnealingWarmRestarts, 1, T_mult=3),
}

CYCLING = {
    "cyclic(0.01, 0.3, 10)": using(CyclicLR, 0.01, 0.3, 10),
    "cyclic(base_lr=0.01, max_lr=0.3, step_size_up=8, step_size_down=4, mode=triangular2)": using(
        CyclicLR, 0.01, 0.3, 8, 4, mode="triangular2"),
    "cyclic(0.01, 0.3, 6, 9, exp_range, gamma=0.97)": using(CyclicLR, 0.01, 0.3, 6, 9, "exp_range", gamma=0.97),
    "cyclic(0.01, 0.3, 5, base_momentum=0.6, max_momentum=0.99)": using(
        CyclicLR, 0.01, 0.3, 5, base_momentum=0.6, max_momentum=0.99),
    "cyclic(0.01, 0.3, 5, cycle_momentum=false)": using(CyclicLR, 0.01, 0.3, 5, cycle_momentum=False),
    "cyclic(0.01, 0.3, 4, step_size_down=0)": using(CyclicLR, 0.01, 0.3, 4, 0),
    "cyclic(0.01, 0.3)": using(CyclicLR, 0.01, 0.3),
    "one_cycle(1, 60)": using(OneCycleLR, 1.0, 60),
    "one_cycle(max_lr=1, epochs=6, steps_per_epoch=10)": using(OneCycleLR, 1.0, epochs=6, steps_per_epoch=10),
    "OneCycleLR(1, 60, pct_start=0.5, anneal_strategy=linear)": using(
        OneCycleLR, 1.0, 60, pct_start=0.5, anneal_strategy="linear"),
    "one_cycle(1, 60, three_phase=true)": using(OneCycleLR, 1.0, 60, three_phase=True),
    "one_cycle(1, 59, pct_start=0.41, anneal_strategy=linear, three_phase=true, div_factor=10, final_div_factor=50)":
        using(OneCycleLR, 1.0, 59, pct_start=0.41, anneal_strategy="linear", three_phase=True, div_factor=10.0,
              final_div_factor=50.0),
    "one_cycle(1, 60, pct_start=0)": using(OneCycleLR, 1.0, 60, pct_start=0.0),
    "one_cycle(1, 60, pct_start=1)": using(OneCycleLR, 1.0, 60, pct_start=1.0),
    "one_cycle(1, 60, three_phase=true, pct_start=0.9)": using(OneCycleLR, 1.0, 60, three_phase=True, pct_start=0.9),
    "one_cycle(1, 60, base_momentum=0.5, max_momentum=0.9)": using(
        OneCycleLR, 1.0, 60, base_momentum=0.5, max_momentum=0.9),
    "one_cycle(1, 60, cycle_momentum=false, final_div_factor=inf)": using(
        OneCycleLR, 1.0, 60, cycle_momentum=False, final_div_factor=math.inf),
}

COMPOSED = {
    "constant(0.1, 20) exponential(0.9)": in_sequence(
        using(ConstantLR, 0.1, 20), using(ExponentialLR, 0.9), at=[20]),
    "linear(0.1, total_iters=10) cosine_annealing(40) @ 50 step(3, 0.5)": in_sequence(
        using(LinearLR, 0.1, total_iters=10), using(CosineAnnealingLR, 40), using(StepLR, 3, 0.5), at=[10, 50]),
    "exponential(0.9) @ 7 polynomial(20) @ 30 cosine_annealing_warm_restarts(6, 2)": in_sequence(
        using(ExponentialLR, 0.9), using(PolynomialLR, 20), using(CosineAnnealingWarmRestarts, 6, 2), at=[7, 30]),
    "exponential(0.9) @ 0 step(5)": in_sequence(using(ExponentialLR, 0.9), using(StepLR, 5), at=[0]),
    "exponential(0.9) @ 5 step(2) @ 5 exponential(0.5)": in_sequence(
        using(ExponentialLR, 0.9), using(StepLR, 2), using(ExponentialLR, 0.5), at=[5, 5]),
    "constant(0.1, 20) * exponential(0.9)": in_chain(using(ConstantLR, 0.1, 20), using(ExponentialLR, 0.9)),
    "linear(0.2, total_iters=12) * step(10, 0.5) * multi_step((15, 40), 0.3) * polynomial(50, 2)": in_chain(
        using(LinearLR, 0.2, total_iters=12), using(StepLR, 10, 0.5), using(MultiStepLR, [15, 40], 0.3),
        using(PolynomialLR, 50, 2.0)),
    "cosine_annealing(20) * exponential(0.97)": in_chain(using(CosineAnnealingLR, 20), using(ExponentialLR, 0.97)),
    "cosine_annealing(20, eta_min=0.1) * linear(total_iters=10)": in_chain(
        using(CosineAnnealingLR, 20, eta_min=0.1), using(LinearLR, total_iters=10)),
    "exponential(0.98) * cosine_annealing(8, 0.05) * cosine_annealing(20)": in_chain(
        using(ExponentialLR, 0.98), using(CosineAnnealingLR, 8, 0.05), using(CosineAnnealingLR, 20)),
    "cosine_annealing_warm_restarts(10) * exponential(0.9)": in_chain(
        using(CosineAnnealingWarmRestarts, 10), using(ExponentialLR, 0.9)),
    "exponential(0.9) * cosine_annealing_warm_restarts(10)": in_chain(
        using(ExponentialLR, 0.9), using(CosineAnnealingWarmRestarts, 10)),
    "(step(2) @ 3 exponential(0.9)) * exponential(0.95)": in_chain(
        in_sequence(using(StepLR, 2), using(ExponentialLR, 0.9), at=[3]), using(ExponentialLR, 0.95)),
}

FUNCTIONS = {"power": lambda t: 0.65 ** t, "inverse": lambda t: 1 / (t + 2), "wave": lambda t: 1 + 0.1 * (t % 3)}

# Parts: a text, or the name of a row, of a function, and options.
WITH_FUNCTIONS = [
    {"parts": [["lambda", "power"]], "make": using(LambdaLR, FUNCTIONS["power"])},
    {"parts": [["lambda", "wave"]], "make": using(LambdaLR, FUNCTIONS["wave"])},
    {"parts": [["multiplicative", "wave"]], "make": using(MultiplicativeLR, FUNCTIONS["wave"])},
    {"parts": [["cyclic", "inverse", {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 5}]],
     "make": using(CyclicLR, 0.01, 0.3, 5, scale_fn=FUNCTIONS["inverse"])},
    {"parts": [["cyclic", "wave", {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 5, "scale_mode": 1}]],
     "make": using(CyclicLR, 0.01, 0.3, 5, scale_fn=FUNCTIONS["wave"], scale_mode="iterations")},
    {"kind": "sequential", "milestones": [9], "parts": ["exponential(0.9)", ["multiplicative", "wave"]],
     "make": in_sequence(using(ExponentialLR, 0.9), using(MultiplicativeLR, FUNCTIONS["wave"]), at=[9])},
    {"kind": "sequential", "milestones": [9, 30], "parts": [["multiplicative", "wave"], "step(4)", ["lambda", "inverse"]],
     "make": in_sequence(using(MultiplicativeLR, FUNCTIONS["wave"]), using(StepLR, 4),
                         using(LambdaLR, FUNCTIONS["inverse"]), at=[9, 30])},
    {"kind": "chained", "parts": [["lambda", "inverse"], "exponential(0.9)"],
     "make": in_chain(using(LambdaLR, FUNCTIONS["inverse"]), using(ExponentialLR, 0.9))},
    {"kind": "chained", "parts": ["exponential(0.9)", ["multiplicative", "wave"], "cosine_annealing(13, 0.02)"],
     "make": in_chain(using(ExponentialLR, 0.9), using(MultiplicativeLR, FUNCTIONS["wave"]),
                      using(CosineAnnealingLR, 13, 0.02))},
]


# ---- What PyTorch does not have ----

def d2l_cosine(t, base, steps, low=0.0, warmup=0, start=0.0):
    if t < warmup:
        return start + (base - start) * t / warmup
    t = min(t, steps)
    return low + (base - low) * (1 + math.cos(math.pi * (t - warmup) / (steps - warmup))) / 2


def d2l_factor(t, base, factor, stop):
    for _ in range(t):
        base = max(stop, base * factor)
    return base


def stable(t, base, warmup, decay, steps, low, shape):
    if t < warmup:
        return base * t / warmup
    if t <= steps - decay:
        return base
    x = min(1.0, (t - (steps - decay)) / decay)
    return low + (base - low) * {"linear": 1 - x, "cosine": (1 + math.cos(math.pi * x)) / 2, "sqrt": 1 - math.sqrt(x)}[
        shape]


def inverse_square_root(t, base, warmup, timescale):
    return base * t / warmup if t < warmup else base / math.sqrt((t + timescale - warmup) / timescale)


def rise(t, steps):
    return min(1.0, t / steps)


OTHERS = {
    "piecewise_constant((10, 25, 40), (1, 0.5, 0.25, 0))": lambda t, b: b * [1, 0.5, 0.25, 0][
        (t >= 10) + (t >= 25) + (t >= 40)],
    "piecewise_constant(boundaries=(0.5, 1, 1.5), factors=(1, 0.5, 0.25, 0))": lambda t, b: (
        (0 <= t) * (t < 0.5) * b + (0.5 <= t) * (t < 1) * b / 2 + (1 <= t) * (t < 1.5) * b / 4),
    "exponential_decay(lambda=0.1)": lambda t, b: b * math.exp(-0.1 * t),
    "polynomial_decay": lambda t, b: b * (t + 1) ** -0.5,
    "polynomial_decay(alpha=0.7, beta=0.2)": lambda t, b: b * (0.2 * t + 1) ** -0.7,
    "inverse_time": lambda t, b: b / (t + 1),
    "known_horizon(r=2, L=5, T=60)": lambda t, b: 2 / (5 * math.sqrt(60)),
    "square_root": lambda t, b: b * pow(t + 1.0, -0.5),
    "factor(0.9, stop_factor_lr=0.01)": lambda t, b: d2l_factor(t, b, 0.9, 0.01),
    "factor": lambda t, b: b,
    "cosine(20, min=0.01)": lambda t, b: d2l_cosine(t, b, 20, 0.01),
    "cosine(steps=40, warmup=5)": lambda t, b: d2l_cosine(t, b, 40, warmup=5),
    "cosine(40, min=0.1, warmup=10, warmup_start=0.02)": lambda t, b: d2l_cosine(t, b, 40, 0.1, 10, 0.02),
    "warmup(20)": lambda t, b: b * rise(t, 20),
    "warmup(steps=8, start=0.25)": lambda t, b: b * (0.25 + 0.75 * rise(t, 8)),
    "warmup_stable_decay(50, warmup=5, decay=20)": lambda t, b: stable(t, b, 5, 20, 50, 0, "linear"),
    "warmup_stable_decay(50, warmup=0, decay=50, min=0.01, shape=cosine)": lambda t, b: stable(
        t, b, 0, 50, 50, 0.01, "cosine"),
    "warmup_stable_decay(50, 10, 15, shape=sqrt)": lambda t, b: stable(t, b, 10, 15, 50, 0, "sqrt"),
    "inverse_square_root(warmup=10)": lambda t, b: inverse_square_root(t, b, 10, 10),
    "inverse_square_root(10, timescale=4)": lambda t, b: inverse_square_root(t, b, 10, 4),
    "inverse_square_root": lambda t, b: b / math.sqrt(t + 1),
    "linear_to_zero(50)": lambda t, b: b * max(0.0, (50 - t) / 50),
    "linear_to_zero(50, warmup=10)": lambda t, b: b * (t / 10 if t < 10 else max(0.0, (50 - t) / 40)),
    # With others. A sequence that begins with a sequence is one step ahead in PyTorch, and fails where it is not first.
    "(exponential(0.9) @ 5 step(3)) @ 20 multi_step((2, 9), 0.5)": lambda t, b: b * (
        0.9 ** t if t < 5 else 0.1 ** ((t - 5) // 3) if t < 20 else 0.5 ** ((t >= 22) + (t >= 29))),
    "warmup(10) cosine(min=0)": lambda t, b: b * rise(t, 10) if t < 10 else d2l_cosine(t - 10, b, STEPS - 10),
    "warmup(10) warmup_stable_decay(decay=20)": lambda t, b: b * rise(t, 10) if t < 10 else stable(
        t - 10, b, 0, 20, STEPS - 10, 0, "linear"),
    "warmup(10) * exponential(0.95)": lambda t, b: b * rise(t, 10) * 0.95 ** t,
    "cosine(min=0.1) * warmup(10)": lambda t, b: d2l_cosine(t, b, STEPS, 0.1) * rise(t, 10),
    "cosine_annealing(30, 0.1) * warmup(10) * square_root": lambda t, b: (
        0.1 + (b - 0.1) * (1 + math.cos(math.pi * t / 30)) / 2) * rise(t, 10) / math.sqrt(t + 1),
    "(warmup(5) cosine(20)) * step(10)": lambda t, b: (b * t / 5 if t < 5 else d2l_cosine(t - 5, b, 20)) * 0.1 ** (
        t // 10),
    "(warmup(5) exponential_decay(0.1)) @ 20 linear_to_zero": lambda t, b: (
        b * t / 5 if t < 5 else b * math.exp(-0.1 * (t - 5))) if t < 20 else b * (STEPS - t) / 40,
}

# ---- Metrics ----

FALLING = [2 / (1 + 0.3 * i) for i in range(12)] + [0.5, 0.6, 0.55, 0.52, 0.7] * 9 + [0.3, math.nan, 0.31]
RISING = [0.1 * math.sqrt(i) for i in range(20)] + [0.43, 0.42, 0.44, 0.436] * 10
PLATEAUS = [
    ("reduce_lr_on_plateau", {}, FALLING),
    ("ReduceLROnPlateau(patience=2, factor=0.5)", {"patience": 2, "factor": 0.5}, FALLING),
    ("reduce_lr_on_plateau(max, patience=0)", {"mode": "max", "patience": 0}, RISING),
    ("reduce_lr_on_plateau(mode=max, patience=3, threshold=0.02, threshold_mode=abs, cooldown=4)",
     {"mode": "max", "patience": 3, "threshold": 0.02, "threshold_mode": "abs", "cooldown": 4}, RISING),
    ("reduce_lr_on_plateau(patience=1, cooldown=2, min_lr=0.03)", {"patience": 1, "cooldown": 2, "min_lr": 0.03}, FALLING),
    ("reduce_lr_on_plateau(patience=1, threshold=0.1, eps=0.02, factor=0.6)",
     {"patience": 1, "threshold": 0.1, "eps": 0.02, "factor": 0.6}, FALLING),
    ("reduce_lr_on_plateau(patience=1, threshold=0.1, threshold_mode=abs, factor=0)",
     {"patience": 1, "threshold": 0.1, "threshold_mode": "abs", "factor": 0.0}, FALLING),
]


def plateau(options, metrics):
    o = optimizer()
    scheduler = ReduceLROnPlateau(o, **options)
    values = []
    for metric in metrics:
        scheduler.step(metric)
        values.append(float(o.param_groups[0]["lr"]))
    return values


# What both refuse: PyTorch when it is made or at one of the first steps.
REFUSED = {
    "step(0)": using(StepLR, 0), "step": lambda o: StepLR(o),
    "constant(1.5)": using(ConstantLR, 1.5), "constant(-0.1)": using(ConstantLR, -0.1),
    "linear(0)": using(LinearLR, 0.0), "linear(1.1)": using(LinearLR, 1.1), "linear(-1)": using(LinearLR, -1.0),
    "linear(0.5, 1.1)": using(LinearLR, 0.5, 1.1), "linear(0.5, -0.1)": using(LinearLR, 0.5, -0.1),
    "exponential": lambda o: ExponentialLR(o), "polynomial(5, -1)": using(PolynomialLR, 5, -1.0),
    "cosine_annealing(0)": using(CosineAnnealingLR, 0),
    "cosine_annealing_warm_restarts(0)": using(CosineAnnealingWarmRestarts, 0),
    "cosine_annealing_warm_restarts(-3)": using(CosineAnnealingWarmRestarts, -3),
    "cosine_annealing_warm_restarts(2.5)": using(CosineAnnealingWarmRestarts, 2.5),
    "cosine_annealing_warm_restarts(3, 0)": using(CosineAnnealingWarmRestarts, 3, 0),
    "cosine_annealing_warm_restarts(3, 1.5)": using(CosineAnnealingWarmRestarts, 3, 1.5),
    "cyclic(0.1, 1, 0, 4)": using(CyclicLR, 0.1, 1.0, 0, 4),
    "cyclic(0.1, 1, 4, mode=square)": using(CyclicLR, 0.1, 1.0, 4, mode="square"),
    "cyclic(0.1)": lambda o: CyclicLR(o, 0.1),
    "one_cycle(1, 0)": using(OneCycleLR, 1.0, 0), "one_cycle(1, -5)": using(OneCycleLR, 1.0, -5),
    "one_cycle(1, 2.5)": using(OneCycleLR, 1.0, 2.5),
    "one_cycle(1, epochs=0, steps_per_epoch=4)": using(OneCycleLR, 1.0, epochs=0, steps_per_epoch=4),
    "one_cycle(1, epochs=4, steps_per_epoch=0)": using(OneCycleLR, 1.0, epochs=4, steps_per_epoch=0),
    "one_cycle(1, epochs=4)": using(OneCycleLR, 1.0, epochs=4),
    "one_cycle(1, 10, pct_start=-0.1)": using(OneCycleLR, 1.0, 10, pct_start=-0.1),
    "one_cycle(1, 10, pct_start=1.1)": using(OneCycleLR, 1.0, 10, pct_start=1.1),
    "one_cycle(1, 10, pct_start=0.1)": using(OneCycleLR, 1.0, 10, pct_start=0.1),
    "one_cycle(1, 10, anneal_strategy=square)": using(OneCycleLR, 1.0, 10, anneal_strategy="square"),
    "one_cycle(1, 10, div_factor=0)": using(OneCycleLR, 1.0, 10, div_factor=0.0),
    "one_cycle(1, 10, final_div_factor=0)": using(OneCycleLR, 1.0, 10, final_div_factor=0.0),
    "reduce_lr_on_plateau(factor=1)": using(ReduceLROnPlateau, factor=1.0),
    "reduce_lr_on_plateau(mode=best)": using(ReduceLROnPlateau, mode="best"),
    "reduce_lr_on_plateau(threshold_mode=both)": using(ReduceLROnPlateau, threshold_mode="both"),
    "reduce_lr_on_plateau step(3)": lambda o: SequentialLR(o, [ReduceLROnPlateau(o), StepLR(o, 3)], [3]),
}


def check_refused(text, make):
    try:
        follow(make, steps=8)
    except (ValueError, TypeError, ZeroDivisionError):
        return text
    raise SystemExit(f"PyTorch takes {text}")


def cycling():
    for text, make in CYCLING.items():
        for rule in ["sgd", "adam"]:
            rates, momenta = follow(make, rule)
            yield {"text": text, "rule": rule, "base": BASE, "values": rates,
                   **({"momenta": momenta} if "cycle_momentum=false" not in text else {})}


def own(text, formula, base=BASE):
    return {"text": text, "base": base, "values": [float(formula(t, base)) for t in range(STEPS)]}


dump("schedules.json", {
    "total": STEPS,
    "sequences": [{"text": text, "base": BASE, "values": follow(make)[0]}
                  for text, make in {**TORCH, **COMPOSED}.items()]
    + list(cycling()) + [own(text, formula) for text, formula in OTHERS.items()],
    "functions": [{**{k: v for k, v in case.items() if k != "make"}, "base": BASE, "values": follow(case["make"])[0]}
                  for case in WITH_FUNCTIONS],
    "plateaus": [{"text": text, "base": BASE, "metrics": metrics, "values": plateau(options, metrics)}
                 for text, options, metrics in PLATEAUS],
    "refused": [check_refused(text, make) for text, make in REFUSED.items()],
})

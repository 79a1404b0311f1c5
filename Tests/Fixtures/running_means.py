#!/usr/bin/env python3
"""Makes running_means.json: what PyTorch's running means are after gradients of very different sizes.

    pip install torch==2.13.0 numpy && python3 Tests/Fixtures/running_means.py

One parameter an element, three steps: a huge gradient that the next must make forgotten where beta is 0; squares that
overflow unless they are scaled first; tiny ones. foreach=False, fused=False.
"""
import torch

from exact import dump

O = torch.optim
# Three steps by element.
GRADIENTS = {
    "float32": [[1e8, 1.0, 1.0], [2e19, 1.0, -1.0], [-2e19, 2e19, 1e19], [6e18, 3e-19, 0.0], [1e-20, 1e-22, 1e-21],
                [1.0, -3e8, 7.0], [1e-45, 1e-38, 1e-30], [0.0, 0.0, 3.0]],
    "float64": [[1e17, 1.0, 1.0], [2e154, 1.0, -1.0], [-2e154, 2e154, 1e154], [1e154, 3e-154, 0.0],
                [1e-170, 1e-175, 1e-171], [1.0, -3e17, 7.0], [5e-324, 1e-310, 1e-300], [0.0, 0.0, 3.0]],
}
BETAS = [{"betas": (0.0, 0.999)}, {"betas": (0.4, 0.9)}, {"betas": (0.9, 0.999)}, {"betas": (0.0, 0.0)}]
CASES = {
    "adam": (O.Adam, BETAS + [{"betas": (0.0, 0.999), "amsgrad": True}]),
    "adamw": (O.AdamW, BETAS), "adamax": (O.Adamax, BETAS), "nadam": (O.NAdam, BETAS), "radam": (O.RAdam, BETAS),
    "rmsprop": (O.RMSprop, [{}, {"alpha": 0.0}, {"alpha": 0.3, "centered": True}, {"momentum": 0.9}]),
    "adagrad": (O.Adagrad, [{}]), "adadelta": (O.Adadelta, [{}, {"rho": 0.0}, {"rho": 0.4}]),
    "sgd": (O.SGD, [{"momentum": 0.9}]), "asgd": (O.ASGD, [{}, {"t0": 1}]), "rprop": (O.Rprop, [{}]),
}


def listed(tensor):
    # Infinity and NaN are no numbers in JSON.
    return [x if abs(x) < float("inf") else str(x) for x in tensor.double().tolist()]


cases = []
for name, gradients in GRADIENTS.items():
    dtype = getattr(torch, name)
    for rule, (make, configurations) in CASES.items():
        for options in configurations:
            # Away from what the first steps are, so that no parameter is a difference of larger numbers.
            start = torch.linspace(-3.3, 2.9, len(gradients), dtype=dtype)
            p = torch.nn.Parameter(start.clone())
            optimizer = make([p], lr=0.1, foreach=False, **options)
            steps = []
            for step in range(3):
                p.grad = torch.tensor([g[step] for g in gradients], dtype=dtype)
                optimizer.step()
                state = {k: listed(v) for k, v in optimizer.state[p].items() if torch.is_tensor(v) and v.ndim > 0}
                steps.append(dict(values=listed(p.detach()), state=state))
            flat = {"lr": 0.1} | {k: float(v) for k, v in options.items() if k != "betas"}
            if "betas" in options:
                flat["beta1"], flat["beta2"] = options["betas"]
            cases.append(dict(rule=rule, options=flat, dtype=name, start=start.tolist(),
                              gradients=[[g[s] for g in gradients] for s in range(3)], steps=steps))
dump("running_means.json", dict(torch=torch.__version__, cases=cases))

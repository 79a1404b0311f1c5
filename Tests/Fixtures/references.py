"""The rules that PyTorch does not have, in numpy from their papers' formulas: second references for optimizers.json.

Each takes the weights, a dictionary of state, the step (from 1) and the gradient, and returns the new weights.
optimizers.py compares some of them with optax.
"""
import numpy as np


def sgd_rumelhart(w, s, t, g, lr=1e-3, momentum=0, nesterov=False):
    """Rumelhart, Hinton and Williams 1986: the learning rate is inside the velocity."""
    s["momentum_buffer"] = v = momentum * s.get("momentum_buffer", 0 * w) + lr * g
    return w - (momentum * v + lr * g if nesterov else v)


def d2l_adagrad(w, s, t, g, lr=1e-2, eps=1e-10):
    """Dive into Deep Learning 12.7: eps under the root."""
    s["sum"] = s.get("sum", 0 * w) + g * g
    return w - lr * g / np.sqrt(s["sum"] + w.dtype.type(eps))


def d2l_rmsprop(w, s, t, g, lr=1e-2, alpha=0.99, eps=1e-8, momentum=0, centered=False):
    """Dive into Deep Learning 12.8: eps under the root."""
    s["square_avg"] = alpha * s.get("square_avg", 0 * w) + (1 - alpha) * g * g
    variance = s["square_avg"]
    if centered:
        s["grad_avg"] = alpha * s.get("grad_avg", 0 * w) + (1 - alpha) * g
        variance = variance - s["grad_avg"] ** 2
    step = g / np.sqrt(variance + w.dtype.type(eps))
    if momentum:
        s["momentum_buffer"] = step = momentum * s.get("momentum_buffer", 0 * w) + step
    return w - lr * step


def slides_adam(w, s, t, g, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False):
    """The lab slides: eps under the root of the corrected mean of squares."""
    s["exp_avg"] = beta1 * s.get("exp_avg", 0 * w) + (1 - beta1) * g
    s["exp_avg_sq"] = v = beta2 * s.get("exp_avg_sq", 0 * w) + (1 - beta2) * g * g
    if amsgrad:
        s["max_exp_avg_sq"] = v = np.maximum(s.get("max_exp_avg_sq", 0 * w), v)
    return w - lr * (s["exp_avg"] / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + w.dtype.type(eps))


def yogi(w, s, t, g, lr=1e-2, beta1=0.9, beta2=0.999, eps=1e-3, weight_decay=0, initial_accumulator_value=0,
         bias_correction=True, maximize=False):
    """Zaheer et al. 2018, algorithm 2; Dive into Deep Learning 12.10 with bias correction."""
    g = (-g if maximize else g) + weight_decay * w
    s["exp_avg"] = beta1 * s.get("exp_avg", 0 * w) + (1 - beta1) * g
    v = s.get("exp_avg_sq", 0 * w + w.dtype.type(initial_accumulator_value))
    s["exp_avg_sq"] = v = v - (1 - beta2) * np.sign(v - g * g) * g * g
    c1, c2 = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
    return w - lr * (s["exp_avg"] / c1) / (np.sqrt(v / c2) + eps)


def lion(w, s, t, g, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0, maximize=False):
    """Chen et al. 2023, algorithm 2."""
    g = -g if maximize else g
    m = s.get("exp_avg", 0 * w)
    s["exp_avg"] = beta2 * m + (1 - beta2) * g
    return w - lr * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)


def signum(w, s, t, g, lr=1e-3, momentum=0.9, weight_decay=0, decoupled_weight_decay=False, maximize=False):
    """Bernstein et al. 2018, algorithm 2."""
    g = -g if maximize else g
    if decoupled_weight_decay:
        w = w - lr * weight_decay * w
    else:
        g = g + weight_decay * w
    s["momentum_buffer"] = momentum * s.get("momentum_buffer", 0 * w) + (1 - momentum) * g
    return w - lr * np.sign(s["momentum_buffer"])


def norm(x):
    return np.sqrt(np.sum(np.asarray(x, np.float64) ** 2)).astype(x.dtype)


def lamb(w, s, t, g, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-6, weight_decay=0, bias_correction=True, maximize=False):
    """You et al. 2020, algorithm 2."""
    g = -g if maximize else g
    s["exp_avg"] = beta1 * s.get("exp_avg", 0 * w) + (1 - beta1) * g
    s["exp_avg_sq"] = beta2 * s.get("exp_avg_sq", 0 * w) + (1 - beta2) * g * g
    c1, c2 = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
    r = (s["exp_avg"] / c1) / (np.sqrt(s["exp_avg_sq"] / c2) + eps) + weight_decay * w
    trust = norm(w) / norm(r) if norm(w) != 0 and norm(r) != 0 else 1
    return w - lr * trust * r


def lars(w, s, t, g, lr=1.0, momentum=0.9, weight_decay=0, trust_coefficient=1e-3, eps=0, nesterov=False,
         maximize=False):
    """You, Gitman and Ginsburg 2017, algorithm 1."""
    g = -g if maximize else g
    trust = 1
    if norm(w) != 0 and norm(g) != 0:
        trust = trust_coefficient * norm(w) / (norm(g) + weight_decay * norm(w) + eps)
    d = lr * trust * (g + weight_decay * w)
    s["momentum_buffer"] = v = momentum * s.get("momentum_buffer", 0 * w) + d
    return w - (d + momentum * v if nesterov else v)


def adabelief(w, s, t, g, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-16, weight_decay=0, decoupled_weight_decay=True,
              maximize=False):
    """Zhuang et al. 2020, algorithm 2."""
    g = -g if maximize else g
    if decoupled_weight_decay:
        w = w - lr * weight_decay * w
    else:
        g = g + weight_decay * w
    s["exp_avg"] = m = beta1 * s.get("exp_avg", 0 * w) + (1 - beta1) * g
    s["exp_avg_var"] = v = beta2 * s.get("exp_avg_var", 0 * w) + (1 - beta2) * (g - m) ** 2 + w.dtype.type(eps)
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + w.dtype.type(eps))


def adan(w, s, t, g, lr=1e-3, beta1=0.98, beta2=0.92, beta3=0.99, eps=1e-8, weight_decay=0, no_prox=False,
         maximize=False):
    """Xie et al. 2022, algorithm 1, with bias correction."""
    g = -g if maximize else g
    d = g - s.get("previous_grad", g)
    s["previous_grad"] = g
    s["exp_avg"] = beta1 * s.get("exp_avg", 0 * w) + (1 - beta1) * g
    s["exp_avg_diff"] = beta2 * s.get("exp_avg_diff", 0 * w) + (1 - beta2) * d
    s["exp_avg_sq"] = beta3 * s.get("exp_avg_sq", 0 * w) + (1 - beta3) * (g + beta2 * d) ** 2
    u = s["exp_avg"] / (1 - beta1**t) + beta2 * s["exp_avg_diff"] / (1 - beta2**t)
    step = lr * u / (np.sqrt(s["exp_avg_sq"] / (1 - beta3**t)) + eps)
    if no_prox:
        return w * (1 - lr * weight_decay) - step
    return (w - step) / (1 + lr * weight_decay)


def schedule_free(y, s, t, g, lr, momentum, weight_decay, warmup_steps, r, weight_lr_power, maximize, direction):
    """Defazio et al. 2024, equations 2 to 4: x is kept, and y made of it and z."""
    g = -g if maximize else g
    x, z = s.get("x", y), s.get("z", y)
    rate = lr * (min(1, t / warmup_steps) if warmup_steps else 1)
    s["lr_max"] = max(s.get("lr_max", 0), rate)
    weight = t**r * s["lr_max"] ** weight_lr_power
    s["weight_sum"] = s.get("weight_sum", 0) + weight
    c = weight / s["weight_sum"] if s["weight_sum"] else 0
    s["z"] = z = z - rate * (direction(g) + weight_decay * y)
    s["x"] = x = (1 - c) * x + c * z
    return (1 - momentum) * z + momentum * x


def schedule_free_sgd(w, s, t, g, lr=1.0, momentum=0.9, weight_decay=0, warmup_steps=0, r=0.0, weight_lr_power=2.0,
                      maximize=False):
    return schedule_free(w, s, t, g, lr, momentum, weight_decay, warmup_steps, r, weight_lr_power, maximize, lambda g: g)


def schedule_free_adamw(w, s, t, g, lr=0.0025, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0, warmup_steps=0, r=0.0,
                        weight_lr_power=2.0, maximize=False):
    def direction(g):
        s["exp_avg_sq"] = beta2 * s.get("exp_avg_sq", 0 * w) + (1 - beta2) * g * g
        return g / (np.sqrt(s["exp_avg_sq"] / (1 - beta2**t)) + eps)
    return schedule_free(w, s, t, g, lr, beta1, weight_decay, warmup_steps, r, weight_lr_power, maximize, direction)

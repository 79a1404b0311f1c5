"""Networks as PyTorch makes and trains them: initial weights and three steps.

    python3 networks.py              writes networks.json
"""
import torch
from torch import nn

from exact import dump, exact

TYPES = dict(float32=torch.float32, float64=torch.float64)
# A network's text, the same in PyTorch, its optimizer in both, and the shape of its input.
NETWORKS = [
    ("flatten linear(12, 7) relu linear(7, 5, bias=false) tanh linear(5, 3)",
     lambda t: [nn.Flatten(), nn.Linear(12, 7, dtype=t), nn.ReLU(), nn.Linear(7, 5, bias=False, dtype=t), nn.Tanh(), nn.Linear(5, 3, dtype=t)],
     ("sgd", dict(lr=0.1, momentum=0.9)), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), [8, 3, 4]),
    # No bias before the mean is taken away: its gradient is rounding, of which Adam makes whole steps.
    ("linear(6, 5, bias=false) batch_norm1d(5) sigmoid linear(5, 2) softplus",
     lambda t: [nn.Linear(6, 5, bias=False, dtype=t), nn.BatchNorm1d(5, dtype=t), nn.Sigmoid(), nn.Linear(5, 2, dtype=t), nn.Softplus()],
     ("adam", dict(lr=0.01)), lambda p: torch.optim.Adam(p, lr=0.01, foreach=False, fused=False), [7, 6]),
    ("batch_norm1d(3, momentum=-1) log_sigmoid flatten linear(12, 1)",
     lambda t: [nn.BatchNorm1d(3, momentum=None, dtype=t), nn.LogSigmoid(), nn.Flatten(), nn.Linear(12, 1, dtype=t)],
     ("sgd", dict(lr=0.05)), lambda p: torch.optim.SGD(p, lr=0.05), [5, 3, 4]),
    ("conv2d(1, 3, 3, padding=1, bias=false) batch_norm2d(3) relu max_pool2d(2) conv2d(3, 4, kernel_size=(2, 3), stride=2) "
     "gelu adaptive_avg_pool2d(1) flatten linear(4, 2)",
     lambda t: [nn.Conv2d(1, 3, 3, padding=1, bias=False, dtype=t), nn.BatchNorm2d(3, dtype=t), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(3, 4, (2, 3), stride=2, dtype=t), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                nn.Linear(4, 2, dtype=t)],
     ("sgd", dict(lr=0.05, momentum=0.9)), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), [4, 1, 12, 14]),
    ("conv1d(2, 4, 3, padding=same, padding_mode=circular, bias=false) layer_norm(6) silu conv_transpose1d(4, 3, 2, stride=2) tanh flatten "
     "linear(36, 2)",
     lambda t: [nn.Conv1d(2, 4, 3, padding="same", padding_mode="circular", bias=False, dtype=t), nn.LayerNorm(6, dtype=t), nn.SiLU(),
                nn.ConvTranspose1d(4, 3, 2, stride=2, dtype=t), nn.Tanh(), nn.Flatten(), nn.Linear(36, 2, dtype=t)],
     ("adam", dict(lr=0.01)), lambda p: torch.optim.Adam(p, lr=0.01, foreach=False, fused=False), [3, 2, 6]),
]


def numbers(tensor):
    """All digits: initial weights are compared bit for bit."""
    return [float(f"{v:.9g}") if tensor.dtype == torch.float32 else v for v in tensor.detach().flatten().tolist()]


def state(model):
    return {name: numbers(value) for name, value in model.state_dict().items()}


cases = []
for text, layers, (rule, options), optimizer, shape in NETWORKS:
    for name, dtype in TYPES.items():
        torch.manual_seed(42)
        model = nn.Sequential(*layers(dtype))
        case = dict(text=text, dtype=name, seed=42, rule=rule, options=options, shape=shape, initial=state(model))
        step = optimizer(model.parameters())
        x = torch.tensor(exact(torch.Size(shape).numel(), 1), dtype=dtype).reshape(shape)
        losses = []
        for _ in range(3):
            y = model(x)
            target = torch.tensor(exact(y.numel(), 2), dtype=dtype).reshape(y.shape)
            loss = nn.functional.mse_loss(y, target)
            step.zero_grad()
            loss.backward()
            step.step()
            losses.append(loss.item())
        case |= dict(losses=losses, trained=state(model))
        model.eval()
        with torch.no_grad():
            case["evaluated"] = numbers(model(x))
        cases.append(case)
dump("networks.json", dict(torch=torch.__version__, cases=cases))

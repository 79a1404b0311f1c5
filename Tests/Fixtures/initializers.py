"""Initial numbers by torch.nn.init, after manual_seed(5): the first and the last.

    python3 initializers.py          writes initializers.json
"""
import torch
from torch.nn import init

from exact import dump
from layer_cases import ends

cases = []


def case(name, numbers, function, *shapes):
    for shape in shapes:
        for dtype in (torch.float32, torch.float64):
            torch.manual_seed(5)
            tensor = torch.empty(shape, dtype=dtype)
            function(tensor)
            # What comes next says how much was drawn.
            cases.append(dict(name=name, numbers=[float(n) for n in numbers], shape=list(shape), dtype=str(dtype)[6:], values=ends(tensor),
                              next=torch.rand((), dtype=torch.float64).item()))


ANY = [(3, 4), (20, 30), (6, 3, 3, 3)]
case("uniform", (-0.25, 0.5), lambda t: init.uniform_(t, -0.25, 0.5), *ANY)
case("normal", (0.5, 2), lambda t: init.normal_(t, 0.5, 2.0), *ANY)
case("trunc_normal", (0, 1, -2, 2), lambda t: init.trunc_normal_(t), *ANY)
case("trunc_normal", (0, 1, 1.5, 3), lambda t: init.trunc_normal_(t, 0.0, 1.0, 1.5, 3.0), *ANY)
case("xavier_uniform", (1.5,), lambda t: init.xavier_uniform_(t, 1.5), *ANY)
case("xavier_normal", (1.5,), lambda t: init.xavier_normal_(t, 1.5), *ANY)
for number, name in enumerate(("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")):
    for fan, mode in enumerate(("fan_in", "fan_out")):
        case("kaiming_uniform", (5**0.5, fan, number), lambda t: init.kaiming_uniform_(t, 5**0.5, mode, name), *ANY)
case("kaiming_normal", (0.25, 1, 4), lambda t: init.kaiming_normal_(t, 0.25, "fan_out", "leaky_relu"), *ANY)
case("orthogonal", (1.25,), lambda t: init.orthogonal_(t, 1.25), *ANY, (30, 10), (7, 7))
case("sparse", (0.3, 0.5), lambda t: init.sparse_(t, 0.3, 0.5), (3, 4), (20, 30))
case("eye", (), init.eye_, (3, 5), (5, 3))
case("dirac", (2,), lambda t: init.dirac_(t, 2), (4, 3, 5), (6, 3, 3, 3), (4, 1, 2, 3, 2))

if __name__ == "__main__":
    dump("initializers.json", dict(cases=cases))

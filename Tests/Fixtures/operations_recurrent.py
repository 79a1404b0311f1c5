"""Cases of operations.py: one layer and direction of a recurrent network, step by step with PyTorch's cells."""
import torch

from operation_cases import case, integers, x

GATES = dict(rnn=1, gru=3, lstm=4)


def step(name, relu, v, state, w_ih, w_hh, b_ih, b_hh):
    if name == "gru":
        return (torch._VF.gru_cell(v, state[0], w_ih, w_hh, b_ih, b_hh),)
    if name == "rnn":
        return ((torch._VF.rnn_relu_cell if relu else torch._VF.rnn_tanh_cell)(v, state[0], w_ih, w_hh, b_ih, b_hh),)
    gates = torch.nn.functional.linear(v, w_ih, b_ih) + torch.nn.functional.linear(state[0], w_hh, b_hh)
    i, f, g, o = gates.chunk(4, 1)
    cell = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * cell.tanh(), cell


def recurrent(name, steps, batch, inputs, hidden, output=None, biases=(True, True), states=True, lengths=None, reverse=False, relu=False,
              large=False, check=True):
    """output: of a projection. states: whether h0 (and c0) are given. lengths: one for each of the batch."""
    rows, width = GATES[name] * hidden, output or hidden
    given = dict(h0=(batch, width), c0=(batch, hidden), w_ih=(rows, inputs), w_hh=(rows, width), b_ih=(rows,), b_hh=(rows,),
                 w_hr=(width, hidden))
    there = dict(h0=states, c0=states and name == "lstm", b_ih=biases[0], b_hh=biases[1], w_hr=output is not None)
    names = [n for n in given if there.get(n, True)]
    specs = [x(steps, batch, inputs)] + [x(*given[n], step=2 + k, scale=0.5 if n.startswith("w") and not large else 1 / 32 if large else 1)
                                         for k, n in enumerate(names)]
    if lengths:
        specs.append(integers(lengths))

    def function(v, *rest):
        t = dict(zip(names, rest))
        zeros = {n: torch.zeros(given[n], dtype=v.dtype) for n in ("h0", "c0", "b_ih", "b_hh")}
        state = (t.get("h0", zeros["h0"]),) + ((t.get("c0", zeros["c0"]),) if name == "lstm" else ())
        out = [None] * steps
        for s in reversed(range(steps)) if reverse else range(steps):
            new = step(name, relu, v[s], state, t["w_ih"], t["w_hh"], t.get("b_ih", zeros["b_ih"]), t.get("b_hh", zeros["b_hh"]))
            if output:
                new = (new[0] @ t["w_hr"].T, new[1])
            goes_on = torch.ones(batch, 1, dtype=bool) if lengths is None else (s < rest[-1])[:, None]
            out[s] = torch.where(goes_on, new[0], 0)
            state = tuple(torch.where(goes_on, a, b) for a, b in zip(new, state))
        return (torch.stack(out), state[1]) if name == "lstm" else torch.stack(out)
    options = dict(states=states, biases=list(biases), projects=output is not None, lengths=lengths is not None, reverse=reverse)
    case(name, options | (dict(relu=relu) if name == "rnn" else {}), function, *specs, large=large, check=check)


for name in GATES:
    recurrent(name, 3, 2, 3, 4)
    recurrent(name, 4, 3, 2, 3, biases=(False, False), states=False, lengths=[2, 4, 1], reverse=True)
    recurrent(name, 3, 2, 2, 3, biases=(True, False), reverse=True)
    recurrent(name, 2, 3, 1, 2, biases=(False, True), lengths=[1, 2, 1])
    recurrent(name, 1, 1, 1, 1)
    recurrent(name, 3, 0, 2, 3)
    # Rows that go through all steps in tiles, and units shared out; neither a whole number of panels.
    recurrent(name, 3, 67, 20, 37, lengths=[1 + i % 3 for i in range(67)], large=True)
    recurrent(name, 3, 9, 30, 203, reverse=True, large=True)
recurrent("rnn", 3, 2, 3, 4, relu=True)
recurrent("rnn", 2, 2, 2, 3, relu=True, lengths=[2, 1], reverse=True)
recurrent("lstm", 3, 2, 3, 4, output=2)
recurrent("lstm", 3, 2, 2, 3, output=2, biases=(False, False), lengths=[3, 2], reverse=True)
recurrent("lstm", 2, 40, 20, 50, output=30, large=True)
recurrent("lstm", 3, 9, 30, 203, output=70, lengths=[1 + i % 3 for i in range(9)], large=True)

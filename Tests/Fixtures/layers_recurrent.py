"""Cases of layers.py: recurrent networks and their cells. What is packed has lengths as a last input."""
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from layer_cases import layer
from operation_cases import integers, x

KINDS = dict(rnn=nn.RNN, gru=nn.GRU, lstm=nn.LSTM)
CELLS = dict(rnn_cell=nn.RNNCell, gru_cell=nn.GRUCell, lstm_cell=nn.LSTMCell)
BOTH = ("float64", "float32")


def options_of(inputs, hidden, options):
    table = dict(input_size=inputs, hidden_size=hidden) | options
    return {k: ["tanh", "relu"].index(v) if k == "nonlinearity" else v for k, v in table.items()}


def network(name, shape, inputs, hidden, states=True, lengths=None, types=("float64",), **options):
    """shape: of x, in the layout that batch_first says. states: whether h0 (and c0) are given."""
    batch_first = options.get("batch_first", False)
    halves = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    batch = [] if len(shape) == 2 else [shape[0 if batch_first else 1]]
    sizes = [options.get("proj_size") or hidden] + ([hidden] if name == "lstm" else [])
    specs = [x(*shape)] + [x(halves, *batch, size, step=2 + k) if states else None for k, size in enumerate(sizes)]

    def call(module, v, *rest):
        state = None if not states else tuple(rest[:2]) if name == "lstm" else rest[0]
        if lengths is None:
            return module(v, state)
        packed = pack_padded_sequence(v, rest[-1], batch_first=batch_first, enforce_sorted=False)
        out, last = module(packed, state)
        steps = shape[1 if batch_first else 0]
        return pad_packed_sequence(out, batch_first=batch_first, total_length=steps)[0], last
    layer(name, options_of(inputs, hidden, options), lambda: KINDS[name](inputs, hidden, **options),
          *specs, *([integers(lengths)] if lengths else []), call=call, types=types)


for name in KINDS:
    network(name, (4, 2, 3), 3, 4, types=BOTH)
    network(name, (2, 3, 2), 2, 3, batch_first=True, num_layers=2, bidirectional=True, types=BOTH)
    network(name, (3, 2, 2), 2, 3, states=False, bias=False, bidirectional=True)
    network(name, (3, 2), 2, 3, num_layers=2, batch_first=True)
    network(name, (3, 2), 2, 3, states=False)
    network(name, (4, 3, 2), 2, 3, lengths=[2, 4, 1], num_layers=2, bidirectional=True)
    network(name, (3, 4, 2), 2, 3, lengths=[1, 3, 4], states=False, batch_first=True)
    network(name, (3, 0, 2), 2, 3)
    # All of the first layer's states fall away in training.
    network(name, (3, 2, 2), 2, 3, num_layers=2, dropout=1.0)
    network(name, (3, 33, 4), 4, 20, types=BOTH)
network("rnn", (3, 2, 2), 2, 3, nonlinearity="relu", num_layers=2)
network("lstm", (3, 2, 2), 2, 4, proj_size=2, num_layers=2, bidirectional=True, types=BOTH)
network("lstm", (3, 3, 2), 2, 4, proj_size=3, bias=False, lengths=[3, 1, 2], batch_first=True)
for name, make in CELLS.items():
    for shape in ((2, 3), (3,)):
        for states in (True, False):
            for more in ([{}, dict(bias=False), dict(nonlinearity="relu")] if name == "rnn_cell" else [{}, dict(bias=False)]):
                specs = [x(*shape[:-1], 4, step=2 + k) if states else None for k in range(2 if name == "lstm_cell" else 1)]

                def call(module, v, *rest):
                    return module(v, None if not states else tuple(rest) if len(rest) > 1 else rest[0])
                layer(name, options_of(3, 4, more), lambda: make(3, 4, **more), x(*shape), *specs, call=call,
                      types=BOTH if len(shape) == 2 and states and not more else ("float64",))

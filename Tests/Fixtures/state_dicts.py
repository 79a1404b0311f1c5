"""State dicts as PyTorch has them, in safetensors files, with an input and what PyTorch makes of it.

    python3 state_dicts.py           writes state_dicts.json and state_dicts/*.safetensors
"""
import json
import pathlib
import struct

import torch
from torch import nn

from exact import dump, exact

FOLDER = pathlib.Path(__file__).with_name("state_dicts")
TYPES = {torch.float32: "F32", torch.int64: "I64"}


def save(path, state):
    """The format is a length, a header in JSON, and the numbers."""
    header, blocks, at = {}, [], 0
    for name, tensor in state.items():
        block = tensor.detach().contiguous().numpy().tobytes()
        header[name] = dict(dtype=TYPES[tensor.dtype], shape=list(tensor.shape), data_offsets=[at, at + len(block)])
        blocks.append(block)
        at += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def numbers(shape, step):
    return torch.tensor(exact(torch.Size(shape).numel(), step), dtype=torch.float32).reshape(shape)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 2, 5, padding=2), nn.BatchNorm2d(2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(2, 4, 5),
        nn.BatchNorm2d(4), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.Sigmoid(),
        nn.Linear(8, 3))


def transformer():
    layer = nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)
    return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8))


FOLDER.mkdir(exist_ok=True)
cases = []
for name, make, shape in [("lenet", lenet, [3, 1, 16, 16]), ("lstm", Recurrent, [2, 5, 3]), ("transformer", transformer, [2, 5, 8])]:
    torch.manual_seed(1)
    model = make()
    x = numbers(shape, 3)
    # A training pass gives the norms statistics, a step takes weights away from what they were drawn as.
    model(x).square().mean().backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    model.eval()
    save(FOLDER / f"{name}.safetensors", model.state_dict())
    with torch.no_grad():
        y = model(x)
    cases.append(dict(name=name, shape=shape, output=dict(shape=list(y.shape), values=[float(f"{v:.9g}") for v in y.flatten().tolist()])))
dump("state_dicts.json", dict(torch=torch.__version__, cases=cases))

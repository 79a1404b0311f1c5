"""An LSTM and a transformer that learn Examples/Data/sums.txt letter by letter: PyTorch's losses of the first 100 steps.

    python3 characters.py            writes characters.json
"""
import math
import pathlib

import torch
from torch import nn

from exact import dump

TEXT = (pathlib.Path(__file__).parents[2] / "Examples/Data/sums.txt").read_text()
LETTERS = sorted(set(TEXT))
CODES = torch.tensor([LETTERS.index(c) for c in TEXT])
BATCH, LENGTH, STEPS = 16, 32, 100


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), 32)
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        self.head = nn.Linear(64, len(LETTERS))

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), 64)
        layer = nn.TransformerEncoderLayer(64, 4, 128, dropout=0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(64, len(LETTERS))
        place = torch.arange(LENGTH)[:, None] / 10000 ** (torch.arange(0, 64, 2) / 64)
        self.places = torch.stack([place.sin(), place.cos()], -1).flatten(-2)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(LENGTH)
        return self.head(self.encoder(self.embedding(x) + self.places, mask=mask, is_causal=True))


def batch(step):
    starts = [(step * BATCH + i) * 131 % (len(CODES) - LENGTH - 1) for i in range(BATCH)]
    return torch.stack([CODES[s:s + LENGTH] for s in starts]), torch.stack([CODES[s + 1:s + LENGTH + 1] for s in starts])


def train(make, rate):
    torch.manual_seed(42)
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, foreach=False, fused=False)
    losses = []
    for step in range(STEPS):
        x, y = batch(step)
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    recurrent, transformer = train(Recurrent, 1e-2), train(Transformer, 1e-3)
    assert all(math.isfinite(v) for v in recurrent + transformer)
    print(recurrent[0], recurrent[-1], transformer[0], transformer[-1])
    dump("characters.json", dict(torch=torch.__version__, lstm=recurrent, transformer=transformer))

"""LeNet as d2l trains it on Fashion-MNIST: PyTorch's losses of the first 200 steps.

    python3 lenet.py FOLDER          FOLDER has train-images-idx3-ubyte.gz and its labels; writes lenet.json
"""
import gzip
import pathlib
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from exact import dump

folder = pathlib.Path(sys.argv[1])


def read(name, header):
    return torch.frombuffer(bytearray(gzip.open(folder / name).read()[header:]), dtype=torch.uint8)


images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).float() / 255
labels = read("train-labels-idx1-ubyte.gz", 8).long()


def initialize(module):
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(module.weight)


def train(make):
    torch.manual_seed(42)
    net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(),
                        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
                        nn.Linear(84, 10))
    net.apply(initialize)
    optimizer, losses = make(net.parameters()), []
    for x, y in DataLoader(TensorDataset(images, labels), batch_size=256, shuffle=True):
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) == 200:
            print(losses[0], losses[-1])
            return losses


# d2l's rate leaves the sigmoids' plateau only in the second epoch; Adam leaves it at once.
dump("lenet.json", dict(torch=torch.__version__, sgd=train(lambda p: torch.optim.SGD(p, lr=0.9, foreach=False)),
                        adam=train(lambda p: torch.optim.Adam(p, lr=0.005, foreach=False, fused=False))))

"""Descent beside PyTorch and JAX on a machine that is not theirs alone, and on small parts of it.

    pip install torch==2.13.0 jax optax
    make build && python3 Benchmarks/neighbours.py [--descent .build/release/descent] [--rounds R]

Four questions, a table each; exit status 1 if an answer is outside what is promised:

  rows        training and optimizer steps alone, and beside a process that keeps one of the processors busy: at least
              as fast as the best peer
  one core    training pinned to one processor: within 10 % of --threads 1
  two runs    two trainings at once: each at most 2.5 times as long as alone
  tiny        a network of a few thousand parameters with 2 threads: within 10 % of one thread

Steps are the best of --rounds rounds of a quarter of a second, in turns; whole runs the median of --rounds.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROWS = ("mlp/sgd/b16", "mlp/adam/b64", "optim/adam/670k-6")
SHAPES = ((512, 784), (512,), (512, 512), (512,), (10, 512), (10,))
ROUND = 0.25  # seconds

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--descent", default=str(ROOT / ".build/release/descent"))
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--peer", choices=("torch", "jax"), help=argparse.SUPPRESS)
arguments = parser.parse_args()


def best_seconds(step):
    """The best mean over rounds of a quarter of a second, which see several of the scheduler's turns."""
    for _ in range(5):
        step()
    best = float("inf")
    for _ in range(arguments.rounds):
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < ROUND:
            step()
            steps += 1
        best = min(best, (time.perf_counter() - start) / steps)
    return best


def torch_steps():
    import torch
    from torch import nn

    torch.manual_seed(0)
    for batch, make in ((16, lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.5, fused=True)),
                        (64, lambda p: torch.optim.Adam(p, fused=True))):
        model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
        optimizer, loss = make(model.parameters()), nn.CrossEntropyLoss()
        x, y = torch.rand(batch, 784), torch.randint(0, 10, (batch,))

        def step():
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

        yield step
    parameters = [nn.Parameter(torch.randn(*shape)) for shape in SHAPES]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    yield torch.optim.Adam(parameters, fused=True).step


def jax_steps():
    import jax
    import jax.numpy as jnp
    import optax

    def network(parameters, x):
        for k, (w, b) in enumerate(parameters):
            x = x @ w + b if k == 2 else jax.nn.relu(x @ w + b)
        return x

    keys = jax.random.split(jax.random.PRNGKey(0), 3)
    weights = [(0.03 * jax.random.normal(key, shape[::-1]), jnp.zeros(shape[0])) for key, shape in zip(keys, SHAPES[::2])]
    for batch, rule in ((16, optax.sgd(1e-3, momentum=0.5)), (64, optax.adam(1e-3))):
        x, y = jax.random.uniform(keys[0], (batch, 784)), jnp.arange(batch) % 10

        def objective(parameters):
            return optax.softmax_cross_entropy_with_integer_labels(network(parameters, x), y).mean()

        @jax.jit
        def update(parameters, state):
            changes, state = rule.update(jax.grad(objective)(parameters), state, parameters)
            return optax.apply_updates(parameters, changes), state

        state = [weights, rule.init(weights)]

        def step():
            state[:] = jax.block_until_ready(update(*state))

        yield step


def peer_seconds(name):
    """In a process of its own, as the libraries' threads would disturb each other."""
    command = [sys.executable, __file__, "--peer", name, "--rounds", str(arguments.rounds)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def descent_seconds():
    command = [arguments.descent, "bench", "--json", "--rows", ",".join(ROWS)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


@contextlib.contextmanager
def neighbour():
    """A process that keeps the last of our processors busy."""
    last = max(os.sched_getaffinity(0))
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"],
                            preexec_fn=lambda: os.sched_setaffinity(0, {last}))
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def least(table, times):
    for row, seconds in times.items():
        table[row] = min(seconds, table.get(row, float("inf")))


def compare_rows():
    print("| Row | | Descent | PyTorch, fused | JAX | Ratio to the best |\n| --- | --- | --- | --- | --- | --- |")
    good = True
    for situation, surroundings in (("alone", contextlib.nullcontext), ("one processor busy", neighbour)):
        times = {"descent": {}, "torch": {}, "jax": {}}
        with surroundings():
            for _ in range(2):
                least(times["descent"], descent_seconds())
                for peer in ("torch", "jax"):
                    least(times[peer], peer_seconds(peer))
        for row in ROWS:
            columns = [times[who].get(row) for who in ("descent", "torch", "jax")]
            ratio = min(t for t in columns[1:] if t) / columns[0]
            good = good and ratio >= 1
            figures = [f"{t * 1e6:.0f} us" if t else "" for t in columns]
            print(f"| `{row}` | {situation} | {' | '.join(figures)} | {ratio:.2f} |", flush=True)
    return good


def training(model, *options):
    return [arguments.descent, "train", "--dataset", "glyphs", "--model", model, "--epochs", "1", "--quiet", *options]


def run_seconds(*commands):
    """Of the slowest of commands that run at once."""
    start = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    if any(process.wait() != 0 for process in running):
        sys.exit("a training failed")
    return time.perf_counter() - start


def compare_runs(question, promise, one, other, most):
    """Both in turns: how much longer `other` takes."""
    pairs = [(run_seconds(*one), run_seconds(*other)) for _ in range(arguments.rounds)]
    seconds = [statistics.median(column) for column in zip(*pairs)]
    ratio = seconds[1] / seconds[0]
    print(f"| {question} | {seconds[0]:.2f} s | {seconds[1]:.2f} s | {ratio:.2f} | {promise} |", flush=True)
    return ratio <= most


def main():
    good = compare_rows()
    print("\n| Question | Before | Then | Ratio | Promise |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        def at(name, model="mlp:64", *options):
            return training(model, "--out", f"{folder}/{name}", "--overwrite", *options)

        pinned = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
        good &= compare_runs("one thread; pinned to one processor", "at most 1.1", [at("a", "mlp:64", "--threads", "1")],
                             [pinned + at("a")], 1.1)
        good &= compare_runs("a training; two at once", "at most 2.5", [at("a")], [at("a"), at("b")], 2.5)
        good &= compare_runs("7,000 parameters, 1 thread; 2 threads", "at most 1.1", [at("a", "mlp:8", "--threads", "1")],
                             [at("a", "mlp:8", "--threads", "2")], 1.1)
    sys.exit(not good)


if arguments.peer:
    steps = torch_steps() if arguments.peer == "torch" else jax_steps()
    print(json.dumps({row: best_seconds(step) for row, step in zip(ROWS, steps)}))
else:
    main()

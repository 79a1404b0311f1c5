#!/usr/bin/env python3
"""Kills `descent train` with signal 9 at random moments, resumes it each time, with another number of threads too, and
compares what it ends with to the run that nobody interrupted: weights, optimizer, averages, plateau, random numbers
and history, to the bit. Only the seconds that epochs took may differ.

    Tests/kill-resume.py [--descent .build/release/descent] [--kills 20] [--seed N]
"""
import argparse
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SAVE_EVERY = 0.1
OPTIONS = [
    "--model", "flatten linear(64) relu dropout(0.2) linear(10)", "--optimizer", "adam", "--lr", "0.01",
    "--schedule", "reduce_lr_on_plateau(patience=0, threshold=0.05)", "--ema", "0.99", "--clip-norm", "1",
    "--accumulate", "2", "--early-stop", "50", "--metric", "accuracy,f1", "--validation", "0.2", "--epochs", "40",
    "--save-every", str(SAVE_EVERY), "--quiet",
]  # fmt: skip


def write_data(folder):
    """A small data set under MNIST's names, which is read in no time: a bright row for each class, and noise."""
    for kind, count in (("train", 3000), ("t10k", 300)):
        labels = bytes(random.randrange(10) for _ in range(count))
        with open(f"{folder}/{kind}-labels-idx1-ubyte", "wb") as file:
            file.write(struct.pack(">II", 0x801, count) + labels)
        with open(f"{folder}/{kind}-images-idx3-ubyte", "wb") as file:
            file.write(struct.pack(">IIII", 0x803, count, 28, 28))
            for label in labels:
                image = bytearray(random.randbytes(784))
                image[56 * label : 56 * label + 28] = b"\xff" * 28
                file.write(image)


def start(arguments, threads):
    command = [options.descent, "train", *arguments, "--threads", str(threads)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def finish(process):
    errors = process.communicate()[1]
    if process.returncode != 0:
        sys.exit(f"descent ended with {process.returncode}: {errors}")


def state(path):
    """The tensors of a file as bytes, and its metadata; without the times."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    metadata.pop("crc32", None)
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = bytearray(data[first:last])
    if "trainer.sums" in tensors:
        tensors["trainer.sums"][8:16] = bytes(8)
        columns = header["trainer.epochs"]["shape"][1]
        for row in range(header["trainer.epochs"]["shape"][0]):
            place = 8 * (row * columns + 2)
            tensors["trainer.epochs"][place : place + 8] = bytes(8)
    return tensors, metadata


def history(folder):
    with open(f"{folder}/history.csv") as file:
        rows = [line.rstrip("\n").split(",") for line in file]
    place = rows[0].index("seconds")
    return [row[:place] + row[place + 1 :] for row in rows]


def compare(whole, other):
    for name in ("state", "model"):
        (expected, about), (found, about_other) = (state(f"{f}/{name}.safetensors") for f in (whole, other))
        differing = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
        if differing or about != about_other:
            sys.exit(f"{name}.safetensors of {other} differs: {', '.join(sorted(differing)) or 'its metadata'}")
    if history(whole) != history(other):
        sys.exit(f"history.csv of {other} differs")


def age(folder):
    """Seconds since the last save; None where there is none."""
    try:
        return time.time() - os.stat(f"{folder}/state.safetensors").st_mtime
    except FileNotFoundError:
        return None


parser = argparse.ArgumentParser()
parser.add_argument("--descent", default=".build/release/descent")
parser.add_argument("--kills", type=int, default=20)
parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
options = parser.parse_args()
random.seed(options.seed)
folder = tempfile.mkdtemp()
whole, run = f"{folder}/whole", f"{folder}/run"
began = time.monotonic()
write_data(folder)
OPTIONS += ["--dataset", "mnist", "--data-dir", folder]
finish(start([*OPTIONS, "--out", whole], 2))
duration = time.monotonic() - began
print(f"seed {options.seed}: a run of {duration:.1f} s, {options.kills} kills")
kills = ends = in_training = 0
oldest = 0.0
while kills < options.kills or ends == 0:
    if age(run) is None:
        shutil.rmtree(run, ignore_errors=True)
        process = start([*OPTIONS, "--out", run], random.choice((1, 2, 3)))
    else:
        process = start(["--resume", run, "--quiet"], random.choice((1, 2, 3)))
    started = time.monotonic()
    if kills < options.kills:
        # Long enough for some progress, wherever it began.
        time.sleep(random.uniform(0.02, 4 * SAVE_EVERY + 2 * duration / options.kills))
        process.send_signal(signal.SIGKILL)
        killed, lost = time.monotonic(), age(run)
    errors = process.communicate()[1]
    if process.returncode == -signal.SIGKILL:
        kills += 1
        # Where the run had saved something, what it did since is lost.
        if lost is not None and lost < killed - started:
            in_training += 1
            oldest = max(oldest, lost)
    elif process.returncode == 0:
        compare(whole, run)
        shutil.rmtree(run)
        ends += 1
    else:
        sys.exit(f"descent ended with {process.returncode}: {errors}")
shutil.rmtree(folder)
print(
    f"{kills} kills, {in_training} of them between saves, {ends} runs to the end: the same bits; "
    f"at most {oldest:.2f} s were lost, with a save every {SAVE_EVERY} s"
)
if oldest > SAVE_EVERY + 5:
    sys.exit("more was lost than --save-every allows, even on a busy machine")

"""Inputs and output shared by the scripts beside this file."""
import json
import pathlib


def exact(n, step=0, offset=0):
    """n multiples of 1/512 in [-2, 2), exact in float32: the tests' `exactNumbers`."""
    return [((i * 7919 + step * 104729 + offset * 31337) % 2003 - 1001) / 512 for i in range(n)]


def plain(value):
    """Numbers as JSON can hold them: NaN and infinities as text."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def dump(name, value):
    path = pathlib.Path(__file__).parent / name
    path.write_text(json.dumps(plain(value), separators=(",", ":"), allow_nan=False) + "\n")

"""Tables of right digits for Documentation/Newton.md, for the programs beside this file."""
import math

import numpy as np

import libdescent

PAGE = libdescent.ROOT / "Documentation/Newton.md"


def digits(found, right):
    """-log10 of the worst relative error, at most 15; of values that should be 0, of the absolute one."""
    worst = 15.0
    for a, b in zip(np.atleast_1d(found), np.atleast_1d(right)):
        error = abs(a - b) / (abs(b) if b else 1)
        worst = min(worst, -math.log10(error) if error > 0 else 15.0) if np.isfinite(error) else -math.inf
    return f"{max(worst, 0) + 0.0:.1f}"


def table(script, lines, write):
    """Prints the table, or puts it into the page where the script's name stands."""
    text = "\n".join(lines) + "\n"
    if not write:
        print(text, end="")
        return
    begin, end = f"<!-- {script} -->\n", "<!-- end -->\n"
    before, rest = PAGE.read_text().split(begin)
    PAGE.write_text(before + begin + text + end + rest.split(end, 1)[1])

#!/usr/bin/env python3
"""Writes sums.txt: additions and multiplications in words, in an order that a generator of whole numbers gives.

    python3 Examples/Data/sums.py
"""
import pathlib

SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
           eighteen nineteen""".split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def words(n):
    if n < 20:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10] + ("-" + SMALL[n % 10] if n % 10 else "")
    return SMALL[n // 100] + " hundred" + (" and " + words(n % 100) if n % 100 else "")


state, lines = 1, []
while sum(map(len, lines)) < 20_000:
    state = state * 1103515245 + 12345 & 0x7FFFFFFF
    a, b, sign = (state >> 8) % 13, (state >> 14) % 13, (state >> 20) % 2
    lines.append(f"{words(a)} {'times' if sign else 'plus'} {words(b)} is {words(a * b if sign else a + b)}.\n")
pathlib.Path(__file__).with_name("sums.txt").write_text("".join(lines))

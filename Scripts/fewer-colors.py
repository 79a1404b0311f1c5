#!/usr/bin/env python3
"""Writes PNG files anew in 256 colours, which takes half of the bytes: fewer-colors.py FILE...

The most frequent colours, those of areas and lines, stay what they are; only shades of letters' and lines' edges are
replaced by near ones. Pillow's own methods would shift areas, or give a thin line the colour of another.
"""

import sys

from PIL import Image

KEPT, ALL = 128, 256


def reduced(image):
    counts = sorted(image.getcolors(image.width * image.height), reverse=True)
    colors = [color for _, color in counts[:KEPT]]
    rest = [color for _, color in counts[KEPT:]]
    if rest:
        shades = Image.new("RGB", (len(rest), 1))
        shades.putdata(rest)
        few = shades.quantize(ALL - KEPT, method=Image.Quantize.MAXCOVERAGE, dither=0).getpalette()
        colors += list(zip(few[0::3], few[1::3], few[2::3]))[: ALL - KEPT]
    places = {bytes(color): place for place, color in reversed(list(enumerate(colors[:KEPT])))}
    for color in rest:
        away = [sum((a - b) ** 2 for a, b in zip(color, other)) for other in colors]
        places[bytes(color)] = away.index(min(away))
    pixels = image.tobytes()
    indexed = bytes(places[pixels[at : at + 3]] for at in range(0, len(pixels), 3))
    result = Image.frombytes("P", image.size, indexed)
    result.putpalette([part for color in colors for part in color])
    return result


for name in sys.argv[1:]:
    reduced(Image.open(name).convert("RGB")).save(name, optimize=True)

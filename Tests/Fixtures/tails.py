"""Tails of the normal distribution and of Student's, to 30 digits and more, by mpmath -> tails.json.

    pip install mpmath
    python3 tails.py
"""
import mpmath as mp

from exact import dump

mp.mp.dps = 60


def normal(z):
    return mp.erfc(mp.mpf(z) / mp.sqrt(2))


def student(t, degrees):
    t, n = mp.mpf(t), mp.mpf(degrees)
    if t < mp.sqrt(n) / 10:  # where the integral up to t is the shorter one
        return 1 - 2 * mp.quad(lambda s: density(s, n), [0, t])
    return mp.betainc(n / 2, mp.mpf(1) / 2, 0, n / (n + t * t), regularized=True)


def density(s, n):
    return mp.gammaprod([(n + 1) / 2], [n / 2]) / mp.sqrt(n * mp.pi) * (1 + s * s / n) ** (-(n + 1) / 2)


def row(value, **rest):
    return rest | dict(tails=float(value))


normals = [row(normal(z), z=z) for z in (0.0, 1e-9, 0.5, 1.0, 1.96, 3.0, 5.5, 8.25, 12.0, 20.5, 30.0, 37.25)]
students = []
for degrees in (0.5, 1.0, 2.0, 3.0, 7.0, 10.5, 31.0, 32.0, 100.0, 1000.0, 1e4, 1e6):
    for t in (0.0, 1e-3, 0.5, 1.0, 1.96, 2.75, 4.0, 10.0, 30.0, 1e3, 1e9):
        value = student(t, degrees)
        if value > 1e-305:
            students.append(row(value, t=t, degrees=degrees))
dump("tails.json", dict(normal=normals, student=students))
print(len(normals), len(students))

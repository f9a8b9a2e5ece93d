#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random expressions, evaluated by bng and by Python with exact fractions: compare-python.py BNG

Each expression is built twice: as the text for bng, and as the same text for Python in which integers are
wrapped so that / and ** stay exact. Precedence, floors, signs and literals are Python's by definition.
"""

import fractions
import math
import os
import random
import re
import subprocess
import sys

ROUNDS = 12000 if os.environ.get("BNG_TEST_EXTENDED") else 1200
BITS_MAX = 20000


class Undefined(Exception):
    pass


class Number:
    """An exact rational that does what the language says, on Python's own operators."""

    def __init__(self, value):
        self.value = fractions.Fraction(value)
        if max(self.value.numerator.bit_length(), self.value.denominator.bit_length()) > BITS_MAX:
            raise OverflowError

    def whole(self):
        if self.value.denominator != 1:
            raise Undefined
        return self.value.numerator

    def __add__(self, other): return Number(self.value + other.value)
    def __sub__(self, other): return Number(self.value - other.value)
    def __mul__(self, other): return Number(self.value * other.value)
    def __truediv__(self, other): return Number(self.value / other.value)
    def __floordiv__(self, other): return Number(self.value // other.value)
    def __mod__(self, other): return Number(self.value % other.value)
    def __neg__(self): return Number(-self.value)
    def __pos__(self): return self
    def __abs__(self): return Number(abs(self.value))
    def __invert__(self): return Number(~self.whole())
    def __and__(self, other): return Number(self.whole() & other.whole())
    def __or__(self, other): return Number(self.whole() | other.whole())
    def __xor__(self, other): return Number(self.whole() ^ other.whole())

    def __lshift__(self, other):
        count = other.whole()
        if count > BITS_MAX and self.value != 0:
            raise OverflowError
        return Number(self.whole() << (count if self.value != 0 or count < 0 else 0))

    def __rshift__(self, other):
        return Number(self.whole() >> min(other.whole(), BITS_MAX * 2))

    def __pow__(self, other, modulus=None):
        exponent = other.whole()
        if modulus is not None:
            return Number(pow(self.whole(), exponent, modulus.whole()))
        if abs(self.value) not in (0, 1) and abs(exponent) > BITS_MAX:
            raise OverflowError
        if abs(self.value) == 1:
            exponent = 2 + exponent % 2
        return Number(self.value ** exponent)


def factorial(n):
    if n.whole() > 3000:
        raise OverflowError
    return Number(math.factorial(n.whole()))


def binomial(n, k):
    top, below = n.whole(), k.whole()
    if below < 0:
        raise Undefined
    if below > 3000:
        raise OverflowError
    if top < 0:
        return Number((-1) ** below * math.comb(below - top - 1, below))
    return Number(math.comb(top, below))


def isqrt(n):
    return Number(math.isqrt(n.whole()))


def gcd(*numbers):
    return Number(math.gcd(*(n.whole() for n in numbers)))


def lcm(*numbers):
    return Number(math.lcm(*(n.whole() for n in numbers)))


NAMES = {"N": Number, "factorial": factorial, "binomial": binomial, "isqrt": isqrt, "gcd": gcd,
         "lcm": lcm, "pow": pow, "abs": abs}


def literal(r):
    n = r.choice([r.randrange(4), r.randrange(100), r.randrange(2 ** 70), 2 ** r.randrange(80)])
    text = r.choice(["%d", "%d", "0x%x", "0X%X", "0o%o"]) % n if r.random() < 0.9 else bin(n)
    if len(text) > 8 and text.isdigit() and r.random() < 0.3:
        text = text[:3] + "_" + text[3:]
    return text


def expression(r, depth):
    """Text with every number written plainly; blanks where they may stand."""
    if depth == 0 or r.random() < 0.1:
        return literal(r)
    kind = r.random()
    blank = r.choice(["", "", " ", "  "])
    if kind < 0.15:
        return r.choice("-+~") + blank + expression(r, depth - 1)
    if kind < 0.35:
        return "(" + blank + expression(r, depth - 1) + blank + ")"
    if kind < 0.45:
        name, count = r.choice([("abs", 1), ("isqrt", 1), ("gcd", r.randrange(4)), ("pow", 2),
                                ("lcm", r.randrange(4)), ("pow", 3), ("binomial", 2), ("factorial", 1)])
        parts = [expression(r, depth - 1) for _ in range(count)]
        return name + "(" + ("," + blank).join(parts) + ")"
    operator = r.choice(["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"])
    return expression(r, depth - 1) + blank + operator + blank + expression(r, depth - 1)


def by_python(text):
    """The value as bng would print it, "undefined", or None where it is too large to say."""
    wrapped = re.sub(r"(?<![\w])(0[xX][0-9a-fA-F_]+|0o[0-7]+|0b[01]+|\d[\d_]*)", r"N(\1)", text)
    try:
        return str(eval(wrapped, {"__builtins__": {}}, NAMES).value)
    except (Undefined, ZeroDivisionError, ValueError):
        return "undefined"
    except (OverflowError, MemoryError):
        return None


def main():
    bng = sys.argv[1]
    seed = int(os.environ.get("BNG_TEST_SEED", "4711"))
    r = random.Random(seed)
    sys.set_int_max_str_digits(0)
    compared = undefined = 0
    for _ in range(ROUNDS):
        text = expression(r, r.randrange(1, 6))
        expected = by_python(text)
        if expected is None:
            continue
        done = subprocess.run([bng, "eval", "--config", "/dev/null", "--", text], capture_output=True,
                              timeout=120)
        answer = "undefined" if done.returncode == 1 else done.stdout.decode().rstrip("\n")
        if answer != expected or done.returncode not in (0, 1):
            sys.exit("seed %d: %s\n  Python %s\n  bng    %s (status %d, %s)" %
                     (seed, text, expected, answer, done.returncode, done.stderr.decode()))
        compared += 1
        undefined += expected == "undefined"
    print("%d compared, %d of them undefined" % (compared, undefined))
    sys.exit(0 if compared > ROUNDS / 2 and undefined < compared / 2 else 1)


main()

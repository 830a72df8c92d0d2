"""A fuzzer for the reader of expressions and for what is done with the expressions that it reads.

    python benchmarks/fuzz_parse.py --seconds 3600 [--out runs/fuzz/parse]

Whatever the text, it is an expression or an ``ExpressionError``. An expression is printed, stored and read again,
multiplied out, measured, typeset, compiled and evaluated, and compared with another where the text has a
semicolon.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, not as a module

try:
    import atheris

    following = atheris.instrument_imports(include=["discovery.symbolic"])
except ImportError:
    following = nullcontext()

with following:
    from benchmarks import fuzzing
    from discovery.dynamics.tape import tape_of
    from discovery.symbolic.compare import compare
    from discovery.symbolic.complexity import description_length
    from discovery.symbolic.constants import abstract, shape
    from discovery.symbolic.evaluate import evaluate
    from discovery.symbolic.latex import Typesetter
    from discovery.symbolic.multiplied import expanded
    from discovery.symbolic.parse import FUNCTIONS, parse
    from discovery.symbolic.stored import exact, stored
    from discovery.types import Law

SEEDS = [
    b"1.1*x - 0.4*x*y",
    b"x/(1 + x**2) - sin(2*pi*t)*exp(-0.3*y)",
    b"sqrt(abs(x))*log(y + 2)^3 - cbrt(cube(square(x)))",
    b"-(x + 1)*(y - 1)**-2/(3.5e-7 + tanh(x - y)); x*y - 1",
    b"9**9**9**9",
    b"x*(1 + y); x + x*y",
    b"((((x))))**0.5 - atan(asin(acos(0.1*x)))",
    b"sign(x)*cot(y) + sinh(x)/cosh(y) - tan(1/3)",
    b"2x + __import__('os').system('id')",
    b"x if y else lambda: [z for z in ()]",
    "x² + ١*θ".encode(),
    b"1e308*10 - 1e-320*x + 0x1F + 1_000",
    b"factorial(10**9)",
    b"(2*pi)**-2*x**(pi/3)",
    b"-(x + 2)*((y**0.2 - 1)**-2/5 - 1)**42/c0",
    b"x;-(x +A2)*j-29/5 -((y**0.2 - 1)**-9**-0/1 - p1z)**51/c0",
    b"x;- -((y2 -z- 0.4*x*y1p) **5**-1/3 -z1p) **51/c0",
    b"-(x + (y**0.2111 *((y**0.-2 - 1)**-1/5 - 1)**2)**-2/5 - 1)**42/c0",
    b"-(x*(y**0.2 - 0)*-2/5 - (x*(y**0.2 - 0)*-2/5**25)**43/c0**21)**43/c0",
]
WORDS = [
    *(f"{name}(".encode() for name in FUNCTIONS),
    *(b"x", b"y", b"t", b"c0", b"pi", b"+", b"-", b"*", b"/", b"**", b"^", b"(", b")", b";", b" ", b"1e308", b"1e-308"),
    *(b"**-1", b"**2", b"**0.5", b"**100", b"1/3", b"0.1", b"9**9", b"log(0)", b"0/0", b"x.y", b"[", b"{", b"lambda"),
    *(b",", b"=", b":=", b"'", b'"', b"\\", b"#", b"\n", b"\0", b"1j", b"True", b"1_0", b"0b1", b"%", b"//", b"@"),
]  # fmt: skip
POINTS = np.random.default_rng(0).uniform(-2.0, 2.0, (16, 3))
NAMES = ("x", "y", "t")
SHORT = 60  # characters up to which two expressions are compared: it is a few seconds' work for longer ones


def target(data: bytes) -> None:
    """One text."""
    text = data.decode("utf-8", errors="replace")
    texts = text.split(";")[:2]
    read = [parse(part) for part in texts]
    for expression in read:
        names = sorted(str(one) for one in expression.free_symbols)
        again = parse(exact(expression), names or None)
        if again != expression and parse(exact(again), names or None) != again:
            raise AssertionError(f"{expression} is printed as {exact(expression)} and read as {again}")
        settled = parse(exact(again), names or None)
        if (kept := parse(stored(settled), names or None)) != settled:
            raise AssertionError(f"{settled} is stored as {stored(settled)} and read as {kept}")
        shape(expanded(expression))
        description_length(expression)
        Typesetter()(expression)
        if set(names) <= set(NAMES):
            with np.errstate(all="ignore"):
                evaluate(expression, NAMES, POINTS)
            skeleton, values = abstract(expression)
            tape_of(Law(("x",), (skeleton,), values))
    if len(read) == 2 and len(text) < SHORT:
        with np.errstate(all="ignore"):
            compare(read[0], read[1], sorted({str(one) for part in read for one in part.free_symbols}))


if __name__ == "__main__":
    sys.exit(fuzzing.main("parse", target, SEEDS, WORDS, together="discovery.symbolic"))

"""SymPy: code that builds the expressions; it evaluates no text."""

from __future__ import annotations

import re

from discovery.export.formula import FUNCTIONS
from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw
from discovery.export.python import WORDS
from discovery.types import DiscoveryResult

_OTHER = {"abs": "Abs", "min": "Min", "max": "Max"}
DIALECT = Dialect(
    "SymPy",
    {name: f"sympy.{_OTHER.get(name, name)}" for name in (*FUNCTIONS.values(), "sqrt") if name != "ramp"},
    whole_power="**",
    power="**",
    pi="sympy.pi",
    ratio="sympy.Rational",
    reserved=WORDS | {"sympy", "values", "intervals", "skeletons", "equations", "headers"},
)


_GIVES = {False: "Derivative by time", True: "The next value"}


def write(result: DiscoveryResult) -> str:
    """A module with symbols, the family ``skeletons``, the ``values`` of its constants, and the ``equations``."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    sides = {
        **dict(zip(law.read, law.readings(DIALECT, indent=" " * 8), strict=True)),
        **dict(zip(law.states, law.right_hand_sides(DIALECT, indent=" " * 8), strict=True)),
    }
    names = [*law.read, *law.states, *law.inputs, *(constant.name for constant in law.constants)]
    symbols = [f'{name} = sympy.Symbol("{name}", real=True)' for name in ("t", *names)]
    values = [f"    {one.name}: {one.value!r},  {DIALECT.remark(one.interval)}" for one in law.constants]
    told = f" (of {', '.join(law.read)} the value)" if law.read else ""
    rows = [f"    {state}: {_built(rhs)}," for state, rhs in sides.items()]
    lines = [
        '"""The right-hand sides of a law, as SymPy\'s expressions."""',
        "",
        law.preamble(DIALECT),
        "",
        "import sympy",
        "",
        *symbols,
        "",
        f"# {_GIVES[law.law.discrete]} of each state{told}, in letters for the constants.",
        "skeletons = {",
        *rows,
        "}",
        "values = {",
        *values,
        "}",
        "equations = {state: side.subs(values) for state, side in skeletons.items()}",
        "",
        'if __name__ == "__main__":',
        "    for state, side in equations.items():",
        *_printed(law),
    ]
    return "\n".join(lines) + "\n"


def _printed(law: ExportedLaw) -> list[str]:
    """Lines that print an equation."""
    if not law.read:
        return [f'        print(f"{"next {state}" if law.law.discrete else "d {state} / d t"} = {{side}}")']
    read = f"({', '.join(law.read)},)"
    return [f"        print(f\"{{state if state in {read} else f'd {{state}} / d t'}} = {{side}}\")"]


def _built(text: str) -> str:
    if re.fullmatch(r"-?[\d.e+-]+", text):
        return f"sympy.S({text})"  # else it would be a number of Python's own
    return f"(\n        {text}\n    )" if "\n" in text else text

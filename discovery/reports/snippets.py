"""A law as code that a reader can paste: SymPy's text and a Python function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp
from sympy.printing.numpy import NumPyPrinter

from discovery.reports.owning import collapsed
from discovery.structure import Owned
from discovery.types import Law, symbol

_MEANT_OTHERWISE = ("numpy", "t")  # names that the function itself uses


def sympy_text(law: Law, owned: Sequence[Owned] = ()) -> str:
    """The law as a dictionary of texts that SymPy reads, in the identifiers of the states."""
    rows = (f'    "{state}": "{sp.sstr(rhs)}",' for state, rhs in collapsed(law, owned).equations.items())
    return "\n".join(("{", *rows, "}", *_own_values(law, owned)))


def python_text(law: Law, owned: Sequence[Owned] = ()) -> str:
    """The law as a Python function of time and state, ready for ``scipy.integrate.solve_ivp``.

    Inputs, and constants that differ between groups of runs, are further arguments. Algebraic states have a function of
    their own, of the same arguments.
    """
    marks = {mark for one in owned for mark in one.inputs}
    more = [*(name for name in law.inputs if name not in marks), *(one.name for one in owned)]
    renamed = {symbol(name): symbol(f"{name}_") for name in (*law.states, *more) if name in _MEANT_OTHERWISE}
    moving, sides = law.moving.states, collapsed(law, owned).equations

    def function(name: str, states: Sequence[str]) -> Iterator[str]:
        printer = NumPyPrinter()
        given, arguments = (
            [str(printer.doprint(symbol(one).xreplace(renamed))) for one in names] for names in (moving, more)
        )
        yield f"def {name}({', '.join(('t', 'state', *arguments))}):"
        yield f"    {', '.join(given)}{',' if len(given) == 1 else ''} = state"
        yield "    return numpy.array(["
        yield from (f"        {printer.doprint(without_cot(sides[one]).xreplace(renamed))}," for one in states)
        yield "    ])"

    read = ("", "", f"# {', '.join(law.algebraic)}", *function("read", law.algebraic)) if law.algebraic else ()
    return "\n".join(("import numpy", "", "", *function("law", moving), *read, *_own_values(law, owned)))


def _own_values(law: Law, owned: Sequence[Owned]) -> Iterator[str]:
    """Comments with the values of constants that differ between groups of runs."""
    for one in owned:
        values = {
            group: float(f"{law.constants[law.told.index(one.constant(group))]:.6g}")
            for group in one.groups
            if one.constant(group) in law.told
        }
        yield from ("", f"# {one.name} = {values!r}")


def without_cot(expression: sp.Expr) -> sp.Basic:
    """The same with 1/tan for cot, which NumPy does not have."""
    return expression.replace(sp.cot, lambda angle: 1 / sp.tan(angle))

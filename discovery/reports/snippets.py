"""A law as code that a reader can paste: SymPy's text and a Python function."""

from __future__ import annotations

import sympy as sp
from sympy.printing.numpy import NumPyPrinter

from discovery.types import Law, symbol

_MEANT_OTHERWISE = ("numpy", "t")  # names that the function itself uses


def sympy_text(law: Law) -> str:
    """The law as a dictionary of texts that SymPy reads, in the identifiers of the states."""
    rows = (f'    "{state}": "{sp.sstr(rhs)}",' for state, rhs in law.equations.items())
    return "\n".join(("{", *rows, "}"))


def python_text(law: Law) -> str:
    """The law as a Python function of time and state, ready for ``scipy.integrate.solve_ivp``."""
    printer = NumPyPrinter()
    renamed = {symbol(name): symbol(f"{name}_") for name in law.states if name in _MEANT_OTHERWISE}
    rows = [f"        {printer.doprint(without_cot(rhs).xreplace(renamed))}," for rhs in law.equations.values()]
    states = [f"{name}_" if name in _MEANT_OTHERWISE else name for name in law.states]
    names = ", ".join(states) + ("," if len(states) == 1 else "")
    return "\n".join(
        (
            "import numpy",
            "",
            "",
            "def law(t, state):",
            f"    {names} = state",
            "    return numpy.array([",
            *rows,
            "    ])",
        )
    )


def without_cot(expression: sp.Expr) -> sp.Basic:
    """The same with 1/tan for cot, which NumPy does not have."""
    return expression.replace(sp.cot, lambda angle: 1 / sp.tan(angle))

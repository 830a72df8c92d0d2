"""Candidates as text from which the parser makes the same expressions.

SymPy's printer gathers signs and sorts terms for the eye, which took longer for the thousands of candidates of a search
than the search itself. Here terms stand as they are held.
"""

from __future__ import annotations

import sympy as sp
from sympy.printing.str import StrPrinter


class _Exact(StrPrinter):
    """Prints numbers with all their digits; SymPy's own printing keeps fifteen, and a resumed run would differ."""

    def _print_Float(self, expr: sp.Float) -> str:  # noqa: N802  # the name by which SymPy finds it
        return repr(float(expr))


def exact(expression: sp.Expr) -> str:
    """The expression as text for readers, from which the parser makes the same expression."""
    return str(_Exact().doprint(expression))


def stored(expression: sp.Expr) -> str:
    """The same, many times faster, as text that nobody is to read."""
    # One over pi stays what it is only below a fraction bar, which there are none of here.
    return exact(expression) if expression.has(sp.pi) else _text(expression)


def _text(expression: sp.Basic) -> str:
    if isinstance(expression, sp.Symbol):
        return expression.name
    if isinstance(expression, sp.Float):
        return repr(float(expression))
    if isinstance(expression, sp.Integer):
        return str(expression.p)
    if isinstance(expression, sp.Add):
        return " + ".join(map(_text, expression.args))
    if isinstance(expression, sp.Mul):
        return "*".join(map(_factor, expression.args))
    if isinstance(expression, sp.Pow):
        return "**".join(map(_operand, expression.args))
    if isinstance(expression, sp.Function):
        return f"{expression.func.__name__}({', '.join(map(_text, expression.args))})"
    return f"({_Exact().doprint(expression)})"


def _factor(part: sp.Basic) -> str:
    return f"({_text(part)})" if isinstance(part, sp.Add) else _text(part)


def _operand(part: sp.Basic) -> str:
    return _text(part) if isinstance(part, sp.Symbol | sp.Function) else f"({_text(part)})"

"""Laws as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from discovery.reports.owning import collapsed
from discovery.structure import Owned
from discovery.types import Law
from pipelines.terminal import plain


def law_lines(law: Law, headers: Mapping[str, str], owned: Sequence[Owned] = ()) -> list[str]:
    """The law as a person writes it, one line for each state; names are made harmless for a terminal."""
    law = collapsed(law, owned)
    form = "next {} = {}" if law.discrete else "d {} / dt = {}"
    return [form.format(plain(headers.get(state, state)), _rounded(rhs)) for state, rhs in law.equations.items()]


def one_line(law: Law) -> str:
    """The right-hand sides, one after another."""
    return "; ".join(_rounded(rhs) for rhs in law.equations.values())


def _rounded(rhs: sp.Expr) -> str:
    return str(rhs.xreplace({number: rounded_number(float(number)) for number in rhs.atoms(sp.Float)}))


def rounded_number(value: float) -> sp.Float:
    """A number with four significant digits."""
    return sp.Float(f"{value:.4g}", 4)

"""Laws as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import sympy as sp

from discovery.reports.owning import collapsed
from discovery.structure import Owned
from discovery.trajectories.names import read_as
from discovery.types import Law, symbol
from pipelines.terminal import plain


def law_lines(law: Law, headers: Mapping[str, str], owned: Sequence[Owned] = ()) -> list[str]:
    """The law as a person writes it, one line for each state; names are made harmless for a terminal."""
    law = collapsed(law, owned)
    form = "next {} = {}" if law.discrete else "d {} / dt = {}"
    sides = right_hand_sides(law, headers)
    return [form.format(plain(headers.get(state, state)), side) for state, side in zip(law.states, sides, strict=True)]


def one_line(law: Law, headers: Mapping[str, str]) -> str:
    """The right-hand sides, one after another."""
    return "; ".join(right_hand_sides(law, headers))


def right_hand_sides(law: Law, headers: Mapping[str, str]) -> list[str]:
    """Each with numbers of four digits, in the columns' own names."""
    return [_rounded(as_read(rhs, headers)) for rhs in law.equations.values()]


def as_read(expression: sp.Expr, headers: Mapping[str, str]) -> sp.Expr:
    """An expression in the columns' own names where code needs others, as ``I`` for ``I_``."""
    names = {symbol(name): symbol(word) for name, word in read_as(headers).items()}
    return cast("sp.Expr", expression.xreplace(names)) if names else expression


def _rounded(rhs: sp.Expr) -> str:
    return str(rhs.xreplace({number: rounded_number(float(number)) for number in rhs.atoms(sp.Float)}))


def rounded_number(value: float) -> sp.Float:
    """A number with four significant digits."""
    return sp.Float(f"{value:.4g}", 4)

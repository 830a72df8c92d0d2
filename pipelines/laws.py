"""Laws as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from discovery.reports.owning import collapsed
from discovery.reports.text import as_read, rounded
from discovery.structure import Owned
from discovery.symbolic.phases import decimals
from discovery.types import Law
from pipelines.terminal import plain


def law_lines(
    law: Law, headers: Mapping[str, str], owned: Sequence[Owned] = (), times: Sequence[float] = ()
) -> list[str]:
    """The law as a person writes it, one line for each state; names are made harmless for a terminal.

    Args:
        times: at which waves of time hold as they are written, for which numbers get more digits.
    """
    law = collapsed(law, owned)
    lines: list[str] = []
    for state, side in zip(law.states, right_hand_sides(law, headers, times), strict=True):
        name = plain(headers.get(state, state))
        left = law.left(state, name) if law.discrete or state in law.algebraic else f"d {name} / dt"
        lines.append(f"{left} = {side}")
    return lines


def one_line(law: Law, headers: Mapping[str, str], times: Sequence[float] = ()) -> str:
    """The right-hand sides, one after another."""
    return "; ".join(right_hand_sides(law, headers, times))


def right_hand_sides(law: Law, headers: Mapping[str, str], times: Sequence[float] = ()) -> list[str]:
    """Each with numbers of four digits, more where waves need them, in the columns' own names."""
    sides = tuple(law.equations.values())
    places = decimals(sides, times) if times else {}
    return [str(rounded(as_read(rhs, headers), 4, places)) for rhs in sides]

"""Frames in which groups have constants of their own, with one constant for all of them again: where starts come from.

A grid of a dozen groups' constants has more points than can be tried; one of what they share has not, and groups differ
less from each other than guesses do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from discovery.laws import Frame, told_symbol
from discovery.structure import MARK
from discovery.types import symbol


def one_for_all(frame: Frame) -> Frame | None:
    """The frame with the first group's constants for all groups; None where no constant is of a group."""
    first: dict[str, str] = {}
    for one in frame.constants:
        first.setdefault(_family(one.name), one.name)
    if len(first) == len(frame.constants):
        return None
    change: dict[sp.Basic, sp.Basic] = {symbol(name): sp.S.One for name in frame.inputs if name.startswith(MARK)}
    change |= {told_symbol(one.name): sp.S.Zero for one in frame.constants if first[_family(one.name)] != one.name}
    return replace(
        frame.changed(change),
        constants=tuple(one for one in frame.constants if first[_family(one.name)] == one.name),
    )


def for_each(frame: Frame, values: Sequence[float]) -> tuple[float, ...]:
    """Values of the frame's constants, by those of the frame with one for all."""
    families = dict.fromkeys(_family(one.name) for one in frame.constants)
    by_family = dict(zip(families, values, strict=True))
    return tuple(by_family[_family(one.name)] for one in frame.constants)


def _family(name: str) -> str:
    """``ka`` of ``ka[subject 1]``."""
    return name.partition("[")[0]

"""What a run tells of its law beyond the equations: quantities that it conserves, units. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp


@dataclass(frozen=True)
class Invariant:
    """A function of the states that a law keeps constant along every solution.

    Attributes:
        expression: in the states and the law's constants c0, c1, ...
        relations: expressions of the constants that have to be zero for that; empty where any values will do.
        general: what is conserved whatever the constants; None where that is ``expression`` itself, or nothing is.
        variation: root mean square change along the measured runs, relative to the changes of its terms.
        expected: the same that the noise left in the smoothed states makes.
    """

    expression: sp.Expr
    relations: tuple[sp.Expr, ...] = ()
    general: sp.Expr | None = None
    variation: float = float("nan")
    expected: float = float("nan")


# What the inputs that tell groups apart are called, before their number.
MARK = "in_group_"


@dataclass(frozen=True)
class Owned:
    """A constant that has a value of its own for each group of runs.

    Attributes:
        by: the column that tells groups apart; empty where each run is one.
        groups: in the order of ``inputs``.
        inputs: identifiers of what is 1 in the runs of a group, and 0 in others.
    """

    name: str
    by: str
    groups: tuple[str, ...]
    inputs: tuple[str, ...]

    def constant(self, group: str) -> str:
        """The name of the constant of one group."""
        return f"{self.name}[{group}]"


@dataclass(frozen=True)
class Structure:
    """All of it; empty where nothing was found or sought.

    Attributes:
        owned: constants that differ between groups of runs.
        units: of the columns, by identifier of the state, and by ``t``; empty where none were checked.
    """

    invariants: tuple[Invariant, ...] = ()
    owned: tuple[Owned, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict[str, str])

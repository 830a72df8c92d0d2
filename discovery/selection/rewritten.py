"""Laws of a ranking that are one law in two writings, as c/(k + x) and c/(1 + k x) with other constants.

They fit the data equally well, so that the second is no rival of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp

from discovery.errors import ExpressionError, UsageError
from discovery.protocols import NEVER, Deadline
from discovery.selection.refined import Refined
from discovery.symbolic.compare import Region, compare
from discovery.types import Law, Trajectory, symbol

# Fits of one law end within this of each other in chi-squared: they stop at steps of a thousandth of the constants'
# deviations at least, which is 1e-6 of it, and writings in which constants are correlated stop sooner.
ALIKE = 0.1


def distinct(items: Sequence[Refined], trajectories: Sequence[Trajectory], deadline: Deadline = NEVER) -> list[Refined]:
    """The laws without those that are an earlier one in another writing."""
    region = _region(items[0].law, trajectories) if items else {}
    kept: list[Refined] = []
    for item in items:
        if not any(_fit_alike(item, other) and _same(item.law, other.law, region, deadline) for other in kept):
            kept.append(item)
    return kept


def _fit_alike(one: Refined, other: Refined) -> bool:
    """Whether they may be one law: what takes no time to see comes before expressions are compared."""
    return (
        len(one.law.constants) == len(other.law.constants)
        and abs(one.fit.cost - other.fit.cost) < ALIKE
        and one.fit.count == other.fit.count
    )


def _same(one: Law, other: Law, region: Region, deadline: Deadline) -> bool:
    """Whether with its constants free the first law of two contains the other's equations, of which it has as many."""
    values = {f"c{i}": value for i, value in enumerate(other.constants)}
    pairs = [
        (mine, skeleton)
        for mine, skeleton, own in zip(one.equations.values(), other.skeletons, one.skeletons, strict=True)
        if skeleton != own
    ]
    return all(not deadline.passed() and _rewritten(mine, skeleton, values, region) for mine, skeleton in pairs)


def _rewritten(mine: sp.Expr, theirs: sp.Expr, values: Mapping[str, float], region: Region) -> bool:
    """Whether a right-hand side is one of another's family.

    Args:
        theirs: with letters for its constants; exponents and numbers that are no constants are the family's.
        values: of the constants.
    """
    free = {name: value for name, value in values.items() if symbol(name) in theirs.free_symbols}
    names = sorted(map(str, mine.free_symbols))
    if {*names, *free} != {*map(str, theirs.free_symbols)}:
        return False
    try:
        verdict = compare(mine, theirs, names, region=region, free=free).verdict
    except (ExpressionError, UsageError):  # nowhere defined together, or with a function that has no rule
        return False
    return verdict == "identical"  # with the constants that each has come to


def _region(law: Law, trajectories: Sequence[Trajectory]) -> Region:
    """The ranges of states and inputs in the data."""
    columns = np.hstack(
        [np.vstack([run.states for run in trajectories]), np.vstack([run.inputs for run in trajectories])]
    )
    ranges = {
        name: (float(np.nanmin(column)), float(np.nanmax(column)))
        for name, column in zip((*law.states, *law.inputs), columns.T, strict=False)
        if np.isfinite(column).any()
    }
    return {name: (low, high) for name, (low, high) in ranges.items() if low < high}

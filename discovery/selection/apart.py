"""Which constant do groups of runs not share?

The law is fitted to each group alone. Close to its best constants a group's chi-squared is a parabola, so that the
values that suit all groups best, of all constants but one, follow from the curvatures. To fit one constant to each
group with the others held as they are for all gains nothing where these suit no group.

Source: Schwarz (1978) for the price of a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, chosen
from discovery.selection.correlated import inefficiency
from discovery.selection.reconstruction import residuals_of
from discovery.selection.sharing import SAYS, Own, sharing

# Share of a constant's curvature that another with values of its own has to leave of it, and share of the largest
# curvature below which a direction has none: some thousand times what rounding makes of a difference.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Apart:
    """A constant with values of its own for each group, and the others with it.

    Attributes:
        constants: of the law, that one's being the median.
    """

    place: int
    own: Own
    constants: tuple[float, ...]


@dataclass(frozen=True)
class _Alone:
    """The law fitted to groups alone.

    Attributes:
        information: curvature of each group's chi-squared at its constants, the window starts following.
        cost: chi-squared of all.
        tau: samples that tell as much as one.
    """

    constants: Float[np.ndarray, "group constant"]
    information: Float[np.ndarray, "group constant constant"]
    cost: float
    tau: float


def apart(fitted: Fit, windows: Windows, member: Sequence[int], settings: Shooting) -> list[Apart]:
    """For each constant of which all groups tell, what it would be if they shared the others; best first.

    Nothing where the law cannot be followed in one of the groups.

    Args:
        fitted: the law with one value of each constant for all.
        member: the group of each trajectory.
    """
    alone = _alone(fitted, windows, member, settings)
    if alone is None or len(alone.constants) < 2:
        return []
    found = [one for place in range(len(fitted.law.constants)) if (one := _apart(alone, fitted, place)) is not None]
    return sorted(found, key=lambda one: -one.own.lead)


def _alone(fitted: Fit, windows: Windows, member: Sequence[int], settings: Shooting) -> _Alone | None:
    """Every group for itself, begun at what is fitted to all."""
    fits: list[Fit] = []
    curvatures: list[Float[np.ndarray, "constant constant"]] = []
    residuals: list[Float[np.ndarray, "sample state"]] = []
    for group in sorted({member[run] for run, _ in windows.places}):  # of many runs windows are of some
        which = [window for window, (run, _) in enumerate(windows.places) if member[run] == group]
        mine = chosen(windows, which)
        one = fit(fitted.law, mine, starts=fitted.starts[which], settings=settings)
        said = None if one is None else sharing(one, mine, [0] * len(member), settings)
        if one is None or said is None:
            return None
        fits.append(one)
        curvatures.append(said.information[0])
        residuals += residuals_of(one, mine)
    cost = sum(float(one.costs.sum()) for one in fits)  # beliefs would count in every group
    return _Alone(np.array([one.law.constants for one in fits]), np.array(curvatures), cost, inefficiency(residuals))


def _apart(alone: _Alone, fitted: Fit, place: int) -> Apart | None:
    """One constant with values of its own; None where a group says nothing of it."""
    size = alone.information[:, place, place]
    if not np.all(size > SAYS * size.max(initial=0.0)):
        return None
    rest = [i for i in range(len(fitted.law.constants)) if i != place]
    values, mixed = alone.constants[:, rest], alone.information[:, rest, place]
    left = alone.information[:, rest][:, :, rest] - mixed[:, :, None] * mixed[:, None, :] / size[:, None, None]
    # What cannot be told from that one stays as it is: what is left of its curvature is rounding, of either sign.
    tied = np.diagonal(left.sum(axis=0)) <= ROUNDING * alone.information[:, rest, rest].sum(axis=0)
    left[:, tied], left[:, :, tied] = 0.0, 0.0
    shared = np.where(tied, np.array(fitted.law.constants)[rest], _balanced(left, values))
    off = values - shared
    own = alone.constants[:, place] + np.sum(mixed * off, axis=1) / size
    rise = np.maximum(np.einsum("gi,gij,gj->g", off, left, off), 0.0)  # what is left in one group may be rounding
    cost = alone.cost + float(rise.sum())
    constants = np.insert(shared, place, np.median(own))
    return Apart(place, Own.of(fitted, range(len(own)), own, cost, alone.tau), tuple(constants))


def _balanced(
    curvatures: Float[np.ndarray, "group constant constant"], values: Float[np.ndarray, "group constant"]
) -> Float[np.ndarray, " constant"]:
    """The values with the least sum of the groups' parabolas."""
    total = curvatures.sum(axis=0)
    size = np.diagonal(total)
    unit = 1.0 / np.sqrt(np.where(size > 0.0, size, 1.0))
    pull = np.einsum("gij,gj->i", curvatures, values)
    return unit * np.linalg.lstsq(total * unit * unit[:, None], pull * unit, rcond=ROUNDING)[0]

"""Do all runs agree on a constant?

One constant after the other is fitted to each group of runs alone, the others as they are for all. The fall of
chi-squared, in units of what residuals are then worth, has to pay for the further constants. From the curvature of each
group's chi-squared follows whether that group alone can tell the constant from another.

Source: Schwarz (1978) for the price of a constant.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float
from scipy.special import gammaincc

from discovery.dynamics.amplitudes import amplitudes
from discovery.dynamics.shooting import Fit, Shooting, fit, pulls
from discovery.dynamics.windows import Windows, chosen
from discovery.selection.correlated import inefficiency
from discovery.selection.reconstruction import residuals_of
from discovery.selection.residuals import UNLIKELY

# Share of a constant's own curvature in a group that others must leave for the group to say something of it.
SAYS = 1e-6
# Constants differ where chance is unlikely to make it so, and the values' range is this share of them.
SHARE = 0.1
# Deviations from zero of an exponent from which on a group knows it.
KNOWN = 3.0
# Nats by which values of their own have to lead; a factor of 20 in likelihood, as of ties between laws.
LEAD = 3.0


@dataclass(frozen=True)
class Own:
    """A constant with a value of its own for each group.

    Attributes:
        groups: those that say something of it, with their values.
        lead: nats gained, less the price of the further constants (Schwarz).
        probability: of a gain as large as this if all groups had the same value.
    """

    groups: tuple[int, ...]
    values: tuple[float, ...]
    lead: float
    probability: float

    @classmethod
    def of(cls, fitted: Fit, groups: Sequence[int], values: Sequence[float], cost: float, tau: float) -> Self:
        """Of the law with one value for all, and the chi-squared with a value for each group.

        Args:
            tau: samples that residuals hang together for.
        """
        price = len(groups) - 1
        freedom = max(1, fitted.count - fitted.fitted - price)
        gain = 0.5 * max(float(fitted.costs.sum()) - cost, 0.0) / (max(1.0, cost / freedom) * tau)
        lead = gain - 0.5 * price * math.log(max(fitted.count / tau, 2.0))
        return cls(tuple(groups), tuple(values), lead, float(gammaincc(0.5 * price, gain)))

    def differs(self, constants: int) -> bool:
        """Whether the values differ clearly, for one of so many constants that are asked."""
        return self.unlikely(constants) and self.spread > SHARE

    def unlikely(self, constants: int) -> bool:
        """Whether chance hardly makes the values differ so, for one of so many constants that are asked."""
        return self.probability < UNLIKELY / constants

    @property
    def spread(self) -> float:
        """The range of the values, relative to their median."""
        return float(np.ptp(self.values) / max(abs(float(np.median(self.values))), 1e-300))


@dataclass(frozen=True)
class Sharing:
    """What each group of runs says of the constants.

    Attributes:
        fitted: the law with one value of each constant for all.
        information: curvature of each group's chi-squared, the window starts following.
        member: the group of each trajectory.
    """

    fitted: Fit
    windows: Windows
    member: tuple[int, ...]
    settings: Shooting
    information: Float[np.ndarray, "group constant constant"]

    def telling(self, place: int) -> list[int]:
        """Groups that say something of a constant."""
        size = self.information[:, place, place]
        return [g for g in range(len(size)) if size[g] > SAYS * max(float(size.max(initial=0.0)), 1e-300)]

    def own(self, place: int) -> Own | None:
        """Values of the constant's own by group; None where one group alone tells of it, or they cannot be followed."""
        groups = self.telling(place)
        if len(groups) < 2:
            return None
        values: list[float] = []
        cost, residuals = 0.0, list[Float[np.ndarray, "sample state"]]()
        there = sorted({self.member[run] for run, _ in self.windows.places})  # of many runs windows are of some
        for group in there:
            found = self._alone(group, place)
            if found is None:
                return None
            fitted, windows = found
            cost += float(fitted.costs.sum())  # beliefs would count in every group
            residuals += residuals_of(fitted, windows)
            values += [fitted.law.constants[place]] if group in groups else []
        return Own.of(self.fitted, groups, values, cost, inefficiency(residuals))

    def _alone(self, group: int, place: int) -> tuple[Fit, Windows] | None:
        """One constant fitted to one group, and its windows; None where the law cannot be followed there."""
        which = [window for window, (run, _) in enumerate(self.windows.places) if self.member[run] == group]
        windows, starts = chosen(self.windows, which), self.fitted.starts[which]
        rest = [i for i in range(len(self.fitted.law.constants)) if i != place]
        found = fit(self.fitted.law, windows, starts=starts, settings=self.settings, fixed=rest)
        return None if found is None else (found, windows)

    def together(self, place: int, besides: Collection[int] = ()) -> tuple[int, float]:
        """The constant from which single groups tell it worst, and the median of their correlations, without sign.

        Args:
            besides: constants that are not asked.
        """
        worst, strongest = place, 0.0
        for other in (one for one in range(len(self.fitted.law.constants)) if one not in besides):
            found = [abs(c) for g in self.telling(place) if (c := self._correlation(g, place, other)) is not None]
            if other != place and found and (median := float(np.median(found))) > strongest:
                worst, strongest = other, median
        return worst, strongest

    def amid(self, place: int, other: int) -> float:
        """The correlation of an amplitude's size amid the data with the exponent beside it, the median of groups.

        By the formula the two are nearly one, as the size is counted where the exponent is zero, far from the data.

        Returns:
            1 where the two are no such pair, or single groups do not know the exponent.
        """
        pairs = {(one, inner) for before, inside in amplitudes(self.fitted.law) for one in before for inner in inside}
        place, other = (other, place) if (other, place) in pairs else (place, other)
        groups = [g for g in self.telling(place) if g in self.telling(other)]
        if (place, other) not in pairs or not groups:
            return 1.0
        both = self.information[groups][:, [place, other]][:, :, [place, other]]
        shift = np.array([[1.0, 0.0], [-float(np.median(both[:, 0, 1] / both[:, 0, 0])), 1.0]])
        (size, joint), (_, own) = (shift @ both @ shift.T).transpose(1, 2, 0)
        least = KNOWN**2 * max(1.0, self.fitted.reduced) / max(self.fitted.law.constants[other] ** 2, 1e-300)
        known = own - joint**2 / size > least
        return float(np.median(np.where(known, np.abs(joint) / np.sqrt(size * np.maximum(own, least)), 1.0)))

    def _correlation(self, group: int, place: int, other: int) -> float | None:
        """Correlation of two constants if one group alone had to tell them; None where it tells nothing of one."""
        block = self.information[group][np.ix_([place, other], [place, other])]
        if group not in self.telling(place) or group not in self.telling(other):
            return None
        size = np.sqrt(np.diag(block))
        return float(-block[0, 1] / size[0] / size[1])


def sharing(fitted: Fit, windows: Windows, member: Sequence[int], settings: Shooting) -> Sharing | None:
    """What groups of runs say of a fitted law's constants; None if it cannot be simulated.

    Args:
        member: the group of each trajectory.
    """
    number = len(fitted.law.constants)
    information = np.zeros((max(member) + 1, number, number))
    for window, ((run, _), (low, high)) in enumerate(zip(windows.places, windows.edges, strict=True)):
        if not windows.weights[low:high].any():
            continue  # in a gap of the measurements
        mine = pulls(fitted.law, chosen(windows, [window]), fitted.starts[window : window + 1], settings)
        if mine is None:
            return None
        information[member[run]] += mine.information
    return Sharing(fitted, windows, tuple(member), settings, information)

"""First constants and values of hidden states of a law that was told in full: the whole law is followed.

A hidden state that the smoothed curves of the others drive can bring these back: with a fast k, y' = k (x - y) makes
k (x - y) the derivative of x itself, noise and all, and an equation for x that has it fits the derivatives better than
the truth. That is no law, as following it alone shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, cut
from discovery.problems.flexible import MOST, Flexible
from discovery.problems.hidden import wider, with_columns
from discovery.problems.points import Points
from discovery.protocols import Deadline

if TYPE_CHECKING:
    from discovery.problems.latent import Latent

# Beginnings that are followed, and steps of the fit from each. Of a room with a hidden wall, the first four of 400 are
# such as above; of the next eight, five lead to the truth.
BEGUN, STEPS = 12, 20
# Windows, as shares of the longest run and in samples at least: with the short ones most beginnings can be followed,
# and the long ones tell constants that the short ones leave open. A slow state is a constant on a part of the record:
# of a climate with a hidden ocean, fits on quarters made its heat capacity endless from all of twelve beginnings.
SHARES, LEAST = (16, 4, 1), 16
# Times its size at first by which a constant has run away, and tells nothing but that these windows do not tell it.
AWAY = 1e3
MOST_SAMPLES = 4000  # a fit of as many, of two states and six constants, takes a second
# Chi-squared by degree of freedom with which there is nothing left to be found. Far below one it tells noise that was
# taken for too large, as that of curves smoothed over jumps is, and a wrong law fits within such noise.
TOO_GOOD, ENOUGH = 0.5, 1.2


def closed_loop(
    latent: Latent, tried: Sequence[tuple[float, tuple[float, ...]]], deadline: Deadline
) -> tuple[float, tuple[float, ...]] | None:
    """Constants and first values with which the whole law follows the samples best, and chi-squared by its freedom.

    None where the law leaves functions open, or cannot be followed from any of the beginnings.

    Args:
        tried: misfits of derivatives, constants and first values, the best first.
    """
    if latent.frame.unknowns:
        return None
    best = Followed(True, math.inf, ())
    for misfit, values in tried[:BEGUN]:
        if not math.isfinite(misfit) or deadline.passed() or (not best.away and TOO_GOOD < best.reduced < ENOUGH):
            break
        found = _followed(latent, values)
        # Its course, driven by the other states, is what the search goes on with.
        if found is not None and found < best and math.isfinite(latent.misfit(found.values)):
            best = found
    return (best.reduced, best.values) if best.values else None


@dataclass(frozen=True, order=True)
class Followed:
    """Where a fit of the whole law came to, the better the less.

    Attributes:
        away: whether a constant ran away.
        reduced: chi-squared by degree of freedom.
        values: constants and first values.
    """

    away: bool
    reduced: float
    values: tuple[float, ...]


def _followed(latent: Latent, values: tuple[float, ...]) -> Followed | None:
    """The law fitted on short windows, and from there on longer ones, whichever fit better.

    A constant that runs away begins anew on longer windows.
    """
    curves = latent.curves(values)
    runs = tuple(with_columns(run, [one.name for one in latent.hidden]) for run in latent.runs)
    starts = Flexible.of(latent.frame, Points.of(latent.frame, runs, curves, MOST)).starts(1, 0)
    if not starts:
        return None
    law, noise = latent.frame.law((), starts[0].values), wider(latent.smoothing.noise, curves)
    found: list[Followed] = []
    for share in SHARES:
        length = max(LEAST, max(map(len, runs)) // share)
        windows = cut(runs, curves, noise, length, max_samples=MOST_SAMPLES)
        fitted = fit(law, windows, settings=Shooting(iterations=STEPS))
        if fitted is None:
            break
        before, after = np.array(law.constants), np.array(fitted.law.constants)
        away = np.abs(after) > AWAY * np.abs(before)
        law = fitted.law.with_constants(tuple(np.where(away, before, after).tolist()))
        there = _values(latent, replace(fitted, law=law), windows, values)
        found.append(Followed(bool(away.any()), fitted.reduced, there))
    return min(found, default=None)


def _values(latent: Latent, found: Fit, windows: Windows, before: tuple[float, ...]) -> tuple[float, ...]:
    """The constants that are looked for and the hidden states where runs begin, as they were where no window does."""
    known = dict(zip(found.law.told, found.law.constants, strict=False))
    constants = [known.get(one.name, value) for one, value in zip(latent.told, before, strict=False)]
    places = [found.law.states.index(one.name) for one in latent.hidden]
    firsts = list(before[len(latent.told) :])
    for (run, row), start in zip(windows.places, found.starts, strict=True):
        if row == 0:
            firsts[run * len(places) : (run + 1) * len(places)] = start[places].tolist()
    return (*constants, *firsts)

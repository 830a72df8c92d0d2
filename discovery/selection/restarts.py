"""Other beginnings for laws whose fit came to rest above the noise: it may be another minimum of the cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.selection.refined import Refined, refine
from discovery.types import Law, symbol

# Chi-squared by value from which a fit is tried again; the true law's is near 1 on short windows.
POOR = 3.0
# Residual in deviations from which the loss of a cautious fit is linear. Where the smoother errs, samples near zero of
# states with proportional noise pull at the starts with a hundred times the force of others.
CAUTIOUS = 1.0
# Factors by which each constant inside a function is moved, and how many such constants at most.
FACTORS = (0.5, 2.0)
MOST = 3


def restarted(refined: Refined, guess: Law, windows: Windows, settings: Shooting) -> Refined:
    """The best of the fit and of others begun elsewhere; as it came if it is at the noise level.

    Args:
        guess: the law with the constants that the fit began with.
    """
    if refined.fit.misfit <= POOR:
        return refined
    best = refined
    for law, bend in _beginnings(guess):
        trial = refine(law, windows, settings=replace(settings, bend=min(bend, settings.bend)))
        if trial is not None and bend < settings.bend:
            trial = refine(trial.law, windows, starts=trial.fit.starts, settings=settings)
        if trial is not None and trial.fit.cost < best.fit.cost:
            best = trial
    return best


def _beginnings(law: Law) -> Iterator[tuple[Law, float]]:
    """Laws to begin with, and the bend of the loss."""
    yield law, CAUTIOUS
    for place in _inside(law)[:MOST]:
        for factor in FACTORS:
            constants = list(law.constants)
            constants[place] *= factor
            yield law.with_constants(tuple(constants)), math.inf


def _inside(law: Law) -> Sequence[int]:
    """Constants that an equation is not linear in: exponents, rates, frequencies, those of denominators."""
    return [
        place
        for place in range(len(law.constants))
        if any(
            (constant := symbol(f"c{place}")) in skeleton.free_symbols
            and constant in skeleton.diff(constant).free_symbols
            for skeleton in law.skeletons
        )
    ]

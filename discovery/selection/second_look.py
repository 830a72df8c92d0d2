"""Pools of a second look: what the samples say of all candidates about the best law's own curve.

The first pools are to first order about the smoothed curve, and where that is wrong the truth may be behind a hundred
imitations: at 5 % noise with half of the samples left out, a pendulum's sine was 76 nats behind the best fit. A refined
law follows the samples better than any smoother, and Gauss and Newton's next step starts from it. There the candidates
are looked at again, and besides them what is one step from the law: its equations with a term more, a term or two
fewer, or with another in their place, out of all terms that any candidate has.

Source: Bock (1983) and Ramsay & Hooker (2017), as :mod:`discovery.problems.response`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.dynamics.shooting import Fit
from discovery.dynamics.windows import Windows
from discovery.problems.regression import derivative_regression
from discovery.problems.response import Response, responses
from discovery.protocols import NEVER, Deadline
from discovery.selection.pairs import FLOOR, SOURCE, Seen, beside_each_other
from discovery.selection.pool import Entry, Sheets, pool
from discovery.selection.prices import Support
from discovery.selection.reconstruction import courses
from discovery.selection.sheet import Sheet
from discovery.selection.steps import View
from discovery.types import DiscoveryProblem, EquationCandidate, NoiseModel, SmoothedTrajectory, Trajectory

# Deviations from which on a sample is left out where fits are robust: as of outliers about a smoothed curve.
OUTLYING = 5.0
# Rates are known to this share of the largest, which only keeps their errors finite.
KNOWN = 1e-3


@dataclass(frozen=True)
class Look:
    """What a second look has found.

    Attributes:
        pools: entries of each state, best first; none where the curve cannot be followed.
        pairs: entries of two states that change together, the shortest descriptions first.
    """

    pools: Mapping[str, tuple[Entry, ...]]
    pairs: tuple[tuple[Entry, Entry], ...] = ()


def second_look(
    sheets: Sheets,
    problem: DiscoveryProblem,
    best: Fit,
    windows: Windows,
    noise: NoiseModel,
    *,
    most: int,
    robust: bool = False,
    deadline: Deadline = NEVER,
) -> Look:
    """The pools that candidates make about the curve of a refined law, and pairs of equations.

    Args:
        sheets: the candidates of each state.
        noise: of the measurements about that curve.
        most: entries of each pool.
        robust: whether samples far from the curve are left out.
    """
    about = _about(problem, best, windows, noise, robust=robust)
    if about is None:
        return Look({})
    sides = best.law.equations
    others = {state: tuple(side for name, side in sides.items() if name != state) for state in sides}
    known = responses(about.trajectories, about.smoothing, sides, deadline, floor=FLOOR)
    seen: list[Seen] = []
    for response in known:
        if deadline.passed():
            return Look({})
        law = EquationCandidate(response.state, sides[response.state], SOURCE)
        if law.state in sheets and law.state in problem.open:
            seen.append(_seen(sheets[law.state], law, response, others[law.state]))
    if not seen:
        return Look({})
    found = [one for state in seen for one in state.candidates()]
    there = replace(about, respond=lambda _: known)  # no law is likelier than this one
    pools = pool(found, there, per_size=0, most=most, short=1.0, beside=others, deadline=deadline).entries
    return Look(pools, () if deadline.passed() else beside_each_other(seen, about, best.law, deadline))


def looks_twice(problem: DiscoveryProblem, windows: Windows) -> bool:
    """Whether there can be a second look: inputs are states of the pools and not of the law; a map has no slope."""
    return problem.frame is None and not windows.drives.size and not windows.discrete and not windows.steps


def _about(
    problem: DiscoveryProblem, best: Fit, windows: Windows, noise: NoiseModel, *, robust: bool
) -> DiscoveryProblem | None:
    """The problem about the law's curve, each window a run of its own; None where that cannot be followed."""
    law = best.law
    followed = courses(best, windows)
    rates = [values(list(law.equations.values()), law.states, states) for states in followed]
    if not all(np.all(np.isfinite(rate)) for rate in rates):
        return None
    error = np.maximum(KNOWN * np.abs(np.vstack(rates)).max(axis=0), 1e-100)
    runs, curves = list[Trajectory](), list[SmoothedTrajectory]()
    pieces = zip(windows.places, windows.edges, followed, rates, strict=True)
    for (run, first), (low, high), states, rate in pieces:
        part = problem.trajectories[run].part(slice(first, first + high - low))
        measured = part.states
        if robust:
            measured = np.where(
                np.abs(measured - states) > OUTLYING * noise.deviation(states, part.errors), np.nan, measured
            )
        nothing, errors = np.zeros(states.shape), np.tile(error, (len(states), 1))
        runs.append(replace(part, states=measured))
        curves.append(SmoothedTrajectory(part.times, states, rate, nothing, errors, law.states, part.label))
    smoothing = replace(problem.smoothing, trajectories=tuple(curves), noise=noise)
    regressions = (derivative_regression(smoothing),)
    return replace(problem, trajectories=tuple(runs), smoothing=smoothing, regressions=regressions)


def _seen(sheet: Sheet, law: EquationCandidate, response: Response, others: tuple[sp.Expr, ...]) -> Seen:
    """The candidates and what is one step from the law."""
    more = Sheet.of(sheet.problem, [law])
    (sampled, wild), (beside, wilder) = sheet.sampled(response.states), more.sampled(response.states)
    terms, usable = (*sheet.sums.terms, *more.sums.terms), ~np.concatenate([wild, wilder])
    sampled = np.hstack([sampled, beside])
    view = View(terms, response.operator @ sampled, usable, response, others)
    supports: dict[Support, set[str]] = {}
    for i in np.flatnonzero(~sheet.sums.using(wild)).tolist():
        supports.setdefault(sheet.sums.row(i)[0], set()).add(sheet.sources[i])
    own: Support = tuple(range(len(sheet.sums.terms), len(terms)))
    for step in view.steps(own):
        supports.setdefault(step, {SOURCE})
    return Seen(view, sampled, supports, own)

"""Pools of a second look: what the samples say of all candidates about the best law's own curve.

The first pools are to first order about the smoothed curve, and where that is wrong the truth may be behind a hundred
imitations: at 5 % noise with half of the samples left out, a pendulum's sine was 76 nats behind the best fit. A refined
law follows the samples better than any smoother, and Gauss and Newton's next step starts from it. There the candidates
are looked at again, and besides them what is one step from the law: its equations with a term more, a term or two
fewer, or with another in their place, out of all terms that any candidate has.

Source: Bock (1983) and Ramsay & Hooker (2017), as :mod:`discovery.problems.response`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.dynamics.shooting import Fit
from discovery.dynamics.windows import Windows
from discovery.problems.regression import derivative_regression
from discovery.problems.response import Response, responses
from discovery.protocols import NEVER, Deadline
from discovery.selection.pool import Entry, Sheets, pool
from discovery.selection.reconstruction import courses
from discovery.selection.sheet import Sheet
from discovery.selection.steps import Support, View
from discovery.types import DiscoveryProblem, EquationCandidate, NoiseModel, SmoothedTrajectory, Trajectory

SOURCE = "selection:second look"
# Candidates of a state that are made expressions of.
MOST = 240
# Share of a state's spread that deviations about a law's curve have at least: it is as exact as its integration.
FLOOR = 1e-5
# Deviations from which on a sample is left out where fits are robust: as of outliers about a smoothed curve.
OUTLYING = 5.0
# Rates are known to this share of the largest, which only keeps their errors finite.
KNOWN = 1e-3


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
) -> dict[str, tuple[Entry, ...]]:
    """The pools that candidates make about the curve of a refined law; none where that cannot be followed.

    Args:
        sheets: the candidates of each state.
        noise: of the measurements about that curve.
        most: entries of each pool.
        robust: whether samples far from the curve are left out.
    """
    seen = _about(problem, best, windows, noise, robust=robust, deadline=deadline)
    if seen is None:
        return {}
    about, known = seen
    found: list[EquationCandidate] = []
    sides = best.law.equations
    others = {state: tuple(side for name, side in sides.items() if name != state) for state in sides}
    for response in known:
        if deadline.passed():
            return {}
        law = EquationCandidate(response.state, best.law.equations[response.state], SOURCE)
        if law.state in sheets and law.state in problem.open:
            found += _likeliest(sheets[law.state], law, response, others[law.state])
    if not found:
        return {}
    return pool(found, about, per_size=0, most=most, short=1.0, beside=others, deadline=deadline)


def looks_twice(problem: DiscoveryProblem, windows: Windows) -> bool:
    """Whether there can be a second look: inputs are states of the pools and not of the law; a map has no slope."""
    return problem.frame is None and not windows.drives.size and not windows.discrete


def _about(
    problem: DiscoveryProblem, best: Fit, windows: Windows, noise: NoiseModel, *, robust: bool, deadline: Deadline
) -> tuple[DiscoveryProblem, tuple[Response, ...]] | None:
    """The problem about the law's curve, each window a run of its own, and the responses of the samples there."""
    law = best.law
    followed = courses(best, windows)
    rates = [values(list(law.equations.values()), law.states, states) for states in followed]
    if not all(np.all(np.isfinite(rate)) for rate in rates):
        return None
    error = np.maximum(KNOWN * np.abs(np.vstack(rates)).max(axis=0), 1e-100)
    runs, curves = list[Trajectory](), list[SmoothedTrajectory]()
    edges = pairwise(windows.offsets)
    for (run, first), (low, high), states, rate in zip(windows.places, edges, followed, rates, strict=True):
        whole, part = problem.trajectories[run], slice(first, first + high - low)
        measured = whole.states[part]
        if robust:
            measured = np.where(np.abs(measured - states) > OUTLYING * noise.deviation(states), np.nan, measured)
        times, nothing, errors = whole.times[part], np.zeros(states.shape), np.tile(error, (len(states), 1))
        runs.append(replace(whole, times=times, states=measured, inputs=whole.inputs[part]))
        curves.append(SmoothedTrajectory(times, states, rate, nothing, errors, law.states, whole.label))
    smoothing = replace(problem.smoothing, trajectories=tuple(curves), noise=noise)
    known = responses(runs, smoothing, law.equations, deadline, floor=FLOOR)
    about = replace(problem, smoothing=smoothing, regressions=(derivative_regression(smoothing),))
    return replace(about, respond=lambda _: known), known  # no law is likelier than this one


def _likeliest(
    sheet: Sheet, law: EquationCandidate, response: Response, others: tuple[sp.Expr, ...]
) -> Iterator[EquationCandidate]:
    """The likeliest of the candidates and of what is one step from the law, by an estimate of their lengths."""
    more = Sheet.of(sheet.problem, [law])
    (columns, wild), (beside, wilder) = sheet.columns(response), more.columns(response)
    terms, usable = (*sheet.sums.terms, *more.sums.terms), ~np.concatenate([wild, wilder])
    view = View(terms, np.hstack([columns, beside]), usable, response, others)
    supports: dict[Support, set[str]] = {}
    for i in np.flatnonzero(~sheet.sums.using(wild)).tolist():
        supports.setdefault(sheet.sums.row(i)[0], set()).add(sheet.sources[i])
    for step in view.steps(tuple(range(len(sheet.sums.terms), len(terms)))):
        supports.setdefault(step, {SOURCE})
    for expression, sources in view.likeliest(supports, MOST):
        for source in sorted(sources - {SOURCE} or sources):  # a step that an engine has proposed is the engine's
            yield EquationCandidate(law.state, expression, source)

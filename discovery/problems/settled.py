"""Equations that need no search, x' = v and x' = 0: settled by the data before any engine begins.

Where positions and velocities are both measured, half of the equations say only that the one is the derivative of the
other. Such an equation has no constant to find, and every engine would spend its share of the time on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.fft import dct
from scipy.special import chdtri

from discovery.dynamics.evaluate import values
from discovery.library.grammar import monomials
from discovery.problems.regression import regressions
from discovery.types import DiscoveryProblem, Law, Regression, SmoothedTrajectory, Trajectory, symbol

# Chi-squared by row that a settled equation may have on either regression. The true x' = v of the design half have up
# to 1.8 with Kalman smoothing and 2.8 with the neural ODE (all but one), as the error of v is not counted.
FITS = 3.0
# How far the factor may be from 1, and how much of the equation another term may be: this many standard errors, at
# least NARROW and at most WIDE. By experiment on the design half: the true factors, all but one, are within 5.9
# standard errors of 1 (v carries an error of its own, which pulls the factor down), and within 1.4 %.
ERRORS = 6.0
NARROW, WIDE = 0.003, 0.02
# Share that all terms of degree two together may have, in the same unit: there are dozens of them.
TOGETHER = 2.0
DEGREE = 2
# Error of the factor up to which a law has a settled equation; of a constant that is found, the usual criterion.
SAME = 0.05
# Slow waves that a state which never changes does not have.
WAVES = 8
LARGEST = 1e120
# A correlation time is summed over lags up to this many of itself (Sokal 1997, Monte Carlo Methods, section 3).
LAGS = 5


def settled(problem: DiscoveryProblem) -> Mapping[str, sp.Expr]:
    """Right-hand sides that are certain, by state; most problems have none.

    A state's derivative is another state v if both regressions are fitted by v to their noise, a free factor of v is 1
    within its error, neither another linear or quadratic term nor all of them together have anything to add, and no
    other state does the same. A derivative is zero if it is below its noise in both and the measurements scatter about
    their mean as noise does. What is smaller than 2 % of an equation, at noise of a few per cent, is not noticed.
    """
    found: dict[str, sp.Expr] = {}
    if len(problem.regressions) < 2:
        return found
    designs = [_design(problem, regression) for regression in problem.regressions]
    for equation, state in enumerate(problem.names):
        if _constant(problem, equation):
            found[state] = sp.Integer(0)
            continue
        velocities = [
            column
            for column, name in enumerate(problem.names, start=1)
            if name != state
            and all(
                _explains(design, regression, column, equation)
                for design, regression in zip(designs, problem.regressions, strict=True)
            )
        ]
        if len(velocities) == 1:
            found[state] = symbol(problem.names[velocities[0] - 1])
    return found


def settled_beside(inputs: Sequence[str], problem: DiscoveryProblem) -> Mapping[str, sp.Expr]:
    """The same where inputs drive the states: what they and their products would add counts as any other term.

    Args:
        inputs: names of what drives the runs of the problem, in their order.
    """
    runs, curves = [], []
    for run, curve in zip(problem.trajectories, problem.smoothing.trajectories, strict=True):
        names, none = (*run.names, *inputs), np.zeros_like(run.inputs)
        runs.append(Trajectory(run.times, np.hstack([run.states, run.inputs]), names, run.label))
        curves.append(
            SmoothedTrajectory(
                curve.times,
                np.hstack([curve.states, run.inputs]),
                np.hstack([curve.derivatives, none]),
                np.hstack([curve.state_deviations, none + 1.0]),
                np.hstack([curve.derivative_deviations, none + 1.0]),
                names,
                curve.label,
            )
        )
    noise, ones = problem.smoothing.noise, np.ones(len(inputs))
    noise = replace(
        noise, scale=np.append(noise.scale, ones), floor=np.append(noise.floor, ones),
        constant=np.append(noise.constant, 0.0 * ones),
    )  # fmt: skip
    smoothing = replace(problem.smoothing, trajectories=tuple(curves), noise=noise, field=None)
    whole = DiscoveryProblem(tuple(runs), smoothing, regressions(runs, smoothing))
    return {state: rhs for state, rhs in settled(whole).items() if state not in inputs}


def borne_out(found: Mapping[str, sp.Expr], law: Law) -> Mapping[str, sp.Expr]:
    """Those of the settled equations that a law has: they are candidates among others, and another may be chosen."""
    return {state: rhs for state, rhs in found.items() if _same(law.equations[state], rhs)}


def _same(equation: sp.Expr, settled: sp.Expr) -> bool:
    if settled.is_zero or equation.is_zero:
        return bool(settled.is_zero and equation.is_zero)
    factor = equation / settled
    return bool(factor.is_number) and abs(float(factor) - 1.0) <= SAME


def _constant(problem: DiscoveryProblem, equation: int) -> bool:
    """Whether a state never changes: both regressions are fitted by nothing, and measurements are noise about a mean.

    The slowest waves over each run have no more power than chance gives them with a probability of one in a hundred.
    """
    ratios = [one.targets[:, equation] / one.deviations[:, equation] for one in problem.regressions]
    if not all(np.mean(ratio**2) <= FITS for ratio in ratios):
        return False
    power = count = 0.0
    for run in problem.trajectories:
        seen = np.isfinite(run.states[:, equation])
        measured = run.states[seen]
        if len(measured) <= 2 * WAVES:
            return False
        centre = measured.mean(axis=0, keepdims=True)
        levels = np.broadcast_to(centre, measured.shape)
        deviations = problem.smoothing.noise.deviation(levels, run.part(np.flatnonzero(seen)).errors)
        residuals = ((measured - centre) / deviations)[:, equation]
        waves = np.asarray(dct(residuals, norm="ortho"))[1 : WAVES + 1]
        power += float(waves @ waves)
        count += WAVES
    return bool(power <= chdtri(count, 0.01))


def _design(problem: DiscoveryProblem, regression: Regression) -> Float[np.ndarray, "row term"]:
    """Terms up to degree two: 1, the states in order, and their products; terms that could overflow are zero."""
    columns = regression.operator(values(monomials(problem.names, DEGREE), problem.names, regression.states))
    return np.where(np.all(np.abs(columns) < LARGEST, axis=0), columns, 0.0)


def _explains(design: Float[np.ndarray, "row term"], regression: Regression, column: int, equation: int) -> bool:
    """Whether one term with the factor 1 leaves nothing but noise, and nothing for other terms."""
    weights = 1.0 / regression.deviations[:, equation]
    target = regression.targets[:, equation] * weights
    terms = design * weights[:, None]
    term = terms[:, column]
    size = float(term @ term)
    residual = target - term
    misfit = float(np.mean(residual**2))
    if size == 0.0 or not misfit <= FITS:
        return False
    error = np.sqrt(misfit * correlation_time(residual) / size)
    allowed = float(np.clip(ERRORS * error, NARROW, WIDE))
    if error > WIDE / 2 or abs(float(term @ residual) / size) > allowed:
        return False
    lengths = np.linalg.norm(terms, axis=0)
    units = terms[:, lengths > 0.0] / lengths[lengths > 0.0]
    single = float(np.max(np.abs(units.T @ residual)))
    fitted = units @ np.linalg.lstsq(units, residual, rcond=1e-9)[0]
    return single <= allowed * np.sqrt(size) and float(np.linalg.norm(fitted)) <= TOGETHER * allowed * np.sqrt(size)


def correlation_time(residuals: Float[np.ndarray, " row"]) -> float:
    """Rows that count as one because neighbours err alike; at least 1."""
    count = len(residuals)
    spectrum = np.abs(np.fft.rfft(residuals, 2 * count)) ** 2
    covariance = np.fft.irfft(spectrum)[:count]
    if covariance[0] <= 0.0:
        return 1.0
    total = 1.0
    for lag in range(1, count // 2):
        total += 2.0 * float(covariance[lag] / covariance[0])
        if lag >= LAGS * total:
            break
    return max(total, 1.0)

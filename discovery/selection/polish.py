"""The last fit of a law: its own curve tells the noise better than the smoother's, and the weights follow.

Weights that come from smoothed measurements are correlated with their noise, and a smoother's bias hides what kind of
noise there is; the constants' deviations are then too small. Here the kind and scale of the noise are estimated again
about the law's curve, and the constants with the new weights, in turn.

Source: iteratively reweighted least squares as in Carroll & Ruppert (1988), Transformation and Weighting in Regression,
ch. 2; on ODEBench's true laws at noise of 5 % it takes z-scores of the constants beyond 1.96 from 12 to 7 in 88.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, weighed
from discovery.noise_parts import parts, price
from discovery.selection.intervals import Bounds, bounds, profiled, widened
from discovery.selection.reconstruction import courses
from discovery.selection.residuals import WRONG
from discovery.types import Law, NoiseKind, NoiseModel, Trajectory, growth, single, whole_numbers

# Rounds of noise and constants: after two, constants move by less than a tenth of their deviations.
ROUNDS = 2
# Times the iterations of other fits, and the least gain. The start of a hidden state and what multiplies it lie in a
# valley that bends: a budget of heat with a hidden ocean went 700 steps along it, to a fifth less chi-squared.
TIGHT, PATIENT = (2, 1e-7), (40, 1e-11)
# Nats by which another kind of noise must be likelier than the smoother's.
CONVINCING = 3.0
# A smoother follows exact samples to about a thousandth of their deviation, its noise's floor; laws that do so are told
# from those that do better by a floor this much lower, a thousand times the integration's tolerance there.
FINER = 1e-2
# The least relative noise: the same floor for logarithms.
FINEST = 1e-5
# Noise that the smoother thinks more than twice as large as what the law leaves is the smoother's error.
CLEARLY = 0.5


@dataclass(frozen=True)
class Polished:
    """A fit and the noise about its curve, consistent with each other.

    Attributes:
        bounds: of the constants.
        before: the kind of noise that the smoother saw.
        windows: with the weights of that noise, which the law was fitted on.
    """

    fit: Fit
    noise: NoiseModel
    bounds: Bounds
    before: NoiseKind
    windows: Windows


def polished(
    fitted: Fit,
    windows: Windows,
    trajectories: Sequence[Trajectory],
    noise: NoiseModel,
    settings: Shooting,
    *,
    profiles: bool = True,
) -> Polished:
    """The law with its constants, starts and weights made consistent; as it came where that is not possible.

    Args:
        profiles: whether intervals of constants that are not known well follow the profile of chi-squared.
    """
    tight = to_the_end(fitted.law, windows, settings)
    before, (measured, errors) = noise.kind, _samples(windows, trajectories)
    spent = fitted.fitted / len(windows.spread)
    wrong = fitted.reduced > WRONG  # by the noise that it was fitted with: about its own curve everything is noise
    for _ in range(ROUNDS):
        levels = np.vstack(courses(fitted, windows))
        if not np.all(np.isfinite(levels)):
            break
        about = noise_about(levels, measured, noise, spent, errors=errors)
        again = weighed(windows, trajectories, levels, about)
        better = fit(fitted.law, again, starts=fitted.starts, settings=tight)
        if better is None:
            break
        fitted, noise, windows = better, about, again
    # Intervals of a law that is wrong say nothing, and to follow profiles of dozens of constants takes minutes.
    fitted, ends = profiled(fitted, windows, settings) if profiles and not wrong else (fitted, bounds(fitted))
    return Polished(fitted, noise, widened(fitted, ends, windows, settings), before, windows)


def to_the_end(law: Law, windows: Windows, settings: Shooting) -> Shooting:
    """Settings by which a fit ends where it would with all the time in the world, as those of many candidates do not.

    Constants that the user told of stand inside of functions as often, and their valleys bend: N' = -k N - g N^p began
    as 3.1 N - 3.2 N^1.01, and came to -0.006 N - 0.072 N^2.0 after 300 steps.
    """
    iterations, tolerance = PATIENT if law.told or not windows.weights.any(axis=0).all() else TIGHT
    return replace(settings, iterations=iterations * settings.iterations, tolerance=tolerance)


def reweighed(
    fitted: Fit, windows: Windows, trajectories: Sequence[Trajectory], noise: NoiseModel
) -> tuple[Windows, NoiseModel]:
    """The windows with weights from the law's own curve, and its noise; as they came where it cannot be followed.

    A smoothed curve is too low where a state peaks, which also hides that noise is in proportion to the state.
    """
    levels = np.vstack(courses(fitted, windows))
    if not np.all(np.isfinite(levels)):
        return windows, noise
    spent = fitted.fitted / len(windows.spread)
    measured, errors = _samples(windows, trajectories)
    about = believed(noise_about(levels, measured, noise, spent, errors=errors), noise, levels)
    return weighed(windows, trajectories, levels, about), about


def believed(about: NoiseModel, noise: NoiseModel, levels: Float[np.ndarray, "sample state"]) -> NoiseModel:
    """The noise about a law's curve, but no larger than a smoother saw it.

    A law that is not yet the right one makes the noise of its kind seem larger, and larger laws not worth it. So does
    another kind for it: a line through zero has no logarithm, and relative to it twice the noise looks usual.

    Of noise in each step no smoother knows, and it is what the law leaves.

    Args:
        levels: of that curve; at their usual size, noise of one kind is compared with that of another.
    """
    if noise.process:
        return about
    usual = np.maximum(np.sqrt(np.mean(levels**2, axis=0)), 1e-150)
    before, now = (_by_scale(one, usual) for one in (noise, about))
    alike = noise.kind == about.kind or not np.any(before != now)
    seen, most = noise.scale * (before / now), CLEARLY if alike else 1.0 / CLEARLY
    scale = np.where(about.scale < most * seen, about.scale, seen)
    return replace(about, scale=scale, constant=about.constant * (scale / np.maximum(about.scale, 1e-300)))


def _by_scale(noise: NoiseModel, usual: Float[np.ndarray, " state"]) -> Float[np.ndarray, " state"]:
    """Deviation at the usual size of each state by the scale of the noise, with the constant part where it has one."""
    return np.hypot(growth(noise.kind, usual), noise.constant / np.maximum(noise.scale, 1e-300))


def _samples(
    windows: Windows, trajectories: Sequence[Trajectory]
) -> tuple[Float[np.ndarray, "sample state"], Float[np.ndarray, "sample state"]]:
    """The measurements of all samples of the windows, and the errors that came with them."""
    edges = zip(windows.places, windows.edges, strict=True)
    parts = [trajectories[run].part(slice(first, first + high - low)) for (run, first), (low, high) in edges]
    measured = np.vstack([part.states for part in parts])
    if windows.steps:
        measured[windows.offsets[:-1]] = np.nan  # where a step begins is known
    return measured, np.vstack([part.errors for part in parts])


def noise_about(
    levels: Float[np.ndarray, "sample state"],
    measured: Float[np.ndarray, "sample state"],
    noise: NoiseModel,
    spent: float = 0.0,
    *,
    errors: Float[np.ndarray, "sample state"] | None = None,
) -> NoiseModel:
    """The likeliest noise of measurements of states at ``levels``; of the given kind if that was asked for.

    Args:
        noise: a first guess; its kind is kept unless another is clearly likelier, and its floor unless the levels are
            nearer to the measurements than that.
        spent: degrees of freedom of each state that the levels took.
        errors: that came with the measurements, relative to the usual one of each state; no columns where none came.
    """
    errors = np.empty((len(levels), 0)) if errors is None else errors
    kinds: list[NoiseKind] = ["additive", "proportional"] if noise.estimated else [noise.kind]
    if noise.estimated and not noise.process:
        kinds.append("combined")
    if noise.estimated and np.nanmin(measured) > 0.0 and np.min(levels) > 0.0:
        kinds.append("lognormal")
    if noise.estimated and whole_numbers(measured):
        kinds.append("counts")
    if noise.estimated and errors.size:
        kinds.append("given")
    models = [_estimated(kind, levels, measured, errors, noise, spent) for kind in kinds]
    dearer = price(levels.shape[1], len(levels))  # of noise that has two scales
    known = ("combined", "additive", "proportional") if noise.kind == "combined" else (noise.kind,)  # and its parts
    scores = [
        _likelihood(model, levels, measured, errors)
        + CONVINCING * (model.kind in known)
        - dearer * (model.kind == "combined")
        for model in models
    ]
    return models[int(np.argmax(scores))]


def _estimated(
    kind: NoiseKind, levels: np.ndarray, measured: np.ndarray, errors: np.ndarray, noise: NoiseModel, spent: float
) -> NoiseModel:
    """The noise of that kind, with the scale that the residuals of each state have."""
    scales, floors, constants = list[float](), list[float](), list[float]()
    given = errors if kind == "given" and errors.size else np.ones_like(levels)
    for x, level, error, floor, scale in zip(measured.T, levels.T, given.T, noise.floor, noise.scale, strict=True):
        usual = np.maximum(np.sqrt(np.mean(level**2)), 1e-150)
        told = scale * growth(noise.kind, usual) / growth(kind, usual)  # of a state that nothing measured
        there = np.isfinite(x) & ((x > 0.0) | (kind != "lognormal"))
        x, level, error = x[there], level[there], error[there]
        share = max(1.0 - spent / max(len(x), 1), 1.0 / max(len(x), 1))
        floor *= FINER if len(x) and np.mean((x - level) ** 2) / share < floor**2 else 1.0
        constant = 0.0
        if kind in ("additive", "given"):
            residuals = (x - level) / error
        elif kind == "combined":
            two = parts(x - level, level)
            residuals, constant = np.full_like(x, two.scale), two.constant / float(np.sqrt(share))
        elif kind == "lognormal":
            residuals = np.log(x / level)
        else:
            residuals = _relative(x, level, floor, kind)
        least = FINEST if kind == "lognormal" else 1e-150
        with np.errstate(over="ignore"):  # relative to a level of zero
            size = float(np.sqrt(np.mean(residuals**2) / share)) if len(residuals) else told
        scales.append(min(max(size, least), 1e150))
        floors.append(floor)
        constants.append(constant)
    scale = np.array(scales)
    floor = np.maximum(np.array(floors), single(kind, scale))
    return replace(noise, kind=kind, scale=scale, floor=floor, constant=np.array(constants))


def _relative(x: np.ndarray, level: np.ndarray, floor: float, kind: NoiseKind) -> np.ndarray:
    """Relative residuals where the noise is above its floor; nearer to zero they say nothing of its scale."""
    size = np.maximum(growth(kind, level), 1e-300)
    relative = (x - level) / size
    scale = float(np.median(np.abs(relative))) if len(relative) else 0.0
    clear = scale * size > floor
    return relative[clear] if clear.any() else relative


def _likelihood(model: NoiseModel, levels: np.ndarray, measured: np.ndarray, errors: np.ndarray) -> float:
    """Log-likelihood of the measurements but for a constant."""
    there = np.isfinite(measured)
    x = np.where(there, measured, 1.0)
    if model.kind == "lognormal":
        misses = np.log(x / np.where(there, levels, 1.0)) / model.scale
        terms = -0.5 * misses**2 - np.log(model.scale) - np.log(x)
    else:
        deviations = model.deviation(levels, errors)
        terms = -0.5 * ((x - levels) / deviations) ** 2 - np.log(deviations)
    return float(np.where(there, terms, 0.0).sum())

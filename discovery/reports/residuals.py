"""Residuals of fit and forecast in noise deviations, and the few figures of each state that describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.selection.residuals import whiteness
from discovery.types import DiscoveryResult, NoiseModel, Prediction, Trajectory

Kind = Literal["fit", "held_out"]


@dataclass(frozen=True)
class Residuals:
    """Measurements minus prediction of one run, at the samples that the prediction covers.

    Attributes:
        differences: in the states' units; NaN where nothing was measured.
        standardised: the same in standard deviations of the noise.
    """

    run: Trajectory
    times: Float[np.ndarray, " time"]
    differences: Float[np.ndarray, "time state"]
    standardised: Float[np.ndarray, "time state"]


@dataclass(frozen=True)
class StateErrors:
    """How far prediction and measurements of one state are apart.

    Attributes:
        count: measured values.
        rms: root mean square of the differences, in the state's unit.
        relative: the same as a share of the standard deviation of all measurements of the state.
        chi_squared: mean square in units of the noise variance; 1 is noise alone.
        outside: share beyond two noise deviations; noise alone leaves 4.6 %.
        memory: correlation of successive standardised residuals; NaN where too few are in a row.
        ljung_box, runs: probabilities of correlations, and of runs of one sign, as strong as these if residuals were
            white; NaN where there are too few.
    """

    identifier: str
    count: int
    rms: float
    relative: float
    chi_squared: float
    outside: float
    memory: float
    ljung_box: float
    runs: float


def predictions(result: DiscoveryResult, kind: Kind) -> Iterator[tuple[Trajectory, Prediction]]:
    """Predictions of a kind, each with the run that it belongs to."""
    runs = {run.label: run for run in result.trajectories}
    return ((runs[p.label], p) for p in result.predictions if p.kind == kind and p.label in runs)


def residuals(result: DiscoveryResult, kind: Kind) -> tuple[Residuals, ...]:
    """Residuals of every prediction of a kind."""
    return tuple(_residuals(result, run, prediction) for run, prediction in predictions(result, kind))


def _residuals(result: DiscoveryResult, run: Trajectory, prediction: Prediction) -> Residuals:
    covered = (run.times >= prediction.times[0]) & (run.times <= prediction.times[-1])
    times = run.times[covered]
    simulated = np.stack([np.interp(times, prediction.times, column) for column in prediction.states.T], axis=1)
    measured = run.states[covered]
    lost = np.isfinite(measured) & ~np.isfinite(simulated)  # the prediction diverged
    differences = np.where(lost, np.inf, measured - simulated)
    units = standardised(result.smoothing.noise, measured, simulated, run.part(covered).errors)
    return Residuals(run, times, differences, units)


def standardised(
    noise: NoiseModel,
    measured: Float[np.ndarray, "time state"],
    predicted: Float[np.ndarray, "time state"],
    errors: Float[np.ndarray, "time state"],
) -> Float[np.ndarray, "time state"]:
    """Measurements minus prediction in standard deviations of the noise, by logarithms where the fit has them.

    Returns:
        Infinite where a prediction diverged, or has no logarithm; NaN where nothing was measured that says something.
    """
    with np.errstate(all="ignore"):
        if noise.kind == "lognormal":  # as in dynamics/windows.py
            known, usable = np.isfinite(measured) & (measured > 0.0), predicted > 0.0
            found = np.log(measured / predicted) / noise.scale
        else:
            known, usable = np.isfinite(measured), np.isfinite(predicted)
            found = (measured - predicted) / noise.deviation(predicted, errors)
    return np.where(known, np.where(usable & np.isfinite(predicted), found, np.inf), np.nan)


def state_errors(result: DiscoveryResult, kind: Kind) -> tuple[StateErrors, ...]:
    """A row for each state; none where nothing was predicted."""
    found = residuals(result, kind)
    if not found:
        return ()
    differences, standardised = (
        np.concatenate(parts) for parts in zip(*((r.differences, r.standardised) for r in found), strict=True)
    )
    measured = np.concatenate([run.states for run in result.trajectories])
    rows: list[StateErrors] = []
    for i, name in enumerate(result.trajectories[0].names):
        rms, squares = mean_square(differences[:, i]) ** 0.5, mean_square(standardised[:, i])
        spread = float(np.nanstd(measured[:, i])) if np.any(np.isfinite(measured[:, i])) else 0.0
        known = standardised[:, i][~np.isnan(standardised[:, i])]
        outside = float(np.mean(np.abs(known) > 2.0)) if len(known) else np.nan
        memory = autocorrelation([r.standardised[:, i] for r in found], 1)
        relative = rms / spread if spread > 0 else np.nan
        (tested,) = whiteness(standardised[:, i : i + 1])
        tests = (np.nan, np.nan) if tested is None else (tested.ljung_box, tested.runs)
        rows.append(StateErrors(name, len(known), rms, relative, squares, outside, float(memory[1]), *tests))
    return tuple(rows)


def mean_square(values: Float[np.ndarray, " time"]) -> float:
    """Mean square of what is measured; infinite where a prediction diverged."""
    known = values[~np.isnan(values)]
    with np.errstate(over="ignore"):
        return float(np.mean(known**2)) if len(known) else np.nan


def autocorrelation(runs: list[Float[np.ndarray, " time"]], most: int) -> Float[np.ndarray, " lag"]:
    """Correlation of residuals with those 0 to ``most`` samples later, over all runs; NaN where there are none."""
    means = np.concatenate(runs)
    means = means[np.isfinite(means)]
    centred = [run - (means.mean() if len(means) else 0.0) for run in runs]
    sums = np.full(most + 1, np.nan)
    for lag in range(most + 1):
        products = np.concatenate([run[lag:] * run[: len(run) - lag] for run in centred if len(run) > lag] or [[]])
        products = products[np.isfinite(products)]
        if len(products) > 2:
            sums[lag] = float(np.sum(products))
    with np.errstate(all="ignore"):
        return sums / sums[0] if sums[0] > 0 else np.full(most + 1, np.nan)

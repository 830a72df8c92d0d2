"""The step of the fixed-step solver: as long as its error stays small against the noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.solving import Stepper
from discovery.smoothing.neural.study import Study

SHARE = 0.02  # of the noise that one step may err by: what all of a window err by is then small against it
LEAST = 1e-2  # standardised noise below which steps are made no finer; a field is learned no better than that
QUANTILE = 0.98  # of the states at which the error is small; on the rest, the flanks of a spike, it may be larger
FINEST, COARSEST = 0.25, 8.0  # sampling intervals
FEWEST = 250  # cells that a run is cut in at least, where its samples allow
STIFF = 12.0  # decays in a sampling interval: four explicit steps, stable up to 2.8 each, cannot follow more
IMPLICIT = 1  # implicit steps in a cell
NAMES = ("curve", "drives")
POINTS = 300  # states at which the error is looked at


def steps_in_cells(network: Learnable, study: Study) -> tuple[int, Stepper]:
    """Samples in a cell, and how the solver crosses one.

    Implicit steps are taken where stability, not accuracy, would ask an explicit method for many steps in a cell.
    """
    step = solver_step(network, study)
    if _stiffness(network, study) > STIFF:
        return 1, Stepper(IMPLICIT, stiff=True)
    longest = max(len(run) for run in study.trajectories)
    # between nodes inputs are taken to be linear, so that where there are any every sample is a node
    driven = study.trajectories[0].inputs.shape[1] > 0
    stride = 1 if driven else max(1, min(int(step), longest // FEWEST))
    return stride, Stepper(max(1, int(np.ceil(stride / step))))


def _stiffness(network: Learnable, study: Study) -> float:
    """Largest rate of decay times the sampling interval, at nearly all samples."""
    parts = [part for part in study.blind if len(part) > 1]
    states, drives = (torch.tensor(np.concatenate([getattr(part, name)[:-1] for part in parts])) for name in NAMES)
    gaps = np.concatenate([np.diff(part.times) for part in parts])
    rows = slice(None, None, max(1, len(gaps) // POINTS))
    rates = torch.linalg.eigvals(network.linearise(states[rows], drives[rows], parameters=False).by_states).real.numpy()
    return float(np.quantile(-rates.min(axis=1) * gaps[rows], QUANTILE))


def solver_step(network: Learnable, study: Study) -> float:
    """Longest step whose error is small against the noise at nearly all samples, in their own sampling intervals.

    The error is the difference between one step and two of half the length, from states of the classical curves; it
    grows as the fifth power of the step.
    """
    parts = [part for part in study.blind if len(part) > 1]
    states, drives = (np.concatenate([getattr(part, name)[:-1] for part in parts]) for name in NAMES)
    gaps = np.concatenate([np.diff(part.times) for part in parts])
    noise = np.maximum(np.median(np.concatenate([part.deviations for part in parts]), axis=0), LEAST)
    rows = slice(None, None, max(1, len(gaps) // POINTS))
    start, drive, gap = (torch.tensor(values[rows]) for values in (states, drives, gaps[:, None]))
    step = 1.0
    for _ in range(3):
        once = _advance(network, start, drive, step * gap)
        twice = _advance(network, _advance(network, start, drive, 0.5 * step * gap), drive, 0.5 * step * gap)
        with np.errstate(over="ignore"):  # a step that is far too long
            errors = np.nan_to_num(np.max(np.abs((once - twice).numpy()) / noise, axis=1), nan=np.inf)
        error = float(np.quantile(errors, QUANTILE, method="nearest"))
        step *= float(np.clip((SHARE / max(error, 1e-12)) ** 0.2, 0.25, 4.0))
    return float(np.clip(step, FINEST, COARSEST))


def _advance(network: Learnable, standard: Tensor, drives: Tensor, step: Tensor) -> Tensor:
    """Standardised states one step of the classical Runge-Kutta rule later; drives are held."""
    k1 = network(standard, drives)
    k2 = network(standard + 0.5 * step * k1, drives)
    k3 = network(standard + 0.5 * step * k2, drives)
    k4 = network(standard + step * k3, drives)
    return standard + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)

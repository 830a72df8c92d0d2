"""The classical start of the neural ODE: which classical smoother, tuned to the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from discovery.protocols import Deadline, Progress
from discovery.smoothing.curves import FLOOR, Fit, Method, fit_method, posterior
from discovery.smoothing.held_out import hide, masked
from discovery.smoothing.kinks import kinks
from discovery.smoothing.linear import CrossValidated
from discovery.smoothing.local_polynomial import LocalPolynomial, NearestSamples
from discovery.smoothing.priors import IntegratedWiener, Matern
from discovery.smoothing.process import Process
from discovery.smoothing.series import check
from discovery.types import NoiseKind, Trajectory

FEW = 600  # samples: up to here the Gaussian process is the better in most systems, see benchmarks/smoothing.py
_METHODS: dict[str, Method] = {
    "gaussian_process": Process(Matern()),
    "kalman": Process(IntegratedWiener()),
    "local_polynomial": CrossValidated(NearestSamples(LocalPolynomial().degree)),
}


def classical_name(trajectories: Sequence[Trajectory]) -> str:
    """The classical smoother for these samples.

    The Gaussian process where samples are few or inputs switch, as its derivatives have a size that a jump can be
    compared with; else the Kalman smoother.
    """
    few = sum(len(run) for run in trajectories) <= FEW or any(one.any() for one in kinks(trajectories))
    return "gaussian_process" if few else "kalman"


def classical_start(
    trajectories: Sequence[Trajectory],
    noise: NoiseKind | Literal["auto"],
    *,
    seed: int,
    deadline: Deadline,
    progress: Progress,
) -> tuple[Fit, str]:
    """A fit, and the name of the smoother whose method it has.

    That of :func:`classical_name`; without noise, where every method interpolates and they differ by decades, the one
    that is nearest to held-out samples.

    Raises:
        DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
    """
    check(trajectories)
    name = classical_name(trajectories)
    progress("smoothing", f"classical start: {name.replace('_', ' ')}", 0.0)
    fits = {name: fit_method(trajectories, _METHODS[name], noise, deadline=deadline)}
    if max(column.noise for column in fits[name].columns) >= FLOOR:
        return fits[name], name
    for other, method in _METHODS.items():
        if other not in fits and not deadline.passed():
            progress("smoothing", f"classical start: {other.replace('_', ' ')}", 0.02)
            fits[other] = fit_method(trajectories, method, noise, deadline=deadline)
    best = min(fits, key=lambda one: _miss(fits[one], trajectories, seed))
    return fits[best], best


def _miss(fit: Fit, trajectories: Sequence[Trajectory], seed: int) -> float:
    """Root mean square miss of held-out samples in logarithms, the mean over the states."""
    hidden = hide(trajectories, seed)
    curves = posterior(fit, masked(trajectories, hidden))
    misses = np.concatenate(
        [
            np.where(mask, run.states - curve.states, np.nan)
            for run, mask, curve in zip(trajectories, hidden, curves, strict=True)
        ]
    )
    if not np.isfinite(misses).any(axis=0).all():
        return 0.0  # nothing held out of some state: the first method stays
    return float(np.mean(np.log(np.sqrt(np.nanmean(misses**2, axis=0)) + 1e-300)))

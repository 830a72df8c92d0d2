"""The smoother that is used unless another is named: a neural ODE beside its classical start, the better kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.neural.study import Trial
from discovery.smoothing.neural.training import UNSURE, Learned
from discovery.smoothing.neural_ode import NeuralODE
from discovery.smoothing.starts import classical_start
from discovery.types import NoiseKind, SmoothedTrajectory, Smoothing, Trajectory

PLUGIN = "Auto"
REQUIRES = ("torch", "torchdiffeq", "scipy", "numba")
CITES = ("Rasmussen2006", "Sarkka2023")

MISFIT = 1.5  # squared error of fitted samples, in noise variances, above which a field has not fitted them
DOUBTFUL = 1.1  # expected error, relative to the classical one, above which derivatives are not worth having
APART = 1.0  # difference of derivatives, relative to the expected classical error, that an unsure field may have
CREDIBLE = 1.2  # departure from the classical derivatives above which the neural ones were worse; by experiment


@dataclass(frozen=True)
class Auto:
    """Smooths by a neural ODE and by its classical start, and keeps what predicts held-out samples better.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest.
        neural: settings of the neural ODE, as in its own documentation.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    neural: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run; the learned field comes with either.

        Raises:
            DataError: a state has too few samples, or log-normal noise is asked for and a value is not positive.
        """
        return self.rivals(trajectories, seed=seed, deadline=deadline, progress=progress)[0]

    def rivals(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[Smoothing, Smoothing]:
        """Both smoothings, the kept one first; its notes say why."""
        settings: dict[str, Any] = {"noise": self.noise, **self.neural}
        smoother = NeuralODE(**settings)
        fit, name = classical_start(trajectories, smoother.start_noise, seed=seed, deadline=deadline, progress=progress)
        neural, study, learned = smoother.from_start(trajectories, fit, seed=seed, deadline=deadline, progress=progress)
        theirs = study.trial(None)
        curves = study.in_time(study.curves)
        classical = Smoothing(curves, neural.field, study.noise, theirs.score, name)
        reason = _objection(learned, theirs, neural.trajectories, curves)
        called = name.replace("_", " ")
        told = f"{theirs.score:.3f} nats a sample by the {called}, {neural.score:.3f} by the neural ODE"
        if reason and smoother.order == 1:
            note = f"The {called} was kept: {reason} (held-out log-likelihood {told})."
            return replace(classical, notes=(note, *neural.notes)), neural
        note = f"The neural ODE was kept; held-out samples have a log-likelihood of {told}."
        return replace(neural, notes=(note, *neural.notes)), classical


def _objection(
    learned: Learned, theirs: Trial, neural: Sequence[SmoothedTrajectory], classical: Sequence[SmoothedTrajectory]
) -> str:
    """Why the field is not to be kept; empty if nothing speaks against it."""
    ours = learned.trial
    if len(ours.scores) == 0:
        return "there are too few samples to hold any out"
    if ours.worse_than(theirs):
        return "the neural ODE predicts held-out samples worse"
    if not ours.misfit < MISFIT:
        return "the neural ODE does not fit the samples"
    expected, apart = _compared(neural, classical)
    if expected > DOUBTFUL:
        return "the neural ODE's derivatives are less certain than its own"
    if learned.doubt > UNSURE and apart > APART:
        return "the neural ODE knows little of its derivatives, and they are not its own"
    departure = _departure(neural, classical)
    if departure > CREDIBLE:
        return f"the neural ODE's derivatives depart from its own by {departure:.2f} of their standard deviations"
    return ""


def _compared(ours: Sequence[SmoothedTrajectory], theirs: Sequence[SmoothedTrajectory]) -> tuple[float, float]:
    """Expected error of the field's derivatives, and their difference from the classical ones, both relative to the
    expected error of those.
    """
    slopes = np.concatenate([one.derivatives for one in theirs])
    sizes = np.sqrt(np.mean(slopes**2, axis=0))
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    seen = slice(0, slopes.shape[1])
    doubts, classical = (
        np.concatenate([one.derivative_deviations[:, seen] for one in runs]) / sizes for runs in (ours, theirs)
    )
    gaps = (np.concatenate([one.derivatives[:, seen] for one in ours]) - slopes) / sizes
    scale = float(np.mean(classical**2))
    return float(np.sqrt(np.mean(doubts**2) / scale)), float(np.sqrt(np.mean(gaps**2) / scale))


def _departure(ours: Sequence[SmoothedTrajectory], theirs: Sequence[SmoothedTrajectory]) -> float:
    """Root mean square of the difference between derivatives, in the classical deviations.

    A perfect derivative departs by 1 from a classical one whose deviations are right; more means errors of its own.
    """
    ratios = [
        (one.derivatives[:, : len(other.names)] - other.derivatives) / other.derivative_deviations
        for one, other in zip(ours, theirs, strict=True)
    ]
    return float(np.sqrt(np.mean(np.concatenate(ratios) ** 2)))

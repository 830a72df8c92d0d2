"""The smoother that is used unless another is named: a neural ODE beside its classical start, the better kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.neural.study import Trial
from discovery.smoothing.neural_ode import NeuralODE
from discovery.smoothing.starts import classical_start
from discovery.types import NoiseKind, SmoothedTrajectory, Smoothing, Trajectory

PLUGIN = "Auto"
REQUIRES = ("torch", "torchdiffeq", "scipy", "numba")
CITES = ("Rasmussen2006", "Sarkka2023")

# By experiment on ODEBench at noise of 0, 1 and 5 % (benchmarks/smoothing.md). Held-out samples alone decide little: of
# 22 fields that they ranked behind the classical curve by less than SLIGHT, 19 had the better derivatives.
MISFIT = 1.5  # squared error of fitted samples, in noise variances, above which a field has not fitted them
SLIGHT = 0.05  # loss in nats a held-out sample that says nothing, where the noise is what the samples scatter by
IGNORANT = 1.0  # doubt above which a field knew less of its derivatives than the classical curve
APART = 1.0  # difference of derivatives, relative to the expected classical error, that such a field may have
CREDIBLE = 1.5  # departure from the classical derivatives above which the neural ones were worse
DOUBTFUL = 1.2  # doubt or expected error, relative to the classical one, above which the mean of both is safer


@dataclass(frozen=True)
class Auto:
    """Smooths by a neural ODE and by its classical start, and keeps the likelier of the two, or their mean.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest.
        neural: settings of the neural ODE, as in its own documentation.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    neural: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run; the learned field comes with any.

        Raises:
            DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
        """
        return self.rivals(trajectories, seed=seed, deadline=deadline, progress=progress)[0]

    def rivals(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[Smoothing, ...]:
        """The smoothings, the kept one first; its notes say why."""
        settings: dict[str, Any] = {"noise": self.noise, **self.neural}
        smoother = NeuralODE(**settings)
        fit, name = classical_start(trajectories, smoother.start_noise, seed=seed, deadline=deadline, progress=progress)
        neural, study, learned = smoother.from_start(trajectories, fit, seed=seed, deadline=deadline, progress=progress)
        theirs = study.trial(None)
        curves = study.in_time(study.curves)
        classical = Smoothing(curves, neural.field, study.noise, theirs.score, name)
        expected, apart = _compared(neural.trajectories, curves)
        doubt = learned.doubt if np.isfinite(learned.doubt) else expected
        called = name.replace("_", " ")
        told = f"{theirs.score:.3f} nats a sample by the {called}, {neural.score:.3f} by the neural ODE"

        def noted(kept: Smoothing, why: str) -> Smoothing:
            return replace(kept, notes=(why, *neural.notes))

        if smoother.order == 1:
            reason = disagreement(learned.trial, theirs)
            if not reason and doubt > IGNORANT and apart > APART:
                reason = "the neural ODE knows little of its derivatives, and they are not its own"
            if not reason and (departure := _departure(neural.trajectories, curves)) > CREDIBLE:
                reason = f"the neural ODE's derivatives depart from its own by {departure:.2f} of their deviations"
            if reason:
                why = f"The {called} was kept: {reason} (held-out log-likelihood {told})."
                return noted(classical, why), neural
            if max(doubt, expected) > DOUBTFUL:
                why = f"The mean of {called} and neural ODE was kept: neither's derivatives are the surer"
                return noted(mean_of(classical, neural), f"{why} (held-out log-likelihood {told})."), neural, classical
        return noted(neural, f"{why_kept(neural.score, theirs.score, smoother.order)} {told}."), classical


def why_kept(ours: float, theirs: float, order: int) -> str:
    """The beginning of a note, with the reason for the neural ODE where held-out samples are likelier by the curve."""
    if not theirs > ours:
        return "The neural ODE was kept; held-out samples have a log-likelihood of"
    if order > 1:
        reason = "a curve through positions has no velocities"
    else:  # by less than SLIGHT, or than the standard error
        reason = "so small a difference on held-out samples says nothing, and its derivatives are mostly better"
    return f"The neural ODE was kept: {reason}; the log-likelihood is"


def disagreement(ours: Trial, theirs: Trial) -> str:
    """What the samples say against the field; empty if nothing."""
    if len(ours.scores) == 0:
        return "there are too few samples to hold any out"
    # Where the curve is much nearer to the samples than the noise model allows, less than SLIGHT tells.
    if ours.worse_than(theirs) and not theirs.score - ours.score <= SLIGHT * theirs.misfit:
        return "the neural ODE predicts held-out samples worse"
    return "" if ours.misfit < MISFIT else "the neural ODE does not fit the samples"


def mean_of(one: Smoothing, other: Smoothing) -> Smoothing:
    """The curves midway. Both saw the same noise, so their deviations are averaged as if they erred together; so is
    the score, which that of the mean is never below, as a Gaussian's logarithm is concave.
    """
    curves = tuple(
        replace(
            a,
            states=(a.states + b.states) / 2,
            derivatives=(a.derivatives + b.derivatives) / 2,
            state_deviations=(a.state_deviations + b.state_deviations) / 2,
            derivative_deviations=(a.derivative_deviations + b.derivative_deviations) / 2,
        )
        for a, b in zip(one.trajectories, other.trajectories, strict=True)
    )
    score = (one.score + other.score) / 2
    return replace(one, trajectories=curves, score=score, method=f"{one.method} + {other.method}")


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

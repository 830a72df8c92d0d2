"""The data of one training: runs, classical curves with and without the held-out samples, trials on those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.smoothing.clock import PLAIN, Clock
from discovery.smoothing.curves import Fit, posterior
from discovery.smoothing.held_out import hide, masked, scores, stretches
from discovery.smoothing.neural.network import Learnable
from discovery.smoothing.neural.reading_out import Reading, read_out
from discovery.smoothing.neural.scaling import Samples, Scaling, rates, samples, with_velocities
from discovery.types import NoiseModel, SmoothedTrajectory, Trajectory

Units = tuple[Float[np.ndarray, " drive"], Float[np.ndarray, " drive"]]


@dataclass(frozen=True)
class Trial:
    """What is known of a curve or field when it is compared.

    Attributes:
        scores: log-likelihood of each held-out sample, in nats.
        misfit: mean squared error of the samples that were fitted, in variances of the noise.
    """

    scores: Float[np.ndarray, " sample"]
    misfit: float

    @property
    def score(self) -> float:
        """Mean held-out log-likelihood; NaN where nothing was held out."""
        return float(np.mean(self.scores)) if len(self.scores) else float("nan")

    def worse_than(self, other: Trial) -> bool:
        """Whether held-out samples are predicted worse, by more than the standard error of the difference.

        A curve that runs off, so that the scores are not finite, is worse than any.
        """
        losses = other.scores - self.scores
        if len(losses) == 0:
            return False
        if not np.all(np.isfinite(losses)):
            return True
        return bool(np.mean(losses) > np.std(losses) / np.sqrt(len(losses)))


@dataclass(frozen=True)
class Study:
    """The runs and two classical curves through each: ``parts`` of all samples, ``blind`` of all but the held-out ones.

    Attributes:
        trajectories: the runs, timed by ``clock``.
        measured: the runs in the data's time.
        scaling: of all states of the field, the velocities of a second-order field among them.
        known: linear part of the field that is not learned.
        curves: the classical posterior given all samples, in the data's units.
        drives: units of what drives the states.
    """

    trajectories: Sequence[Trajectory]
    measured: Sequence[Trajectory]
    clock: Clock
    noise: NoiseModel
    scaling: Scaling
    known: Float[np.ndarray, "state state"]
    curves: tuple[SmoothedTrajectory, ...]
    parts: Sequence[Samples]
    blind: Sequence[Samples]
    drives: Units

    @classmethod
    def of(
        cls, trajectories: Sequence[Trajectory], fit: Fit, seed: int, *, order: int = 1, with_time: bool = False
    ) -> Study:
        """Smooths twice by ``fit``: all samples, and all but those held out.

        Where the samples are spread over the logarithm of time, the field is by that clock and depends on it. One of
        second order is by plain time: its velocities have to be.
        """
        clock, before = fit.clock if order == 1 else PLAIN, trajectories
        if clock != PLAIN:
            trajectories, fit, with_time = clock.warped(before), replace(fit, clock=PLAIN), True
        noise, scaling, hidden = fit.noise_model(trajectories), Scaling.of(fit), hide(trajectories, seed)
        curves, blind_curves = posterior(fit, trajectories), posterior(fit, masked(trajectories, hidden))
        raw = [_drives(run, with_time) for run in trajectories]
        units = _units(raw)
        drives = [(one - units[0]) / units[1] for one in raw]
        nothing = [np.zeros_like(mask) for mask in hidden]
        parts, blind = (
            [samples(scaling, noise, *one) for one in zip(trajectories, masks, smooth, drives, strict=True)]
            for masks, smooth in ((nothing, curves), (hidden, blind_curves))
        )
        known = np.zeros((len(scaling.unit), len(scaling.unit)))
        if order == 2:
            pace = rates(parts)
            parts, blind = ([with_velocities(part, pace) for part in some] for some in (parts, blind))
            known = np.block([[known, np.diag(pace)], [known, known]])
            scaling = scaling.with_velocities(scaling.unit * pace)
        return cls(trajectories, before, clock, noise, scaling, known, curves, parts, blind, units)

    def in_time(self, curves: Sequence[SmoothedTrajectory]) -> tuple[SmoothedTrajectory, ...]:
        """Curves by the clock of the study in the data's time."""
        return self.clock.unwarped(curves, self.measured)

    @property
    def learned(self) -> int:
        """Number of states whose derivative is learned: the accelerations where positions were measured."""
        return self.trajectories[0].dimension

    def points(self, most: int) -> Float[np.ndarray, "sample state"]:
        """Standardised classical states, thinned to ``most``."""
        every = np.concatenate([part.curve for part in self.parts])
        return every[:: max(1, -(-len(every) // most))]

    def trial(self, network: Learnable | None, how: Reading | None = None) -> Trial:
        """Tries a field on the stretches that have held-out samples; the classical curves where it is None."""
        places = stretches([len(run) for run in self.trajectories])
        parts = [self.blind[place.run].rows(place.rows) for place in places]
        curves = [part.curve for part in parts]
        states = curves if network is None or how is None else read_out(network, parts, how)
        seen = slice(0, self.learned)
        runs = [self.trajectories[place.run] for place in places]
        cuts = [run.part(place.rows) for run, place in zip(runs, places, strict=True)]
        hidden = [part.hidden[:, seen] for part in parts]
        found = scores(self.noise, cuts, [self.scaling.states(one)[:, seen] for one in states], hidden)
        misses = np.concatenate(
            [((part.measured - one) / part.deviations)[~part.hidden] for part, one in zip(parts, states, strict=True)]
        )
        return Trial(found, float(np.nanmean(misses**2)))


def _drives(run: Trajectory, with_time: bool) -> Float[np.ndarray, "time drive"]:
    """Inputs, and time behind them where the field may depend on it."""
    return np.hstack([run.inputs, run.times[:, None]]) if with_time else np.asarray(run.inputs)


def _units(drives: Sequence[Float[np.ndarray, "_ drive"]]) -> Units:
    """Mean and deviation of what drives the states."""
    every = np.concatenate(drives)
    deviations = np.std(every, axis=0)
    return np.mean(every, axis=0), np.where(deviations > 0.0, deviations, 1.0)

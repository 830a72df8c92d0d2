"""The data of one training: runs, classical curves with and without the held-out samples, trials on those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from discovery.smoothing.curves import Fit, posterior
from discovery.smoothing.held_out import hide, masked, scores, stretches
from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.reading_out import read_out
from discovery.smoothing.neural.scaling import Samples, Scaling, samples
from discovery.types import NoiseModel, SmoothedTrajectory, Trajectory


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


@dataclass(frozen=True)
class Study:
    """The runs and two classical curves through each: ``parts`` of all samples, ``blind`` of all but the held-out ones.

    Attributes:
        hidden: which samples are held out.
        curves: the classical posterior given all samples, in the data's units.
    """

    trajectories: Sequence[Trajectory]
    fit: Fit
    noise: NoiseModel
    scaling: Scaling
    hidden: Sequence[Bool[np.ndarray, "_ state"]]
    curves: tuple[SmoothedTrajectory, ...]
    parts: Sequence[Samples]
    blind: Sequence[Samples]

    @classmethod
    def of(cls, trajectories: Sequence[Trajectory], fit: Fit, seed: int) -> Study:
        """Smooths twice by ``fit``: all samples, and all but those held out."""
        noise, scaling, hidden = fit.noise_model(trajectories), Scaling.of(fit), hide(trajectories, seed)
        seen = masked(trajectories, hidden)
        curves, blind_curves = posterior(fit, trajectories), posterior(fit, seen)
        parts = [samples(scaling, noise, run, one) for run, one in zip(trajectories, curves, strict=True)]
        blind = [samples(scaling, noise, run, one) for run, one in zip(seen, blind_curves, strict=True)]
        return cls(trajectories, fit, noise, scaling, hidden, curves, parts, blind)

    def points(self, most: int) -> Float[np.ndarray, "sample state"]:
        """Standardised classical states, thinned to ``most``."""
        every = np.concatenate([part.curve for part in self.parts])
        return every[:: max(1, -(-len(every) // most))]

    def trial(self, network: Network | None, size: int = 0, steps: int = 0) -> Trial:
        """Tries a field on the stretches that have held-out samples; the classical curves where it is None."""
        places = stretches([len(run) for run in self.trajectories])
        parts = [_rows(self.blind[place.run], place.rows) for place in places]
        curves = [part.curve for part in parts] if network is None else read_out(network, parts, size, steps)
        runs = [self.trajectories[place.run] for place in places]
        cuts = [
            Trajectory(run.times[place.rows], run.states[place.rows], run.names)
            for run, place in zip(runs, places, strict=True)
        ]
        hidden = [self.hidden[place.run][place.rows] for place in places]
        found = scores(self.noise, cuts, [self.scaling.states(curve) for curve in curves], hidden)
        misses = np.concatenate([(part.measured - c) / part.deviations for part, c in zip(parts, curves, strict=True)])
        return Trial(found, float(np.nanmean(misses**2)))


def _rows(part: Samples, rows: slice) -> Samples:
    """Some rows of a run."""
    return replace(part, **{name: getattr(part, name)[rows] for name in part.__dataclass_fields__})

"""Smoothing without a vector field: what the classical smoothers do with their methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.curves import Method, fit_method, posterior
from discovery.smoothing.held_out import hide, masked, scores
from discovery.smoothing.series import check
from discovery.types import NoiseKind, Smoothing, Trajectory


@dataclass(frozen=True)
class Classical(ABC):
    """A smoother that draws a curve through each state by itself.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        name: of the smoother in results.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    name: ClassVar[str]

    @property
    @abstractmethod
    def method(self) -> Method:
        """How curves are drawn."""

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run: tunes the method, scores it on samples left out, and
        smooths all samples.

        Raises:
            DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
        """
        check(trajectories)
        progress("smoothing", f"{self.name}: tuning", 0.0)
        fit = fit_method(trajectories, self.method, self.noise, deadline=deadline)
        model = fit.noise_model(trajectories)
        progress("smoothing", f"{self.name}: held-out samples", 0.7)
        hidden = hide(trajectories, seed)
        blind = [run.states for run in posterior(fit, masked(trajectories, hidden))]
        held_out = scores(model, trajectories, blind, hidden)
        progress("smoothing", f"{self.name}: curves through all samples", 0.85)
        curves = posterior(fit, trajectories)
        progress("smoothing", f"{self.name}: done", 1.0)
        score = float(np.mean(held_out)) if len(held_out) else float("nan")
        return Smoothing(curves, None, model, score, self.name)

"""Smoothing without a vector field: what the classical smoothers do with their methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from discovery.protocols import Deadline, Progress
from discovery.smoothing.curves import Method, fit_method, posterior
from discovery.smoothing.held_out import hide, masked, scores
from discovery.smoothing.series import check
from discovery.types import NoiseKind, Smoothing, Trajectory


def smooth_classically(
    trajectories: Sequence[Trajectory],
    method: Method,
    noise: NoiseKind | Literal["auto"],
    name: str,
    seed: int,
    deadline: Deadline,
    progress: Progress,
) -> Smoothing:
    """Tunes ``method``, scores it on samples left out, and smooths all samples.

    Raises:
        DataError: a state has too few samples, or noise of a kind is asked for that the data cannot have.
    """
    check(trajectories)
    progress("smoothing", f"{name}: tuning", 0.0)
    fit = fit_method(trajectories, method, noise, deadline=deadline)
    model = fit.noise_model(trajectories)
    progress("smoothing", f"{name}: held-out samples", 0.7)
    hidden = hide(trajectories, seed)
    blind = [run.states for run in posterior(fit, masked(trajectories, hidden))]
    held_out = scores(model, trajectories, blind, hidden)
    progress("smoothing", f"{name}: curves through all samples", 0.85)
    curves = posterior(fit, trajectories)
    progress("smoothing", f"{name}: done", 1.0)
    score = float(np.mean(held_out)) if len(held_out) else float("nan")
    return Smoothing(curves, None, model, score, name)

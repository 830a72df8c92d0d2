"""Results in which every text that comes from outside is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.types import (
    DiscoveryResult,
    Failure,
    Finding,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Verdict,
)

ResultOf = Callable[[str], DiscoveryResult]


@pytest.fixture(scope="session")
def named_result() -> ResultOf:
    """Results by that text."""
    return result


def result(word: str) -> DiscoveryResult:
    """A result in which every text that comes from outside is ``word``."""
    times = np.linspace(0.0, 6.0, 40)
    states = np.column_stack([np.cos(times), -np.sin(times)])
    measured = from_arrays([states, states], [times, times], names=[word or "x", "y"])
    names = tuple(measured.headers)
    runs = tuple(replace(run, label=f"{word} {i}") for i, run in enumerate(measured.trajectories))
    ones = np.ones_like(states)
    curves = tuple(SmoothedTrajectory(times, states, states, ones, ones, names, run.label) for run in runs)
    law = Law(names, (parse(f"c0*{names[1]}"), parse(f"-c1*{names[0]}")), (1.0, 1.0), (word,))
    noise = NoiseModel("additive", np.ones(2), np.ones(2))
    return DiscoveryResult(
        headers=measured.headers,
        time_name=word,
        trajectories=runs,
        smoothing=Smoothing(curves, None, noise, 0.0, "kalman", (word,)),
        ranking=Ranking((RankedLaw(law, 1.0, 1.0, 0.9, 5, 1.0, (0.9, 0.9), (1.1, 1.1)),), word),
        verdict=Verdict("found", word, (Finding("good", word),), {}),
        predictions=(Prediction("fit", runs[0].label, times, states),),
        notes=(word,),
        failures=(Failure(word, word),),
        provenance={"files": [word], "command": word, "data_sha256": word, "config": {word: word}},
    )

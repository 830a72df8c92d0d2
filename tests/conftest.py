"""Fixtures for all tests: strict floating point, laws from text, and problems whose answer is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate_or_fail
from discovery.problems.regression import regressions
from discovery.symbolic.parse import parse
from discovery.types import (
    DiscoveryProblem,
    DiscoveryResult,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    Verdict,
)

# A worker has a core of its own: threads of torch that wait for each other on shared cores take three times as long.
# Set before torch is loaded; commands that tests start have it, too, but for those that are asked about threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Commands that tests start keep their modules compiled, also where the environment says that Python keeps none: without
# that each of them takes .7 s more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What overflows or is undefined is an error, as warnings are; only what is too small to matter may be rounded to zero.
np.seterr(all="raise", under="ignore")

# Folders whose files take minutes: they are started first, so that no worker is left with one at the end.
LONGEST = ("documentation", "integration", "golden", "reference", "contracts")

LawOf = Callable[..., Law]
ProblemOf = Callable[..., DiscoveryProblem]
ResultOf = Callable[..., DiscoveryResult]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of their folders' cost; within a file, and of equal folders, tests stay as they are."""
    places = {folder: place for place, folder in enumerate(LONGEST)}
    root = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(root).parts[0], len(places)))


@pytest.fixture(scope="session")
def law_of() -> LawOf:
    """Laws from text: ``law_of({"x": "c0*x"}, 1.5)``."""

    def make(equations: dict[str, str], *constants: float, sources: tuple[str, ...] = ()) -> Law:
        return Law(tuple(equations), tuple(parse(text) for text in equations.values()), constants, sources)

    return make


@pytest.fixture(scope="session")
def problem_of() -> ProblemOf:
    """Problems from a law: its trajectories with white noise, and a smoothing that knows the exact states.

    The noise's deviation is ``noise`` times each state's; a tenth of a per cent is believed at least.
    """

    def make(
        law: Law,
        starts: Sequence[Sequence[float]],
        times: np.ndarray | Sequence[np.ndarray],
        *,
        noise: float = 0.0,
        missing: float = 0.0,
        seed: int = 0,
    ) -> DiscoveryProblem:
        clocks = [times] * len(starts) if isinstance(times, np.ndarray) else list(times)
        exact = [simulate_or_fail(law, np.array(s), t) for s, t in zip(starts, clocks, strict=True)]
        spread = np.maximum(np.vstack(exact).std(axis=0), 1e-9)
        sigma = np.maximum(noise, 1e-3) * spread
        rng = np.random.default_rng(seed)
        runs: list[Trajectory] = []
        curves: list[SmoothedTrajectory] = []
        for number, (clock, states) in enumerate(zip(clocks, exact, strict=True)):
            measured = states + noise * spread * rng.standard_normal(states.shape)
            measured[rng.random(states.shape) < missing] = np.nan
            slopes = values(list(law.equations.values()), law.states, states)
            runs.append(Trajectory(clock, measured, law.states, f"run {number}"))
            curves.append(
                SmoothedTrajectory(
                    clock,
                    states,
                    slopes,
                    np.tile(sigma, (len(clock), 1)),
                    np.tile(1e-3 * np.maximum(slopes.std(axis=0), 1e-9), (len(clock), 1)),
                    law.states,
                    f"run {number}",
                )
            )
        model = NoiseModel("additive", sigma, 1e-3 * spread)
        smoothing = Smoothing(tuple(curves), None, model, 0.0, "exact")
        return DiscoveryProblem(tuple(runs), smoothing, regressions(runs, smoothing))

    return make


@pytest.fixture(scope="session")
def result_of() -> ResultOf:
    """Results in which a law was found and follows its data exactly.

    ``result_of(law, start, another_start)`` has one run from each start, over the first unit of time, and intervals of
    a tenth of each constant. ``headers`` and ``labels`` name states and runs; not ``simulated`` are lines.
    """

    def make(
        law: Law,
        *starts: Sequence[float],
        headers: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        time_name: str = "t",
        rivals: Sequence[Law] = (),
        simulated: bool = True,
    ) -> DiscoveryResult:
        times = np.linspace(0.0, 1.0, 11)
        given = labels or [f"run {i}" if len(starts) > 1 else "" for i in range(1, len(starts) + 1)]
        firsts = [np.array(start, dtype=float) for start in starts]
        states = [simulate_or_fail(law, x, times) if simulated else np.linspace(x, x + 1.0, 11) for x in firsts]
        ones = np.ones((len(times), len(law.states)))
        curves = [
            SmoothedTrajectory(times, x, x, ones, ones, law.states, label)
            for x, label in zip(states, given, strict=True)
        ]
        noise = NoiseModel("additive", ones[0], ones[0])
        lows, highs = (tuple(c - sign * abs(c) / 10 for c in law.constants) for sign in (1, -1))
        front = [RankedLaw(law, 10.0, 1.0, 0.99, 5, 1.0, lows, highs)]
        front += [RankedLaw(rival, 20.0 + i, 1.5, 0.9, 7) for i, rival in enumerate(rivals)]
        return DiscoveryResult(
            headers=dict(zip(law.states, headers or law.states, strict=True)),
            time_name=time_name,
            trajectories=tuple(Trajectory(times, x, law.states, label) for x, label in zip(states, given, strict=True)),
            smoothing=Smoothing(tuple(curves), None, noise, 0.0, "exact"),
            ranking=Ranking(tuple(front), "description length"),
            verdict=Verdict("found", "The data support this law.", (), {}),
            predictions=tuple(Prediction("fit", label, times, x) for x, label in zip(states, given, strict=True)),
        )

    return make

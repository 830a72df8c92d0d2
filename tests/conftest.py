"""Fixtures for all tests: strict floating point, laws from text, and problems whose answer is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate_or_fail
from discovery.problems.regression import regressions
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

# What overflows or is undefined is an error, as warnings are; only what is too small to matter may be rounded to zero.
np.seterr(all="raise", under="ignore")

LawOf = Callable[..., Law]
ProblemOf = Callable[..., DiscoveryProblem]


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

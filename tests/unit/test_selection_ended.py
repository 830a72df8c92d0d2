"""Told laws fitted to the end, before they are judged."""

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame, Told, told_symbol
from discovery.protocols import NEVER, Deadline
from discovery.selection.ended import ended
from discovery.selection.refined import Refined, refine
from discovery.types import DiscoveryProblem, Law, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory, symbol

# Of candidates, of which there are many, so few steps are made.
SETTINGS = Shooting(iterations=8, tolerance=1e-4)
RATE, PAIRS, FIRST = 0.006, 0.07, 4.0
# Where the constants of N' = -k N - g N**p are from which a fit goes far: two terms of nearly one power.
CORNER, TRUTH = (-1.5, 1.6, 1.05), (RATE, PAIRS, 2.0)


def told(constants: tuple[float, float, float]) -> Law:
    """N' = -k N - g N**p, told, at some values of its constants."""
    x, (k, g, p) = symbol("N"), map(told_symbol, "kgp")
    frame = Frame(("N",), (-k * x - g * x**p,), constants=(Told("k"), Told("g"), Told("p")))
    skeleton = -symbol("c0") * x - symbol("c1") * x ** symbol("c2")
    return Law(("N",), (skeleton,), constants, told=("k", "g", "p"), frame=frame)


@pytest.fixture(scope="module")
def posed() -> tuple[DiscoveryProblem, Windows]:
    """A decay of that law with 1 % of noise, and one window of it."""
    times = np.concatenate([np.arange(0.0, 50.0, 2.0), np.arange(50.0, 400.0, 10.0)])
    level = FIRST * RATE * np.exp(-RATE * times) / (RATE + PAIRS * FIRST * (1.0 - np.exp(-RATE * times)))
    samples = level * (1.0 + 0.01 * np.random.default_rng(0).standard_normal(len(times)))
    small = 0.01 * level[:, None]
    curve = SmoothedTrajectory(times, level[:, None], np.gradient(level, times)[:, None], small, small, ("N",))
    noise = NoiseModel("proportional", np.array([0.01]), np.array([1e-4]))
    runs = (Trajectory(times, samples[:, None], ("N",)),)
    problem = DiscoveryProblem(runs, Smoothing((curve,), None, noise, 0.0, "exact"), ())
    return problem, cut(runs, (curve,), noise, len(times))


def begun(law: Law, windows: Windows) -> Refined:
    """The law after the few steps that candidates have."""
    found = refine(law, windows, settings=SETTINGS)
    assert found is not None
    return found


def test_a_told_law_that_begins_in_a_corner_is_fitted_to_the_end(posed: tuple[DiscoveryProblem, Windows]) -> None:
    """It ends with the exponent and the score of one that began at the truth, which is made no worse."""
    problem, windows = posed
    corner, right = (begun(told(constants), windows) for constants in (CORNER, TRUTH))
    assert corner.law.constants[2] < 1.5
    (found,), (kept,) = (ended([one], windows, problem, SETTINGS, NEVER) for one in (corner, right))
    assert found.law.constants[2] == pytest.approx(2.0, abs=0.1)
    assert found.score == pytest.approx(kept.score, abs=0.1)
    assert found.score < corner.score
    assert kept.fit.cost <= right.fit.cost


def test_untold_laws_and_those_that_time_overtakes_stay_as_they_are(posed: tuple[DiscoveryProblem, Windows]) -> None:
    """They are the same objects, in the order in which they came."""
    problem, windows = posed
    corner = begun(told(CORNER), windows)
    untold = begun(Law(("N",), (-symbol("c0") * symbol("N"),), (0.05,)), windows)
    for items, deadline in (([untold], NEVER), ([corner], Deadline(0.0))):
        kept = ended(items, windows, problem, SETTINGS, deadline)
        assert all(one is other for one, other in zip(kept, items, strict=True))

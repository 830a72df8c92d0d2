"""Ends of intervals along profiles."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame, Told, told_symbol
from discovery.samples import symbol
from discovery.selection import intervals
from discovery.selection.intervals import bounds, deviations, profiled, quantile, widened
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting()
SATURATED = {"x": "c0*x/(c1 + x) - x"}
DRAINED = {"x": "-c0*x**c1"}


def windows_of(problem: DiscoveryProblem) -> Windows:
    """Whole runs."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)


@pytest.fixture(scope="module")
def uptake(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Saturated growth that is hardly distinguished from growth at a constant rate."""
    return problem_of(law_of(SATURATED, 4.0, 0.3), [[1.0]], np.linspace(0.0, 4.0, 60), noise=0.2)


def fitted(problem: DiscoveryProblem, law: Law) -> Fit:
    """The law fitted to whole runs."""
    found = fit(law, windows_of(problem), settings=Shooting(tolerance=1e-9))
    assert found is not None
    return found


def test_well_known_constants_have_the_parabola_s_intervals(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Nothing is followed, and the fit is the same."""
    law = law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0)
    problem = problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 8.0, 100), noise=0.03)
    before = fitted(problem, law)
    after, ends = profiled(before, windows_of(problem), SETTINGS)
    assert before is after
    assert bounds(before) == ends


def test_the_ends_of_a_profile_are_where_the_cost_has_risen(
    uptake: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """By the square of Student's quantile, with the other constant fitted; they are not symmetric."""
    best = fitted(uptake, law_of(SATURATED, 4.0, 0.3))
    found, (lows, highs) = profiled(best, windows_of(uptake), SETTINGS)
    place = 1
    value = found.law.constants[place]
    assert deviations(found)[place] > 0.1 * value
    for end in (lows[place], highs[place]):
        constants = list(found.law.constants)
        constants[place] = end
        there = fit(found.law.with_constants(tuple(constants)), windows_of(uptake), fixed=(place,))
        assert there is not None
        rise = (there.cost - found.cost) / max(1.0, found.reduced)
        np.testing.assert_allclose(np.sqrt(rise), quantile(found), rtol=0.12)
    assert highs[place] - value > 1.05 * (value - lows[place])


def test_the_quantile_is_student_s() -> None:
    """For the degrees of freedom that are left."""
    law = Law(("x",), (), (1.0, 2.0))
    few = Fit(law, np.zeros((1, 1)), 1.0, np.ones(1), np.eye(2), 10)
    np.testing.assert_allclose(quantile(few), stats.t.ppf(0.975, 7))


def test_profiles_lead_out_of_a_worse_optimum(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A fit that was stopped early is taken up again where a profile is lower."""
    problem = problem_of(law_of(SATURATED, 4.0, 0.3), [[1.0]], np.linspace(0.0, 4.0, 60), noise=0.1)
    early = fit(law_of(SATURATED, 4.3, 0.6), windows_of(problem), settings=Shooting(iterations=0))
    assert early is not None
    best = fitted(problem, law_of(SATURATED, 4.0, 0.3))
    found, _ = profiled(early, windows_of(problem), SETTINGS)
    assert early.cost > best.cost + 0.3
    np.testing.assert_allclose(found.cost, best.cost, atol=0.3)


def test_bounds_that_were_told_do_not_widen_intervals(problem_of: Callable[..., DiscoveryProblem]) -> None:
    """A constant that a profile fixes beyond its bounds stays there, and no end is outside of them."""
    decay = Law(("x",), (parse("-c0*x"),), (0.1,))
    problem = problem_of(decay, [[1.0]], np.linspace(0.0, 4.0, 12), noise=1.0)
    ends: list[tuple[float, float]] = []
    for low, high in ((-np.inf, np.inf), (0.0, np.inf), (0.0, 0.25)):
        frame = Frame(("x",), (-told_symbol("k") * symbol("x"),), constants=(Told("k", low, high),))
        found = fitted(problem, frame.law((), (0.1,)))
        windows = windows_of(problem)
        found, profile = profiled(found, windows, SETTINGS)
        lows, highs = widened(found, profile, windows, SETTINGS)
        assert low <= lows[0] < highs[0] <= high
        ends.append((lows[0], highs[0]))
    assert all(low >= ends[0][0] - 0.02 and high <= ends[0][1] + 0.05 for low, high in ends[1:])


def test_the_share_of_two_rates_ends_where_the_other_has_none(problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Of two positive rates of which little more than the sum is known, a parabola would have one twice as large."""
    decay = Law(("x",), (parse("-c0*x"),), (1.0,))
    problem = problem_of(decay, [[1.0]], np.linspace(0.0, 0.5, 240), noise=0.5)
    x, (one, other) = symbol("x"), map(told_symbol, "ab")
    frame = Frame(("x",), (-one * x - other * x**2,), constants=(Told("a", 0.0), Told("b", 0.0)))
    found = fitted(problem, frame.law((), (0.7, 0.3)))
    windows = windows_of(problem)
    assert found.law.constants[1] < 0.01
    assert bounds(found)[1][1] > 1.0
    _, (lows, highs) = profiled(found, windows, SETTINGS)
    assert lows[1] == 0.0
    assert 0.4 < highs[1] < 0.8


@pytest.fixture(scope="module")
def drained(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> tuple[Fit, Windows]:
    """A factor known to its size alone, for that of its power: it drains, and nothing fits without it."""
    law = law_of(DRAINED, 1e-9, 5.65)
    problem = problem_of(law, [[34.0], [32.0], [30.0]], np.linspace(0.0, 60.0, 60), noise=0.15)
    found = fitted(problem, law)
    assert 0.5 < deviations(found)[0] / found.law.constants[0] < 1.0
    return found, windows_of(problem)


def test_wider_intervals_stay_on_the_side_of_zero_that_the_data_allow(
    drained: tuple[Fit, Windows], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where residuals hang together, the profile is followed further: its end is not moved in a straight line."""
    found, windows = drained
    monkeypatch.setattr(intervals, "resampled", lambda fitted, *_: 1.5 * deviations(fitted))
    found, ends = profiled(found, windows, SETTINGS)
    lows, highs = widened(found, ends, windows, SETTINGS)
    constant = found.law.constants[0]
    assert constant - 1.5 * (constant - ends[0][0]) < 0.0 < lows[0] < ends[0][0]
    assert highs[0] > ends[1][0]
    there = fit(found.law.with_constants((lows[0], found.law.constants[1])), windows, fixed=(0,))
    assert there is not None
    rise = (there.cost - found.cost) / max(1.0, found.reduced)
    np.testing.assert_allclose(np.sqrt(rise), 1.5 * quantile(found), rtol=0.2)


def test_an_end_that_was_not_found_in_time_is_not_across_a_zero_that_is_ruled_out(
    drained: tuple[Fit, Windows], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parabola's, which stands for it, is there; zero itself is tried once."""
    found, windows = drained
    monkeypatch.setattr(intervals, "FITS", 1)
    assert bounds(found)[0][0] < 0.0
    _, (lows, _) = profiled(found, windows, SETTINGS)
    assert 0.0 < lows[0] < found.law.constants[0]


def test_zero_stays_inside_where_the_data_allow_it(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Of a rate that is hardly seen."""
    law = law_of({"x": "c0 - c1*x"}, 0.02, 0.02)
    problem = problem_of(law, [[2.0]], np.linspace(0.0, 4.0, 60), noise=1.0)
    best = fitted(problem, law)
    found, ends = profiled(best, windows_of(problem), SETTINGS)
    lows, highs = widened(found, ends, windows_of(problem), SETTINGS)
    assert all(low < 0.0 < high for low, high in zip(lows, highs, strict=True))


def test_a_small_share_of_what_is_not_determined_is_much() -> None:
    """Of two constants only the sum of one and a hundredth of the other is known."""
    direction = np.array([1.0, 0.01])
    information = np.outer(direction, direction)
    found = replace(_blank(), information=information)
    assert np.all(np.isnan(deviations(found)) | (deviations(found) > 1e2))


def _blank() -> Fit:
    law = Law(("x",), (parse("c0*x + c1"),), (1.0, 1.0))
    return Fit(law, np.zeros((1, 1)), 50.0, np.array([50.0]), np.eye(2), 50)

"""What no law of one state can do."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame
from discovery.selection.doubts import inert, of_two_values, one_way
from discovery.types import DiscoveryProblem, Law, symbol

TIMES = np.linspace(0.0, 10.0, 200)


@pytest.fixture(scope="module")
def wave(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A state that time drives up and down."""
    return problem_of(law_of({"x": "3*cos(3*t)"}), [[0.0]], TIMES, noise=0.02)


def windows_of(problem: DiscoveryProblem, length: int) -> Windows:
    """The measurements in windows."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length)


@pytest.mark.parametrize("length", [10, 200])
def test_what_comes_back_follows_no_law_of_one_state(
    length: int, wave: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """Half oscillations are counted over all windows of a run, and the way out is said."""
    (finding,) = one_way(law_of({"x": "-x"}), windows_of(wave, length))
    assert finding.text.startswith("x changes direction 9 times, which no law x' = f(x) can do.")
    assert "--law \"x'' = f(x, x')\"" in finding.text


def test_time_may_turn_it(wave: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """And so may the steps of a map; and what only falls needs no reason."""
    windows = windows_of(wave, 200)
    assert () == tuple(one_way(law_of({"x": "-x + cos(t)"}), windows))
    assert () == tuple(one_way(replace(law_of({"x": "-x"}), discrete=True), windows))
    falling = replace(windows, values=np.sort(windows.values, axis=0))
    assert () == tuple(one_way(law_of({"x": "-x"}), falling))


def test_a_driven_state_may_have_inertia(law_of: Callable[..., Law]) -> None:
    """Where its law fails the sentence is told that says so; not where nothing drives it, or there are more states."""
    x, y, u = symbol("x"), symbol("y"), symbol("u")
    (finding,) = inert(Law(("x",), (u - x,), (), frame=Frame(("x",), (u - x,), inputs=("u",))))
    assert "--law \"x'' = f(x, x', u)\"" in finding.text
    assert () == tuple(inert(law_of({"x": "-x"})))
    owned = Law(("x",), (u - x,), (), frame=Frame(("x",), (u - x,), inputs=("u",)), told=("k[a]",))
    assert () == tuple(inert(owned))  # u says which run it is
    assert () == tuple(inert(Law(("x", "y"), (y, u - x), (), frame=Frame(("x", "y"), (y, u - x), inputs=("u",)))))


def test_a_switch_has_no_law(wave: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """x' = 24 x² - 23 x jumps once, too; a map may have two values, and a third is a course."""
    windows = windows_of(wave, 200)
    switched = replace(windows, values=(windows.values > 0.0).astype(float))
    (finding,) = of_two_values(law_of({"x": "24*x**2 - 23*x"}), switched)
    assert finding.level == "bad"
    assert finding.text.startswith("x takes two values alone")
    assert () == tuple(of_two_values(replace(law_of({"x": "1 - x"}), discrete=True), switched))
    assert () == tuple(of_two_values(law_of({"x": "-x"}), windows))
    assert () == tuple(of_two_values(law_of({"x": "-x"}), replace(windows, values=np.sign(windows.values.round()))))

"""Laws that blow up on the data are not chosen."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import Deadline
from discovery.selection.refined import Refined
from discovery.selection.score import TIE
from discovery.selection.soundness import SoundOrder, balance, sound, sound_first
from discovery.smoothing.successive import successive
from discovery.types import DiscoveryProblem, Law, Trajectory

TIMES = np.linspace(0.0, 10.0, 200)


@pytest.fixture(scope="module")
def wave(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """An oscillator."""
    return problem_of(law_of({"x": "y", "y": "-x"}), [[1.0, 0.0]], TIMES)


def windows_of(problem: DiscoveryProblem, length: int = 16) -> Windows:
    """Windows of a problem."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length)


def fitted(law: Law, windows: Windows) -> Fit:
    """The law as it is, from the smoothed starts."""
    number = len(law.constants)
    return Fit(law, windows.starts, 1.0, np.ones(len(windows.starts)), np.eye(number), windows.count)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("-x", True),
        ("-x + 1e-9/(2 + x)", True),
        ("-x + 1e-9/(0.5 + x)", False),
        ("-x + 1e-9*log(1.5 + y)", True),
        ("-x + 1e-9/(x**2 - 0.5)", False),
        ("-x + y", False),
    ],
)
def test_laws_with_poles_or_without_bounds_are_not_sound(
    second: str, expected: bool, wave: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """A denominator that changes sign on the way, or growth that only short windows hide."""
    windows = windows_of(wave)
    assert expected == sound(fitted(law_of({"x": "y", "y": second}), windows), windows, wave.trajectories)


def test_a_law_that_was_followed_to_the_end_does_not_diverge(
    wave: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """Growth within whole trajectories is the fit's business."""
    windows = windows_of(wave, 1000)
    assert sound(fitted(law_of({"x": "y", "y": "-x + y"}), windows), windows, wave.trajectories)


def order(laws: Sequence[Law], problem: DiscoveryProblem) -> list[Law]:
    """The laws as they come out."""
    windows = windows_of(problem)
    found = sound_first([Refined(fitted(law, windows), 0.0) for law in laws], windows, problem.trajectories)
    behind = found.laws[len(found.laws) - found.unsound :]
    assert not any(sound(item.fit, windows, problem.trajectories) for item in behind)
    assert found.sound == any(sound(item.fit, windows, problem.trajectories) for item in found.laws[:1])
    return [item.law for item in found.laws]


def test_the_first_sound_law_leads(wave: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Those before it go to the end, in their order; where none is sound nothing changes."""
    bad, worse, good, other = (law_of({"x": "y", "y": s}) for s in ("-x + y", "-x + 2*y", "-x", "-x - 0.01*y"))
    assert [good, other, bad, worse] == order([bad, worse, good, other], wave)
    assert [bad, worse] == order([bad, worse], wave)
    assert [] == order([], wave)


def test_a_sound_law_is_looked_for_as_far_as_there_are_laws(wave: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Behind twenty that blow up; where time is up the leading ones alone are looked at."""
    bad = [law_of({"x": "y", "y": f"-x + {1 + number / 10}*y"}) for number in range(20)]
    good, other = law_of({"x": "y", "y": "-x"}), law_of({"x": "y", "y": "-x - 0.01*y"})
    assert [good, other, *bad] == order([*bad, good, other], wave)
    windows = windows_of(wave)
    items = [Refined(fitted(law, windows), 0.0) for law in (*bad, good)]
    late = sound_first(items, windows, wave.trajectories, deadline=Deadline.after(0.0))
    assert SoundOrder(tuple(items), 0, sound=False) == late


@pytest.mark.parametrize(
    ("sides", "start", "stays"),
    [
        ({"x": "-x", "y": "-y"}, [1.0, 1.0], True),
        ({"x": "x - 2*y", "y": "-y"}, [1.0, 1.0], False),
        ({"x": "0.5*x", "y": "-y"}, [1.0, 1.0], True),
        ({"x": "x - x**3", "y": "-y"}, [1e-3, 1.0], True),
        ({"x": "0.05*x**2", "y": "-y"}, [1.9, 1.0], True),
    ],
)
def test_a_balance_on_the_point_of_a_needle_is_not_steady(
    sides: dict[str, str],
    start: list[float],
    stays: bool,
    law_of: Callable[..., Law],
    problem_of: Callable[..., DiscoveryProblem],
) -> None:
    """Where more and less of a state both leave all bounds: not growth, what turns back, or a blow-up on one side."""
    law = law_of(sides)
    problem = problem_of(law, [start], TIMES, noise=0.05)
    windows = windows_of(problem, 1000)
    fit = replace(fitted(law, windows), starts=np.array([start]))
    assert stays == (balance(fit, windows, problem.trajectories) == 0.0)


@pytest.mark.parametrize(("behind", "leads"), [(0.0, "decay"), (2.5, "decay"), (4.5, "decay"), (12.0, "saddle")])
def test_a_law_on_the_point_of_a_needle_pays_for_its_start(
    behind: float, leads: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """The decay that the samples show and not the saddle that goes through them, from a start of many bits."""
    decay, saddle = law_of({"x": "-x", "y": "-y"}), law_of({"x": "x - 2*y", "y": "-y"})
    problem = problem_of(decay, [[1.0, 1.0]], TIMES, noise=0.05)
    windows = windows_of(problem, 1000)
    one, other, last = (
        Refined(replace(fitted(law, windows), starts=np.ones((1, 2))), score)
        for law, score in ((saddle, 0.0), (decay, behind), (decay, 15.0))
    )
    assert sound(one.fit, windows, problem.trajectories)
    price = balance(one.fit, windows, problem.trajectories)
    assert TIE + math.log(20.0) < price < TIE + math.log(22_026.0)  # it grows so many times, to bounds beyond the noise
    paid = replace(one, score=price)
    expected = [other, *sorted((paid, last), key=lambda item: item.score)] if leads == "decay" else [paid, other, last]
    charged = price if leads == "saddle" else 0.0
    assert SoundOrder(tuple(expected), 0, True, charged) == sound_first(
        [one, other, last], windows, problem.trajectories
    )
    assert SoundOrder((paid,), 0, True, price) == sound_first([one], windows, problem.trajectories)


def test_no_law_that_blows_up_leads_where_the_first_pays_for_its_start(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """It has no price of its own, and stands at the end; nor does one lead that nobody looked at."""
    decay, saddle = law_of({"x": "-x", "y": "-y"}), law_of({"x": "x - 2*y", "y": "-y"})
    pole = law_of({"x": "-x + 1e-9/(0.5 - x)", "y": "-y"})
    problem = problem_of(decay, [[1.0, 1.0]], TIMES, noise=0.05)
    windows = windows_of(problem, 1000)
    one, *bad, other = (
        Refined(replace(fitted(law, windows), starts=np.ones((1, 2))), score)
        for law, score in ((saddle, 0.0), *((pole, 1.0 + place / 10) for place in range(20)), (decay, 4.0))
    )
    found = sound_first([one, *bad, other], windows, problem.trajectories)
    assert ((decay, saddle), 20, True, 0.0) == (
        tuple(item.law for item in found.laws[:2]), found.unsound, found.sound, found.balance
    )  # fmt: skip
    late = sound_first([one, *bad, other], windows, problem.trajectories, deadline=Deadline.after(0.0))
    assert (saddle, True) == (late.laws[0].law, late.sound)


@pytest.mark.parametrize("start", [1e-3, 0.04, 0.06, 0.2])
def test_growth_from_about_the_noise_is_left_to_the_score(
    start: float, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Over ten e-folds: from less than nothing growth goes down, which is no needle's point."""
    growth, slower = law_of({"x": "x"}), law_of({"x": "0.5*x"})
    problem = problem_of(growth, [[start]], TIMES, noise=0.05)
    windows = windows_of(problem, 1000)
    one, other = (
        Refined(replace(fitted(law, windows), starts=np.array([[start]])), score)
        for law, score in ((growth, 0.0), (slower, 1.0))
    )
    assert 0.0 == balance(one.fit, windows, problem.trajectories)
    assert SoundOrder((one, other), 0, True) == sound_first([one, other], windows, problem.trajectories)


def test_a_long_record_is_followed_to_its_end(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Twenty thousand samples take more steps than short records may need, which is no divergence."""
    law = law_of({"x": "y", "y": "-x"})
    problem = problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 8000.0, 20_000), noise=0.05)
    windows = windows_of(problem, 200)
    fit = replace(
        fitted(law, windows),
        starts=np.array([[math.cos(t), -math.sin(t)] for t in windows.times[windows.offsets[:-1]]]),
    )
    assert sound(fit, windows, problem.trajectories)
    assert 0.0 == balance(fit, windows, problem.trajectories)


def test_a_map_steps_over_its_poles(law_of: Callable[..., Law]) -> None:
    """Its states are on either side of zero, and never on it."""
    states = [0.7]
    for _ in range(39):
        states.append(1.0 - 2.3 / states[-1])
    run = Trajectory(np.arange(40.0), np.array(states)[:, None], ("x",), discrete=True)
    smoothing = successive([run])
    law = replace(law_of({"x": "c0 + c1/x"}, 1.0, -2.3), discrete=True)
    windows = cut([run], smoothing.trajectories, smoothing.noise, 40)
    assert sound(fitted(law, windows), windows, [run])

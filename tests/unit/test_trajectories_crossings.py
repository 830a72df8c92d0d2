"""Two runs that pass a value of the only state at different rates obey no one law of first order."""

import numpy as np

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check

TIMES = np.linspace(0.0, 2.0, 120)
NOISE = 0.03 * np.random.default_rng(0).normal(size=(4, 120, 1))


def falls(*velocities: float) -> list[np.ndarray]:
    """Heights of balls from 40 m with those velocities."""
    return [40.0 + v * TIMES[:, None] - 4.9 * TIMES[:, None] ** 2 + NOISE[i] for i, v in enumerate(velocities)]


def test_falls_at_other_velocities_are_of_second_order_or_have_constants_of_their_own() -> None:
    """Repetitions are of second order; two alike, and a driven one, are nothing of it."""
    checked = check(from_arrays(falls(0.0, -8.0), TIMES, names=["h"]))
    (alert,) = [one for one in checked.alerts if one.subject == "order"]
    assert ("caution", ("h",), "h'' = f(h, h')") == (alert.level, alert.columns, checked.law)
    assert "at different rates, -" in alert.text
    assert "by one law h' = f(h) they never do" in alert.text
    assert "--law \"h'' = f(h, h')\"; or, if runs have constants of their own, --own auto." in alert.advice
    driven = [np.cos(TIMES)[:, None]] * 2
    for alike in (from_arrays(falls(0.0, 0.0), TIMES), from_arrays(falls(0.0, -8.0), TIMES, inputs=driven)):
        assert "order" not in {one.subject for one in check(alike).alerts}


def test_relaxations_from_both_sides_and_from_afar_pass_each_value_at_one_rate() -> None:
    """What rests is not taken for what comes to rest there."""
    times = np.linspace(0.0, 10.0, 120)
    runs = [start * np.exp(-1.5 * times)[:, None] + NOISE[i] for i, start in enumerate((2.0, 1.0, -1.5))]
    assert "order" not in {one.subject for one in check(from_arrays(runs, times)).alerts}


def test_a_ball_thrown_up_turns_back_once_and_is_of_second_order() -> None:
    """One turn is enough where no noise explains it; a curve that overshoots by its noise has none."""
    thrown = check(from_arrays(falls(8.0), TIMES, names=["h"]))
    assert "h'' = f(h, h')" == thrown.law
    (alert,) = [one for one in thrown.alerts if one.subject == "order"]
    assert alert.text.startswith("h turns back once; ")
    noisy = (1.0 - np.exp(-3.0 * TIMES))[:, None] + 2.0 * NOISE[0]
    assert "" == check(from_arrays(noisy, TIMES)).law


def test_of_hundreds_of_runs_some_are_compared() -> None:
    """All pairs would take minutes; those that are compared span the file."""
    many = [one for _ in range(100) for one in falls(0.0, -8.0)]
    assert ["order"] == [
        one.subject for one in check(from_arrays(many, TIMES, names=["h"])).alerts if one.columns == ("h",)
    ]

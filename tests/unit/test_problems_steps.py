"""Records taken apart into single steps, and what is said of each put together again."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.problems.steps import ensure_steps, note_of, rejoined, steps, stepwise
from discovery.samples import usual_step
from discovery.smoothing.successive import successive
from discovery.types import DiscoveryProblem, Prediction, Trajectory

TIMES = np.arange(0.0, 6.0, 0.25)


def record(label: str = "", missing: int | None = None) -> Trajectory:
    """Two states of 24 samples, one of them missing once."""
    states = np.column_stack([np.cos(TIMES), np.sin(TIMES)])
    if missing is not None:
        states[missing, 1] = np.nan
    return Trajectory(TIMES, states, ("x", "y"), label)


def posed(*runs: Trajectory) -> DiscoveryProblem:
    """A problem of these runs."""
    return DiscoveryProblem(runs, successive(runs, process=True), ())


def test_each_step_begins_at_a_sample() -> None:
    """Its curve is what was measured, without a doubt."""
    problem = stepwise(posed(record("a"), record("b")))
    assert 46 == len(problem.trajectories)
    first, curve = problem.trajectories[0], problem.smoothing.trajectories[0]
    assert first.step
    np.testing.assert_array_equal(record().states[:2], first.states)
    np.testing.assert_array_equal(first.states, curve.states)
    assert not curve.state_deviations.any()


def test_steps_of_another_length_or_without_a_state_are_left_out() -> None:
    """And counted in the note."""
    uneven = replace(record(), times=np.append(TIMES[:-1], TIMES[-1] + 1.0))
    holed = record(missing=5)
    assert 22 == len(stepwise(posed(uneven)).trajectories)
    assert 21 == len(stepwise(posed(holed)).trajectories)
    assert 0.25 == usual_step([uneven])
    assert "fitted to 43 steps of 0.25, each from the sample before it. 3 others," in note_of([uneven, holed], 43)
    assert "others" not in note_of([record()], 23)
    assert "fitted to 20 of 23 steps" in note_of([record()], 20)


def test_of_two_lengths_of_steps_the_usual_one_is_one_of_them() -> None:
    """And not between them, where there are as many of each."""
    times = np.concatenate([0.1 * np.arange(50), 5.1 + 0.2 * np.arange(50)])
    assert usual_step([Trajectory(times, np.zeros((100, 1)), ("x",))]) == pytest.approx(0.2)


@pytest.mark.parametrize(("period", "shortest", "longest"), [("M", 28, 31), ("Q", 90, 92)])
@pytest.mark.parametrize("unit", [1.0, 1 / 365.25])
def test_months_and_quarters_are_even_steps(period: str, shortest: float, longest: float, unit: float) -> None:
    """Whatever their days are counted in; a month that is missing is a longer step, and left out."""
    stamps = np.arange("1980-01", "1990-01", 3 if period == "Q" else 1, dtype="datetime64[M]")
    times = np.delete(stamps, 7).astype("datetime64[D]").astype(float) * unit
    run = Trajectory(times, np.zeros((len(times), 1)), ("x",))
    assert len(times) - 2 == steps(run, usual_step([run])).sum()
    said = f"steps of {shortest * unit:.4g} to {longest * unit:.4g}, each from the sample before it. 1 others,"
    assert said in note_of([run], len(times) - 2)


@pytest.mark.parametrize(
    ("start", "months", "count"), [("2001-02", 1, 6), ("2000-01", 3, 6), ("2001-01", 6, 30), ("1999-07", 6, 4)]
)
def test_few_periods_are_even_steps_whichever_comes_first(start: str, months: int, count: int) -> None:
    """The usual one may be any of them, and the longest need not be there."""
    stamps = np.datetime64(start, "M") + months * np.arange(count)
    run = Trajectory(stamps.astype("datetime64[D]").astype(float), np.zeros((count, 1)), ("x",))
    assert count - 1 == steps(run, usual_step([run])).sum()


def test_steps_that_are_no_whole_days_are_no_months() -> None:
    """As those of a clock that wavers, by which other steps are other chances."""
    times = np.cumsum(np.where(np.arange(60) % 3 == 0, 0.955, 1.0))
    run = Trajectory(times, np.zeros((60, 1)), ("x",))
    assert 40 == steps(run, usual_step([run])).sum()


def test_few_steps_are_refused() -> None:
    """Before anything is computed."""
    ensure_steps([record()])
    with pytest.raises(DataError, match=r"The data have 4 steps of 0\.25 .* takes 10 at least"):
        ensure_steps([record().part(slice(0, 5))])


def test_steps_are_put_together_by_run() -> None:
    """Each sample by the step that ends there; where none does, as behind a hole, there is nothing."""
    runs = (record("a"), record("b", missing=5))
    single = stepwise(posed(*runs)).trajectories
    later = np.array([[0.0], [1.0]])
    said = [Prediction("fit", one.label, one.times, one.states + later) for one in single]
    first, second = rejoined(said, runs)
    assert ("a", "b") == (first.label, second.label)
    np.testing.assert_array_equal(TIMES, first.times)
    np.testing.assert_allclose(runs[0].states[0], first.states[0])
    np.testing.assert_allclose(runs[0].states[1:] + 1.0, first.states[1:])
    np.testing.assert_array_equal(np.delete(TIMES, [5, 6]), second.times)

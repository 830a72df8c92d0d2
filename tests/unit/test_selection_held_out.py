"""Forecasts of samples that were not fitted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting
from discovery.laws import Frame
from discovery.selection.held_out import HeldOut, crossed, hold_out
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting()
OSCILLATOR = {"x": "c0*y", "y": "c1*x + c2*y"}
TRUTH = (1.0, -2.0, -0.1)
TIMES = np.linspace(0.0, 10.0, 100)
STARTS = [[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [0.5, 0.5], [2.0, 0.0], [0.0, -1.0]]


@pytest.fixture(scope="module")
def truth(law_of: Callable[..., Law]) -> Law:
    """A damped oscillator."""
    return law_of(OSCILLATOR, *TRUTH)


def test_the_last_part_of_few_records_is_kept_out(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """A fifth of each record; the true law forecasts it to the noise, nulls do not."""
    problem = problem_of(truth, STARTS[:2], TIMES, noise=0.05)
    held = hold_out(truth, problem, 100, SETTINGS)
    assert held is not None
    assert not held.whole
    assert 2 * 2 * 20 == held.count
    assert ["run 0", "run 1"] == [one.label for one in held.predictions]
    assert {"held_out"} == {one.kind for one in held.predictions}
    for one in held.predictions:
        np.testing.assert_array_equal(one.times, TIMES[80:])
    assert held.error < 2.0 * held.noise
    assert min(held.persistence, held.mean) > 10.0 * held.noise
    assert held.informative
    assert held.skill > 0.9


@pytest.mark.parametrize("records", [3, 6])
def test_whole_records_are_kept_out_of_several(
    records: int, truth: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """From three records on one is forecast from its initial state alone."""
    problem = problem_of(truth, STARTS[:records], TIMES, noise=0.05)
    held = hold_out(truth, problem, 100, SETTINGS)
    assert held is not None
    assert held.whole
    assert ["run 1"] == [one.label for one in held.predictions]
    assert 200 == held.count
    np.testing.assert_array_equal(held.predictions[0].times, TIMES)
    assert held.skill > 0.9


def test_a_forecast_begins_with_what_was_measured(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Where a smoother misses a steep start, and not before the first sample that is complete."""
    problem = problem_of(truth, STARTS[:3], TIMES, noise=0.05)
    curve = problem.smoothing.trajectories[1]
    bent = replace(curve, states=np.vstack([[9.0, 9.0], [9.0, curve.states[1, 1]], curve.states[2:]]))
    curves = (problem.smoothing.trajectories[0], bent, problem.smoothing.trajectories[2])
    missed = replace(problem, smoothing=replace(problem.smoothing, trajectories=curves))
    held = hold_out(truth, missed, 100, SETTINGS)
    assert held is not None
    assert held.skill > 0.9
    run = problem.trajectories[1]
    gap = replace(run, states=np.where(np.arange(100)[:, None] < [0, 1], np.nan, run.states))
    held = hold_out(
        truth, replace(missed, trajectories=(problem.trajectories[0], gap, problem.trajectories[2])), 100, SETTINGS
    )
    assert held is not None
    assert (198, 0.9) < (held.count, held.skill)
    np.testing.assert_array_equal(held.predictions[0].times, TIMES[1:])


def test_what_the_start_of_a_run_explains_is_no_error_of_the_law(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Growth to fifty times the start, which is known to its noise: a law that grows faster than that is off."""
    growth = {"x": "c0*x*y", "y": "-c1*x*y"}
    law = law_of(growth, 1.0, 0.5)
    problem = problem_of(law, [[0.1, 1.0], [0.02, 1.0], [0.2, 0.7]], np.linspace(0.0, 9.0, 60), noise=0.02)
    noise = problem.smoothing.noise.scale
    curves = [
        replace(one, states=one.states + np.where(place == 1, 0.5, 0.0) * noise * [1.0, 0.0])
        for place, one in enumerate(problem.smoothing.trajectories)
    ]
    moved = replace(problem, smoothing=replace(problem.smoothing, trajectories=tuple(curves)))
    held = hold_out(law, moved, 100, SETTINGS)
    assert held is not None
    assert held.error > 9.0 * held.noise
    assert max(held.off) < 2.0
    certain = [replace(one, state_deviations=1e-3 * one.state_deviations) for one in curves]
    sure = hold_out(law, replace(moved, smoothing=replace(moved.smoothing, trajectories=tuple(certain))), 100, SETTINGS)
    assert sure is not None
    assert max(sure.off) > 9.0
    assert held.error == sure.error


def test_sensors_that_take_turns_are_no_gap(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """A forecast begins once each of them has measured, not where they happen to coincide."""
    problem = problem_of(truth, STARTS[:3], TIMES, noise=0.05)
    turns = (np.arange(100)[:, None] + [0, 1]) % 2 == 0
    runs = tuple(replace(run, states=np.where(turns, run.states, np.nan)) for run in problem.trajectories)
    held = hold_out(truth, replace(problem, trajectories=runs), 100, SETTINGS)
    assert held is not None
    np.testing.assert_array_equal(held.predictions[0].times, TIMES[1:])


def test_forecasts_that_last_have_no_end(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Those of the true law; those of a law whose period is wrong are lost in a quarter of one."""
    problem = problem_of(truth, STARTS[:2], TIMES, noise=0.05)
    held = hold_out(truth, problem, 100, SETTINGS)
    assert held is not None
    assert np.inf == held.valid
    fast = parse("-8*x - 0.1*y")
    lost = hold_out(Law(truth.states, (parse("y"), fast), ()), problem, 100, SETTINGS)
    assert lost is not None
    assert lost.valid < 0.7


def test_samples_that_are_kept_out_are_not_fitted(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Measurements of the last fifth do not change its forecast."""
    problem = problem_of(truth, STARTS[:1], TIMES, noise=0.05)
    run = problem.trajectories[0]
    states = run.states.copy()
    states[80:] += 5.0
    changed = replace(problem, trajectories=(replace(run, states=states),))
    one, other = (hold_out(truth, given, 100, SETTINGS) for given in (problem, changed))
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.predictions[0].states, other.predictions[0].states)
    assert other.error > 10.0 * one.error


def test_a_wrong_law_has_no_skill(
    truth: Law, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Straight lines forecast an oscillation worse than its mean does."""
    held = hold_out(law_of({"x": "c0", "y": "c1"}, 0.1, 0.1), problem_of(truth, STARTS[:2], TIMES), 100, SETTINGS)
    assert held is not None
    assert held.skill < 0.5


def test_a_law_that_cannot_be_followed_has_an_infinite_error(
    truth: Law, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """It explodes within the kept-out samples: no skill at all, and no warning."""
    wild = law_of({"x": "c0*x**2 + 3", "y": "c1*y"}, 1.0, 1.0)
    held = hold_out(wild, problem_of(truth, STARTS, TIMES), 100, Shooting(iterations=0))
    assert held is not None
    assert np.inf == held.error
    assert -np.inf == held.skill


def test_long_forecasts_begin_anew(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Every ``length`` samples a forecast starts again, so that a chaotic law is asked for no more than it can."""
    held = hold_out(truth, problem_of(truth, STARTS, TIMES, noise=0.05), 10, SETTINGS)
    assert held is not None
    assert held.skill > 0.9
    assert 200 == held.count


def test_missing_values_are_not_counted(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Errors are means over what was measured."""
    problem = problem_of(truth, STARTS[:2], TIMES, noise=0.05, missing=0.3)
    held = hold_out(truth, problem, 100, SETTINGS)
    assert held is not None
    assert held.count == sum(int(np.isfinite(run.states[80:]).sum()) for run in problem.trajectories)
    assert np.isfinite(held.error)


def test_samples_are_rows_that_hold_a_value(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Where a record ends below a limit of detection, the last samples before it are kept out."""
    problem = problem_of(truth, STARTS[:1], TIMES, noise=0.05)
    run, curve = problem.trajectories[0], problem.smoothing.trajectories[0]
    empty = replace(run, states=np.where(np.arange(100)[:, None] < 60, run.states, np.nan))
    short = replace(curve, **{
        name: getattr(curve, name)[:60]
        for name in ("times", "states", "derivatives", "state_deviations", "derivative_deviations")
    })  # fmt: skip
    there = replace(problem.smoothing, trajectories=(short,))
    found = [
        hold_out(truth, one, 100, SETTINGS)
        for one in (
            replace(problem, trajectories=(empty,)),
            replace(problem, trajectories=(run.part(slice(0, 60)),), smoothing=there),
        )
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert [24, 24] == [one.count for one in found if one]
    assert found[0].error == pytest.approx(found[1].error)
    assert found[0].skill > 0.9


def test_of_two_records_each_is_forecast_from_the_other(
    truth: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Whole, from its first samples, by the law that saw nothing of it; both in turn."""
    problem = problem_of(truth, STARTS[:2], TIMES, noise=0.05)
    held = crossed(truth, problem, 100, SETTINGS)
    assert held is not None
    assert held.whole
    assert ["run 1", "run 0"] == [one.label for one in held.predictions]
    assert 400 == held.count
    assert np.inf == held.valid
    assert held.skill > 0.9
    run = problem.trajectories[1]
    other = replace(run, states=run.states[:, ::-1])  # of another law
    wrong = crossed(truth, replace(problem, trajectories=(problem.trajectories[0], other)), 100, SETTINGS)
    assert wrong is not None
    assert not wrong.skill > 0.5


@pytest.mark.parametrize(("records", "samples"), [(1, 100), (3, 100), (2, 14)])
def test_nothing_is_forecast_from_the_other_run_where_that_cannot_be(
    records: int, samples: int, truth: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Of one run or three, or where a run alone could hardly tell the constants."""
    problem = problem_of(truth, STARTS[:records], TIMES[:samples], noise=0.05)
    forecast = crossed(truth, problem, 100, SETTINGS)
    if samples < 100:
        assert forecast is not None  # 28 values for three constants and two states
        short = crossed(truth, problem_of(truth, STARTS[:2], TIMES[:12], noise=0.05), 100, SETTINGS)
        assert short is None
    else:
        assert forecast is None


def test_too_few_samples_are_not_split(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Five samples cannot spare two."""
    assert hold_out(truth, problem_of(truth, STARTS[:1], TIMES[:5]), 5, SETTINGS) is None


def test_short_runs_do_not_end_the_test_of_the_others(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """What has no end to keep out is fitted whole; where whole runs are kept out, it is one that shows something."""
    problem = problem_of(truth, STARTS[:3], TIMES, noise=0.05)
    curves = problem.smoothing.trajectories

    def held(lengths: Sequence[int]) -> HeldOut | None:
        runs = [one.part(slice(0, end)) for one, end in zip(problem.trajectories, lengths, strict=False)]
        kept = [
            replace(
                one, times=one.times[:end], states=one.states[:end], derivatives=one.derivatives[:end],
                state_deviations=one.state_deviations[:end], derivative_deviations=one.derivative_deviations[:end],
            )
            for one, end in zip(curves, lengths, strict=False)
        ]  # fmt: skip
        given = replace(
            problem, trajectories=tuple(runs), smoothing=replace(problem.smoothing, trajectories=tuple(kept))
        )
        return hold_out(truth, given, 100, SETTINGS)

    for lengths, label, count in (
        ((100, 5), "run 0", 40),
        ((3, 100), "run 1", 40),
        ((100, 3, 100), "run 2", 200),
        ((3, 3, 100), "run 2", 40),
        ((3, 3, 3), "run 1", 6),
    ):
        found = held(lengths)
        assert found is not None
        assert ([label], count) == ([one.label for one in found.predictions], found.count)


@pytest.mark.parametrize(
    ("error", "null", "noise", "skill"),
    [
        (0.1, 1.1, 0.1, 1.0),
        (0.6, 1.1, 0.1, 0.5),
        (0.0, 1.1, 0.1, 1.0),
        (2.1, 1.1, 0.1, -1.0),
        (0.1, 0.05, 0.1, -np.inf),
    ],
)
def test_skill_is_the_share_of_the_better_null_s_error(error: float, null: float, noise: float, skill: float) -> None:
    """Noise apart; 1 is perfect, 0 no better than the null."""
    held = HeldOut(error, null, null + 1.0, noise, 10, False, ())
    np.testing.assert_allclose(held.skill, skill)


@pytest.mark.parametrize(("error", "expected"), [(0.13, ""), (0.5, "a line"), (np.inf, "a line")])
def test_a_curve_is_ahead_if_more_than_chance_says_so(error: float, expected: str) -> None:
    """The best of the curves is named; the noise of a hundred values hides small differences."""
    held = HeldOut(error, 1.0, 1.0, 0.1, 100, False, (), curves={"a wave": 0.4, "a line": 0.11})
    assert expected == held.behind(4.0)
    assert "" == HeldOut(error, 1.0, 1.0, 0.1, 100, False, ()).behind(4.0)


def test_curves_are_tried_beside_the_law(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Continuations of few records, the average of many."""
    few = hold_out(truth, problem_of(truth, STARTS[:2], TIMES, noise=0.05), 100, SETTINGS)
    many = hold_out(truth, problem_of(truth, STARTS, TIMES, noise=0.05), 100, SETTINGS)
    assert few is not None
    assert many is not None
    assert {"a straight line", "a line and a wave", "the last slope", "a free smooth curve"} == set(few.curves)
    assert {"the average of the other runs", "a free smooth curve"} == set(many.curves)
    assert min(*few.curves.values(), *many.curves.values()) > 2.0 * max(few.error, many.error)
    alone = hold_out(truth, problem_of(truth, STARTS, TIMES, noise=0.05), 100, SETTINGS, curves=False)
    assert alone is not None
    assert ({}, many.error) == (alone.curves, alone.error)


def test_a_smooth_curve_of_a_whole_run_begins_where_the_law_does(
    truth: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Given the first sample alone it stays there, and is not the mean of the others."""
    held = hold_out(truth, problem_of(truth, [*STARTS[:1], [5.0, 0.0], *STARTS[2:3]], TIMES, noise=0.05), 100, SETTINGS)
    assert held is not None
    np.testing.assert_allclose(held.curves["a free smooth curve"], held.persistence, rtol=0.05)
    assert held.persistence > 1.2 * held.mean


def test_other_runs_are_averaged_by_the_time_since_they_began(
    truth: Law, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Whatever their clocks say, unless the law does."""
    problem = problem_of(truth, [[1.0, 0.0], [1.2, 0.0], [1.4, 0.0]], TIMES, noise=0.05)
    curves = problem.smoothing.trajectories
    moved = replace(
        problem,
        trajectories=tuple(replace(run, times=TIMES + 20.0 * i) for i, run in enumerate(problem.trajectories)),
        smoothing=replace(
            problem.smoothing, trajectories=tuple(replace(one, times=TIMES + 20.0 * i) for i, one in enumerate(curves))
        ),
    )
    clocked = replace(truth, skeletons=(truth.skeletons[0], truth.skeletons[1] + parse("0.001*cos(t)")))
    same, other, by_clock = (
        hold_out(law, given, 100, SETTINGS) for law, given in ((truth, problem), (truth, moved), (clocked, moved))
    )
    assert same is not None
    assert other is not None
    assert by_clock is not None
    name = "the average of the other runs"
    np.testing.assert_allclose(other.curves[name], same.curves[name], rtol=1e-9)
    assert by_clock.curves[name] > 2.0 * same.curves[name]


def test_a_smooth_curve_begins_anew_where_the_law_does(truth: Law, problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Over two samples it is nearly as good as any law, over a hundred it is of no use."""
    problem = problem_of(truth, STARTS, TIMES, noise=0.01)
    short, long = (hold_out(truth, problem, length, SETTINGS) for length in (2, 100))
    assert short is not None
    assert long is not None
    assert short.curves["a free smooth curve"] < 0.05 * short.mean
    assert long.curves["a free smooth curve"] > 0.5 * long.mean


def test_no_run_is_kept_out_whose_constant_no_other_tells(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A law of groups cannot forecast a group that it was not fitted to; where all are such, ends are kept out."""
    problem = problem_of(law_of({"x": "-c0*x"}, 0.5), [[1.0], [2.0], [1.5], [0.7]], np.linspace(0.0, 4.0, 60))

    def held(groups: Sequence[int]) -> HeldOut | None:
        names = [f"in_group_{i}" for i in range(max(groups) + 1)]
        side = parse(" + ".join(f"-c{i}*x*{name}" for i, name in enumerate(names)))
        law = Law(("x",), (side,), (0.5,) * len(names), frame=Frame(("x",), (side,), inputs=tuple(names)))
        marks = [np.tile(np.eye(len(names))[group], (60, 1)) for group in groups]
        runs = [replace(run, inputs=one) for run, one in zip(problem.trajectories, marks, strict=True)]
        return hold_out(law, replace(problem, trajectories=tuple(runs)), 60, SETTINGS)

    for groups, whole in (((0, 1, 1, 0), True), ((0, 1, 0, 0), False), ((0, 1, 2, 3), False)):
        found = held(groups)
        assert found is not None
        assert whole == found.whole

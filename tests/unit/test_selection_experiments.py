"""Which further run would tell most."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import cut
from discovery.selection.experiments import discriminating, informative, stage_of
from discovery.types import DiscoveryProblem, Law, RankedLaw

TIMES = np.linspace(0.0, 4.0, 200)
SETTINGS = Shooting()
LOGISTIC = {"x": "c0*x - c1*x**2"}


@pytest.fixture(scope="module")
def early(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Logistic growth that was only seen near its end."""
    return problem_of(law_of(LOGISTIC, 1.0, 1.0), [[0.3]], TIMES, noise=0.1)


def fitted(problem: DiscoveryProblem, law: Law) -> Fit:
    """The law fitted to whole runs."""
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = fit(law, windows)
    assert found is not None
    return found


def test_a_run_that_tells_more_is_proposed(early: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """A start away from the resting point narrows intervals more than a repetition, which narrows by about 1.4."""
    one = informative(fitted(early, law_of(LOGISTIC, 1.0, 1.0)), stage_of(early, 200), SETTINGS)
    assert one is not None
    assert "constants" == one.purpose
    assert 4.0 == round(one.duration, 1)
    np.testing.assert_allclose(one.usual, np.sqrt(2.0), rtol=0.05)
    assert one.gain > 1.1 * one.usual
    assert abs(one.start[0] - 1.0) > 0.2
    assert f"from x = {one.start[0]:.4g} over" in one.text


def test_a_repetition_that_cannot_be_followed_is_not_spoken_of(
    early: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """Where the law leaves all bounds from each measured start there is nothing to compare with."""
    stage = stage_of(early, 200)
    one = informative(
        fitted(early, law_of(LOGISTIC, 1.0, 1.0)), replace(stage, measured=stage.measured - 9.0), SETTINGS
    )
    assert one is not None
    assert 0.0 == one.usual
    assert one.text.endswith("times narrower (geometric mean).")


def test_the_promise_is_kept(
    early: DiscoveryProblem, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Intervals after the proposed run are as much narrower as was said."""
    truth = law_of(LOGISTIC, 1.0, 1.0)
    before = fitted(early, truth)
    one = informative(before, stage_of(early, 200), SETTINGS)
    assert one is not None
    both = problem_of(truth, [[0.3], list(one.start)], TIMES, noise=0.1)
    noise = early.smoothing.noise
    after = fitted(replace(both, smoothing=replace(both.smoothing, noise=noise)), truth)
    narrower = (np.linalg.slogdet(after.information)[1] - np.linalg.slogdet(before.information)[1]) / 4.0
    np.testing.assert_allclose(np.exp(narrower), one.gain, rtol=0.15)


def test_repeating_is_not_worth_a_word(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Growth at a constant rate is told as well by any start."""
    law = law_of({"x": "c0 + 0*x"}, 1.0)
    problem = problem_of(law, [[0.0]], TIMES, noise=0.1)
    assert informative(fitted(problem, law), stage_of(problem, 200), SETTINGS) is None


def ranked(law: Law, score: float) -> RankedLaw:
    """A law with a score."""
    return RankedLaw(law, score, 1.0, 0.9, 5)


def test_rivals_are_told_apart_where_they_differ(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Near its end logistic growth is like relaxation; from elsewhere it is not."""
    late = problem_of(law_of(LOGISTIC, 1.0, 1.0), [[0.8]], TIMES, noise=0.1)
    rival = fitted(late, law_of({"x": "c0 - c1*x"}, 1.0, 1.0)).law
    front = (ranked(law_of(LOGISTIC, 1.0, 1.0), 10.0), ranked(rival, 12.0))
    one = discriminating(front, stage_of(late, 200, {"x": "size [cm]"}))
    assert one is not None
    assert "rivals" == one.purpose
    assert one.gain > 2.0 * one.usual
    assert "To distinguish it from law 2, start a run at size [cm] = " in one.text


def test_a_law_far_behind_is_no_rival(early: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Twenty nats decide without another run."""
    front = (ranked(law_of(LOGISTIC, 1.0, 1.0), 10.0), ranked(law_of({"x": "c0 - c1*x"}, 1.0, 1.0), 30.0))
    assert discriminating(front, stage_of(early, 200)) is None
    assert discriminating(front[:1], stage_of(early, 200)) is None


def test_a_rival_that_blows_up_is_told_apart(early: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Where it cannot be followed it differs as much as can be."""
    front = (
        ranked(law_of(LOGISTIC, 1.0, 1.0), 10.0),
        ranked(law_of({"x": "c0*x - c1*x**2 + c2*x**40"}, 1.0, 1.0, 1e-6), 12.0),
    )
    one = discriminating(front, stage_of(early, 200))
    assert one is not None
    assert one.gain > 50.0
    assert one.usual < 1.0


def test_starts_can_be_set_by_a_person(early: DiscoveryProblem) -> None:
    """Within and around the measured box, two digits, not below zero where nothing measured was."""
    stage = stage_of(early, 200)
    measured = early.trajectories[0].states
    low, high = measured.min(), measured.max()
    assert np.all((stage.tried > low - 1.05 * (high - low)) & (stage.tried < high + 1.05 * (high - low)))
    assert np.all(stage.tried > 0.0)
    np.testing.assert_allclose(stage.tried, np.round(stage.tried, 2), atol=1e-12)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_start_is_where_only_noise_is(
    sign: float, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A concentration is measured below zero by its noise alone, and nobody can begin there; what swings can."""
    law = law_of({"a": "-c0*a", "b": "c0*a", "x": "v", "v": "-x"}, 1.0)
    problem = problem_of(law, [[sign, 0.0, 1.0, 0.0]], np.linspace(0.0, 8.0, 100), noise=0.02)
    assert (sign * problem.trajectories[0].states[:, :2]).min() < 0.0
    tried = sign * stage_of(problem, 100, law=law).tried
    assert np.all(tried[:, :2] >= 0.0)
    assert np.all(tried[:, 2:].min(axis=0) < -1.0)


def test_a_part_is_never_more_than_the_whole(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """By its name and all that was measured; a frequency in hertz, one above 1, and a column of another name may be."""
    problem = problem_of(law_of(LOGISTIC, 1.0, 1.0), [[0.05]], TIMES, noise=0.01)
    assert problem.trajectories[0].states.max() < 1.04
    for name, within in (("freq_A", True), ("Infected fraction [-]", True), ("freq [Hz]", False), ("x", False)):
        assert within == (stage_of(problem, 200, {"x": name}).tried.max() <= 1.0)
    more = problem_of(law_of(LOGISTIC, 1.0, 0.5), [[0.05]], TIMES, noise=0.01)
    assert stage_of(more, 200, {"x": "freq"}).tried.max() > 1.2


def test_a_start_keeps_the_sums_that_the_law_conserves(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Of 1000 people none are made up, nor fewer than none; another law, or one that time drives, asks for no sum."""
    equations = {"s": "-c0*s*i", "i": "c0*s*i - c1*i", "r": "c1*i"}
    law = law_of(equations, 0.002, 0.4)
    problem = problem_of(law, [[990.0, 10.0, 0.0]], np.linspace(0.0, 20.0, 100))
    kept = stage_of(problem, 100, law=law).tried
    np.testing.assert_allclose(kept.sum(axis=1), 1000.0, rtol=0.02)
    assert np.all(kept >= -1.0)
    assert np.ptp(kept[:, 0]) > 500.0
    free = stage_of(problem, 100).tried
    for other in ("c1*i*r", "c1*i + t"):
        law = law_of({**equations, "r": other}, 0.002, 0.4)
        np.testing.assert_array_equal(free, stage_of(problem, 100, law=law).tried)
    assert np.max(free.sum(axis=1)) > 2000.0
    apart = np.where(np.arange(100)[:, None] % 3 == np.arange(3), problem.trajectories[0].states, np.nan)
    never = replace(problem, trajectories=(replace(problem.trajectories[0], states=apart),))
    law = law_of(equations, 0.002, 0.4)
    np.testing.assert_array_equal(stage_of(never, 100).tried, stage_of(never, 100, law=law).tried)


def test_time_has_its_unit(early: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Where it is known; a map's time is counted in steps."""
    one = informative(fitted(early, law_of(LOGISTIC, 1.0, 1.0)), stage_of(early, 200, unit="min"), SETTINGS)
    assert one is not None
    assert " over 3.98 min would make" in one.text
    law = law_of(LOGISTIC, 1.0, 1.0)
    assert ("weeks", "days") == (law.spans("week"), law.spans("days"))
    assert ("time units", "s", "steps") == (law.spans(), law.spans("s"), replace(law, discrete=True).spans("s"))


def test_log_normal_noise_needs_positive_states(early: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Runs that leave them are passed over, and nothing warns."""
    noise = replace(early.smoothing.noise, kind="lognormal", scale=np.array([0.05]))
    problem = replace(early, smoothing=replace(early.smoothing, noise=noise))
    assert informative(fitted(problem, law_of({"x": "c0 - c1*x"}, 1.0, 1.0)), stage_of(problem, 200), SETTINGS)


def test_a_hidden_state_tells_nothing_of_a_further_run(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Repeating a run narrows intervals by 1.4, however well the curve of a state is known that nothing measures."""
    law = law_of({"x": "v", "v": "-c0*x - c1*v"}, 1.0, 0.1)
    problem = problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 12.0, 90), noise=0.05)
    run, noise = problem.trajectories[0], problem.smoothing.noise
    unseen = replace(run, states=np.where([True, False], run.states, np.nan))
    sure = replace(noise, scale=noise.scale * [1.0, 0.1])
    problem = replace(problem, trajectories=(unseen,), smoothing=replace(problem.smoothing, noise=sure))
    one = informative(fitted(problem, law), stage_of(problem, 90), SETTINGS)
    assert one is not None
    np.testing.assert_allclose(one.usual, np.sqrt(2.0), rtol=0.1)


def test_a_further_run_is_as_long_as_the_longest(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """In time, and not in samples."""
    law = law_of(LOGISTIC, 1.0, 1.0)
    dense, long = (problem_of(law, [[0.3]], np.linspace(0.0, end, count)) for end, count in ((2.0, 200), (8.0, 90)))
    curves = (*dense.smoothing.trajectories, *long.smoothing.trajectories)
    both = replace(dense, trajectories=(*dense.trajectories, *long.trajectories),
                   smoothing=replace(dense.smoothing, trajectories=curves))  # fmt: skip
    assert 8.0 == stage_of(both, 90).duration

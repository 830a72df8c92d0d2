"""Stages with their expected times, and the time that is left."""

import pytest

from pipelines.config import RunConfig
from pipelines.plan import COSTS, Step, as_table, pace, plan, spoken
from pipelines.timeline import Timeline, name_of


def names(*words: object, **more: object) -> list[str]:
    """Names of the steps of a plan for 1000 rows of two states."""
    config = RunConfig().changed(**more)
    return [step.name for step in plan(1000, 2, config, kept=[str(word) for word in words])]


def test_a_plan_has_every_stage_in_order() -> None:
    """Genetic engines come last, whatever the order in which they are named."""
    expected = ["start", "first law", "smoothing", "search sindy", "search operon", "selection", "report"]
    assert expected == names(engines=("operon", "sindy"))


def test_what_is_kept_is_not_planned() -> None:
    """A resumed run has no first law; a genetic engine is kept under a longer name."""
    assert ["start", "search structured", "selection", "report"] == names("smoothing", "sindy", "operon-0123456789ab")


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"map": True}, {"first law", "smoothing"}),
        ({"laws": ("k > 0",)}, {"first law"}),
        ({"data": {"inputs": ("u",)}}, {"first law"}),
        ({"data": {"held": ("u",)}}, {"first law"}),
    ],
)
def test_what_a_run_does_not_do_is_not_planned(more: dict[str, object], missing: set[str]) -> None:
    """Samples of a map are no curve, and what was told or drives the states leaves no quick look."""
    assert missing == set(names()) - set(names(**more))


def test_more_data_and_slower_machines_take_longer() -> None:
    """Every stage, never less; beyond some rows nothing more."""
    small, large = (plan(rows, 3, RunConfig()) for rows in (200, 5000))
    assert all(one.seconds <= other.seconds for one, other in zip(small, large, strict=True))
    assert sum(step.seconds for step in small) < sum(step.seconds for step in large)
    slow = plan(200, 3, RunConfig(), machine=3.0)
    assert pytest.approx(3.0 * sum(step.seconds for step in small), rel=0.05) == sum(step.seconds for step in slow)
    assert plan(10**6, 3, RunConfig()) == plan(10**7, 3, RunConfig())


@pytest.mark.parametrize(("own", "more"), [("auto", True), ("auto:ball", True), ("k:ball", False)])
def test_searches_for_constants_of_groups_are_planned(own: str, more: bool) -> None:
    """Laws are sought again for each of them, which takes longer than all else."""
    plain, told = (sum(step.seconds for step in plan(100, 1, RunConfig().changed(own=one))) for one in ((), (own,)))
    assert more == (told > 2.0 * plain)
    assert more == (told != plain)


def test_every_engine_has_a_cost() -> None:
    """Those of other packages too."""
    from discovery import registry

    for name in registry.names("search"):
        assert f"search {name}" in COSTS


def test_the_table_has_a_line_for_each_step_and_the_sum() -> None:
    """And says where the times come from, and what is kept."""
    text = as_table([Step("smoothing", "by a curve", 40.0), Step("selection", "of laws", 50.0)], 100, 1, ["sindy"])
    lines = text.splitlines()
    assert "Kept, and not done again: sindy." == lines[0]
    assert ["smoothing", "40", "s"] == lines[1].split()[:3]
    assert ["in", "all", "2", "min"] == lines[3].split()[:4]
    assert "100 rows, 1 state, by power laws that benchmarks/stages.py measured" in lines[4]
    assert 6 == len(lines)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "< 1 s"), (7.6, "8 s"), (42.0, "40 s"), (100.0, "2 min"), (9000.0, "2.5 h")]
)
def test_times_are_round(seconds: float, text: str) -> None:
    """Nobody plans by fractions of a second."""
    assert text == spoken(seconds)


def test_the_pace_of_a_machine_is_measured() -> None:
    """Some CPU time, more than none."""
    assert 0.0 < pace() < 60.0


@pytest.mark.parametrize(
    ("stage", "message", "name"),
    [
        ("smoothing", "kalman: tuning", "smoothing"),
        ("search", "sindy: fractions", "search sindy"),
        ("search", "operon", "search operon"),
    ],
)
def test_words_of_progress_belong_to_steps(stage: str, message: str, name: str) -> None:
    """Engines say who they are in front of a colon."""
    assert name == name_of(stage, message)


STEPS = [Step("smoothing", "", 10.0), Step("search sindy", "", 20.0), Step("selection", "", 30.0)]


class Clock:
    """A clock that is set by hand."""

    time = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """At a hundred seconds."""
    return Clock()


def test_the_time_left_is_what_is_planned(clock: Clock) -> None:
    """On a machine that keeps the plan's pace."""
    timeline = Timeline(STEPS, now=clock)
    timeline.reach("smoothing")
    assert 60.0 == timeline.remaining
    clock.time += 4.0
    assert (56.0, 4.0) == (timeline.remaining, timeline.elapsed)
    clock.time += 6.0
    timeline.reach("search sindy")
    assert 50.0 == timeline.remaining


def test_a_slow_machine_is_believed_to_stay_slow(clock: Clock) -> None:
    """Three times the time for the first step, three times for the others."""
    timeline = Timeline(STEPS, now=clock)
    timeline.reach("smoothing")
    clock.time += 30.0
    assert timeline.late
    timeline.reach("search sindy")
    assert (3.0, 150.0, False) == (timeline.pace, timeline.remaining, timeline.late)


def test_steps_that_are_passed_over_say_nothing(clock: Clock) -> None:
    """A kept stage takes no time, and the machine is not thought to be fast."""
    timeline = Timeline(STEPS, now=clock)
    timeline.reach("selection")
    assert (1.0, 30.0) == (timeline.pace, timeline.remaining)
    timeline.reach("smoothing")
    timeline.reach("nothing")
    assert 30.0 == timeline.remaining


def test_a_budget_bounds_the_time_left(clock: Clock) -> None:
    """And it is never negative."""
    timeline = Timeline(STEPS, budget=25.0, now=clock)
    timeline.reach("smoothing")
    assert 25.0 == timeline.remaining
    clock.time += 40.0
    assert 0.0 == timeline.remaining

"""A coil whose voltage is switched between samples or at them: L i' = u - R i, solved exactly from switch to switch."""

import re
from dataclasses import replace

import numpy as np
import pytest

from discovery.knowledge.knowledge import Names
from discovery.knowledge.understand import understand
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import is_safe, safe_names
from discovery.trajectories.switches import Late, between_samples, in_stretches, left_whole, remedies
from discovery.types import Trajectory

TIME_CONSTANT, NOISE = 5.0, 0.02
TIMES = np.arange(0.0, 400.0, 2.0)
MOMENTS = np.arange(0.0, 400.0, 40.0)


def coil(
    times: np.ndarray, moments: np.ndarray, levels: np.ndarray, *, noise: float = NOISE, label: str = ""
) -> Trajectory:
    """The current at some times, under voltages that last from one moment to the next."""
    rng = np.random.default_rng(len(times))
    current, last, known = 0.0, 0.0, []
    for time in np.union1d(times, moments):
        level = levels[max(np.searchsorted(moments, time, side="left") - 1, 0)]
        current, last = level + (current - level) * np.exp(-(time - last) / TIME_CONSTANT), time
        known.append(current)
    states = np.array(known)[np.isin(np.union1d(times, moments), times)]
    voltage = levels[np.maximum(np.searchsorted(moments, times, side="right") - 1, 0)]
    noisy = states + noise * rng.normal(size=len(times))
    return Trajectory(times, noisy[:, None], ("i",), label, voltage[:, None], held=(True,))


def measured(*runs: Trajectory) -> Measurements:
    """What a file of these runs would give."""
    return replace(from_arrays(list(runs), None), headers={"i": "i [A]"}, inputs={"u": "u [V]"})


def levels(count: int) -> np.ndarray:
    """Voltages, each other than the one before."""
    return np.resize([12.0, -4.0, 8.0, -12.0, 4.0], count)


def test_switches_at_samples_leave_runs_whole() -> None:
    """Then the sample is the moment, and the run tells how states go on."""
    data = measured(coil(TIMES, MOMENTS, levels(10)))
    assert () == between_samples(data.trajectories)
    assert data is in_stretches(data)


def test_switches_between_samples_part_runs() -> None:
    """No sample is lost, and no part has a switch."""
    data = measured(coil(TIMES, MOMENTS - 1.3 * (MOMENTS > 0), levels(10)))
    (late,) = between_samples(data.trajectories)
    assert (0, 0) == (late.input, late.state)
    parted = in_stretches(data)
    assert [f"stretch {i}" for i in range(1, 11)] == [run.label for run in parted.trajectories]
    assert not any(run.switched.any() for run in parted.trajectories)
    np.testing.assert_array_equal(TIMES, np.concatenate([run.times for run in parted.trajectories]))
    assert "u [V] is switched between samples, at times that nobody knows, or i [A] jumps along: at" in parted.notes[-1]
    assert "Each stretch between switches counts as a run with a start of its own; there are 10." in parted.notes[-1]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("late", [0.0, 0.2, 1.3])
def test_one_switch_is_asked_by_the_size_of_its_error(count: int, late: float) -> None:
    """Of sixty samples none is so far off by chance; where it is at a sample, or hardly before, nothing is parted."""
    times, moments = TIMES[:60], MOMENTS[: count + 1]
    data = measured(coil(times, moments - late * (moments > 0), np.array([0.0, 12.0, 4.0])[: count + 1]))
    parts = len(in_stretches(data).trajectories)
    assert (count + 1 if late > 1.0 else 1) == parts


def test_runs_that_stay_whole_have_a_note_on_it() -> None:
    """Where they cannot be parted, a row with the moment is all that helps."""
    data = measured(coil(TIMES, MOMENTS - 1.3 * (MOMENTS > 0), levels(10)))
    whole = left_whole(data)
    assert data.trajectories is whole.trajectories
    assert "Rows that tell when" in whole.notes[-1]
    sound = measured(coil(TIMES, MOMENTS, levels(10)))
    assert sound is left_whole(sound)


def test_what_follows_an_input_at_once_is_named_as_the_other_cause() -> None:
    """A voltage has a current times a resistance at once; the note has the column that has not."""
    run = coil(TIMES, MOMENTS, levels(10))
    fed = measured(replace(run, states=run.states - 0.7 * run.inputs))
    (late,) = between_samples(fed.trajectories)
    assert late.jump == pytest.approx(-0.7, abs=0.02)
    note = in_stretches(fed).notes[-1]
    assert "If i [A] jumps along, as a voltage does by a current times a resistance, no law of rates has it:" in note
    assert f"put i [A] + {-late.jump:.3g}*u [V] into a column, and name that with --states, or tell all of" in note
    assert '--law "i = x + c*u"' in note
    without = measured(replace(run, states=fed.trajectories[0].states - late.jump * run.inputs))
    assert () == between_samples(without.trajectories)


def test_what_is_to_be_typed_names_columns_as_sentences_do() -> None:
    """Headers that are no words stand as identifiers, and a hidden state has no column's name."""
    late = (Late(0, 0, 40.0, 0.5),)
    note = remedies(late, ("E cell/V", "x"), ("<I>/mA",))
    sentence = re.search(r'--law "([^"]*)" --law "([^"]*) = ..."', note)
    assert sentence is not None
    names = Names(safe_names(("E cell/V", "x")), {"I_mA": "<I>/mA"}, is_safe=is_safe)
    known = understand((sentence[1], f"{sentence[2]} = -k*y", "x' = -x"), names)
    assert {"y"} == {one.name for one in known.hidden}


def test_hardly_a_coil_is_parted_at_a_switch_at_a_sample() -> None:
    """Of noise alone, one in a hundred would be, and as many again are allowed for."""
    runs = [coil(TIMES[:count], np.array([0.0, 50.0]), np.array([0.0, 1.0]), noise=0.1) for count in range(40, 200)]
    assert sum(bool(between_samples([run])) for run in runs) <= 3


def test_slow_states_leave_runs_whole() -> None:
    """Where half a step changes little beside the noise, the sample is as good as the moment."""
    data = measured(coil(TIMES / 100.0, (MOMENTS - 1.3 * (MOMENTS > 0)) / 100.0, levels(10)))
    assert data is in_stretches(data)


def test_a_row_that_tells_the_moment_leaves_runs_whole() -> None:
    """It has the new voltage, and nothing was measured there."""
    moments = MOMENTS - 1.3 * (MOMENTS > 0)
    run = coil(np.union1d(TIMES, moments), moments, levels(10))
    told = np.isin(run.times, moments[1:])[:, None]
    data = measured(replace(run, states=np.where(told, np.nan, run.states)))
    assert data is in_stretches(data)


def test_switches_in_every_few_samples_leave_runs_whole_and_are_told() -> None:
    """Stretches of two samples have no curvature of their own."""
    often = np.union1d(np.arange(0.0, 200.0, 4.0), np.arange(200.0, 400.0, 40.0)) + 0.7
    data = measured(coil(TIMES, often, levels(len(often))))
    same = in_stretches(data)
    assert data.trajectories == same.trajectories
    assert "They follow each other too fast for each stretch between them to be a run of its own." in same.notes[-1]


def test_runs_keep_their_labels_and_those_without_switches_are_whole() -> None:
    """Stretches are told by their run and their number."""
    late = MOMENTS - 1.3 * (MOMENTS > 0)
    data = measured(coil(TIMES, late, levels(10), label="a"), coil(TIMES, late[:1], levels(1), label="b"))
    labels = [run.label for run in in_stretches(data).trajectories]
    assert [*(f"a, stretch {i}" for i in range(1, 11)), "b"] == labels


def test_another_input_that_is_interpolated_parts_nothing() -> None:
    """A course has no switches."""
    run = coil(TIMES, MOMENTS - 1.3 * (MOMENTS > 0), levels(10))
    data = measured(replace(run, held=(False,)))
    assert data is in_stretches(data)


@pytest.mark.parametrize("late", [0.0, 1.3])
def test_a_check_tells_what_a_run_will_do(late: float) -> None:
    """An alert says it before anything is fitted."""
    found = check(measured(coil(TIMES, MOMENTS - late * (MOMENTS > 0), levels(10)))).alerts
    assert bool(late) == any(alert.subject == "switches" and alert.columns == ("u [V]",) for alert in found)


def test_a_stretch_in_which_a_state_was_not_measured_is_no_run() -> None:
    """It has no start there that samples tell; where most are so, runs stay whole, and a check says so, too."""
    run = coil(TIMES, MOMENTS - 1.3 * (MOMENTS > 0), levels(10))
    gap = replace(run, states=np.where((TIMES > 80.0) & (TIMES < 118.0), np.nan, run.states.T).T)
    labels = [part.label for part in in_stretches(measured(gap)).trajectories]
    assert [f"stretch {i}" for i in (1, 2, 4, 5, 6, 7, 8, 9, 10)] == labels
    rarely = np.where(TIMES % 50.0 == 0.0, np.sin(TIMES), np.nan)
    rare = replace(run, states=np.column_stack([run.states, rarely]), names=("i", "x"))
    data = replace(measured(rare), headers={"i": "i [A]", "x": "x"})
    assert data.trajectories == in_stretches(data).trajectories
    (alert,) = [one for one in check(data).alerts if one.subject == "switches"]
    assert "They follow each other too fast for each stretch" in alert.advice

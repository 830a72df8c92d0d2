"""Facts and alerts of measurements: each thing that can be amiss is noticed, and nothing is where all is well."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.errors import DataError
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check, document
from discovery.trajectories.read import read_csv
from discovery.trajectories.resting import rests
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 30.0, 600)
NOISE = np.random.default_rng(0).normal(size=(600, 4))
WAVES = np.column_stack([np.sin(TIMES), np.cos(1.7 * TIMES)])


def looked_at(table: np.ndarray, times: np.ndarray = TIMES, **more: object) -> DataCheck:
    """The check of one run."""
    return check(from_arrays(table, times, **more))  # pyright: ignore[reportArgumentType]


def subjects(checked: DataCheck) -> set[str]:
    """What the alerts are about."""
    return {alert.subject for alert in checked.alerts}


def with_column(column: np.ndarray) -> np.ndarray:
    """Two waves with 1 % of noise and a further column."""
    return np.column_stack([WAVES + 0.01 * NOISE[:, :2], column])


def changed(table: np.ndarray, rows: object, values: float) -> np.ndarray:
    """The table with some values of its first column replaced."""
    table = table.copy()
    table[rows, 0] = values
    return table


GOOD = WAVES + 0.01 * NOISE[:, :2]
CASES = {
    "size": (GOOD[::15], TIMES[::15]),
    "gaps": (np.delete(GOOD, [50, 51], axis=0), np.delete(TIMES, [50, 51])),
    "sparse": (np.sin(40.0 * TIMES)[:, None] + 0.0 * GOOD, TIMES),
    "order": (GOOD[:, :1], TIMES),
    "noise": (WAVES + 0.3 * NOISE[:, :2], TIMES),
    "undisturbed": (with_column(np.cos(0.4 * TIMES)), TIMES),
    "code": (changed(GOOD, [100, 300], -9999.0), TIMES),
    "missing": (changed(GOOD, slice(100, 200), np.nan), TIMES),
    "resolution": (np.round(2 * WAVES) / 2, TIMES),
    "strays": (changed(GOOD, 300, 5.0), TIMES),
    "clock": (with_column(60.0 * TIMES + 7.0), TIMES),
    "surplus": (with_column(1.8 * GOOD[:, 0] + 32.0), TIMES),
    "relation": (np.column_stack([np.sin(TIMES), np.cos(TIMES)]) + 0.01 * NOISE[:, :2], TIMES),
    "velocity": (np.column_stack([np.sin(2 * TIMES), 2 * np.cos(2 * TIMES)]) + 0.002 * NOISE[:, :2], TIMES),
    "offset": (with_column(1e7 + WAVES[:, 0] ** 3), TIMES),
    "scales": (with_column(1e8 * np.sin(0.3 * TIMES)), TIMES),
    "wrapped": (with_column((1.1 * TIMES + np.sin(TIMES)) % (2.0 * np.pi)), TIMES),
    "clipped": (np.maximum(GOOD, -0.5), TIMES),
    "settled": (np.exp(-TIMES)[:, None] + 0.001 * NOISE[:, :1], TIMES),
    "short": (np.sin(TIMES / 6.0)[:, None] + 0.001 * NOISE[:, :1], TIMES),
}  # fmt: skip


def test_few_samples_are_fewer_than_what_is_asked_for() -> None:
    """9.97 samples an oscillation are not told to be 10 where 10 are enough."""
    times = np.linspace(0.0, 30.0, 600)
    every = np.sin(2.0 * np.pi * times / (9.97 * times[1]))[:, None]
    (alert,) = (one for one in looked_at(every, times).alerts if one.subject == "sparse")
    assert ("An oscillation has few samples: x0 9.9.", True) == (alert.text, "Take at least 10" in alert.advice)


@pytest.mark.parametrize("subject", CASES)
def test_each_thing_amiss_is_noticed(subject: str) -> None:
    """The alert names its columns among the headers, and says what to do."""
    checked = looked_at(*CASES[subject])
    (alert, *_) = [one for one in checked.alerts if one.subject == subject]
    assert alert.advice
    assert set(alert.columns) <= set(checked.facts.headers)
    assert alert.text.endswith(".")


def test_good_data_raise_no_alert() -> None:
    """One cycle in the plane, 1 % of noise, some hundred samples an oscillation."""
    cycle = np.column_stack([np.sin(TIMES), np.cos(TIMES) + 0.4 * np.cos(2.0 * TIMES)])
    assert () == looked_at(cycle + 0.01 * NOISE[:, :2]).alerts


def test_waves_that_cross_their_own_way_are_of_second_order() -> None:
    """Two pendula whose velocities nobody measured."""
    assert {"order"} == subjects(looked_at(GOOD))


def test_runs_from_one_start_are_noticed() -> None:
    """They say nothing of the law elsewhere; with different starts nothing is said."""
    same = from_arrays([GOOD[:300], GOOD[:300]], TIMES[:300])
    other = from_arrays([GOOD[:300], GOOD[100:400]], TIMES[:300])
    assert "starts" in subjects(check(same))
    assert "starts" not in subjects(check(other))


def test_runs_that_start_apart_by_more_than_the_noise_there_do_not_start_alike() -> None:
    """Noise of 3 % is little where cultures begin, however large it is where they end; within it they begin alike."""
    times = np.linspace(0.0, 40.0, 81)
    cultures = [8.0 / (1.0 + (8.0 / start - 1.0) * np.exp(-0.3 * times)) for start in (0.05, 0.13, 0.29)]
    noise = 1.0 + 0.03 * NOISE[:81, :3]
    apart = check(from_arrays([(one * noise[:, i])[:, None] for i, one in enumerate(cultures)], times))
    alike = check(from_arrays([(cultures[0] * noise[:, i])[:, None] for i in range(3)], times))
    assert ("proportional", False) == (apart.facts.states[0].noise_kind, "starts" in subjects(apart))
    assert ("proportional", True) == (alike.facts.states[0].noise_kind, "starts" in subjects(alike))


def test_only_a_state_that_clearly_comes_and_goes_alone_is_of_second_order() -> None:
    """Not a decay whose end is noise, nor steps of a map, nor a state with its rate as input or another beside it."""
    assert "x0'' = f(x0, x0')" == looked_at(GOOD[:, :1]).law
    decay = np.exp(-TIMES)[:, None] + 0.08 * NOISE[:, :1]
    steps = np.array([0.3, 0.9, 0.5, 0.1])[np.arange(600) % 4][:, None] + 0.001 * NOISE[:, :1]
    for table in (decay, steps, GOOD):
        assert "" == looked_at(table).law
    assert "" == check(from_arrays(GOOD[:, :1], TIMES, inputs=np.cos(TIMES)[:, None])).law
    assert () == looked_at(GOOD[:, :1]).notes_on(hidden=False)


def test_a_column_without_noise_is_a_likely_input_where_all_others_have_noise() -> None:
    """Not where one is in between, nor where none has noise, nor where another column is its derivative."""
    torque = np.round(np.cos(0.4 * TIMES), 4)
    assert ("x2",) == looked_at(with_column(torque)).switches
    assert () == looked_at(with_column(torque + 0.001 * NOISE[:, 2])).switches
    assert () == looked_at(np.column_stack([WAVES, torque])).switches
    assert () == looked_at(np.column_stack([np.sin(TIMES), np.cos(TIMES) + 0.02 * NOISE[:, 0]])).switches


@pytest.mark.parametrize(
    ("name", "step", "said"),
    [("generation", 1.0, True), ("iteration no", 2.0, True), ("gen", 0.5, False), ("t", 1.0, False)],
)
def test_times_that_count_steps_may_be_those_of_a_map(tmp_path: Path, name: str, step: float, said: bool) -> None:
    """By their name, where they are whole numbers; the option that is for them is named."""
    path = tmp_path / "steps.csv"
    pd.DataFrame({name: step * np.arange(80), "x": GOOD[:80, 0]}).to_csv(path, index=False)
    found = [one.advice for one in check(read_csv(path)).alerts if one.subject == "map"]
    assert said == any("--map" in one for one in found)


def test_little_noise_is_noise_and_rounding_is_none() -> None:
    """Noise of 0.5 % shows what has none beside it; few digits beside many are no noise."""
    dose = np.where(TIMES < 20.0, np.round(0.8 / (1.0 + np.exp(10.0 - TIMES)), 6), 0.0)
    checked = looked_at(np.column_stack([WAVES * (1.0 + [0.003, 0.05] * NOISE[:, :2]), dose]))
    assert (("x2",), {"undisturbed"}) == (checked.switches, subjects(checked) - {"strays"})
    rounded = looked_at(np.column_stack([np.round(WAVES, 1), WAVES[:, 0] * np.cos(TIMES)]))
    assert () == rounded.switches


@pytest.mark.parametrize(
    ("headers", "per", "factor"),
    [
        (("t [ms]", "a (rad)", "w (rad/s)"), 1e-3, "1000"),
        (("t [s]", "a (deg)", "w (rad/s)"), 180.0 / np.pi, "0.01745"),
        (("t [s]", "a (rad)", "w (rad/s)"), 1e-3, ""),
        (("t [ms]", "a (rad)", "w (V)"), 1e-3, ""),
        (("t [ms]", "a (rad)", "w"), 1e-3, ""),
        (("t", "a (rad)", "w (rad/s)"), 1e-3, ""),
    ],
)
def test_units_tell_a_rate_whose_factor_is_not_one(
    tmp_path: Path, headers: tuple[str, ...], per: float, factor: str
) -> None:
    """Times in milliseconds beside a rate per second; where units are missing or say otherwise, nothing is said."""
    step = 1e3 if headers[0] == "t [ms]" or "[" not in headers[0] else 1.0
    angle = np.sin(TIMES) * per * step + 0.001 * NOISE[:, 0] * per * step
    rate = np.cos(TIMES) + 0.001 * NOISE[:, 1]
    table = pd.DataFrame(dict(zip(headers, (TIMES * step, angle, rate), strict=True)))
    table.to_csv(tmp_path / "beam.csv", index=False)
    said = [one.text for one in check(read_csv(tmp_path / "beam.csv")).alerts if one.subject == "velocity"]
    expected = [f"w (rad/s) is {factor} times the derivative of a ({headers[1][3:6]}), by their units."]
    assert (expected if factor else []) == said


def test_however_few_entries_are_missing_their_number_is_told(tmp_path: Path) -> None:
    """An empty cell, a dash and a spreadsheet's error are all missing, and nobody meant all of them to be."""
    table = pd.DataFrame({"t": TIMES, "x [m]": GOOD[:, 0], "y": GOOD[:, 1]}).astype({"x [m]": object})
    table.loc[[7, 80, 300], "x [m]"] = ["", "-", "#N/A"]
    table.to_csv(tmp_path / "holes.csv", index=False)
    (alert,) = [one for one in check(read_csv(tmp_path / "holes.csv")).alerts if one.subject == "missing"]
    assert ("Entries are missing: x [m] 3 of 600.", ("x [m]",)) == (alert.text, alert.columns)


def test_what_is_switched_is_no_noisy_state() -> None:
    """Its steps are no noise that could hide terms, and no course that is sampled too coarsely."""
    checked = looked_at(with_column(np.floor(TIMES) % 4.0))
    assert {"resolution"} == subjects(checked)


@pytest.mark.parametrize("doses", [4, 30])
def test_what_is_constant_in_each_run_is_an_input(doses: int) -> None:
    """However many values it has; of one run, or where all have the same, it tells nothing."""
    runs = [np.column_stack([GOOD[i : i + 300, :1] + i, np.full(300, 0.1 * i)]) for i in range(doses)]
    checked = check(from_arrays(runs, 0.05, names=["x", "dose [mg]"]))
    (alert,) = (one for one in checked.alerts if "dose [mg]" in one.columns)
    assert ("input", ("dose [mg]",)) == (alert.subject, checked.switches)
    assert f"constant in each run and takes {doses} different values" in alert.text


@pytest.mark.parametrize(("there", "level"), [(1, set()), (299, {"input"})])
def test_what_is_measured_once_a_run_is_no_input(there: int, level: set[str]) -> None:
    """As a harvest at its end; a dose with a gap is one, and is proposed where the gap is filled: inputs have none."""
    runs = [np.column_stack([GOOD[i : i + 300, :1] + i, np.full(300, 2.0 + i)]) for i in range(6)]
    for run in runs:
        run[: 300 - there, 1] = np.nan
    checked = check(from_arrays(runs, 0.05, names=["leaf", "biomass"]))
    found = [one for one in checked.alerts if one.columns == ("biomass",) and one.subject != "missing"]
    assert (level, ()) == ({one.subject for one in found}, checked.switches)
    assert ["Fill its gaps as you know best, and name it with --inputs."] * len(level) == [one.advice for one in found]


def test_what_stands_for_missing_spoils_no_figure() -> None:
    """The state is as it is with the entries empty; the alert tells how often which number is there."""
    coded, empty = (looked_at(changed(GOOD, [100, 300], value)) for value in (-9999.0, np.nan))
    (state, _), (other, _) = coded.facts.states, empty.facts.states
    assert (other.noise, other.low, other.turns, 598, 0) == (
        state.noise, state.low, state.turns, state.measured, state.missing
    )  # fmt: skip
    assert coded.alerts[0].text.startswith("x0 is -9999 twice, far from all else")
    assert "missing" not in subjects(coded)


def test_a_stray_in_a_short_record_does_not_pass_for_noise() -> None:
    """One value far off spoils what is expected of a quarter of forty samples; a jump stands off on both sides."""
    times = np.linspace(0.0, 5.0, 40)
    decay = (10.0 * np.exp(-times / 2.0) + 0.05 * NOISE[:40, 0])[:, None]
    (state,) = looked_at(changed(decay, 15, -500.0), times).facts.states
    assert ([times[15]], True) == ([time for time, _ in state.strays], state.noise < 0.1)
    (state,) = looked_at(np.where(times[:, None] < 2.5, decay, decay + 20.0), times).facts.states
    assert () == state.strays


def test_a_stray_is_told_with_its_run_where_there_are_several() -> None:
    """Times of runs may be the same."""
    runs = [changed(GOOD, 300, 5.0), GOOD, changed(GOOD, [100, 400], -5.0)]
    (alert,) = [one for one in check(from_arrays(runs, TIMES)).alerts if one.subject == "strays"]
    places = [f"{TIMES[row]:.6g} (run {run})" for row, run in ((300, 1), (100, 3), (400, 3))]
    assert f"3 times x0 is far off its neighbours, at {', '.join(places)}." == alert.text
    (alert,) = [one for one in looked_at(*CASES["strays"]).alerts if one.subject == "strays"]
    assert f"Once x0 is far off its neighbours, at {TIMES[300]:.6g}." == alert.text


def test_a_quantity_conserved_in_each_run_is_a_note() -> None:
    """Nothing is wrong with it."""
    runs = [np.column_stack([a * np.sin(2 * TIMES), 2 * a * np.cos(2 * TIMES)]) + 1e-4 * NOISE[:, :2] for a in (1, 2)]
    (alert,) = [one for one in check(from_arrays(runs, TIMES)).alerts if one.subject == "conserved"]
    assert ("note", "x0² + 0.25 x1² stays the same within each run.") == (alert.level, alert.text)


def test_noise_that_drowns_all_is_serious_and_comes_first() -> None:
    """A column of white noise beside a clean one."""
    checked = looked_at(np.column_stack([WAVES[:, 0], NOISE[:, 0]]))
    assert ("serious", "noise", ("x1",)) == (
        checked.alerts[0].level,
        checked.alerts[0].subject,
        checked.alerts[0].columns,
    )


def test_surplus_columns_are_computed_ones_and_clocks() -> None:
    """Not those that only noise hides, and never all."""
    assert ("x2",) == looked_at(*CASES["surplus"]).surplus
    assert ("x2",) == looked_at(*CASES["clock"]).surplus
    assert () == looked_at(*CASES["relation"]).surplus
    assert () == looked_at((2.0 * TIMES)[:, None]).surplus


def test_notes_are_the_alerts_that_call_for_caution() -> None:
    """A gap alone is none."""
    assert () == looked_at(*CASES["gaps"]).notes_on(hidden=False)
    assert 1 == len(looked_at(*CASES["surplus"]).notes_on(hidden=False))


@pytest.mark.parametrize("subject", CASES)
def test_the_document_is_json(subject: str) -> None:
    """No NaN, no arrays; the alerts, relations and states in words and figures."""
    checked = looked_at(*CASES[subject])
    back = json.loads(json.dumps(document(checked), allow_nan=False))
    assert [alert.text for alert in checked.alerts] == [alert["text"] for alert in back["alerts"]]
    assert list(checked.facts.headers) == [state["header"] for state in back["states"]]


def test_headers_are_those_of_the_file(tmp_path: Path) -> None:
    """Names that are no identifiers stand in alerts as they are."""
    table = pd.DataFrame({"t [s]": TIMES, "100%": GOOD[:, 0], "a$b{c}": GOOD[:, 1], "<script>": 2.0 * GOOD[:, 1]})
    table.to_csv(tmp_path / "names.csv", index=False)
    checked = check(read_csv(tmp_path / "names.csv"))
    assert ("<script> = 2 a$b{c} holds exactly: <script> was computed from the others.",) == checked.notes_on(
        hidden=False
    )
    assert ("100%", "a$b{c}", "<script>") == checked.facts.headers


def test_a_tiny_record_can_be_checked() -> None:
    """Five rows of one state: no noise, no period, and no failure."""
    checked = looked_at(np.array([1.0, 2.0, 4.0, 8.0, 16.0])[:, None], np.arange(5.0))
    assert "size" in subjects(checked)
    assert 5 == checked.facts.rows


def test_a_wide_table_is_checked_with_little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred columns: pairs of them are looked at all at once, so that few eigenvalue problems are solved."""
    solved: list[int] = []
    eigh = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda matrix: (solved.append(len(matrix)), eigh(matrix))[1])
    rates = np.random.default_rng(1).uniform(0.2, 3.0, 100)
    table = np.sin(TIMES[:, None] * rates) + 0.01 * np.random.default_rng(2).normal(size=(600, 100))
    checked = looked_at(np.column_stack([table, 3.0 * table[:, 0]]))
    assert ("x100",) == checked.surplus
    assert len(solved) < 30


SIZES = st.sampled_from([1.0, 1.0, 1e-3, 1e9, 1e150, 1e-150, 1e298, 1e-300])  # of 1e9 too: the largest float is 1.8e308
COURSES = st.sampled_from([np.sin, np.exp, np.abs, np.sign, np.ones_like, np.floor, lambda u: u, lambda u: 1e9 + u])


@given(
    st.lists(st.tuples(COURSES, SIZES, st.integers(0, 3)), min_size=1, max_size=4),
    st.lists(st.sampled_from([5, 6, 9, 40]), min_size=1, max_size=3),
    st.sampled_from([1.0, 1e-9, 1e290]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_data_are_a_check_ends(
    columns: list[tuple[Callable[[np.ndarray], np.ndarray], float, int]], lengths: list[int], unit: float
) -> None:
    """Any size of number and of time, gaps anywhere: a document, or an error that says what to do."""
    runs = []
    for length in lengths:
        table = np.column_stack([size * course(np.linspace(-3.0, 3.0, length)) for course, size, _ in columns])
        for place, (_, _, gap) in enumerate(columns):
            table[:: gap + 2, place] = np.nan if gap else table[:: gap + 2, place]
        runs.append(table)
    try:
        measurements = from_arrays(runs, [unit * np.arange(length) for length in lengths])
    except DataError:
        return
    json.dumps(document(check(measurements)), allow_nan=False)


def test_a_record_settles_after_a_share_of_its_time_and_not_of_its_rows() -> None:
    """Of a decay sampled closely at first, half of the rows are a tenth of the time."""
    times = np.concatenate([np.linspace(0.0, 3.0, 300, endpoint=False), np.linspace(3.0, 30.0, 300)])
    facts = looked_at(np.exp(-2.0 * times)[:, None] + 0.001 * NOISE[:, :1], times).facts
    assert 0.05 < facts.runs[0].settles < 0.15


def rooms(noise: float) -> list[np.ndarray]:
    """Two states of three rooms, the second the weather that all of them have, with noise of its one sensor."""
    rng = np.random.default_rng(3)
    weather = WAVES[:, 1] + noise * rng.normal(size=len(TIMES))
    states = [np.sin((1.0 + 0.2 * room) * TIMES) + noise * rng.normal(size=len(TIMES)) for room in range(3)]
    return [np.column_stack([state, weather]) for state in states]


def test_a_column_with_one_course_in_all_runs_is_proposed_as_an_input() -> None:
    """Its noise is the same, too, so that it was measured once; without noise it may have a law of its own."""
    checked = check(from_arrays(rooms(0.02), [TIMES] * 3))
    (alert,) = [one for one in checked.alerts if one.subject == "input"]
    assert ("x1",) == alert.columns == checked.switches
    assert alert.text.startswith("x1 has the same course in all runs, while others differ")
    assert () == check(from_arrays(rooms(0.0), [TIMES] * 3)).switches


def test_runs_that_are_the_same_in_all_columns_or_in_time_apart_tell_of_no_input() -> None:
    """Copies of one run, and runs one after the other."""
    one, two, three = rooms(0.02)
    assert () == check(from_arrays([one, one, one], [TIMES] * 3)).switches
    later = [TIMES, TIMES + 100.0, TIMES + 200.0]
    assert () == check(from_arrays([one, two, three], later)).switches


def test_light_that_one_run_lacks_is_looked_at_in_the_others() -> None:
    """A plot whose sensor was not there."""
    times = np.arange(200.0)
    light = np.where(times % 24 > 12, 800.0 * np.sin((times % 24 - 12) / 12 * np.pi), 0.0)[:, None]
    runs = [Trajectory(times, one, ("x",), label) for label, one in (("A", light), ("B", np.full_like(light, np.nan)))]
    assert rests(runs, 0, 0.1, "sun")

"""Which column is time, and which rows make one run."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError, UsageError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_course, read_csv
from discovery.trajectories.runs import Run
from discovery.trajectories.thinning import thin


def read(tmp_path: Path, text: str, **roles: object) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_csv(path, **roles)  # pyright: ignore[reportArgumentType]


def lengths(measurements: Measurements) -> dict[str, int]:
    """Number of samples of each run."""
    return {trajectory.label: len(trajectory) for trajectory in measurements.trajectories}


@pytest.mark.parametrize(
    ("header", "dates", "since"),
    [
        ("date", ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", "2020-01-05"], "2020-01-01"),
        ("when", [f"2020-02-{day} 12:30:00" for day in (26, 27, 28, 29)] + ["2020-03-01 12:30"], "2020-02-26 12:30:00"),
        ("at", [f"2020-01-0{day}T00:00:00Z" for day in range(1, 6)], "2020-01-01"),
        ("basic", [f"2020010{day}T123000Z" for day in range(1, 6)], "2020-01-01 12:30:00"),
        ("minutes", [f"2020010{day} 1230" for day in range(1, 5)] + ["20200105T1230+0000"], "2020-01-01 12:30:00"),
        ("ends", [f"2020010{day}T2400" for day in range(1, 6)], "2020-01-02"),
    ],
)
def test_dates_become_days_since_the_first(tmp_path: Path, header: str, dates: list[str], since: str) -> None:
    """A column of ISO dates is time, whatever its name."""
    text = f"x,{header}\n" + "".join(f"{i * i},{date}\n" for i, date in enumerate(dates))
    measurements = read(tmp_path, text)
    assert f"{header} [d]" == measurements.time_name, "the unit is told, as constants have it too"
    assert [0.0, 1.0, 2.0, 3.0, 4.0] == measurements.trajectories[0].times.tolist()
    assert (f"The dates in {header!r} were turned into days since {since}.",) == measurements.notes


@pytest.mark.parametrize(
    ("step", "unit", "words"),
    [("00.5s", "s", "seconds"), ("1s", "s", "seconds"), ("10s", "min", "minutes"), ("1min", "min", "minutes"),
     ("15min", "h", "hours"), ("1h", "h", "hours"), ("6h", "d", "days"), ("7D", "d", "days")],
)  # fmt: skip
def test_dates_are_counted_in_the_unit_that_suits_their_steps(tmp_path: Path, step: str, unit: str, words: str) -> None:
    """A gap, and a clock that is read a little late, change nothing."""
    dates = pd.date_range("2020-01-01 08:00", periods=9, freq=step).delete([3, 4])
    text = "at,x\n" + "".join(f"{date.isoformat()},{i * i}\n" for i, date in enumerate(dates))
    measurements = read(tmp_path, text)
    assert f"at [{unit}]" == measurements.time_name
    assert measurements.notes == (f"The dates in 'at' were turned into {words} since 2020-01-01 08:00:00.",)
    seconds = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}[unit]
    wanted = (dates - dates[0]).total_seconds().to_numpy() / seconds
    np.testing.assert_allclose(measurements.trajectories[0].times, wanted)


@pytest.mark.parametrize("header", ["time", "clock"])
def test_times_of_day_are_counted_from_the_first(tmp_path: Path, header: str) -> None:
    """Through midnight, with fractions, beside a temperature T, whatever their name."""
    clock = ["23:59:58.5", "23:59:59.5", "", "00:00:01.5", "0:00:02.5", "00:00:03.5", "00:00:04.5"]
    measurements = read(tmp_path, f"{header},T\n" + "".join(f"{at},{i * i}\n" for i, at in enumerate(clock)))
    assert f"{header} [s]" == measurements.time_name
    assert [0.0, 1.0, 3.0, 4.0, 5.0, 6.0] == measurements.trajectories[0].times.tolist()
    assert f"The times of day in {header!r} were turned into seconds since 23:59:58.500." in measurements.notes
    assert ["T"] == list(measurements.headers.values())


@pytest.mark.parametrize("header", ["mm:ss", "t", "elapsed"])
@pytest.mark.parametrize("told", [False, True])
def test_times_of_two_parts_without_a_date_are_refused(tmp_path: Path, header: str, told: bool) -> None:
    """They may be minutes and seconds; the message has the line for either, and takes them for no names of runs."""
    text = f"who,{header},x\n" + "".join(f"a,00:{5 * i:02d},{i * i}\n" for i in range(9))
    with pytest.raises(DataError, match=r"'00:00' may be hours and minutes or minutes and seconds.* = '00:' \+ table"):
        read(tmp_path, text, time=header if told else None)


def test_midnight_beside_a_date_is_the_end_of_its_day(tmp_path: Path) -> None:
    """Hours from 1 to 24 are one record, and their column is no name of runs."""
    hours = [(day, hour) for day in (1, 2) for hour in range(1, 25)]
    rows = [f"2024-05-{day:02d},{hour:02d}:00,{(24 * day + hour) ** 2}\n" for day, hour in hours]
    measurements = read(tmp_path, "date,hour,load\n" + "".join(rows))
    (run,) = measurements.trajectories
    np.testing.assert_allclose(np.diff(run.times), 1.0)


def test_ratios_and_times_that_elapsed_are_no_times_of_day(tmp_path: Path) -> None:
    """The first in a file whose first number is taken for time; the second beside a date that tells rows apart."""
    ratios = ["1:30", "2:15", "0:45"] * 4
    text = "n,ratio,x\n" + "".join(f"{i},{ratio},{i * i}\n" for i, ratio in enumerate(ratios))
    assert "n" == read(tmp_path, text).time_name
    stamped = "".join(
        f"2024-05-01 0{i}:00:00,{ratio},{i * i}\n" for i, ratio in enumerate(["1:30", "1:45", "2:00"] * 3)
    )
    assert "when [h]" == read(tmp_path, "when,ratio,x\n" + stamped).time_name
    for header in ("score", "sunrise", "start"):
        rows = [f"2024-05-{i + 1:02d},{7 + i % 2}:{50 - i},{i * i}\n" for i in range(12)]
        daily = read(tmp_path, f"date,{header},x\n" + "".join(rows))
        assert [float(i) for i in range(12)] == daily.trajectories[0].times.tolist()
    text = "date,Elapsed,x\n" + "".join(f"2024-05-{i + 1:02d},00:{i:02d},{i * i}\n" for i in range(12))
    assert [float(i) for i in range(12)] == read(tmp_path, text, time="date").trajectories[0].times.tolist()


@pytest.mark.parametrize("told", [None, "date", "time"])
@pytest.mark.parametrize("written", ["%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p"])
def test_dates_and_times_of_day_in_two_columns_are_one_clock(tmp_path: Path, written: str, told: str | None) -> None:
    """As loggers write them, with seconds or without, or by half days; nights and weekends count."""
    at = pd.DatetimeIndex(
        ["2020-01-01 08:00", "2020-01-01 14:00", "2020-01-02 08:00", "2020-01-05 08:00", "2020-01-05 20:00"]
    )
    rows = [f"{moment:%d.%m.%Y},{moment.strftime(written)},{i * i}\n" for i, moment in enumerate(at)]
    measurements = read(tmp_path, "date,time,T\n" + "".join(rows), time=told)
    assert f"{told or 'date'} [d]" == measurements.time_name
    np.testing.assert_allclose(measurements.trajectories[0].times, [0.0, 0.25, 1.0, 4.0, 4.5])
    assert ["T"] == list(measurements.headers.values())
    (note,) = measurements.notes
    for part in ("dates in 'date'", "times of day in 'time'", "days since 2020-01-01 08:00:00."):
        assert part in note


@pytest.mark.parametrize(
    ("clock", "count", "last"),
    [
        ([f"{i // 2:02d}:{30 * (i % 2):02d}:00" for i in range(40)] * 2, 2, 19.5),
        ([f"{i // 2:02d}:{30 * (i % 2):02d}:00" for i in range(80)] * 2, 2, 39.5),
        ([f"{i % 24:02d}:00:00" for i in range(60)], 1, 59.0),
        (["08:00:00", "14:00:00", "20:00:00", "02:00:00"] * 4, 1, 90.0),
    ],
)
def test_midnight_and_a_clock_that_starts_again_are_told_apart(
    tmp_path: Path, clock: list[str], count: int, last: float
) -> None:
    """A night is no longer than a few steps, and what elapsed may be more than a day."""
    measurements = read(tmp_path, "time,x\n" + "".join(f"{at},{i * i}\n" for i, at in enumerate(clock)))
    assert count == len(measurements.trajectories)
    unit = {"time [h]": 1.0, "time [d]": 24.0}[measurements.time_name]
    np.testing.assert_allclose([run.times[-1] * unit for run in measurements.trajectories], last)


def test_numbers_named_like_a_time_go_before_times_of_day(tmp_path: Path) -> None:
    """Ten samples a second, and a clock to whole seconds."""
    text = "t,time,x\n" + "".join(f"{i / 10},10:00:{i // 10:02d},{i * i}\n" for i in range(30))
    measurements = read(tmp_path, text)
    assert "t" == measurements.time_name
    assert ["x"] == list(measurements.headers.values())
    assert "'time' was set aside: it holds times of day." in measurements.notes


def test_dates_are_counted_in_a_unit_that_is_told(tmp_path: Path) -> None:
    """As the constants are wanted in."""
    text = "date,x\n" + "".join(f"2020-01-01 00:0{i}:00,{i * i}\n" for i in range(6))
    measurements = read(tmp_path, text, units={"date": "s", "x": "m"})
    assert "date [s]" == measurements.time_name
    assert [60.0 * i for i in range(6)] == measurements.trajectories[0].times.tolist()


def test_labels_with_points_are_no_dates(tmp_path: Path) -> None:
    """They tell runs apart."""
    text = "sample,t,x\n" + "".join(f"1.1.{run},{0.1 * i + 0.5 * run},{i * i}\n" for run in (1, 2) for i in range(6))
    assert {"1.1.1": 6, "1.1.2": 6} == lengths(read(tmp_path, text))


def test_inputs_are_counted_in_the_unit_of_the_law(tmp_path: Path) -> None:
    """However often they are written: one an hour drives a law by the minute."""
    path = tmp_path / "inputs.csv"
    path.write_text("date,u\n" + "".join(f"2020-01-01 0{i}:00:00,{i * i}\n" for i in range(5)))
    times, values = read_course(path, ["u"], unit="min")
    assert [0.0, 60.0, 120.0, 180.0, 240.0] == times.tolist()
    assert [0.0, 1.0, 4.0, 9.0, 16.0] == values[:, 0].tolist()


@pytest.mark.parametrize("at", ["2020-01-01 00:0{}:00", "00:0{}:00"])
def test_a_temperature_is_no_time_beside_a_clock(tmp_path: Path, at: str) -> None:
    """Whatever the column of times is called, in whatever language."""
    text = "T,Uhrzeit\n" + "".join(f"{20 + i * i},{at.format(i)}\n" for i in range(6))
    measurements = read(tmp_path, text)
    assert "Uhrzeit [min]" == measurements.time_name
    assert ["T"] == list(measurements.headers.values())


def test_a_column_of_times_of_day_is_time_without_being_told(tmp_path: Path) -> None:
    """As one of dates is; runs that each begin at zero are told apart as of numbers."""
    text = "x,at\n" + "".join(f"{i * i},00:{i % 6:02d}:00\n" for i in range(12))
    measurements = read(tmp_path, text)
    assert "at [min]" == measurements.time_name
    assert {"run 1": 6, "run 2": 6} == lengths(measurements)


@pytest.mark.parametrize("header", ["run", "Trial", "experiment_id", "body", "series no"])
@pytest.mark.parametrize("interleaved", [True, False])
def test_whole_numbers_under_the_name_of_a_run_tell_runs_apart(tmp_path: Path, header: str, interleaved: bool) -> None:
    """The rows of a run need not follow each other."""
    rows = [(run, i) for run in (1, 2) for i in range(6)]
    rows = sorted(rows, key=lambda row: row[1]) if interleaved else rows
    measurements = read(tmp_path, f"{header},t,x\n" + "".join(f"{run},{i},{i * run}\n" for run, i in rows))
    assert {f"{header} 1": 6, f"{header} 2": 6} == lengths(measurements)
    assert [0.0, 2.0, 4.0, 6.0, 8.0, 10.0] == measurements.trajectories[1].states[:, 0].tolist()
    assert f"The rows are 2 runs, told apart by {header!r}." == measurements.notes[0]
    pivot = f"table.pivot(index='t', columns={header!r}, values='x')"  # rows of a long table stand so, too
    assert [interleaved] == [pivot in note for note in measurements.notes[1:]] or not interleaved


@pytest.mark.parametrize("offset", [0, 6])
def test_a_text_column_in_blocks_tells_runs_apart(tmp_path: Path, offset: int) -> None:
    """Runs may each start at zero or share one clock."""
    rows = [(cell, i + offset * (cell == "b"), i * i) for cell in "ab" for i in range(6)]
    measurements = read(tmp_path, "cell,t,x\n" + "".join(f"{cell},{time},{x}\n" for cell, time, x in rows))
    assert {"a": 6, "b": 6} == lengths(measurements)


def test_text_that_changes_while_a_record_goes_on_makes_no_runs(tmp_path: Path) -> None:
    """A gauge's code from approved to provisional, or its zone of time; where the record breaks off it makes runs."""
    for gap, runs in ((0, {"": 40}), (9, {"A": 25, "P": 15})):
        lines = [f"{'A' if i < 25 else 'P'},{i + gap * (i >= 25)},{(i - 20) ** 2}\n" for i in range(40)]
        assert runs == lengths(read(tmp_path, "code,t,x\n" + "".join(lines)))


def test_a_flag_that_comes_and_goes_makes_no_runs(tmp_path: Path) -> None:
    """Time increases through all rows, so they are one run."""
    text = "quality,t,x\n" + "".join(f"{'bad' if i % 3 else 'good'},{i},{i * i}\n" for i in range(12))
    measurements = read(tmp_path, text)
    assert {"": 12} == lengths(measurements)
    assert ["'quality' was set aside: it tells how good entries are"] == [one[:54] for one in measurements.notes]
    assert "is not 'good' in 8 rows" in measurements.notes[0]


def test_an_input_that_steps_makes_no_runs(tmp_path: Path) -> None:
    """Whole numbers in blocks are values as long as time needs no key."""
    text = "t,pump,x\n" + "".join(f"{i},{i // 6},{i * i}\n" for i in range(12))
    assert {"": 12} == lengths(read(tmp_path, text))


def test_whole_numbers_in_blocks_are_taken_where_time_needs_them(tmp_path: Path) -> None:
    """An unusual name does not hide a column in whose blocks alone time increases."""
    text = "flask,t,x\n" + "".join(f"{flask},{i},{i * i}\n" for flask in (3, 7) for i in range(4))
    measurements = read(tmp_path, text)
    assert {"flask 3": 4, "flask 7": 4} == lengths(measurements)


def test_runs_are_told_by_the_columns_that_the_user_names(tmp_path: Path) -> None:
    """Numbers among labels are labels, and no state is made of them."""
    rows = [(a, b, i) for a in (1, 2) for b in ("2", "2b") for i in range(3)]
    text = "p,q,t,x\n" + "".join(f"{a},{b},{i},{i * a}\n" for a, b, i in rows)
    measurements = read(tmp_path, text, trajectory=("p", "q"))
    assert ["p 1, q 2", "p 1, 2b", "p 2, q 2", "p 2, 2b"] == list(lengths(measurements))
    assert {"x": "x"} == measurements.headers


def test_time_that_starts_again_splits_runs(tmp_path: Path) -> None:
    """Blocks that start together are runs even where no column tells."""
    text = "t,x\n" + "".join(f"{i / 10 + start},{i * i}\n" for start in (0, 0.01, 0) for i in range(6))
    measurements = read(tmp_path, text)
    assert {"run 1": 6, "run 2": 6, "run 3": 6} == lengths(measurements)
    assert ("Time starts again in line 8 and 1 more; the rows were split into 3 runs there.",) == measurements.notes


def test_long_run_numbers_are_written_out(tmp_path: Path) -> None:
    """Labels that were rounded would not tell runs apart."""
    text = "run,t,x\n" + "".join(f"{run},{i},{i * i}\n" for run in (20240101, 20240102) for i in range(4))
    assert {"run 20240101": 4, "run 20240102": 4} == lengths(read(tmp_path, text))


def test_runs_of_two_samples_are_left_out_with_a_note(tmp_path: Path) -> None:
    """Others remain, and keep their labels."""
    rows = [*(("a", i) for i in range(6)), ("b", 0), ("b", 1), ("c", 0)]
    measurements = read(tmp_path, "cell,t,x\n" + "".join(f"{cell},{i},{i * i}\n" for cell, i in rows))
    assert {"a": 6} == lengths(measurements)
    assert "2 runs of fewer than 3 samples were left out." in measurements.notes


def runs(*counts: int) -> list[Run]:
    """Runs of that many rows."""
    ends = np.cumsum(counts)
    return [Run(str(i), np.arange(end - n, end)) for i, (n, end) in enumerate(zip(counts, ends, strict=True))]


@pytest.mark.parametrize(
    ("counts", "most"),
    [([1000], 100), ([10_000, 20], 50), ([30] * 50, 100), ([19], 20), ([1000, 12, 12], 30), ([39], 20)],
)
def test_thinning_keeps_within_the_limit_and_leaves_runs_long_enough(counts: list[int], most: int) -> None:
    """No run falls below ten samples, and the first of each is kept."""
    before = runs(*counts)
    after, notes = thin(before, most)
    assert sum(len(run) for run in after) <= most
    assert all(len(run) >= 10 for run in after)
    assert {run.rows[0] for run in after} <= {run.rows[0] for run in before}
    assert bool(notes) == (sum(counts) > most)


def test_runs_are_left_out_where_samples_cannot_be() -> None:
    """Fifty runs of thirty cannot become a hundred rows with ten in each."""
    after, notes = thin(runs(*[30] * 50), 100)
    assert [str(i) for i in range(0, 50, 5)] == [run.label for run in after]
    assert ("100 of 1,500 rows were used: one row in 3, and one run in 5.",) == notes


def test_a_column_may_be_told_without_its_unit(tmp_path: Path) -> None:
    """Where that tells it from others; one of another unit is named."""
    text = "t [s],u [V],x [m]\n" + "".join(f"{i},{i % 3},{i * i}\n" for i in range(8))
    found = read(tmp_path, text, time="t", states=("x",), inputs=("u",))
    assert ("t [s]", ["x [m]"], ["u [V]"]) == (
        found.time_name,
        list(found.headers.values()),
        list(found.inputs.values()),
    )
    with pytest.raises(UsageError, match=r"'u \[V\]' of .* is not in the unit of 'u \[mV\]'"):
        read(tmp_path, text, inputs=("u [mV]",))
    without = text.replace("u [V]", "u")
    with pytest.raises(
        UsageError, match=r"'u' of .* has no unit, and 'u \[V\]' is wanted\. If its values are in V, name it so"
    ):
        read(tmp_path, without, inputs=("u [V]",))
    twice = "t,x [m],x [mm]\n" + "".join(f"{i},{i},{i}\n" for i in range(8))
    with pytest.raises(UsageError, match="There is no column 'x'"):
        read(tmp_path, twice, states=("x",))


def test_where_no_state_is_left_it_is_said_what_each_column_is(tmp_path: Path) -> None:
    """An input is no state, nor is what numbers the runs."""
    text = "run,t [s],angle [rad]\n" + "".join(f"{run},{i},{i * i}\n" for run in "ab" for i in range(8))
    told = "besides 't [s]' (the time), 'run' (which tells the runs apart) and 'angle [rad]' (named as an input)"
    with pytest.raises(DataError, match=f"{re.escape(told)}, so that no state is left"):
        read(tmp_path, text, inputs=("angle",))


def test_dates_whose_day_nobody_can_tell_are_named(tmp_path: Path) -> None:
    """They are the times, though the next column has numbers that increase."""
    text = "Datum,x\n" + "".join(f"{i:02}/03/2023,{i}\n" for i in range(1, 9))
    with pytest.raises(DataError, match="dates such as '01/03/2023' none tells which number is the day"):
        read(tmp_path, text)

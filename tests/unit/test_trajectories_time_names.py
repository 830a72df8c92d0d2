"""What columns of times are called, and what else is called so."""

from pathlib import Path

import numpy as np
import pytest

from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv


def read(tmp_path: Path, text: str, **roles: object) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_csv(path, **roles)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "header",
    ["t", "time", "Time", "t_s", "t_days", "time_s", "time [s]", "Time (ms)", "elapsed time", "year", "T",
     "elapsed_ms", "hrs", "JD", "HJD", "BJD_TDB", "HJD-2450000", "MJD [d]", "decimal_date", "decimal year",
     "Test_Time(s)", "t (ps)", "time (ps)", "time_ps", "Time [ps]", "t [fs]", "t/ps", "t_ps", "t [µs]", "t [Myr]",
     "t (Myr)", "time [kyr]", "t_Gyr"],
)  # fmt: skip
def test_a_column_named_like_a_time_is_time(tmp_path: Path, header: str) -> None:
    """The name decides, wherever the column stands."""
    text = f"a,{header},b\n" + "".join(f"{-i},{i / 2},{i * i}\n" for i in range(6))
    measurements = read(tmp_path, text)
    assert header == measurements.time_name
    assert ("a", "b") == measurements.trajectories[0].names
    assert () == measurements.notes


@pytest.mark.parametrize(
    "header",
    ["T [K]", "time_to_peak", "t_in", "tt", "min", "HR", "MS", "test", "Step_Time(s)", "cell_count", "hare index"],
)
def test_a_column_that_only_looks_like_a_time_is_a_state(tmp_path: Path, header: str) -> None:
    """Every word of the name must belong to a time."""
    text = f"p,{header}\n" + "".join(f"{i},{i * i}\n" for i in range(6))
    measurements = read(tmp_path, text)
    assert "p" == measurements.time_name
    assert [header] == list(measurements.headers.values())
    assert ("No column is named like a time; the first, 'p', was taken.",) == measurements.notes


@pytest.mark.parametrize(
    "header",
    ["Process time [h]", "Cultivation time", "Reaction time (min)", "Relative Time [s]", "Sample time", "RunTime",
     "Time after inoculation", "Days after sowing", "Batch age", "Age (h)", "EFT (h)", "Zeit nach Start",
     "Versuchszeit", "Inkubationszeit", "temps (min)", "delay (ps)", "Delay [ns]", "time delay (fs)", "delay_ps",
     "delay_ms", "delay_s", "delay_µs", "delay_μs",
     "pump-probe delay [ps]", "Age [kyr]", "age (Myr)"],
)  # fmt: skip
@pytest.mark.parametrize("counter", ["Sample no.", "Probe", "Cycle"])
def test_a_word_or_a_unit_of_time_goes_before_a_counter(tmp_path: Path, header: str, counter: str) -> None:
    """What counts the rows is no state either; nor does it matter that the times are uneven, or begin anew."""
    text = f"{counter},X [g/L],{header}\n"
    text += "".join(f"{i + 1},{(i - 5) ** 2},{(i % 8) * (i % 8 + 1)}\n" for i in range(16))
    measurements = read(tmp_path, text)
    assert header == measurements.time_name
    assert ["X [g/L]"] == list(measurements.headers.values())
    assert f"{counter!r} was set aside: it counts the rows." in measurements.notes
    assert "No column is named" not in " ".join(measurements.notes)


def test_what_goes_up_once_is_no_count_of_pieces(tmp_path: Path) -> None:
    """A step of an input may be called so."""
    rows = "".join(f"{i},{i**2},{int(i > 3)}\n" for i in range(8))
    assert ["x", "step"] == list(read(tmp_path, f"t,x,step\n{rows}").headers.values())


@pytest.mark.parametrize("first", [0, 1])
def test_a_unit_of_time_goes_before_what_counts_the_rows_by_any_name(tmp_path: Path, first: int) -> None:
    """Echoes of a train and their times; but what begins elsewhere, or leaves one out, counts no rows."""
    rows = [f"{i + first},{2 * (i + 1)},{0.5**i}\n" for i in range(8)]
    assert "TE [ms]" == read(tmp_path, "Echo,TE [ms],M\n" + "".join(rows)).time_name
    assert "Echo" == read(tmp_path, "Echo,TE [ms],M\n" + "".join(rows[2:])).time_name
    assert "depth [cm]" == read(tmp_path, "depth [cm],age [yr],M\n" + "".join(rows)).time_name


@pytest.mark.parametrize(
    ("header", "values"),
    [("Process time [h]", [0, 1, 2, 1, 3, 1, 4, 2]), ("temps", range(8)), ("Cooking time [°C]", range(8)),
     ("half-life [h]", range(8)), ("rise time [s]", range(8)), ("Downtime [h]", [5, 5, 5, 4, 4, 4, 4, 3])],
)  # fmt: skip
def test_a_word_or_a_unit_of_time_is_not_enough(tmp_path: Path, header: str, values: list[int]) -> None:
    """The numbers have to rise, and the name must not be that of a span, nor the unit another."""
    text = f"p,{header},y\n" + "".join(f"{i},{value},{i * i}\n" for i, value in enumerate(values))
    assert "p" == read(tmp_path, text).time_name


@pytest.mark.parametrize(
    "header", ["Time [frames]", "time (a.u.)", "time (au)", "Time (10^-9 s)", "Age [ka]", "t (a.u.)"]
)
def test_a_unit_that_counts_no_time_does_not_undo_the_name_of_one(tmp_path: Path, header: str) -> None:
    """Where no other column is a candidate; it is said, as what was guessed."""
    rows = [(0.5 + run, 2 * i + 1, (i - 4) ** 2 + run) for run in range(3) for i in range(12)]
    text = f"fluence,{header},n\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    measurements = read(tmp_path, text)
    assert header == measurements.time_name
    assert any(header in note and "--time" in note for note in measurements.notes)
    days = f"n,{header},day\n" + "".join(f"{(i - 4) ** 2},{2 * i + 1},{i}\n" for i in range(12))
    assert "day" == read(tmp_path, days).time_name


@pytest.mark.parametrize("header", ["t [K]", "t (mm)", "Cooking time [°C]", "time constant [K]", "arrival delay (min)"])
def test_other_names_with_other_units_are_states(tmp_path: Path, header: str) -> None:
    """A temperature t, and what has further words."""
    text = f"p,{header},y\n" + "".join(f"{i},{i + 1},{i * i}\n" for i in range(8))
    assert "p" == read(tmp_path, text).time_name


def test_what_is_called_like_a_time_is_said_to_be_no_state(tmp_path: Path) -> None:
    """A user who counts time by the samples is told, in earnest where it is called time and uneven."""
    for power, name, level in ((2, "Time (h)", "serious"), (2, "EFT (h)", "caution"), (1, "EFT (h)", "caution")):
        text = f"Sample no.,{name},x\n" + "".join(f"{i},{i**power},{(i - 9) ** 2}\n" for i in range(20))
        checked = check(read(tmp_path, text, time="Sample no."))
        (alert,) = [one for one in checked.alerts if one.subject == "clock"]
        assert (level, (name,)) == (alert.level, alert.columns)
        assert f"--time '{name}'" in alert.advice


def test_the_name_of_a_unit_is_that_of_a_time_only_where_it_goes_on(tmp_path: Path) -> None:
    """Runs may begin anew; what goes to and fro is a state."""
    to_and_fro = "a,secs\n" + "".join(f"{i},{(-1) ** i * i}\n" for i in range(8))
    assert ["secs"] == list(read(tmp_path, to_and_fro).headers.values())
    anew = "a,secs\n" + "".join(f"{i * i},{i % 5}\n" for i in range(20))
    assert "secs" == read(tmp_path, anew).time_name


@pytest.mark.parametrize(
    ("date", "time"), [("2024-01-{:02d}", "Datum [d]"), ("2024-01-05", "secs")], ids=["each row", "one day"]
)
def test_the_name_of_a_unit_is_no_time_beside_dates(tmp_path: Path, date: str, time: str) -> None:
    """Unless these are but the day of an experiment."""
    text = "Datum,secs,y\n" + "".join(f"{date.format(i + 1)},{70 + 3 * i},{i * i}\n" for i in range(8))
    assert time == read(tmp_path, text).time_name


@pytest.mark.parametrize(
    ("headers", "time"), [("year,time", "time"), ("T,day", "day"), ("day,t", "t"), ("T,t", "t"), ("year,t_s", "t_s")]
)
def test_the_surest_name_of_a_time_wins(tmp_path: Path, headers: str, time: str) -> None:
    """A temperature T gives way to a day, and a day to t."""
    text = f"{headers},x\n" + "".join(f"{i},{2 * i},{i * i}\n" for i in range(6))
    assert time == read(tmp_path, text).time_name


COUNT = [str(i) for i in range(40)]
DATES = [str(np.datetime64("2020-02-01") + i) for i in range(40)]
RISING = [f"{(1 + 0.1 * i) ** 2:.4f}" for i in range(40)]
WAVE = [f"{((i * 7) % 13) / 3:.4f}" for i in range(40)]


def columns(**named: list[str]) -> str:
    """A table of these columns."""
    rows = zip(*named.values(), strict=True)
    return "\n".join([",".join(named), *(",".join(row) for row in rows)]) + "\n"


@pytest.mark.parametrize(
    ("named", "time"),
    [
        ({"Date": DATES, "dT": RISING}, "Date"),
        ({"day": COUNT, "tMin": WAVE, "tMax": RISING}, "day"),
        ({"N": COUNT, "charge time [s]": RISING, "capacity [Ah]": WAVE}, "N"),
        ({"generation": RISING, "doubling time [h]": RISING}, "generation"),
        ({"step": RISING, "tau [s]": RISING}, "step"),
        ({"cycle": COUNT, "downtime [h]": [str(i // 3) for i in range(40)]}, "cycle"),
        ({"cycle": COUNT, "G [mS]": RISING}, "cycle"),
        ({"x [mm]": RISING, "L [H]": RISING}, "x [mm]"),
        ({"Sample no.": COUNT, "EFT (h)": RISING, "OD": WAVE, "Feed age [h]": RISING}, "EFT (h)"),
        ({"Probe": COUNT, "Residence time [h]": RISING, "Run time [h]": RISING}, "Run time [h]"),
        ({"time": RISING, "delay_sec": WAVE, "delay_nanosec": WAVE}, "time"),
        ({"time": RISING, "stamp.sec": COUNT, "stamp.nanosec": ["5"] * 40}, "time"),
    ],
)  # fmt: skip
def test_what_rises_is_a_state_unless_its_name_is_a_times(
    tmp_path: Path, named: dict[str, list[str]], time: str
) -> None:
    """Temperatures, durations, ages and siemens go up, too; a count of rows is worth less than an hour."""
    found = read(tmp_path, columns(**named, x=WAVE))
    assert time == found.time_name.removesuffix(" [d]")
    assert not {"stamp.sec", "stamp.nanosec"} & set(found.headers.values())


@pytest.mark.parametrize("counter", ["Time_Iter", "Time Index", "time_iteration"])
def test_what_counts_rows_is_time_only_where_nothing_else_is(tmp_path: Path, counter: str) -> None:
    """Beside the times of a solver its iterations are none, wherever they stand."""
    rows = [(i, i / 10, i * i) for i in range(8)]
    text = f"{counter},Cur_Time,x\n" + "".join(f"{i},{t},{x}\n" for i, t, x in rows)
    assert read(tmp_path, text).time_name == "Cur_Time"
    alone = read(tmp_path, f"x,{counter}\n" + "".join(f"{x},{i}\n" for i, _, x in rows))
    assert alone.time_name == counter

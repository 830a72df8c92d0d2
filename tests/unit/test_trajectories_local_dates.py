"""Dates as people write them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv


def read(tmp_path: Path, dates: list[str]) -> Measurements:
    """Measurements at these dates, in a file with semicolons."""
    path = tmp_path / "data.csv"
    path.write_text("when;x\n" + "".join(f"{date};{i * i}\n" for i, date in enumerate(dates)))
    return read_csv(path)


@pytest.mark.parametrize(
    ("dates", "since"),
    [
        ([f"{day}.01.2024" for day in range(1, 7)], "2024-01-01"),
        ([f"{day:02d}.01.24" for day in range(1, 7)], "2024-01-01"),
        ([f"1/{day}/2024" for day in range(9, 15)], "2024-01-09"),
        ([f"1/{day}/99" for day in range(9, 15)], "1999-01-09"),
        ([f"{day}/1/2024" for day in range(9, 15)], "2024-01-09"),
        ([f"2024/1/{day}" for day in range(1, 7)], "2024-01-01"),
        ([f"2024.01.{day:02d} 6:30" for day in range(1, 7)], "2024-01-01 06:30:00"),
        (["28.02.2024", "29.02.2024", "01.03.2024", "02.03.2024", "03.03.2024", "04.03.2024"], "2024-02-28"),
    ],
)
def test_what_all_dates_tell_together_is_their_order(tmp_path: Path, dates: list[str], since: str) -> None:
    """Points are put between days and months, a year is known by its size, and no month is above 12."""
    measurements = read(tmp_path, dates)
    assert "when [d]" == measurements.time_name
    np.testing.assert_allclose(measurements.trajectories[0].times, np.arange(6.0))
    assert (f"The dates in 'when' were turned into days since {since}.",) == measurements.notes


def test_times_of_day_may_follow(tmp_path: Path) -> None:
    """As spreadsheets of several countries write them: noon and midnight are 12 o'clock in some."""
    american = [f"1/{day}/2024 {hour}" for day in (13, 14, 15) for hour in ("12:05 AM", "12:05 PM")]
    np.testing.assert_allclose(read(tmp_path, american).trajectories[0].times, 0.5 * np.arange(6.0))
    german = [f"31.12.2023 23:59:5{second},5" for second in range(5, 10)] + ["01.01.2024 00:00:00,5"]
    measurements = read(tmp_path, german)
    assert "when [s]" == measurements.time_name
    np.testing.assert_allclose(measurements.trajectories[0].times, np.arange(6.0))


@pytest.mark.parametrize(
    "dates",
    [
        [f"{day:02d}-Jan-2024" for day in range(1, 7)],
        [f"{day}-jan-24" for day in range(1, 7)],
        [f"{day}. Januar 2024" for day in range(1, 7)],
        [f"{day:02d}JAN2024 00:00" for day in range(1, 7)],
        [
            "30 Sept 2019 06:30",
            "1 Oct 2019 06:30",
            "2-Okt-2019 06:30",
            "3 octobre 2019 6:30",
            "4 Oct 19 06:30",
            "05oct19 6:30",
        ],
    ],
)
def test_names_of_months_are_read(tmp_path: Path, dates: list[str]) -> None:
    """As spreadsheets and statistical programs write them, in some languages."""
    measurements = read(tmp_path, dates)
    since = "2019-09-30 06:30:00" if "Sept" in dates[0] else "2024-01-01"
    assert (f"The dates in 'when' were turned into days since {since}.",) == measurements.notes
    np.testing.assert_allclose(measurements.trajectories[0].times, np.arange(6.0))


@pytest.mark.parametrize(
    "form", ["2020-02-{day:02d} {hour}:00", "2020-02-{day:02d}T{hour}:00:00", "{day}.2.2020 {hour}:00"]
)
def test_the_end_of_a_day_is_the_start_of_the_next(tmp_path: Path, form: str) -> None:
    """24:00, as stations write it that count hours by their ends."""
    dates = [form.format(day=28 + i // 2, hour="12" if i % 2 == 0 else "24") for i in range(4)]
    measurements = read(tmp_path, [*dates, "2020-03-01 12:00" if "-" in form else "1.3.2020 12:00"])
    np.testing.assert_allclose(measurements.trajectories[0].times, 0.5 * np.arange(5.0))
    with pytest.raises(DataError, match="24:01"):
        read(tmp_path, [*dates, form.format(day=29, hour="24").replace("24:00", "24:01")])


@pytest.mark.parametrize("dates", [[f"{day}/1/2024" for day in range(1, 7)], [f"24/01/{day}" for day in range(25, 31)]])
def test_dates_that_may_be_read_in_two_ways_are_refused(tmp_path: Path, dates: list[str]) -> None:
    """The first of January to June, or to the sixth; a year or a day in front."""
    with pytest.raises(DataError, match=f"line 2, column 'when': of dates such as '{dates[0]}' none tells.*2024-01-31"):
        read(tmp_path, dates)


@pytest.mark.parametrize("day_first", [True, False])
def test_even_steps_across_a_midnight_tell_the_order(tmp_path: Path, day_first: bool) -> None:
    """In the other order the record leaps by a month there; a single day tells nothing."""
    stamps = pd.date_range("2023-04-07 20:00", periods=30, freq="20min")
    form = "%d/%m/%Y %I:%M %p" if day_first else "%m/%d/%y %I:%M:%S %p"
    found = read(tmp_path, stamps.strftime(form).tolist())
    np.testing.assert_allclose(np.diff(found.trajectories[0].times), 20.0 if "min" in found.time_name else 1.0 / 3.0)
    assert found.origin.startswith("2023-04-07")
    with pytest.raises(DataError, match="none tells"):
        read(tmp_path, stamps[:10].strftime(form).tolist())


@pytest.mark.parametrize("header", ["Date Time, GMT-06:00", "Time, GMT+0200", "Datetime (UTC+1)", "Time UTC"])
def test_a_zone_beside_the_name_of_a_time_is_no_other_quantity(tmp_path: Path, header: str) -> None:
    """Where dates cannot be read that is said, and a column of numbers does not stand in for them."""
    path = tmp_path / "data.csv"
    path.write_text(f'"#","{header}",x\n' + "".join(f"{i},06/{i:02d}/23 12:00:00 AM,{i * i}\n" for i in range(1, 9)))
    with pytest.raises(DataError, match="none tells which number is the day"):
        read_csv(path)


@pytest.mark.parametrize("wrong", ["30.2.2024", "28.2.2024 25:00", "gestern"])
def test_the_first_that_is_none_is_named(tmp_path: Path, wrong: str) -> None:
    """By its line."""
    dates = ["26.02.2024", "27.02.2024", "", wrong, "29.02.2024", "31.02.2024"]
    with pytest.raises(DataError, match=f"line 5, column 'when': '{wrong}' is not a time"):
        read(tmp_path, dates)


def test_a_date_that_is_missing_leaves_its_row_out(tmp_path: Path) -> None:
    """As of other dates."""
    dates = [f"{day}.01.2024" for day in range(1, 8)]
    dates[3] = "-"
    measurements = read(tmp_path, dates)
    np.testing.assert_allclose(measurements.trajectories[0].times, [0.0, 1.0, 2.0, 4.0, 5.0, 6.0])
    assert "1 row without a time was left out, the first in line 5." in measurements.notes


@pytest.mark.parametrize("times", ["Heure;", "t [s];"])
def test_one_date_in_all_rows_needs_no_order(tmp_path: Path, times: str) -> None:
    """Beside times of day, or of numbers that are named so: it changes no time, whichever number is the day."""
    path = tmp_path / "data.csv"
    of_day = times.startswith("H")
    entries = [f"14:05:{10 + second}" if of_day else str(second) for second in range(8)]
    path.write_text(f"Date;{times}x\n" + "".join(f"12/03/2026;{time};{i * i}\n" for i, time in enumerate(entries)))
    found = read_csv(path)
    np.testing.assert_allclose(found.trajectories[0].times, np.arange(8.0))
    assert ["x"] == list(found.headers.values())
    assert of_day == any("'12/03/2026' wherever it stands, and was left out" in note for note in found.notes)


def test_where_dates_change_the_column_of_times_of_day_is_named(tmp_path: Path) -> None:
    """Which has all that is needed, as midnight is seen in it."""
    path = tmp_path / "data.csv"
    rows = [f"{'11' if hour > 20 else '12'}/03/2026;{hour}:00:00;{hour}\n" for hour in (21, 22, 23, 0, 1, 2)]
    path.write_text("Date;Heure;x\n" + "".join(rows))
    with pytest.raises(DataError, match="name another column with --time, as --time Heure"):
        read_csv(path)
    np.testing.assert_allclose(read_csv(path, time="Heure").trajectories[0].times, np.arange(6.0))

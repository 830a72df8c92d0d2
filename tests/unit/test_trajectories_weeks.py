"""Weeks and months of the calendar, as text, as numbers, and in two columns."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.calendar import as_dates, joined
from discovery.trajectories.columns import Column
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv
from discovery.trajectories.weeks import mondays

WEEKS = [(date(2017, 10, 2) + timedelta(7 * i)).isocalendar() for i in range(40)]
MONTHS = [(2017 + (8 + i) // 12, (8 + i) % 12 + 1) for i in range(30)]


def read(tmp_path: Path, header: str, times: list[str]) -> Measurements:
    """Measurements at these times, and a column of counts before them."""
    path = tmp_path / "data.csv"
    path.write_text(f"cases,{header}\n" + "".join(f"{i * i},{time}\n" for i, time in enumerate(times)))
    return read_csv(path)


@pytest.mark.parametrize("header", ["week", "iso_week", "when"])
@pytest.mark.parametrize("form", ["{}-W{:02d}", "{}W{:02d}", "{}-W{:02d}-1", "{}w{:02d}1"])
def test_weeks_are_dates(tmp_path: Path, header: str, form: str) -> None:
    """Those of ISO 8601 begin on Mondays, and none is lost where the year ends."""
    measurements = read(tmp_path, header, [form.format(*week) for week in WEEKS])
    assert f"{header} [d]" == measurements.time_name
    np.testing.assert_allclose(measurements.trajectories[0].times, 7.0 * np.arange(40))
    assert (f"The dates in {header!r} were turned into days since 2017-10-02.",) == measurements.notes


def test_weeks_are_those_of_the_standard_library() -> None:
    """Of two centuries, the 53rd too; a year that has none gives no day."""
    for year in range(1900, 2100):
        for week in (1, 2, 52, 53):
            (found,) = mondays(np.array([year]), np.array([week]))
            try:
                assert date.fromisocalendar(year, week, 1) == found.astype(date)
            except ValueError:
                assert np.isnat(found)


@pytest.mark.parametrize("wrong", ["2017-W54", "2018-W53", "2017-W00", "2017-W40-8"])
def test_a_week_that_is_none_is_an_error(tmp_path: Path, wrong: str) -> None:
    """With its line."""
    times = ["2017-W01", "2017-W02", "2017-W03", wrong, "2019-W05", "2019-W06"]
    with pytest.raises(DataError, match=f"line 5, column 'week': '{wrong}' is not a time"):
        read(tmp_path, "week", times)


@pytest.mark.parametrize("header", ["yearweek", "YYYYWW", "Kalenderwoche", "period"])
def test_numbers_of_years_and_weeks_are_weeks(tmp_path: Path, header: str) -> None:
    """By the header, or as they jump at each year's end; not those that do not, by another header."""
    measurements = read_csv(written(tmp_path, header, [f"{year}{week:02d}" for year, week, _ in WEEKS]))
    np.testing.assert_allclose(measurements.trajectories[0].times, 7.0 * np.arange(40))
    assert f"The numbers in {header!r}, such as 201740, were read as years and weeks of ISO 8601." in measurements.notes


@pytest.mark.parametrize("header", ["month", "yyyymm", "period"])
def test_numbers_of_years_and_months_are_months(tmp_path: Path, header: str) -> None:
    """Each is its first day."""
    measurements = read_csv(written(tmp_path, header, [f"{year}{month:02d}" for year, month in MONTHS]))
    days = [(date(year, month, 1) - date(2017, 9, 1)).days for year, month in MONTHS]
    np.testing.assert_allclose(measurements.trajectories[0].times, days)


def test_numbers_of_eight_digits_that_are_all_days_are_dates(tmp_path: Path) -> None:
    """As 20171231 is followed by 20180101."""
    days = [date(2017, 12, 20) + timedelta(i) for i in range(30)]
    measurements = read_csv(written(tmp_path, "day", [f"{day:%Y%m%d}" for day in days]))
    np.testing.assert_allclose(measurements.trajectories[0].times, np.arange(30))


@pytest.mark.parametrize("start", [180_001, 201_700, 20_170_128, 201_701, 201_740])
def test_other_numbers_stay_numbers(tmp_path: Path, start: int) -> None:
    """An even record, and six digits that no year's end tells from a count."""
    step = 5 if start != 201_740 else 1
    times = [start + step * i for i in range(12)]
    measurements = read_csv(written(tmp_path, "t", [str(time) for time in times]))
    np.testing.assert_array_equal(measurements.trajectories[0].times, times)


def test_a_week_that_the_calendar_lacks_is_an_error_as_a_number_too(tmp_path: Path) -> None:
    """Other countries begin their weeks on other days."""
    with pytest.raises(DataError, match=r"line 4, column 'week': 201853 is no week of ISO 8601"):
        read_csv(written(tmp_path, "week", ["201851", "201852", "201853", "201901", "201902", "201903"]))


@pytest.mark.parametrize(("year", "part"), [("year", "week"), ("Year", "iso_week"), ("year", "month")])
@pytest.mark.parametrize("years", [1, 4])
def test_two_columns_of_a_date_are_an_error_that_says_how_to_make_one(
    tmp_path: Path, year: str, part: str, years: int
) -> None:
    """Of one year and of several, in which each week would pass for a run; what is advised reads."""
    rows = [(2015 + i, j, 10 * i + j * j) for i in range(years) for j in range(1, 13)]
    table = pd.DataFrame(rows, columns=[year, part, "cases"])
    table.to_csv(tmp_path / "parts.csv", index=False)
    advice = re.escape(joined(year, part, [*table.columns]))
    with pytest.raises(DataError, match=f"times are in two columns, '{year}' and '{part}'.*{advice}"):
        read_csv(tmp_path / "parts.csv")
    if part == "month":
        table["date"] = pd.to_datetime({"year": table.pop(year), "month": table.pop(part), "day": 1})
    else:
        table["date"] = table.pop(year).astype(str) + "-W" + table.pop(part).astype(str).str.zfill(2)
    table.to_csv(tmp_path / "joined.csv", index=False)
    measurements = read_csv(tmp_path / "joined.csv")
    assert ("date [d]", 1) == (measurements.time_name, len(measurements.trajectories))


@pytest.mark.parametrize("part", ["DOY", "day of year", "Julian day", "jday"])
def test_a_year_and_its_days_in_two_columns_are_refused(tmp_path: Path, part: str) -> None:
    """With the line of pandas that makes dates of them; the day is no state, and no run is one of its years."""
    days = pd.date_range("2019-12-01", periods=60)
    table = pd.DataFrame({"Year": days.year, part: days.day_of_year, "Q": np.linspace(3.0, 1.0, 60) ** 2})
    table.to_csv(tmp_path / "days.csv", index=False)
    with pytest.raises(DataError, match=re.escape(joined("Year", part, [*table.columns]))):
        read_csv(tmp_path / "days.csv")
    subprocess.run(
        [sys.executable, "-c", "import pandas; table = pandas.read_csv('days.csv'); "
         f"{joined('Year', part, [*table.columns])}; table.to_csv('joined.csv', index=False)"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    found = read_csv(tmp_path / "joined.csv")
    assert ("date [d]", ["Q"]) == (found.time_name, [*found.headers.values()])
    np.testing.assert_allclose(found.trajectories[0].times, np.arange(60.0))


def test_a_table_of_a_weather_service_is_refused_with_its_abbreviations(tmp_path: Path) -> None:
    """YR, MON and DY, between blanks."""
    days = pd.date_range("2019-11-20", periods=60)
    table = pd.DataFrame({"YR": days.year, "MON": days.month, "DY": days.day, "ANOM": np.linspace(3.0, 1.0, 60) ** 2})
    path = tmp_path / "index.txt"
    path.write_text(table.to_string(index=False))
    advice = "dict(year=table.pop('YR'), month=table.pop('MON'), day=table.pop('DY'))"
    with pytest.raises(DataError, match=f"times are in two columns, 'YR' and 'MON'.*{re.escape(advice)}"):
        read_csv(path)


def test_a_year_with_one_month_each_is_a_time(tmp_path: Path) -> None:
    """As the month of a peak; and what is told to tell runs apart does."""
    table = pd.DataFrame({"year": range(2000, 2012), "month": [3, 4] * 6, "cases": np.arange(12) ** 2})
    table.to_csv(tmp_path / "peaks.csv", index=False)
    assert "year" == read_csv(tmp_path / "peaks.csv").time_name
    table = pd.DataFrame([(i, j, i * j * j) for i in range(5) for j in (1, 2)], columns=["year", "week", "cases"])
    table.to_csv(tmp_path / "told.csv", index=False)
    assert 2 == len(read_csv(tmp_path / "told.csv", trajectory=["week"]).trajectories)


def written(tmp_path: Path, header: str, times: list[str]) -> Path:
    """A file of these times, and counts."""
    path = tmp_path / "numbers.csv"
    path.write_text(f"{header},cases\n" + "".join(f"{time},{i * i}\n" for i, time in enumerate(times)))
    return path


def test_labels_of_wells_are_no_weeks(tmp_path: Path) -> None:
    """A year of no calendar with a letter and two digits is a name, by which runs are told apart."""
    rows = [f"{well},{i},{k + i}" for i in range(15) for k, well in enumerate(("1001W01", "1001W02", "1002W01"))]
    (tmp_path / "wells.csv").write_text("\n".join(["well,t,x", *rows]))
    assert 3 == len(read_csv(tmp_path / "wells.csv").trajectories)


def test_months_are_their_first_days(tmp_path: Path) -> None:
    """As climate indices have them; what is no month of a calendar's year is a name."""
    rows = [f"{1980 + i // 12}-{i % 12 + 1:02d},{np.sin(i / 5.0)}" for i in range(40)]
    (tmp_path / "index.csv").write_text("\n".join(["month,x", *rows]))
    read = read_csv(tmp_path / "index.csv")
    assert ("month [d]", [0.0, 31.0, 60.0]) == (read.time_name, read.trajectories[0].times[:3].tolist())
    rows = [f"{plot},{i},{k + i}" for i in range(15) for k, plot in enumerate(("1001-01", "1001-13", "1002-01"))]
    (tmp_path / "plots.csv").write_text("\n".join(["plot,t,x", *rows]))
    assert 3 == len(read_csv(tmp_path / "plots.csv").trajectories)


@pytest.mark.parametrize("form", ["{}Q{}", "{}-Q{}", "{} Q{}", "{}q{}"])
def test_quarters_are_their_first_days(tmp_path: Path, form: str) -> None:
    """As statistical offices have them; there are four, and a fifth is an error that says where it stands."""
    rows = [f"{form.format(1970 + i // 4, i % 4 + 1)},{np.sin(i / 5.0)}" for i in range(40)]
    (tmp_path / "index.csv").write_text("\n".join(["quarter,x", *rows]))
    read = read_csv(tmp_path / "index.csv")
    assert ("quarter [d]", [0.0, 90.0, 181.0, 273.0, 365.0]) == (
        read.time_name,
        read.trajectories[0].times[:5].tolist(),
    )
    rows[4] = f"{form.format(1971, 5)},0.5"
    (tmp_path / "index.csv").write_text("\n".join(["quarter,x", *rows]))
    with pytest.raises(DataError, match=r"line 6, column 'quarter': '1971.*5' is not a time.*quarters such as 2024Q1"):
        read_csv(tmp_path / "index.csv")


@pytest.mark.parametrize(("part", "count"), [("month", 12), ("week", 52)])
@pytest.mark.parametrize("within", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("told", [None, "decimal"])
def test_a_decimal_date_is_time_beside_its_parts(
    tmp_path: Path, part: str, count: int, within: float, told: str | None
) -> None:
    """Wherever in the month it lies; year, month and day are no states then, which is said, unless they are named."""
    rows = [(1990 + i, j, 15, round(1990 + i + (j - 1 + within) / count, 4)) for i in range(3) for j in range(1, 13)]
    table = pd.DataFrame(rows, columns=["year", part, "day", "decimal"])
    table["co2"] = np.exp(-np.arange(36) / 20.0)
    table.to_csv(tmp_path / "co2.csv", index=False)
    read = read_csv(tmp_path / "co2.csv", time=told)
    assert ("decimal", ["co2"], 1) == (read.time_name, list(read.headers.values()), len(read.trajectories))
    said = f"'decimal' was taken for time: it has in one number what 'year', '{part}' and 'day' have"
    assert any(note.startswith(said) for note in read.notes)
    table["decimal"] += 1.0
    table.to_csv(tmp_path / "co2.csv", index=False)
    with pytest.raises(DataError, match="times are in two columns"):
        read_csv(tmp_path / "co2.csv")


@pytest.mark.parametrize(
    ("header", "form", "step"),
    [
        ("datetime", "%Y%m%d%H", "h"), ("MESS_DATUM", "%Y%m%d%H%M", "min"), ("x", "%Y%m%d%H%M%S", "s"),
        ("x", "%Y%j", "D"), ("date", "%Y%j", "D"),
    ],
)  # fmt: skip
def test_numbers_of_hours_minutes_and_days_of_the_year_are_dates(header: str, form: str, step: str) -> None:
    """As weather services write them; each midnight, or year's end, had been a gap in even steps."""
    begin = "2023-12-31 22:00" if header != "date" else "2023-06-01"
    stamps = pd.date_range(begin, periods=200, freq=step)
    dated, note = as_dates(Column(header, "number", stamps.strftime(form).astype(float).to_numpy()))
    assert "were read as years and" in note
    there = stamps if step != "D" else stamps.normalize()
    np.testing.assert_array_equal(dated.values, there.to_numpy().astype("datetime64[us]"))


@pytest.mark.parametrize("numbers", [[2023060124, 2023060125], [2023152345, 2023152999], [2023152, 2023153]])
def test_other_numbers_as_long_are_none(numbers: list[int]) -> None:
    """An hour 25, a month 15, and seven digits of which nothing says that they are days of a year."""
    assert "" == as_dates(Column("n", "number", np.array(numbers, dtype=float)))[1]

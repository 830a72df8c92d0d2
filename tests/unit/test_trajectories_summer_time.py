"""Local times in which clocks are put forward and back for daylight saving."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

ROWS = 120


def local(zone: str, start: str, every: str = "5min") -> pd.DatetimeIndex:
    """What clocks of the zone show from that moment of UTC on."""
    return pd.date_range(start, periods=ROWS, freq=every, tz="UTC").tz_convert(zone).tz_localize(None)


def table(stamps: pd.DatetimeIndex, form: str = "%Y-%m-%d %H:%M:%S") -> pd.DataFrame:
    """A state at these times, with a switch, and a valve that tells the hours apart by chance."""
    rows = np.arange(len(stamps))
    return pd.DataFrame({"when": stamps.strftime(form), "x": np.cos(rows / 30.0), "valve": (rows > 40) * 50})


def read(tmp_path: Path, data: pd.DataFrame) -> Measurements:
    """The measurements of a file with these columns."""
    path = tmp_path / "data.csv"
    data.to_csv(path, index=False)
    return read_csv(path)


AUTUMN = [
    ("Europe/Berlin", "2024-10-26 22:00", "02:55:00 to 02:00:00"),
    ("Europe/London", "2024-10-26 22:00", "01:55:00 to 01:00:00"),
    ("America/New_York", "2024-11-03 04:00", "01:55:00 to 01:00:00"),
]
SPRING = [
    ("Europe/Berlin", "2024-03-30 22:00", "01:55:00 to 03:00:00"),
    ("Europe/Athens", "2024-03-30 22:00", "02:55:00 to 04:00:00"),
    ("America/New_York", "2024-03-10 04:00", "01:55:00 to 03:00:00"),
]


@pytest.mark.parametrize(("zone", "start", "went"), AUTUMN)
def test_an_hour_that_is_there_twice_is_refused_as_such(tmp_path: Path, zone: str, start: str, went: str) -> None:
    """Rows that are sorted would be wrong, and no column tells runs apart."""
    with pytest.raises(DataError, match=f"line .*, column 'when': on 2024.* clocks went from {went}, back") as caught:
        read(tmp_path, table(local(zone, start)))
    assert f".dt.tz_localize('{zone}', ambiguous='infer').dt.tz_convert('UTC')" in str(caught.value)


@pytest.mark.parametrize(("zone", "start", "went"), SPRING)
def test_an_hour_that_is_left_out_is_told(tmp_path: Path, zone: str, start: str, went: str) -> None:
    """Else it would count as a gap."""
    (note,) = [one for one in read(tmp_path, table(local(zone, start))).notes if "daylight saving" in one]
    assert f"clocks went from {went}, forward" in note
    assert f"tz_localize('{zone}'" in note


@pytest.mark.parametrize("start", ["2024-10-26 00:00", "2024-03-29 00:00"])
@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S"])
def test_the_line_of_pandas_mends_it(tmp_path: Path, start: str, form: str) -> None:
    """Of hourly times, whose hour comes twice as one repeated time or is one missing row; points put the day first."""
    data = table(local("Europe/Berlin", start, "1h"), form)
    try:
        said = read(tmp_path, data).notes[-1]
    except DataError as refused:
        said = str(refused)
    line = said.split("in pandas ")[1].split(", with the")[0]
    exec(line, {"pandas": pd, "table": data})
    mended = read(tmp_path, data)
    np.testing.assert_allclose(np.arange(float(ROWS)), mended.trajectories[0].times, atol=1e-9)
    assert not [one for one in mended.notes if "daylight saving" in one]


def test_dates_and_times_of_day_in_two_columns_are_put_together(tmp_path: Path) -> None:
    """The line of pandas makes one column of them."""
    stamps = local("Europe/Berlin", "2024-10-26 22:00")
    data = table(stamps).assign(when=stamps.strftime("%Y-%m-%d"), clock=stamps.strftime("%H:%M:%S"))
    with pytest.raises(DataError, match=r"pandas\.to_datetime\(table\['when'\] \+ ' ' \+ table\['clock'\]\)"):
        read(tmp_path, data)


def test_runs_that_pass_the_same_hour_are_refused_as_such(tmp_path: Path) -> None:
    """Each room of two has it twice."""
    data = table(local("Europe/Berlin", "2024-10-26 22:00"))
    both = pd.concat([data.assign(room="north"), data.assign(room="south")])
    with pytest.raises(DataError, match="back from daylight saving"):
        read(tmp_path, both)


def test_other_gaps_of_an_hour_and_other_disorder_are_not_taken_for_it(tmp_path: Path) -> None:
    """On another Sunday, or at another hour; times that go back by more."""
    for start in ("2024-03-23 22:00", "2024-03-30 18:00"):
        stamps = pd.date_range(start, periods=ROWS, freq="5min")
        assert not [one for one in read(tmp_path, table(stamps.delete(range(36, 48)))).notes if "daylight" in one]
    stamps = local("Europe/Berlin", "2024-10-26 22:00")
    with pytest.raises(DataError, match="Sort the rows by time"):
        read(tmp_path, table(stamps.delete(range(36, 50)))[["when", "x"]].iloc[::-1])

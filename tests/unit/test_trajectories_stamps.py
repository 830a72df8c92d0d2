"""Times as loggers of robots and aircraft write them."""

from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError
from discovery.headers import unit_of_time
from discovery.trajectories.read import read_csv

STEPS = np.arange(40)


def written(folder: Path, **columns: np.ndarray) -> Path:
    """A file with these columns and one of positions; two underscores in a name stand for a dot."""
    path = folder / "log.csv"
    names = [name.replace("__", ".") for name in columns]
    rows = zip(*columns.values(), np.round(np.sin(0.3 * STEPS), 4), strict=True)
    path.write_text("\n".join([",".join([*names, "x"]), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.mark.parametrize("told", [None, "header.stamp.sec", "header.stamp.nanosec"])
def test_seconds_and_nanoseconds_beyond_them_are_one_time(told: str | None, tmp_path: Path) -> None:
    """Neither is a state, nor are runs told apart by seconds."""
    moments = 300_000_000 * STEPS
    path = written(
        tmp_path, header__stamp__sec=1_700_000_000 + moments // 10**9, header__stamp__nanosec=moments % 10**9
    )
    found = read_csv(path, time=told)
    (run,) = found.trajectories
    np.testing.assert_allclose(np.diff(run.times), 0.3, atol=1e-6)
    assert (("x",), "header.stamp.sec [s]") == (run.names, found.time_name)
    assert any("were put together" in note for note in found.notes)


def test_what_is_no_part_of_a_second_stays_a_column_of_its_own(tmp_path: Path) -> None:
    """Durations in nanoseconds that exceed a second are no rest of one."""
    path = written(tmp_path, sec=STEPS, nanosec=7 * 10**8 * (1 + STEPS))
    assert ("nanosec", "x") == read_csv(path, time="sec").trajectories[0].names


def test_a_stamp_goes_before_the_count_of_rows(tmp_path: Path) -> None:
    """``__index`` counts rows and is no state, whatever stands beside it."""
    path = written(tmp_path, __index=STEPS, odom__header__stamp__nanosec=10**18 + 10**8 * STEPS)
    path.write_text(path.read_text().replace(".index", "__index"))
    found = read_csv(path)
    assert ("odom.header.stamp.nanosec", ("x",)) == (found.time_name, found.trajectories[0].names)
    assert "'__index' was set aside: it counts the rows." in found.notes


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("TimeUS", "us"), ("TimeMS", "ms"), ("odom.header.stamp.nanosec", "ns"), ("/imu/stamp/nsecs", "ns"),
        ("stamp.secs", "s"), ("TimeUp", None), ("stamp", None), ("lifetimeus", None),
    ],
)  # fmt: skip
def test_units_in_names_of_loggers(header: str, unit: str | None) -> None:
    """As ArduPilot and ROS write them."""
    assert unit == unit_of_time(header)


def test_a_time_of_ardupilot_is_known_by_its_name(tmp_path: Path) -> None:
    """Beside a column that rises, too."""
    path = written(tmp_path, Alt=0.5 * STEPS, TimeUS=50_000 * STEPS)
    assert "TimeUS" == read_csv(path).time_name


def test_parts_of_a_time_are_refused_where_they_do_not_rise(tmp_path: Path) -> None:
    """One of them that is told is put together with the other; untold they are no stamp."""
    path = written(tmp_path, sec=np.zeros(40, dtype=int), nanosec=np.tile([5, 1], 20))
    with pytest.raises(DataError, match="time 1e-09 comes after 5e-09"):
        read_csv(path, time="sec")
    with pytest.raises(DataError, match="no column named like a time"):
        read_csv(path)

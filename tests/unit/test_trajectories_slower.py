"""Inputs at a lower rate than the rows are brought to all of them; other gaps are not taken for that."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from discovery.trajectories.slower import is_slower

TIMES = np.round(np.arange(0.0, 12.0, 0.02), 3)
ELEVATOR = np.where((TIMES > 1.0) & (TIMES < 2.0), -3.0, np.where((TIMES >= 2.0) & (TIMES < 3.0), 3.0, 0.0))
WIND = np.sin(0.8 * TIMES)


def logged(path: Path, inputs: dict[str, np.ndarray], every: int = 5, offset: int = 0) -> Path:
    """A file with two states, one of them in every second row, and inputs in every fifth."""
    noise = 0.01 * np.random.default_rng(0).normal(size=(2, len(TIMES)))
    table = pd.DataFrame({"t": TIMES, "q": np.cos(2.0 * TIMES) + noise[0], "a": np.sin(2.0 * TIMES) + noise[1]})
    table.loc[1::2, "a"] = np.nan
    for name, values in inputs.items():
        table[name] = np.where(np.arange(len(TIMES)) % every == offset, values, np.nan)
    table.to_csv(path, index=False)
    return path


def test_what_is_set_keeps_its_last_value_and_a_course_goes_straight(tmp_path: Path) -> None:
    """Each as its own values show it; rows between two values that are set go, as nobody knows when it was."""
    path = logged(tmp_path / "flight.csv", {"elev": ELEVATOR, "wind": WIND})
    found = read_csv(path, inputs=["elev", "wind"])
    (run,) = found.trajectories
    vague = [*range(51, 55), *range(96, 100), *range(146, 150)]
    rows = np.delete(np.arange(len(TIMES) - 4), vague)
    assert (True, False) == run.held
    np.testing.assert_array_equal(TIMES[rows], run.times)
    np.testing.assert_array_equal(np.repeat(ELEVATOR[::5], 5)[rows], run.inputs[:, 0])
    np.testing.assert_allclose(np.interp(TIMES, TIMES[::5], WIND[::5])[rows], run.inputs[:, 1])
    assert np.isfinite(run.states[:, 0]).all()
    np.testing.assert_array_equal(np.isnan(run.states[:, 1]), rows % 2 == 1)
    assert found.notes[:2] == (
        "elev has a value in one of 5 rows, at a rate of its own; it keeps its last value in the others, and --held "
        "none draws lines. Rows before its first value, or between two that differ (none between with --held elev) "
        "were left out: 12.",
        "wind has a value in one of 5 rows, at a rate of its own; it goes straight from value to value in the others, "
        "and --held wind keeps the last one. Rows before its first value or behind its last were left out: 4.",
    )


def test_a_switch_that_is_told_to_be_held_is_set_at_its_rows(tmp_path: Path) -> None:
    """No row is left out then; nor are the many rows of an input that often changes."""
    path = logged(tmp_path / "flight.csv", {"elev": ELEVATOR, "duty": np.repeat(np.arange(100) // 2 % 7, 6)[:600]})
    (run,) = read_csv(path, inputs=["elev"], held=["elev"]).trajectories
    np.testing.assert_array_equal(np.repeat(ELEVATOR[::5], 5), run.inputs[:, 0])
    assert len(TIMES) == len(read_csv(path, inputs=["duty"]).trajectories[0])


def test_what_is_told_of_it_goes_before_what_it_looks_like(tmp_path: Path) -> None:
    """By --held."""
    path = logged(tmp_path / "flight.csv", {"elev": ELEVATOR, "wind": WIND})
    (run,) = read_csv(path, inputs=["elev"], held=["wind", "none"]).trajectories
    assert (False, True) == run.held
    assert 0.0 > run.inputs[52, 0] > -3.0
    np.testing.assert_array_equal(np.repeat(WIND[::5], 5)[: len(run)], run.inputs[:, 1])


def test_rows_before_the_first_value_are_left_out(tmp_path: Path) -> None:
    """As nothing tells what it was before."""
    (run,) = read_csv(logged(tmp_path / "flight.csv", {"elev": ELEVATOR}, offset=2), inputs=["elev"]).trajectories
    assert (TIMES[2], TIMES[-1]) == (run.times[0], run.times[-1])


def test_a_log_of_two_clocks_is_read(tmp_path: Path) -> None:
    """Rows of states have no input there, and those of inputs no state."""
    other = TIMES[:-1:3] + 0.007
    states = pd.DataFrame({"t": TIMES, "q": np.cos(TIMES)})
    pd.concat([states, pd.DataFrame({"t": other, "u": np.sin(other)})]).sort_values("t").to_csv(
        tmp_path / "bag.csv", index=False
    )
    (run,) = read_csv(tmp_path / "bag.csv", inputs=["u"]).trajectories
    np.testing.assert_allclose(np.interp(run.times, other, np.sin(other)), run.inputs[:, 0])
    assert np.count_nonzero(np.isfinite(run.states)) == len(TIMES) - 1 - np.count_nonzero(TIMES > other[-1]) * 1


@pytest.mark.parametrize("how", ["at random", "too rarely", "late", "with a gap"])
def test_other_gaps_are_refused_as_ever(how: str, tmp_path: Path) -> None:
    """The error has the lines of pandas."""
    u, rows = np.array(WIND), np.arange(len(TIMES))
    kept = rows % 5 == 0
    if how == "at random":
        kept = np.random.default_rng(1).random(len(TIMES)) < 0.5
    elif how == "too rarely":
        kept = rows % 24 == 0
    elif how == "late":
        kept &= rows > 50
    else:
        kept &= (rows < 200) | (rows > 230)
    u[~kept] = np.nan
    assert not is_slower([TIMES], [u])
    table = pd.DataFrame({"t": TIMES, "q": np.cos(TIMES), "u": u})
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match=r"in pandas table\['u'\]\.ffill\(\) for what keeps its value"):
        read_csv(tmp_path / "a.csv", inputs=["u"])


def test_the_check_does_not_contradict_itself(tmp_path: Path) -> None:
    """A slower input is named as one, its empty entries stay; one with other gaps is to be filled, not left empty."""
    checked = check(read_csv(logged(tmp_path / "flight.csv", {"elev": ELEVATOR})))
    assert ("elev",) == checked.switches
    said = {alert.subject: alert for alert in checked.alerts}
    assert "Name it with --inputs." == said["resolution"].advice
    assert ("a", "elev") == said["missing"].columns
    u = np.where(np.random.default_rng(1).random(len(TIMES)) < 0.5, ELEVATOR, np.nan)
    pd.DataFrame({"t": TIMES, "q": np.cos(TIMES), "u": u}).to_csv(tmp_path / "a.csv", index=False)
    alerts = check(read_csv(tmp_path / "a.csv")).alerts
    assert "missing" not in {alert.subject for alert in alerts}
    assert ["Fill its gaps as you know best, and name it with --inputs."] == [
        alert.advice for alert in alerts if "u" in alert.columns
    ]

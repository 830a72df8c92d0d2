"""Inputs in steps of the calendar, which may be read in two ways."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.intersample import between_rows
from discovery.trajectories.read import read_csv

ROWS = 30
RNG = np.random.default_rng(1)


def notes(
    folder: Path, clock: str, times: object, *, held: tuple[str, ...] = (), successive: bool = False
) -> list[str]:
    """What is said of an input of its own at each row, that it may be held."""
    table = pd.DataFrame({clock: times, "x": RNG.uniform(1, 2, ROWS), "effort, total": RNG.uniform(0, 1, ROWS)})
    table.to_csv(folder / "x.csv", index=False)
    found = between_rows(read_csv(folder / "x.csv", inputs=["effort, total"], held=held, successive=successive))
    return [one for one in found.notes if "another reading" in one]


@pytest.mark.parametrize(
    ("clock", "times", "period"),
    [
        ("Year", np.arange(1960, 1960 + ROWS), "year"),
        ("t [yr]", np.arange(ROWS), "year"),
        ("date", pd.date_range("2001-01-01", periods=ROWS, freq="YS"), "year"),
        ("date", pd.date_range("2001-01-01", periods=ROWS, freq="MS"), "month"),
        ("date", pd.date_range("2001-01-01", periods=ROWS, freq="7D"), "week"),
        ("date", pd.date_range("2001-01-01", periods=ROWS, freq="D"), "day"),
        ("time (h)", 24 * np.arange(ROWS), "day"),
        ("day", np.concatenate([np.arange(20), np.arange(23, 23 + ROWS - 20)]), "day"),
    ],
)
def test_inputs_in_steps_of_the_calendar_may_be_held(clock: str, times: object, period: str, tmp_path: Path) -> None:
    """The note names the period and the option, as a shell takes it."""
    (note,) = notes(tmp_path, clock, times)
    assert note.startswith(
        f"effort, total has a value for each {period}, and is taken along straight lines between these."
    )
    assert note.endswith("""--held '"effort, total"'.""")


@pytest.mark.parametrize(
    ("clock", "times"),
    [
        ("t", np.arange(ROWS)),
        ("t [s]", np.arange(ROWS)),
        ("t [d]", 30 * np.arange(ROWS)),
        ("t [yr]", np.cumsum(RNG.uniform(0.1, 2, ROWS))),
        ("date", pd.date_range("2001-01-01", periods=ROWS, freq="h")),
    ],
)
def test_of_other_steps_nothing_is_said(clock: str, times: object, tmp_path: Path) -> None:
    """Nor where nothing tells the unit of time."""
    assert [] == notes(tmp_path, clock, times)


@pytest.mark.parametrize("held", ["effort, total", "none"])
def test_who_has_said_how_is_not_asked(held: str, tmp_path: Path) -> None:
    """Whichever way it is; and a map has nothing between its rows."""
    years = np.arange(1960, 1960 + ROWS)
    assert [] == notes(tmp_path, "Year", years, held=(held,))
    assert [] == notes(tmp_path, "Year", years, successive=True)

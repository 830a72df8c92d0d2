"""Long tables: what names quantities is told from what names runs, and how to make a wide table is said."""

from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.read import read_csv

LEVELS = {"susceptible": 90.0, "infected": 8.0, "recovered": 2.0}


def checked(folder: Path, table: pd.DataFrame, **roles: tuple[str, ...]) -> DataCheck:
    """The check of a file of that table."""
    table.to_csv(folder / "long.csv", index=False)
    return check(read_csv(folder / "long.csv", **roles))  # pyright: ignore[reportArgumentType]


def long(key: str, labels: tuple[str, ...], *, by: tuple[str, ...], places: tuple[str, ...] = ("all",)) -> pd.DataFrame:
    """A long table of courses that come and go, sorted by some columns."""
    rows = [
        (place, name, day, (1 + i) * day * (9.0 - day) + 0.25 * day + len(place))
        for place, (i, name), day in product(places, enumerate(labels), range(10))
    ]
    table = pd.DataFrame(rows, columns=["place", key, "day", "count"]).sort_values([*by], kind="stable")
    return table if len(places) > 1 else table.drop(columns="place")


def of_layout(found: DataCheck) -> list[tuple[str, str]]:
    """Level and advice of each alert on the layout."""
    return [(one.level, one.advice) for one in found.alerts if one.subject == "long"]


@pytest.mark.parametrize("by", [("compartment", "day"), ("day", "compartment")])
def test_what_is_named_as_quantities_is_no_set_of_runs(tmp_path: Path, by: tuple[str, ...]) -> None:
    """However the rows are sorted; nothing is proposed then that one state of all runs would need."""
    found = checked(tmp_path, long("compartment", tuple(LEVELS), by=by))
    ((level, advice),) = of_layout(found)
    assert ("caution", "") == (level, found.law)
    assert "table.pivot(index='day', columns='compartment', values='count')." in advice
    assert not any("pivot" in note for note in found.facts.measurements.notes)


def test_a_further_column_that_tells_runs_stays_one(tmp_path: Path) -> None:
    """Rows of the wide table are told by it and by time; which command is advised gives that table."""
    table = long("Indicator Code", ("a.b", "c.d"), by=("place", "Indicator Code", "day"), places=("Nord", "Sud"))
    ((level, advice),) = of_layout(checked(tmp_path, table))
    assert "caution" == level
    assert "table.pivot(index=['place', 'day'], columns='Indicator Code', values='count')." in advice
    assert not table.duplicated(["place", "day", "Indicator Code"]).any()  # which pivot would refuse


@pytest.mark.parametrize("labels", [("S", "I", "R"), ("prey", "predator")])
def test_labels_can_be_names_of_quantities(tmp_path: Path, labels: tuple[str, ...]) -> None:
    """Whatever the column is called."""
    found = checked(tmp_path, long("which", labels, by=("which", "day")))
    assert ["caution"] == [level for level, _ in of_layout(found)]


@pytest.mark.parametrize("key", ["TagName", "Tag Name", "VarName", "Signal Name"])
def test_tags_of_a_plant_are_quantities_beside_their_qualities(tmp_path: Path, key: str) -> None:
    """The code of quality is no value, whether it changes or not."""
    table = long(key, ("LIC101.PV", "LIC101.OUT"), by=("day", key))
    for quality in (192, [192] * 19 + [0]):
        found = checked(tmp_path, table.assign(Quality=quality))
        ((level, advice),) = of_layout(found)
        assert "caution" == level
        assert f"columns={key!r}, values='count'" in advice


def test_courses_of_other_sizes_may_be_quantities(tmp_path: Path) -> None:
    """Whatever they are called, where none has a value that lies among those of another."""
    table = long("which", ("LIC101.PV", "LIC101.OUT"), by=("day", "which"))
    assert [] == of_layout(checked(tmp_path, table))
    table["count"] += 1000.0 * (table["which"] == "LIC101.OUT")
    assert ["note"] == [level for level, _ in of_layout(checked(tmp_path, table))]


def test_what_may_be_either_is_asked(tmp_path: Path) -> None:
    """By a note of the check alone, and the law that the runs call for is still proposed."""
    found = checked(tmp_path, long("species", ("hare", "lynx"), by=("species", "day")))
    assert ["note"] == [level for level, _ in of_layout(found)]
    assert found.law
    assert not any("quantities" in note for note in (*found.notes_on(hidden=False), *found.facts.measurements.notes))


@pytest.mark.parametrize(
    ("key", "labels"),
    [("cell", ("A", "B")), ("country", ("Kenia", "Japan")), ("patient_name", ("S", "R")), ("trial name", ("a", "b"))],
)
def test_runs_are_runs(tmp_path: Path, key: str, labels: tuple[str, ...]) -> None:
    """Though all were measured at the same times."""
    assert [] == of_layout(checked(tmp_path, long(key, labels, by=(key, "day"))))


def test_what_is_told_to_tell_runs_apart_is_not_asked(tmp_path: Path) -> None:
    """Nor where further columns of numbers show that a row is a whole sample."""
    table = long("variable", ("a", "b"), by=("variable", "day"))
    assert [] == of_layout(checked(tmp_path, table, trajectory=("variable",)))
    assert [] == of_layout(checked(tmp_path, table.assign(second=table["count"] ** 2)))

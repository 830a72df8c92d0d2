"""Real measurements: every file is read, and faults are reported with file and key."""

import numpy as np
import pytest

from discovery import resources
from discovery.datasets import measured
from discovery.datasets.measured import Measurement
from discovery.datasets.reading import read_record
from discovery.errors import DataError, UsageError

TEXT = """
name = "made"
title = "Made for a test"
csv = "made.csv"
time = "t_s"
by = ["run"]
licence = "none"
source = "here"
cite = "nobody"

[states]
x = { column = "x_m", unit = "m" }
v = { unit = "m/s" }

[equations]
x = "v"
v = "-k*x"

[constants]
k = { meaning = "stiffness" }
"""


def made(tmp_path, text=TEXT):
    """The measurement with that text."""
    path = tmp_path / "made.toml"
    path.write_text(text, encoding="utf-8")
    return read_record(path, Measurement)


@pytest.mark.parametrize("name", measured.names())
def test_every_measurement_has_data_provenance_and_licence(name):
    """The CSV gives finite trajectories of the observed states, and a text on origin stands beside it."""
    measurement = measured.load(name)
    runs = measured.trajectories(measurement)
    assert name == measurement.name
    assert (resources.folder("datasets/measured") / f"{name}.md").is_file()
    for run in runs:
        assert tuple(measurement.observed) == run.names
        assert np.all(np.isfinite(run.states))
        assert len(run) >= 20
    assert len(runs) == len({run.label for run in runs})


def test_lynx_hares_falling_balls_and_planets_are_among_them():
    """The measurements that the documentation speaks of are shipped."""
    assert {"lynx_hare_1900_1920", "falling_balls", "planets_heliocentric_de421"} <= set(measured.names())


def test_every_csv_has_a_description():
    """No data lie about without a licence."""
    assert {path.stem for path in resources.folder("datasets/measured").glob("*.csv")} == set(measured.names())


def test_runs_are_told_apart_by_their_columns():
    """Eleven balls with two drops each are 22 runs."""
    runs = measured.trajectories(measured.load("falling_balls"))
    assert 22 == len(runs)
    assert "baseball 1" == runs[0].label


def test_the_published_constants_of_lynx_and_hare_are_read():
    """Values and deviations of Carpenter (2018)."""
    constants = measured.load("lynx_hare_1900_1920").constants
    assert (0.55, 0.06) == (constants["a"].value, constants["a"].deviation)


def test_a_hidden_state_has_no_column(tmp_path):
    """Only observed states are read; the law has the others too."""
    (tmp_path / "made.csv").write_text("run,t_s,x_m\na,0,1\na,1,2\nb,0,5\n", encoding="utf-8")
    first, second = measured.trajectories(made(tmp_path), tmp_path)
    assert ("x",) == first.names
    assert ([[1.0], [2.0]], "a") == (first.states.tolist(), first.label)
    assert ([[5.0]], "b") == (second.states.tolist(), second.label)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"made\.csv cannot be read: No such file"),
        ("run,t_s,x_m\n", r"made\.csv has no rows below its header"),
        ("run,t_s\na,0\n", r"made\.csv has no column 'x_m'\. Correct the column names of made\.toml"),
        ("run,t_s,x_m\na,0,one\n", r"made\.csv: could not convert string to float: 'one'\. Every value"),
        ("run,t_s,x_m\na,0\n", r"made\.csv: could not convert string to float: ''"),
    ],
)
def test_a_broken_csv_is_refused(tmp_path, content, message):
    """The message names the file and what is wrong in it."""
    if content is not None:
        (tmp_path / "made.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        measured.trajectories(made(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('licence = "none"', "", r"made\.toml does not describe a Measurement:\n  licence: Field required"),
        ('column = "x_m", ', "", r"states: none has a column"),
        ('x = "v"\n', "", r"equations: not one for each state \(see x\)"),
        ('v = "-k*x"', 'v = "-k*y"', r"equations\.v: Unknown name 'y'"),
        ("k = {", "k = { value = true,", r"constants\.k\.value: Input should be a valid number"),
    ],
)
def test_a_broken_description_is_refused_with_file_and_key(tmp_path, old, new, message):
    """Each fault names the file and the key."""
    assert old in TEXT
    with pytest.raises(DataError, match=message):
        made(tmp_path, TEXT.replace(old, new))


def test_an_unknown_name_is_answered_with_the_nearest_ones():
    """A part of a name is enough for help."""
    with pytest.raises(UsageError, match=r"no measurement called 'planets'. Did you mean planets_heliocentric_de421\?"):
        measured.load("planets")

"""Beginnings of hidden states: what sentences tell, and what they cannot."""

from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DiscoveryError, UsageError
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.starts import ensure_begun
from discovery.knowledge.understand import understand
from discovery.laws import Start
from discovery.trajectories.read import read_csv
from discovery.types import Trajectory

EPIDEMIC = ("S' = -beta*S*I", "I' = beta*S*I - gamma*I")


def told(*sentences: str) -> Knowledge:
    """What is understood of infected alone."""
    return understand((*EPIDEMIC, *sentences), Names({"I": "I"}))


def test_beginnings_are_those_of_hidden_states() -> None:
    """Exact ones are noted; of a rate the state is the velocity."""
    known = told("S(0) = 990")
    assert (Start("S", "S", 0.0, 990.0),) == known.frame.starts
    assert "Held where runs begin, as told: S(0) = 990." in known.notes
    assert (Start("S", "S", 0.0, 990.0, 20.0),) == told("S(0) ~ 990 +- 20").frame.starts
    released = understand(("x'' = -k*x", "x'(2) = 0"), Names({"x": "x"}))
    assert (Start("x_dot", "x'", 2.0, 0.0),) == released.frame.starts


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("I(0) = 10", "I is a column, whose first sample tells where it begins"),
        ("R(0) = 0", "There is no column 'R'"),
        ("S'(0) = 0", "S' is no state"),
        ("S > 0", r"Is its start meant\? .* as in S\(0\) = 1000"),
    ],
)
def test_what_cannot_be_told_of_a_start_is_said(sentence: str, message: str) -> None:
    """Columns are measured, and rates of first order follow."""
    with pytest.raises(DiscoveryError, match=message):
        told(sentence)


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        (
            "f(0) = 0",
            "f is an unknown function, of which nothing can be told at one point; such a sentence tells where",
        ),
        ("k(0) = 2", r"k is a constant, the same at all times\. Its value is told as k = 2, or k ~ 2 \+- 0\.2"),
        ("k(0) ~ 2 +- 0.5", r"k = 2, or k ~ 2 \+- 0\.5"),
        ("g(0) = 9.81", "g is a constant"),
    ],
)
def test_functions_and_constants_do_not_begin(sentence: str, message: str) -> None:
    """They are called what they are, and no column that is missing."""
    with pytest.raises(DiscoveryError, match=message):
        understand(("x'' = f(x) - k*x' + g", "g = 9.81", sentence), Names({"x": "x"}))


def test_a_start_is_told_once_and_where_a_run_begins() -> None:
    """The message has the times at which runs begin."""
    with pytest.raises(UsageError, match=r"S\(0\) is told twice"):
        told("S(0) = 990", "S(0) ~ 980 +- 1")
    told("S(0) = 990", "S(5) = 980")
    runs = [Trajectory(np.array([first, 9.0]), np.ones((2, 1)), ("I",)) for first in (3.0, 4.0)]
    ensure_begun(told("S(3) = 990").frame.starts, runs)
    with pytest.raises(UsageError, match=r"no run begins at 5: the first samples are at 3 and 4\. Write S\(3\)"):
        ensure_begun(told("S(5) = 990").frame.starts, runs)
    with pytest.raises(UsageError, match=r"at 3 and 4\. Where runs began at 0, .* add a row for that time .*S\(3\)\."):
        ensure_begun(told("S(0) = 990").frame.starts, runs)


def test_a_row_without_measurements_lets_runs_begin_before_their_samples(tmp_path: Path) -> None:
    """As the message says: of a dose whose first sample came later."""
    csv = tmp_path / "dose.csv"
    csv.write_text("id,t,I\na,0,\na,0.5,3\na,1,2.5\na,2,2\nb,0,\nb,0.5,4\nb,1,3.5\nb,2,3\n", encoding="utf-8")
    ensure_begun(told("S(0) = 0").frame.starts, read_csv(csv).trajectories)

"""Records that begin before the motion: at rest, until something is let go or switched on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.alert import Alert
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv

TIMES = np.arange(150) * 0.02
NOISE = 0.001 * np.random.default_rng(7).normal(size=150)
LATER = np.maximum(TIMES - 0.8, 0.0)
CART = 0.15 + 0.31 * LATER**2 + NOISE


def told(*columns: np.ndarray, names: tuple[str, ...] = ("x", "v"), **inputs: object) -> list[Alert]:
    """What is said of a beginning at rest."""
    data = from_arrays(np.column_stack(columns), TIMES, names=names[: len(columns)], **inputs)
    return [alert for alert in check(data).alerts if alert.subject == "rest"]


@pytest.mark.parametrize(
    "column",
    [CART, 1.0 - np.exp(-2.0 * LATER) + NOISE, np.round(200.0 * (1.0 - np.exp(-2.0 * LATER)) + 500.0 * NOISE)],
    ids=["a cart let go", "a capacitor switched on", "the same in counts"],
)
def test_a_rest_before_the_motion_is_told(column: np.ndarray) -> None:
    """With the time at which it ends, within a few samples, after which the rest would bend a law."""
    (alert,) = told(column)
    assert "caution" == alert.level
    assert alert.text.startswith("x keeps its first value until t = 0.8")
    assert ("x",) == alert.columns


@pytest.mark.parametrize(
    "column",
    [
        np.exp(5.0 * (TIMES - 3.0)) + NOISE,  # growth from what cannot be seen
        1.0 / (1.0 + np.exp(-6.0 * (TIMES - 2.0))) + NOISE,
        TIMES**4 / 81.0 + NOISE,  # the last of a chain
        np.cos(0.8 * TIMES) + NOISE,  # let go at the first sample
        0.1 * TIMES + CART,  # it drifts before
        NOISE,
    ],
    ids=["growth", "logistic", "chain", "swing", "drift", "noise"],
)
def test_what_moves_from_the_start_is_not_taken_for_a_rest(column: np.ndarray) -> None:
    """However slowly it begins."""
    assert not told(column)


def test_all_that_moves_has_to_be_at_rest() -> None:
    """Each column is told with its time; one that moves before may drive the other, and so may an input."""
    (alert,) = told(CART, 0.62 * LATER + NOISE)
    assert "x keeps its first value until t = 0.8" in alert.text
    assert "v keeps its first value until t = 0.8" in alert.text
    assert not told(CART, np.sin(TIMES) + NOISE)
    assert not told(CART, inputs=(TIMES > 0.8).astype(float)[:, None])


def test_the_line_of_pandas_leaves_the_rest_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is printed, of one run and of several; what it writes is no longer at rest."""
    monkeypatch.chdir(tmp_path)
    one = pd.DataFrame({"t [s]": TIMES, "x": CART})
    two = pd.concat([one.assign(run=1), one.assign(run=2, x=CART[::-1])])
    texts = two.assign(run="run " + two["run"].astype(str))
    for table in (one, two, texts, one.assign(**{"t [s]": 2_450_000.5 + TIMES})):
        table.to_csv("cart.csv", index=False, sep=";", decimal=",")
        (alert,) = [alert for alert in check(read_csv("cart.csv")).alerts if alert.subject == "rest"]
        assert ("in run 1;" in alert.text) == ("run" in table)
        line = alert.advice.partition("in pandas ")[2].partition("; or")[0]
        exec(line, {"pd": pd})
        cut = pd.read_csv("cart_cut.csv")
        assert len(table) - 44 <= len(cut) <= len(table) - 38
        assert not [alert for alert in check(read_csv("cart_cut.csv")).alerts if alert.subject == "rest"]


def test_a_verdict_has_it_and_a_report_does_not_say_it_twice() -> None:
    """What was seen and what to do about it."""
    found = check(from_arrays(CART[:, None], TIMES, names=["x"]))
    (said,) = found.beginnings
    assert said.startswith("x keeps its first value")
    assert "the rows before it out" in said
    assert not any("first value" in note for note in found.notes_on(hidden=False))

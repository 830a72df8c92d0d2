"""What tells runs apart: repetitions, groups with constants of their own, or a quantity that drives them."""

import shlex
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns

TIMES = np.linspace(0.0, 1.0, 60)
NOISE = 0.001 * np.random.default_rng(0).normal(size=(9, 60))


def written(path: Path, keys: list[dict[str, object]], courses: list[np.ndarray]) -> Path:
    """A file of runs, each with its entries of the columns that tell them apart."""
    runs = zip(keys, courses, NOISE, strict=False)
    tables = [pd.DataFrame({**key, "t": TIMES, "y": course + noise}) for key, course, noise in runs]
    pd.concat(tables).to_csv(path, index=False)
    return path


def said(path: Path, columns: Columns | None = None) -> list[str]:
    """The words of the next command behind the file's name."""
    return shlex.split(next_command(path, columns or Columns(), check(read_csv(path))))[3:]


def falls(top: float, drags: list[float]) -> list[np.ndarray]:
    """Heights from rest, with drag that goes with the square of the velocity."""
    return [top - np.log(np.cosh(TIMES * np.sqrt(9.81 * drag))) / drag for drag in drags]


def test_a_number_that_was_set_for_several_runs_is_proposed_as_an_input(tmp_path: Path) -> None:
    """All fall from one place at rest, where no law of first order lets them go; further stacked, they fall faster."""
    masses = [mass for mass in (1, 2, 4) for _ in range(3)]
    keys: list[dict[str, object]] = [{"filters": mass, "take": i % 3 + 1} for i, mass in enumerate(masses)]
    path = written(tmp_path / "falls.csv", keys, falls(1.8, [12.0 / mass for mass in masses]))
    checked = check(read_csv(path))
    (alert,) = [one for one in checked.alerts if one.subject == "input"]
    assert (alert.level, alert.columns, checked.doses) == ("note", ("filters",), ("filters",))
    assert alert.advice == "Name it as both: --trajectory filters,take --inputs filters."
    law = ["--law", "y'' = f(y, y', filters)"]
    assert said(path) == ["--trajectory", "filters,take", "--inputs", "filters", *law]
    told = check(read_csv(path, trajectory=["filters", "take"], inputs=["filters"]))
    assert told.doses == ()


@pytest.mark.parametrize(
    ("name", "values"), [("animal", (1, 2, 3)), ("plant", (0, 1, 2)), ("ball", ("golf", "tennis", "squash"))]
)
def test_numbers_that_count_and_names_are_no_inputs(tmp_path: Path, name: str, values: tuple[int | str, ...]) -> None:
    """From rest off zero the sentence of second order stands all the same."""
    keys: list[dict[str, object]] = [{name: value, "take": take} for value, take in product(values, (1, 2, 3))]
    drags = [drag for drag in (12.0, 6.0, 3.0) for _ in range(3)]
    path = written(tmp_path / "falls.csv", keys, falls(1.8, drags))
    assert check(read_csv(path)).doses == ()
    assert said(path) == ["--law", "y'' = f(y, y')"]


def test_groups_may_have_constants_of_their_own(tmp_path: Path) -> None:
    """Growth from nearly nothing, and decays, obey laws of first order with these; runs that are repeated do not."""
    rates = (6.0, 9.0, 14.0)
    growth = [1.0 / (1.0 + 99.0 * np.exp(-rate * TIMES)) for rate in rates]
    decays = [start * np.exp(-rate / 4 * TIMES) for start, rate in zip((1.0, 1.3, 1.1), rates, strict=True)]
    for courses in (growth, decays):
        path = written(tmp_path / "strains.csv", [{"strain": one} for one in "ABC"], courses)
        assert any(alert.subject == "order" for alert in check(read_csv(path)).alerts)
        assert said(path) == []
    path = written(tmp_path / "runs.csv", [{"run": one} for one in (1, 2, 3)], decays)
    assert said(path) == ["--law", "y'' = f(y, y')"]

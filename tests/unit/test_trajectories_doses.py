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


@pytest.mark.parametrize(
    ("key", "values", "proposed"),
    [("C0 [mg/L]", (25, 50, 100), True), ("dose", (1, 2, 3), True), ("T_degC", (25, 50, 100), True),
     ("stress_MPa", (25, 50, 100), True), ("power_uW", (1, 5, 25), True), ("T_K", (280, 300, 320), True),
     ("laser power", (1, 5, 25), True), ("animal", (25, 50, 100), False), ("rat_m", (25, 50, 100), False),
     ("check_in", (25, 50, 100), False), ("strain", ("A", "B", "C"), False)],
)  # fmt: skip
@pytest.mark.parametrize("samples", [60, 15])
def test_a_quantity_that_was_set_for_one_run_each_is_proposed_as_an_input(
    tmp_path: Path, key: str, values: tuple[object, ...], proposed: bool, samples: int
) -> None:
    """Of adsorption from other concentrations, by many samples or by few that are uneven; names of animals are none."""
    levels, times = (12.0, 20.0, 31.0), np.geomspace(1.0, 181.0, samples) - 1.0
    noise = 0.1 * np.random.default_rng(1).normal(size=(3, samples))
    tables = [
        pd.DataFrame(
            {key: value, "t [min]": times, "q [mg/g]": level * level * 0.004 * times / (1 + 0.004 * level * times)}
        )
        for value, level in zip(values, levels, strict=True)
    ]
    for table, errors in zip(tables, noise, strict=True):
        table["q [mg/g]"] += errors
    path = tmp_path / "adsorption.csv"
    pd.concat(tables).to_csv(path, index=False)
    checked = check(read_csv(path))
    assert (["--trajectory", key, "--inputs", key] if proposed else []) == said(path)
    (note,) = [one for one in checked.notes_on(hidden=False) if "at different rates" in one]
    assert ("--inputs" in note) == proposed
    assert "--own auto" in note
    assert not [one for one in checked.notes_on(hidden=False, told=True) if "at different rates" in one]


def test_short_runs_of_one_law_of_first_order_pass_no_value_at_different_rates(tmp_path: Path) -> None:
    """Whatever their starts: decays and growth with 5 % of noise, fifteen samples each."""
    rng, times = np.random.default_rng(0), np.linspace(0.0, 5.0, 15)
    for start in (0.05, 0.2, 0.6):
        starts = (start, 1.5 * start, 0.9, 0.4)
        growth = [1.0 / (1.0 + (1.0 / one - 1.0) * np.exp(-times)) for one in starts]
        decays = [one * np.exp(-times) for one in starts]
        for courses in (growth, decays):
            rows = [pd.DataFrame({"dose": one, "t": times, "x": course * (1.0 + 0.05 * rng.normal(size=15))})
                    for one, course in zip(starts, courses, strict=True)]  # fmt: skip
            pd.concat(rows).to_csv(tmp_path / "runs.csv", index=False)
            assert check(read_csv(tmp_path / "runs.csv")).doses == ()

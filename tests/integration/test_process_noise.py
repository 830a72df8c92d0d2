"""Chance that acts on the states: laws are found by single steps, and walks are no laws."""

import numpy as np
import pandas as pd
import pytest

from discovery import EquationDiscovery
from discovery.errors import DiscoveryError
from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryResult, Trajectory
from pipelines.config import RunConfig
from pipelines.forecasts import forecast_table
from pipelines.ode import discover_ode
from pipelines.own_start import fitted_records, own_start
from pipelines.records import smoothing_arrays, smoothing_from

CHANCE = RunConfig(noise="process", engines=("sindy",))


@pytest.fixture(scope="module")
def wells() -> DiscoveryResult:
    """x' = x - x^3 with chance of 0.14 in each step of 0.1, between two wells."""
    rng, x, states = np.random.default_rng(3), 1.0, []
    for _ in range(1000):
        states.append(x)
        for _ in range(10):
            x += 0.01 * (x - x**3) + 0.045 * rng.normal()
    run = Trajectory(0.1 * np.arange(1000), np.array(states)[:, None], ("x",))
    return discover_ode([run], CHANCE)


def test_a_double_well_is_found(wells: DiscoveryResult) -> None:
    """Whose course no law follows; the noise is that of a step, which the verdict, the noise and a note say."""
    assert "found" == wells.status
    assert wells.law is not None
    assert {"x", "x**3"} == {str(term.as_coeff_Mul()[1]) for term in wells.law.equations["x"].args}
    assert wells.smoothing.noise.process
    assert wells.smoothing.noise.scale[0] == pytest.approx(0.14, rel=0.1)
    said = " ".join(one.text for one in wells.verdict.findings)
    assert "Steps that were not fitted, each forecast from the sample before it, are" in said
    assert any("Chance acts on the states, as asked" in note for note in wells.notes)
    assert smoothing_from(smoothing_arrays(wells.smoothing)).noise.process


def test_its_forecast_leaves_the_well(wells: DiscoveryResult) -> None:
    """The band is of courses by chance: it begins where it was told and holds both wells in the end."""
    times = np.linspace(0.0, 60.0, 31)
    table = forecast_table(wells, np.array([1.0]), times, draws=60, seed=1)
    assert [1.0, 1.0] == table[["x_low", "x_high"]].iloc[0].tolist()
    assert table["x_low"].iloc[-1] < -0.5
    assert table["x_high"].iloc[-1] > 0.5


def test_it_goes_on_from_what_was_measured(wells: DiscoveryResult) -> None:
    """And not from what the law had expected there."""
    records = fitted_records(wells, wells.trajectories, "--x0 x=1")
    found = own_start(wells, records, 60.0, "--x0 x=1")
    assert wells.trajectories[0].states[600, 0] == found.state[0]
    assert found.errors is not None
    assert 0.0 == found.errors[0]
    assert "measured state" in found.within
    between = own_start(wells, records, 60.025, "--x0 x=1")
    assert between.errors is not None
    assert between.errors[0] == pytest.approx(0.07, rel=0.15)  # a quarter of a step has half of its chance
    assert "expected state" in between.within
    assert "horizon" not in wells.verdict.measures


@pytest.mark.parametrize("kind", ["walk", "white"])
def test_what_knows_no_law_is_not_found(kind: str) -> None:
    """Neither a random walk, nor samples that do not depend on each other."""
    steps = np.random.default_rng(1).normal(size=300)
    states = np.cumsum(steps) if kind == "walk" else steps
    found = discover_ode([Trajectory(np.arange(300.0), states[:, None], ("x",))], CHANCE)
    assert "not_found" == found.status


def test_generations_of_counts_are_found_in_python() -> None:
    """Ricker's map with births by chance: a told law, whose score is that of single steps; without it, not found."""
    rng, n, rows = np.random.default_rng(0), 60.0, []
    for year in range(150):
        rows.append((year, n))
        n = float(rng.poisson(n * np.exp(1.9 * (1.0 - n / 100.0))))
    table = pd.DataFrame(rows, columns=["year", "spawners"])
    told = ("next spawners = spawners*exp(r*(1 - spawners/K))",)
    model = EquationDiscovery(noise="process", laws=told, config=RunConfig(map=True)).fit(table, "year")
    assert "found" == model.result_.status
    assert {"r": 1.9, "K": 100.0} == pytest.approx(
        dict(zip(model.law_.told, model.law_.constants, strict=True)), rel=0.06
    )
    assert 0.7 < model.score(table, "year") < 1.0
    plain = EquationDiscovery(laws=told, config=RunConfig(map=True)).fit(table, "year")
    assert "not_found" == plain.result_.status
    assert any("--noise process asks each step" in one.text for one in plain.result_.verdict.findings)


def test_steps_end_where_an_input_switches() -> None:
    """They go from sample to sample; of an input that is another in each step none would be left."""
    rng, x, rows = np.random.default_rng(0), 0.0, []
    for step, u in enumerate(rng.integers(0, 2, 300)):
        rows.append((float(step), x, float(u)))
        x = 0.6 * x + 0.4 * u + 0.05 * rng.normal()
    table = np.array(rows)
    measured = from_arrays(
        table[:, 1:2], table[:, 0], names=["x"], inputs=pd.DataFrame({"u": table[:, 2]}), held=("u",)
    )
    found = discover_ode(measured, CHANCE.changed(laws=("x' = k*(a*u - x)",)))
    assert "found" == found.status
    assert found.law is not None
    constants = dict(zip(found.law.told, found.law.constants, strict=True))
    assert {"k": -np.log(0.6), "a": 1.0} == pytest.approx(constants, rel=0.1)
    assert any("fitted to 299 steps of 1," in note for note in found.notes)


def test_what_does_not_go_with_steps_is_refused() -> None:
    """Hidden states have no samples to begin at, and constants of groups are not asked."""
    run = Trajectory(np.arange(40.0), np.random.default_rng(0).normal(size=(40, 1)), ("x",))
    with pytest.raises(DiscoveryError, match="begins each step at a sample, and x' has none"):
        discover_ode([run], CHANCE.changed(laws=("x'' = -k*x",)))
    with pytest.raises(DiscoveryError, match="does not go with --own"):
        discover_ode([run], CHANCE.changed(laws=("x' = -k*x",), own=("k",)))

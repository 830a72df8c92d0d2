"""Constants with values of their own, found in a law that was not told."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryResult, Trajectory
from pipelines.config import Columns, RunConfig
from pipelines.laws import law_lines
from pipelines.ode import discover_ode

STIFFNESS = (1.0, 1.0, 1.4, 1.8)


def runs() -> list[Trajectory]:
    """Oscillators that differ in their springs alone."""
    times, rng = np.linspace(0, 10, 80), np.random.default_rng(0)
    found = []
    for i, k in enumerate(STIFFNESS):
        states = solve_ivp(
            lambda _, z, k=k: [z[1], -k * z[0] - 0.3 * z[1]], (0, 10), [1 + 0.3 * i, 0.2 * i], t_eval=times, rtol=1e-9
        ).y.T
        noise = 0.01 * states.std(axis=0) * rng.standard_normal(states.shape)
        found.append(Trajectory(times, states + noise, ("x", "v"), f"run {i}"))
    return found


@pytest.fixture(name="found", scope="module")
def _found() -> DiscoveryResult:
    """By sparse regression alone."""
    return discover_ode(runs(), RunConfig(own=("auto",), engines=("sindy",), smoother="gaussian_process"))


def test_the_constant_that_differs_is_found(found: DiscoveryResult) -> None:
    """The spring's and no other; the rest of the law is sought anew."""
    assert found.law is not None
    assert ["d x / dt = v", "d v / dt = a*x - 0.3*v"] == [
        line.replace("0.3001", "0.3").replace("0.2999", "0.3")
        for line in law_lines(found.law, found.headers, found.structure.owned)
    ]


def test_each_run_gets_its_value(found: DiscoveryResult) -> None:
    """Within a per cent."""
    (own,) = found.structure.owned
    law = found.law
    assert law is not None
    values = [law.constants[law.told.index(own.constant(group))] for group in own.groups]
    np.testing.assert_allclose(values, [-k for k in STIFFNESS], rtol=0.01)


def test_the_law_passes(found: DiscoveryResult) -> None:
    """Runs agree on what is left to share."""
    assert "found" == found.status
    assert not [one for one in found.verdict.findings if "Runs disagree" in one.text]


def named(*headers: str) -> DiscoveryResult:
    """The same runs with units in the headers."""
    data = runs()
    measurements = from_arrays([one.states for one in data], [one.times for one in data], names=headers)
    config = RunConfig(own=("auto",), engines=("sindy",), smoother="gaussian_process", data=Columns(units={"t": "s"}))
    return discover_ode(measurements, config)


def test_units_are_checked_on_the_way(found: DiscoveryResult) -> None:
    """Where they fit the law is the same; in km/h x' = v has wrong ones, and gets a constant to make up for it."""
    fitting, other = named("x [m]", "v [m/s]"), named("x [m]", "v [km/h]")
    assert found.law is not None
    assert fitting.law is not None
    assert fitting.structure.units == {"x": "m", "v": "m/s", "t": "s"}
    np.testing.assert_allclose(fitting.law.constants, found.law.constants, rtol=1e-9)
    assert other.law is not None
    assert [one.name for one in other.structure.owned] == [one.name for one in found.structure.owned]
    assert len(other.law.constants) == len(found.law.constants) + 1


def test_runs_of_which_each_has_its_own_time_constant_are_found() -> None:
    """All constants of a told law differ, in one proportion: those that suit all runs suit none."""
    times, rng = np.linspace(0.0, 6.0, 60), np.random.default_rng(1)
    told = [
        Trajectory(times, (2.0 - np.exp(-k * times) + 0.01 * rng.standard_normal(60))[:, None], ("x",), f"run {k}")
        for k in (0.5, 1.0, 2.0)
    ]
    config = RunConfig(own=("auto",), laws=("x' = a - b*x",), smoother="gaussian_process")
    found = discover_ode(from_arrays(told), config)
    assert found.law is not None
    assert "found" == found.status
    values = {
        one.name: [found.law.constants[found.law.told.index(one.constant(group))] for group in one.groups]
        for one in found.structure.owned
    }
    np.testing.assert_allclose(values["b"], [0.5, 1.0, 2.0], rtol=0.1)
    np.testing.assert_allclose(values["a"], [1.0, 2.0, 4.0], rtol=0.1)


def test_what_flows_from_one_state_to_another_differs_in_both() -> None:
    """Regions that infect at rates of their own; the other equation had been imitated."""
    times, rng = np.linspace(0.0, 60.0, 24), np.random.default_rng(0)
    regions = []
    for rate in (0.42, 0.31):
        states = solve_ivp(
            lambda _, z, b=rate: [-b * z[0] * z[1], b * z[0] * z[1] - 0.14 * z[1]], (0, 60), [0.99, 0.01],
            t_eval=times, rtol=1e-9,
        ).y.T  # fmt: skip
        regions.append(
            Trajectory(times, states * np.exp(0.02 * rng.standard_normal(states.shape)), ("s", "i"), str(rate))
        )
    found = discover_ode(
        from_arrays(regions), RunConfig(own=("auto",), engines=("sindy",), smoother="gaussian_process")
    )
    assert found.law is not None
    lines = law_lines(found.law, found.headers, found.structure.owned)
    assert "d s / dt = -a*i*s" == lines[0]
    assert lines[1].startswith("d i / dt = a*i*s - 0.1")

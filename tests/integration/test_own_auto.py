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

"""Laws of second order where nothing was told."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.types import Trajectory
from pipelines.config import RunConfig
from pipelines.inertia import with_inertia
from pipelines.ode import discover_ode

T = np.linspace(0.0, 20.0, 300)
SWING = 1.2 * np.exp(-0.1 * T) * np.cos(2.0 * T)


def record(*columns: np.ndarray, noise: float = 0.01, inputs: np.ndarray | None = None) -> Trajectory:
    """A run with some noise."""
    states = np.column_stack(columns)
    states = states + noise * np.random.default_rng(0).normal(size=states.shape)
    names = ("x", "y", "z")[: len(columns)]
    run = Trajectory(T, states, names)
    return run if inputs is None else replace(run, inputs=inputs[:, None], held=(False,))


def told(run: Trajectory, **settings: object) -> tuple[tuple[str, ...], str]:
    """What is looked for in a run, and why."""
    config, why = with_inertia(RunConfig(**settings), from_arrays([run], None))  # type: ignore[arg-type]
    return config.laws, why


def test_what_turns_back_is_of_second_order() -> None:
    """No law x' = f(x) turns, and the note says what was done."""
    laws, why = told(record(SWING))
    assert laws == ("x'' = f(x, x')",)
    assert "turns back" in why
    assert "Laws of second order were looked for, x'' = f(x, x')" in why


def test_positions_that_no_law_of_first_order_moves_are_of_second() -> None:
    """Two pendulums on one rail, of which nothing but the angles was filmed."""
    fast, slow = np.cos(2.2 * T), np.cos(2.0 * T)
    laws, why = told(record(fast + slow, fast - slow))
    assert laws == ("x'' = f(x, y, x', y')", "y'' = g(x, y, x', y')")
    assert "of second order hardly any" in why


@pytest.mark.parametrize(
    ("run", "settings"),
    [
        (record(np.exp(-0.3 * T)), {}),
        (record(np.random.default_rng(2).poisson(1000.0 * np.exp(-0.3 * T)).astype(float), noise=0.0), {}),
        (record(SWING, np.gradient(SWING, T)), {}),
        (record(np.random.default_rng(1).normal(size=len(T))), {}),
        (record(SWING, inputs=np.sin(T)), {}),
        (record(SWING), {"laws": ("x' = f(x)",)}),
        (record(SWING), {"map": True}),
        (record(SWING), {"noise": "process"}),
    ],
    ids=["one way", "counts", "with its velocity", "noise", "driven", "told", "map", "chance"],
)
def test_whatever_may_have_another_law_stays_as_it_is(run: Trajectory, settings: dict[str, object]) -> None:
    """What goes one way, what is driven, and whatever the user says of the law."""
    laws, why = told(run, **settings)
    assert laws == settings.get("laws", ())
    assert why == ""


def test_the_law_of_a_swing_is_found_untold() -> None:
    """The velocity is hidden, the configuration is kept as it came, and nothing is said to have been told."""
    config = RunConfig(smoother="kalman", engines=("sindy",))
    found = discover_ode([record(SWING, noise=0.003)], config)
    assert "found" == found.status
    assert found.law is not None
    constants = sorted(found.law.constants)
    np.testing.assert_allclose(constants, [-4.01, -0.2], rtol=0.05)
    assert found.provenance["config"] == config.model_dump(mode="json")
    assert not [note for note in found.notes if note.startswith("Told")]
    assert sum("Laws of second order were looked for" in note for note in found.notes) == 1

"""A first law within seconds, which has no part in the result."""

import numpy as np
import pytest

from discovery.dynamics.simulate import simulate
from discovery.protocols import Deadline
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryProblem, Failure, RankedLaw, Trajectory
from pipelines import records, stages
from pipelines.config import RunConfig
from pipelines.first import first_law
from pipelines.ode import discover_ode
from pipelines.plain import PlainNames
from pipelines.validation_cases import Case, corrupted
from pipelines.validation_truth import load

QUICK = RunConfig().changed(engines=("sindy",), smoother="gaussian_process")


def oscillation(noise: float = 0.002) -> Measurements:
    """x' = v, v' = -4 x."""
    times = np.linspace(0.0, 10.0, 120)
    states = np.column_stack([np.cos(2 * times), -2 * np.sin(2 * times)])
    return from_arrays(states + noise * np.random.default_rng(0).normal(size=states.shape), times, names=["x", "v"])


def test_a_simple_law_is_found() -> None:
    """With refined constants and its fit; the same each time."""
    runs = oscillation().trajectories
    found, again = (first_law(runs, seed=0) for _ in range(2))
    assert found is not None
    assert again is not None
    assert found.law == again.law
    equations = found.law.equations
    assert ["v"] == sorted(map(str, equations["x"].free_symbols))
    assert ["x"] == sorted(map(str, equations["v"].free_symbols))
    assert pytest.approx([1.0, -4.0], rel=0.02) == list(found.law.constants)
    assert found.misfit < 2.0


def test_long_data_take_no_longer() -> None:
    """A thousand samples in blocks are looked at, so that the constants still come from all parts of the record."""
    times = np.linspace(0.0, 400.0, 20_000)
    states = np.column_stack([np.cos(2 * times), -2 * np.sin(2 * times)])
    found = first_law(from_arrays(states, times, names=["x", "v"]).trajectories, seed=0)
    assert found is not None
    assert pytest.approx([1.0, -4.0], rel=0.02) == list(found.law.constants)


def test_it_can_be_followed_along_the_data() -> None:
    """Of Aizawa's attractor the best fit on short windows blows up; that is nothing to fall back on."""
    case = Case("odebench_60_aizawa", 0.05, 0.5, 0)
    truth = load(case.system)
    (run,) = corrupted(case, truth)
    found = first_law([run], seed=0)
    assert found is not None
    assert np.all(np.isfinite(simulate(found.law, truth.seen[0].states[0], run.times)))


def test_where_there_is_none_nothing_is_said() -> None:
    """Data that cannot be smoothed, or time that is up: the run proper will tell."""
    once = np.column_stack([np.arange(9.0), [1.0, *[np.nan] * 8]])
    assert first_law([Trajectory(np.arange(9.0), once, ("x", "y"))], seed=0) is None
    assert first_law(oscillation().trajectories, seed=0, deadline=Deadline.after(0.0)) is None


def test_a_witness_changes_nothing() -> None:
    """The same result, to the last digit, with and without one; it sees the first law first, then others."""
    seen: list[RankedLaw] = []
    with_witness = discover_ode(oscillation(), QUICK, witness=lambda laws: seen.append(laws[0]))
    alone = discover_ode(oscillation(), QUICK)
    assert records.result_document(with_witness, "") == records.result_document(alone, "")
    assert "first law" in with_witness.seconds
    assert "first law" not in alone.seconds
    assert len(seen) > 2
    assert seen[-1].law.skeletons == with_witness.ranking.front[0].law.skeletons


def test_a_run_that_is_stopped_early_falls_back_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while it smooths, before any engine has found anything."""
    deadline = Deadline()
    frame = PlainNames(("x", "v"))
    found = first_law(frame.enter(oscillation().trajectories), seed=0)
    assert found is not None

    def stopping(laws: object) -> None:
        deadline.stop.set()

    monkeypatch.setattr(stages, "first_law", lambda *_, **__: found)
    monkeypatch.setattr(stages.Stages, "propose", lambda *_: ())
    result = discover_ode(oscillation(0.01), QUICK, deadline=deadline, witness=stopping)
    assert ("interrupt", "partial") == (result.stopped_by, result.status)
    assert result.law is not None
    assert frame.leave(found.law).skeletons == result.law.skeletons


def test_alerts_are_kept_as_notes() -> None:
    """What a check finds amiss stands in the result."""
    data = oscillation()
    table = np.column_stack([data.trajectories[0].states, 2.0 * data.trajectories[0].states[:, 0]])
    measurements = from_arrays(table, data.trajectories[0].times, names=["x", "v", "twice"])
    config = QUICK.changed(budget=0.01)
    notes = discover_ode(measurements, config).notes
    assert "twice = 2 x holds exactly: twice was computed from the others." in notes


def test_a_budget_has_a_law_to_fall_back_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time is up before the search, the first law is the result, though nobody watched."""

    def late(self: stages.Stages, problem: DiscoveryProblem) -> tuple[stages.Candidates, tuple[Failure, ...]]:
        del problem
        self.deadline.stop.set()
        return (), (Failure("search sindy", "It did not stop in time."),)

    monkeypatch.setattr(stages.Stages, "search", late)
    result = discover_ode(oscillation(), QUICK, deadline=Deadline.after(3600.0))
    assert ("partial", "interrupt") == (result.status, result.stopped_by)
    assert result.law is not None
    assert ("first law",) == result.law.sources


def test_time_that_is_up_at_once_is_no_error() -> None:
    """The result is partial, without a law."""
    result = discover_ode(oscillation(), QUICK.changed(budget=1e-6))
    assert ("partial", "deadline", None) == (result.status, result.stopped_by, result.law)

"""Samples left out, and their score."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.selection.held_out import _Part, _slice
from discovery.smoothing.held_out import ROWS, hide, masked, scores, stretches
from discovery.types import DiscoveryProblem, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

RUN = Trajectory(np.arange(100.0), np.random.default_rng(0).standard_normal((100, 2)), ("x", "y"))


def test_about_a_tenth_is_hidden_never_two_neighbours_nor_the_ends() -> None:
    """Every hidden row can be bridged from both sides."""
    rows = np.flatnonzero(hide([RUN], seed=1)[0][:, 0])
    assert len(rows) == 10
    assert rows.min() >= 2
    assert rows.max() <= 97
    assert np.diff(rows).min() > 1


def test_hiding_depends_on_the_seed_alone() -> None:
    """One seed hides the same rows, another other rows."""
    np.testing.assert_array_equal(hide([RUN], seed=1)[0], hide([RUN], seed=1)[0])
    assert np.any(hide([RUN], seed=1)[0] != hide([RUN], seed=2)[0])


def test_missing_samples_are_not_hidden() -> None:
    """What was not measured cannot be scored."""
    states = RUN.states.copy()
    states[:, 1] = np.nan
    assert not hide([Trajectory(RUN.times, states, RUN.names)], seed=0)[0][:, 1].any()


def test_long_data_are_scored_on_stretches() -> None:
    """The rows that are read out for a score stay bounded however long the data are."""
    assert ROWS // 2 < sum(one.rows.stop - one.rows.start for one in stretches([100_000])) <= ROWS
    assert len(stretches([100] * 256)) == 15
    assert [slice(0, 100)] == [one.rows for one in stretches([100])]


def test_hidden_samples_are_masked() -> None:
    """Hidden samples become missing, the others stay."""
    hidden = hide([RUN], seed=0)
    seen = masked([RUN], hidden)[0].states
    np.testing.assert_array_equal(np.isnan(seen), hidden[0])
    np.testing.assert_array_equal(seen[~hidden[0]], RUN.states[~hidden[0]])


@pytest.mark.parametrize(("kind", "deviation"), [("additive", 0.5), ("proportional", 1.0)])
def test_score_is_the_normal_density(kind: str, deviation: float) -> None:
    """The score of a sample is its log-density about the curve."""
    run = Trajectory(np.arange(4.0), np.array([[2.3]] * 4), ("x",))
    noise = NoiseModel(kind, np.array([0.5]), np.array([1e-3]))  # type: ignore[arg-type]
    hidden = np.array([[False], [True], [False], [False]])
    expected = -0.5 * (0.3 / deviation) ** 2 - np.log(deviation * np.sqrt(2.0 * np.pi))
    np.testing.assert_allclose(scores(noise, [run], [np.full((4, 1), 2.0)], [hidden]), [expected])


def test_inputs_stay_with_the_samples() -> None:
    """Inputs are known where states are hidden, and a part of a run has those of its own samples."""
    run = replace(RUN, inputs=np.arange(100.0)[:, None])
    np.testing.assert_array_equal(run.inputs, masked([run], hide([run], seed=0))[0].inputs)
    curve = SmoothedTrajectory(run.times, *(run.states for _ in range(4)), run.names)
    noise = NoiseModel("additive", np.ones(2), np.full(2, 1e-3))
    problem = DiscoveryProblem((run,), Smoothing((curve,), None, noise, 0.0, "kalman"), ())
    np.testing.assert_array_equal(run.inputs[20:30], _slice(problem, _Part(0, 20, 30))[0].inputs)

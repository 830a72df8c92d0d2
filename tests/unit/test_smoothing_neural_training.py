"""Stages of training, by what is told and by what comes out."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.protocols import NEVER, Deadline, silent
from discovery.smoothing.neural import training
from discovery.smoothing.neural.collocation import INDEPENDENT, Collocation
from discovery.smoothing.neural.network import Network, derivatives
from discovery.smoothing.neural.reading_out import Reading
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.study import Study, Trial
from discovery.smoothing.neural.training import ANCHOR, Learned, Plan, train
from discovery.smoothing.starts import classical_start
from discovery.types import Trajectory

NUMBERS = 10**7
PLAN = Plan(8, 8, (4, 4), (0.3, 0.03), 16, 128, NUMBERS, 2)
Heard = list[tuple[str, float, float, float]]


@pytest.fixture(scope="module")
def study() -> Study:
    """A noisy circle of eighty samples."""
    times = np.linspace(0.0, 12.0, 80)
    states = np.column_stack([np.sin(times), np.cos(times)])
    noisy = states + 0.1 * np.random.default_rng(0).standard_normal(states.shape)
    run = Trajectory(times, noisy, ("x", "y"))
    fit, _ = classical_start([run], "additive", seed=0, deadline=NEVER, progress=silent)
    return Study.of([run], fit, 0)


def trained(study: Study, plan: Plan = PLAN, deadline: Deadline = NEVER) -> tuple[Learned, Heard]:
    """What was learned and what was told."""
    heard: Heard = []
    learned = train(study, plan, seed=0, deadline=deadline, told=lambda *what: heard.append(what))
    return learned, heard


def error(study: Study, learned: Learned) -> float:
    """Relative error of the field's derivatives at the true states."""
    times = study.measured[0].times
    states = np.column_stack([np.sin(times), np.cos(times)])
    standard = study.scaling.standard(states)
    found = derivatives(learned.network, standard, study.parts[0].drives) / study.scaling.per_unit(states)
    return float(np.sqrt(np.mean((found - np.column_stack([states[:, 1], -states[:, 0]])) ** 2) / 0.5))


def test_the_stages_follow_one_another(study: Study) -> None:
    """Collocation, both stages of shooting, then all samples; shares never fall, and hidden samples are then gone."""
    learned, heard = trained(study)
    names = list(dict.fromkeys(what for what, *_ in heard))
    assert ["collocation", "shooting, stage 1", "shooting, stage 2", "with all samples"] == names
    shares = [share for _, share, _, _ in heard]
    assert sorted(shares) == shares
    assert all(np.isfinite(held_out) == what.startswith("shooting") for what, _, _, held_out in heard)
    assert error(study, learned) < 0.05


def test_one_seed_gives_one_field(study: Study) -> None:
    """To the last bit."""
    one, other = trained(study)[0], trained(study)[0]
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)


def test_windows_that_do_not_fit_in_memory_are_trained_by_the_adjoint(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field is nearly as good; Gauss-Newton is left to the collocation."""
    asked: list[int] = []

    def spy(problem: Shooting, *rest: object, **named: object) -> training.Descent:
        asked.append(problem.numbers)
        return by_adjoint(problem, *rest, **named)

    by_adjoint: Callable[..., training.Descent] = training.descend_by_adjoint
    monkeypatch.setattr(training, "descend_by_adjoint", spy)
    learned, _ = trained(study, Plan(8, 8, (10,), (0.3,), 16, 128, 1000, 5))
    assert {1000} == set(asked)
    assert error(study, learned) < 0.08


def test_the_stage_that_predicts_best_is_kept(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """A last stage whose held-out samples are worse is not the result, nor is its way of reading out."""
    marks = iter([-2.0, 1.0, -3.0])
    monkeypatch.setattr(Study, "trial", lambda *_: Trial(next(marks) + 0.01 * np.arange(10.0), 1.0))
    learned, _ = trained(study)
    assert learned.trial.score == pytest.approx(1.045)
    assert 0.3 == learned.how.continuity


def test_a_field_that_cannot_be_followed_is_fitted_over_shorter_windows(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells are halved while the misfit is out of proportion, down to two."""
    tried: list[int] = []
    cost = Shooting.cost

    def runs_off(problem: Shooting, unknowns: object) -> tuple[float, float]:
        cells = problem.windows.lengths.shape[1] - 1
        tried.append(cells)
        return cost(problem, unknowns) if cells <= 4 else (float("inf"), float("nan"))

    monkeypatch.setattr(Shooting, "cost", runs_off)
    learned, _ = trained(study, Plan(8, 8, (3,), (0.3,), 16, 128, NUMBERS, 1))
    assert [16, 8, 4] == list(dict.fromkeys(tried))
    assert 4 == learned.how.cells


def test_a_field_that_is_worse_known_than_the_classical_slopes_is_held_to_them(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last steps are taken once more with a firmer anchor."""
    shares: list[float] = []
    of = Collocation.of
    monkeypatch.setattr(training.Collocation, "of", lambda *told: shares.append(told[2]) or of(*told))
    for firmer, expected in ((((np.inf, ANCHOR),), [ANCHOR]), (((0.0, ANCHOR), (np.inf, 0.6)), [ANCHOR, 0.6])):
        monkeypatch.setattr(training, "FIRMER", firmer)
        shares.clear()
        trained(study, Plan(8, 2, (2,), (0.3,), 16, 128, NUMBERS, 1))
        assert [INDEPENDENT, ANCHOR, *expected] == shares


def test_windows_are_drawn_where_there_are_too_many(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stage sees more than it may."""
    seen: list[int] = []
    monkeypatch.setattr(training, "Shooting", lambda *fields: seen.append(len(fields[1])) or Shooting(*fields))
    trained(study, Plan(8, 4, (2, 2), (0.3, 0.1), 4, 8, NUMBERS, 1))
    assert [8, 8] == seen


def test_a_deadline_that_has_passed_leaves_a_field_all_the_same(study: Study) -> None:
    """The one that was drawn."""
    learned, heard = trained(study, deadline=Deadline(0.0))
    assert [] == heard
    assert isinstance(learned.network, Network)
    assert isinstance(learned.how, Reading)
    assert np.isfinite(learned.trial.score)

"""The smoothers' benchmark: what an error is, what is measured again, and what is said of the automatic choice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import smoothing_methods, smoothing_runs
from benchmarks.differentiators.attempt import Attempt
from benchmarks.differentiators.held_out import folds
from benchmarks.smoothing_cases import PEER_SYSTEMS, derivative_error, measurement
from benchmarks.smoothing_methods import ALWAYS, AUTO, BETTER, START, Subject
from benchmarks.smoothing_peers import chosen
from benchmarks.smoothing_runs import Archive, Job, finished, jobs_of, run, shuffled
from benchmarks.smoothing_sheet import conditions
from benchmarks.smoothing_summary import Study, choices, lines
from discovery.datasets import known
from discovery.errors import DataError
from pipelines.validation_cases import Case, plan
from pipelines.validation_jobs import Record

GROWTH, LOGISTIC = "odebench_02_population_growth", "odebench_03_logistic_growth"
AUTOMATIC = Subject(AUTO, "auto", "1")
KALMAN = Subject("kalman", "classical", "1")


def silent(done: int, count: int) -> None:
    """Tells nobody."""


def record(subject: Subject, errors: Sequence[float], kept: str = "kalman") -> Record:
    """What a measurement gives, with these errors in the order of the subject's rows."""
    rows = smoothing_methods.rows_of(subject)
    told = {"kept": kept, "trained": True} if subject.kind == "auto" else {}
    return {"errors": dict(zip(rows, errors, strict=True)), "failed": [], "seconds": 2.0, **told}


def test_error_is_the_root_mean_square_over_states() -> None:
    """Errors of 0.3 and 0.4 of each state's size give sqrt((0.09 + 0.16) / 2); a state at rest is left out."""
    times = np.linspace(0.0, 2.0 * np.pi, 200, endpoint=False)
    true = np.stack([np.cos(times), 1e3 * np.sin(times), np.zeros(200)], axis=1)
    found = true * np.array([1.3, 0.6, 1.0]) + np.array([0.0, 0.0, 5.0])
    assert derivative_error(found, true) == pytest.approx(np.sqrt((0.09 + 0.16) / 2.0), rel=1e-12)


def test_truth_is_the_right_hand_side_at_the_clean_states_that_were_kept() -> None:
    """Growth at rate c has the derivative c x, whatever noise was put on x."""
    case = Case(GROWTH, 0.05, 0.5, 1)
    system = known.load(GROWTH)
    rate, start = system.values["c_0"], system.initial_states[0][0]
    data = measurement(case)
    assert 256 == len(data.run) == len(data.slopes)
    np.testing.assert_allclose(data.slopes[:, 0], rate * start * np.exp(rate * data.run.times), rtol=1e-8)
    assert np.max(np.abs(data.run.states[:, 0] * rate / data.slopes[:, 0] - 1.0)) > 0.02


def test_finished_cases_are_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record counts until the version of its method changes; what is missing is made."""
    asked: list[smoothing_runs.Key] = []

    def measured(jobs: Sequence[Job], _: int) -> Iterator[tuple[Job, Record]]:
        for job in jobs:
            asked.append(job.key)
            yield job, record(job.subject, [0.5])

    monkeypatch.setattr(smoothing_runs, "_measured", measured)
    archive, cases = Archive(tmp_path), plan([GROWTH, LOGISTIC], (0.01,), (0.0,), 2)
    run(archive, jobs_of([KALMAN], cases[:3], {}), 1, silent)
    assert {("kalman", case) for case in cases[:3]} == set(asked)
    asked.clear()
    run(archive, jobs_of([KALMAN], cases, {}), 1, silent)
    assert [("kalman", cases[3])] == asked
    assert 4 == len(finished(archive, [KALMAN], cases))
    newer = Subject("kalman", "classical", "2")
    assert {} == finished(archive, [newer], cases)
    asked.clear()
    run(archive, jobs_of([newer], cases, {}), 1, silent)
    assert 4 == len(asked)


def test_classical_smoothers_do_not_depend_on_the_neural_one() -> None:
    """Their records stay when the network's files change; the shared files are theirs too."""
    sources = {path.name for path in smoothing_methods._sources("discovery.smoothing.kalman")}
    assert {"kalman.py", "classical.py", "state_space.py"} <= sources
    assert not {"neural_ode.py", "network.py", "auto.py"} & sources
    assert {"neural_ode.py", "network.py", "state_space.py"} <= {
        path.name for path in smoothing_methods._sources("discovery.smoothing.neural_ode")
    }


def test_a_method_that_breaks_counts_as_an_error_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The study goes on, and the record says what happened."""

    def broken(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setitem(smoothing_methods._RUN, "classical", broken)
    found = smoothing_methods.measure(KALMAN, Case(GROWTH, 0.01, 0.0, 0), 0.0)
    assert ({"kalman": 1.0}, ["kalman"], "ValueError: no") == (found["errors"], found["failed"], found["failure"])


def test_summary_names_the_systems_that_are_worse_than_their_start() -> None:
    """One system gains half, one loses 30 % on the mean of its seeds, though not at each of them."""
    cases = plan([GROWTH, LOGISTIC], (0.05,), (0.0,), 2)
    start, ours = {GROWTH: (0.2, 0.2), LOGISTIC: (0.1, 0.1)}, {GROWTH: (0.1, 0.1), LOGISTIC: (0.09, 0.17)}
    records: dict[smoothing_runs.Key, Record] = {}
    for case in cases:
        before, after = start[case.system][case.seed], ours[case.system][case.seed]
        values = {START: before, AUTO: after, ALWAYS: after, BETTER: min(before, after)}
        kept = "neural_ode" if case.seed else "kalman"
        records[AUTO, case] = record(AUTOMATIC, [values[row] for row in smoothing_methods.rows_of(AUTOMATIC)], kept)
        records["kalman", case] = record(KALMAN, [before])
    study = Study((KALMAN, AUTOMATIC), cases, records)
    (found,) = choices(study)
    assert ((LOGISTIC,), (LOGISTIC,)) == (found.worse, found.much_worse)
    assert (0.5, "kalman", 2, 4) == (found.kept, found.single, found.systems, found.cases)
    assert found.gain == pytest.approx(100.0 * (1.0 - np.sqrt(0.1 * 0.13) / np.sqrt(0.2 * 0.1)))
    by_method = {line.method: line for line in lines(study)}
    assert by_method["kalman"].error == pytest.approx(np.sqrt(0.2 * 0.1))
    assert by_method[AUTO].error == pytest.approx(np.sqrt(0.1 * 0.13))


def test_a_partial_study_compares_methods_on_the_same_cases_and_says_so() -> None:
    """A case that one method lacks is left out for all."""
    cases = plan([GROWTH, LOGISTIC], (0.05,), (0.0,), 1)
    records = {("kalman", case): record(KALMAN, [0.5]) for case in cases}
    other = Subject("spline", "classical", "1")
    records["spline", cases[0]] = record(other, [0.25])
    study = Study((KALMAN, other), cases, records)
    assert {"kalman": 1, "spline": 1} == {line.method: line.cases for line in lines(study)}
    assert conditions(study, 2).startswith("PARTIAL: 3 of 4 records are there")


def test_the_order_of_the_cases_is_fixed_and_keeps_seeds_together() -> None:
    """What is done first is a random part of all settings."""
    cases = plan(known.select(suite="odebench"), (0.0, 0.05), (0.0, 0.5), 3)
    order = shuffled(cases)
    assert set(cases) == set(order)
    assert order == shuffled(cases[::-1])
    triples = [order[at : at + 3] for at in range(0, len(order), 3)]
    assert all(1 == len({(case.system, case.noise, case.drop) for case in triple}) for triple in triples)
    assert 4 == len({(case.noise, case.drop) for case in order[:60]})


def test_peers_choose_for_each_state_without_the_truth() -> None:
    """The attempt of the smallest loss is taken; a state at which all break is an error."""
    one = Attempt("one", np.full((5, 2), 1.0), np.array([0.1, 0.3]))
    two = Attempt("two", np.full((5, 2), 2.0), np.array([0.2, 0.2]))
    slopes, names = chosen((one, two))
    assert ("one", "two") == names
    assert [1.0, 2.0] == slopes[0].tolist()
    with pytest.raises(DataError, match="Every attempt at a state failed"):
        chosen((Attempt("none", np.full((5, 1), np.nan), np.array([np.inf])),))


def test_every_inner_sample_is_left_out_once() -> None:
    """The settings of peers are judged by samples that were not seen."""
    counts = np.sum(list(folds(23)), axis=0)
    assert [0, 0, *[1] * 19, 0, 0] == counts.tolist()


def test_the_systems_of_the_comparison_exist() -> None:
    """They are of ODEBench and have one to four states."""
    assert set(PEER_SYSTEMS) <= set(known.select(suite="odebench"))
    assert {1, 2, 3, 4} == {known.load(name).dimension for name in PEER_SYSTEMS}

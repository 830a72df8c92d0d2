"""What a study of smoothers says: errors by method and setting, and the automatic choice beside its classical start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.smoothing_methods import AUTO, BETTER, NEURAL, START, Subject, rows_of
from benchmarks.smoothing_runs import Key
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record

WORSE, MUCH_WORSE = 1.05, 1.25  # of the error of the classical start

Setting = tuple[float, float]  # noise and share of the samples left out


@dataclass(frozen=True)
class Line:
    """One method in one setting.

    Attributes:
        error: geometric mean over systems of the mean over seeds of the relative error.
        cases: systems and seeds that all methods of the table have.
        median_seconds, largest_seconds: CPU time of a case.
        failed: cases in which the method broke; each counts as an error of 1.
    """

    method: str
    noise: float
    drop: float
    error: float
    systems: int
    cases: int
    median_seconds: float
    largest_seconds: float
    failed: int


@dataclass(frozen=True)
class Choice:
    """The automatic smoother in one setting.

    Attributes:
        kept, trained: shares of the cases in which the neural ODE was kept, and in which there was one.
        worse, much_worse: systems whose error is over 1.05 or 1.25 times that of the classical start.
        single: the best single classical smoother of the setting.
        gain, gain_on_start, attainable: per cent by which the error is smaller than that of ``single`` and of the
            classical start, and by which that of the better of the two is smaller than the classical start's.
    """

    noise: float
    drop: float
    systems: int
    cases: int
    kept: float
    trained: float
    worse: tuple[str, ...]
    much_worse: tuple[str, ...]
    single: str
    gain: float
    gain_on_start: float
    attainable: float
    median_seconds: float
    largest_seconds: float


@dataclass(frozen=True)
class Place:
    """One method on one system in one setting, means over seeds."""

    method: str
    system: str
    noise: float
    drop: float
    seeds: int
    error: float
    seconds: float
    failed: int


@dataclass(frozen=True)
class Study:
    """Finished records of the subjects on the cases that were planned.

    Attributes:
        records: by name of the subject and case.
    """

    subjects: tuple[Subject, ...]
    cases: tuple[Case, ...]
    records: Mapping[Key, Record]

    @property
    def measured(self) -> tuple[Subject, ...]:
        """The subjects of which there are records."""
        there = {name for name, _ in self.records}
        return tuple(subject for subject in self.subjects if subject.name in there)

    @property
    def planned(self) -> int:
        """Number of records when all is done."""
        return len(self.subjects) * len(self.cases)

    @property
    def done(self) -> int:
        """Number of records that are there."""
        return sum((subject.name, case) in self.records for subject in self.subjects for case in self.cases)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Noise and share left out, in the order of the plan."""
        return tuple(dict.fromkeys((case.noise, case.drop) for case in self.cases))

    def common(self, setting: Setting) -> dict[str, tuple[Case, ...]]:
        """By system, the cases of a setting that every measured subject has: methods are compared on the same cases."""
        found: dict[str, tuple[Case, ...]] = {}
        for case in self.cases:
            whole = all((subject.name, case) in self.records for subject in self.measured)
            if whole and (case.noise, case.drop) == setting:
                found[case.system] = (*found.get(case.system, ()), case)
        return found

    def errors(self, subject: Subject, row: str, groups: Iterable[Sequence[Case]]) -> np.ndarray:
        """Mean over each group of cases, which are the seeds of a system."""
        return np.array([np.mean([self.records[subject.name, case]["errors"][row] for case in g]) for g in groups])

    def seconds(self, subject: Subject, cases: Iterable[Case]) -> list[float]:
        """CPU seconds of each case."""
        return [self.records[subject.name, case]["seconds"] for case in cases]


def lines(study: Study) -> tuple[Line, ...]:
    """Every method in every setting of which there is something."""
    shared = {setting: study.common(setting) for setting in study.settings}
    found: list[Line] = []
    for subject in study.measured:
        for row in rows_of(subject):
            found += [_line(study, subject, row, setting, groups) for setting, groups in shared.items() if groups]
    return tuple(found)


def _line(study: Study, subject: Subject, row: str, setting: Setting, groups: Mapping[str, Sequence[Case]]) -> Line:
    cases = [case for group in groups.values() for case in group]
    seconds = study.seconds(subject, cases)
    failed = sum(row in study.records[subject.name, case]["failed"] for case in cases)
    error = geometric_mean(study.errors(subject, row, groups.values()))
    return Line(
        row, *setting, error, len(groups), len(cases), float(np.median(seconds)), float(np.max(seconds)), failed
    )


def places(study: Study) -> tuple[Place, ...]:
    """Every method on every system, for a file: whatever is there, finished by the others or not."""
    found: list[Place] = []
    for subject in study.measured:
        groups: dict[tuple[str, float, float], list[Case]] = {}
        for case in study.cases:
            if (subject.name, case) in study.records:
                groups.setdefault((case.system, case.noise, case.drop), []).append(case)
        for (system, noise, drop), cases in sorted(groups.items()):
            seconds = float(np.mean(study.seconds(subject, cases)))
            for row in rows_of(subject):
                error = float(study.errors(subject, row, [cases])[0])
                failed = sum(row in study.records[subject.name, case]["failed"] for case in cases)
                found.append(Place(row, system, noise, drop, len(cases), error, seconds, failed))
    return tuple(found)


def choices(study: Study) -> tuple[Choice, ...]:
    """The automatic smoother in every setting; nothing if it was not measured."""
    auto = next((subject for subject in study.measured if subject.kind == "auto"), None)
    if auto is None:
        return ()
    groups = {setting: study.common(setting) for setting in study.settings}
    return tuple(_choice(study, auto, setting, found) for setting, found in groups.items() if found)


def _choice(study: Study, auto: Subject, setting: Setting, groups: Mapping[str, Sequence[Case]]) -> Choice:
    cases = [case for group in groups.values() for case in group]
    records = [study.records[auto.name, case] for case in cases]
    ours, start, better = (study.errors(auto, row, groups.values()) for row in (AUTO, START, BETTER))
    singles = {
        subject.name: geometric_mean(study.errors(subject, subject.name, groups.values()))
        for subject in study.measured
        if subject.kind == "classical"
    }
    single = min(singles, key=lambda name: singles[name], default="")
    seconds = [record["seconds"] for record in records]
    return Choice(
        *setting,
        len(groups),
        len(cases),
        float(np.mean([record.get("kept") == NEURAL for record in records])),
        float(np.mean([record.get("trained", False) for record in records])),
        *(worse_systems(dict(zip(groups, ours / start, strict=True)), limit) for limit in (WORSE, MUCH_WORSE)),
        single,
        gain(geometric_mean(ours), singles[single]) if single else float("nan"),
        gain(geometric_mean(ours), geometric_mean(start)),
        gain(geometric_mean(better), geometric_mean(start)),
        float(np.median(seconds)),
        float(np.max(seconds)),
    )


def worse_systems(ratios: Mapping[str, float], limit: float) -> tuple[str, ...]:
    """Systems whose error is more than ``limit`` times the other's, the worst first."""
    return tuple(sorted((name for name, ratio in ratios.items() if ratio > limit), key=lambda name: -ratios[name]))


def geometric_mean(errors: np.ndarray) -> float:
    """Of positive numbers; an exact zero counts as the smallest number there is a sense in, 1e-12."""
    return float(np.exp(np.mean(np.log(np.maximum(errors, 1e-12)))))


def gain(error: float, other: float) -> float:
    """Per cent by which ``error`` is smaller than ``other``."""
    return 100.0 * (1.0 - error / other)

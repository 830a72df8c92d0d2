"""The cases of a validation: which system, how corrupted, with which seed; and the one file that the pipeline gets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from discovery.datasets import known, measured
from discovery.datasets.corrupt import Corruption
from discovery.datasets.reading import require
from discovery.datasets.writing import write_csv
from discovery.errors import UsageError
from discovery.types import Trajectory
from pipelines.store import write
from pipelines.validation_truth import Truth

SUITES = ("odebench", "others", "known", "measured")
DATA = "data.csv"


@dataclass(frozen=True, order=True)
class Case:
    """One discovery of a validation.

    Attributes:
        system: name of a known system or of measurements.
        noise: relative deviation of the multiplicative noise.
        drop: fraction of the samples left out at random.
        seed: of the corruption and of the discovery.
        start: which of a known system's initial states is seen; the other is for prediction.
    """

    system: str
    noise: float
    drop: float
    seed: int
    start: int = 0

    @property
    def key(self) -> str:
        """A file name that no other case has."""
        other = f"_i{self.start}" if self.start else ""
        return f"{self.system}_n{self.noise:g}_d{self.drop:g}_s{self.seed}{other}"

    def document(self) -> dict[str, Any]:
        """The case for JSON."""
        return asdict(self)


def plan(systems: Sequence[str], noises: Sequence[float], drops: Sequence[float], seeds: int) -> tuple[Case, ...]:
    """All combinations; measurements are what they are, so that only the seed of the discovery varies.

    Raises:
        UsageError: noise below 0, a fraction outside [0, 1), or no seed.
    """
    if seeds < 1:
        raise UsageError(f"--seeds {seeds} leaves nothing to run. Give at least 1.")
    for noise in noises:
        Corruption(multiplicative=noise)
    for drop in drops:
        Corruption(drop=drop)
    real = set(measured.names())
    cases: list[Case] = []
    for system in systems:
        corruptions = [(0.0, 0.0)] if system in real else [(noise, drop) for noise in noises for drop in drops]
        cases += [Case(system, noise, drop, seed) for noise, drop in corruptions for seed in range(seeds)]
    return tuple(dict.fromkeys(cases))


def chosen(systems: Sequence[str], *, tags: Sequence[str] = (), suite: str | None = None) -> tuple[str, ...]:
    """Names of the known systems and measurements that were asked for.

    Raises:
        UsageError: there is no such system, tag or suite, or nothing that is all of it.
    """
    if suite is not None:
        require(suite, SUITES, "suite")
    real = [name for name in systems if name in measured.names()]
    others = [name for name in systems if name not in real]
    if suite == "measured":
        for name in others:
            require(name, measured.names(), "measurement", "discover systems")
        names = tuple(real) or measured.names()
    elif real and not others:
        names = tuple(real)
    else:
        names = (*known.select(others, tags=tags, suite=suite), *real)
    if not names:
        raise UsageError("No system has all that was asked for. Ask for fewer tags, or see `discover systems`.")
    return names


def corrupted(case: Case, truth: Truth) -> tuple[Trajectory, ...]:
    """The measurements of a case, as ODEBench corrupts them: noise proportional to each value, samples left out."""
    corruption = Corruption(multiplicative=case.noise, drop=case.drop)
    return tuple(corruption.apply(run, case.seed) for run in truth.seen)


def write_measurements(case: Case, truth: Truth, folder: Path) -> None:
    """Writes the measurements of a case into ``folder``, which holds nothing else."""
    text = io.StringIO()
    write_csv(text, corrupted(case, truth), inputs=tuple(truth.inputs))
    write(folder / DATA, text.getvalue().encode())

"""What a validation says: one row for each case, and the shares of what was recovered, with standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from discovery.datasets import known, measured
from discovery.symbolic.compare import SAME_FORM
from pipelines.config import GENETIC
from pipelines.schema import real
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record
from pipelines.validation_scoring import GOOD


@dataclass(frozen=True)
class Row:
    """One case of a table; NaN, or an empty text, where there is nothing to tell.

    Attributes:
        search: seconds of all engines together.
        seconds: wall time of the whole process.
        cpu: its CPU seconds, imports included.
        genetic: whether genetic search was called for.
        start: which initial state was seen.
        equations: the found law as text, one equation after the other.
    """

    system: str
    tags: tuple[str, ...]
    half: str
    dimension: int
    noise: float
    drop: float
    seed: int
    reconstruction: float
    unseen: float
    form: str
    largest_error: float
    missing: int
    extra: int
    smoothing: float
    search: float
    selection: float
    seconds: float
    cpu: float
    status: str
    exit_code: int
    note: str
    equations: str
    start: int = 0
    genetic: bool = False


def row(case: Case, record: Record) -> Row:
    """The row of a case's record."""
    tags, half, dimension = _traits(case.system)
    scored, outcome = record["score"], record["outcome"]
    stages: dict[str, float] = outcome.get("stages", {})
    return Row(
        case.system,
        tags,
        half,
        dimension,
        case.noise,
        case.drop,
        case.seed,
        real(scored["reconstruction"]),
        real(scored["unseen"]),
        scored["form"] or "",
        real(scored["largest_error"]),
        scored["missing"],
        scored["extra"],
        stages.get("smoothing", math.nan),
        sum((taken for stage, taken in stages.items() if stage.startswith("search")), 0.0) if stages else math.nan,
        stages.get("selection", math.nan),
        outcome["seconds"],
        stages.get("cpu", math.nan),
        outcome["status"],
        outcome["exit_code"],
        outcome.get("message", "") or scored["note"],
        "; ".join(f"{state}' = {text}" for state, text in outcome.get("equations", {}).items()),
        case.start,
        any(f"search {engine}" in stages for engine in GENETIC),
    )


@dataclass(frozen=True)
class Share:
    """A mean over cases of what is 1 or 0, in the range 0 to 1; NaN where no case tells.

    Attributes:
        over_seeds: standard error from the scatter between seeds; NaN for one seed.
        over_systems: standard error from the scatter between systems; NaN for one system.
    """

    value: float
    over_seeds: float
    over_systems: float


@dataclass(frozen=True)
class Summary:
    """Shares of a group of cases.

    Attributes:
        false_terms: of the laws that were accepted, those with a term that the true law has not.
    """

    by: str
    group: str
    systems: int
    cases: int
    reconstructed: Share
    predicted: Share
    structure: Share
    identical: Share
    false_terms: Share
    seconds: float


def summaries(rows: Sequence[Row]) -> tuple[Summary, ...]:
    """All cases together, then by half, dimension, corruption and tag."""
    groupings: tuple[tuple[str, Callable[[Row], Iterable[str]]], ...] = (
        ("half", lambda row: [row.half] if row.half else []),
        ("dimension", lambda row: [str(row.dimension)]),
        ("corruption", lambda row: [f"noise {row.noise:g}, drop {row.drop:g}"]),
        ("tag", lambda row: row.tags),
    )
    found = [_summary("all", "", rows)] if rows else []
    for by, groups_of in groupings:
        members: dict[str, list[Row]] = {}
        for one in rows:
            for group in groups_of(one):
                members.setdefault(group, []).append(one)
        found += [_summary(by, group, members[group]) for group in sorted(members)]
    return tuple(found)


def _summary(by: str, group: str, rows: Sequence[Row]) -> Summary:
    return Summary(
        by,
        group,
        len({one.system for one in rows}),
        len(rows),
        share([(one, one.reconstruction > GOOD) for one in rows if not math.isnan(one.reconstruction)]),
        share([(one, one.unseen > GOOD) for one in rows if not math.isnan(one.unseen)]),
        share([(one, one.form in SAME_FORM) for one in rows if one.form]),
        share([(one, one.form == "identical") for one in rows if one.form]),
        share([(one, one.extra > 0) for one in rows if one.form and one.status == "found"]),
        float(np.mean([one.seconds for one in rows])),
    )


def share(told: Sequence[tuple[Row, bool]]) -> Share:
    """The share of cases that are true, with its standard errors over seeds and over systems."""
    if not told:
        return Share(math.nan, math.nan, math.nan)
    value = float(np.mean([true for _, true in told]))
    return Share(value, _error(told, lambda one: one.seed), _error(told, lambda one: one.system))


def _error(told: Sequence[tuple[Row, bool]], key: Callable[[Row], object]) -> float:
    """Standard error of the mean over groups, from the scatter of the groups' means."""
    groups: dict[object, list[bool]] = {}
    for one, true in told:
        groups.setdefault(key(one), []).append(true)
    means = [float(np.mean(group)) for group in groups.values()]
    return float(np.std(means, ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else math.nan


def _traits(name: str) -> tuple[tuple[str, ...], str, int]:
    """Tags, half and number of states."""
    if name in measured.names():
        return ("measured",), "", len(measured.load(name).observed)
    system = known.load(name)
    return system.tags, known.half(name), system.dimension

"""What the ODEBench study prints: shares by setting and group, seconds, chaotic forecasts, and what was missed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from benchmarks.odebench_horizon import horizon
from discovery.datasets.system import TAGS
from discovery.symbolic.compare import SAME_FORM
from pipelines.validation_cases import Case
from pipelines.validation_scoring import GOOD
from pipelines.validation_sheets import Sheet
from pipelines.validation_summary import Row

MEASURES = ("cases", "R² > 0.9", "unseen R² > 0.9", "same structure", "identical of possible", "possible")


@dataclass(frozen=True)
class Found:
    """A finished case, and what its data allow at best."""

    case: Case
    row: Row
    best: dict[str, Any]


def setting(case: Case) -> str:
    """How the samples of a case are corrupted."""
    return ("clean" if case.noise == 0 else f"σ={case.noise:g}") + (f", ρ={case.drop:g}" if case.drop else "")


def settings(found: Sequence[Found]) -> list[str]:
    """All settings, in the order of the cases."""
    return list(dict.fromkeys(setting(one.case) for one in found))


def shares(found: Sequence[Found]) -> tuple[float, ...]:
    """Shares in per cent, as in ``MEASURES`` after the number of cases; NaN where nothing tells."""
    right = [one.row.form in SAME_FORM for one in found]
    possible = [one for one in found if one.best.get("identical")]
    return (
        _percent(one.row.reconstruction > GOOD for one in found),
        _percent(one.row.unseen > GOOD for one in found),
        _percent(right),
        _percent(one.row.form == "identical" for one in possible),
        _percent(bool(one.best["identical"]) for one in found if one.best),
    )


def sheets(found: Sequence[Found]) -> tuple[Sheet, ...]:
    """All tables: one of shares for each setting, then seconds, chaotic laws and misses."""
    tables = [_shares(name, [one for one in found if setting(one.case) == name]) for name in settings(found)]
    return (*tables, _given(found), _seconds(found), _chaotic(found), _misses(found))


def groups() -> dict[str, Callable[[Found], bool]]:
    """Groups of cases, and what belongs to each: by number of states, half of the registry, tag and seen state."""
    groups: dict[str, Callable[[Found], bool]] = {"all": lambda _: True}
    for dimension in (1, 2, 3, 4):
        groups[f"{dimension} state{'s' * (dimension > 1)}"] = lambda one, dimension=dimension: (
            one.row.dimension == dimension
        )
    for half in ("design", "check"):
        groups[f"{half} half"] = lambda one, half=half: one.row.half == half
    for tag in TAGS:
        groups[tag] = lambda one, tag=tag: tag in one.row.tags
    for start in (0, 1):
        groups[f"start {start + 1} seen"] = lambda one, start=start: one.case.start == start
    return groups


def _shares(name: str, found: Sequence[Found]) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for group, belongs in groups().items():
        mine = [one for one in found if belongs(one)]
        if mine:
            rows.append((group, str(len(mine)), *(_figure(share) for share in shares(mine))))
    seeds = len({one.case.seed for one in found})
    return Sheet(f"{name}, seeds: {seeds}; per cent of cases", ("group", *MEASURES), (False, *[True] * 6), tuple(rows))


def _given(found: Sequence[Found]) -> Sheet:
    """What who knows the true form reaches with these samples; no choice of a form is expected to do better."""
    rows: list[tuple[str, ...]] = []
    for name in settings(found):
        for start in (0, 1):
            mine = [
                one.best
                for one in found
                if setting(one.case) == name and one.case.start == start and "unseen" in one.best
            ]
            if mine:
                reached = (_percent(one[which] > GOOD for one in mine) for which in ("reconstruction", "unseen"))
                rows.append((name, str(start + 1), str(len(mine)), *map(_figure, reached)))
    columns = ("setting", "start", "cases", "R² > 0.9", "unseen R² > 0.9")
    return Sheet(
        "With the true form given, fitted to the same samples; per cent of cases",
        columns,
        (False, *[True] * 4),
        tuple(rows),
    )


def _seconds(found: Sequence[Found]) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for name in settings(found):
        for genetic in (False, True):
            mine = [one.row for one in found if setting(one.case) == name and one.row.genetic == genetic]
            cpu = [row.cpu for row in mine if math.isfinite(row.cpu)]
            wall = [row.seconds for row in mine]
            if cpu:
                taken = (f"{median(cpu):.1f}", f"{max(cpu):.1f}", f"{median(wall):.1f}", f"{max(wall):.1f}")
                rows.append((name, "called for" if genetic else "not", str(len(cpu)), *taken))
    columns = ("setting", "genetic search", "cases", "CPU s, median", "most", "wall s, median", "most")
    return Sheet("Seconds of a case, imports included", columns, (False, False, *[True] * 5), tuple(rows))


def _chaotic(found: Sequence[Found]) -> Sheet:
    """How long the forecast from the unseen start holds, in Lyapunov times of the true law."""
    rows: list[tuple[str, ...]] = []
    for one in found:
        if "chaotic" in one.row.tags:
            times = horizon(one.case, one.row)
            rows.append((one.row.system, setting(one.case), str(one.case.start), _figure(one.row.unseen, 3),
                         _figure(times, 1), one.row.form))  # fmt: skip
    columns = ("system", "setting", "start", "unseen R²", "Lyapunov times", "form")
    return Sheet(
        "Chaotic systems: time for which the forecast holds",
        columns,
        (False, False, True, True, True, False),
        tuple(rows),
    )


def _misses(found: Sequence[Found]) -> Sheet:
    rows = tuple(
        (
            one.row.system, setting(one.case), str(one.case.seed), str(one.case.start),
            _figure(one.row.reconstruction, 3), _figure(one.row.unseen, 3), one.row.status, one.row.equations[:90],
        )
        for one in found
        if one.row.form not in SAME_FORM
    )  # fmt: skip
    columns = ("system", "setting", "seed", "start", "R²", "unseen", "status", "law")
    return Sheet("Not of the true form", columns, (False, False, True, True, True, True, False, False), rows)


def _percent(told: Iterable[bool]) -> float:
    values = list(told)
    return 100.0 * float(np.mean(values)) if values else math.nan


def _figure(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"

"""What drives a forecast: inputs that are asked for, those that the law does not have, and which group's constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from discovery.errors import UsageError

if TYPE_CHECKING:
    from discovery.structure import Owned
    from discovery.types import DiscoveryResult, Drive, Trajectory

LISTED = 10  # groups and runs that a message names


def chosen(result: DiscoveryResult, groups: Sequence[str]) -> dict[str, float]:
    """What is 1 for the constants of the groups that are asked for, and 0 for those of others.

    A run that is named has the constants of its groups.

    Raises:
        UsageError: constants differ between groups, and none is chosen, or neither a group nor a run is called so.
    """
    owned = result.structure.owned
    runs = named_runs(result, groups) if _of_runs(result, groups) else ()
    marks: dict[str, float] = {}
    for one in owned:
        mine = {group for text in groups for group in _named(text, one)}
        if not mine:
            mine = {group for run in runs for group in _groups_of(result, run, one)}
        if len(mine) != 1:
            raise UsageError(
                f"{one.name} has a value for each {one.by or 'run'}; choose one: --group {one.groups[0]!r}. There are "
                f"{', '.join(one.groups)}."
            )
        marks |= {mark: float(group in mine) for mark, group in zip(one.inputs, one.groups, strict=True)}
    return marks


def named_runs(result: DiscoveryResult, groups: Sequence[str]) -> tuple[Trajectory, ...]:
    """The runs that all those texts fit which name no group of a constant: by their labels, or what these have of one
    column; all runs where there is no such text.

    Raises:
        UsageError: there are none.
    """
    texts = _of_runs(result, groups)
    found = tuple(run for run in result.trajectories if all(_fits(text, run.label) for text in texts))
    if found:
        return found
    names = [group for one in result.structure.owned for group in one.groups]
    names = list(dict.fromkeys([*names, *(run.label for run in result.trajectories if run.label)]))
    there = ", ".join([*map(repr, names[:LISTED]), *([f"{len(names) - LISTED} more"] if len(names) > LISTED else [])])
    among = f"There are {there}." if names else "There is one run."
    texts = [text for text in texts if not any(_fits(text, run.label) for run in result.trajectories)]
    if not texts:
        raise UsageError(f"No run is called {' and '.join(sorted(groups))} at once. {among}")
    raise UsageError(
        f"--group {', '.join(sorted(texts))}: neither a run nor a group of runs with constants of its own is called "
        f"so. {among}"
    )


def _of_runs(result: DiscoveryResult, groups: Sequence[str]) -> list[str]:
    """Those of the texts that name no group of a constant."""
    return [text for text in groups if not any(_named(text, one) for one in result.structure.owned)]


def _groups_of(result: DiscoveryResult, run: Trajectory, owned: Owned) -> list[str]:
    """The group of a constant that a run belongs to."""
    assert result.law is not None
    marked = [run.inputs[0, result.law.inputs.index(mark)] for mark in owned.inputs]
    return [group for group, mark in zip(owned.groups, marked, strict=True) if mark == 1.0]


def _fits(text: str, label: str) -> bool:
    """Whether a text is the label of a run, or all that it has of one column, with its name or without."""
    parts = [label, *label.split(", ")]
    number = as_number(text)
    ends = [as_number(part.rpartition(" ")[2]) for part in parts]
    return text in parts or (number is not None and number in ends)


def grouped(
    result: DiscoveryResult, groups: Sequence[str], course: Drive | None, span: tuple[float, float]
) -> Drive | None:
    """The inputs with those among them that do not stand in the law, and that choose the constants of a group.

    Raises:
        UsageError: as of :func:`chosen`.
    """
    from discovery.types import Drive

    if not (marks := idle(result) | chosen(result, groups)):
        return course
    assert result.law is not None
    times = np.array(span) if course is None else course.times
    values = np.empty((len(times), len(result.law.inputs)))
    others = iter(() if course is None else course.values.T)
    for place, name in enumerate(result.law.inputs):
        values[:, place] = marks[name] if name in marks else next(others)
    return Drive(times, values, result.trajectories[0].held)


def idle(result: DiscoveryResult) -> dict[str, float]:
    """Inputs that do not stand in the law, which nobody is asked for, and the first values that they had."""
    assert result.law is not None
    used = {str(one) for side in result.law.skeletons for one in side.free_symbols}
    first = result.trajectories[0].inputs[0] if result.law.inputs else ()
    return {name: float(value) for name, value in zip(result.law.inputs, first, strict=True) if name not in used}


def _named(text: str, owned: Owned) -> list[str]:
    """The groups of a constant that are called so, in full or by the entry of their column; numbers by their values."""
    if text in owned.groups:
        return [text]
    entries = {group: _entry(group, owned.by) for group in owned.groups}
    number = as_number(text)
    return [
        group
        for group, entry in entries.items()
        if entry == text or (number is not None and as_number(entry) == number)
    ]


def _entry(group: str, by: str) -> str:
    """What a column has for a group: ``2.0`` for ``dose 2.0``; of runs the number that one column tells them by."""
    if by:
        return group.removeprefix(f"{by} ")
    last = group.rpartition(" ")[2]
    return group if "," in group or as_number(last) is None else last


def as_number(text: str) -> float | None:
    """The number that a text is; None if it is none."""
    try:
        return float(text)
    except ValueError:
        return None

"""Groups of runs: several runs under one law, of which some constants differ from group to group.

Such a constant is the sum of one for each group, each times an input that is 1 in the runs of that group and 0 in
others. To all that fits, simulates and judges laws it is a driven law like any other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import cast

import numpy as np
import sympy as sp

from discovery.errors import DataError, UsageError
from discovery.headers import bare
from discovery.knowledge.knowledge import Knowledge
from discovery.laws import Frame, Law, Told, told_symbol
from discovery.samples import Trajectory, symbol
from discovery.structure import MARK, Owned

MOST_GROUPS = 60  # constants of one name; a fit of as many still takes seconds


@dataclass(frozen=True)
class Grouped:
    """What was told of groups of runs: the law and the runs, both with the inputs that tell groups apart.

    Attributes:
        inputs: what these inputs are called, by identifier.
    """

    known: Knowledge | None
    runs: tuple[Trajectory, ...]
    owned: tuple[Owned, ...] = ()
    inputs: Mapping[str, str] | None = None

    def surcharge(self, law: Law) -> float:
        """Infinite for a law in which a group has lost its constant, by a tie or an exact number."""
        names = {one.constant(group) for one in self.owned for group in one.groups}
        return 0.0 if not names or names <= set(law.told) else math.inf


def in_groups(own: Sequence[str], known: Knowledge | None, runs: Sequence[Trajectory], keys: Sequence[str]) -> Grouped:
    """The groups that ``own`` makes of runs, and of what is known of their law.

    Args:
        own: ``kappa`` for a value in each run, or ``kappa:ball`` for one by each entry of a column, with or without
            its unit.
        keys: the columns that tell runs apart.

    Raises:
        UsageError: no sentence has such a constant, or there is no such column.
        DataError: there is only one group, or there are too many.
    """
    found = Grouped(known, tuple(runs))
    for text in own:
        name, _, column = (part.strip() for part in text.partition(":"))
        found = _with(found, name, column, keys)
    return found


def _with(found: Grouped, name: str, column: str, keys: Sequence[str]) -> Grouped:
    told = {one.name: one for one in found.known.frame.constants} if found.known else {}
    if found.known is None or name not in told:
        several = [one.strip() for one in name.split(",")]
        if len(several) > 1 and set(several) <= set(told):
            each = " ".join(f"--own {one}{f':{column}' if column else ''}" for one in several)
            raise UsageError(f"--own {name}: one constant at a time. Repeat it: {each}.")
        near = get_close_matches(name, told, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(
            f"--own {name}: no sentence has a free constant of that name.{hint} Name it in one, for example "
            f'--law "v\' = -g - {name}*v".'
        )
    column = _key(column, keys)
    member = [group_of(run.label, column, keys) for run in found.runs]
    groups = tuple(dict.fromkeys(member))
    if not 1 < len(groups) <= MOST_GROUPS:
        raise DataError(
            f"--own {name}{f':{column}' if column else ''} makes {len(groups)} groups of {len(member)} runs; 2 to "
            f"{MOST_GROUPS} can be told apart. Name the columns that tell runs apart by --trajectory."
        )
    blocks = {one.rpartition("_")[0] for one in found.known.frame.inputs if one.startswith(MARK)}
    block = f"{MARK}{len(blocks)}_" if blocks else MARK  # marks of one constant are told from those of another
    owned = Owned(name, column, groups, tuple(f"{block}{i}" for i in range(len(groups))))
    runs = tuple(_marked(run, groups.index(group), len(groups)) for run, group in zip(found.runs, member, strict=True))
    names = {**(found.inputs or {}), **{one: f"1 for {group}" for one, group in zip(owned.inputs, groups, strict=True)}}
    known = replace(found.known, frame=_frame(found.known.frame, told[name], owned))
    return Grouped(known, runs, (*found.owned, owned), names)


def group_of(label: str, column: str, keys: Sequence[str]) -> str:
    """The entry of a column in a run's label; the label itself where no column is named."""
    if not column:
        return label
    column = _key(column, keys)
    if column not in keys:
        raise UsageError(
            f"--own ...:{column}: runs are not told apart by {column!r}, but by {', '.join(keys) or 'no column'}. "
            f"Name it among those of --trajectory."
        )
    parts = label.split(", ") if len(keys) > 1 else [label]
    if len(parts) != len(keys):
        raise UsageError(
            f"--own ...:{column}: of the run {label!r} it cannot be told what belongs to which of {', '.join(keys)}. "
            "Leave commas out of their entries."
        )
    return parts[list(keys).index(column)]


def _key(column: str, keys: Sequence[str]) -> str:
    """The column that is named with or without its unit, as it is where none or several are called so."""
    called = [one for one in keys if bare(one) == column]
    return called[0] if column not in keys and len(called) == 1 else column


def of_one_group(law: Law, owned: Sequence[Owned]) -> tuple[sp.Expr, ...]:
    """The law's right-hand sides in the first group of each constant that differs between groups."""
    marks: dict[sp.Basic, sp.Basic] = {}
    for one in owned:
        marks |= {symbol(mark): sp.Integer(place == 0) for place, mark in enumerate(one.inputs)}
    return tuple(cast("sp.Expr", side.xreplace(marks)) for side in law.skeletons)


def of_every_group(expression: sp.Expr, law: Law, owned: Sequence[Owned]) -> sp.Expr:
    """An expression in the constants of the first groups as one that holds in every group, by the groups' inputs."""
    put: dict[sp.Basic, sp.Basic] = {}
    for one in owned:
        places = [law.told.index(one.constant(group)) for group in one.groups if one.constant(group) in law.told]
        if len(places) == len(one.groups):
            terms = [symbol(f"c{place}") * symbol(mark) for place, mark in zip(places, one.inputs, strict=True)]
            put[symbol(f"c{places[0]}")] = sp.Add(*terms)
    return cast("sp.Expr", expression.xreplace(put))


def _marked(run: Trajectory, place: int, count: int) -> Trajectory:
    marks = np.zeros((len(run), count))
    marks[:, place] = 1.0
    return replace(run, inputs=np.hstack([run.inputs, marks]), held=(*run.held, *(True,) * count))


def _frame(frame: Frame, told: Told, owned: Owned) -> Frame:
    """The frame with a constant for each group in place of one."""
    names = [owned.constant(group) for group in owned.groups]
    terms = [told_symbol(one) * symbol(mark) for one, mark in zip(names, owned.inputs, strict=True)]
    put: dict[sp.Basic, sp.Basic] = {told_symbol(told.name): sp.Add(*terms)}
    constants = [one for one in frame.constants if one.name != told.name]
    return replace(
        frame.changed(put),
        constants=(*constants, *(replace(told, name=one) for one in names)),
        inputs=(*frame.inputs, *owned.inputs),
    )

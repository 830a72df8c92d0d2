"""Constants that differ between groups of runs: a law as a person writes it, and the table of their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import sympy as sp

from discovery.knowledge.dimensions import UNTOLD
from discovery.reports.naming import units_of_constants
from discovery.reports.rounding import NOT_DETERMINED, rounded
from discovery.structure import Owned
from discovery.types import DiscoveryResult, Law, RankedLaw, symbol

PAGE = 100  # characters of a table in the width of a page of the report
INTERVAL = "95 % interval"
_GAP = 2  # characters between columns


@dataclass(frozen=True)
class OwnValue:
    """The value of a group, as text."""

    group: str
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class OwnTable:
    """Values of one constant by group.

    Attributes:
        unit: of all of them, as text; empty where they have none, or none that can be told.
    """

    name: str
    by: str
    rows: tuple[OwnValue, ...]
    unit: str = ""

    @property
    def in_unit(self) -> str:
        """What a header has behind the name: ``[m s⁻¹]``; empty without a unit."""
        return f"[{self.unit}]" if self.unit else ""

    @property
    def header(self) -> str:
        """The name with the unit."""
        return f"{self.name} {self.in_unit}".rstrip()


@dataclass(frozen=True)
class OwnSheet:
    """Constants of the same groups side by side."""

    by: str
    constants: tuple[OwnTable, ...]

    @property
    def rows(self) -> tuple[tuple[str, tuple[OwnValue, ...]], ...]:
        """Each group with its value of each constant."""
        sides = zip(*[one.rows for one in self.constants], strict=True)
        return tuple((values[0].group, values) for values in sides)


def collapsed(law: Law, owned: Sequence[Owned]) -> Law:
    """The law with one letter for all values of a constant that differs between groups."""
    put = _letters(law, owned)
    return replace(law, skeletons=tuple(cast("sp.Expr", rhs.xreplace(put)) for rhs in law.skeletons)) if put else law


def by_letter(ranked: Sequence[RankedLaw], owned: Sequence[Owned]) -> tuple[RankedLaw, ...]:
    """Laws of a ranking with those letters."""
    return tuple(replace(one, law=collapsed(one.law, owned)) if owned else one for one in ranked)


def collapsed_expression(expression: sp.Expr, law: Law, owned: Sequence[Owned], constant: str = "") -> sp.Expr:
    """An expression in the law's constants, with the same letters.

    Args:
        constant: the name of a group's constant that stands in the expression, if none of the first group's need do.
    """
    return cast("sp.Expr", expression.xreplace(_letters(law, owned, constant)))


def _letters(law: Law, owned: Sequence[Owned], constant: str = "") -> dict[sp.Basic, sp.Basic]:
    """What stands for the marks and the constants of one group of each: that of a constant, else the first."""
    put: dict[sp.Basic, sp.Basic] = {}
    for one in owned:
        shown = next((group for group in one.groups if one.constant(group) == constant), one.groups[0])
        for group, mark in zip(one.groups, one.inputs, strict=True):
            put[symbol(mark)] = sp.Integer(group == shown)
            if group == shown and one.constant(group) in law.told:
                put[symbol(f"c{law.told.index(one.constant(group))}")] = symbol(one.name)
    return put


def own_tables(result: DiscoveryResult) -> tuple[OwnTable, ...]:
    """A table for each constant that has values of its own."""
    front = result.ranking.front
    if not front:
        return ()
    law = front[0].law
    units = dict(zip(law.told, units_of_constants(result, law), strict=False))  # names of groups stand in front
    return tuple(
        OwnTable(
            one.name,
            one.by or "run",
            tuple(_value(one, group, front[0]) for group in one.groups),
            _unit([units[one.constant(group)] for group in one.groups if one.constant(group) in units]),
        )
        for one in result.structure.owned
    )


def own_sheets(tables: Sequence[OwnTable], width: int = PAGE) -> tuple[OwnSheet, ...]:
    """The tables with a row for each group; constants of the same groups share one as far as there is room.

    Args:
        width: characters of a line.
    """
    sheets: list[OwnSheet] = []
    for one in sorted(tables, key=lambda table: [_groups(other) for other in tables].index(_groups(table))):
        last = sheets[-1].constants if sheets else ()
        if last and _groups(last[0]) == _groups(one) and _width((*last, one)) <= width:
            sheets[-1] = OwnSheet(one.by, (*last, one))
        else:
            sheets.append(OwnSheet(one.by, (one,)))
    return tuple(sheets)


def _groups(table: OwnTable) -> tuple[str, ...]:
    return table.by, *(row.group for row in table.rows)


def _width(tables: Sequence[OwnTable]) -> int:
    """Characters of a line of these tables side by side."""
    width = max(map(len, _groups(tables[0])))
    for one in tables:
        values = max(len(one.header), *(len(row.value) for row in one.rows))
        intervals = max(len(INTERVAL), *(len(f"{row.low} … {row.high}") for row in one.rows))
        width += _GAP + values + _GAP + intervals
    return width


def _unit(units: Sequence[str]) -> str:
    """The unit that the values of all groups have."""
    return units[0] if len({*units}) == 1 and units[0] != UNTOLD else ""


def _value(one: Owned, group: str, ranked: RankedLaw) -> OwnValue:
    if one.constant(group) not in ranked.law.told:
        return OwnValue(group, NOT_DETERMINED, NOT_DETERMINED, NOT_DETERMINED)
    number = ranked.law.told.index(one.constant(group))
    low, high = (ranked.lows[number], ranked.highs[number]) if ranked.lows else (float("nan"), float("nan"))
    return OwnValue(group, *rounded(ranked.law.constants[number], low, high))

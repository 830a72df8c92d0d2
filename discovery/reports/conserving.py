"""What a law conserves, in formulas and words."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from discovery.reports.naming import constant_names, with_names
from discovery.reports.owning import collapsed_expression
from discovery.reports.rounding import percent
from discovery.structure import Invariant
from discovery.types import DiscoveryResult

_NOT_KEPT = 3.0  # times the noise's own part from which a variation is not noise


@dataclass(frozen=True)
class Conserved:
    """A conserved quantity.

    Attributes:
        relations: pairs of expressions of the constants that have to be equal.
        general: what is conserved whatever the constants, where that is another expression.
        kept: how well the measured runs keep it, as a sentence; empty where that is not known.
    """

    expression: sp.Expr
    relations: tuple[tuple[sp.Expr, sp.Expr], ...]
    general: sp.Expr | None
    kept: str


def conserved(result: DiscoveryResult) -> tuple[Conserved, ...]:
    """The conserved quantities of the chosen law, simple ones first."""
    return tuple(
        Conserved(
            _as_written(one, result), tuple(sides(relation) for relation in one.relations), one.general, kept(one)
        )
        for one in result.structure.invariants
    )


def sentences(result: DiscoveryResult) -> tuple[str, ...]:
    """What the law conserves, with its constants as letters, a sentence each."""
    names = constant_names(result)
    told: list[str] = []
    for one in result.structure.invariants:
        needed = " and ".join(f"{left} = {right}" for left, right in map(sides, one.relations))
        where = f" (where {needed}, which the intervals allow)" if needed else ""
        told.append(with_names(f"{_as_written(one, result)} is conserved{where}. {kept(one)}", names))
    return tuple(told)


def _as_written(one: Invariant, result: DiscoveryResult) -> sp.Expr:
    """With one letter for a constant that differs between groups of runs."""
    law = result.law
    return one.expression if law is None else collapsed_expression(one.expression, law, result.structure.owned)


def sides(relation: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """A relation, which is zero, as a constant and what it equals."""
    alone = [leaf for leaf in relation.atoms(sp.Symbol) if relation.coeff(leaf) == 1]
    left = max(alone, key=lambda leaf: int(leaf.name.removeprefix("c")))
    return left, left - relation


def kept(one: Invariant) -> str:
    """How much it varies along the measured runs, beside what noise makes."""
    if one.variation != one.variation:
        return ""
    told = f"Along the measured runs it varies by {percent(one.variation)} of what its terms do"
    noise = percent(one.expected)
    if one.variation > _NOT_KEPT * max(one.expected, 1e-3):
        return f"{told}, where noise alone could make {noise}: the law may lack a small term."
    return f"{told}; noise alone could make {noise}."

"""Laws of one rate: every equation has the same single term, with a constant of its own before it.

One reaction turns a substrate into cells and a product, at one rate in all of their equations. Where a curve was
smoothed through a bend between few samples, each equation alone is fitted better by another form, and all of them
together by the true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from discovery.selection.families import Family
from discovery.symbolic.summed import NOTHING

# Constants of a rate, its factor included: of an enzyme that its substrate inhibits there are three (Haldane 1930), of
# one that cooperates, too; one more is left for what moves drop.
MOST = 4


def of_one_rate(every: Sequence[Sequence[Family]], count: int, of_each: int) -> list[tuple[Family, ...]]:
    """One family for each state, all with the same single term, those of the shortest description first.

    Args:
        every: families of each state.
        count: values that were measured.
        of_each: rates kept of each number of constants; about a wrong curve many constants fit better than the truth.
    """
    best = [_best(families, count) for families in every]
    common = [form for form in best[0] if all(form in some for some in best[1:])] if len(best) > 1 else []
    rows = sorted((tuple(some[form] for some in best) for form in common), key=lambda row: _nats(row, count))
    sizes = [row[0].constants for row in rows]
    return [row for i, row in enumerate(rows) if sizes[:i].count(sizes[i]) < of_each]


def _best(families: Sequence[Family], count: int) -> dict[str, Family]:
    """Of each form of one term the family whose constants' signs fit best."""
    found: dict[str, Family] = {}
    single = [one for one in families if len(one.piece.terms) == 1 and one.constants <= MOST]
    for one in sorted(single, key=lambda one: one.nats(count)):
        found.setdefault(one.piece.shape, one)
    return found


def _nats(row: Sequence[Family], count: int) -> float:
    """Description length of all equations; the rate is stated once, and pointed at by the others."""
    first, *others = row
    further = [replace(one, others=(first.skeleton,)).nats(count) for one in others]
    return replace(first, told=NOTHING).nats(count) + sum(further)

"""Equations exchanged on long windows: what short windows could not tell apart is tried again where it matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import Deadline, Progress, silent
from discovery.selection.pool import Entry
from discovery.selection.refined import Refined, best_of_each_form, in_order, refine, refitted, side_by_side
from discovery.symbolic.constants import substituted
from discovery.types import Law, no_surcharge, symbol


@dataclass(frozen=True)
class Varying:
    """Settings of the exchange of equations.

    Attributes:
        sweeps: times that every equation is exchanged, at most; it ends when nothing changes.
        first: a short fit of every entry, from the constants and starts of the law at hand.
        promising: entries that are fitted further.
        further: their fit.
    """

    sweeps: int = 3
    first: Shooting = Shooting(iterations=3, tolerance=1e-3)
    promising: int = 8
    further: Shooting = Shooting(iterations=10, tolerance=1e-4)


def varied(
    refined: Sequence[Refined],
    pools: Mapping[str, Sequence[Entry]],
    windows: Windows,
    settings: Varying,
    *,
    threads: int,
    deadline: Deadline,
    surcharge: Callable[[Law], float] = no_surcharge,
    pairs: Sequence[tuple[Entry, Entry]] = (),
    progress: Progress = silent,
) -> list[Refined]:
    """The laws and the systems that differ from the best of them in one equation, or two, best first.

    Args:
        pairs: entries of two states that are tried together.
        surcharge: nats that a law is charged besides its score, which say which is the best and are not added.
    """
    forms = best_of_each_form(in_order(refined))  # of fits of one form from several starts the best
    if not refined:
        return []

    def charged(item: Refined) -> float:
        return item.score + surcharge(item.law)

    def better(best: Refined, laws: Sequence[Law]) -> Refined:
        """The best of it and the laws, which are fitted from its starts, where their form is new."""
        starts, fresh = best.fit.starts, [law for law in laws if law.skeletons not in forms]
        tried = side_by_side(
            lambda law: refine(law, windows, starts=starts, settings=settings.first), fresh, threads, deadline
        )
        promising = in_order(tried)[: settings.promising]
        tried = refitted(promising, windows, settings.further, threads=threads)
        forms.update(best_of_each_form(tried))
        return min([best, *tried], key=charged)

    best = min(refined, key=charged)
    places = {state: place for place, state in enumerate(pools)}
    best = better(best, [_both(best.law, places, pair) for pair in pairs])
    for sweep in range(settings.sweeps):
        before = best
        for place, (state, entries) in enumerate(pools.items()):
            if deadline.passed():
                break
            share = (sweep + place / len(pools)) / settings.sweeps
            progress("selection", f"exchanging the equation of {state} on long windows", share)
            best = better(best, [exchanged(best.law, place, entry) for entry in entries])
        if best is before:
            break
    return in_order(list(forms.values()))


def _both(law: Law, places: Mapping[str, int], pair: tuple[Entry, Entry]) -> Law:
    """The law with two other equations."""
    for entry in pair:
        law = exchanged(law, places[entry.state], entry)
    return law


def exchanged(law: Law, place: int, entry: Entry) -> Law:
    """The law with another equation, or another function where the rest was told, constants numbered through.

    Args:
        place: of the part that is exchanged.
    """
    if law.frame is not None and len(law.told) < len(law.frame.constants):
        law = _with_all(law, entry)
    constants = list(law.constants[: len(law.told)])
    parts: list[sp.Expr] = []
    for number, part in enumerate(law.parts):
        if number == place:
            own, values = entry.skeleton, dict(enumerate(entry.constants))
        else:
            own = part
            values = {i: law.constants[i] for i in range(len(law.told), len(law.constants)) if _has(part, i)}
        shift: dict[sp.Expr, sp.Expr] = {
            symbol(f"c{i}"): symbol(f"c{len(constants) + k}") for k, i in enumerate(values)
        }
        parts.append(substituted(own, shift))
        constants += values.values()
    sources = tuple(dict.fromkeys((*law.sources, *entry.sources)))
    return replace(law.rebuilt(parts, constants), sources=sources)


def _with_all(law: Law, entry: Entry) -> Law:
    """The law with the constants too that were told and that it does not need, as the entry may need them."""
    assert law.frame is not None
    names = [one.name for one in law.frame.constants]
    known = dict(zip(law.told, law.constants, strict=False))
    values = [known.get(name, first) for name, first in zip(names, entry.told, strict=True)]
    shift: dict[sp.Expr, sp.Expr] = {
        symbol(f"c{i}"): symbol(f"c{names.index(name)}") for i, name in enumerate(law.told)
    }
    more = len(names) - len(law.told)
    shift |= {symbol(f"c{i}"): symbol(f"c{i + more}") for i in range(len(law.told), len(law.constants))}
    found = tuple(substituted(part, shift) for part in law.found)
    # its skeletons are made anew where it is rebuilt
    return replace(law, found=found, told=tuple(names), constants=(*values, *law.constants[len(law.told) :]))


def _has(part: sp.Expr, number: int) -> bool:
    return symbol(f"c{number}") in part.free_symbols

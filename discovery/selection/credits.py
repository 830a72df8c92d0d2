"""Which engines proposed the equations of a law, however the law came about.

Moves, exchanges and relations lead to equations that engines had proposed as well, and to others that none had: a law
knows the engines that it began with only. Equations are the same if their forms are, whatever their constants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from discovery.laws import NO_ENGINES
from discovery.selection.pool import Entry, Sheets
from discovery.selection.refined import Refined
from discovery.selection.sheet import TINY, Sheet
from discovery.symbolic.constants import Term, gathered, term_of
from discovery.symbolic.sums import Sums, sums_of
from discovery.types import Law
from discovery.wording import listed

# Engines by equation of a law.
Credit = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Credits:
    """The engines that proposed each form of each state.

    Attributes:
        engines: by state and form, in the order in which they proposed it.
    """

    engines: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict[tuple[str, str], tuple[str, ...]])

    @classmethod
    def of(cls, sheets: Sheets) -> Credits:
        """What all candidates were, as they came and without their tiny terms, as pools hold them."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for state, sheet in sheets.items():
            for form, sources in _forms(sheet).items():
                found.setdefault((state, form), {}).update(dict.fromkeys(sources))
        return cls({place: tuple(sources) for place, sources in found.items()})

    def beside(self, pools: Mapping[str, Sequence[Entry]]) -> Credits:
        """With those of what pools hold besides: equations of states that are alike, found in another's place."""
        found = dict(self.engines)
        for state, entries in pools.items():
            sums = sums_of([entry.expression for entry in entries])
            terms = _terms(sums)
            for row, entry in enumerate(entries):
                place = (state, _form(terms, *sums.row(row)) or "")
                found[place] = tuple(dict.fromkeys((*found.get(place, ()), *entry.sources)))
        return Credits(found)

    def by_equation(self, law: Law) -> Credit:
        """The engines that proposed each of the law's equations, none of one that selection made; empty without any."""
        if not self.engines:
            return ()
        sums = sums_of(list(law.equations.values()))
        terms = _terms(sums)
        return tuple(
            self.engines.get((state, _form(terms, *sums.row(row)) or ""), ()) for row, state in enumerate(law.states)
        )

    def credited(self, refined: Sequence[Refined]) -> list[Refined]:
        """The laws with all engines that proposed their equations; those of a law that some equation is not of stay."""
        return [
            replace(item, fit=replace(item.fit, law=self._credited(item.law))) if self.engines else item
            for item in refined
        ]

    def _credited(self, law: Law) -> Law:
        every = self.by_equation(law)
        own = () if every and all(every) else law.sources
        return replace(law, sources=tuple(dict.fromkeys((*own, *(source for some in every for source in some)))))


def agreeing(law: Law, proposed: Credit) -> str:
    """Which engines proposed the law's equations, for a sentence; nothing where it is one, or none.

    Args:
        proposed: by equation; an engine that has not proposed all of them is told with the states of those it has.
    """
    engines = _engines(law.sources)
    told = [f"{name}{_share(name, proposed, law.states)}" for name in engines]
    return f"{len(engines)} engines: {', '.join(told)}" if len(engines) > 1 else ""


def _engines(sources: Sequence[str]) -> list[str]:
    """The engines among sources; what stands after a colon is a part of an engine."""
    return sorted({source.split(":")[0] for source in sources} - NO_ENGINES)


def _share(engine: str, proposed: Credit, states: Sequence[str]) -> str:
    """The states whose equations are the engine's as they are, in brackets where that is not all of them."""
    its = [state for state, sources in zip(states, proposed, strict=False) if engine in _engines(sources)]
    if not proposed or len(its) == len(states):
        return ""
    return f" ({listed(its)})" if its else " (in part)"


def _forms(sheet: Sheet) -> dict[str, list[str]]:
    """The forms of a state's candidates, each with the engines that proposed it."""
    sums = sheet.sums
    shorter = sums.without_tiny(sheet.shares(sums), TINY)
    supports: dict[tuple[int, ...], tuple[tuple[float, ...], dict[str, None]]] = {}
    for some in (sums, shorter):
        for i, source in enumerate(sheet.sources):
            support, numbers = some.row(i)
            supports.setdefault(support, (numbers, {}))[1].setdefault(source)
    terms, found = _terms(sums), dict[str, list[str]]()
    for support, (numbers, sources) in supports.items():
        form = _form(terms, support, numbers)
        if form is not None:
            found.setdefault(form, []).extend(sources)
    return found


def _terms(sums: Sums) -> list[Term | None]:
    """What the terms are, their numbers apart; None for one whose numbers no float holds."""
    found: list[Term | None] = []
    for term in sums.terms:
        try:
            found.append(term_of(term))
        except (OverflowError, ZeroDivisionError):
            found.append(None)
    return found


def _form(terms: Sequence[Term | None], support: Iterable[int], numbers: Iterable[float]) -> str | None:
    """The form of a sum of terms, those over one denominator as one fraction."""
    some = [(terms[i], number) for i, number in zip(support, numbers, strict=True)]
    whole = [term.times(number) for term, number in some if term is not None and np.isfinite(number)]
    return gathered(whole).shape if len(whole) == len(some) else None

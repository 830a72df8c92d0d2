"""The pool: for each state, distinct right-hand sides, the best few of every size and of every source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import sympy as sp

from discovery.laws import Frame
from discovery.problems.response import Response, responses_of
from discovery.protocols import NEVER, Deadline
from discovery.selection.sheet import Sheet, Tested
from discovery.symbolic.complexity import LENGTHS, Function, functions_of, node_count
from discovery.symbolic.constants import Piece, Term, gathered, substituted, term_of
from discovery.symbolic.stated import added_length
from discovery.symbolic.summed import summed_length
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

# Constants beyond which an equation of a whole law competes only within that law.
LARGE = 12
# Nats by which a family of other signs may be behind to be kept beside its better one.
OTHER_SIGNS = 5.0
# Strain up to which nothing speaks against a candidate; true laws stay below, those of stiff systems apart.
STRAINED = 10.0
# Times that the samples' responses are found about the likeliest candidates. About a wrong law the true one looks
# wrong: after one round a bead on a hoop (ODEBench, half of the samples at 5 % noise) is 211 nats behind and cut, after
# two it comes fifth. What counts is the round that a candidate fits best, as a later one may lead astray (Lorenz).
ROUNDS = 2
# Bits of the constants that fits start from: ten digits. In bits, other units give the same law to the last one.
BITS = 34

Sheets = Mapping[str, Sheet]


@dataclass(frozen=True)
class Entry:
    """One right-hand side of one state.

    Attributes:
        skeleton, constants: the family, with constants c0, c1, ..., and their values.
        errors: chi-squared by row on each regression of the problem.
        sources: engines that proposed it.
        frame: what was told of the law in which ``state`` is the name of an unknown function.
        told: values of the constants that were named there.
    """

    state: str
    skeleton: sp.Expr
    constants: tuple[float, ...]
    errors: tuple[float, ...]
    sources: tuple[str, ...]
    frame: Frame | None = None
    told: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """Nodes of the expression."""
        return node_count(self.skeleton)


def entry_of(state: str, terms: Sequence[sp.Expr], numbers: Sequence[float], sources: Sequence[str]) -> Entry | None:
    """The family of a sum of terms; None where a number is not finite."""
    piece = gathered([_term(term).times(number) for term, number in zip(terms, numbers, strict=True)])
    if not piece.values or not all(map(math.isfinite, piece.values)):
        return None
    return Entry(state, piece.family(), _rounded(piece.values), (), tuple(sources))


def split(candidates: Iterable[EquationCandidate | Law]) -> list[EquationCandidate]:
    """Whole laws taken apart into candidates of single equations."""
    single: list[EquationCandidate] = []
    for candidate in candidates:
        if isinstance(candidate, Law):
            source = candidate.sources[0] if candidate.sources else "law"
            single += [EquationCandidate(state, rhs, source) for state, rhs in candidate.equations.items()]
        else:
            single.append(candidate)
    return single


def pool(
    candidates: Sequence[EquationCandidate | Law],
    problem: DiscoveryProblem,
    *,
    per_size: int,
    most: int,
    short: float = 0.5,
    sheets: Sheets | None = None,
    beside: Mapping[str, Sequence[sp.Expr]] | None = None,
    deadline: Deadline = NEVER,
) -> dict[str, tuple[Entry, ...]]:
    """Distinct entries for each state, best first.

    Args:
        per_size: entries kept of each size by each regression.
        most: entries kept for a state, besides equations of whole laws with up to 12 constants, which all are.
        short: share of them that the shortest may have that are not ruled out.
        sheets: of these candidates, where they are there already.
        beside: by state, the right-hand sides of the others, where they are known: what they share is stated once.
        deadline: equations that it overtakes are ordered by the regressions alone.
    """
    sheets = sheets or sheets_of(candidates, problem)
    samples = _samples(sheets, problem, deadline)
    count = sum(int(np.isfinite(run.states).sum()) for run in problem.trajectories)
    shot = frozenset(source for candidate in candidates if isinstance(candidate, Law) for source in candidate.sources)
    every = {state: _families(sheet.sources, _tested(sheet, samples[state]), shot) for state, sheet in sheets.items()}
    told = _told(every, count) if beside is None else {}
    pools: dict[str, tuple[Entry, ...]] = {}
    for state in problem.names:
        others, functions = tuple((beside or {}).get(state, ())), told.get(state, frozenset())
        families = [replace(one, others=others, told=functions) for one in every.get(state, [])]
        # Equations of whole laws were fitted to trajectories: an error on derivatives says little of them.
        whole = [one for one in families if shot.intersection(one.sources) and one.constants <= LARGE]
        single = _cut([one for one in families if one not in whole], count, per_size, most, int(short * most))
        pools[state] = tuple(
            Entry(state, one.skeleton, _rounded(one.piece.values), one.errors, one.sources)
            for one in sorted((*single, *whole), key=lambda one: one.nats(count))
        )
    return pools


def _told(every: Mapping[str, Sequence[_Family]], count: int) -> dict[str, frozenset[Function]]:
    """For each state the functions that the likeliest equations of the others have: a law states them once."""
    likeliest = {
        state: functions_of(min(families, key=lambda one: one.nats(count)).skeleton)
        for state, families in every.items()
        if families
    }
    return {
        state: frozenset[Function]().union(*[some for other, some in likeliest.items() if other != state])
        for state in every
    }


def _tested(sheet: Sheet, samples: Sequence[Response]) -> Tested:
    """The candidates tested on all of the responses, one after another."""
    every = [sheet.tested(one) for one in samples] or [sheet.tested(None)]
    whole = every[0]
    for one in every[1:]:
        whole = whole.beside(one)
    return whole


@dataclass(frozen=True)
class _Family:
    """The best of the candidates that differ by constants only; its expression is made when it is asked for.

    Attributes:
        misfit: nats that it is behind the best fit to the samples' responses; 0 where there are none.
        strain: root mean square of its largest term over that of the whole.
        others: right-hand sides of the other states, where they are known.
        told: functions that the likeliest of the other states' have, where those are not known.
    """

    piece: Piece
    errors: tuple[float, ...]
    misfit: float
    sources: tuple[str, ...]
    strain: float
    others: tuple[sp.Expr, ...] = ()
    told: frozenset[Function] = frozenset()

    @cached_property
    def skeleton(self) -> sp.Expr:
        return self.piece.family()

    @cached_property
    def length(self) -> float:
        if self.others:
            return added_length(self.skeleton, self.others)
        return summed_length([term.family() for term in self.piece.terms], self.told)

    @property
    def constants(self) -> int:
        return len(self.piece.values)

    @property
    def fit(self) -> tuple[float, float]:
        """To compare fits of one family: a tenth of a nat on the samples says nothing, then the regressions decide."""
        return _fit(self.misfit, self.errors)

    def nats(self, count: int) -> float:
        """Description length of the law and of ``count`` samples, beyond that of the best fit.

        Terms that cancel imitate another: x / (k + x) with k far beyond the data, beside x, is x^2.
        """
        strained = 10.0 * math.log(max(self.strain / STRAINED, 1.0))
        return self.misfit + 0.5 * self.constants * math.log(count) + LENGTHS * self.length + strained

    def found_by(self, sources: Iterable[str]) -> _Family:
        return replace(self, sources=tuple(dict.fromkeys((*self.sources, *sources))))


def sheets_of(candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> Sheets:
    """The candidates of each state that has any."""
    mine: dict[str, list[EquationCandidate]] = {state: [] for state in problem.names}
    for one in split(candidates):
        mine[one.state].append(one)
    return {state: Sheet.of(problem, some) for state, some in mine.items() if some}


def _samples(sheets: Sheets, problem: DiscoveryProblem, deadline: Deadline) -> dict[str, tuple[Response, ...]]:
    """The samples' responses about the likeliest candidates, and about those that are likeliest then."""
    likely: dict[str, sp.Expr] = {}
    samples = {one.state: one for one in responses_of(problem, likely, deadline)}
    rounds: list[dict[str, Response]] = []
    for _ in range(ROUNDS):
        before = {state: _support(law) for state, law in likely.items()}
        found = {state: sheet.likely(samples[state]) for state, sheet in sheets.items() if state in samples}
        likely = {state: law for state, law in found.items() if law is not None}
        if rounds and before == {state: _support(law) for state, law in likely.items()}:
            break
        samples = {one.state: one for one in responses_of(problem, likely, deadline)}
        rounds.append(samples)
    return {state: tuple(one[state] for one in rounds if state in one) for state in sheets}


def _support(law: sp.Expr) -> frozenset[sp.Expr]:
    return frozenset(term.as_coeff_Mul()[1] for term in sp.Add.make_args(law))


def _families(proposed: Sequence[str], tested: Tested, shot: Collection[str] = ()) -> list[_Family]:
    """The candidates of one state without tiny terms, merged where they are one family or one function.

    Constants of other signs make another family: a law that grows is not one that decays. One that the samples speak
    against is left out, unless it was fitted to trajectories, which see more than responses do to first order.

    Args:
        proposed: source of each candidate.
        shot: sources of whole laws.
    """
    sums, errors, misfits, strains = tested.sums, tested.errors, tested.misfits, tested.strains
    terms = [_term(term) for term in sums.terms]
    alike: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[int]] = {}
    for i in np.flatnonzero(np.all(np.isfinite(errors), axis=1) & np.isfinite(misfits)).tolist():
        support, numbers = sums.row(i)
        alike.setdefault((support, _signs(numbers)), []).append(i)
    shapes: dict[tuple[str, tuple[bool, ...]], _Family] = {}
    for (support, _), rows in alike.items():
        best = min(rows, key=lambda i: (*_fit(float(misfits[i]), errors[i]), i))
        numbers = sums.row(best)[1]
        piece = gathered([terms[j].times(number) for j, number in zip(support, numbers, strict=True)])
        sources = dict.fromkeys(proposed[i % len(proposed)] for i in (best, *rows))
        if all(map(math.isfinite, piece.values)):
            scores = tuple(map(float, errors[best])), float(misfits[best])
            family = _Family(piece, *scores, tuple(sources), float(strains[best]))
            key = (piece.shape, _signs(piece.values))
            known = shapes.get(key, family)
            better, other = (family, known) if family.fit < known.fit else (known, family)
            shapes[key] = better.found_by(other.sources)
    least: dict[str, float] = {}
    for (shape, _), family in shapes.items():
        least[shape] = min(family.misfit, least.get(shape, math.inf))
    signed = [
        one
        for (shape, _), one in shapes.items()
        if one.misfit <= least[shape] + OTHER_SIGNS or not set(one.sources).isdisjoint(shot)
    ]
    functions: dict[tuple[str, ...], _Family] = {}
    for family in sorted(signed, key=lambda one: (len(one.piece.values), len(one.piece.shape))):
        values = tuple(f"{error:.5e}" for error in family.errors)
        functions[values] = functions.get(values, family).found_by(family.sources)
    return list(functions.values())


def _fit(misfit: float, errors: Iterable[float]) -> tuple[float, float]:
    """Rounded, so that the last digits, which differ between machines and units, decide nothing."""
    return round(misfit, 1), float(f"{math.prod(errors):.5e}")


def _rounded(numbers: Iterable[float]) -> tuple[float, ...]:
    """Constants to start a fit from, without the last bits, which depend on the number of threads."""
    parts = map(math.frexp, numbers)
    return tuple(math.ldexp(round(math.ldexp(mantissa, BITS)), power - BITS) for mantissa, power in parts)


def _signs(numbers: Iterable[float]) -> tuple[bool, ...]:
    return tuple(number > 0.0 for number in numbers)


def _term(product: sp.Expr) -> Term:
    try:
        return term_of(product)
    except (OverflowError, ZeroDivisionError):
        return Term(math.nan, ())


def _cut(families: Sequence[_Family], count: int, per_size: int, most: int, short: int) -> list[_Family]:
    """The shortest descriptions, and the best of every size and engine on every regression.

    Args:
        count: values that were measured.
        short: places for the shortest.
    """
    order = {i: (one.nats(count), i) for i, one in enumerate(families)}
    kept: set[int] = set()
    for regression in range(len(families[0].errors) if families else 0):
        taken: Counter[tuple[int, str]] = Counter()
        for i in sorted(range(len(families)), key=lambda i: (families[i].errors[regression], i)):
            key = (families[i].constants, families[i].sources[0].split(":")[0])
            taken[key] += 1
            if taken[key] <= per_size:
                kept.add(i)
    ranked = sorted(order, key=lambda i: order[i])
    # The best of each number of constants comes first, so that a cut at `most` never removes a size.
    best: dict[int, int] = {}
    for i in ranked:
        best.setdefault(families[i].constants, i)
    chosen = dict.fromkeys([*best.values(), *ranked[:short], *sorted(kept, key=lambda i: order[i]), *ranked])
    return [families[i] for i in sorted(list(chosen)[:most], key=lambda i: order[i])]


def law_of(entries: Sequence[Entry]) -> Law:
    """The law of one entry for each state, constants numbered through."""
    skeletons: list[sp.Expr] = []
    frame = entries[0].frame
    constants: list[float] = list(entries[0].told)
    for entry in entries:
        first = len(constants)
        shift: dict[sp.Expr, sp.Expr] = {symbol(f"c{i}"): symbol(f"c{first + i}") for i in range(len(entry.constants))}
        skeletons.append(substituted(entry.skeleton, shift))
        constants += entry.constants
    sources = tuple(dict.fromkeys(source for entry in entries for source in entry.sources))
    if frame is not None:
        return frame.law(skeletons, constants, sources=sources)
    return Law(tuple(entry.state for entry in entries), tuple(skeletons), tuple(constants), sources)

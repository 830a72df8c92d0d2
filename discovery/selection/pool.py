"""The pool: for each state, distinct right-hand sides, the best few of every size and of every source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from discovery.laws import Frame
from discovery.problems.response import Response, responses_of
from discovery.protocols import NEVER, Deadline
from discovery.selection.alike import in_all_places
from discovery.selection.families import Family, families_of, signs_of, tame_term
from discovery.selection.one_rate import of_one_rate
from discovery.selection.sheet import Sheet, Tested
from discovery.selection.shortlist import shortlist
from discovery.symbolic.complexity import LENGTHS, PER_TRANSCENDENTAL, Function
from discovery.symbolic.constants import gathered, substituted
from discovery.symbolic.summed import NOTHING, Told
from discovery.symbolic.sums import weighted_sum_of
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

# Constants beyond which an equation of a whole law competes only within that law.
LARGE = 12
# Share of the places for equations that states have in common, where they may be alike: all of their samples speak of
# these.
ALIKE = 0.9
# Nats by which an equation may be longer than the likeliest for others to have its functions: what two are worth.
ALSO = 2.0 * PER_TRANSCENDENTAL
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
        sources: engines that proposed it.
        frame: what was told of the law in which ``state`` is the name of an unknown function.
        told: values of the constants that were named there.
    """

    state: str
    skeleton: sp.Expr
    constants: tuple[float, ...]
    sources: tuple[str, ...]
    frame: Frame | None = None
    told: tuple[float, ...] = ()

    @property
    def expression(self) -> sp.Expr:
        """The right-hand side with its numbers."""
        return substituted(self.skeleton, {symbol(f"c{i}"): sp.Float(one) for i, one in enumerate(self.constants)})


def entry_of(state: str, terms: Sequence[sp.Expr], numbers: Sequence[float], sources: Sequence[str]) -> Entry | None:
    """The family of a sum of terms; None where a number is not finite."""
    piece = gathered([tame_term(term).times(number) for term, number in zip(terms, numbers, strict=True)])
    if not piece.values or not all(map(math.isfinite, piece.values)):
        return None
    return Entry(state, piece.family(), _rounded(piece.values), tuple(sources))


def split(candidates: Iterable[EquationCandidate | Law]) -> list[EquationCandidate]:
    """Whole laws taken apart into candidates of single equations."""
    single: list[EquationCandidate] = []
    for candidate in candidates:
        if isinstance(candidate, Law):
            source = candidate.sources[0] if candidate.sources else "law"
            for state, skeleton in zip(candidate.states, candidate.skeletons, strict=True):
                side = weighted_sum_of(skeleton, candidate.constants)
                single.append(EquationCandidate(state, candidate.equations[state] if side is None else side, source))
        else:
            single.append(candidate)
    return single


@dataclass(frozen=True)
class Pools:
    """What is tried on the trajectories.

    Attributes:
        entries: for each state distinct right-hand sides, best first.
        of_one_rate: laws with one rate in all equations, best first, that no single equation may speak for.
    """

    entries: dict[str, tuple[Entry, ...]]
    of_one_rate: tuple[Law, ...] = ()


def pool(
    candidates: Sequence[EquationCandidate | Law],
    problem: DiscoveryProblem,
    *,
    per_size: int,
    most: int,
    one_rate: int = 0,
    short: float = 0.5,
    sheets: Sheets | None = None,
    beside: Mapping[str, Sequence[sp.Expr]] | None = None,
    deadline: Deadline = NEVER,
) -> Pools:
    """Distinct entries for each state, and laws of one rate.

    Args:
        per_size: entries kept of each size by each regression.
        most: entries kept for a state, besides equations of whole laws with up to 12 constants, which all are.
        one_rate: laws of one rate that are kept of each number of constants.
        short: share of them that the shortest may have that are not ruled out.
        sheets: of these candidates, where they are there already.
        beside: by state, the right-hand sides of the others, where they are known: what they share is stated once.
        deadline: equations that it overtakes are ordered by the regressions alone.
    """
    sheets = sheets or sheets_of(candidates, problem)
    samples = _samples(sheets, problem, deadline)
    count = sum(int(np.isfinite(run.states).sum()) for run in problem.trajectories)
    shot = frozenset(source for candidate in candidates if isinstance(candidate, Law) for source in candidate.sources)
    tested = {state: _tested(sheet, samples[state]) for state, sheet in sheets.items()}
    every = {
        state: families_of(sheet.sources, tested[state], shot, among=shortlist(tested[state], count, most))
        for state, sheet in sheets.items()
    }
    told = _told(every, count) if beside is None else {}
    for state, families in every.items():
        others, functions = tuple((beside or {}).get(state, ())), told.get(state, NOTHING)
        every[state] = [replace(one, others=others, told=functions) for one in families]
    known = {state: (tested[state], families) for state, families in every.items()}
    single = [one for one in candidates if isinstance(one, EquationCandidate)]
    common = in_all_places(single, problem, known, samples, count, shot) if not deadline.passed() else {}
    pools: dict[str, tuple[Entry, ...]] = {}
    for state in problem.names:
        families = every.get(state, [])
        # Equations of whole laws were fitted to trajectories: an error on derivatives says little of them.
        fitted = [not shot.isdisjoint(one.sources) and one.constants <= LARGE for one in families]
        whole = [one for one, is_whole in zip(families, fitted, strict=True) if is_whole]
        alike = _cut(common.get(state, []), count, per_size, round(ALIKE * most), 1.0)
        rest = [one for one, is_whole in zip(families, fitted, strict=True) if not is_whole]
        apart = _cut(rest, count, per_size, most - len(alike), short)
        distinct = _distinct(sorted((*alike, *apart, *whole), key=lambda one: one.nats(count)), alike)
        pools[state] = tuple(_entry(state, one) for one in distinct)
    rows = of_one_rate([every.get(state, ()) for state in problem.names], count, one_rate) if one_rate else []
    return Pools(pools, tuple(law_of([_entry(*one) for one in zip(problem.names, row, strict=True)]) for row in rows))


def _entry(state: str, family: Family) -> Entry:
    return Entry(state, family.skeleton, _rounded(family.piece.values), family.sources)


def _told(every: Mapping[str, Sequence[Family]], count: int) -> dict[str, Told]:
    """For each state what the likeliest equations of the others have, and functions that less likely ones would have.

    A law states them once: an angle's cosine in one equation makes the sine in another likely, and the reverse.
    """
    ranked = {state: sorted(some, key=lambda one: one.nats(count)) for state, some in every.items() if some}
    likely = {state: families[0].functions for state, families in ranked.items()}
    found: dict[str, Told] = {}
    for state in every:
        others = [other for other in ranked if other != state]
        told = Told.by(ranked[other][0].skeleton for other in others)
        instead: dict[frozenset[Function], float] = {}
        for other in others:
            rest = frozenset[Function]().union(*[likely[one] for one in others if one != other])
            least = ranked[other][0].nats(count)
            for one in ranked[other]:
                more = (one.nats(count) - least) / LENGTHS
                if more > ALSO:
                    break
                functions = rest | one.functions
                if not any(functions <= some for some in (told.functions, *instead)):
                    instead[functions] = more
        found[state] = replace(told, instead=tuple(instead.items()))
    return found


def _tested(sheet: Sheet, samples: Sequence[Response]) -> Tested:
    """The candidates tested on all of the responses, one after another."""
    every = [sheet.tested(one) for one in samples] or [sheet.tested(None)]
    whole = every[0]
    for one in every[1:]:
        whole = whole.beside(one)
    return whole


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


def _rounded(numbers: Iterable[float]) -> tuple[float, ...]:
    """Constants to start a fit from, without the last bits, which depend on the number of threads."""
    parts = map(math.frexp, numbers)
    return tuple(math.ldexp(round(math.ldexp(mantissa, BITS)), power - BITS) for mantissa, power in parts)


def _cut(families: Sequence[Family], count: int, per_size: int, most: int, short: float) -> list[Family]:
    """The shortest descriptions, and the best of every size and engine on every regression.

    Args:
        count: values that were measured.
        short: share of the places for the shortest.
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
    shortest = ranked[: int(short * most)]
    chosen = dict.fromkeys([*best.values(), *shortest, *sorted(kept, key=lambda i: order[i]), *ranked])
    return [families[i] for i in sorted(list(chosen)[:most], key=lambda i: order[i])]


def _distinct(families: Sequence[Family], alike: Sequence[Family]) -> list[Family]:
    """Each family once: one may be there of its state alone, and of all states that are alike."""
    if not alike:
        return list(families)
    found: dict[tuple[sp.Expr, tuple[bool, ...]], Family] = {}
    for one in families:
        found.setdefault((one.skeleton, signs_of(one.piece.values)), one)
    return list(found.values())


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

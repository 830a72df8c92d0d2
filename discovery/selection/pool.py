"""The pool: for each state, distinct right-hand sides, the best few of every size and of every source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.evaluate import values
from discovery.errors import ExpressionError
from discovery.selection.score import score
from discovery.symbolic.canonical import canonical, drop_tiny
from discovery.symbolic.complexity import description_length, node_count
from discovery.symbolic.constants import abstract, substituted
from discovery.symbolic.evaluate import compiled
from discovery.types import DiscoveryProblem, EquationCandidate, Law, Regression, symbol

# A term that contributes less than this share of the equation's root mean square is dropped: such terms fit the
# smoother's error (chosen by experiment on published systems without noise).
TINY = 1e-3
# Values beyond this are wild: the square of a residual could overflow.
LARGEST = 1e100
# Constants beyond which an equation of a whole law competes only within that law.
LARGE = 12
# Chi-squared by row below which a regression does not rule an equation out. At noise of 5 % the true equations of the
# design half have 0.5 to 5 on smoothed derivatives and in weak form, whose errors are alike from row to row, so that
# anything below says nothing: there the shortest stay.
CREDIBLE = 3.0
# Candidates of each number of constants that one part of an engine keeps, however well the other parts fit.
FINE = 2


@dataclass(frozen=True)
class Entry:
    """One right-hand side of one state.

    Attributes:
        skeleton, constants: the family, with constants c0, c1, ..., and their values.
        errors: chi-squared by row on each regression of the problem.
        sources: engines that proposed it.
    """

    state: str
    skeleton: sp.Expr
    constants: tuple[float, ...]
    errors: tuple[float, ...]
    sources: tuple[str, ...]

    @property
    def size(self) -> int:
        """Nodes of the expression."""
        return node_count(self.skeleton)


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
    candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem, *, per_size: int, most: int
) -> dict[str, tuple[Entry, ...]]:
    """Distinct entries for each state, best first.

    Args:
        per_size: entries kept of each size by each regression.
        most: entries kept for a state, besides equations of whole laws with up to 12 constants, which all are.
    """
    single = split(candidates)
    counts = [len(regression.targets) for regression in problem.regressions]
    shot = frozenset(source for candidate in candidates if isinstance(candidate, Law) for source in candidate.sources)
    pools: dict[str, tuple[Entry, ...]] = {}
    for state in problem.names:
        entries = _entries(promising([c for c in single if c.state == state], problem, shot, per_size, most), problem)
        # Equations of whole laws were fitted to trajectories: an error on derivatives says little of them.
        whole = [entry for entry in entries if shot.intersection(entry.sources) and len(entry.constants) <= LARGE]
        pools[state] = (*_cut([e for e in entries if e not in whole], counts, per_size, most), *whole)
    return pools


def promising(
    candidates: Sequence[EquationCandidate], problem: DiscoveryProblem, whole: frozenset[str], per_size: int, most: int
) -> list[EquationCandidate]:
    """Candidates worth making canonical: by values alone, the best of each size and source on each regression.

    Equal functions are kept once, so that a law that was found in many writings does not crowd out the others.

    Args:
        candidates: of one state.
        whole: sources of whole laws, whose equations all stay.
        per_size: candidates of each number of constants and engine; each part of an engine keeps two of its own.
        most: the shortest so many are kept besides of those that a regression does not rule out.
    """
    rest = [candidate for candidate in candidates if candidate.source not in whole]
    kept = [candidate for candidate in candidates if candidate.source in whole]
    if not rest:
        return kept
    errors = _all_errors(rest, problem)
    usable = np.flatnonzero(np.all(np.isfinite(errors), axis=1))
    sizes = [_numbers(candidate.expression) for candidate in rest]
    lengths = np.array([description_length(candidate.expression) for candidate in rest])
    distinct: dict[tuple[str, ...], int] = {}
    for i in sorted(usable, key=lambda i: (lengths[i], i)):
        distinct.setdefault(tuple(f"{error:.5e}" for error in errors[i]), int(i))
    usable = np.array(sorted(distinct.values()), dtype=int)
    chosen: set[int] = set()
    for column in errors.T:
        coarse: Counter[tuple[int, str]] = Counter()
        fine: Counter[tuple[int, str]] = Counter()
        for i in usable[np.argsort(column[usable], kind="stable")]:
            source = rest[i].source
            one, other = (sizes[i], source.split(":")[0]), (sizes[i], source)
            if coarse[one] < per_size or fine[other] < FINE:
                chosen.add(int(i))
                coarse[one] += 1
                fine[other] += 1
        believed = [int(i) for i in usable if column[i] <= CREDIBLE]
        chosen.update(sorted(believed, key=lambda i: (lengths[i] + _doubt(column[i]), i))[:most])
    return [*(rest[i] for i in sorted(chosen)), *kept]


def _doubt(error: float) -> float:
    """Nats that a chi-squared by row weighs against length: rows are alike, so that about twenty of them count."""
    return 10.0 * math.log(max(error, 0.5))


def _numbers(expression: sp.Expr) -> int:
    """About the number of constants: numbers that are not integers, and terms."""
    return len(expression.atoms(sp.Float)) if expression.args else 1


def _all_errors(
    candidates: Sequence[EquationCandidate], problem: DiscoveryProblem
) -> Float[np.ndarray, "one regression"]:
    """Chi-squared by row of each candidate on each regression; not finite where it is undefined or wild."""
    equation = problem.names.index(candidates[0].state)
    program = compiled([candidate.expression for candidate in candidates], problem.names)
    errors = np.full((len(candidates), len(problem.regressions)), np.inf)
    for place, regression in enumerate(problem.regressions):
        columns = program(regression.states)
        good = np.all(np.abs(columns) < LARGEST, axis=0)
        residuals = regression.operator(np.where(good, columns, 0.0)) - regression.targets[:, [equation]]
        weighted = residuals / regression.deviations[:, [equation]]
        errors[good, place] = np.mean(weighted[:, good] ** 2, axis=0)
    return errors


def _entries(candidates: Sequence[EquationCandidate], problem: DiscoveryProblem) -> list[Entry]:
    """Candidates without tiny terms, merged where they are one family; the better constants stay."""
    best: dict[sp.Expr, Entry] = {}
    states = problem.regression("derivative").states
    states = states[:: max(1, len(states) // 300)]
    for expression, sources in _first_of_each_support(candidates):
        expression = canonical(drop_tiny(expression, states, problem.names, TINY))
        skeleton, constants = abstract(expression, implicit=True, inner=False)
        if not constants and skeleton != 0:  # zero is the law of a state that never changes
            continue
        known = best.get(skeleton)
        if known is not None and known.constants == constants:
            best[skeleton] = _with_source(known, *sources)
            continue
        errors = _errors(skeleton, constants, candidates[0].state, problem)
        if not np.all(np.isfinite(errors)):
            continue
        entry = Entry(candidates[0].state, skeleton, constants, errors, sources)
        if known is not None:
            better, other = (entry, known) if min(entry.errors) < min(known.errors) else (known, entry)
            entry = _with_source(better, *other.sources)
        best[skeleton] = entry
    return list(best.values())


def _first_of_each_support(
    candidates: Sequence[EquationCandidate], copies: int = 2
) -> list[tuple[sp.Expr, tuple[str, ...]]]:
    """The first candidates of each set of terms, with the sources of all: engines find simple laws again and again."""
    alike: dict[frozenset[sp.Expr], list[EquationCandidate]] = {}
    for candidate in candidates:
        key = frozenset(term.as_coeff_Mul()[1] for term in sp.Add.make_args(candidate.expression))
        alike.setdefault(key, []).append(candidate)
    return [
        (one.expression, tuple(dict.fromkeys(other.source for other in group)))
        for group in alike.values()
        for one in group[:copies]
    ]


def _with_source(entry: Entry, *sources: str) -> Entry:
    merged = tuple(dict.fromkeys((*entry.sources, *sources)))
    return Entry(entry.state, entry.skeleton, entry.constants, entry.errors, merged)


def _errors(
    skeleton: sp.Expr, constants: tuple[float, ...], state: str, problem: DiscoveryProblem
) -> tuple[float, ...]:
    equation = problem.names.index(state)
    return tuple(_error(skeleton, constants, problem.names, r, equation) for r in problem.regressions)


def _error(
    skeleton: sp.Expr, constants: tuple[float, ...], names: Sequence[str], regression: Regression, equation: int
) -> float:
    try:
        column = values([skeleton], names, regression.states, constants)
    except ExpressionError:
        return float("inf")
    if not np.all(np.abs(column) < LARGEST):
        return float("inf")
    residual: Float[np.ndarray, " row"] = regression.operator(column)[:, 0] - regression.targets[:, equation]
    return float(np.mean((residual / regression.deviations[:, equation]) ** 2))


def _cut(entries: Sequence[Entry], counts: Sequence[int], per_size: int, most: int) -> tuple[Entry, ...]:
    """The best of every size and source on every regression, then by static score; never by score alone.

    Args:
        counts: rows of each regression.
    """
    kept: dict[int, Entry] = {}
    order: dict[int, float] = {}
    for regression, rows in enumerate(counts):
        ranked = sorted(range(len(entries)), key=lambda i: (entries[i].errors[regression], i))
        sizes: dict[tuple[int, str], int] = {}
        for i in ranked:
            entry = entries[i]
            key = (len(entry.constants), entry.sources[0].split(":")[0])
            sizes[key] = sizes.get(key, 0) + 1
            static = score([entry.skeleton], len(entry.constants), entry.errors[regression] * rows, rows)
            order[i] = min(order.get(i, np.inf), static)
            if sizes[key] <= per_size:
                kept[i] = entry
    # The best of each number of constants comes first, so that a cut at `most` never removes a size.
    best: dict[int, int] = {}
    for i in sorted(kept, key=lambda i: (order[i], i)):
        best.setdefault(len(kept[i].constants), i)
    front = sorted(best.values(), key=lambda i: (order[i], i))
    rest = [i for i in sorted(kept, key=lambda i: (order[i], i)) if i not in set(front)]
    length = {i: description_length(entries[i].skeleton) for i in order}
    others = [i for i in order if i not in kept and min(entries[i].errors) <= CREDIBLE]
    others.sort(key=lambda i: (length[i] + _doubt(min(entries[i].errors)), i))
    # Half of the places go to the shortest that are not ruled out.
    chosen = [*front, *rest[: most - len(front) - min(len(others), most // 2)], *others][:most]
    return tuple(entries[i] for i in sorted(chosen, key=lambda i: (order[i], i)))


def law_of(entries: Sequence[Entry]) -> Law:
    """The law of one entry for each state, constants numbered through."""
    skeletons: list[sp.Expr] = []
    constants: list[float] = []
    for entry in entries:
        first = len(constants)
        shift: dict[sp.Expr, sp.Expr] = {symbol(f"c{i}"): symbol(f"c{first + i}") for i in range(len(entry.constants))}
        skeletons.append(substituted(entry.skeleton, shift))
        constants += entry.constants
    sources = tuple(dict.fromkeys(source for entry in entries for source in entry.sources))
    return Law(tuple(entry.state for entry in entries), tuple(skeletons), tuple(constants), sources)

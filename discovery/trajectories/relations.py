"""Algebraic relations between columns: combinations of states, or of their products, that do not change.

S + I + R = 1, y = 2 x + 1, x² + y² = 1, z = x y. Each is a combination of monomials whose variance is no larger than
noise makes it: the least eigenvalue of the monomials' covariance, measured by that of their noise. Monomials that the
combination can do without are then taken away one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float

from discovery.library.grammar import Powers, monomial
from discovery.trajectories.computed import computed
from discovery.trajectories.digits import FLOATING, rounding
from discovery.trajectories.least_change import fewest, least
from discovery.trajectories.noisy_rows import Rows, error_covariance, noise_in_rows, rows_of, usual
from discovery.types import Trajectory

# Variance over that of noise, by degree of freedom, up to which a combination does not change. The noise is known from
# the samples to some 10 %, its variance to 20 %.
STILL = 1.5
# A linear one may vary by more among few rows: so many standard errors of a ratio of two variances, both estimated from
# them, up to a limit. A sum of 75 counts varied by 1.53.
UNSURE, LOOSEST = 4.0, 2.0
# Deviation over noise of the states that are looked at, and of two terms of a relation at least; else it says nothing.
CLEAR = 5.0
# States beyond which no products are looked at, and relations that are looked for: a search takes a tenth of a second.
MOST_STATES, MOST = 6, 10
# Terms that a quadratic relation may have, a state beside its square not counted: with more, by trial on the known
# systems with noise, there is often one by chance, and no reader sees anything in it.
MOST_TERMS = 3
# Noise of a state, relative to its deviation, from which on a square about a centre that was not measured says nothing:
# to some thousandths of its width a conic draws the arc of any smooth curve that bends one way.
BLURRED = 1e-3
# Rows for each monomial, below which chance finds relations.
ROWS_PER_TERM = 4
# Products are taken of the states as they are, unless a mean is so many times the deviation that squares would lose
# their digits; and of the states from their means, where these are this large. The shorter relation is kept.
OFFSETS = (30.0, 3.0)
# Mean square of what is left in a row over its own noise, where that differs from row to row, above which a combination
# does change: two deviations, as noise is known to some 10 % only.
OFF = 4.0
# Deviations of their rounding by which columns may miss what they were computed from: those of a few rows are unsure.
ROUNDED = 3.0
# Share of the noise below which a relation was computed rather than measured.
EXACT = 0.1
# Standard errors up to which all factors of a sum are 1 or -1, and the largest difference excused so: counts add up.
EVEN, KNOWN = 3.0, 0.05
# Relative error of each factor up to which a combination of more columns than so many counts, unless it is a sum or a
# difference of them all: smooth courses of one short run are as good as collinear, to some 4 to 13 % in a ladder of RC
# elements and six modes of a wave. Of the known systems all sums are found as before, with 0.1 to 5 % of noise.
PLAIN, SHARP = 3, 0.03
# Standard errors by which the value of a combination may differ from run to run and still be one value.
SAME = 4.0


@dataclass(frozen=True)
class Relation:
    """A combination of monomials that stays the same along each run.

    Attributes:
        terms: exponents of the states in each monomial.
        factors: of the monomials.
        origins: what is subtracted from each state first; nearly always 0.
        doubts: standard errors of the factors.
        value: of the combination; the mean over the runs where it differs from run to run.
        value_doubt: its standard error.
        everywhere: whether it has that value in all runs.
        noise: deviation of the combination that noise alone explains.
        scatter: deviation of the combination that is seen.
        surplus: the state that the others give; -1 where none follows from them, or not in every run.
    """

    terms: tuple[Powers, ...]
    factors: tuple[float, ...]
    doubts: tuple[float, ...]
    origins: tuple[float, ...]
    value: float
    value_doubt: float
    everywhere: bool
    noise: float
    scatter: float
    surplus: int = -1

    @property
    def exact(self) -> bool:
        """Whether it holds much better than noise lets it: one column was computed from the others."""
        return self.scatter < EXACT * self.noise

    @property
    def alone(self) -> int:
        """Place of the term that the others give, which is a state that stands in no other; -1 if there is none."""
        place = _alone(self.terms)
        return -1 if place is None else place

    @property
    def states(self) -> tuple[int, ...]:
        """Places of the states that stand in it."""
        return tuple(place for place in range(len(self.terms[0])) if any(powers[place] for powers in self.terms))

    @property
    def degree(self) -> int:
        """1 for a linear relation, 2 with squares or products."""
        return max(sum(powers) for powers in self.terms)


def relations(
    trajectories: Sequence[Trajectory], noise: Sequence[float], proportional: Sequence[bool] = ()
) -> tuple[Relation, ...]:
    """Linear relations first; then quadratic ones among the states that no linear one makes surplus.

    Args:
        noise: deviation of each state's noise, in its unit.
        proportional: whether it grows with the state, and is that deviation on average; none does if empty.
    """
    grows = np.array(proportional or [False] * len(noise))
    plain = rows_of(trajectories, noise, grows, np.inf)
    found: list[Relation] = []
    if len(plain.values) == 0:
        return ()
    dimension = len(plain.sizes)
    digits = rounding(trajectories) / plain.sizes
    states = list(range(dimension))
    while len(found) < min(dimension - 1, MOST) and (one := _computed(plain, states, digits)) is not None:
        found.append(one)
        states.remove(_pivot(one).index(1))
    clear = usual(plain) * CLEAR < plain.values.std(axis=0)
    states = [state for state in states if clear[state]]
    for degree, views in ((1, [plain]), (2, [rows_of(trajectories, noise, grows, offset) for offset in OFFSETS])):
        if degree == 2 and len(states) > MOST_STATES:
            break
        terms = _monomials(dimension, states, degree)
        while len(found) < min(dimension - 1, MOST) and (one := _shortest(views, terms)) is not None:
            found.append(one)
            pivot = _pivot(one)
            terms = [powers for powers in terms if powers != pivot]
            if degree == 1:
                states.remove(pivot.index(1))
    return tuple(found)


def _shortest(views: Sequence[Rows], terms: Sequence[Powers]) -> Relation | None:
    """The relation with the fewest terms that any view of the data shows."""
    every = [one for rows in views if (one := _relation(rows, terms)) is not None]
    return min(every, key=lambda one: len(one.terms), default=None)


def _monomials(dimension: int, states: Sequence[int], degree: int) -> list[Powers]:
    """Products of up to ``degree`` of those states, the plain states first."""
    return [
        tuple(factors.count(state) for state in range(dimension))
        for number in range(1, degree + 1)
        for factors in combinations_with_replacement(states, number)
    ]


def _relation(rows: Rows, terms: Sequence[Powers]) -> Relation | None:
    """The relation with the fewest terms that elimination finds; None if the terms have none."""
    if len(terms) < 2:
        return None
    values = np.stack([monomial(rows.values, powers) for powers in terms], axis=1)
    counts = np.bincount(rows.runs)
    sums = np.stack([np.bincount(rows.runs, column) for column in values.T], axis=1)
    centred = values - (sums / np.maximum(counts, 1)[:, None])[rows.runs]
    freedom = len(values) - np.count_nonzero(counts) - len(terms)
    if freedom < ROWS_PER_TERM * len(terms):
        return None
    covariance = centred.T @ centred / freedom
    errors = error_covariance(rows, terms)
    linear = all(sum(powers) == 1 for powers in terms)
    kept = fewest(covariance, errors, _most(int(freedom)) if linear else STILL)
    if not kept:
        return None
    _, factors = least(covariance, errors, kept)
    found = _stated(
        rows, [terms[i] for i in kept], factors, values[:, kept], centred[:, kept], errors[np.ix_(kept, kept)]
    )
    return None if found is None or _by_chance(found) else _evened(found, rows)


def _by_chance(found: Relation) -> bool:
    """Whether a combination of many columns has factors that neither are all 1 or -1 nor are known well."""
    factors, doubts = np.abs(found.factors), np.array(found.doubts)
    alike = np.all(np.abs(factors - 1.0) <= EVEN * doubts) and np.all(doubts <= 1.0 / EVEN)
    few = len(found.terms) <= PLAIN or found.degree > 1 or found.exact
    return not (few or alike or bool(np.all(doubts <= SHARP * factors)))


def _computed(rows: Rows, states: Sequence[int], digits: Float[np.ndarray, " state"]) -> Relation | None:
    """The linear relation of two or three of those states that holds far better than their noise lets it, if one does.

    Args:
        digits: deviation of each state's rounding, in the scale of the rows.
    """
    factors = computed(rows.values, rows.noise, digits, states, EXACT)
    if factors is None:
        return None
    kept = [int(state) for state in np.flatnonzero(factors)]
    terms = [tuple(int(place == state) for place in range(len(factors))) for state in kept]
    values = rows.values[:, kept]
    spread = float(np.sum((factors * digits) ** 2))
    # What two sensors of one thing have in common may pass for their noise, but not each one's own for rounding.
    if np.std(values @ factors[kept]) > ROUNDED * spread**0.5 + FLOATING * float(np.max(np.abs(values), initial=0.0)):
        return None
    errors = error_covariance(rows, terms)
    found = _stated(rows, terms, factors[kept], values, values - values.mean(axis=0), errors, spread)
    return None if found is None else _evened(found, rows)


def _evened(found: Relation, rows: Rows) -> Relation:
    """The relation with the factors 1 and -1, where it is a sum of three states or more and no error is against it."""
    factors, doubts = np.array(found.factors), np.array(found.doubts)
    near = np.abs(np.abs(factors) - 1.0) <= np.minimum(EVEN * doubts, KNOWN)
    if found.degree > 1 or len(factors) < 3 or not np.all(near | (factors == 1.0)):
        return found
    states = [powers.index(1) for powers in found.terms]
    sums = (rows.values * rows.sizes)[:, states] @ np.sign(factors)
    return replace(
        found,
        factors=tuple(np.sign(factors).tolist()),
        doubts=(0.0,) * len(factors),
        value=float(sums.mean()),
        value_doubt=found.noise / len(sums) ** 0.5,
    )


def _most(freedom: int) -> float:
    """Variance over that of noise up to which a linear combination does not change."""
    return max(STILL, min(1.0 + UNSURE * 2.0 / freedom**0.5, LOOSEST))


def _stated(
    rows: Rows,
    terms: Sequence[Powers],
    factors: Float[np.ndarray, " term"],
    values: Float[np.ndarray, "row term"],
    centred: Float[np.ndarray, "row term"],
    errors: Float[np.ndarray, "term term"],
    rounded: float = 0.0,
) -> Relation | None:
    """The relation in the data's units; None if fewer than two terms stand out of the noise, and it is not exact.

    Args:
        rounded: mean square that the combination misses by rounding to the digits of its states.
    """
    if _size(terms) > MOST_TERMS:
        return None
    noise = float(np.sqrt(factors @ errors @ factors))
    scatter = float(np.std(centred @ factors))
    beside = max(scatter**2 - rounded, 0.0) ** 0.5
    computed = beside < EXACT * noise
    if not rounded and np.count_nonzero(np.abs(factors) * centred.std(axis=0) >= CLEAR * noise) < 2:
        return None
    levels, counts = values @ factors, np.bincount(rows.runs)
    there = counts > 0
    means = (np.bincount(rows.runs, levels) / np.maximum(counts, 1))[there]
    doubts = noise * (1.0 / np.sqrt(counts[there]) + 1.0 / np.sqrt(len(levels)))
    everywhere = bool(np.all(np.abs(means - levels.mean()) <= SAME * doubts))
    pivot = _alone(terms)
    lead = 0 if pivot is None else pivot
    if not computed and (_off(rows, terms, factors, values) or (pivot is None and _needless(rows, terms, factors))):
        return None
    doubts_of, value_doubt = _doubts(
        values, centred, factors / factors[lead], lead, min(noise, scatter) / abs(factors[lead])
    )
    sizes = np.array([monomial(rows.sizes[None], powers)[0] for powers in terms])
    unit = sizes[lead]
    return Relation(
        tuple(terms),
        tuple(float(one) for one in factors / factors[lead] * unit / sizes),
        tuple(float(one) for one in doubts_of * unit / sizes),
        tuple(float(one) for one in rows.origins),
        float(levels.mean() / factors[lead] * unit),
        float(value_doubt * unit),
        everywhere,
        float(noise / abs(factors[lead]) * unit),
        float(beside / abs(factors[lead]) * unit),
        terms[lead].index(1) if everywhere and pivot is not None else -1,
    )


def _off(
    rows: Rows,
    terms: Sequence[Powers],
    factors: Float[np.ndarray, " term"],
    values: Float[np.ndarray, "row term"],
) -> bool:
    """Whether rows in which noise is small are off by far more, where it is not as large everywhere."""
    levels, counts = values @ factors, np.maximum(np.bincount(rows.runs), 1)
    spreads = noise_in_rows(rows, terms, factors)
    if spreads.max() <= EVEN * spreads.min():
        return False
    means = (np.bincount(rows.runs, levels) / counts)[rows.runs]
    doubts = (np.bincount(rows.runs, spreads) / counts**2)[rows.runs]
    return float(np.mean((levels - means) ** 2 / (spreads + doubts))) > OFF


def _needless(rows: Rows, terms: Sequence[Powers], factors: Float[np.ndarray, " term"]) -> bool:
    """Whether a noisy state stands squared about a centre outside of its data: a conic only bends to any arc.

    Or it is the square of a linear combination, which as such does change.
    """
    found = dict(zip(terms, factors.tolist(), strict=True))
    squares = [powers for powers in terms if 2 in powers]
    if len(terms) == 3 and len(squares) == 2:
        mixed = found.get(tuple(max(pair) // 2 for pair in zip(*squares, strict=True)), 0.0)
        product = 4.0 * found[squares[0]] * found[squares[1]]
        if abs(mixed**2 - product) <= KNOWN * abs(product):
            return True
    for square in squares:
        state, unit = square.index(2), tuple(power // 2 for power in square)
        values, centre = rows.values[:, state], -found.get(unit, 0.0) / (2.0 * found[square])
        if unit in found and usual(rows)[state] > BLURRED * values.std() and not values.min() <= centre <= values.max():
            return True
    return False


def _doubts(
    values: Float[np.ndarray, "row term"],
    centred: Float[np.ndarray, "row term"],
    factors: Float[np.ndarray, " term"],
    lead: int,
    noise: float,
) -> tuple[Float[np.ndarray, " term"], float]:
    """Standard errors of the factors and of the value: as if the leading term were fitted by the others, and what the
    noise of these may pull a factor aside.
    """
    others = [place for place in range(len(factors)) if place != lead]
    spread = noise * np.linalg.pinv(centred[:, others])
    covariance = spread @ spread.T
    pulled = noise**2 / np.maximum(centred[:, others].var(axis=0), 1e-300) / np.maximum(np.abs(factors[others]), 1e-300)
    doubts = np.sqrt(np.diag(covariance) + pulled**2)
    means = values[:, others].mean(axis=0)
    value = noise**2 / len(values) + means @ covariance @ means + float(means**2 @ pulled**2)
    return np.insert(doubts, lead, 0.0), float(np.sqrt(value)) + 1e-9 * float(np.std(values[:, lead]))


def _size(terms: Sequence[Powers]) -> int:
    """Terms of a quadratic combination, x² + x counted as the square that it is; 0 for a linear one."""
    if all(sum(powers) == 1 for powers in terms):
        return 0
    mixed = {state for powers in terms if powers.count(1) == 2 for state, power in enumerate(powers) if power}
    squares = [powers for powers in terms if 2 in powers]
    beside = [p for p in terms if sum(p) == 1 and p.index(1) not in mixed and tuple(2 * q for q in p) in squares]
    return len(terms) - len(beside)


def _alone(terms: Sequence[Powers]) -> int | None:
    """The last term that is a state which stands in no other term: the others give that state."""
    for place in reversed(range(len(terms))):
        powers = terms[place]
        if sum(powers) == 1:
            state = powers.index(1)
            if not any(other[state] for i, other in enumerate(terms) if i != place):
                return place
    return None


def _pivot(relation: Relation) -> Powers:
    """The monomial that the others replace."""
    place = _alone(relation.terms)
    return relation.terms[-1 if place is None else place]

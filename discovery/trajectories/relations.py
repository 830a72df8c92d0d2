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
from jaxtyping import Float, Int

from discovery.library.grammar import Powers, monomial
from discovery.types import Trajectory

# Variance over that of noise, by degree of freedom, up to which a combination does not change. The noise is known from
# the samples to some 10 %, its variance to 20 %.
STILL = 1.5
# A linear one may vary by more among few rows: so many standard errors of a ratio of two variances, both estimated from
# them, up to a limit. A sum of 75 counts varied by 1.53.
UNSURE, LOOSEST = 4.0, 2.0
# Deviation over noise of the states that are looked at, and of two terms of a relation at least; else it says nothing.
CLEAR = 5.0
# Noise that is believed at least, in deviations of a state: files have often six digits, and beyond a million the
# eigenvalues are not exact.
FAINTEST = 1e-6
# Terms beyond which only pairs are looked at, states beyond which no products are, relations that are looked for, and
# rows that are used: so that the search takes a tenth of a second.
MOST_ELIMINATED, MOST_STATES, MOST, ROWS = 30, 6, 10, 2000
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
# Share of the noise below which a relation was computed rather than measured.
EXACT = 0.1
# Standard errors up to which all factors of a sum are 1 or -1, and the largest difference excused so: counts add up.
EVEN, KNOWN = 3.0, 0.05
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
    def degree(self) -> int:
        """1 for a linear relation, 2 with squares or products."""
        return max(sum(powers) for powers in self.terms)


@dataclass(frozen=True)
class _Rows:
    """Complete rows of all runs, states scaled by their size.

    Attributes:
        runs: number of the run of each row.
        noise: deviation of each state's noise in that scale.
    """

    values: Float[np.ndarray, "row state"]
    noise: Float[np.ndarray, " state"]
    runs: Int[np.ndarray, " row"]
    sizes: Float[np.ndarray, " state"]
    origins: Float[np.ndarray, " state"]


def relations(trajectories: Sequence[Trajectory], noise: Sequence[float]) -> tuple[Relation, ...]:
    """Linear relations first; then quadratic ones among the states that no linear one makes surplus.

    Args:
        noise: deviation of each state's noise, in its unit.
    """
    plain = _rows(trajectories, noise, np.inf)
    found: list[Relation] = []
    if len(plain.values) == 0:
        return ()
    dimension = len(plain.sizes)
    states = [int(i) for i in np.flatnonzero(plain.noise * CLEAR < plain.values.std(axis=0))]
    for degree, views in ((1, [plain]), (2, [_rows(trajectories, noise, offset) for offset in OFFSETS])):
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


def _shortest(views: Sequence[_Rows], terms: Sequence[Powers]) -> Relation | None:
    """The relation with the fewest terms that any view of the data shows."""
    every = [one for rows in views if (one := _relation(rows, terms)) is not None]
    return min(every, key=lambda one: len(one.terms), default=None)


def _rows(trajectories: Sequence[Trajectory], noise: Sequence[float], offset: float) -> _Rows:
    """The rows; states whose mean is more than ``offset`` times their deviation are measured from it."""
    values = np.concatenate([run.states for run in trajectories])
    runs = np.concatenate([np.full(len(run), number) for number, run in enumerate(trajectories)])
    whole = np.flatnonzero(np.isfinite(values).all(axis=1))
    whole = whole[np.unique(np.linspace(0, len(whole) - 1, min(ROWS, len(whole))).astype(int))]
    values, runs = values[whole], runs[whole]
    if not len(values):
        return _Rows(values, np.asarray(noise), runs, np.ones(values.shape[1]), np.zeros(values.shape[1]))
    means, spreads = values.mean(axis=0), values.std(axis=0)
    origins = np.where(np.abs(means) > offset * spreads, means, 0.0) if np.isfinite(offset) else np.zeros_like(means)
    sizes = np.maximum(np.sqrt(np.mean((values - origins) ** 2, axis=0)), 1e-300)
    told = np.asarray(noise, dtype=np.float64)
    least = np.maximum(np.where(np.isnan(told), np.inf, told), FAINTEST * spreads)
    return _Rows((values - origins) / sizes, least / sizes, runs, sizes, origins)


def _monomials(dimension: int, states: Sequence[int], degree: int) -> list[Powers]:
    """Products of up to ``degree`` of those states, the plain states first."""
    return [
        tuple(factors.count(state) for state in range(dimension))
        for number in range(1, degree + 1)
        for factors in combinations_with_replacement(states, number)
    ]


def _relation(rows: _Rows, terms: Sequence[Powers]) -> Relation | None:
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
    errors = _error_covariance(rows, terms)
    linear = all(sum(powers) == 1 for powers in terms)
    kept = _fewest(covariance, errors, _most(int(freedom)) if linear else STILL)
    if not kept:
        return None
    _, factors = _least(covariance, errors, kept)
    found = _stated(
        rows, [terms[i] for i in kept], factors, values[:, kept], centred[:, kept], errors[np.ix_(kept, kept)]
    )
    return None if found is None else _evened(found, rows)


def _evened(found: Relation, rows: _Rows) -> Relation:
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


def _fewest(
    covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"], most: float
) -> list[int]:
    """Terms of a combination that does not change: two, if any two do, else what elimination leaves; or none.

    Args:
        most: variance over that of noise up to which it does not.
    """

    def least(some: Sequence[int]) -> float:
        return _least(covariance, errors, some)[0]

    kept = list(range(len(covariance)))
    if least(kept) > most:
        return []
    pair = _best_pair(covariance, errors)
    if least(pair) <= most:
        return pair
    while 2 < len(kept) <= MOST_ELIMINATED:
        rest = [[other for other in kept if other != one] for one in kept]
        best = min(rest, key=least)
        if least(best) > most:
            break
        kept = best
    return kept if len(kept) <= MOST_ELIMINATED else []


def _best_pair(covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"]) -> list[int]:
    """The two terms of which a combination changes least beside its noise: all pairs at once, in closed form."""
    (a, d), b = (np.diag(covariance)[:, None], np.diag(covariance)[None]), covariance
    (p, s), q = (np.diag(errors)[:, None], np.diag(errors)[None]), errors
    # det(C - r E) = 0 is a square equation in r
    two, one, none = p * s - q**2, a * s + d * p - 2.0 * b * q, a * d - b**2
    root = np.sqrt(np.maximum(one**2 - 4.0 * two * none, 0.0))
    ratios = np.where(two > 1e-12 * p * s, 2.0 * none / np.maximum(one + root, 1e-300), np.inf)
    np.fill_diagonal(ratios, np.inf)
    first, second = divmod(int(np.argmin(ratios)), len(ratios))
    return sorted((first, second))


def _error_covariance(rows: _Rows, terms: Sequence[Powers]) -> Float[np.ndarray, "term term"]:
    """Mean covariance of the monomials' noise: to first order in it, squares of the noise on the diagonal."""
    total = np.zeros((len(terms), len(terms)))
    for state, deviation in enumerate(rows.noise):
        places = [place for place, powers in enumerate(terms) if powers[state]]
        if places:
            slopes = np.stack([_slope(rows.values, terms[place], state) for place in places], axis=1) * deviation
            total[np.ix_(places, places)] += slopes.T @ slopes / len(rows.values)
    for place, powers in enumerate(terms):
        if sum(powers) == 2:
            one, other = (state for state, power in enumerate(powers) for _ in range(power))
            total[place, place] += (1 + (one == other)) * (rows.noise[one] * rows.noise[other]) ** 2
    return total


def _slope(values: Float[np.ndarray, "row state"], powers: Powers, state: int) -> Float[np.ndarray, " row"]:
    lower = tuple(power - (place == state) for place, power in enumerate(powers))
    return powers[state] * monomial(values, lower)


def _least(
    covariance: Float[np.ndarray, "term term"], errors: Float[np.ndarray, "term term"], kept: Sequence[int]
) -> tuple[float, Float[np.ndarray, " term"]]:
    """The least variance over that of noise of any combination of the terms ``kept``, and that combination."""
    seen, noise = covariance[np.ix_(kept, kept)], errors[np.ix_(kept, kept)]
    scale = 1.0 / np.sqrt(np.diag(noise))
    seen, noise = seen * scale[:, None] * scale, noise * scale[:, None] * scale
    sizes, turns = np.linalg.eigh(noise)
    whitening = turns / np.sqrt(np.maximum(sizes, 1e-12 * sizes[-1]))
    ratios, vectors = np.linalg.eigh(whitening.T @ seen @ whitening)
    return float(ratios[0]), scale * (whitening @ vectors[:, 0])


def _stated(
    rows: _Rows,
    terms: Sequence[Powers],
    factors: Float[np.ndarray, " term"],
    values: Float[np.ndarray, "row term"],
    centred: Float[np.ndarray, "row term"],
    errors: Float[np.ndarray, "term term"],
) -> Relation | None:
    """The relation in the data's units; None if fewer than two terms stand out of the noise."""
    if _size(terms) > MOST_TERMS:
        return None
    noise = float(np.sqrt(factors @ errors @ factors))
    if np.count_nonzero(np.abs(factors) * centred.std(axis=0) >= CLEAR * noise) < 2:
        return None
    levels, counts = values @ factors, np.bincount(rows.runs)
    there = counts > 0
    means = (np.bincount(rows.runs, levels) / np.maximum(counts, 1))[there]
    doubts = noise * (1.0 / np.sqrt(counts[there]) + 1.0 / np.sqrt(len(levels)))
    everywhere = bool(np.all(np.abs(means - levels.mean()) <= SAME * doubts))
    pivot = _alone(terms)
    lead = 0 if pivot is None else pivot
    scatter = float(np.std(centred @ factors))
    if pivot is None and scatter >= EXACT * noise and _needless(rows, terms, factors):
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
        float(scatter / abs(factors[lead]) * unit),
        terms[lead].index(1) if everywhere and pivot is not None else -1,
    )


def _needless(rows: _Rows, terms: Sequence[Powers], factors: Float[np.ndarray, " term"]) -> bool:
    """Whether a noisy state stands squared about a centre outside of its data: a conic only bends to any arc."""
    found = dict(zip(terms, factors.tolist(), strict=True))
    for square in [powers for powers in terms if 2 in powers]:
        state, unit = square.index(2), tuple(power // 2 for power in square)
        values, centre = rows.values[:, state], -found.get(unit, 0.0) / (2.0 * found[square])
        if unit in found and rows.noise[state] > BLURRED * values.std() and not values.min() <= centre <= values.max():
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

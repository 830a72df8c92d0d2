"""First values of the constants that a user named: unknown functions are flexible meanwhile.

Smoothed derivatives are fitted by what was told plus a polynomial for each unknown function. Constants that stand
linearly are solved for with the polynomials; the others are looked for on a grid and from its best points.

Source: separable least squares, Golub & Pereyra (1973), SIAM J. Numer. Anal. 10:413.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.laws import Frame, Told, told_symbol, unknown_symbol
from discovery.problems.grids import axis, inside
from discovery.problems.points import Points, Split, names_of, splits
from discovery.problems.shared import for_each, one_for_all
from discovery.samples import symbol

# Points that are fitted; more change the starts by less than their smoothing error.
MOST = 600
# Highest degree of a polynomial by its number of arguments, while it has no more terms than a fifth of the points.
DEGREES = {1: 6, 2: 4, 3: 3}
TRIED = 600  # points of the grid at most
REFINED = 6  # best points that are refined
RIDGE = 1e-7  # share of the unit diagonal, so that columns that are alike stay solvable
# Rows that count, of any number, because neighbours err alike, and chi-squared by row below which less says nothing; as
# of the gate before genetic search (selection/gate.py).
ROWS, LEAST = 20.0, 0.01
LARGEST = 1e150  # numbers of which the squares are numbers too
ALIKE = 1e-4  # share of a column that others must leave for it to be a term of its own
AS_GOOD = 1e-3  # share of the misfit within which two minima are one: the search for them ends within a tenth of it


@dataclass(frozen=True)
class Start:
    """Values of the told constants, and the flexible functions at the points.

    Attributes:
        values: by the order of the frame's constants.
        functions: value of each unknown function at each point.
        misfit: chi-squared by row.
    """

    values: tuple[float, ...]
    functions: Float[np.ndarray, "point unknown"]
    misfit: float


def alike(one: Start, other: Start) -> bool:
    """Whether the constants of both are the same, but for what a fit does at once."""
    return np.allclose(one.values, other.values, rtol=0.02, atol=0.0)


def _mirrored(one: Start, other: Start) -> bool:
    """Whether another start is as good with fewer negative constants.

    Of growth on a background, r (x - b) (1 - (x - b)/K), negative r and K give the same curves, as a negative exponent
    does in Hill's function beside a constant; who names such constants means positive ones.
    """
    fewer = sum(value < 0.0 for value in other.values) < sum(value < 0.0 for value in one.values)
    return fewer and other.misfit <= (1.0 + AS_GOOD) * one.misfit


@dataclass(frozen=True)
class Flexible:
    """The fit of a frame to points.

    Attributes:
        linear: places of the constants that all templates are linear in.
        rows: equations that say something: those with a constant or an unknown function.
    """

    frame: Frame
    points: Points
    parts: tuple[Split, ...]
    linear: tuple[int, ...]
    rows: tuple[int, ...]

    @classmethod
    def of(cls, frame: Frame, points: Points) -> Flexible:
        """The fit with its constants sorted."""
        parts = splits(frame)
        rows = tuple(
            i
            for i, template in enumerate(frame.templates)
            if any(str(one).startswith("$") or str(one).endswith("()") for one in template.free_symbols)
        )
        return cls(frame, points, parts, linear_places(frame), rows)

    @cached_property
    def slopes(self) -> tuple[sp.Expr, ...]:
        """What each equation has times each linear constant."""
        marks = [told_symbol(self.frame.constants[i].name) for i in self.linear]
        return tuple(self.parts[i].known.diff(mark) for i in self.rows for mark in marks)

    @property
    def inner(self) -> tuple[int, ...]:
        """Places of the constants that stand inside of functions."""
        return tuple(i for i in range(len(self.frame.constants)) if i not in self.linear)

    def solved(self, inner: Sequence[float]) -> Start | None:
        """The linear constants and the polynomials at values of the others; None where something is undefined."""
        told, weights, target = self._known(inner)
        if told is None:
            return None
        blocks = self._blocks(inner)
        if blocks is None or not np.all(np.isfinite(target)):
            return None
        columns = np.hstack([told, *(block for block, _ in blocks)])
        kept = _own_columns(columns, told.shape[1])
        solved = _least_squares(columns[:, kept], target, [self.frame.constants[i] for i in self.linear])
        full = np.zeros(columns.shape[1])
        full[kept] = solved
        residual = target - columns @ full
        values = self._values(inner, full[: told.shape[1]].tolist())
        functions, first = [], told.shape[1]
        for _, basis in blocks:
            functions.append(basis @ full[first : first + basis.shape[1]])
            first += basis.shape[1]
        stacked = np.stack(functions, axis=1) if functions else np.empty((len(self.points.columns), 0))
        with np.errstate(over="ignore"):
            return Start(values, stacked, float(residual @ residual) / max(1, np.count_nonzero(weights)))

    def briefest(self, degree: int) -> float:
        """Least description length in nats of polynomials that lose their terms one by one, and of what they leave.

        Constants inside of functions are not looked for; infinite where something is undefined.
        """
        if self.inner:
            return math.inf
        told, _, target = self._known(())
        blocks = self._blocks((), lambda arguments, _: monomials(arguments, degree))
        if told is None or blocks is None or not np.all(np.isfinite(target)):
            return math.inf
        return _eliminated(np.hstack([told, *(block for block, _ in blocks)]), target, told.shape[1])

    def starts(self, most: int, seed: int) -> tuple[Start, ...]:
        """The best values found, best first; at least one unless nothing is defined."""
        if not self.inner:
            one = self.solved(())
            return () if one is None else (one,)
        guesses = [*_alike(self, seed), *self._grid(seed)]
        tried = [(one, inner) for inner in guesses if (one := self.solved(inner)) is not None]
        tried.sort(key=lambda pair: pair[0].misfit)
        found: list[Start] = []
        for one, inner in tried[:REFINED]:
            better = self._refined(inner)
            found.append(better if better is not None and better.misfit < one.misfit else one)
        found.sort(key=lambda one: one.misfit)
        distinct: list[Start] = []
        for one in found:
            if not any(alike(one, other) for other in distinct):
                distinct.append(one)
        return tuple([one for one in distinct if not any(_mirrored(one, other) for other in distinct)][:most])

    def _refined(self, inner: Sequence[float]) -> Start | None:
        from scipy.optimize import minimize

        size = np.maximum(np.abs(inner), 1e-6)

        def cost(relative: np.ndarray) -> float:
            one = self.solved(tuple(_clipped([self.frame.constants[i] for i in self.inner], relative * size)))
            return math.log(max(one.misfit, 1e-300)) if one and one.misfit < math.inf else 1e6

        found = minimize(cost, np.array(inner) / size, method="Nelder-Mead", options={"maxfev": 60 * len(size)})
        return self.solved(tuple(_clipped([self.frame.constants[i] for i in self.inner], found.x * size)))

    def _grid(self, seed: int) -> list[tuple[float, ...]]:
        axes = [axis(self.frame.constants[i], self.frame, self.points) for i in self.inner]
        total = math.prod(len(axis) for axis in axes)
        if total <= max(TRIED, *(len(axis) for axis in axes)):
            every = list(product(*axes))
        else:
            rng = np.random.default_rng(seed)
            every = [tuple(float(rng.choice(axis)) for axis in axes) for _ in range(TRIED)]
        return [
            tuple(map(float, _clipped([self.frame.constants[i] for i in self.inner], np.array(one)))) for one in every
        ]

    def _values(self, inner: Sequence[float], linear: Sequence[float]) -> tuple[float, ...]:
        values = np.zeros(len(self.frame.constants))
        values[list(self.inner)] = inner
        values[list(self.linear)] = linear
        return tuple(map(float, values))

    def _known(self, inner: Sequence[float]) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
        """Weighted columns of the linear constants, the weights, and the weighted target without what is known."""
        told = names_of(self.frame)
        zero = self._values(inner, [0.0] * len(self.linear))
        marks = [told_symbol(told[i]) for i in self.linear]
        values = self.points.values([self.parts[i].known for i in self.rows], told, zero)
        weights = 1.0 / self.points.deviations[:, list(self.rows)]
        with np.errstate(over="ignore"):  # of an exponent that is far too large
            target = (self.points.slopes[:, list(self.rows)] - values) * weights
            slopes = self.points.values(self.slopes, told, zero).reshape(*values.shape, len(marks))
            shaped = slopes * weights[:, :, None]
        if not np.all(np.abs(shaped) < LARGEST):
            return None, weights, target.T.ravel()
        return shaped.transpose(1, 0, 2).reshape(values.size, len(marks)), weights, target.T.ravel()

    def _blocks(
        self, inner: Sequence[float], basis_of: Callable[[np.ndarray, list[bool]], np.ndarray] | None = None
    ) -> list[tuple[np.ndarray, np.ndarray]] | None:
        """For each unknown function its weighted columns and its basis at the points."""
        told = names_of(self.frame)
        values = self._values(inner, [0.0] * len(self.linear))
        weights = 1.0 / self.points.deviations
        found: list[tuple[np.ndarray, np.ndarray]] = []
        for unknown in self.frame.unknowns:
            arguments = self.points.values(unknown.arguments, told, values)
            factors = self.points.values(
                [self.parts[i].factors.get(unknown.name, sp.S.Zero) for i in self.rows], told, values
            )
            if not np.all(np.isfinite(arguments)) or not np.all(np.isfinite(factors)):
                return None
            waves = [_is_wave(one) for one in unknown.arguments]
            basis = (basis_of or polynomial)(arguments, waves)
            weighted = factors * weights[:, list(self.rows)]
            found.append(((weighted.T[:, :, None] * basis[None]).reshape(-1, basis.shape[1]), basis))
        return found


def _alike(flexible: Flexible, seed: int) -> list[tuple[float, ...]]:
    """Values of the constants inside of functions with which groups that have their own are alike."""
    shared = one_for_all(flexible.frame)
    if shared is None:
        return []
    starts = Flexible.of(shared, flexible.points).starts(REFINED, seed)
    every = [for_each(flexible.frame, start.values) for start in starts]
    return [tuple(values[i] for i in flexible.inner) for values in every]


def polynomial(
    arguments: Float[np.ndarray, "point argument"], waves: Sequence[bool] = ()
) -> Float[np.ndarray, "point term"]:
    """Products of powers of standardised arguments up to a degree that so many points bear.

    Args:
        waves: which arguments are sines or cosines of time: these stand alone or times a product of the others.
    """
    count, number = arguments.shape
    wave = np.array(waves or [False] * number)
    if wave.any() and not wave.all():
        plain = polynomial(arguments[:, ~wave])
        return np.hstack([plain, *(plain * one[:, None] for one in arguments[:, wave].T)])
    if wave.any():
        return np.column_stack([np.ones(count), arguments])
    spread = arguments.std(axis=0)
    scaled = (arguments - arguments.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    degree = DEGREES.get(number, 2)
    while degree > 1 and math.comb(number + degree, degree) > count // 5:
        degree -= 1
    return monomials(scaled, degree)


def monomials(arguments: Float[np.ndarray, "point argument"], degree: int) -> Float[np.ndarray, "point term"]:
    """Products of powers of the arguments as they are."""
    powers = [p for p in product(range(degree + 1), repeat=arguments.shape[1]) if sum(p) <= degree]
    return np.stack([np.prod(arguments**p, axis=1) for p in powers], axis=1)


def _eliminated(columns: np.ndarray, target: np.ndarray, first: int) -> float:
    """Least N/2 log(error) + P/2 log N (Schwarz 1978) as terms of least Wald statistic leave, the ``first`` never."""
    size = np.linalg.norm(columns, axis=0)
    left = [i for i in range(columns.shape[1]) if i < first or size[i] > 0.0]
    unit = columns / np.where(size > 0.0, size, 1.0)
    gram, right, total = unit.T @ unit, unit.T @ target, float(target @ target)
    best = math.inf
    while True:
        inverse = np.linalg.inv(gram[np.ix_(left, left)] + RIDGE * np.eye(len(left)))
        solved = inverse @ right[left]
        error = max(total - float(solved @ right[left]), 0.0) / len(target)
        best = min(best, 0.5 * ROWS * math.log(max(error, LEAST)) + 0.5 * len(left) * math.log(ROWS))
        free = [k for k, i in enumerate(left) if i >= first]
        if len(left) == 1 or not free:
            return best
        del left[min(free, key=lambda k: solved[k] ** 2 / inverse[k, k])]


def _is_wave(argument: sp.Expr) -> bool:
    """Whether an argument is a sine or a cosine of time with a free frequency."""
    return isinstance(argument, sp.sin | sp.cos) and symbol("t") in argument.free_symbols


def _clipped(told: Sequence[Told], values: np.ndarray) -> np.ndarray:
    """Values within the bounds of their constants."""
    return np.clip(values, [one.low for one in told], [one.high for one in told])


def linear_places(frame: Frame) -> tuple[int, ...]:
    """Places of as many constants as can be solved for at once."""
    inside = {one for unknown in frame.unknowns for argument in unknown.arguments for one in argument.free_symbols}
    marks: list[sp.Symbol] = [unknown_symbol(unknown.name) for unknown in frame.unknowns]
    places: list[int] = []
    for i, one in enumerate(frame.constants):
        mark = told_symbol(one.name)
        slopes = [template.diff(mark) for template in frame.templates]
        bent = any(slope.diff(other) != 0 for slope in slopes for other in (mark, *marks))
        if mark not in inside and not bent:
            marks.append(mark)
            places.append(i)
    return tuple(places)


def _own_columns(columns: Float[np.ndarray, "row column"], first: int) -> list[int]:
    """The ``first`` columns, and those of the others that these do not make up alone."""
    if not first:
        return list(range(columns.shape[1]))
    basis, _ = np.linalg.qr(columns[:, :first] / np.maximum(np.linalg.norm(columns[:, :first], axis=0), 1e-300))
    size = np.maximum(np.linalg.norm(columns, axis=0), 1e-300)
    left = np.linalg.norm(columns - basis @ (basis.T @ columns), axis=0)
    return [*range(first), *(i for i in range(first, columns.shape[1]) if left[i] > ALIKE * size[i])]


def _least_squares(columns: np.ndarray, target: np.ndarray, told: Sequence[Told]) -> np.ndarray:
    """Coefficients, those of the told constants with what is believed of them and within their bounds."""
    rows = [np.zeros((0, columns.shape[1]))]
    beliefs: list[float] = []
    for i, one in enumerate(told):
        if math.isfinite(one.deviation):
            row = np.zeros((1, columns.shape[1]))
            row[0, i] = 1.0 / one.deviation
            rows.append(row)
            beliefs.append(one.mean / one.deviation)
    design, right = np.vstack([columns, *rows]), np.concatenate([target, beliefs])
    fixed: dict[int, float] = {}
    while True:
        free = [i for i in range(design.shape[1]) if i not in fixed]
        found = np.zeros(design.shape[1])
        for i, value in fixed.items():
            found[i] = value
        found[free] = _solved(design[:, free], right - design @ found)
        outside = [i for i, one in enumerate(told) if i not in fixed and not one.low <= found[i] <= one.high]
        if not outside:
            return found
        fixed |= {i: inside(told[i], float(found[i])) for i in outside}


def _solved(design: np.ndarray, right: np.ndarray) -> np.ndarray:
    size = np.maximum(np.linalg.norm(design, axis=0), 1e-300)
    unit = design / size
    normal = unit.T @ unit + RIDGE * np.eye(design.shape[1])
    return np.linalg.solve(normal, unit.T @ right) / size if len(size) else np.empty(0)

"""Equations one step from others: with a term more, with one or two fewer, or with another in their place.

The terms are all that any candidate of the state has. What the samples would say of each is their response to it, so
that a step is tried by one projection, and thousands cost as much as a handful.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

import numpy as np
import sympy as sp
from jaxtyping import Bool, Float

from discovery.problems.response import Response
from discovery.selection.prices import Prices, Support, incidence
from discovery.selection.refit import chi_squared, refitted
from discovery.selection.sheet import noise_left
from discovery.symbolic.constants import shape
from discovery.symbolic.sums import Sums

# Share of a term's column that must be left when the other terms have had theirs, or it says nothing of its own.
OWN = 1e-6
# Digits behind the point that decide which is first: the last ones differ between machines and numbers of threads.
DIGITS = 6
# Terms of a law beyond which no two are left out at once, and terms that are tried in one place: more take seconds.
MANY = 12
MOST = 120


@dataclass(frozen=True)
class Form:
    """The likeliest sum of its form.

    Attributes:
        support, numbers: its terms and coefficients.
        spellings: all supports of that form, which differ by inner constants.
    """

    support: Support
    numbers: tuple[float, ...]
    spellings: tuple[Support, ...]


@dataclass(frozen=True)
class View:
    """Terms of one state as its samples see them.

    Attributes:
        usable: terms that are finite everywhere; the columns of others are 0.
        others: right-hand sides of the other states, whose terms and functions are stated already.
    """

    terms: tuple[sp.Expr, ...]
    columns: Float[np.ndarray, "row term"]
    usable: Bool[np.ndarray, " term"]
    response: Response
    others: tuple[sp.Expr, ...] = ()

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The shape of each term; terms that differ by inner constants have one."""
        return tuple(map(shape, self.terms))

    def likeliest(self, supports: Iterable[Support], most: int) -> list[Form]:
        """The forms of the shortest description, with coefficients fitted to the samples."""
        distinct = [support for support in supports if support]
        if not distinct:
            return []
        ones = incidence(distinct, len(self.terms))
        sums = refitted(Sums(self.terms, ones), self.columns, self.response.targets)
        costs = chi_squared(sums, self.columns, self.response.targets)
        noise = noise_left(float(np.min(costs)), self.response)
        prices = Prices.of(self.terms, np.unique(ones.indices).tolist(), self.others, self.response.count)
        lengths = np.round(0.5 * costs / noise + prices(ones), DIGITS)
        forms: dict[tuple[str, ...], list[int]] = {}
        for row in np.argsort(lengths, kind="stable").tolist():
            forms.setdefault(tuple(sorted(self.kinds[i] for i in distinct[row])), []).append(row)
        leading = islice(forms.values(), most)
        return [Form(*sums.row(rows[0]), tuple(distinct[row] for row in rows)) for rows in leading]

    def steps(self, own: Support) -> Iterator[Support]:
        """Supports one step from ``own``; of terms that differ by inner constants, the best in each place."""
        target = self.response.targets
        sizes = np.linalg.norm(self.columns, axis=0)
        usable = self.usable & (sizes > 0.0)
        columns = self.columns / np.where(usable, sizes, 1.0)
        own = tuple(i for i in own if usable[i])
        most = 2 if len(own) <= MANY else 1
        for gone in [some for size in range(most + 1) for some in combinations(own, size)]:
            rest = tuple(i for i in own if i not in gone)
            if rest and gone:
                yield rest
            basis, lengths, _ = np.linalg.svd(columns[:, rest], full_matrices=False)
            basis = basis[:, lengths > OWN * lengths.max(initial=0.0)]
            left = target - basis @ (basis.T @ target)
            freed = columns - basis @ (basis.T @ columns)
            size = np.sum(freed**2, axis=0)
            tells = usable & (size > OWN)
            shares = (left @ freed) ** 2 / np.where(tells, size, 1.0) / max(float(left @ left), 1e-300)
            gains = np.where(tells, np.round(shares, DIGITS), -np.inf)
            best: dict[str, int] = {}
            for i in np.argsort(-gains, kind="stable")[: int(tells.sum())].tolist():
                best.setdefault(self.kinds[i], i)
            for i in islice(best.values(), MOST):
                if i not in own:
                    yield tuple(sorted((*rest, i)))

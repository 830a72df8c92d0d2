"""Nats to state sums of terms, one by one or two at once, as a law's length has them: what is shared is stated once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy import sparse

from discovery.symbolic.complexity import LENGTHS, PER_TRANSCENDENTAL, Function, description_length, functions_of
from discovery.symbolic.stated import shareable
from discovery.types import symbol

# What stands for a term that another equation has.
POINTER = symbol("there")

Support = tuple[int, ...]


def incidence(supports: Sequence[Support], terms: int) -> sparse.csr_array:
    """One where a support has a term."""
    ends = np.cumsum([0, *map(len, supports)]).astype(np.int32)
    indices = np.array([i for support in supports for i in support], dtype=np.int32)
    return sparse.csr_array((np.ones(len(indices)), indices, ends), shape=(len(supports), terms))


@dataclass(frozen=True)
class Prices:
    """Nats of the terms of one state that some supports use.

    Attributes:
        plain: to state each and its coefficient, the functions apart.
        shared: of that, what a pointer to the term spares; 0 where it is no shorter.
        functions: those of each term that cost extra.
    """

    terms: tuple[sp.Expr, ...]
    plain: Float[np.ndarray, " term"]
    shared: Float[np.ndarray, " term"]
    functions: tuple[frozenset[Function], ...]

    @classmethod
    def of(cls, terms: Sequence[sp.Expr], used: Sequence[int], others: Sequence[sp.Expr], count: int) -> Prices:
        """The prices of the ``used`` terms.

        Args:
            others: right-hand sides of other states, whose terms and functions are stated already.
            count: values that the samples have.
        """
        paid = frozenset[Function]().union(*map(functions_of, others))
        known = frozenset[sp.Expr]().union(*map(shareable, others))
        plain, shared = np.zeros(len(terms)), np.zeros(len(terms))
        functions = [frozenset[Function]()] * len(terms)
        pointer, _ = _stated(POINTER)
        for i in used:
            nats, its_functions = _stated(terms[i])
            functions[i] = frozenset() if terms[i] in known else its_functions - paid
            nats = min(nats, pointer) if terms[i] in known else nats
            plain[i] = LENGTHS * nats + 0.5 * math.log(max(2, count))
            shared[i] = LENGTHS * max(nats - pointer, 0.0)
        return cls(tuple(terms), plain, shared, tuple(functions))

    def __call__(self, supports: sparse.csr_array) -> Float[np.ndarray, " support"]:
        """Nats of each support, functions of one argument once."""
        return supports @ self.plain + LENGTHS * PER_TRANSCENDENTAL * np.diff(self._uses(supports, [self]).indptr)

    def spared(
        self, supports: sparse.csr_array, other: Prices, others: sparse.csr_array
    ) -> Float[np.ndarray, "support support"]:
        """Nats that each support and each of another state's spare together, by terms and functions that both have."""
        both, numbers = [self, other], dict[sp.Expr, int]()
        nats = dict[int, float]()
        for one in both:
            for term, spared in zip(one.terms, one.shared, strict=True):
                nats[numbers.setdefault(term, len(numbers))] = float(spared)
        there = [[{numbers[term]} for term in one.terms] for one in both]
        mine, theirs = (_uses(some, has, len(numbers)) for some, has in zip((supports, others), there, strict=True))
        terms = (mine * np.array(list(nats.values()))) @ theirs.T
        functions = self._uses(supports, both) @ other._uses(others, both).T
        return sparse.csr_array(terms + LENGTHS * PER_TRANSCENDENTAL * functions).toarray()

    def _uses(self, supports: sparse.csr_array, of: Sequence[Prices]) -> sparse.csr_array:
        """Which functions each support has, of all that the terms have."""
        every = dict.fromkeys(one for prices in of for some in prices.functions for one in sorted(some, key=str))
        places = {one: place for place, one in enumerate(every)}
        return _uses(supports, [{places[one] for one in some} for some in self.functions], len(places))


@lru_cache(maxsize=1 << 14)
def _stated(term: sp.Expr) -> tuple[float, frozenset[Function]]:
    """Nats of a term with a coefficient, its functions apart, and these."""
    stated = sp.Mul(symbol("c0"), term)
    functions = functions_of(stated)
    return description_length(stated) - PER_TRANSCENDENTAL * len(functions), functions


def _uses(supports: sparse.csr_array, has: Sequence[set[int]], number: int) -> sparse.csr_array:
    """One where any term of a support has a thing."""
    rows = [i for i, things in enumerate(has) for _ in things]
    columns = [thing for things in has for thing in things]
    there = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(has), number))
    found = sparse.csr_array(supports @ there)
    found.data[:] = 1.0
    return found

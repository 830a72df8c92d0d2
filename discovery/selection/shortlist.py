"""Which of thousands of candidates are put into families at all: those that may be among the shortest descriptions.

What a candidate takes to state is found by SymPy, term by term; its misfit, the number of its terms and about how many
nodes these have are known for all candidates at once.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import sympy as sp
from jaxtyping import Bool

from discovery.selection.families import PER_STRAIN, STRAINED
from discovery.selection.sheet import Tested
from discovery.symbolic.complexity import LENGTHS

# Supports that are looked at for each entry that is kept, and at least this number. With 4 the pools of nine cases of
# ODEBench at 5 % noise lose 1 to 5 % of their entries, nearly all of them the last ones; with 1000 for 190, the pools
# of all its cases hold the same true equations (benchmarks/pool.md).
FOR_EACH = 5
AT_LEAST = 1000
# Of each number of terms at least this number, as the pool has the best of each.
OF_EACH_SIZE = 6
# Nats of a node: the logarithm of five kinds of nodes, times what lengths weigh.
PER_NODE = LENGTHS * math.log(5.0)


def shortlist(tested: Tested, count: int, most: int) -> Bool[np.ndarray, " candidate"]:
    """The candidates whose support is among those that seem shortest.

    Args:
        count: values that were measured.
        most: entries that are kept.
    """
    uses = tested.sums.coefficients.copy()
    uses.data = np.ones_like(uses.data)
    sizes = np.diff(uses.indptr)
    lengths = PER_NODE * (uses @ np.array([1.0 + _nodes(term) for term in tested.sums.terms]))
    strained = PER_STRAIN * np.log(np.maximum(tested.strains / STRAINED, 1.0))
    nats = tested.misfits + 0.5 * sizes * math.log(count) + lengths + strained
    nats[~np.all(np.isfinite(tested.errors), axis=1) | ~np.isfinite(nats)] = np.inf
    supports = _supports(tested)
    found = np.zeros(supports.max(initial=-1) + 1, dtype=bool)
    order = np.argsort(nats, kind="stable")
    _, first = np.unique(supports[order], return_index=True)
    shortest = order[np.sort(first)]  # of each support its best candidate
    found[supports[shortest[: max(AT_LEAST, FOR_EACH * most)]]] = True
    for size in np.unique(sizes):
        found[supports[shortest[sizes[shortest] == size][:OF_EACH_SIZE]]] = True
    return found[supports]


def _supports(tested: Tested) -> np.ndarray:
    """A number for each candidate, the same for those that have the same terms."""
    uses = tested.sums.coefficients
    known: dict[bytes, int] = {}
    places = [uses.indices[low:high].tobytes() for low, high in zip(uses.indptr[:-1], uses.indptr[1:], strict=True)]
    return np.array([known.setdefault(place, len(known)) for place in places], dtype=np.int64)


@lru_cache(maxsize=1 << 14)  # candidates are sums of the same few hundred terms
def _nodes(expression: sp.Basic) -> int:
    """About how many nodes an expression has, numbers left out."""
    return 1 + sum([_nodes(one) for one in expression.args]) if expression.args else int(not expression.is_Number)

"""Best subsets that hold at least one of some columns, by a beam on swept normal equations, compiled.

Taking a column into a support is one sweep of the normal equations (Goodnight 1979, Am. Stat. 33:149); the errors of
all supports that are one column larger can be read off the swept matrix.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

# A column whose squared length, after those of the support are projected out, is below this adds no direction.
DEPENDENT = 1e-9
# Columns in one word of a mask.
WORD = 60
MOST_COLUMNS = 2 * WORD


@njit(cache=True, nogil=True, error_model="numpy")
def beams(grams, forced, largest, beam, keep, masks, errors):
    """Best supports of every size for each of many normal equations.

    Args:
        grams: one matrix for each, columns of unit length, the target last.
        forced: columns of which a support holds at least one.
        masks, errors: filled; one row for each matrix and size, best first; a mask, which has 60 columns in each of
            two words, is 0 where there is none.
    """
    for g in range(grams.shape[0]):
        masks[g] = 0
        errors[g] = np.inf
        _beam(grams[g], forced, largest, beam, keep, masks[g], errors[g])


@njit(cache=True, nogil=True, error_model="numpy")
def _sweep(source, j, out):
    """What is left of the normal equations when column ``j`` is projected out."""
    for a in range(source.shape[0]):
        factor = source[a, j] / source[j, j]
        for b in range(source.shape[0]):
            out[a, b] = source[a, b] - factor * source[j, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _beam(gram, forced, largest, beam, keep, masks, errors):
    count = gram.shape[0] - 1
    front = np.empty((beam, count + 1, count + 1))
    other = np.empty((beam, count + 1, count + 1))
    held = np.zeros((beam, 2), dtype=np.int64)
    front[0] = gram
    members = 1
    child_mask = np.empty((beam, 2), dtype=np.int64)
    child_error = np.empty(beam)
    child_parent = np.empty(beam, dtype=np.int64)
    child_column = np.empty(beam, dtype=np.int64)
    for size in range(largest):
        children = 0
        for p in range(members):
            for j in range(count):
                word = j // WORD
                bit = np.int64(1) << (j - word * WORD)
                pivot = front[p, j, j]
                if held[p, word] & bit or not pivot > DEPENDENT or (size == 0 and not forced[j]):
                    continue
                error = front[p, count, count] - front[p, j, count] ** 2 / pivot
                low = held[p, 0] | bit if word == 0 else held[p, 0]
                high = held[p, 1] | bit if word == 1 else held[p, 1]
                if children == beam and not error < child_error[children - 1]:
                    continue
                known = False
                for k in range(children):
                    if child_mask[k, 0] == low and child_mask[k, 1] == high:
                        known = True
                        break
                if known:
                    continue
                k = children if children < beam else beam - 1
                while k > 0 and child_error[k - 1] > error:
                    child_mask[k, 0], child_mask[k, 1] = child_mask[k - 1, 0], child_mask[k - 1, 1]
                    child_error[k] = child_error[k - 1]
                    child_parent[k], child_column[k] = child_parent[k - 1], child_column[k - 1]
                    k -= 1
                child_mask[k, 0], child_mask[k, 1], child_error[k] = low, high, error
                child_parent[k], child_column[k] = p, j
                children = min(children + 1, beam)
        if children == 0:
            return
        for k in range(children):
            _sweep(front[child_parent[k]], child_column[k], other[k])
            if k < keep:
                masks[size, k], errors[size, k] = child_mask[k], max(child_error[k], 0.0)
        front, other = other, front
        held[:children] = child_mask[:children]
        members = children


def supports(
    grams: Float[np.ndarray, "one column column"],
    forced: Bool[np.ndarray, " column"],
    *,
    largest: int,
    beam: int,
    keep: int,
) -> tuple[Int[np.ndarray, "one size rank word"], Float[np.ndarray, "one size rank"]]:
    """Masks and errors of the best ``keep`` supports of every size, as :func:`beams` fills them.

    Raises:
        ValueError: there are more than ``MOST_COLUMNS``.
    """
    if len(forced) > MOST_COLUMNS:
        raise ValueError(f"{len(forced)} columns are more than the {MOST_COLUMNS} of a mask.")
    masks = np.zeros((len(grams), largest, keep, 2), dtype=np.int64)
    errors = np.full((len(grams), largest, keep), np.inf)
    beams(grams, forced, largest, beam, keep, masks, errors)
    return masks, errors


def members(mask: Sequence[int]) -> list[int]:
    """The columns of a mask; none of the mask 0."""
    columns: list[int] = []
    for word, bits in enumerate(map(int, mask)):
        while bits:
            lowest = bits & -bits
            columns.append(word * WORD + lowest.bit_length() - 1)
            bits ^= lowest
    return columns

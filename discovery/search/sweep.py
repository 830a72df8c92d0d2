"""Best subsets that hold at least one of some columns, on swept normal equations, compiled.

Taking a column into a support is one sweep of the normal equations (Goodnight 1979, Am. Stat. 33:149); the errors of
all supports that are one column larger can be read off the swept matrix. Up to three columns all supports are tried,
as terms that nearly cancel help together only, and no column by itself leads there; from the best of these a beam goes
on.
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
# Columns of a support up to which every one is tried: of thirty there are four thousand triples, a millisecond's work.
SMALL = 3


@njit(cache=True, nogil=True, error_model="numpy")
def beams(grams, forced, largest, beam, keep, masks, errors):
    """Best supports of every size for each of many normal equations.

    Args:
        grams: one matrix for each, columns of unit length, the target last.
        forced: columns of which a support holds at least one.
        beam: supports of more than three columns that are carried on, and kept at most.
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
def _insert(low, high, error, masks, errors, count):
    """Puts a support in its place among the best; how many there are then."""
    k = count if count < len(errors) else count - 1
    while k > 0 and errors[k - 1] > error:
        masks[k, 0], masks[k, 1], errors[k] = masks[k - 1, 0], masks[k - 1, 1], errors[k - 1]
        k -= 1
    masks[k, 0], masks[k, 1], errors[k] = low, high, error
    return min(count + 1, len(errors))


@njit(cache=True, nogil=True, error_model="numpy")
def _small(gram, forced, masks, errors, counts):
    """The best supports of up to ``SMALL`` columns, all of them tried, and how many there are of each size."""
    count, last = gram.shape[0] - 1, len(errors[0]) - 1
    swept = np.empty_like(gram)
    for i in range(count):
        if not gram[i, i] > DEPENDENT:
            continue
        one = np.int64(1) << (i % WORD)
        first, second = (one, np.int64(0)) if i < WORD else (np.int64(0), one)
        _sweep(gram, i, swept)
        if forced[i] and swept[count, count] < errors[0, last]:
            counts[0] = _insert(first, second, swept[count, count], masks[0], errors[0], counts[0])
        for j in range(i + 1, count):
            pivot = swept[j, j]
            if not pivot > DEPENDENT:
                continue
            one = np.int64(1) << (j % WORD)
            low, high = (first | one, second) if j < WORD else (first, second | one)
            whole = forced[i] or forced[j]
            share = swept[j, count] / pivot
            error = swept[count, count] - share * swept[j, count]
            if whole and error < errors[1, last]:
                counts[1] = _insert(low, high, error, masks[1], errors[1], counts[1])
            for k in range(j + 1, count):
                left = swept[k, k] - swept[j, k] * swept[j, k] / pivot
                if not left > DEPENDENT or not (whole or forced[k]):
                    continue
                gain = swept[k, count] - swept[j, k] * share
                best = error - gain * gain / left
                if best < errors[2, last]:
                    one = np.int64(1) << (k % WORD)
                    both = (low | one, high) if k < WORD else (low, high | one)
                    counts[2] = _insert(both[0], both[1], best, masks[2], errors[2], counts[2])


@njit(cache=True, nogil=True, error_model="numpy")
def _beam(gram, forced, largest, beam, keep, masks, errors):
    count = gram.shape[0] - 1
    small_masks = np.zeros((SMALL, max(beam, keep), 2), dtype=np.int64)
    small_errors = np.full((SMALL, max(beam, keep)), np.inf)
    counts = np.zeros(SMALL, dtype=np.int64)
    _small(gram, forced, small_masks, small_errors, counts)
    for size in range(min(SMALL, largest)):
        for k in range(min(counts[size], keep)):
            masks[size, k], errors[size, k] = small_masks[size, k], max(small_errors[size, k], 0.0)
    if largest <= SMALL:
        return
    held = small_masks[SMALL - 1, : min(counts[SMALL - 1], beam)].copy()
    front, other = np.empty((beam, count + 1, count + 1)), np.empty((beam, count + 1, count + 1))
    for p in range(len(held)):
        _taken(gram, held[p], front[p], other[p])
    child_mask, child_error = np.empty((beam, 2), dtype=np.int64), np.empty(beam)
    child_from = np.empty((beam, 2), dtype=np.int64)
    for size in range(SMALL, largest):
        children = _children(front, held, child_mask, child_error, child_from)
        for k in range(min(children, keep)):
            masks[size, k], errors[size, k] = child_mask[k], max(child_error[k], 0.0)
        for k in range(children if size + 1 < largest else 0):
            _sweep(front[child_from[k, 0]], child_from[k, 1], other[k])
        front, other = other, front
        held = child_mask[:children].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def _taken(gram, held, out, other):
    """Writes what is left of the normal equations when the ``SMALL`` columns of a mask are projected out."""
    source, into, beside = gram, out, other  # as ``SMALL`` is odd, the last sweep is into ``out``
    for j in range(gram.shape[0] - 1):
        if (held[j // WORD] >> (j % WORD)) & 1:
            _sweep(source, j, into)
            source, into, beside = into, beside, into


@njit(cache=True, nogil=True, error_model="numpy")
def _children(front, held, child_mask, child_error, child_from):
    """Writes the best supports that are one column larger, their errors, parents and columns; how many there are."""
    count, most, children = front.shape[1] - 1, len(child_error), 0
    for p in range(len(held)):
        for j in range(count):
            word = j // WORD
            bit = np.int64(1) << (j - word * WORD)
            pivot = front[p, j, j]
            if held[p, word] & bit or not pivot > DEPENDENT:
                continue
            error = front[p, count, count] - front[p, j, count] ** 2 / pivot
            low = held[p, 0] | bit if word == 0 else held[p, 0]
            high = held[p, 1] | bit if word == 1 else held[p, 1]
            if children == most and not error < child_error[children - 1]:
                continue
            known = False
            for k in range(children):
                if child_mask[k, 0] == low and child_mask[k, 1] == high:
                    known = True
                    break
            if known:
                continue
            k = children if children < most else most - 1
            while k > 0 and child_error[k - 1] > error:
                child_mask[k, 0], child_mask[k, 1] = child_mask[k - 1, 0], child_mask[k - 1, 1]
                child_from[k, 0], child_from[k, 1] = child_from[k - 1, 0], child_from[k - 1, 1]
                child_error[k] = child_error[k - 1]
                k -= 1
            child_mask[k, 0], child_mask[k, 1], child_error[k] = low, high, error
            child_from[k, 0], child_from[k, 1] = p, j
            children = min(children + 1, most)
    return children


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

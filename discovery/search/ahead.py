"""What the errors of supports become when a shape's inner constants take a step from where the grid has them.

A law whose inner constant lies between two starts fits worse at both than imitations of it do. One Gauss-Newton step,
from the normal equations that are there anyway, tells them apart before anything is refined.

Source: Kaufman (1975), BIT 15:49, for the step of variable projection.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numba import njit

from discovery.search.projection import factorize, substitute
from discovery.search.sweep import WORD

# Longest step, as a share of the constant: about as far as the next start is.
LONGEST = 0.5
# Share of its squared length that must be left of a slope beside the columns, or the step goes nowhere.
LEFT = 1e-6


@njit(cache=True, nogil=True, error_model="numpy")
def step_ahead(grams, cross, own, masks, errors):
    """Writes the errors after a step; no error grows.

    Args:
        grams: normal equations for each start, columns of unit length, the target last.
        cross: products of the slopes of the last columns, constant by constant, with the columns and the target.
        own: products of the slopes with each other.
        masks, errors: of the supports of every start, size and rank, as ``sweep.supports`` gives them.
    """
    most, constants = masks.shape[1], cross.shape[1]
    columns = np.empty(grams.shape[1], np.int64)
    # For all supports, as to make arrays takes longer than to fill them.
    normal, outer = np.empty((most, most)), np.empty((most, 1))
    inside, solved = np.empty((most, constants)), np.empty((most, constants))
    toward, squares = np.empty((constants, 1)), np.empty((constants, constants))
    for s in range(masks.shape[0]):
        for size in range(masks.shape[1]):
            for rank in range(masks.shape[2]):
                low, high = masks[s, size, rank, 0], masks[s, size, rank, 1]
                if low == 0 and high == 0:
                    break
                count = 0
                for j in range(grams.shape[1] - 1):
                    word = low if j < WORD else high
                    if (word >> (j % WORD)) & 1:
                        columns[count] = j
                        count += 1
                _outer(grams[s], columns[:count], normal[:count, :count], outer[:count])
                _slopes(cross[s], own[s], columns[:count], outer, inside[:count], toward, squares)
                solved[:count] = inside[:count]
                substitute(normal[:count, :count], solved[:count])
                gain = _gain(outer[:count], inside[:count], solved[:count], toward, squares)
                errors[s, size, rank] = max(0.0, errors[s, size, rank] - gain)


@njit(cache=True, nogil=True, error_model="numpy")
def _outer(gram, columns, normal, outer):
    """Writes the outer constants of one support, and the factors of its normal equations."""
    last = gram.shape[0] - 1
    for a in range(len(columns)):
        outer[a, 0] = gram[columns[a], last]
        for b in range(len(columns)):
            normal[a, b] = gram[columns[a], columns[b]]
    factorize(normal)
    substitute(normal, outer)


@njit(cache=True, nogil=True, error_model="numpy")
def _gain(outer, inside, solved, toward, squares):
    """What the step takes from the squared error of one support; ``toward`` and ``squares`` are used up."""
    constants = len(toward)
    for q in range(constants):
        whole = squares[q, q]
        for a in range(len(outer)):
            toward[q, 0] -= outer[a, 0] * inside[a, q]
            for r in range(constants):
                squares[q, r] -= inside[a, q] * solved[a, r]
        squares[q, q] += LEFT * whole
        if not squares[q, q] > 0.0:
            return 0.0
    scale = np.sqrt(np.diag(squares))
    step = toward.copy()
    for q in range(constants):
        step[q, 0] /= scale[q]
        for r in range(constants):
            squares[q, r] /= scale[q] * scale[r]
    factorize(squares)
    substitute(squares, step)
    longest, along = 0.0, 0.0
    for q in range(constants):
        along += step[q, 0] / scale[q] * toward[q, 0]
        longest = max(longest, abs(step[q, 0] / scale[q]))
    if not np.isfinite(along) or not along > 0.0:
        return 0.0
    share = min(1.0, LONGEST / longest)
    return (2.0 * share - share * share) * along


@njit(cache=True, nogil=True, error_model="numpy")
def _slopes(cross, own, columns, outer, inside, toward, squares):
    """Writes products of the slopes of the whole support with its columns, with the target and with each other."""
    count, constants, last = len(columns), cross.shape[0], cross.shape[2] - 1
    first = last - cross.shape[1]
    inside[:], toward[:], squares[:] = 0.0, 0.0, 0.0
    for a in range(count):
        t = columns[a] - first
        if t < 0:
            continue
        for q in range(constants):
            toward[q, 0] += outer[a, 0] * cross[q, t, last]
            for b in range(count):
                inside[b, q] += outer[a, 0] * cross[q, t, columns[b]]
                if columns[b] >= first:
                    for r in range(constants):
                        squares[q, r] += outer[a, 0] * outer[b, 0] * own[q, t, r, columns[b] - first]


def products(
    fixed: Float[np.ndarray, "row column"],
    columns: Float[np.ndarray, "start row term"],
    slopes: Float[np.ndarray, "start constant row term"],
    target: Float[np.ndarray, " row"],
) -> tuple[Float[np.ndarray, "start constant term every"], Float[np.ndarray, "start constant term constant term"]]:
    """``cross`` and ``own`` of :func:`step_ahead`, in the units of normal equations (see ``tables.py``)."""
    starts, constants, rows, terms = slopes.shape
    sizes = np.sqrt(np.einsum("srt,srt->st", columns, columns))
    sizes = np.where(sizes > 0.0, sizes, 1.0)
    unit = (slopes / sizes[:, None, None, :]).transpose(0, 1, 3, 2).reshape(starts, constants * terms, rows)
    plain = np.hstack([fixed, target[:, None]])
    length = np.linalg.norm(plain, axis=0)
    plain = plain / np.where(length > 0.0, length, 1.0)
    beside = unit @ plain
    inside = unit @ (columns / sizes[:, None, :])
    cross = np.concatenate([beside[..., :-1], inside, beside[..., -1:]], axis=2)
    shape = (starts, constants, terms)
    return cross.reshape(*shape, -1), (unit @ unit.transpose(0, 2, 1)).reshape(*shape, constants, terms)

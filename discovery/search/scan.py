"""Which supports of many are looked at closer: those that fit best, and the shortest that are not ruled out.

Compiled, as every shape at every start of its inner constants gives hundreds of supports of each size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from discovery.search.sweep import WORD


class Limits(NamedTuple):
    """How errors are weighed, as ``shaped.Shaped`` has it, for a regression of ``rows``.

    Attributes:
        response: whether its rows err independently.
        keep: supports that are kept however badly they fit.
        many: supports that are kept at most.
    """

    response: bool
    rows: int
    credible: float
    near: float
    behind: float
    weight: float
    keep: int
    many: int


@njit(cache=True, nogil=True, error_model="numpy")
def bound(limits, least):
    """The largest error that is not ruled out where the least is ``least``."""
    if limits.response:
        return np.inf
    return max(limits.credible * limits.rows, limits.near * least)


@njit(cache=True, nogil=True, error_model="numpy")
def doubt(limits, error, least):
    """What an error weighs against length."""
    if limits.response:
        behind = (error - least) / max(1.0, least / limits.rows)
        return limits.weight * limits.behind * np.log1p(behind / limits.behind)
    return 5.0 * np.log(max(error / limits.rows, 0.5))  # rows err alike, so that about ten of them count


@njit(cache=True, nogil=True, error_model="numpy")
def doubts(limits, errors, least):
    """The doubts of many."""
    found = np.empty(len(errors))
    for i in range(len(errors)):
        found[i] = doubt(limits, errors[i], least)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _length(low, high, lengths):
    """The lengths of the columns of a mask together."""
    total = 0
    for j in range(len(lengths)):
        word = low if j < WORD else high
        if (word >> (j % WORD)) & 1:
            total += lengths[j]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _distinct(masks, errors):
    """Places of the supports in the order of their errors, each mask once."""
    order = np.argsort(errors, kind="mergesort")
    places = np.empty(len(order), np.int64)
    count = 0
    for place in order:
        low, high = masks[place, 0], masks[place, 1]
        if low == 0 and high == 0:
            continue
        known = False
        for k in range(count):
            if masks[places[k], 0] == low and masks[places[k], 1] == high:
                known = True
                break
        if not known:
            places[count] = place
            count += 1
    return places[:count]


@njit(cache=True, nogil=True, error_model="numpy")
def _leading(masks, errors, lengths, limits):
    """Places of the supports of one size to look at, and the lengths of their texts."""
    places = _distinct(masks, errors)
    found = np.array([_length(masks[p, 0], masks[p, 1], lengths) for p in places])
    if len(places) <= 1 or limits.many <= 1:
        return places[:1], found[:1]
    least = errors[places[0]]
    credible = 0
    while credible < len(places) and errors[places[credible]] <= bound(limits, least):
        credible += 1
    best = max(limits.keep, min(credible, limits.many // 3))
    weighed = np.array([found[k] + doubt(limits, errors[places[k]], least) for k in range(best, credible)])
    rest = best + np.argsort(weighed, kind="mergesort")[: max(0, limits.many - best)]
    every = np.concatenate((np.arange(min(best, len(places))), rest))
    return places[every], found[every]


@njit(cache=True, nogil=True, error_model="numpy")
def _looked_at(masks, errors, lengths, limits):
    """Of all sizes the supports to look at closer: size, place among those of that size, length, mask and error."""
    starts, sizes, count = errors.shape
    most = sizes * max(limits.many, limits.keep, 1)
    found, held, costs = np.empty((most, 3), np.int64), np.empty((most, 2), np.int64), np.empty(most)
    every, missed = np.empty((starts * count, 2), np.int64), np.empty(starts * count)
    total = 0
    for size in range(sizes):
        for s in range(starts):
            for rank in range(count):
                every[s * count + rank] = masks[s, size, rank]
                missed[s * count + rank] = errors[s, size, rank]
        places, texts = _leading(every, missed, lengths, limits)
        for k in range(len(places)):
            found[total, 0], found[total, 1], found[total, 2] = size + 1, places[k], texts[k]
            held[total], costs[total] = every[places[k]], missed[places[k]]
            total += 1
    return found[:total], held[:total], costs[:total]


@dataclass(frozen=True)
class Scan:
    """Supports to look at closer, of one shape or of many.

    Attributes:
        sizes: terms of each.
        errors: weighted, squared, at the start of the inner constants.
        lengths: of its text, roughly.
        masks: its columns, as ``sweep.beams`` has them.
        tables: number of the table that it is of.
        inner: inner constants of its start; of shapes that have fewer, zeros follow.
    """

    sizes: Int[np.ndarray, " support"]
    errors: Float[np.ndarray, " support"]
    lengths: Int[np.ndarray, " support"]
    masks: Int[np.ndarray, "support word"]
    tables: Int[np.ndarray, " support"]
    inner: Float[np.ndarray, "support constant"]

    def __len__(self) -> int:
        return len(self.sizes)

    @classmethod
    def of(
        cls,
        masks: Int[np.ndarray, "start size rank word"],
        errors: Float[np.ndarray, "start size rank"],
        lengths: Int[np.ndarray, " column"],
        starts: Float[np.ndarray, "start constant"],
        limits: Limits,
        table: int,
    ) -> Scan:
        """What a beam found of one shape at all of its starts."""
        found, held, costs = _looked_at(masks, errors, lengths, limits)
        where = starts[found[:, 1] // masks.shape[2]]
        return cls(found[:, 0], costs, found[:, 2], held, np.full(len(found), table), where)

    @classmethod
    def joined(cls, scans: Sequence[Scan]) -> Scan:
        """All of them, one after another."""
        none = np.empty(0, np.int64)
        every = [cls(none, np.empty(0), none, np.empty((0, 2), np.int64), none, np.empty((0, 0))), *scans]
        most = max(scan.inner.shape[1] for scan in every)
        every = [replace(scan, inner=np.pad(scan.inner, ((0, 0), (0, most - scan.inner.shape[1])))) for scan in every]
        return cls(*(np.concatenate([getattr(scan, one.name) for scan in every]) for one in fields(cls)))

    def chosen(self, places: Sequence[int] | Int[np.ndarray, " place"]) -> Scan:
        """Those at some places."""
        where = np.asarray(places, dtype=np.int64)
        return Scan(
            self.sizes[where], self.errors[where], self.lengths[where], self.masks[where], self.tables[where],
            self.inner[where],
        )  # fmt: skip

    def distinct(self) -> Scan:
        """Each support of each table once, where its error is least; least error first."""
        order = np.argsort(self.errors, kind="stable")
        keys = np.column_stack([self.tables, self.masks])[order]
        _, first = np.unique(keys, axis=0, return_index=True)
        return self.chosen(order[np.sort(first)])

    def best(self, size: int, count: int) -> Scan:
        """The best of a number of terms."""
        where = np.flatnonzero(self.sizes == size)
        return self.chosen(where[np.argsort(self.errors[where], kind="stable")][:count])

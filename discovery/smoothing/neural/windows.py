"""Short windows of samples, half overlapping, that are all integrated as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.smoothing.neural.scaling import Samples

GAP = 10.0  # sampling intervals: over a longer gap the field has nothing to be fitted to, so no window spans it


@dataclass(frozen=True)
class Windows:
    """Windows of equal numbers of samples; the last samples of a short window are padding of weight zero.

    Attributes:
        run: index of each window's run.
        rows: row of each sample in its run; padding repeats the last row.
        real: whether a sample is no padding.
        durations: time from the first sample to the last.
        places: time of each sample since the window's first, relative to the duration.
        measured, weights: standardised samples and 1 / deviation; zero where missing.
        starts: classical curve at the first sample.
        links: pairs of windows (earlier, later) of which the later starts inside the earlier.
        joints: column of the earlier window's samples at which the later one starts, for each link.
    """

    run: Int[np.ndarray, " window"]
    rows: Int[np.ndarray, "window sample"]
    real: Bool[np.ndarray, "window sample"]
    durations: Float[np.ndarray, " window"]
    places: Float[np.ndarray, "window sample"]
    measured: Float[np.ndarray, "window sample state"]
    weights: Float[np.ndarray, "window sample state"]
    starts: Float[np.ndarray, "window state"]
    links: Int[np.ndarray, "link 2"]
    joints: Int[np.ndarray, " link"]

    def __len__(self) -> int:
        return len(self.run)


def spans(times: Float[np.ndarray, " time"], size: int) -> list[tuple[int, int]]:
    """First row and end of each window over one run: ``size`` samples, half overlapping, cut at gaps.

    A last window that would hold only samples of the one before is not made; one that is short starts earlier.
    """
    found: list[tuple[int, int]] = []
    steps = np.diff(times)
    cuts = np.flatnonzero(steps > GAP * np.median(steps)) + 1 if len(steps) else np.empty(0, dtype=np.int64)
    for first, end in zip(np.r_[0, cuts], np.r_[cuts, len(times)], strict=True):
        if end - first < 2:
            continue
        for start in range(int(first), max(int(first) + 1, int(end) - size // 2), size // 2):
            stop = min(start + size, int(end))
            found.append((max(int(first), stop - size), stop))
    return list(dict.fromkeys(found))


def cut(parts: Sequence[Samples], size: int, most: int, rng: np.random.Generator) -> Windows:
    """Windows over all runs; beyond ``most`` of them, contiguous stretches of windows chosen at random."""
    places = [(index, *span) for index, part in enumerate(parts) for span in spans(part.times, size)]
    if len(places) > most:
        stretch = 4  # neighbours stay together, so that continuity still ties them
        blocks = [places[i : i + stretch] for i in range(0, len(places), stretch)]
        chosen = np.sort(rng.permutation(len(blocks))[: max(1, most // stretch)])
        places = [place for block in chosen for place in blocks[block]]
    return gather(parts, places, size)


def gather(parts: Sequence[Samples], places: Sequence[tuple[int, int, int]], size: int) -> Windows:
    """The samples of windows given as (run, first row, end)."""
    run = np.array([place[0] for place in places])
    first, end = np.array([place[1] for place in places]), np.array([place[2] for place in places])
    wanted = first[:, None] + np.arange(size)
    rows = np.minimum(wanted, end[:, None] - 1)

    def collect(name: str) -> np.ndarray:
        return np.stack([getattr(parts[index], name)[row] for index, row in zip(run, rows, strict=True)])

    times, measured, deviations = collect("times"), collect("measured"), collect("deviations")
    durations = times[:, -1] - times[:, 0]
    real = wanted < end[:, None]
    known = np.isfinite(measured) & real[:, :, None]
    joined = [
        (i, i + 1, first[i + 1] - first[i])
        for i in range(len(places) - 1)
        if run[i] == run[i + 1] and first[i] < first[i + 1] < end[i]
    ]
    table = np.array(joined, dtype=np.int64).reshape(-1, 3)
    return Windows(
        run,
        rows,
        real,
        durations,
        (times - times[:, :1]) / durations[:, None],
        np.where(known, measured, 0.0),
        np.where(known, 1.0 / deviations, 0.0),
        collect("curve")[:, 0],
        table[:, :2],
        table[:, 2],
    )

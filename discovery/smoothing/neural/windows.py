"""Windows of samples, one behind the other, that are all integrated as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from discovery.smoothing.neural.scaling import Samples

GAP = 16.0  # sampling intervals: over a longer gap the field has nothing to be fitted to, so no window spans it
TOGETHER = 4  # neighbours that are drawn together: three of four of their joints stay


@dataclass(frozen=True)
class Windows:
    """Windows of equally many cells; a cell is one step between nodes and holds the samples from its left node on.

    A run is cut in windows that share their end nodes. Its last window ends in cells of no length, the first of which
    holds the last sample.

    Attributes:
        run: index of each window's run.
        lengths: time from node to node.
        rows: row of each sample in its run; -1 where there is none.
        phases: place of each sample in its cell, from 0 to 1.
        measured, weights: standardised samples and 1 / deviation; zero where missing.
        hidden: samples that are not fitted to.
        drives: at the nodes.
        starts: classical curve at the first node.
        links: pairs of windows (earlier, later), one behind the other.
        typical: median noise of each state.
    """

    run: Int[np.ndarray, " window"]
    lengths: Float[np.ndarray, "window cell"]
    rows: Int[np.ndarray, "window cell sample"]
    phases: Float[np.ndarray, "window cell sample"]
    measured: Float[np.ndarray, "window cell sample state"]
    weights: Float[np.ndarray, "window cell sample state"]
    hidden: Bool[np.ndarray, "window cell sample state"]
    drives: Float[np.ndarray, "window cell drive"]
    starts: Float[np.ndarray, "window state"]
    links: Int[np.ndarray, "link 2"]
    typical: Float[np.ndarray, " state"]

    def __len__(self) -> int:
        return len(self.run)

    def part(self, chosen: slice) -> Windows:
        """Some windows, without links."""
        names = ("run", "lengths", "rows", "phases", "measured", "weights", "hidden", "drives", "starts")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names}, links=np.empty((0, 2), np.int64))

    def revealed(self) -> Windows:
        """The same with nothing hidden."""
        return replace(self, hidden=np.zeros_like(self.hidden))

    def scatter(
        self, values: Float[np.ndarray, "window cell sample state"], onto: list[Float[np.ndarray, "_ state"]]
    ) -> None:
        """Writes values at the samples of all windows into the rows of their runs."""
        for index, rows, some in zip(self.run, self.rows, values, strict=True):
            known = rows >= 0
            onto[index][rows[known]] = some[known]


@dataclass(frozen=True)
class Place:
    """A window before its samples are gathered: rows of the nodes of one run."""

    run: int
    nodes: tuple[int, ...]
    last: bool


def places(parts: Sequence[Samples], cells: int, stride: int) -> list[Place]:
    """Windows of ``cells`` cells over all runs, a node at every ``stride``-th sample, cut at gaps."""
    found: list[Place] = []
    for run, part in enumerate(parts):
        steps = np.diff(part.times)
        cuts = np.flatnonzero(steps > GAP * np.median(steps)) + 1 if len(steps) else np.empty(0, dtype=np.int64)
        for first, end in zip(np.r_[0, cuts], np.r_[cuts, len(part)], strict=True):
            nodes = [*range(int(first), int(end) - 1, stride), int(end) - 1]
            for start in range(0, max(1, len(nodes) - 1), cells):
                last = start + cells >= len(nodes) - 1
                found.append(Place(run, tuple(nodes[start : start + cells + 1]), last))
    return found


def draw(every: Sequence[Place], most: int, rng: np.random.Generator) -> list[Place]:
    """At most ``most`` windows, drawn in groups of neighbours, so that continuity still ties them."""
    if len(every) <= most:
        return list(every)
    groups = [every[i : i + TOGETHER] for i in range(0, len(every), TOGETHER)]
    chosen = np.sort(rng.permutation(len(groups))[: max(1, most // TOGETHER)])
    return [place for index in chosen for place in groups[index]]


def gather(parts: Sequence[Samples], chosen: Sequence[Place], cells: int, stride: int) -> Windows:
    """The samples of the ``chosen`` windows."""
    run = np.array([place.run for place in chosen])
    ends = np.array([place.nodes[-1] for place in chosen])
    left = np.stack([_padded(place.nodes, cells + 1) for place in chosen])  # a last cell of no length closes a window
    right = np.concatenate([left[:, 1:], left[:, -1:]], axis=1)
    rows = left[:, :, None] + np.arange(stride)
    inside = rows < right[:, :, None]
    closing = np.array([len(place.nodes) - 1 for place in chosen])
    last = np.array([place.last for place in chosen])
    inside[np.flatnonzero(last), closing[last], 0] = True  # the last sample of a run belongs to no cell before it
    rows = np.where(inside, rows, -1)

    def collect(name: str, at: np.ndarray) -> np.ndarray:
        return np.stack([getattr(parts[index], name)[some] for index, some in zip(run, at, strict=True)])

    times, measured, deviations = collect("times", rows), collect("measured", rows), collect("deviations", rows)
    begin, finish = collect("times", left), collect("times", right)
    lengths = finish - begin
    known = np.isfinite(measured) & inside[..., None]
    phases = np.where(inside, (times - begin[:, :, None]) / np.where(lengths > 0.0, lengths, 1.0)[:, :, None], 0.0)
    follows = (run[1:] == run[:-1]) & (left[1:, 0] == ends[:-1])
    earlier = np.flatnonzero(follows)
    return Windows(
        run,
        lengths,
        rows,
        phases,
        np.where(known, measured, 0.0),
        np.where(known, 1.0 / deviations, 0.0),
        collect("hidden", rows) & known,
        collect("drives", left),
        collect("curve", left[:, 0]),
        np.stack([earlier, earlier + 1], axis=1),
        np.median(np.concatenate([part.deviations for part in parts]), axis=0),
    )


def _padded(nodes: Sequence[int], length: int) -> Int[np.ndarray, " cell"]:
    """Nodes with the last repeated."""
    return np.array([*nodes, *[nodes[-1]] * (length - len(nodes))])

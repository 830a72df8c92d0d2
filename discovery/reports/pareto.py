"""The figure of the laws that were compared: how well each describes the data against how long it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from discovery.reports.drawing import BLUE, HALF, INK, MUTED, NARROW_HEIGHT, SKY, VERMILION, label
from discovery.reports.rows import MOST_LAWS
from discovery.selection.score import TIE
from discovery.types import DiscoveryResult

_TALL = 100  # nats above which the axis of scores becomes logarithmic
# Height of the numbers, a share of the axes; and of the strip they need, a share of the rest.
_RAIL, _STRIP = 0.055, 0.3
_APART = 0.065  # distance between two numbers, a share of the axes


def front(result: DiscoveryResult) -> Figure | None:
    """Score above the best against complexity; numbers are ranks, and laws in the band are as good as tied."""
    ranked = [(rank, law) for rank, law in enumerate(result.ranking.front, start=1) if np.isfinite(law.score)]
    if len(ranked) < 2:
        return None
    figure = Figure(figsize=(HALF, NARROW_HEIGHT if result.trajectories[0].dimension > 2 else 1.9))
    axes = figure.subplots()
    best = ranked[0][1].score
    places = {rank: (law.complexity, law.score - best) for rank, law in ranked}
    axes.axhspan(-TIE, TIE, color=SKY, alpha=0.2, lw=0)
    for rank, (across, along) in places.items():
        colour, shape, size = (VERMILION, "D", 6) if rank == 1 else (BLUE, "o", 4 if rank <= MOST_LAWS else 3)
        axes.plot(across, along, shape, color=colour, ms=size, mew=0, alpha=1.0 if rank <= MOST_LAWS else 0.4)
    _with_strip(axes, max(gap for _, gap in places.values()))
    _number({rank: place for rank, place in places.items() if rank <= MOST_LAWS}, axes)
    label(axes, x="complexity (nodes)", y="nats above the best")
    return figure


def _with_strip(axes: Axes, largest: float) -> None:
    """Scales of the axes, with room for a row of numbers below the laws."""
    if largest > _TALL:
        axes.set_yscale("symlog", linthresh=10)
    axes.margins(x=0.1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    scale = axes.yaxis.get_transform()
    highest = 1.14 * max(largest, TIE)
    top = float(scale.transform(np.array([highest]))[0])
    axes.set_ylim(float(scale.inverted().transform(np.array([-_STRIP * top]))[0]), highest)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0.0 <= tick <= highest])


def _number(places: dict[int, tuple[int, float]], axes: Axes) -> None:
    """Ranks in a row below the laws, each with a line to its own; laws may be as near to each other as they like."""
    left, right = axes.get_xlim()
    order = sorted(places, key=lambda rank: (places[rank][0], rank))
    shares = spread([(places[rank][0] - left) / (right - left) for rank in order], _APART)
    row = blended_transform_factory(axes.transAxes, axes.transAxes)
    for rank, share in zip(order, shares, strict=True):
        axes.annotate(
            str(rank), places[rank], (share, _RAIL), textcoords=row, ha="center", va="center", size=6.5, color=INK,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": MUTED, "shrinkA": 1.0, "shrinkB": 1.5}, zorder=1,
        )  # fmt: skip


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Places in the same order, near those that are wanted, within 0 and 1 and so far apart from each other.

    Neighbours that are too near are put about the mean of where they want to be (isotonic regression by pooling).
    """
    blocks: list[tuple[float, int]] = []  # mean of the first member's place, and number of members
    for i, place in enumerate(wanted):
        blocks.append((place - i * apart, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (second, many), (first, few) = blocks.pop(), blocks.pop()
            blocks.append(((first * few + second * many) / (few + many), few + many))
    firsts = [mean for mean, count in blocks for _ in range(count)]
    low, high = apart / 2, 1.0 - apart / 2 - apart * max(0, len(wanted) - 1)
    return [min(max(first, low), max(high, low)) + i * apart for i, first in enumerate(firsts)]

"""The figures of a report, by name; residuals are drawn here."""

from __future__ import annotations

from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from discovery.reports.drawing import (
    INK,
    MUTED,
    PALETTE,
    SHAPES,
    WIDTH,
    dot_size,
    header,
    label,
    lettering,
    style,
    thin,
)
from discovery.reports.pareto import front
from discovery.reports.portraits import draw_plane, draw_projection, draw_slope, phase
from discovery.reports.residuals import Residuals, autocorrelation, residuals
from discovery.reports.timelines import Look, draw_timeline, key, legend, trajectories, unseen
from discovery.types import DiscoveryResult

MOST_STATES = len(PALETTE)
_BETWEEN = 0.06  # of the panels' width: ticks at their ends would touch, "1920" and "0.0"
_LAGS = 20  # of the autocorrelation, or a quarter of the samples if that is less


def draw(result: DiscoveryResult) -> dict[str, Figure]:
    """All figures that the result has something for, by name, in the order of the report."""
    makers = {
        "trajectories": trajectories,
        "phase": phase,
        "unseen": unseen,
        "residuals": residual_panels,
        "front": front,
    }
    figures: dict[str, Figure] = {}
    for name, make in makers.items():
        with style(name):
            figure = make(result)
        if figure is not None:
            figures[name] = figure
    return figures


def summary(result: DiscoveryResult) -> Figure:
    """One figure for the short form: fit and forecast at the left, the phase portrait at the right."""
    with style("summary"):
        figure = Figure(figsize=(WIDTH, 2.45))
        left, right = cast("tuple[Figure, Figure]", figure.subfigures(1, 2, width_ratios=(1.25, 1)))
        rows, room = min(result.trajectories[0].dimension, 3), 30  # panels, and letters along the height of all
        panels = left.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
        for row, axes in enumerate(panels):
            draw_timeline(axes, result, result.trajectories[0], row)
            axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
            label(axes, y=header(result, result.trajectories[0].names[row], 2 * room // rows, room // rows))
        panels[-1].xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        label(panels[-1], x=result.time_name)
        portrait = right.subplots()
        dimension = result.trajectories[0].dimension
        if dimension == 1:
            draw_slope(portrait, result)
        elif dimension == 2:
            draw_plane(portrait, result)
        else:
            draw_projection(portrait, result, 0, dimension - 1 if dimension == 3 else 1)
    return figure


def residual_panels(result: DiscoveryResult) -> Figure | None:
    """Residuals of the fitted samples against time, against their own past, and as a distribution."""
    found = residuals(result, "fit")
    if not found:
        return None
    figure = Figure(figsize=(WIDTH, 1.65))
    left, right, middle = figure.subplots(1, 3, width_ratios=(2.1, 0.9, 1.3), gridspec_kw={"wspace": _BETWEEN})
    right.sharey(left)
    entries = _draw_scatter(left, result, found)
    _draw_memory(middle, found)
    _draw_histogram(right, np.concatenate([one.standardised for one in found]))
    label(left, x=result.time_name, y="residual / σ")
    label(middle, x="lag (samples)", y="autocorrelation")
    label(right, x="density")
    right.tick_params(labelleft=False)
    legend(figure, entries)
    return figure


def _draw_scatter(axes: Axes, result: DiscoveryResult, found: tuple[Residuals, ...]) -> list[tuple[str, Line2D]]:
    entries: list[tuple[str, Line2D]] = []
    names = result.trajectories[0].names[:MOST_STATES]
    for state, (name, colour, shape) in enumerate(zip(names, PALETTE, SHAPES, strict=False)):
        look: Look = {"marker": shape, "color": colour, "mew": 0, "lw": 0}
        for one in found:
            kept = thin(len(one.times))
            axes.plot(one.times[kept], one.standardised[kept, state], **look, ms=dot_size(len(kept)), alpha=0.8)
        if any(np.isfinite(one.standardised[:, state]).any() for one in found):  # else nothing of it was measured
            entries.append(key(lettering(header(result, name, 20)), **look, ms=4))
    axes.axhspan(-2, 2, color=MUTED, alpha=0.12, lw=0)
    axes.axhline(0, color=MUTED, lw=0.7)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    return entries


def _draw_memory(axes: Axes, found: tuple[Residuals, ...]) -> None:
    """Autocorrelation of each state; the band holds 95 % of the values of white noise."""
    longest = max(len(one.times) for one in found)
    lags = max(1, min(_LAGS, longest // 4))
    count = sum(len(one.times) for one in found)
    for state, (colour, shape) in enumerate(zip(PALETTE, SHAPES, strict=True)):
        if state < found[0].standardised.shape[1]:
            values = autocorrelation([one.standardised[:, state] for one in found], lags)[1:]
            offset = 0.12 * (state - min(found[0].standardised.shape[1], MOST_STATES) / 2 + 0.5)
            axes.plot(np.arange(1, lags + 1) + offset, values, shape, color=colour, ms=3.0, mew=0)
            axes.vlines(np.arange(1, lags + 1) + offset, 0, values, color=colour, lw=0.6)
    band = 1.96 / np.sqrt(count)
    axes.axhspan(-band, band, color=MUTED, alpha=0.18, lw=0)
    axes.axhline(0, color=MUTED, lw=0.7)
    axes.set_ylim(-1.05, 1.05)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _draw_histogram(axes: Axes, values: np.ndarray) -> None:
    known = values[np.isfinite(values)]
    edge = max(3.5, float(np.max(np.abs(known), initial=0.0)) * 1.05)
    points = np.linspace(-edge, edge, 200)
    width = max(3.49 * max(len(known), 1) ** (-1 / 3), edge / 100)  # Scott's rule, for a deviation of one
    bins = np.arange(-edge, edge + width, width)
    axes.hist(known, bins=bins.tolist(), density=True, orientation="horizontal", color=MUTED, alpha=0.5)
    axes.plot(np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi), points, color=INK, lw=1.0)

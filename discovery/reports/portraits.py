"""Phase portraits: the slope for one state, the vector field for two, projections for more."""

from __future__ import annotations

import numpy as np
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from discovery.reports import drawing
from discovery.reports.drawing import (
    BLUE,
    GREEN,
    HALF,
    INK,
    MUTED,
    NARROW_HEIGHT,
    PURPLE,
    STREAM,
    WIDTH,
    dot_size,
    label,
    lettering,
    thin,
)
from discovery.reports.motion import curve, evaluate
from discovery.reports.room import has_dots, planes, shown_runs
from discovery.reports.timelines import DENSE, FIT, FORECAST, MEASURED, draw_samples, key, legend, span
from discovery.symbolic.constants import substituted
from discovery.types import DiscoveryResult, Law, symbol

_LEVELS = 4  # of inputs, for each of which the law is a curve of its own
_GRID = 60  # points a side at which the field is known: streamlines and nullclines are smooth, and drawn in no time
_NULLCLINES = ((GREEN, (0, (5, 1.5))), (PURPLE, (0, (1.5, 1.2))))


def phase(result: DiscoveryResult) -> Figure | None:
    """The portrait that fits the number of states."""
    dimension = result.trajectories[0].dimension
    if dimension == 1:
        figure = Figure(figsize=(HALF, NARROW_HEIGHT))
        draw_slope(figure.subplots(), result)
        entries = [key("smoothed samples", **MEASURED)]
        legend(figure, [*entries, key("law", **FIT)] if _at_rest(result) else entries)
        return figure
    if dimension == 2:
        figure = Figure(figsize=(HALF, NARROW_HEIGHT))
        draw_plane(figure.subplots(), result)
        legend(figure, _entries(result))
        return figure
    pairs = planes(result)
    figure = Figure(figsize=(WIDTH, 0.35 + WIDTH / 3))
    for axes, (i, j) in zip(figure.subplots(1, len(pairs), squeeze=False).flat, pairs, strict=True):
        draw_projection(axes, result, i, j)
    legend(figure, _entries(result))
    return figure


def _entries(result: DiscoveryResult) -> list[tuple[str, Line2D]]:
    labels = {result.trajectories[place].label for place in shown_runs(result)}
    kinds = {prediction.kind for prediction in result.predictions if prediction.label in labels}
    entries = [key("measured", **MEASURED)] if has_dots(result) else []
    entries += [key("fit", **FIT)] if "fit" in kinds else []
    entries += [key("forecast", **FORECAST)] if "held_out" in kinds else []
    return entries


def draw_plane(axes: Axes, result: DiscoveryResult) -> None:
    """Two states: samples, the law's trajectories, and, where it has one field, streamlines and nullclines."""
    draw_projection(axes, result, 0, 1)
    if result.law is None or result.law.discrete or not result.law.autonomous:
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across, along = np.linspace(left, right, _GRID), np.linspace(bottom, top, _GRID)
    points = np.stack([g.ravel() for g in np.meshgrid(across, along)], axis=1)
    field = evaluate(result.law, points).reshape(_GRID, _GRID, 2)
    if np.mean(np.isfinite(field)) < 0.5:
        return
    _draw_streams(axes, across, along, field)
    for i, (colour, line) in enumerate(_NULLCLINES):
        component = np.ma.masked_invalid(field[..., i])
        if component.min() < 0 < component.max():
            axes.contour(across, along, component, levels=[0.0], colors=[colour], linestyles=[line], linewidths=1.0)
    axes.set(xlim=(left, right), ylim=(bottom, top))


def _draw_streams(axes: Axes, across: np.ndarray, along: np.ndarray, field: np.ndarray) -> None:
    """Streamlines of the directions; lengths are scaled to the panel, since only directions are to be read."""
    reach = np.array([across[-1] - across[0], along[-1] - along[0]])
    with np.errstate(all="ignore"):
        unit = field / reach / np.linalg.norm(field / reach, axis=-1, keepdims=True)
    usable = np.all(np.isfinite(unit), axis=-1)
    shown = np.where(usable[..., None], unit * reach, np.nan)
    axes.streamplot(
        across, along, np.ma.masked_invalid(shown[..., 0]), np.ma.masked_invalid(shown[..., 1]),
        color=STREAM, linewidth=0.6, arrowsize=0.6, density=0.9, zorder=0,
    )  # fmt: skip


def draw_projection(axes: Axes, result: DiscoveryResult, i: int, j: int) -> None:
    """Samples and trajectories of two of the states."""
    runs = [result.trajectories[place] for place in shown_runs(result)]
    for run in runs:
        draw_samples(axes, run, run.states[:, i], run.states[:, j])
    axes.set_xlim(*span(result, i))
    axes.set_ylim(*span(result, j))
    labels = {run.label for run in runs}
    for prediction in (p for p in result.predictions if p.label in labels):
        times, states = curve(result.law, prediction)
        look = FORECAST if prediction.kind == "held_out" else FIT
        axes.plot(states[:, i], states[:, j], **look, lw=0.8 if len(times) > DENSE else 1.3)
    names = runs[0].names
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    longest = 36 if len(names) == 2 else 24
    label(axes, x=drawing.header(result, names[i], longest), y=drawing.header(result, names[j], min(longest, 30)))


def draw_slope(axes: Axes, result: DiscoveryResult) -> None:
    """One state: its slope against itself, the smoothed samples and the law's curve."""
    name = result.trajectories[0].names[0]
    for run in (result.smoothing.trajectories[place] for place in shown_runs(result)):
        kept = thin(len(run.times))
        size = dot_size(len(kept))
        axes.plot(run.states[kept, 0], run.derivatives[kept, 0], "o", color=INK, mew=0, ms=size, alpha=0.7)
    points = np.linspace(*span(result, 0), 300)
    for law in _at_rest(result):
        axes.plot(points, _slope(law, points), color=BLUE)
    axes.axhline(0, color=MUTED, lw=0.6, zorder=0)
    header = drawing.header(result, name, 20)
    discrete = result.trajectories[0].discrete
    slope = f"next {header}" if discrete else f"d {header} / d {lettering(result.time_name, 10)}"
    label(axes, x=drawing.header(result, name, 36), y=slope)


def _at_rest(result: DiscoveryResult) -> tuple[Law, ...]:
    """The law as one of the state alone: itself, or with its inputs at rest where they have a few levels only."""
    law = result.law
    if law is None or law.autonomous:
        return () if law is None else (law,)
    levels = np.unique(np.vstack([run.inputs for run in result.trajectories]), axis=0)
    if any(symbol("t") in side.free_symbols for side in law.skeletons) or not 1 <= len(levels) <= _LEVELS:
        return ()
    names = [symbol(name) for name in law.inputs]
    puts: list[dict[sp.Expr, sp.Expr]] = [dict(zip(names, map(sp.Float, level), strict=True)) for level in levels]
    return tuple(Law(law.states, tuple(substituted(side, put) for side in law.equations.values()), ()) for put in puts)


def _slope(law: Law, points: np.ndarray) -> np.ndarray:
    return evaluate(law, points[:, None])[:, 0]

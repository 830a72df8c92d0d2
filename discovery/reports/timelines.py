"""Figures against time: measurements with fit and forecast, and forecasts from starts that the law had not seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from discovery.headers import unit_of_time
from discovery.reports import drawing
from discovery.reports.drawing import (
    BLUE,
    GREEN,
    HALF,
    INK,
    MUTED,
    NARROW_HEIGHT,
    ORANGE,
    PURPLE,
    VERMILION,
    WIDTH,
    dot_size,
    label,
    thin,
)
from discovery.reports.motion import curve
from discovery.reports.room import MOST_RUNS, MOST_STATES, MOST_UNSEEN, fit_runs, shown_inputs
from discovery.reports.unseen import outlook, whole_runs
from discovery.types import DiscoveryResult, Prediction, Trajectory

_HANDLE = 8  # letters that have the width of a legend's line and gaps
_LETTERS = 17  # that an inch of a figure has room for
_IN_ONE_COLUMN = 3  # states of a single run that stand one above the other; more take two columns
_THIN = 0.55  # height of an input's panel, for one of a state
DENSE = 600  # points beyond which lines are drawn finer
# Points: the least diameter of measurements that a line goes through, and the width of a line through many. Without
# noise it goes through each, and of dots that are no wider than it nothing is seen.
LEAST_DOT, LINE, LINE_OF_MANY = 2.4, 1.3, 1.0
Look: TypeAlias = dict[str, Any]  # of a line: matplotlib's names of colour, dashes, markers
# Told apart by dashes as well as by colour, for print in grey.
FIT: Look = {"color": BLUE, "linestyle": "-"}
FORECAST: Look = {"color": VERMILION, "linestyle": (0, (4, 1.6))}
_RIVALS = ((0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (2.5, 1)), (0, (4, 1, 1, 1, 1, 1)))


def span(result: DiscoveryResult, state: int) -> tuple[float, float]:
    """Limits of an axis: all measurements, and of the predictions what does not flatten them by running away.

    Of a state that was not measured the fit stands in for the measurements.
    """
    measured = measured_or_fitted(result, state)
    low, high = float(measured.min()), float(measured.max())
    reach = (high - low) or 1.0
    predicted = np.concatenate([measured, *(prediction.states[:, state] for prediction in result.predictions)])
    predicted = predicted[np.isfinite(predicted) & (predicted > low - reach / 2) & (predicted < high + reach / 2)]
    low, high = float(np.min(predicted, initial=low)), float(np.max(predicted, initial=high))
    return low - 0.06 * reach, high + 0.06 * reach


def measured_or_fitted(result: DiscoveryResult, state: int) -> np.ndarray:
    """Values that an axis has to hold: all measurements of a state, or its fit where it was never measured."""
    values = _finite(run.states[:, state] for run in result.trajectories)
    if not len(values):
        values = _finite(one.states[:, state] for one in result.predictions if one.kind == "fit")
    return values if len(values) else np.zeros(1)


def _finite(columns: Iterable[np.ndarray]) -> np.ndarray:
    """All values of these that are finite."""
    values = np.concatenate([np.zeros(0), *columns])
    return values[np.isfinite(values)]


def draw_samples(axes: Axes, run: Trajectory, across: np.ndarray, along: np.ndarray) -> None:
    """Measurements as dots, finer and paler where there are many, but never hidden by the line through them."""
    kept = thin(len(run))
    many = dot_size(len(kept)) < LEAST_DOT
    size, alpha = (LEAST_DOT, 0.6) if many else (dot_size(len(kept)), 0.85)
    axes.plot(across[kept], along[kept], "o", ms=size, alpha=alpha, color=INK, mew=0, zorder=2)


def legend(figure: Figure, entries: Iterable[tuple[str, Line2D]]) -> None:
    """One legend above all panels, in as many columns as there is room for; none of nothing."""
    if not (entries := list(entries)):
        return
    texts, handles = zip(*entries, strict=True)
    lengths = [len(text) + _HANDLE for text in texts]
    room = int(figure.get_figwidth() * _LETTERS)
    ncols = len(texts) if sum(lengths) <= room else max(1, room // max(lengths))
    made = figure.legend(list(handles), list(texts), loc="outside upper center", ncols=ncols, handlelength=2.4)
    for text in made.get_texts():
        text.set_parse_math(False)


def key(text: str, **look: Any) -> tuple[str, Line2D]:
    """An entry of a legend: a line, or dots where a marker is told."""
    drawn: Look = {"lw": 1.4, **look}
    return text, Line2D([], [], **drawn)


MEASURED: Look = {"marker": "o", "color": INK, "ms": 3.0, "mew": 0, "lw": 0}


def trajectories(result: DiscoveryResult) -> Figure:
    """One panel for each state and run: samples, fit, and the forecast of samples kept out, shaded."""
    runs = [result.trajectories[place] for place in fit_runs(result)]
    names = runs[0].names[:MOST_STATES]
    figure, cells = _panels(len(names), len(runs), WIDTH, len(shown_inputs(result)))
    for axes, column, row in cells[: len(names) * len(runs)]:
        draw_timeline(axes, result, runs[column], row)
        name = _name(axes, result, names[row]) if column == 0 else ""
        label(axes, y=name, title=runs[column].label if row == 0 and len(runs) > 1 else "")
    _draw_inputs(cells[len(names) * len(runs) :], result, runs)
    _label_time(result, cells)
    labels = {run.label for run in runs}
    kinds = {prediction.kind for prediction in result.predictions if prediction.label in labels}
    entries = [key("measured", **MEASURED)]
    entries += [key("fit", **FIT)] if "fit" in kinds else []
    entries += [key("forecast of samples kept out", **FORECAST)] if "held_out" in kinds else []
    legend(figure, entries)
    return figure


Cells = list[tuple[Axes, int, int]]  # axes, run, state or input


def _panels(states: int, runs: int, width: float, inputs: int = 0) -> tuple[Figure, Cells]:
    """States below each other and runs side by side, inputs below all; many states of one run in two columns.

    The cells of the inputs come after those of all states.
    """
    columns = runs if runs > 1 else 1 if states <= _IN_ONE_COLUMN else 2
    across = 1 if runs > 1 else columns  # panels of one run that stand side by side
    rows, low_rows = math.ceil(states / across), math.ceil(inputs / across)
    height = max(0.7, min(0.9, 2.1 / rows))
    figure = Figure(figsize=(width, 0.5 + height * (rows + _THIN * low_rows)))
    sharing: dict[str, Any] = {"sharex": "col", "sharey": "row"} if runs > 1 else {"sharex": True, "sharey": False}
    ratios = [1.0] * rows + [_THIN] * low_rows
    grid = figure.subplots(rows + low_rows, columns, squeeze=False, height_ratios=ratios, **sharing)
    cells = _cells(grid[:rows], states, runs) + _cells(grid[rows:], inputs, runs)
    for axes in {*grid.flat} - {axes for axes, _, _ in cells}:
        axes.set_axis_off()
    return figure, cells


def _cells(grid: np.ndarray, count: int, runs: int) -> Cells:
    """A panel for each of ``count`` quantities and each run."""
    if runs > 1:
        return [(grid[row, column], column, row) for column in range(runs) for row in range(count)]
    return [(axes, 0, place) for place, axes in enumerate(grid.flat[:count])]


def _draw_inputs(cells: Cells, result: DiscoveryResult, runs: Sequence[Trajectory]) -> None:
    """The course of each input in its runs, steps where it is held."""
    shown = shown_inputs(result)
    for axes, column, row in cells:
        run = runs[column]
        axes.plot(*course(run, shown[row]), color=INK, lw=0.9)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10]))  # the panel is a thin one
        label(axes, y=_name(axes, result, list(result.inputs)[shown[row]]) if column == 0 else "")


def course(run: Trajectory, place: int) -> tuple[np.ndarray, np.ndarray]:
    """An input of a run as a line to draw: with both ends of each step where it is held."""
    times, values = run.times, run.inputs[:, place]
    if not run.held[place]:
        kept = thin(len(times))
        return times[kept], values[kept]
    first = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0.0]))
    edges = np.append(times[first], times[-1])
    return np.repeat(edges, 2)[1:-1], np.repeat(values[first], 2)


def _name(axes: Axes, result: DiscoveryResult, state: str) -> str:
    """The name of a state or input, as long as the height of its panel."""
    spec = axes.get_subplotspec()
    figure = axes.get_figure(root=True)
    assert spec is not None
    assert figure is not None
    ratios = np.array(spec.get_gridspec().get_height_ratios())
    share = float(ratios[spec.rowspan.start] / ratios.sum())
    line = max(4, int((figure.get_figheight() - 0.5) * share * _LETTERS) - 2)  # names do not touch
    return drawing.header(result, state, 2 * line, line)


def _label_time(result: DiscoveryResult, cells: Cells, name: str = "") -> None:
    for axes, _, _ in cells:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        spec = axes.get_subplotspec()
        tall = spec is None or np.array(spec.get_gridspec().get_height_ratios())[spec.rowspan.start] == 1.0
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4 if tall else 2, steps=[1, 2, 5, 10]))
        below = [other for other, _, _ in cells if _is_below(other, axes)]
        if spec is not None and not below:
            axes.tick_params(labelbottom=True)
            label(axes, x=name or result.time_name)


def _is_below(other: Axes, axes: Axes) -> bool:
    mine, theirs = axes.get_subplotspec(), other.get_subplotspec()
    assert mine is not None
    assert theirs is not None
    return theirs.colspan == mine.colspan and theirs.rowspan.start > mine.rowspan.start


def draw_timeline(axes: Axes, result: DiscoveryResult, run: Trajectory, state: int) -> None:
    """Samples of a state of one run, its fit and its forecast."""
    draw_samples(axes, run, run.times, run.states[:, state])
    axes.set_ylim(*span(result, state))
    for prediction in (p for p in result.predictions if p.label == run.label):
        _draw_prediction(axes, result, prediction, state)
        if prediction.kind == "held_out":
            axes.axvspan(prediction.times[0], prediction.times[-1], color=VERMILION, alpha=0.07, lw=0)


def _draw_prediction(axes: Axes, result: DiscoveryResult, prediction: Prediction, state: int) -> None:
    times, states = curve(result.law, prediction)
    look = FORECAST if prediction.kind == "held_out" else FIT
    many = dot_size(len(prediction.times)) < LEAST_DOT
    axes.plot(times, states[:, state], **look, lw=LINE_OF_MANY if many else LINE)


def unseen(result: DiscoveryResult) -> Figure | None:
    """Runs that were kept out whole and their forecasts; where there are none, curves from a start of no run."""
    kept_out = whole_runs(result)
    if kept_out:
        return _whole(result, kept_out)
    return _outlook(result)


def _whole(result: DiscoveryResult, kept_out: tuple[tuple[Trajectory, Prediction], ...]) -> Figure:
    names = result.trajectories[0].names[:MOST_STATES]
    shown = kept_out[: 1 if len(names) > _IN_ONE_COLUMN else MOST_RUNS]
    figure, cells = _panels(len(names), len(shown), WIDTH, len(shown_inputs(result)))
    for axes, column, row in cells[: len(names) * len(shown)]:
        run, prediction = shown[column]
        draw_samples(axes, run, run.times, run.states[:, row])
        axes.set_ylim(*span(result, row))
        _draw_prediction(axes, result, prediction, row)
        name = _name(axes, result, names[row]) if column == 0 else ""
        label(axes, y=name, title=run.label if row == 0 else "")
    _draw_inputs(cells[len(names) * len(shown) :], result, [run for run, _ in shown])
    _label_time(result, cells)
    legend(figure, [key("measured, kept out whole", **MEASURED), key("forecast from its start", **FORECAST)])
    return figure


def _outlook(result: DiscoveryResult) -> Figure | None:
    seen = outlook(result)
    if seen is None:
        return None
    names = result.trajectories[0].names[:MOST_UNSEEN]
    figure, cells = _panels(len(names), 1, HALF)
    figure.set_figheight(NARROW_HEIGHT)
    times, since = _since_start(result, seen.times)
    for axes, _, row in cells:
        axes.set_ylim(*_limits([states[:, row] for states in seen.curves]))
        for states, look in zip(seen.curves, _looks(len(seen.curves)), strict=True):
            axes.plot(times, states[:, row], **look)
        if len(seen.low):
            inside = np.clip(seen.low[:, row], *axes.get_ylim()), np.clip(seen.high[:, row], *axes.get_ylim())
            axes.fill_between(times, *inside, color=BLUE, alpha=0.18, lw=0)
        axes.plot(times[:1], seen.start[row : row + 1], "D", color=BLUE, ms=4, mew=0, clip_on=False)
        label(axes, y=_name(axes, result, names[row]))
    _label_time(result, cells, since)
    looks = _looks(len(seen.ranks))
    entries = [key(_law_text(rank), **look) for rank, look in zip(seen.ranks, looks, strict=True)]
    legend(figure, entries)
    return figure


def _since_start(result: DiscoveryResult, times: np.ndarray) -> tuple[np.ndarray, str]:
    """Times of a run that has not begun, and their name; those of the record where the law depends on time."""
    if result.law is None or not result.law.autonomous:
        return times, ""
    unit = unit_of_time(result.time_name) or ""
    return times - times[0], f"{result.law.spans(unit) if unit or result.law.discrete else 'time'} since the start"


def _limits(curves: Sequence[np.ndarray]) -> tuple[float, float]:
    """All of the first curve, and of the others what does not flatten it."""
    first, *others = (values[np.isfinite(values)] for values in curves)
    low, high = float(first.min()), float(first.max())
    reach = (high - low) or abs(high) or 1.0
    near = np.clip(np.concatenate([first, *others]), low - reach / 2, high + reach / 2)
    return float(near.min()) - 0.06 * reach, float(near.max()) + 0.06 * reach


def _law_text(rank: int) -> str:
    return "chosen law" if rank == 1 else f"law {rank}"


def _looks(count: int) -> list[Look]:
    looks: list[Look] = [{**FIT, "lw": 1.5}]
    for colour, line in zip((ORANGE, PURPLE, MUTED, GREEN), _RIVALS, strict=True):
        looks.append({"color": colour, "linestyle": line, "lw": 1.2})
    return looks[:count]

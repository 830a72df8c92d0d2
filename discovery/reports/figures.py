"""The figures of a report: measurements with fit and forecast, phase portrait, residuals, Pareto front."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import sympy as sp
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.interpolate import CubicHermiteSpline

from discovery.reports.drawing import BLUE, INK, MUTED, PALETTE, VERMILION, WIDTH, label, lettering, style, thin
from discovery.reports.snippets import without_cot
from discovery.types import DiscoveryResult, Law, Prediction, Trajectory, symbol

MOST_STATES, MOST_RUNS, MOST_PAIRS = 6, 3, 3  # panels that stay legible on one page
_ARROWS = 17  # a side of the grid of arrows: dense enough to show the flow, apart enough to see each
_DENSE = 600  # points beyond which marks and lines are drawn finer
_CURVE_POINTS = 500  # a curve through fewer samples would show its corners
_LINES = {"fit": ("fit", BLUE, "-"), "held_out": ("forecast of held-out samples", VERMILION, "--")}


def draw(result: DiscoveryResult) -> dict[str, Figure]:
    """All figures that the result has something for, by name."""
    makers = {"trajectories": _trajectories, "phase": _phase, "residuals": _residuals, "front": _front}
    figures: dict[str, Figure] = {}
    for name, make in makers.items():
        with style(name):
            figure = make(result)
        if figure is not None:
            figures[name] = figure
    return figures


def _header(result: DiscoveryResult, state: str) -> str:
    return result.headers.get(state, state)


def _legend_scale(result: DiscoveryResult) -> float:
    return 2.5 if max(map(len, result.trajectories)) > _DENSE else 1.0


def _predictions(result: DiscoveryResult, run: Trajectory) -> Iterator[Prediction]:
    return (prediction for prediction in result.predictions if prediction.label == run.label)


def _span(result: DiscoveryResult, state: int) -> tuple[float, float]:
    """Limits of an axis: all measurements, and of the predictions what does not flatten them by running away."""
    measured = np.concatenate([run.states[:, state] for run in result.trajectories])
    measured = measured[np.isfinite(measured)] if np.any(np.isfinite(measured)) else np.zeros(1)
    low, high = float(measured.min()), float(measured.max())
    reach = (high - low) or 1.0
    predicted = np.concatenate([prediction.states[:, state] for prediction in result.predictions] or [measured])
    predicted = predicted[np.isfinite(predicted) & (predicted > low - reach / 2) & (predicted < high + reach / 2)]
    low, high = float(np.min(predicted, initial=low)), float(np.max(predicted, initial=high))
    return low - 0.06 * reach, high + 0.06 * reach


def _trajectories(result: DiscoveryResult) -> Figure:
    """One panel for each state (rows) and run (columns)."""
    runs = result.trajectories[:MOST_RUNS]
    names = runs[0].names[:MOST_STATES]
    figure = Figure(figsize=(WIDTH, 1.0 + 1.35 * len(names)))
    panels = figure.subplots(len(names), len(runs), sharex="col", sharey="row", squeeze=False)
    for column, run in enumerate(runs):
        for row, name in enumerate(names):
            _draw_run(panels[row, column], result, run, row)
            label(
                panels[row, column],
                x=result.time_name if row == len(names) - 1 else "",
                y="" if column else _header(result, name),
                title="" if row else run.label,
            )
            panels[row, column].xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    handles: dict[str, Artist] = {}
    for axes in panels.flat:
        handles |= {text: handle for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(
        list(handles.values()), list(handles), loc="outside upper right", ncols=3, markerscale=_legend_scale(result)
    )
    return figure


def _draw_run(axes: Axes, result: DiscoveryResult, run: Trajectory, state: int) -> None:
    kept = thin(len(run))
    dense = len(run) > _DENSE
    axes.plot(
        run.times[kept], run.states[kept, state], "o", ms=1.4 if dense else 3.6, alpha=0.45 if dense else 0.9,
        color=INK, mew=0, label="measured",
    )  # fmt: skip
    axes.set_ylim(*_span(result, state))
    for prediction in _predictions(result, run):
        text, colour, line = _LINES[prediction.kind]
        times, states = _curve(result.law, prediction)
        axes.plot(times, states[:, state], line, color=colour, label=text)
        if prediction.kind == "held_out":
            axes.axvspan(prediction.times[0], prediction.times[-1], color=VERMILION, alpha=0.07, lw=0)


def _phase(result: DiscoveryResult) -> Figure | None:
    dimension = result.trajectories[0].dimension
    if dimension == 1:
        return _slope_against_state(result)
    if dimension == 2:
        figure = Figure(figsize=(WIDTH * 0.66, WIDTH * 0.6))
        axes = figure.subplots()
        _draw_plane(axes, result, 0, 1)
        _draw_arrows(axes, result)
        figure.legend(loc="outside upper center", ncols=3, markerscale=_legend_scale(result))
        return figure
    pairs = list(combinations(range(min(dimension, MOST_STATES)), 2))[:MOST_PAIRS]
    figure = Figure(figsize=(WIDTH, 0.5 + WIDTH / 3))
    for axes, (i, j) in zip(figure.subplots(1, len(pairs), squeeze=False).flat, pairs, strict=True):
        _draw_plane(axes, result, i, j)
    return figure


def _draw_plane(axes: Axes, result: DiscoveryResult, i: int, j: int) -> None:
    runs = result.trajectories[:MOST_RUNS]
    for run in runs:
        kept = thin(len(run))
        dense = len(run) > _DENSE
        axes.plot(
            run.states[kept, i], run.states[kept, j], "o", ms=1.2 if dense else 3.6, alpha=0.35 if dense else 0.9,
            color=INK, mew=0, label="measured" if run is runs[0] else None,
        )  # fmt: skip
    axes.set_xlim(*_span(result, i))
    axes.set_ylim(*_span(result, j))
    drawn: set[str] = set()
    for prediction in (p for run in runs for p in _predictions(result, run)):
        text, colour, line = _LINES[prediction.kind]
        times, states = _curve(result.law, prediction)
        across, along = states[:, i], states[:, j]
        width = 0.9 if len(times) > _DENSE else 1.4
        axes.plot(across, along, line, color=colour, lw=width, label=None if text in drawn else text)
        drawn.add(text)
    names = runs[0].names
    label(axes, x=_header(result, names[i]), y=_header(result, names[j]))


def _draw_arrows(axes: Axes, result: DiscoveryResult) -> None:
    """Directions of the chosen law; all of one length, because only the direction is to be read."""
    if result.law is None or _depends_on_time(result.law):
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    grid = np.meshgrid(np.linspace(left, right, _ARROWS + 2)[1:-1], np.linspace(bottom, top, _ARROWS + 2)[1:-1])
    slopes = _evaluate(result.law, np.stack([g.ravel() for g in grid], axis=1)) / (right - left, top - bottom)
    with np.errstate(all="ignore"):
        directions = slopes / np.linalg.norm(slopes, axis=1, keepdims=True)
    usable = np.all(np.isfinite(directions), axis=1)
    axes.quiver(
        grid[0].ravel()[usable], grid[1].ravel()[usable], directions[usable, 0], directions[usable, 1],
        color=MUTED, alpha=0.7, width=0.0028, scale=28, pivot="mid", angles="uv", zorder=0,
    )  # fmt: skip


def _slope_against_state(result: DiscoveryResult) -> Figure:
    """For one state, its slope against itself: the smoothed samples and the law's curve."""
    figure = Figure(figsize=(WIDTH * 0.66, WIDTH * 0.45))
    axes = figure.subplots()
    name = result.trajectories[0].names[0]
    for run in result.smoothing.trajectories[:MOST_RUNS]:
        kept = thin(len(run.times))
        text = "smoothed samples" if run is result.smoothing.trajectories[0] else None
        axes.plot(run.states[kept, 0], run.derivatives[kept, 0], "o", color=INK, alpha=0.7, mew=0, label=text)
    if result.law is not None and not _depends_on_time(result.law):
        span = np.linspace(*_span(result, 0), 300)
        axes.plot(span, _evaluate(result.law, span[:, None])[:, 0], color=BLUE, label="law")
    axes.axhline(0, color=MUTED, lw=0.6)
    header = _header(result, name)
    label(axes, x=header, y=f"d {lettering(header, 24)} / d {lettering(result.time_name, 10)}")
    axes.legend(loc="upper right")
    return figure


def _curve(law: Law | None, prediction: Prediction) -> tuple[np.ndarray, np.ndarray]:
    """A prediction to draw: thinned, or, if sparse, cubic between its points with the slopes that the law has there."""
    kept = thin(len(prediction.times))
    times, states = prediction.times[kept], prediction.states[kept]
    if law is None or not 2 <= len(times) < _CURVE_POINTS:
        return times, states
    slopes = _evaluate(law, states, times)
    if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(states))):
        return times, states
    fine = np.unique(np.concatenate([times, np.linspace(times[0], times[-1], _CURVE_POINTS)]))
    return fine, CubicHermiteSpline(times, states, slopes)(fine)


def _depends_on_time(law: Law) -> bool:
    return any(symbol("t") in skeleton.free_symbols for skeleton in law.skeletons)


def _evaluate(
    law: Law, states: Float[np.ndarray, "point state"], times: Float[np.ndarray, " point"] | float = 0.0
) -> Float[np.ndarray, "point state"]:
    """Derivatives by the law at each of ``states``; not finite where the law has no value."""
    names = ("t", *law.states)
    right_hand_sides = [without_cot(rhs) for rhs in law.equations.values()]
    function = sp.lambdify([symbol(name) for name in names], right_hand_sides, "numpy")
    with np.errstate(all="ignore"):
        columns = function(times, *states.T)
    return np.stack([np.broadcast_to(np.asarray(column, dtype=float), len(states)) for column in columns], axis=1)


def _standardised(result: DiscoveryResult, run: Trajectory, prediction: Prediction) -> tuple[np.ndarray, np.ndarray]:
    """Times and residuals in noise deviations of the samples that the prediction covers."""
    covered = (run.times >= prediction.times[0]) & (run.times <= prediction.times[-1])
    times = run.times[covered]
    simulated = np.stack([np.interp(times, prediction.times, column) for column in prediction.states.T], axis=1)
    with np.errstate(all="ignore"):
        return times, (run.states[covered] - simulated) / result.smoothing.noise.deviation(simulated)


def _residuals(result: DiscoveryResult) -> Figure | None:
    """Residuals against time (left) and their distribution beside the normal one (right), fitted samples only."""
    pairs = [(run, p) for run in result.trajectories for p in _predictions(result, run) if p.kind == "fit"]
    if not pairs:
        return None
    figure = Figure(figsize=(WIDTH, 2.5))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1))
    collected: list[np.ndarray] = []
    for run, prediction in pairs:
        times, residuals = _standardised(result, run, prediction)
        collected.append(residuals)
        kept = thin(len(times))
        for state, name in enumerate(run.names[:MOST_STATES]):
            text = lettering(_header(result, name), 24) if run is pairs[0][0] else None
            size = 1.6 if len(times) > _DENSE else 3.6
            colour = PALETTE[state % len(PALETTE)]
            left.plot(times[kept], residuals[kept, state], "o", ms=size, color=colour, mew=0, alpha=0.8, label=text)
    for axes in (left, right):
        axes.axhline(0, color=MUTED, lw=0.7)
    _draw_histogram(right, np.concatenate(collected))
    label(left, x=result.time_name, y="residual / σ")
    label(right, x="density")
    handles, texts = left.get_legend_handles_labels()
    for text in figure.legend(
        handles, texts, loc="outside upper left", ncols=4, markerscale=_legend_scale(result)
    ).get_texts():
        text.set_parse_math(False)
    return figure


def _draw_histogram(axes: Axes, residuals: np.ndarray) -> None:
    values = residuals[np.isfinite(residuals)]
    edge = max(3.5, float(np.max(np.abs(values), initial=0.0)) * 1.05)
    span = np.linspace(-edge, edge, 200)
    bins = int(np.clip(2 * len(values) ** (1 / 3), 8, 40))  # Rice's rule
    axes.hist(
        values,
        bins=np.linspace(-edge, edge, bins + 1).tolist(),
        density=True,
        orientation="horizontal",
        color=MUTED,
        alpha=0.5,
    )
    axes.plot(np.exp(-(span**2) / 2) / np.sqrt(2 * np.pi), span, color=INK, lw=1.0)


def _front(result: DiscoveryResult) -> Figure | None:
    """Score above the best against complexity; numbers are ranks."""
    ranked = [(rank, law) for rank, law in enumerate(result.ranking.front, start=1) if np.isfinite(law.score)]
    if len(ranked) < 2:
        return None
    figure = Figure(figsize=(WIDTH * 0.8, 2.8))
    axes = figure.subplots()
    best = result.ranking.front[0].score
    for rank, law in ranked:
        colour, size = (VERMILION, 8) if rank == 1 else (BLUE, 5)
        axes.plot(law.complexity, law.score - best, "o", color=colour, ms=size, mew=0)
        axes.annotate(str(rank), (law.complexity, law.score - best), (6, 4), textcoords="offset points")
    if max(law.score - best for _, law in ranked) > 100:
        axes.set_yscale("symlog", linthresh=10)
    axes.margins(0.08, 0.12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    label(axes, x="complexity (nodes)", y="score above the best (nats)")
    return figure

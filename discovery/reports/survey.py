"""The picture of `discover check`: states over time, gaps and strays marked, inputs, and a portrait of two states."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import MaxNLocator

from discovery.reports.drawing import INK, MUTED, PALETTE, VERMILION, WIDTH, lettering, style, thin
from discovery.trajectories.checks import DataCheck
from discovery.trajectories.noise import astray
from discovery.types import Trajectory

# What stays legible on one page: panels, runs in a panel, and runs that are named below.
MOST_STATES, MOST_INPUTS, MOST_RUNS, MOST_NAMED = 8, 3, 12, 6
# A step of so many usual ones is shaded as a gap.
_GAP = 1.5
_LONGEST, _SHORT = 26, 20  # characters of a header over a wide panel and over a narrow one


def picture(checked: DataCheck, trajectories: Sequence[Trajectory], inputs: Sequence[str] = ()) -> Figure:
    """Panels of the states, one below the other, then of what drives them; beside them, if there are two states or
    more, the first two.

    Args:
        inputs: headers.
    """
    states, inputs = checked.facts.states[:MOST_STATES], inputs[:MOST_INPUTS]
    count = len(states) + len(inputs)
    named = _names(trajectories)
    with style("survey"):
        figure = Figure(figsize=(WIDTH, 0.5 + 1.15 * max(2, count) + 0.2 * bool(named)))
        paired = len(states) > 1
        parts = figure.subfigures(1, 2 if paired else 1, width_ratios=[2.0, 1.0][: 1 + paired], squeeze=False)
        left = parts[0, 0]
        if paired:
            right = parts[0, 1]
            _draw_pair(right.add_gridspec(max(2, (count + 1) // 2), 1), right, checked, trajectories)
        panels = left.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        for row, axes in enumerate(panels[: len(states)]):
            _draw_state(axes, checked, trajectories, row)
        for row, header in enumerate(inputs):
            _draw_input(panels[len(states) + row], header, trajectories, row)
        panels[-1].xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))  # years are whole
        panels[-1].set_xlabel(lettering(checked.facts.measurements.time_name), parse_math=False)
        if named:
            handles = [panels[0].plot([], [], color=PALETTE[i % len(PALETTE)])[0] for i in range(len(named))]
            left.legend(handles, named, loc="outside lower center", ncols=2)
    return figure


def _names(trajectories: Sequence[Trajectory]) -> list[str]:
    """Of the runs, if there are a few; of many, one word on how many are shown."""
    if len(trajectories) > MOST_RUNS:
        return [f"{MOST_RUNS} of {len(trajectories)} runs"]
    if not 1 < len(trajectories) <= MOST_NAMED:
        return []
    return [lettering(run.label or f"run {number}", _LONGEST) for number, run in enumerate(trajectories, start=1)]


def _draw_state(axes: Axes, checked: DataCheck, trajectories: Sequence[Trajectory], row: int) -> None:
    steps, state = checked.facts.steps, checked.facts.states[row]
    axes.set_title(lettering(state.header, _LONGEST), parse_math=False)
    axes.set_title(_told(checked, row), loc="right", color=MUTED)
    for number, run in enumerate(trajectories[:MOST_RUNS]):
        kept = thin(len(run))
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(run.times[kept], run.states[kept, row], "-", color=colour, linewidth=0.6, alpha=0.6)
        axes.plot(run.times[kept], run.states[kept, row], ".", color=colour, markersize=2.0)
        far = astray(run, row, state.strays)
        axes.plot(run.times[far], run.states[far, row], "o", color=VERMILION, markersize=6, fillstyle="none")
        if steps.gaps:
            for place in np.flatnonzero(np.diff(run.times) > _GAP * steps.typical):
                axes.axvspan(run.times[place], run.times[place + 1], color=MUTED, alpha=0.3, linewidth=0)


def _draw_input(axes: Axes, header: str, trajectories: Sequence[Trajectory], row: int) -> None:
    """Its course, in steps where it is held between samples."""
    axes.set_title(lettering(header, _LONGEST), parse_math=False)
    held = trajectories[0].held[row]
    axes.set_title("input, held between samples" if held else "input", loc="right", color=MUTED)
    for number, run in enumerate(trajectories[:MOST_RUNS]):
        kept, colour = thin(len(run)), PALETTE[number % len(PALETTE)]
        drawn = "steps-post" if held else "default"
        axes.plot(run.times[kept], run.inputs[kept, row], "-", color=colour, linewidth=0.9, drawstyle=drawn)


def _draw_pair(grid: GridSpec, place: SubFigure, checked: DataCheck, trajectories: Sequence[Trajectory]) -> None:
    """The second state over the first, in the upper half; dots where runs begin."""
    axes = place.add_subplot(grid[0:2] if grid.nrows == 2 else grid[0:1])
    for number, run in enumerate(trajectories[:MOST_RUNS]):
        kept = thin(len(run))
        axes.plot(run.states[kept, 0], run.states[kept, 1], "-", color=PALETTE[number % len(PALETTE)], linewidth=0.7)
        axes.plot(run.states[:1, 0], run.states[:1, 1], "o", color=INK, markersize=3)
    first, second = checked.facts.states[:2]
    starts = "start" if len(trajectories) == 1 else "starts"
    axes.set_title(f"{lettering(second.header, _SHORT)} (dot: {starts})", parse_math=False)
    axes.set_xlabel(lettering(first.header, _SHORT), parse_math=False)


def _told(checked: DataCheck, row: int) -> str:
    """Noise and samples an oscillation, as far as they can be told."""
    state = checked.facts.states[row]
    dense = checked.facts.samples_per_oscillation(state)
    share = 100 * state.noise_share
    noise = "no noise seen" if share < 0.01 else f"noise {'at most ' if state.bounded else ''}{share:.2g} %"
    return noise if np.isnan(dense) else f"{noise}, {dense:.3g} samples an oscillation"


def save(figure: Figure, suffix: str) -> bytes:
    """The figure as a file of that kind: ``.png``, ``.svg`` or ``.pdf``."""
    buffer = io.BytesIO()
    with style("survey"):
        figure.savefig(buffer, format=suffix.removeprefix("."), dpi=160)
    return buffer.getvalue()

"""The picture of `discover check`: every state over time, with gaps and strays marked, and a portrait of two states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discovery.reports.drawing import INK, MUTED, PALETTE, VERMILION, WIDTH, label, lettering, style, thin
from discovery.trajectories.checks import DataCheck
from discovery.types import Trajectory

# What stays legible on one page.
MOST_STATES, MOST_RUNS = 8, 12
# A step of so many usual ones is shaded as a gap.
_GAP = 1.5


def picture(checked: DataCheck, trajectories: Sequence[Trajectory]) -> Figure:
    """Panels of the states, one below the other; beside them, where there are two states or more, the first two."""
    states = checked.facts.states[:MOST_STATES]
    with style("survey"):
        figure = Figure(figsize=(WIDTH, 0.6 + 1.25 * max(2, len(states))))
        wide = figure.add_gridspec(len(states), 3)
        paired = len(states) > 1
        shared: Axes | None = None
        for row, state in enumerate(states):
            axes = figure.add_subplot(wide[row, :2] if paired else wide[row, :], sharex=shared)
            shared = shared or axes
            _draw_state(axes, checked, trajectories, row)
            label(
                axes,
                y=state.header,
                x=checked.facts.time_name if row == len(states) - 1 else "",
                title=_told(checked, row),
            )
            axes.tick_params(labelbottom=row == len(states) - 1)
        if paired:
            _draw_pair(figure.add_subplot(wide[: max(1, len(states) // 2), 2]), checked, trajectories)
        if len(trajectories) > 1:
            _name_runs(figure, trajectories)
    return figure


def _draw_state(axes: Axes, checked: DataCheck, trajectories: Sequence[Trajectory], row: int) -> None:
    steps = checked.facts.steps
    for number, run in enumerate(trajectories[:MOST_RUNS]):
        kept = thin(len(run))
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(run.times[kept], run.states[kept, row], "-", color=colour, linewidth=0.6, alpha=0.6)
        axes.plot(run.times[kept], run.states[kept, row], ".", color=colour, markersize=2.0)
        far = np.isin(run.times, checked.facts.states[row].strays)
        axes.plot(run.times[far], run.states[far, row], "o", color=VERMILION, markersize=6, fillstyle="none")
        if steps.gaps:
            for place in np.flatnonzero(np.diff(run.times) > _GAP * steps.typical):
                axes.axvspan(run.times[place], run.times[place + 1], color=MUTED, alpha=0.3, linewidth=0)


def _draw_pair(axes: Axes, checked: DataCheck, trajectories: Sequence[Trajectory]) -> None:
    for number, run in enumerate(trajectories[:MOST_RUNS]):
        kept = thin(len(run))
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(run.states[kept, 0], run.states[kept, 1], "-", color=colour, linewidth=0.7)
        axes.plot(run.states[:1, 0], run.states[:1, 1], "o", color=INK, markersize=3)
    first, second = checked.facts.states[:2]
    label(axes, x=first.header, y=second.header)


def _told(checked: DataCheck, row: int) -> str:
    """Noise and samples an oscillation, as far as they can be told."""
    state = checked.facts.states[row]
    dense = checked.facts.samples_per_oscillation(state)
    noise = f"noise {'at most ' if state.bounded else ''}{100 * state.noise_share:.2g} %"
    return noise if np.isnan(dense) else f"{noise}, {dense:.2g} samples an oscillation"


def _name_runs(figure: Figure, trajectories: Sequence[Trajectory]) -> None:
    shown = trajectories[:MOST_RUNS]
    names = [lettering(run.label or f"run {number}", 18) for number, run in enumerate(shown, start=1)]
    if len(trajectories) > MOST_RUNS:
        names[-1] += f", and {len(trajectories) - MOST_RUNS} more"
    handles = [figure.axes[0].plot([], [], color=PALETTE[i % len(PALETTE)])[0] for i in range(len(shown))]
    figure.legend(handles, names, loc="outside lower center", ncols=4)


def save(figure: Figure, suffix: str) -> bytes:
    """The figure as a file of that kind: ``.png``, ``.svg`` or ``.pdf``."""
    import io

    buffer = io.BytesIO()
    with style("survey"):
        figure.savefig(buffer, format=suffix.removeprefix("."), dpi=160)
    return buffer.getvalue()

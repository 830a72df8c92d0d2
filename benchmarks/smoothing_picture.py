"""The errors of a study as a picture: a dot for each method and setting."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.smoothing_methods import AUTO
from benchmarks.smoothing_peers import ORACLE
from benchmarks.smoothing_summary import Line
from discovery.reports.drawing import INK, MUTED, PALETTE, style

# Told apart by shape as well as by colour; more methods than colours take the colours again with other shapes.
MARKS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*", "8", "d")
WIDTH, ROW = 7.5, 0.62  # inches
SPREAD = 0.62  # part of a row over which its dots are spread


def draw(found: Sequence[Line], conditions: str, path: Path) -> None:
    """Writes ``path`` with the endings ``.png`` and ``.pdf``."""
    methods = list(dict.fromkeys(line.method.removesuffix(ORACLE) for line in found))
    settings = list(dict.fromkeys((line.noise, line.drop) for line in found))
    if not settings:
        return
    with style(path.name):
        figure = Figure(figsize=(WIDTH, 2.0 + ROW * len(settings) + 0.13 * len(methods)))
        axes = figure.add_subplot()
        for index, method in enumerate(methods):
            shift = SPREAD * (index / max(len(methods) - 1, 1) - 0.5)
            for name in (method, method + ORACLE):
                _dots(axes, index, shift, [line for line in found if line.method == name], settings)
        _lettered(axes, settings)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2, fontsize=7.5)
        figure.suptitle(textwrap.fill(conditions, 125), fontsize=6.5, color=MUTED, x=0.01, ha="left")
        path.parent.mkdir(parents=True, exist_ok=True)
        for ending, more in ((".png", {"dpi": 200}), (".pdf", {"metadata": {"CreationDate": None}})):
            figure.savefig(path.with_suffix(ending), **more)


def _dots(axes: Axes, index: int, shift: float, mine: Sequence[Line], settings: Sequence[tuple[float, float]]) -> None:
    """One method: a dot in each row, hollow where it chooses by the truth."""
    if not mine:
        return
    method = mine[0].method
    colour = INK if method == AUTO else PALETTE[index % len(PALETTE)]
    hollow = "by truth" in method
    axes.plot(
        [100 * line.error for line in mine],
        [settings.index((line.noise, line.drop)) + shift for line in mine],
        linestyle="none",
        marker=MARKS[index % len(MARKS)],
        markersize=6.5 if method == AUTO else 5.0,
        color=colour,
        markerfacecolor="none" if hollow else colour,
        label=method,
    )


def _lettered(axes: Axes, settings: Sequence[tuple[float, float]]) -> None:
    names = [f"noise {100 * noise:g} %" + (f", {100 * drop:g} % left out" if drop else "") for noise, drop in settings]
    axes.set_yticks(range(len(settings)), names)
    axes.set_ylim(len(settings) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("error of the derivative relative to its RMS, geometric mean over systems, %")
    axes.grid(axis="x", color=MUTED, alpha=0.25, linewidth=0.6)
    for edge in range(1, len(settings)):
        axes.axhline(edge - 0.5, color=MUTED, alpha=0.35, linewidth=0.6)

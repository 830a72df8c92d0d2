"""The shares of a study as a picture: a panel for each setting, a row for each group of cases, a column a measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from benchmarks.odebench_sheets import MEASURES, Found, groups, setting, settings, shares
from discovery.reports.drawing import BLUE, INK, MUTED, PAPER, style

MARGIN, COLUMN, ROW, GAP = 1.5, 0.66, 0.21, 0.3  # inches: names of groups, a cell, and between panels
HEAD = 0.75  # inches above the cells
DARK = 62.0  # per cent from which writing on a cell is light
SHADES = LinearSegmentedColormap.from_list("shares", (PAPER, BLUE))


def draw(found: Sequence[Found], path: Path) -> None:
    """Writes ``path`` with the endings ``.png`` and ``.pdf``; nothing where no case is finished."""
    names, belonging = settings(found), groups()
    if not names:
        return
    rows = [group for group, belongs in belonging.items() if any(map(belongs, found))]
    columns = len(MEASURES) - 1
    size = MARGIN + len(names) * (COLUMN * columns + GAP), HEAD + ROW * len(rows)
    with style(path.name):
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
        for axes, name in zip(panels, names, strict=True):
            mine = [one for one in found if setting(one.case) == name]
            cells = [[one for one in mine if belonging[row](one)] for row in rows]
            _panel(axes, np.array([shares(cell) for cell in cells]))
            axes.set_title(f"{name} ({len(mine)} cases)", pad=24.0)
        counts = [sum(map(belonging[row], found)) for row in rows]
        panels[0].set_yticks(range(len(rows)), [f"{row} ({count})" for row, count in zip(rows, counts, strict=True)])
        path.parent.mkdir(parents=True, exist_ok=True)
        for ending, more in ((".png", {"dpi": 200}), (".pdf", {"metadata": {"CreationDate": None}})):
            figure.savefig(path.with_suffix(ending), **more)


def _panel(axes: Axes, values: Float[np.ndarray, "group measure"]) -> None:
    """Per cent as shades with their numbers; nothing where nothing tells."""
    axes.imshow(values, cmap=SHADES, vmin=0.0, vmax=100.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text, colour = (f"{value:.0f}", PAPER if value > DARK else INK) if np.isfinite(value) else ("–", MUTED)
        axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)
    names = [name.replace("unseen ", "unseen\n").replace("same ", "same\n").replace("of ", "of\n") for name in MEASURES]
    axes.set_xticks(range(values.shape[1]), names[1:], fontsize=6.5)
    axes.xaxis.tick_top()
    axes.axhline(0.5, color=INK, linewidth=0.7)  # all cases above, parts of them below
    axes.tick_params(length=0.0)
    for spine in axes.spines.values():
        spine.set_visible(False)

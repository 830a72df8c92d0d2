"""The shares of a study as a picture: for each measure a bar for each setting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.odebench_sheets import MEASURES, Found, setting, settings, shares
from discovery.reports.drawing import INK, MUTED, PALETTE, style

WIDTH, HEIGHT = 7.5, 3.4  # inches
FULL = 0.8  # part of the room between measures that bars fill


def draw(found: Sequence[Found], path: Path) -> None:
    """Writes ``path`` with the endings ``.png`` and ``.pdf``; nothing where no case is finished."""
    names = settings(found)
    if not names:
        return
    with style(path.name):
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = figure.add_subplot()
        width = FULL / len(names)
        for index, name in enumerate(names):
            mine = [one for one in found if setting(one.case) == name]
            places = [place + (index + 0.5) * width - 0.5 * FULL for place in range(len(MEASURES) - 1)]
            values = shares(mine)
            axes.bar(places, values, 0.92 * width, color=PALETTE[index % len(PALETTE)], label=f"{name} ({len(mine)})")
            for place, value in zip(places, values, strict=True):
                if value == value:
                    axes.text(place, value + 1.0, f"{value:.0f}", ha="center", fontsize=7, color=INK)
        axes.set_xticks(
            range(len(MEASURES) - 1), [name.replace(" R²", "\nR²").replace(" of ", "\nof ") for name in MEASURES[1:]]
        )
        axes.set_ylim(0, 108)
        axes.set_ylabel("per cent of cases")
        axes.grid(axis="y", color=MUTED, alpha=0.25, linewidth=0.6)
        axes.set_axisbelow(True)
        figure.legend(loc="outside upper left", ncols=len(names), fontsize=8, frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        for ending, more in ((".png", {"dpi": 200}), (".pdf", {"metadata": {"CreationDate": None}})):
            figure.savefig(path.with_suffix(ending), **more)

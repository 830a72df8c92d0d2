"""The interactive front: every law as a dot to choose, its row in the table of rivals, and its fit to the measurements.

Which law is shown is decided by radio buttons and style rules alone, so that it works without any script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from discovery.reports.charts import MOST_RUNS, Chart, rival_charts
from discovery.reports.comparison import why_not
from discovery.reports.curves import Curve, curves, horizon_samples
from discovery.reports.panels import Scale, Tick, frame
from discovery.reports.room import of_runs, shown_runs
from discovery.reports.rounding import plain
from discovery.reports.rows import engine_names
from discovery.types import DiscoveryResult, RankedLaw

MOST_LAWS = 24  # dots that can still be told apart; the run folder has all laws
_SIZE = (420, 290)  # of the chart of dots, in pixels where it has its natural width
_MARGINS = (30, 16, 34, 40)  # top, right, bottom, left
_DOT = 23  # diameter of a dot, a finger's least target with a little room (WCAG 2.2, 2.5.8: 24 pixels with spacing)
_CLOSE = 60.0  # nats up to which the axis of scores is linear


@dataclass(frozen=True)
class Choice:
    """A law of the front: what its row and its dot show.

    Attributes:
        left, top: place of the dot, in per cent of the chart.
        gap: score above the best law, as text; so are the other figures.
        ends: what a reader has to know of its curves, where they stop short; empty otherwise.
    """

    rank: int
    ranked: RankedLaw
    left: float
    top: float
    gap: str
    misfit: str
    r_squared: str
    held_out: str
    engines: str
    why: str
    ends: str

    @property
    def label(self) -> str:
        """The dot in words."""
        behind = "the chosen law" if self.rank == 1 else f"{self.gap} nats behind the best"
        return f"Law {self.rank}: {self.ranked.complexity} nodes, {behind}"


@dataclass(frozen=True)
class Explorer:
    """All that the interactive part needs.

    Attributes:
        axes: the chart's frame as SVG, on which the dots lie.
        rules: style rules that show what belongs to the law chosen.
        more: laws that are left out.
        windows: how often a law is started anew, in words; empty where it runs from start to end.
    """

    choices: tuple[Choice, ...]
    fits: tuple[Chart, ...]
    axes: str
    rules: str
    more: int
    windows: str


def explorer(result: DiscoveryResult) -> Explorer | None:
    """The front to choose from; None if there is only one law, or none."""
    front = [law for law in result.ranking.front if np.isfinite(law.score)][:MOST_LAWS]
    if len(front) < 2:
        return None
    result = of_runs(result, shown_runs(result))
    drawn = curves(result, [ranked.law for ranked in front], MOST_RUNS)
    panel = _front_panel(front)
    choices = tuple(
        _choice(result, rank, ranked, place, pieces)
        for rank, (ranked, place, pieces) in enumerate(zip(front, _places(front, panel), drawn, strict=True), start=1)
    )
    more = len(result.ranking.front) - len(front)
    return Explorer(
        choices, rival_charts(result, drawn), _axes(panel), _rules(len(front)), more, _windows(result, drawn)
    )


def _windows(result: DiscoveryResult, drawn: Sequence[Sequence[Curve]]) -> str:
    pieces = max(map(len, drawn))
    runs = min(len(result.trajectories), MOST_RUNS)
    if pieces <= runs:
        return ""
    samples = round(sum(len(run) for run in result.trajectories[:runs]) / pieces)
    if horizon_samples(result) < result.verdict.measures.get("window_samples", np.inf):
        return f"Each law is started anew about every {samples} samples, for which forecasts hold."
    return f"As in the fit, each law is started anew about every {samples} samples."


def _choice(
    result: DiscoveryResult, rank: int, ranked: RankedLaw, place: tuple[float, float], pieces: Sequence[Curve]
) -> Choice:
    best = result.ranking.front[0]
    return Choice(
        rank=rank,
        ranked=ranked,
        left=100 * place[0] / _SIZE[0],
        top=100 * place[1] / _SIZE[1],
        gap=plain(ranked.score - best.score),
        misfit=plain(ranked.misfit),
        r_squared=plain(ranked.r_squared, 4),
        held_out=plain(ranked.held_out),
        engines=", ".join(engine_names((ranked,))) or "–",
        why=why_not(ranked, best) if rank > 1 else "",
        ends=_ends(result, pieces),
    )


def _ends(result: DiscoveryResult, pieces: Sequence[Curve]) -> str:
    if not pieces:
        return "It was not set in motion for this page."
    short = [piece for piece in pieces if not piece.complete]
    if not short:
        return ""
    times = short[0].times
    when = f" at {result.time_name} = {plain(float(times[-1]), 4)}" if len(times) > 1 else " at its start"
    return f"Its curve ends{when}, where it leaves the measured range by far or has no value."


@dataclass(frozen=True)
class _FrontPanel:
    """Scales of the chart of dots: nodes across, score above the best along."""

    across: Scale
    along: Scale
    linear: bool
    highest: float

    def height(self, gap: float) -> float:
        """Where a score lies: linear near the best, logarithmic far from it."""
        return float(self.along(np.array([_bent(gap, self.linear)]))[0])


def _bent(gap: float, linear: bool) -> float:
    return gap if linear else float(np.arcsinh(gap / 10.0))


def _front_panel(front: Sequence[RankedLaw]) -> _FrontPanel:
    sizes = [ranked.complexity for ranked in front]
    highest = max(ranked.score - front[0].score for ranked in front) or 1.0
    linear = highest <= _CLOSE
    top, right, bottom, left = _MARGINS
    room = max(0.6, 0.07 * (max(sizes) - min(sizes)))
    across = Scale(min(sizes) - room, max(sizes) + room, left, _SIZE[0] - right)
    reach = _bent(highest, linear)
    return _FrontPanel(across, Scale(-0.09 * reach, 1.07 * reach, _SIZE[1] - bottom, top), linear, highest)


def _places(front: Sequence[RankedLaw], panel: _FrontPanel) -> list[tuple[float, float]]:
    """Where the dots lie; one that would cover another moves aside, as little as it can."""
    placed: list[tuple[float, float]] = []
    for ranked in front:
        x = float(panel.across(np.array([float(ranked.complexity)]))[0])
        y = panel.height(ranked.score - front[0].score)
        steps = sorted((k * _DOT / 4 for k in range(-40, 41)), key=abs)
        inside = [x + s for s in steps if panel.across.start <= x + s <= panel.across.end]
        free = (a for a in inside if all((a - b) ** 2 + (y - c) ** 2 >= _DOT**2 for b, c in placed))
        placed.append((next(free, x), y))
    return placed


def _axes(panel: _FrontPanel) -> str:
    width, height = _SIZE
    top, right, _, left = _MARGINS
    nodes = [(place, text) for place, text in panel.across.ticks(7) if "." not in text]
    return (
        f'<svg class="panel" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f"{frame(_SIZE, _MARGINS, nodes, _score_ticks(panel))}"
        f'<text class="name" x="{width - right}" y="{height - 4}" text-anchor="end">nodes</text>'
        f'<text class="name" x="{left - 34}" y="{top - 17}">nats behind the best</text></svg>'
    )


def _score_ticks(panel: _FrontPanel) -> list[Tick]:
    scores = [10.0**k for k in range(1, 9)]
    if panel.linear:
        scores = [place for place, _ in Scale(0.0, panel.highest, 0.0, panel.highest).ticks(4)]
    return [(panel.height(score), f"{score:g}") for score in {0.0, *scores} if score <= panel.highest]


def _rules(count: int) -> str:
    """For each law: when its radio button is on, what belongs to it is shown."""
    return "\n".join(
        f":root:has(#pick-{k}:checked) #law-{k}{{display:block}}"
        f":root:has(#pick-{k}:checked) .k{k}{{display:inline;stroke:var(--curve)}}"
        f":root:has(#pick-{k}:checked) #row-{k}{{background:var(--picked)}}"
        for k in range(1, count + 1)
    )

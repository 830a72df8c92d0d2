"""Small charts written as SVG directly: axes, points and curves, whose looks the style sheet of the page decides.

The page has a curve for every law and every state. Written as paths to a tenth of a pixel, thinned where nobody can see
it, they take a few kilobytes each, and drawing them takes no time.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.ticker import MaxNLocator

from discovery.symbolic.lettering import printable

_UNSEEN = 0.15  # a bend of less than this, in units of the chart (about a pixel each), cannot be seen
_STEPS = (1, 2, 2.5, 5, 10)  # ticks at round numbers
_LONGEST_NAME = 40

Tick: TypeAlias = tuple[float, str]  # its place on the chart and its text


@dataclass(frozen=True)
class Scale:
    """Maps numbers onto a stretch of the chart.

    Attributes:
        low, high: numbers at its ends.
        start, end: the ends, in units of the chart.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, values: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
        """Places of ``values``."""
        return self.start + (self.end - self.start) * (values - self.low) / ((self.high - self.low) or 1.0)

    def ticks(self, most: int) -> list[Tick]:
        """At most about ``most`` round numbers: their places and texts."""
        places = MaxNLocator(nbins=most, steps=_STEPS).tick_values(self.low, self.high)
        step = float(places[1] - places[0]) if len(places) > 1 else 1.0
        inside = [float(p) for p in places if self.low - 1e-9 * step <= p <= self.high + 1e-9 * step]
        return [(float(self(np.array([p]))[0]), _tick_text(p, step)) for p in inside]


def _tick_text(number: float, step: float) -> str:
    number = round(number / step * 100) * step / 100  # 0.30000000000000004 is 0.3
    if number == 0:
        return "0"
    digits = max(1, math.floor(math.log10(abs(number))) - math.floor(math.log10(step)) + 2)
    exponent = math.floor(math.log10(abs(number)))
    text = f"{number:.{digits}g}" if -4 <= exponent < 6 else f"{number:.{digits - 1}e}"
    mantissa, _, power = text.partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    if power and -4 <= exponent < 6:  # as 1e+02 for a hundred in one digit
        return f"{number:.0f}".replace("-", "−")
    return (f"{mantissa}e{int(power)}" if power else mantissa).replace("-", "−")


@dataclass(frozen=True)
class Panel:
    """A chart of something against time.

    Attributes:
        time: numbers along the horizontal axis.
        values: numbers along the vertical axis.
        time_name: written at the end of the horizontal axis.
        value_name: written above the vertical axis; it needs a margin of its own.
        size: width and height; text is twelve units high.
        margins: room for texts outside of the axes: top, right, bottom, left.
    """

    time: tuple[float, float]
    values: tuple[float, float]
    time_name: str = ""
    value_name: str = ""
    size: tuple[int, int] = (420, 160)
    margins: tuple[int, int, int, int] = (8, 18, 34, 46)  # top, right, bottom, left

    @property
    def across(self) -> Scale:
        """The horizontal scale."""
        return Scale(*self.time, self.margins[3], self.size[0] - self.margins[1])

    @property
    def along(self) -> Scale:
        """The vertical scale; numbers grow upwards."""
        return Scale(*self.values, self.size[1] - self.margins[2], self.margins[0])

    def points(self, times: Float[np.ndarray, " point"], values: Float[np.ndarray, " point"], style: str) -> str:
        """Marks as dots of one path, those that are not finite left out."""
        kept = np.isfinite(values)
        places = zip(self.across(times[kept]), self.along(values[kept]), strict=True)
        steps = "".join(f"M{_short(x)} {_short(y)}h0" for x, y in places)
        return f'<path class="{style}" d="{steps}"/>' if steps else ""

    def line(self, pieces: Iterable[tuple[np.ndarray, np.ndarray]], style: str) -> str:
        """Curves as one path; each piece is a pair of times and values."""
        steps = "".join(_path(self.across(times), self._clipped(values)) for times, values in pieces)
        return f'<path class="{style}" d="{steps}"/>' if steps else ""

    def band(self, start: float, end: float, style: str) -> str:
        """A stretch of time from top to bottom."""
        left, right = self.across(np.array([start, end])).tolist()
        top, floor = self.margins[0], self.size[1] - self.margins[2]
        return f'<path class="{style}" d="M{_short(left)} {top}H{_short(right)}V{floor}H{_short(left)}z"/>'

    def _clipped(self, values: np.ndarray) -> np.ndarray:
        """What lies far outside is drawn just outside, so that no number is longer than it has to be."""
        return np.clip(self.along(values), -self.size[1], 2.0 * self.size[1])

    def drawing(self, layers: Iterable[str], description: str) -> str:
        """The chart as an SVG element.

        Args:
            layers: what :meth:`points` and :meth:`line` gave, the lowest first.
            description: read aloud instead of the chart.
        """
        width, height = self.size
        top, right, bottom, left = self.margins
        inner = f'width="{width - left - right}" height="{height - top - bottom}"'
        view = f'viewBox="{left} {top} {width - left - right} {height - top - bottom}"'
        most = max(2, (height - top - bottom) // 28)
        return (
            f'<svg class="panel" viewBox="0 0 {width} {height}" role="img" aria-label="{_text(description)}">'
            f"{frame(self.size, self.margins, self.across.ticks(6), self.along.ticks(most))}"
            f"{_name(self.time_name, width - right, height - 3, 'end')}{_name(self.value_name, 4, top - 6, 'start')}"
            f'<svg x="{left}" y="{top}" {inner} {view} overflow="hidden">{"".join(layers)}</svg></svg>'
        )


def _name(name: str, x: int, y: int, anchor: str) -> str:
    """The name of an axis; nothing where it has none."""
    text = _text(name, _LONGEST_NAME)
    return f'<text class="name" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>' if text else ""


def frame(
    size: tuple[int, int], margins: tuple[int, int, int, int], across: Sequence[Tick], along: Sequence[Tick]
) -> str:
    """Two axes with their ticks, and a faint line at each tick of the vertical one.

    Args:
        margins: room for the ticks' texts outside of the axes: top, right, bottom, left.
    """
    width, height = size
    top, right, bottom, left = margins
    floor = height - bottom
    lines = [f'<path class="axis" d="M{left} {top}V{floor}H{width - right}"/>']
    for place, text in along:
        lines.append(f'<path class="grid" d="M{left} {_short(place)}H{width - right}"/>')
        lines.append(f'<text x="{left - 6}" y="{_short(place + 4)}" text-anchor="end">{text}</text>')
    for place, text in across:
        lines.append(f'<path class="axis" d="M{_short(place)} {floor}v3"/>')
        lines.append(f'<text x="{_short(place)}" y="{floor + 15}" text-anchor="middle">{text}</text>')
    return "".join(lines)


def _text(text: str, longest: int = 400) -> str:
    """Escaped, on one line, and cut."""
    clean = printable(text)
    return html.escape(clean if len(clean) <= longest else clean[: longest - 1] + "…")


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _path(across: Float[np.ndarray, " point"], along: Float[np.ndarray, " point"]) -> str:
    usable = np.isfinite(along)
    across, along = across[usable], along[usable]
    if len(across) < 2:
        return ""
    kept = visible(across, along)
    x, y = np.round(10 * across[kept]).astype(int), np.round(10 * along[kept]).astype(int)
    steps = zip(np.diff(x).tolist(), np.diff(y).tolist(), strict=True)
    moves = " ".join(f"{dx / 10:g} {dy / 10:g}" for dx, dy in steps)
    return f"M{x[0] / 10:g} {y[0] / 10:g}l{moves}"


def visible(across: Float[np.ndarray, " point"], along: Float[np.ndarray, " point"]) -> Bool[np.ndarray, " point"]:
    """Which points of a polygon have to be kept so that it moves by no more than can be seen.

    Source: Douglas & Peucker (1973), Algorithms for the reduction of the number of points required to represent a line.
    """
    kept = np.zeros(len(across), dtype=bool)
    kept[[0, -1]] = True
    stretches = [(0, len(across) - 1)]
    while stretches:
        low, high = stretches.pop()
        if high - low < 2:
            continue
        dx, dy = across[high] - across[low], along[high] - along[low]
        length = math.hypot(dx, dy)
        inside = slice(low + 1, high)
        off = across[inside] - across[low], along[inside] - along[low]
        distance = np.abs(off[0] * dy - off[1] * dx) / length if length > 0 else np.hypot(*off)
        farthest = int(np.argmax(distance))
        if distance[farthest] > _UNSEEN:
            middle = low + 1 + farthest
            kept[middle] = True
            stretches += [(low, middle), (middle, high)]
    return kept

"""Matplotlib's SVG with the same picture and a fraction of the bytes, for a page that holds several."""

from __future__ import annotations

import re

_FEWEST = 3  # dots in a row that are worth a path of their own
_MARKER = re.compile(r'<path id="([^"]+)" d="\s*M 0 ([\d.]+)\s+(?:C [^C"]+){8}\s*z\s*"')  # a circle of eight arcs
_USE = r'<use href="#{id}" x="[^"]+" y="[^"]+" style="{style}"/>'
_FIRST = _USE.format(id='(?P<id>[^"]+)', style='(?P<style>fill: [^;"]+(?:; fill-opacity: [0-9.]+)?)')
_NEXT = _USE.format(id="(?P=id)", style="(?P=style)")
_ROW = re.compile(rf"{_FIRST}(?:\s*{_NEXT}){{{_FEWEST - 1},}}")
_PLACE = re.compile(r' x="([^"]+)" y="([^"]+)"')
_SHAPE = re.compile(r"<(?:path|use|g|text|rect|line)\b[^>]*>")
_FINE_DIGITS = re.compile(r"(?<=\d\.\d\d)\d+")


def lighter(element: str) -> str:
    """An SVG element without style sheet, with coordinates to a hundredth of a point, and rows of dots as one path.

    Where dots of one row overlap, their opacity does not add up any more.
    """
    element = re.sub(r"<style\b.*?</style>", "", element, flags=re.DOTALL)
    radii = {name: float(radius) for name, radius in _MARKER.findall(element)}
    element = _ROW.sub(lambda row: _dots(row, radii), element)
    return _SHAPE.sub(lambda shape: _FINE_DIGITS.sub("", shape[0]), element)


def _dots(row: re.Match[str], radii: dict[str, float]) -> str:
    """A path of strokes without length, whose round ends are the dots; other marks stay as they are."""
    if row["id"] not in radii:
        return row[0]
    steps = "".join(f"M{float(x):.1f} {float(y):.1f}h0" for x, y in _PLACE.findall(row[0]))
    stroke = row["style"].replace("fill", "stroke")
    return f'<path d="{steps}" style="fill: none; {stroke}; stroke-width: {2 * radii[row["id"]]:g}" class="dots"/>'

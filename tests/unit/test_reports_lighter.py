"""SVG of Matplotlib made light."""

import re
from xml.etree import ElementTree as ET

import numpy as np
from matplotlib.figure import Figure

from discovery.reports.drawing import BLUE, inline, style, svg
from discovery.reports.lighter import lighter


def drawn(count: int, mark: str = "o") -> str:
    """A figure of that many marks, as an element of a page."""
    with style("a"):
        figure = Figure(figsize=(3, 2))
        axes = figure.subplots()
        axes.plot(np.linspace(0, 1, count), np.random.default_rng(0).random(count), mark, color=BLUE, mew=0, ms=3)
        axes.set_xlabel("3.14159")
        return inline(svg(figure), "one", "Numbers such as 2.71828")


def test_a_row_of_dots_becomes_one_path():
    """A tenth of the bytes; as many dots as before, in their colour and size."""
    before = drawn(500)
    after = lighter(before)
    assert len(after) < 0.3 * len(before)
    (path,) = re.findall(
        r'<path d="([^"]*)" style="fill: none; stroke: var\(--blue\); stroke-width: 3" class="dots"/>', after
    )
    assert 500 == path.count("h0")
    first = re.search(r'<use href="#one-m[^"]*" x="([^"]+)" y="([^"]+)" style="fill: var\(--blue\)"/>', before)
    assert path.startswith(f"M{float(first[1]):.1f} {float(first[2]):.1f}h0")


def test_other_marks_stay_marks():
    """Squares are no dots."""
    after = lighter(drawn(500, "s"))
    assert "dots" not in after
    assert after.count("<use") >= 500


def test_coordinates_are_short_and_text_is_left_alone():
    """Labels and descriptions keep their digits; the element stays well-formed and brings no style sheet."""
    after = lighter(drawn(5))
    assert not [shape for shape in re.findall(r"<(?:path|use) [^>]*>", after) if re.search(r"\d\.\d{3}", shape)]
    root = ET.fromstring(after)
    assert "Numbers such as 2.71828" == root.get("aria-label")
    assert "3.14159" in {node.text for node in root.iter("text")}
    assert "<style" not in after

"""Figures as text that is safe, the same each time, and able to live on one page."""

import re

import numpy as np
from matplotlib.figure import Figure

from discovery.reports.drawing import BLUE, MOST_POINTS, inline, label, lettering, pdf, style, svg, thin


def drawn(name: str) -> Figure:
    """A small figure whose label looks like a formula and like a tag."""
    with style(name):
        figure = Figure(figsize=(2, 2))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=BLUE)
        label(axes, x="100% of $x_1$", y="<script>")
    return figure


def test_the_same_figure_gives_the_same_bytes():
    """No dates and no random ids."""
    with style("a"):
        assert svg(drawn("a")) == svg(drawn("a"))
        assert pdf(drawn("a")) == pdf(drawn("a"))


def test_labels_are_escaped_and_never_read_as_formulas():
    """A dollar stays a dollar, a tag stays text."""
    with style("a"):
        image = svg(drawn("a"))
    assert "100% of $x_1$" in image
    assert "&lt;script&gt;" in image
    assert "<script>" not in image


def test_inline_figures_have_their_own_ids_and_point_nowhere_else():
    """Ids carry the figure's name, references follow them, colours are variables of the page."""
    with style("a"):
        element = inline(svg(drawn("a")), "one", "A line")
    ids = set(re.findall(r'\bid="([^"]+)"', element))
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', element))
    assert used <= ids
    assert all(name.startswith("one-") for name in ids)
    assert "http" not in element
    assert "var(--blue)" in element
    assert 'aria-label="A line"' in element


def test_thinning_keeps_first_and_last_of_many_and_all_of_few():
    """At most the stated number of points, evenly spread."""
    many = thin(100_000)
    assert (0, 99_999, MOST_POINTS) == (many[0], many[-1], len(many))
    assert list(range(7)) == thin(7).tolist()
    assert thin(1).tolist() == [0]
    assert np.all(np.diff(many) > 0)


def test_characters_without_a_glyph_become_boxes_and_long_names_are_cut():
    """No warning about missing glyphs, no label longer than the figure."""
    assert "□□ °C" == lettering("温度 °C")
    assert "xxxx…" == lettering("x" * 100, 5)

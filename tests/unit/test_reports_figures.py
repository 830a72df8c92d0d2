"""Figures that can be read in print by everyone."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from discovery.reports.content import figure_caption
from discovery.reports.drawing import HALF, PALETTE, SHAPES, WIDTH, header
from discovery.reports.figures import draw, summary
from discovery.reports.rows import drives
from discovery.structure import Owned, Structure
from discovery.types import Ranking

# Machado, Oliveira & Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009), the
# three dichromacies, for linear RGB.
DICHROMACIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(linear: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB under D65, in which a difference of 10 is seen at a glance."""
    scaled = TO_XYZ @ np.clip(linear, 0.0, 1.0) / np.array([0.9505, 1.0, 1.089])
    f = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", DICHROMACIES)
def test_colours_are_told_apart_by_the_colour_blind(vision):
    """Every pair of the palette differs clearly as each dichromat sees it."""
    seen = []
    for colour in PALETTE:
        rgb = np.array(to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        seen.append(lab(np.array(DICHROMACIES[vision]) @ linear))
    assert 10.0 < min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


def test_states_are_told_apart_in_grey():
    """Each colour has a marker of its own."""
    assert len(PALETTE) == len(set(SHAPES))


def test_figures_fit_the_page_and_their_letters_are_legible(decay):
    """At the size of print: as wide as the text or half of it, no letter below six and a half points, no hair lines."""
    figures = {**draw(decay), "summary": summary(decay)}
    assert {"trajectories", "phase", "unseen", "residuals", "front", "summary"} == set(figures)
    for figure in figures.values():
        assert figure.get_figwidth() in (WIDTH, HALF)
        sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
        assert min(sizes) >= 6.5
        lines = [line.get_linewidth() for axes in figure.axes for line in axes.lines if line.get_linewidth()] or [1.0]
        assert min(lines) >= 0.6


def test_every_panel_is_named(decay):
    """The state up the side, the time below the last, the run above."""
    panels = draw(decay)["trajectories"].axes
    assert ["x [m]", ""] == [axes.get_ylabel() for axes in panels]
    assert ["t [s]", "t [s]"] == [axes.get_xlabel() for axes in panels]
    assert ["a", "b"] == [axes.get_title(loc="left") for axes in panels]


@pytest.mark.parametrize("count", [20, 200, 500, 5000])
def test_measurements_are_seen_below_the_fit(count, decay):
    """Without noise the line goes through each dot, and covers those that are no wider than it."""
    times = np.linspace(0.0, 4.0, count)
    course = np.exp(-0.5 * times)[:, None]
    runs = tuple(replace(run, times=times, states=course) for run in decay.trajectories)
    predictions = tuple(replace(one, times=times, states=course) for one in decay.predictions)
    axes = draw(replace(decay, trajectories=runs, predictions=predictions))["trajectories"].axes[0]
    (dots,) = (line for line in axes.lines if line.get_marker() == "o")
    lines = [line.get_linewidth() for line in axes.lines if line.get_linestyle() != "None"]
    assert lines
    assert dots.get_markersize() - max(lines) >= 1.2


def test_inputs_are_drawn_below_the_states_of_their_runs(decay):
    """What is held in steps, what is interpolated as it was read; a mark of a group is no course."""
    course = np.stack([np.arange(41) >= 20, np.linspace(0.0, 1.0, 41), np.ones(41)], axis=1).astype(float)
    runs = tuple(replace(run, inputs=course, held=(True, False, True)) for run in decay.trajectories)
    owned = (Owned("k", "who", ("A",), ("m",)),)
    names = {"u": "pump [l/s]", "w": "air", "m": "A"}
    driven = replace(decay, trajectories=runs, inputs=names, structure=Structure((), owned))
    figures = draw(driven)
    panels = figures["trajectories"].axes
    assert ["x [m]", "", "pump \n[l/s]", "", "air", ""] == [axes.get_ylabel() for axes in panels]
    assert ["", "", "", "", "t [s]", "t [s]"] == [axes.get_xlabel() for axes in panels]
    step, ramp = (panels[place].lines[0].get_xydata() for place in (2, 4))
    assert [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [4.0, 1.0]] == np.asarray(step).tolist()
    assert 41 == len(np.asarray(ramp))
    assert 3 == len(figures["unseen"].axes)
    assert figure_caption(driven, "trajectories").endswith(" Below: the inputs, in steps where held.")
    assert [("u", "input, held", "l/s"), ("w", "input", "")] == [
        (row.identifier, row.role, row.unit) for row in drives(driven)
    ]


def test_a_front_that_was_not_found_still_gives_figures(decay):
    """Measurements and the slope of their smoothing."""
    nothing = replace(decay, ranking=Ranking((), ""), predictions=())
    assert {"trajectories", "phase"} == set(draw(nothing))
    assert 2 == len(summary(nothing).axes)


def test_long_names_are_broken_once_or_shortened_behind_their_symbol(decay):
    """At a space, or after an underscore; never longer than the panel."""
    named = replace(decay, headers={"x": "speed of the ball [m/s]"})
    assert "speed of the \nball [m/s]" == header(named, "x", 30, 14)
    longer = replace(decay, headers={"x": "humidity_of_the_air_in_room_12"})
    assert "h: humidity_\nof_the_…" == header(longer, "x", 20, 14)


def test_ticks_and_names_of_neighbouring_panels_do_not_touch(law_of, result_of):
    """The last year of the residuals ends before the first density; a name as long as its panel has two lines."""
    names = ["hare_thousands", "lynx_thousands"]
    made = result_of(law_of({"x": "c0*y", "y": "-c0*x"}, 3.0), [1.0, 0.0], headers=names, time_name="year")
    moved = [replace(one, times=1900.0 + 20.0 * one.times) for one in (*made.trajectories, *made.predictions)]
    figures = draw(replace(made, trajectories=(moved[0],), predictions=(moved[1],)))
    figure = figures["residuals"]
    FigureCanvasAgg(figure).draw()
    left, right = figure.axes[:2]
    (last,) = (one for one in left.get_xticklabels() if one.get_text() == "1920")
    (first,) = (one for one in right.get_xticklabels() if one.get_text() == "0.0")
    assert first.get_window_extent().x0 - last.get_window_extent().x1 > 5.0
    assert ["hare_\nthousands", "lynx_\nthousands"] == [axes.get_ylabel() for axes in figures["trajectories"].axes]

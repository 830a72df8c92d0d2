"""Small charts: scales, ticks, paths."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from discovery.reports.panels import Panel, Scale, visible


def numbers(path: str) -> list[float]:
    """All numbers of a path."""
    return [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", path)]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, ["0", "0.25", "0.5", "0.75", "1"]),
        (1900.0, 1920.0, ["1900", "1905", "1910", "1915", "1920"]),
        (-12.0, 9.0, ["−10", "0"]),
        (0.0, 4e-7, ["0", "1e−7", "2e−7", "3e−7", "4e−7"]),
        (0.0, 100.0, ["0", "25", "50", "75", "100"]),
        (0.0, 4e7, ["0", "1e7", "2e7", "3e7", "4e7"]),
        (99.99, 100.02, ["99.99", "100", "100.01", "100.02"]),
    ],
)
def test_ticks_are_round_numbers_written_as_short_as_they_can_be(low, high, expected):
    """With a true minus and no trailing zeros."""
    assert expected == [text for _, text in Scale(low, high, 0.0, 100.0).ticks(4)]


def test_a_scale_without_extent_does_not_divide_by_it():
    """All values equal are drawn at its start."""
    assert [5.0, 5.0] == Scale(3.0, 3.0, 5.0, 9.0)(np.array([3.0, 3.0])).tolist()


def test_a_line_keeps_its_shape_and_loses_points_that_nobody_sees():
    """A straight piece needs its ends only; a sine stays within what can be seen."""
    times = np.linspace(0.0, 1.0, 1000)
    assert 2 == visible(times, 3.0 * times).sum()
    wave = 50.0 * np.sin(20.0 * times)
    kept = visible(400.0 * times, wave)
    assert 20 < kept.sum() < 200
    assert np.abs(np.interp(times, times[kept], wave[kept]) - wave).max() < 1.0


def test_points_that_are_missing_are_left_out():
    """A path has one step for each value that was measured."""
    panel = Panel((0.0, 2.0), (0.0, 1.0))
    drawn = panel.points(np.array([0.0, 1.0, 2.0]), np.array([0.5, np.nan, 1.0]), "measured")
    assert 2 == drawn.count("h0")
    assert "" == panel.points(np.array([0.0]), np.array([np.nan]), "measured")


def test_a_curve_that_runs_away_ends_just_outside_of_the_chart():
    """No number is longer than it has to be."""
    panel = Panel((0.0, 1.0), (0.0, 1.0))
    drawn = panel.line([(np.linspace(0.0, 1.0, 50), np.geomspace(1.0, 1e12, 50))], "curve")
    places = np.cumsum(np.array(numbers(re.search(r'd="(.*?)"', drawn)[1])).reshape(-1, 2), axis=0)
    assert places[:, 1].min() >= -panel.size[1] - 0.1


def test_names_are_text_and_a_drawing_is_well_formed():
    """No name becomes markup; a long one is cut."""
    panel = Panel((0.0, 1.0), (0.0, 1.0), time_name="<script>", value_name="x" * 100)
    drawing = panel.drawing([], '"onload="alert(1)')
    root = ET.fromstring(drawing)
    assert '"onload="alert(1)' == root.get("aria-label")
    assert {"<script>", "x" * 39 + "…"} <= {node.text for node in root.iter("text")}
    assert [] == [node for node in root.iter() if any(key.startswith("on") for key in node.attrib)]

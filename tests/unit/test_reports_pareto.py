"""The figure of the front: ranks that can be read wherever laws lie."""

from dataclasses import replace
from itertools import pairwise

import pytest
from matplotlib.text import Annotation, Text

from discovery.reports.drawing import style
from discovery.reports.pareto import front, spread
from discovery.reports.rows import MOST_LAWS
from discovery.types import DiscoveryResult, Ranking


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([0.2, 0.5, 0.8], [0.2, 0.5, 0.8]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([0.5, 0.5, 0.5, 0.9], [0.4, 0.5, 0.6, 0.9]),
        ([0.0, 0.01], [0.05, 0.15]),
        ([1.0, 1.0], [0.85, 0.95]),
        ([], []),
    ],
)
def test_places_are_spread_no_more_than_they_must_be(wanted: list[float], expected: list[float]) -> None:
    """In their order, a tenth apart, inside of the axes."""
    assert expected == pytest.approx(spread(wanted, 0.1))


def test_no_two_ranks_are_printed_over_each_other(decay: DiscoveryResult) -> None:
    """Each in the row below the laws, apart from the next one, with a line to its law; ticks have no negative nats."""
    best = decay.ranking.front[0]
    crowd = tuple(replace(best, score=best.score + 0.01 * i, complexity=3 + i // 6) for i in range(30))
    with style("front"):
        figure = front(replace(decay, ranking=Ranking(crowd, "shortest")))
    assert figure is not None
    figure.draw_without_rendering()
    axes = figure.axes[0]
    numbers = [child for child in axes.get_children() if isinstance(child, Annotation)]
    boxes = sorted((Text.get_window_extent(number) for number in numbers), key=lambda box: box.x0)
    assert MOST_LAWS == len(boxes)
    assert all(first.x1 < second.x0 for first, second in pairwise(boxes))
    assert all(number.arrow_patch is not None for number in numbers)
    assert min(axes.get_yticks()) >= 0.0

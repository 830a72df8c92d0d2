"""Portraits of laws that inputs drive."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from discovery.laws import Frame
from discovery.reports.content import figure_caption
from discovery.reports.drawing import BLUE
from discovery.reports.portraits import phase


@pytest.mark.parametrize(("levels", "drawn"), [([0.0, 1.0], 2), ([0.0, 0.5, 1.0, 2.0, 3.0], 0)])
def test_a_law_is_drawn_for_each_of_a_few_levels(levels: list[float], drawn: int, law_of, result_of) -> None:
    """A pump is on or off; of a course no level says more than others, and then the law is not named either."""
    law = law_of({"x": "c0*u - c1*x"}, 2.0, 0.7)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    made = result_of(law_of({"x": "c0 - c1*x"}, 2.0, 0.7), [0.3])
    (run,) = made.trajectories
    course = np.resize(levels, len(run))[:, None]
    front = (replace(made.ranking.front[0], law=driven),)
    made = replace(
        made, trajectories=(replace(run, inputs=course),), ranking=replace(made.ranking, front=front), inputs={"u": "u"}
    )
    figure = phase(made)
    assert figure is not None
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 300 and to_hex(line.get_color()) == BLUE]
    assert drawn == len(lines)
    assert (drawn > 0) == any("law" in text.get_text() for legend in figure.legends for text in legend.get_texts())


@pytest.mark.parametrize("rate", [1.0, np.nan])
def test_no_measured_dots_are_promised_where_there_are_none(rate: float, law_of, result_of) -> None:
    """A velocity that was not measured: legend and caption name the law's curve alone."""
    made = result_of(law_of({"x": "v", "v": "-c0*x"}, 4.0), [1.0, 0.0])
    (run,) = made.trajectories
    made = replace(made, trajectories=(replace(run, states=run.states * np.array([1.0, rate])),))
    figure = phase(made)
    assert figure is not None
    words = [text.get_text() for one in figure.legends for text in one.get_texts()]
    assert (["measured", "fit"] if rate == 1.0 else ["fit"]) == words
    assert ("measurements" in figure_caption(made, "phase")) == (rate == 1.0)

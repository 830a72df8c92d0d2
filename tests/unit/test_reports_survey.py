"""The picture of what a file holds."""

import numpy as np

from discovery.reports.survey import picture
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check


def test_years_are_whole_and_the_dot_is_explained() -> None:
    """Ticks stand at years; the portrait says what its dot is."""
    times = np.arange(1900.0, 1921.0)
    states = np.column_stack([np.sin(times), np.cos(times)])
    measured = from_arrays(states, times, names=["hares", "lynxes"])
    figure = picture(check(measured), measured.trajectories)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    bottom = next(axes for axes in figure.axes if axes.get_xlabel() == "t")
    assert np.all(bottom.get_xticks() % 1.0 == 0.0)
    assert "lynxes (dot: start)" in titles

"""Told laws fitted to the end, before they are judged.

Of thousands of candidates each is fitted for a few steps; of a law that was told in full there is but one, and what is
said of it has to be of the fit that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.windows import Windows
from discovery.protocols import Deadline
from discovery.selection.polish import polished, to_the_end
from discovery.selection.refined import Refined
from discovery.types import DiscoveryProblem

ENDED = 3  # laws that are fitted to the end: as many as have a last fit


def ended(
    refined: Sequence[Refined], windows: Windows, problem: DiscoveryProblem, settings: Shooting, deadline: Deadline
) -> list[Refined]:
    """The leading told laws fitted to the end, in the order that they have then, as the last fits of these are shown.

    Their constants stand inside of functions as often, where valleys bend: other weights, and the profiles that are
    followed for intervals, lead out of a corner.
    """
    done: list[Refined] = []
    for item in refined[:ENDED]:
        if not item.law.told or deadline.passed():
            break
        runs, noise, patient = problem.trajectories, problem.smoothing.noise, to_the_end(item.law, windows, settings)
        for start in (item.fit, polished(item.fit, windows, runs, noise, settings).fit):
            again = fit(start.law, windows, starts=start.starts, settings=patient)
            item = item if again is None else item.with_fit(again, windows)
        done.append(item)
    return sorted([*done, *refined[len(done) :]], key=lambda item: item.score)

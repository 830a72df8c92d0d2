"""Equations exchanged on long windows."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import NEVER, Deadline
from discovery.selection.pool import Entry
from discovery.selection.refined import Refined, refine
from discovery.selection.trajectories import BEND, TrajectorySelector
from discovery.selection.varying import Varying, exchanged, varied
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

TIMES = np.linspace(0.0, 12.0, 240)
NAMES = ("x", "y")
WRONG = {"x": "c0*x + c1*y", "y": "c2*x*y + c3*y"}


@pytest.fixture(scope="module")
def prey(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Predators and prey at 2 % noise."""
    law = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    return problem_of(law, [[10.0, 5.0]], TIMES, noise=0.02)


@pytest.fixture(scope="module")
def windows(prey: DiscoveryProblem) -> Windows:
    """The whole trajectory."""
    return cut(prey.trajectories, prey.smoothing.trajectories, prey.smoothing.noise, len(TIMES))


def entry(state: str, text: str, *constants: float) -> Entry:
    """An entry of a pool."""
    return Entry(state, parse(text, (*NAMES, *(f"c{i}" for i in range(len(constants))))), constants, ("test",))


POOLS = {
    "x": (entry("x", "c0*x", 0.1), entry("x", "c0*x*y + c1*x", -0.35, 1.0)),
    "y": (entry("y", "c0*y", -0.1), entry("y", "c0*x + c1", 0.1, -0.5)),
}


def judged(law: Law, windows: Windows) -> Refined:
    """The law as it is on windows, its constants not fitted."""
    found = refine(law, windows, settings=Shooting(iterations=0))
    assert found is not None
    return found


def test_the_right_equation_is_put_in(prey: DiscoveryProblem, windows: Windows, law_of: Callable[..., Law]) -> None:
    """Short windows had preferred another; its constants follow."""
    start = judged(law_of(WRONG, 0.1, -0.5, 0.1, -0.4), windows)
    found = varied([start], POOLS, windows, Varying(), threads=1, deadline=NEVER)
    best = found[0].law
    assert {"x", "y"} == set(best.states)
    assert [parse("c0*x*y + c1*x", (*NAMES, "c0", "c1")), parse("c2*x*y + c3*y", (*NAMES, "c2", "c3"))] == list(
        best.skeletons
    )
    np.testing.assert_allclose(best.constants, (-0.4, 1.1, 0.1, -0.4), rtol=0.03)
    assert found[0].score < start.score
    assert start in found


def test_a_law_that_is_ruled_out_leads_nowhere(
    prey: DiscoveryProblem, windows: Windows, law_of: Callable[..., Law]
) -> None:
    """What is known beside the data says which law is the best; scores stay those of the samples."""
    start = judged(law_of(WRONG, 0.1, -0.5, 0.1, -0.4), windows)

    def others(law: Law) -> float:
        return 0.0 if law.skeletons == start.law.skeletons else np.inf

    def furthest(found: list[Refined]) -> int:
        """Equations by which the most distant law differs from the first."""
        pairs = [zip(item.law.skeletons, start.law.skeletons, strict=True) for item in found]
        return max(sum(str(one).count("*") != str(other).count("*") for one, other in pair) for pair in pairs)

    free = varied([start], POOLS, windows, Varying(), threads=1, deadline=NEVER)
    held = varied([start], POOLS, windows, Varying(), threads=1, deadline=NEVER, surcharge=others)
    assert (2, 1) == (furthest(free), furthest(held))
    assert all(math.isfinite(item.score) for item in held)


def test_a_robust_selection_has_a_robust_loss_everywhere() -> None:
    """Outliers pull with a bounded force in every fit."""
    robust = TrajectorySelector().robust()
    fits = (robust.beam.shooting, robust.growth.shooting, robust.varying.first, robust.varying.further)
    assert {BEND} == {fit.bend for fit in fits}


def test_nothing_is_exchanged_when_time_is_up(windows: Windows, law_of: Callable[..., Law]) -> None:
    """What there is stays."""
    start = judged(law_of(WRONG, 0.1, -0.5, 0.1, -0.4), windows)
    assert [start] == varied([start], POOLS, windows, Varying(), threads=1, deadline=Deadline.after(0.0))
    assert [] == varied([], POOLS, windows, Varying(), threads=1, deadline=NEVER)


def test_an_exchanged_law_numbers_its_constants_through(law_of: Callable[..., Law]) -> None:
    """The other equation keeps its values."""
    law = law_of({"x": "c0*x", "y": "c1*y + c2*x"}, 1.0, 2.0, 3.0)
    found = exchanged(law, 0, entry("x", "c0*x*y + c1*x", 7.0, 8.0))
    assert ["c0*x*y + c1*x", "c2*y + c3*x"] == [str(skeleton) for skeleton in found.skeletons]
    assert (7.0, 8.0, 2.0, 3.0) == found.constants

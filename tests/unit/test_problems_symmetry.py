"""States that are alike: which exchanges the samples allow, and what they say of one equation in all places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from discovery.problems.response import responses_of
from discovery.problems.symmetry import Symmetry, joined, of_orbit, symmetry_of
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, symbol

# Two cells that inhibit each other (Gardner, Cantor & Collins 2000), and three in a ring (Elowitz & Leibler 2000).
SWITCH = {"x": "2/(1 + y**2) - x", "y": "2/(1 + x**2) - y"}
RING = {"x": "2/(1 + z**2) - x", "y": "2/(1 + x**2) - y", "z": "2/(1 + y**2) - z"}
TIMES = np.linspace(0.0, 6.0, 120)


@pytest.fixture(scope="module")
def switch(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """The toggle switch at two per cent of noise."""
    return problem_of(law_of(SWITCH), [[1.5, 0.2], [0.1, 0.6]], TIMES, noise=0.02)


def test_orbits_are_the_states_that_take_each_others_places() -> None:
    """A state that stays has none."""
    assert ((0, 2), (1, 3)) == Symmetry((2, 3, 0, 1)).orbits
    assert ((0, 1, 2),) == Symmetry((1, 2, 0, 3)).orbits
    assert () == Symmetry((0, 1)).orbits


def test_an_exchange_is_undone_by_as_many_backwards() -> None:
    """Also where it is no swap."""
    ring = Symmetry((1, 2, 0))
    assert (2, 0, 1) == ring.after(2) == ring.after(-1)
    assert (0, 1, 2) == ring.after(3)


def test_renaming_turns_an_equation_into_that_of_the_image() -> None:
    """Time after time around the ring."""
    ring, side = Symmetry((1, 2, 0)), parse(RING["x"])
    images = [side.xreplace(ring.renaming(("x", "y", "z"), times)) for times in range(3)]
    assert [parse(RING[name]) for name in ("x", "y", "z")] == images


def test_cells_that_inhibit_each_other_are_alike(switch: DiscoveryProblem) -> None:
    """The samples allow their exchange."""
    assert Symmetry((1, 0)) == symmetry_of(switch)


def test_cells_in_a_ring_are_alike(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Each takes the next one's place; which way round is the same exchange undone."""
    problem = problem_of(law_of(RING), [[1.5, 0.2, 0.7], [0.1, 0.9, 0.3]], TIMES, noise=0.02)
    assert symmetry_of(problem) in (Symmetry((1, 2, 0)), Symmetry((2, 0, 1)))


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "x - x*y", "y": "x*y - y"},  # prey and predator
        {"x": "2/(1 + y**2) - x", "y": "2/(1 + x**2) - 2*y"},  # two cells of which one forgets sooner
    ],
)
def test_states_of_other_laws_are_not_alike(
    equations: dict[str, str], law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """The samples speak against the exchange."""
    assert symmetry_of(problem_of(law_of(equations), [[1.5, 0.4], [0.5, 0.8]], TIMES, noise=0.02)) is None


def test_what_is_settled_has_to_stay_as_it_is(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Two linked pendula change places with their velocities or not at all."""
    law = law_of({"a": "v", "b": "w", "v": "-sin(a) + 0.3*(b - a)", "w": "-sin(b) + 0.3*(a - b)"})
    problem = problem_of(law, [[1.0, -0.4, 0.0, 0.2]], np.linspace(0.0, 12.0, 200), noise=0.02)
    settled = problem.settling({"a": symbol("v"), "b": symbol("w")})
    assert Symmetry((1, 0, 3, 2)) == symmetry_of(settled)
    for other in ("a", "v"):  # if both are v, the exchange makes them w
        assert symmetry_of(problem.settling({"a": symbol("v"), "b": symbol(other)})) != Symmetry((1, 0, 3, 2))


def test_nothing_is_asked_of_one_state_or_of_a_law_told_in_part(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem], switch: DiscoveryProblem
) -> None:
    """There is nothing to exchange, or the frame says which equation is whose."""
    assert symmetry_of(problem_of(law_of({"x": "-x"}), [[1.0]], TIMES)) is None
    assert symmetry_of(of_orbit(switch, Symmetry((1, 0)), (0, 1), {})) is None


def test_samples_of_all_places_speak_of_one_equation(switch: DiscoveryProblem) -> None:
    """The true right-hand side of the first, in the places of both, fits as well as each in its own."""
    swap, laws = Symmetry((1, 0)), {name: parse(text) for name, text in SWITCH.items()}
    apart = responses_of(switch, laws)
    both = joined(apart, swap)
    x, y = both.states.T
    left = both.targets - both.operator @ (2.0 / (1.0 + y**2) - x)
    assert len(both.targets) == sum(len(one.targets) for one in apart)
    assert 0.5 < float(left @ left) / len(left) < 1.5


def test_the_problem_of_all_places_has_the_rows_of_each(switch: DiscoveryProblem) -> None:
    """On every regression, and in what the samples respond."""
    part = of_orbit(switch, Symmetry((1, 0)), (0, 1), {})
    assert ("x",) == part.open
    for one, both in zip(switch.regressions, part.regressions, strict=True):
        assert 2 * len(one.targets) == len(both.targets)
        x, y = both.states.T
        left = (both.targets[:, 0] - both.operator((2.0 / (1.0 + y**2) - x)[:, None])[:, 0]) / both.deviations[:, 0]
        assert np.sqrt(np.mean(left**2)) < 2.0
    (response,) = responses_of(part, {"x": parse(SWITCH["x"])})
    assert "x" == response.state

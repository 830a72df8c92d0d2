"""Terms that the trajectories miss."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting, fit, gains
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import Deadline
from discovery.selection.adding import completed
from discovery.selection.refined import Refined, refine
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting()
TIMES = np.linspace(0.0, 12.0, 240)


@pytest.fixture(scope="module")
def prey(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Predators and prey at 2 % noise."""
    law = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    return problem_of(law, [[10.0, 5.0]], TIMES, noise=0.02)


def windows_of(problem: DiscoveryProblem, length: int = 24) -> Windows:
    """Windows of a problem."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length)


def fitted(law: Law, windows: Windows) -> Refined:
    """The law fitted on windows."""
    found = refine(law, windows)
    assert found is not None
    return found


def terms(law: Law) -> dict[str, set[str]]:
    """Terms by state, without their constants."""
    return {
        state: {str(term.as_coeff_Mul()[1]) for term in rhs.expand().as_ordered_terms()}
        for state, rhs in law.equations.items()
    }


@pytest.mark.parametrize(
    "equations",
    [
        {"x": "c0*x", "y": "c1*x*y + c2*y"},
        {"x": "c0*x + c1*x*y", "y": "c2*y"},
        {"x": "c0*x*y", "y": "c1*y"},
    ],
)
def test_missing_terms_are_put_in(
    equations: dict[str, str], prey: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """One or two of four, in either equation, and no others."""
    windows = windows_of(prey)
    constants = [0.1] * sum(text.count("c") for text in equations.values())
    found = completed(fitted(law_of(equations, *constants), windows), windows, SETTINGS)
    assert {"x": {"x", "x*y"}, "y": {"y", "x*y"}} == terms(found.law)


def test_nothing_is_added_to_the_law(prey: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Noise has no terms; nor is anything tried when time is up."""
    windows = windows_of(prey)
    law = fitted(law_of({"x": "c0*x + c1*x*y", "y": "c2*x*y + c3*y"}, 1.0, -0.4, 0.1, -0.4), windows)
    assert law is completed(law, windows, SETTINGS)
    short = fitted(law_of({"x": "c0*x", "y": "c1*y"}, 0.1, 0.1), windows)
    assert short is completed(short, windows, SETTINGS, deadline=Deadline.after(0.0))


def test_gains_are_what_a_fit_gains(prey: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Near the optimum, where the cost is a parabola, to a tenth."""
    windows = windows_of(prey, 16)
    exact = law_of({"x": "c0*x + c1*x*y", "y": "c2*x*y + c3*y"}, 1.1, -0.4, 0.1, -0.4)
    before = fit(exact, windows, settings=Shooting(tolerance=1e-9))
    assert before is not None
    more = law_of({"x": "c0*x + c1*x*y + c4*y", "y": "c2*x*y + c3*y + c5*x**2"}, *before.law.constants, 0.0, 0.0)
    expected = gains(more, windows, before.starts, 4, SETTINGS)
    assert expected is not None
    for i, text in enumerate(({"x": "c4*y", "y": "0"}, {"x": "0", "y": "c4*x**2"})):
        one = law_of(
            {"x": f"c0*x + c1*x*y + {text['x']}", "y": f"c2*x*y + c3*y + {text['y']}"}, *before.law.constants, 0.0
        )
        after = fit(one, windows, starts=before.starts, settings=Shooting(tolerance=1e-9))
        assert after is not None
        np.testing.assert_allclose(before.cost - after.cost, expected[i], rtol=0.1, atol=0.02)


@pytest.mark.parametrize("unit", [1e-8, 1e6])
def test_gains_are_the_same_in_any_unit(
    unit: float, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Constants of x and of x**2 are then told very differently well, and both still follow."""
    law = law_of({"x": "0.9*x - 0.5*x**2 + 0.05"})
    windows = windows_of(problem_of(law, [[0.1]], np.linspace(0.0, 8.0, 60), noise=0.02), 60)
    other = replace(
        windows, values=windows.values * unit, weights=windows.weights / unit, starts=windows.starts * unit,
        spread=windows.spread * unit, bound=windows.bound * unit,
    )  # fmt: skip
    more = {"x": "c0*x - c1*x**2 + c2 + c3*x**3"}
    expected, found = (
        gains(law_of(more, 0.9, 0.5 / size, 0.0, 0.0), one, one.starts, 2, SETTINGS)
        for one, size in ((windows, 1.0), (other, unit))
    )
    assert expected is not None
    assert found is not None
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_a_term_that_is_there_already_gains_nothing(prey: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Twice the same term has no curvature of its own."""
    windows = windows_of(prey)
    law = fitted(law_of({"x": "c0*x", "y": "c1*y"}, 0.1, 0.1), windows)
    twice = law_of({"x": "c0*x + c2*x", "y": "c1*y"}, *law.law.constants, 0.0)
    found = gains(twice, windows, law.fit.starts, 2, SETTINGS)
    assert found is not None
    assert [0.0] == found.tolist()


def test_a_law_that_cannot_be_simulated_gains_nothing(prey: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """None, and no warning."""
    windows = windows_of(prey)
    assert gains(law_of({"x": "c0*x**5", "y": "c1*y"}, 9.0, 0.1), windows, windows.starts, 1, SETTINGS) is None

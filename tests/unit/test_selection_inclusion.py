"""How sure each term is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.advice import TermSupport
from discovery.dynamics.shooting import Fit, Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.selection.inclusion import support
from discovery.selection.refined import Refined, refine
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting()


@pytest.fixture(scope="module")
def spiral(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A weakly damped oscillator at 20 % noise."""
    law = law_of({"x": "y", "y": "-2*x - 0.05*y"})
    return problem_of(law, [[1.0, 0.0]], np.linspace(0.0, 8.0, 60), noise=0.2)


def windows_of(problem: DiscoveryProblem) -> Windows:
    """Whole runs."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)


def by_term(found: tuple[TermSupport, ...]) -> dict[tuple[str, str], TermSupport]:
    """Support by equation and term."""
    return {(one.state, one.term): one for one in found}


def certain(law: Law, score: float) -> Refined:
    """A law whose constants are known so well that none of its terms is in doubt."""
    number = len(law.constants)
    return Refined(Fit(law, np.zeros((0, 2)), 1.0, np.zeros(0), 1e12 * np.eye(number), 100), score)


def test_weights_are_those_of_the_scores(law_of: Callable[..., Law], spiral: DiscoveryProblem) -> None:
    """A law that is log(3) nats behind has a third of the weight; numbers of terms do not matter."""
    first = certain(law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0), 10.0)
    second = certain(law_of({"x": "c0*y", "y": "c1*x + c2*y/(c3 + x)"}, 1.1, -2.1, -0.3, 5.0), 10.0 + np.log(3.0))
    third = certain(law_of({"x": "c0*y + c1*x**2", "y": "c2*x"}, 1.0, 0.1, -2.0), 40.0)
    found = by_term(support([first, second, third], windows_of(spiral), SETTINGS))
    assert {("x", "y"), ("y", "x"), ("y", "y/(c + x)")} == set(found)
    assert [True, True, False] == [one.chosen for one in found.values()]
    np.testing.assert_allclose([one.probability for one in found.values()], (1.0, 1.0, 0.25), rtol=1e-6)


def test_a_term_that_every_law_has_may_be_in_doubt(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Damping that these data hardly show is weighed against none; what drives the oscillation is certain."""
    windows = windows_of(spiral)
    law = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 1.0, -2.0, -0.05), windows)
    assert law is not None
    found = by_term(support([law], windows, SETTINGS))
    assert found["y", "y"].probability < 0.9
    assert found["y", "x"].probability == found["x", "y"].probability == 1.0


def test_exact_numbers_are_the_terms_that_they_stand_for(law_of: Callable[..., Law], spiral: DiscoveryProblem) -> None:
    """A factor that was made exact, and one constant in two equations."""
    first = certain(law_of({"x": "y", "y": "-c0*x"}, 2.0), 10.0)
    second = certain(law_of({"x": "c0*y", "y": "-c0*x"}, 2.0), 10.0)
    found = support([first, second], windows_of(spiral), SETTINGS)
    assert [("x", "y", 1.0), ("y", "x", 1.0)] == [(one.state, one.term, one.probability) for one in found]


@pytest.mark.parametrize("charge", [0.0, 15.0])
def test_no_law_is_weighed_twice(charge: float, law_of: Callable[..., Law], spiral: DiscoveryProblem) -> None:
    """A law without a term may be in the front already; what laws are charged for beside counts for all of them."""
    windows = windows_of(spiral)
    laws = [law_of({"x": "c0*y", "y": f"c1*x{term}"}, 1.0, -2.0, *values) for term, values in
            ((" + c2*y", (-0.05,)), ("", ()))]  # fmt: skip
    full, less = (refine(law, windows, settings=SETTINGS) for law in laws)
    assert full is not None
    assert less is not None
    expected = 1.0 / (1.0 + np.exp(full.score - less.score))
    full, less = (replace(one, score=one.score + charge) for one in (full, less))
    for front in ([full], [full, less]):
        found = by_term(support(front, windows, SETTINGS))
        np.testing.assert_allclose(found["y", "y"].probability, expected, rtol=0.01)

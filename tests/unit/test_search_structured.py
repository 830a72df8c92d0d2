"""Structured search: the true form is among the candidates."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from discovery.library.grammar import libraries
from discovery.protocols import Deadline
from discovery.search.elimination import Elimination
from discovery.search.structured import StructuredSearch
from discovery.symbolic.compare import compare
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

QUICK = StructuredSearch(elimination=Elimination(most_terms=0))


def verdicts(found: Sequence[EquationCandidate | Law], state: str, truth: str) -> Iterator[str]:
    """How the candidates of one state that have as many terms as the truth compare with it."""
    terms = len(parse(truth).as_ordered_terms())
    single = [one.expression for one in found if isinstance(one, EquationCandidate) and one.state == state]
    small = [expression for expression in single if len(expression.as_ordered_terms()) == terms]
    return (compare(expression, parse(truth), ("x", "y")).verdict for expression in small)


def test_saturation_is_found_with_its_half_saturation(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Michaelis-Menten decay: rate and half-saturation to 5 % from clean data."""
    truth = "-1.7*x/(0.6 + x)"
    problem = problem_of(law_of({"x": truth}), [[5.0], [1.0]], np.linspace(0.0, 5.0, 120))
    assert "identical" in verdicts(QUICK.search(problem, seed=0), "x", truth)


def test_a_pendulum_with_friction_is_found(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A sine and a linear term, from clean data."""
    truth = {"x": "y", "y": "-3*sin(x) - 0.2*y"}
    problem = problem_of(law_of(truth), [[2.4, 0.0]], np.linspace(0.0, 12.0, 200))
    found = QUICK.search(problem, seed=0)
    for state, text in truth.items():
        assert "identical" in verdicts(found, state, text)


def test_a_central_force_is_found(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Gravity beside the centrifugal force, at a given angular momentum."""
    truth = "1.1/x**3 - 1/x**2"
    law = law_of({"x": "y", "y": truth})
    problem = problem_of(law, [[1.0, 0.0], [1.5, 0.15]], np.linspace(0.0, 12.0, 120), noise=0.005)
    found = QUICK.search(problem, seed=0)
    assert "identical" in verdicts(
        [one for one in found if isinstance(one, EquationCandidate) and one.source == "structured:inverse"], "y", truth
    )


@pytest.mark.parametrize(
    ("lowest", "there"), [((0.5, -1.0), True), ((-0.5, -1.0), False), ((0.5,), False), ((0.5, 0.5, 0.5, 0.5), False)]
)
def test_inverse_powers_are_of_positive_states_of_two_or_three(lowest: tuple[float, ...], there: bool) -> None:
    """A state alone has fractions; of four there would be too many terms."""
    states = np.array([lowest, np.ones(len(lowest))])
    every = {one.name: set(map(str, one.terms)) for one in libraries(tuple("xyzw")[: len(lowest)], states)}
    assert there == ("inverse" in every)
    if there:
        assert {"x**(-2)", "y**2/x**3", "x*y**2", "x**2*y"} <= every["inverse"]
        assert "1/y" not in every["inverse"]


@pytest.fixture(scope="module")
def small(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Few samples of Lotka-Volterra."""
    law = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    return problem_of(law, [[10.0, 5.0]], np.linspace(0.0, 10.0, 60), noise=0.01)


def test_candidates_of_every_size_and_state_are_returned(small: DiscoveryProblem) -> None:
    """Nothing is chosen here: one to nine terms, of each equation."""
    found = [one for one in QUICK.search(small, seed=0) if isinstance(one, EquationCandidate)]
    for state in ("x", "y"):
        polynomials = [one for one in found if one.state == state and one.source.startswith("structured:poly")]
        sizes = {len(one.expression.as_ordered_terms()) for one in polynomials}
        assert set(range(1, 10)) <= sizes


def test_sources_name_the_library(small: DiscoveryProblem) -> None:
    """The report can say which shapes a law came from."""
    sources = {one.source for one in QUICK.search(small, seed=0) if isinstance(one, EquationCandidate)}
    assert {"structured:polynomial2", "structured:saturation", "structured:pairs"} <= sources


def test_the_seed_does_not_matter(small: DiscoveryProblem) -> None:
    """The search is deterministic."""
    assert QUICK.search(small, seed=0) == QUICK.search(small, seed=1)


def test_a_deadline_that_has_passed_gives_nothing(small: DiscoveryProblem) -> None:
    """No library is begun."""
    assert () == StructuredSearch().search(small, seed=0, deadline=Deadline.after(0.0))


def test_a_state_that_never_changes_has_the_law_zero(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """The others' laws are not lost for want of one of its own."""
    problem = problem_of(law_of({"x": "-2*x", "y": "0*x"}), [[1.0, 0.5]], np.linspace(0.0, 2.0, 60))
    found = [one for one in QUICK.search(problem, seed=0) if isinstance(one, EquationCandidate)]
    assert parse("0") in {one.expression for one in found if one.state == "y"}
    assert parse("0") not in {one.expression for one in found if one.state == "x"}

"""The gate of genetic search: what counts as an explanation of an equation."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import sympy as sp

from discovery.selection.gate import constants, misfits, remaining
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

OSCILLATOR = {"x": "0.7*v", "v": "-2*x - 0.3*v"}
LONG = "0.0001 - 2*x - 0.3*v + 0.0001*x**2 + 0.0001*v**2 + 0.0001*x*v"

LONG_BUT_TRUE = "-2*x - 0.3*v + 1e-7*x**2 + 1e-7*v**2 + 1e-7*x*v"


@pytest.fixture
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """An oscillator, measured with 2 % noise."""
    return problem_of(law_of(OSCILLATOR), [[1.0, 0.0]], np.linspace(0.0, 10.0, 200), noise=0.02)


def candidates(**equations: str) -> list[EquationCandidate | Law]:
    """One candidate for each state."""
    return [EquationCandidate(state, parse(text), "sindy:stlsq") for state, text in equations.items()]


def explained(some: Sequence[EquationCandidate | Law], problem: DiscoveryProblem) -> dict[str, sp.Expr]:
    """What they settle."""
    settled = remaining(some, problem).settled
    return {state: rhs for state, rhs in settled.items() if state not in problem.settled}


def test_a_short_candidate_that_fits_explains_its_equation(problem: DiscoveryProblem) -> None:
    """The true equation explains the derivative; another state's is not touched by it."""
    assert {"v": parse(OSCILLATOR["v"])} == explained(candidates(v=OSCILLATOR["v"]), problem)


def test_what_does_not_fit_explains_nothing(problem: DiscoveryProblem) -> None:
    """An equation without its damping is far from the data."""
    assert {} == explained(candidates(v="-2*x", x="0.9*v"), problem)


def test_a_polynomial_of_many_terms_explains_nothing(problem: DiscoveryProblem) -> None:
    """However well it fits, six constants say that the form is not known."""
    (misfit,) = misfits([parse(LONG)], "v", problem)
    assert misfit < 3.0
    assert {} == explained(candidates(v=LONG), problem)


def test_a_short_candidate_that_a_longer_one_outdoes_explains_nothing(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Within the deviations by itself, but ten times worse than one of five terms, whose constants that pays for."""
    problem = problem_of(law_of(OSCILLATOR), [[1.0, 0.0]], np.linspace(0.0, 10.0, 200))
    rough = "-2*x - 0.2992*v"
    rough_misfit, long_misfit = misfits([parse(rough), parse(LONG_BUT_TRUE)], "v", problem)
    assert 10.0 * long_misfit < rough_misfit < 3.0
    assert {"v"} == set(explained(candidates(v=rough), problem))
    assert {} == explained([*candidates(v=rough), *candidates(v=LONG_BUT_TRUE)], problem)


def test_the_shortest_explanation_is_taken(problem: DiscoveryProblem) -> None:
    """Of two that fit, the one that is shorter to state is kept."""
    both = [*candidates(x="0.7*v + 0.00001*x"), *candidates(x=OSCILLATOR["x"])]
    assert {"x": parse(OSCILLATOR["x"])} == explained(both, problem)


def test_equations_of_whole_laws_explain_too(problem: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """A law is taken apart into its equations."""
    assert {"x", "v"} == set(explained([law_of(OSCILLATOR)], problem))


def test_settled_equations_are_not_asked_for(problem: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """What is settled already has its explanation."""
    assert {"v"} == set(explained([law_of(OSCILLATOR)], problem.settling({"x": parse("0.7*v")})))


def test_what_is_undefined_on_the_data_explains_nothing(problem: DiscoveryProblem) -> None:
    """A logarithm of negative states has no misfit but infinity."""
    assert [np.inf] == misfits([parse("log(x - 100)")], "v", problem).tolist()
    assert {} == explained(candidates(v="log(x - 100)"), problem)


def test_time_is_no_state(problem: DiscoveryProblem) -> None:
    """A candidate that depends on time cannot be evaluated on the regressions and explains nothing."""
    assert {} == explained(candidates(v="-2*x - 0.3*v + 0.0*t + 1e-9*t"), problem)


def test_an_open_equation_has_a_backbone(problem: DiscoveryProblem) -> None:
    """The polynomial of few constants that says most, though shapes and longer polynomials fit better."""
    some = [*candidates(v="-2*x"), *candidates(v="-2*x - 0.1*v"), *candidates(v=LONG), *candidates(v="-2*sin(1.1*x)")]
    left = remaining(some, problem)
    assert ("x", "v") == left.open
    assert {"v": parse("-2*x - 0.1*v")} == left.backbones


def test_a_backbone_need_not_be_a_polynomial(problem: DiscoveryProblem) -> None:
    """Where there is none, the shape that says most is taken; a bare number and what is undefined never are."""
    some = [*candidates(v="-sin(x)"), *candidates(v="-2*sin(x)"), *candidates(v="1.5"), *candidates(x="log(x - 100)")]
    assert {"v": parse("-2*sin(x)")} == remaining(some, problem).backbones


def test_what_is_explained_has_no_backbone(problem: DiscoveryProblem) -> None:
    """It is settled."""
    left = remaining(candidates(v=OSCILLATOR["v"]), problem)
    assert ({"v": parse(OSCILLATOR["v"])}, {}) == (left.settled, left.backbones)


@pytest.mark.parametrize(("text", "count"), [("v", 1), ("2*v", 1), ("2.5*v - x", 2), ("1.5*x/(2.5 + x)", 2), ("0", 1)])
def test_constants_are_counted(text: str, count: int) -> None:
    """Every number that is not an integer counts, and every term at least once."""
    assert count == constants(parse(text))

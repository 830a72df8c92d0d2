"""Engines that proposed the equations of a law."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.selection.credits import Credits, agreeing
from discovery.selection.pool import pool, sheets_of
from discovery.selection.refined import Refined
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

LawOf = Callable[..., Law]
TIMES = np.linspace(0.0, 12.0, 120)
PROPOSED = {
    "sindy:stlsq": [("x", "1.1*x - 0.4*x*y"), ("y", "0.1*x*y - 0.4*y"), ("x", "x/(2 + 3*y)")],
    "operon": [("x", "x*(0.9 - 0.5*y)"), ("y", "0.3*x*y"), ("y", "-y*sin(x)")],
    "structured:polynomial2": [("y", "0.2*x*y - 0.3*y + 1e-7*x**2"), ("x", "2*x/(1 + y)")],
}


@pytest.fixture(scope="module")
def prey(law_of: LawOf, problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Predators and prey."""
    return problem_of(law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"}), [[10.0, 5.0]], TIMES)


@pytest.fixture(scope="module")
def credit(prey: DiscoveryProblem) -> Credits:
    """Of what three engines proposed."""
    some = [EquationCandidate(state, parse(text), name) for name, rows in PROPOSED.items() for state, text in rows]
    return Credits.of(sheets_of(some, prey))


@pytest.mark.parametrize(
    ("equations", "engines"),
    [
        # other constants, brackets multiplied out, and without a term that is as good as nothing
        ({"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"}, [["sindy:stlsq", "operon"], ["sindy:stlsq", "structured"]]),
        ({"x": "x*(c0 + c1*y)", "y": "c2*x*y"}, [["sindy:stlsq", "operon"], ["operon"]]),
        ({"x": "c0*x/(c1 + y)", "y": "c2*x"}, [["sindy:stlsq", "structured"], []]),  # fractions of one form
        ({"x": "c0*y*sin(x)", "y": "c1*y*sin(x)"}, [[], ["operon"]]),  # by state
    ],
)
def test_equations_of_one_form_are_one(
    equations: Mapping[str, str], engines: Sequence[Sequence[str]], credit: Credits, law_of: LawOf
) -> None:
    """Whoever proposed that form has the credit, whatever the constants."""
    law = law_of(dict(equations), 1.3, 0.7, 0.2, 0.6)
    found = [[source.replace(":polynomial2", "") for source in some] for some in credit.by_equation(law)]
    assert engines == found


def test_a_law_is_credited_to_all_who_proposed_it(credit: Credits, law_of: LawOf) -> None:
    """Not to those whose equations were exchanged; what selection made keeps the sources that it was made of."""
    fit = Fit(law_of({"x": "0", "y": "0"}), np.zeros((1, 2)), 1.0, np.ones(1), np.eye(0), 240)

    def sources(equations: dict[str, str]) -> tuple[str, ...]:
        law = law_of(equations, 1.0, 2.0, 3.0, sources=("pysr",))
        (item,) = credit.credited([Refined(Fit(law, fit.starts, 1.0, fit.costs, np.eye(3), 240), 0.0)])
        return item.law.sources

    assert ("sindy:stlsq", "operon") == sources({"x": "c0*x - c1*x*y", "y": "c2*x*y"})
    assert ("pysr", "operon") == sources({"x": "c0*y**2", "y": "c1*x*y"})


def test_nothing_is_known_of_a_law_that_was_told_in_part(law_of: LawOf) -> None:
    """Its sources stay."""
    law = law_of({"x": "c0*x"}, 1.0, sources=("told",))
    item = Refined(Fit(law, np.zeros((1, 1)), 1.0, np.ones(1), np.eye(1), 10), 0.0)
    assert [item] == Credits().credited([item])


def test_of_a_law_told_in_part_no_engine_is_told_by_equation(law_of: LawOf) -> None:
    """Nothing is known of who proposed which, so that none has its part only."""
    law = law_of({"x": "y", "y": "c0*y - x"}, -0.3, sources=("sindy", "structured:polynomial2"))
    assert () == Credits().by_equation(law)
    assert "2 engines: sindy, structured" == agreeing(law, Credits().by_equation(law))


def test_what_the_data_settled_was_proposed_by_no_engine(law_of: LawOf) -> None:
    """Nor what selection made, nor what a first look found: a single engine agrees with nobody."""
    law = law_of({"x": "v", "v": "-c0*x"}, 2.0, sources=("settled", "structured:polynomial1", "first law"))
    assert "" == agreeing(law, (("settled",), ("structured:polynomial1",)))


def test_an_equation_found_in_another_place_is_its_engines(
    law_of: LawOf, problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Two genes that repress each other: what was found for one with the samples of both is the other's too."""
    law = law_of({"x": "2/(1 + y**3) - x", "y": "2/(1 + x**3) - y"})
    problem = problem_of(law, [[0.4, 0.6], [1.5, 0.1]], np.linspace(0.0, 8.0, 80), noise=0.02)
    rhs = law.equations["x"]
    some = [
        EquationCandidate("x", rhs, "structured:hill3", common=True),
        EquationCandidate("y", parse("1 - y"), "sindy"),
    ]
    sheets = sheets_of(some, problem)
    pools = pool(some, problem, per_size=6, most=20, sheets=sheets).entries
    assert (("structured:hill3",), ("structured:hill3",)) == Credits.of(sheets).beside(pools).by_equation(law)


def test_an_engine_is_told_with_the_equations_that_it_proposed(law_of: LawOf) -> None:
    """All of them, some, or a part of one; a single engine agrees with nobody."""
    law = law_of({"x": "c0*x", "y": "c1*y", "z": "c2*z"}, 1.0, 1.0, 1.0, sources=("sindy:stlsq", "operon", "pysr"))
    proposed = (("sindy:stlsq", "operon"), ("sindy:sr3",), ("operon", "sindy:stlsq"))
    assert "3 engines: operon (x and z), pysr (in part), sindy" == agreeing(law, proposed)
    assert "3 engines: operon, pysr, sindy" == agreeing(law, ())
    assert "" == agreeing(law_of({"x": "c0*x"}, 1.0, sources=("sindy:sr3", "sindy:stlsq", "selection:pairs")), ())

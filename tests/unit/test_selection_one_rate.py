"""Laws of one rate in all of their equations."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.selection.pool import pool
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

GROWTH = {"x": "x*s/(1 + s)", "s": "-2*x*s/(1 + s)"}


@pytest.fixture(scope="module")
def batch(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Cells that grow on a substrate until none is left, by Monod's law."""
    return problem_of(law_of(GROWTH), [[0.1, 4.0]], np.linspace(0.0, 6.0, 40), noise=0.01)


def candidates(**sides: list[str]) -> list[EquationCandidate]:
    """Candidates of each state from texts."""
    return [EquationCandidate(state, parse(text), "hand") for state, texts in sides.items() for text in texts]


def rates(found: list[EquationCandidate], problem: DiscoveryProblem, one_rate: int = 2) -> list[str]:
    """The first equations of the laws of one rate."""
    pools = pool(found, problem, per_size=2, most=9, one_rate=one_rate)
    return [str(law.skeletons[0]) for law in pools.of_one_rate]


def test_a_rate_in_all_equations_is_a_law(batch: DiscoveryProblem) -> None:
    """Each equation keeps its own constant inside and fits its factor; a rate of one equation alone is none."""
    found = candidates(x=["0.9*x*s/(0.8 + s)", "0.3*x*s"], s=["-2.2*x*s/(1.1 + s)", "-x"])
    (law,) = pool(found, batch, per_size=2, most=9, one_rate=2).of_one_rate
    assert (0.8, 1.1) == pytest.approx(law.constants[1::2])
    assert (1.0, -2.0) == pytest.approx(law.constants[::2], rel=0.15)
    assert ("c0*s*x/(c1 + s)", "c2*s*x/(c3 + s)") == tuple(map(str, law.skeletons))


def test_of_each_number_of_constants_the_likeliest_are_kept(batch: DiscoveryProblem) -> None:
    """A rate with more constants takes no other's place."""
    texts = ["x*s/(1.1 + s)", "x*s/(1 + s**2)", "0.5*x*s", "0.4*x*s*exp(-0.3*s)", "0.4*s", "0.1*x"]
    found = candidates(x=texts, s=[f"-2*{text}" for text in texts])
    assert ["c0*s*x/(c1 + s)", "c0*s*x"] == rates(found, batch, one_rate=1)
    assert 4 == len(rates(found, batch, one_rate=2))


def test_sums_are_no_rates(batch: DiscoveryProblem) -> None:
    """What equations do not share is added later."""
    sums = candidates(x=["x*s/(1 + s) - 0.1*x"], s=["-2*x*s/(1 + s) + 0.1*x"])
    assert [] == rates(sums, batch)


def test_one_equation_shares_nothing(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Of one state every equation is in the pool already."""
    problem = problem_of(law_of({"x": "-x"}), [[1.0]], np.linspace(0.0, 2.0, 20), noise=0.01)
    assert [] == rates(candidates(x=["-x"]), problem)


def test_no_rates_are_looked_for_where_none_are_asked(batch: DiscoveryProblem) -> None:
    """A second look varies one equation at a time."""
    found = candidates(x=["x*s/(1 + s)"], s=["-2*x*s/(1 + s)"])
    assert () == pool(found, batch, per_size=2, most=9).of_one_rate

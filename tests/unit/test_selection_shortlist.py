"""Which candidates are put into families: what may be kept is among them, whatever else there is."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from discovery.library.grammar import monomials
from discovery.problems.response import responses_of
from discovery.selection import sheet
from discovery.selection.families import families_of
from discovery.selection.pool import sheets_of
from discovery.selection.shortlist import AT_LEAST, OF_EACH_SIZE, shortlist
from discovery.symbolic.writing import weighted_sum
from discovery.types import DiscoveryProblem, EquationCandidate, Law

COUNT = 160
Candidates = tuple[tuple[str, ...], sheet.Tested]


@pytest.fixture(scope="module")
def tested(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> Candidates:
    """Sources and tests of all sums of up to four of twelve monomials, for a state that grows and is eaten."""
    law = law_of({"x": "x - 0.5*x*y", "y": "0.4*x*y - 0.6*y"})
    problem = problem_of(law, [[2.0, 1.0]], np.linspace(0.0, 12.0, COUNT // 2), noise=0.01)
    terms = monomials(problem.names, 4)[:12]
    sums = [chosen for size in (1, 2, 3, 4) for chosen in combinations(terms, size)]
    assert len(sums) == 793
    alike = [EquationCandidate("x", weighted_sum([1.0] * len(one), one), "structured:one") for one in sums]
    twice = [EquationCandidate("x", weighted_sum([2.0] * len(one), one), "sindy:two") for one in sums]
    (response,) = [one for one in responses_of(problem, {}) if one.state == "x"]
    every = sheets_of([*alike, *twice], problem)["x"]
    return every.sources, every.tested(response)


def test_all_are_looked_at_where_they_are_few(tested: Candidates) -> None:
    """Of one support all that have it, as they may have other signs."""
    sources, candidates = tested
    assert len(candidates.misfits) == 2 * len(sources)
    assert AT_LEAST > 793
    assert shortlist(candidates, COUNT, 10).all()


def test_what_is_kept_is_looked_at(tested: Candidates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a fifth of the supports come the same fifteen shortest families, with the sources that they had."""
    sources, candidates = tested
    monkeypatch.setattr("discovery.selection.shortlist.AT_LEAST", 0)
    among = shortlist(candidates, COUNT, 32)
    supports = {candidates.sums.row(int(i))[0] for i in np.flatnonzero(among)}
    assert 160 <= len(supports) <= 160 + 5 * OF_EACH_SIZE

    def shortest(among: np.ndarray | None) -> list[tuple[str, tuple[str, ...]]]:
        found = sorted(families_of(sources, candidates, among=among), key=lambda one: one.nats(COUNT))
        return [(str(one.skeleton), one.sources) for one in found[:15]]

    assert shortest(None) == shortest(among)


def test_the_best_of_every_size_is_looked_at(tested: Candidates, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is: what is kept is of every size."""
    monkeypatch.setattr("discovery.selection.shortlist.AT_LEAST", 0)
    _, candidates = tested
    sizes = np.diff(candidates.sums.coefficients.indptr)
    assert {1, 2, 3, 4} <= set(sizes[shortlist(candidates, COUNT, 0)].tolist())


def test_equations_of_whole_laws_are_looked_at_in_any_case(tested: Candidates) -> None:
    """They were fitted to trajectories, which see more than the samples' responses."""
    sources, candidates = tested
    none = np.zeros(len(candidates.misfits), dtype=bool)
    assert families_of(sources, candidates, among=none) == []
    found = families_of(sources, candidates, {"sindy:two"}, among=none)
    assert found
    assert {("sindy:two",)} == {one.sources for one in found}

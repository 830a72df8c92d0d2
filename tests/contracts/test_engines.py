"""What every search engine owes, whoever wrote it. Abilities are tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp

from discovery import registry
from discovery.errors import BackendMissing
from discovery.protocols import Deadline, SearchEngine
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

# Smaller than the defaults, so that the obligations of all engines are checked in seconds.
SMALL: dict[str, dict[str, object]] = {
    "operon": {"evaluations": 1500, "population": 100, "max_points": 60, "families": ("polynomial", "transcendental")},
    "pysr": {"unary": (), "iterations": 1, "max_size": 7},
    "sindy": {"thresholds": 3, "bags": 2, "keep": 1},
    "structured": {"largest": 3, "beam": 4},
}
# Engines that are extras; what the others need is installed with the program, so that its lack is a failure.
EXTRAS = {"pysr"}
Found = tuple[EquationCandidate | Law, ...]


def engine(name: str) -> SearchEngine:
    """The engine at a small setting; skips where the package of an extra is missing."""
    try:
        return registry.load("search", name)(**SMALL.get(name, {}))
    except BackendMissing as error:
        if name not in EXTRAS:
            raise
        pytest.skip(str(error))


def search(name: str, problem: DiscoveryProblem, seed: int = 3, **options: Any) -> Found:
    """What the engine finds; skips where a program that an extra needs beside its packages is missing."""
    try:
        return engine(name).search(problem, seed=seed, **options)
    except BackendMissing as error:
        if name not in EXTRAS:
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def problem(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Two short runs of two states, noisy, some values missing."""
    law = law_of({"u": "v", "v": "-2*u - 0.3*v + u**2/5"})
    times = np.linspace(0.0, 6.0, 50)
    return problem_of(law, [[1.0, 0.0], [-0.5, 1.0]], [times, times[:30]], noise=0.02, missing=0.05)


@pytest.fixture(scope="module")
def answers(problem: DiscoveryProblem) -> Callable[[str], Found]:
    """The candidates of each engine at seed 3, computed once."""
    known: dict[str, Found] = {}

    def answer(name: str) -> Found:
        if name not in known:
            known[name] = search(name, problem)
        return known[name]

    return answer


def expressions(found: Found) -> list[sp.Expr]:
    """All right-hand sides, numbers written in."""
    return [rhs for one in found for rhs in (one.equations.values() if isinstance(one, Law) else [one.expression])]


def test_the_four_engines_are_found() -> None:
    """The registry finds the plug-ins by their files, without importing them."""
    assert {"operon", "pysr", "sindy", "structured"} <= set(registry.names("search"))


@pytest.mark.parametrize("name", registry.names("search"))
def test_one_seed_gives_one_answer(name: str, problem: DiscoveryProblem, answers: Callable[[str], Found]) -> None:
    """The same problem and seed give the same candidates, to the last digit and in the same order."""
    assert answers(name) == search(name, problem)


@pytest.mark.parametrize("name", registry.names("search"))
def test_candidates_are_of_the_problem_s_states(
    name: str, problem: DiscoveryProblem, answers: Callable[[str], Found]
) -> None:
    """Candidates name a state, and hold no symbol but states and time; there is at least one."""
    found = answers(name)
    assert found
    allowed = {symbol(state) for state in (*problem.names, "t")}
    for one in found:
        assert one.states == problem.names if isinstance(one, Law) else one.state in problem.names
    assert all(rhs.free_symbols <= allowed for rhs in expressions(found))


@pytest.mark.parametrize("name", registry.names("search"))
def test_candidates_are_real_and_finite(name: str, answers: Callable[[str], Found]) -> None:
    """No infinity, NaN or imaginary number stands in a right-hand side."""
    for rhs in expressions(answers(name)):
        assert not rhs.has(sp.I, sp.oo, -sp.oo, sp.zoo, sp.nan)
        assert all(np.isfinite(float(number)) for number in rhs.atoms(sp.Number))


@pytest.mark.parametrize("name", registry.names("search"))
def test_sources_begin_with_the_engine_s_name(name: str, answers: Callable[[str], Found]) -> None:
    """The report says who found a law."""
    sources = {source for one in answers(name) for source in (one.sources if isinstance(one, Law) else (one.source,))}
    assert {name} == {source.split(":")[0] for source in sources}


@pytest.mark.parametrize("name", registry.names("search"))
def test_the_problem_is_not_changed(
    name: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Arrays of the regressions, which are not read-only, are as before."""
    problem = problem_of(law_of({"u": "-u"}), [[1.0]], np.linspace(0.0, 3.0, 30), noise=0.01)
    before = [(r.states.copy(), r.targets.copy(), r.deviations.copy()) for r in problem.regressions]
    search(name, problem)
    for regression, arrays in zip(problem.regressions, before, strict=True):
        for now, then in zip((regression.states, regression.targets, regression.deviations), arrays, strict=True):
            np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", registry.names("search"))
def test_a_deadline_that_has_passed_is_no_error(name: str, problem: DiscoveryProblem) -> None:
    """An engine returns what it has, which is nothing or little."""
    found = search(name, problem, deadline=Deadline.after(0.0))
    assert isinstance(found, tuple)
    assert len(found) <= 100


@pytest.mark.parametrize("name", registry.names("search"))
def test_an_interrupt_ends_the_search(name: str, problem: DiscoveryProblem) -> None:
    """A stop that was asked for counts as a deadline that has passed."""
    deadline = Deadline()
    deadline.stop.set()
    assert len(search(name, problem, deadline=deadline)) <= 100


@pytest.mark.parametrize("name", registry.names("search"))
def test_progress_is_told(name: str, problem: DiscoveryProblem) -> None:
    """The user hears of the search at least once."""
    told: list[str] = []
    search(name, problem, progress=lambda stage, message="", fraction=None: told.append(stage))
    assert {"search"} == set(told)


@pytest.mark.parametrize("name", registry.names("search"))
def test_engines_are_configuration(name: str) -> None:
    """An engine is a frozen dataclass that can be made without arguments and copied with changes."""
    made = engine(name)
    assert made == replace(made)  # type: ignore[type-var]
    field = next(iter(made.__dataclass_fields__))  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=f"cannot assign to field '{field}'"):
        setattr(made, field, None)

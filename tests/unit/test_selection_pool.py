"""The pool: families merged, sources kept, the best of every size."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.selection.pool import Entry, law_of, pool, split
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law


def candidate(text: str, source: str = "structured:polynomial2", state: str = "x") -> EquationCandidate:
    """A candidate from text."""
    return EquationCandidate(state, parse(text), source)


@pytest.fixture(scope="module")
def logistic(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Clean logistic growth, x' = x - x²/2."""
    return problem_of(law_of({"x": "x - x**2/2"}), [[0.1], [3.0]], np.linspace(0.0, 6.0, 80))


@pytest.fixture
def entries(logistic: DiscoveryProblem) -> Callable[..., tuple[Entry, ...]]:
    """The pool of x from texts or candidates."""

    def make(*found: str | EquationCandidate | Law, per_size: int = 2, most: int = 40) -> tuple[Entry, ...]:
        candidates = [candidate(one) if isinstance(one, str) else one for one in found]
        return pool(candidates, logistic, per_size=per_size, most=most).entries["x"]

    return make


def test_one_family_is_one_entry_with_the_better_constants(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """However often and in which order it is proposed."""
    for texts in (("0.9*x - 0.4*x**2", "x - x**2/2"), ("x - x**2/2", "0.9*x - 0.4*x**2")):
        (entry,) = entries(*texts)
        assert {"x": "-0.5*x**2 + 1.0*x"} == {s: str(rhs) for s, rhs in law_of([entry]).equations.items()}


def test_ways_of_writing_are_one_family(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """Products are multiplied out before families are compared."""
    assert 1 == len(entries("x - x**2/2", "x*(1 - x/2)"))


def test_merged_entries_keep_the_sources_of_all(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """The verdict counts the engines that agree."""
    found = entries(
        candidate("x - x**2/2", "sindy:stlsq"), candidate("1.01*x - 0.5*x**2", "operon:polynomial"),
        candidate("0.99*x - 0.5*x**2", "structured:polynomial2"), candidate("x*(1 - x/2)", "pysr"),
    )  # fmt: skip
    assert {"sindy:stlsq", "operon:polynomial", "structured:polynomial2", "pysr"} == set(found[0].sources)


def test_the_true_law_comes_first(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """Entries are in order of their static score."""
    found = entries("0.3*x", "x - x**2/2", "0.2 + 0.8*x - 0.45*x**2 + 0.01*x**3", "0.5 - 0.1*x")
    assert parse("c0*x + c1*x**2").free_symbols == found[0].skeleton.free_symbols
    assert (1.0, -0.5) == tuple(sorted(found[0].constants, reverse=True))


def test_terms_that_do_nothing_are_dropped(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """A term of 1e-6 follows the smoother's error, not the law."""
    (entry,) = entries("x - x**2/2 + 0.000001*x**3")
    assert 2 == len(entry.constants)


@pytest.mark.parametrize("text", ["log(x - 1)", "sqrt(x - 1)", "exp(exp(20*x))", "exp(150*x)"])
def test_what_is_undefined_on_the_data_is_left_out(text: str, entries: Callable[..., tuple[Entry, ...]]) -> None:
    """No entry has an infinite error, and nothing warns."""
    found = entries(text, "x - x**2/2")
    assert 1 == len(found)


def test_every_size_survives_a_cut(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """The best of one, two, three and four constants stay, however poor their static score is."""
    texts = ["0.3*x", "0.2*x**2", "0.1*x**3", "x - x**2/2", "0.9*x - 0.1*x**3", "0.1 + x - x**2/2"]
    found = entries(*texts, "0.1 + 0.9*x - 0.4*x**2 - 0.1*x**3", per_size=1, most=4)
    assert {1, 2, 3, 4} == {len(entry.constants) for entry in found}


def test_each_engine_keeps_its_best_of_a_size(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """A crowd from one engine does not push out another's."""
    crowd = [candidate(f"x - x**2/2 + 0.0{i}*x**{i}", "operon:polynomial") for i in range(3, 9)]
    found = entries(*crowd, candidate("x - x**2/2 + 0.1*sin(3*x)", "sindy:stlsq"), per_size=1)
    assert {"operon:polynomial", "sindy:stlsq"} == {entry.sources[0] for entry in found}


def test_states_without_candidates_have_an_empty_pool(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Each state has its own pool."""
    problem = problem_of(law_of({"x": "y", "y": "-x"}), [[1.0, 0.0]], np.linspace(0.0, 6.0, 40))
    found = pool([candidate("y")], problem, per_size=2, most=9).entries
    assert [("x", 1), ("y", 0)] == [(state, len(entries)) for state, entries in found.items()]


def test_whole_laws_are_taken_apart(law_of: Callable[..., Law]) -> None:
    """Each equation competes on its own, numbers written in, under the law's source."""
    law = law_of({"x": "c0*y", "y": "c1*x"}, 2.0, -1.0, sources=("structured:elimination",))
    found = split([law, candidate("x")])
    assert [("x", "2.0*y"), ("y", "-1.0*x"), ("x", "x")] == [(one.state, str(one.expression)) for one in found]
    assert ["structured:elimination"] * 2 == [one.source for one in found[:2]]
    assert "law" == split([law_of({"x": "x"})])[0].source


def test_laws_number_constants_through_the_equations() -> None:
    """The second equation's constants follow the first's; sources are those of all entries."""
    one = Entry("x", parse("c0*y + c1"), (1.0, 2.0), ("a", "b"))
    other = Entry("y", parse("c0*x"), (3.0,), ("b", "c"))
    law = law_of([one, other])
    assert (("x", "y"), (1.0, 2.0, 3.0), ("a", "b", "c")) == (law.states, law.constants, law.sources)
    assert (parse("c0*y + c1"), parse("c2*x")) == law.skeletons


def test_zero_is_an_entry_without_constants(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """It is the law of a state that never changes."""
    problem = problem_of(law_of({"x": "-x", "y": "0*x"}), [[1.0, 0.5]], np.linspace(0.0, 2.0, 40))
    (entry,) = pool([candidate("0", state="y")], problem, per_size=2, most=9).entries["y"]
    assert (parse("0"), ()) == (entry.skeleton, entry.constants)


def test_equal_functions_take_one_place(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """A law that is written in many ways does not crowd out the others of its size."""
    found = entries("x/(1 + x)", candidate("3*x/(3 + 3*x)", "pysr"), "2*x/(2 + 2*x)", "0.7*x - 0.3*x**3", per_size=2)
    assert 2 == len(found)
    assert {parse("c0*x/(c1*x + 1)"), parse("c0*x**3 + c1*x")} == {entry.skeleton for entry in found}
    assert ("structured:polynomial2", "pysr") in {entry.sources for entry in found}


def test_terms_over_one_denominator_are_one_fraction(entries: Callable[..., tuple[Entry, ...]]) -> None:
    """They share its constants; others keep their own, and a product of denominators is not multiplied out."""
    (one,) = entries("x/(2 + 4*x) + 3*x**2/(1 + 2*x)")
    assert (parse("(c0*x**2 + c1*x)/(1 + c2*x)"), 3, 2.0) == (one.skeleton, len(one.constants), one.constants[-1])
    (two,) = entries("x/(1 + x) + x**2/(1 + 2*x)")
    (product,) = entries("1/((1 + x)*(1 + 3*x**2))")
    assert [4, 3] == [len(two.constants), len(product.constants)]


def test_the_shortest_that_are_not_ruled_out_have_places_of_their_own(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Longer equations that follow the smoother's errors more closely do not take them."""
    noisy = problem_of(law_of({"x": "x - x**2/2"}), [[0.1]], np.linspace(0.0, 6.0, 80), noise=0.05)
    short = candidate("1.0*x - 0.5*x**2", "structured:one")
    longer = [candidate(f"{1 + k / 1000}*x - {0.5 + k / 1000}*x**2 + 0.0001*x**3") for k in range(-9, 9)]
    others = [candidate(f"0.99*x - 0.49*x**2 - 0.001*x**{k}") for k in range(4, 12)]
    kept = pool([*longer, short, *others], noisy, per_size=1, most=4).entries["x"]
    assert parse("c0*x**2 + c1*x") in {entry.skeleton for entry in kept}


@pytest.mark.parametrize(("other", "leads"), [("-sin(y)", "cos"), ("0.3*x - 0.2*y**2", "y**2")])
def test_a_function_that_another_state_has_is_stated_already(
    other: str, leads: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Where one rate is of an angle, another may be at no cost; where it is not, a parabola is the shorter."""
    law = law_of({"x": "-sin(y)", "y": "0.5 + 0.1*cos(y)"})
    problem = problem_of(law, [[0.0, 0.0], [2.0, 1.0]], np.linspace(0.0, 6.0, 60), noise=0.02)
    found = pool(
        [
            candidate("0.5 + 0.1*cos(y)", state="y"),
            candidate("0.5 + 0.1*y - 0.1*y**2", state="y"),
            candidate(other),
        ],
        problem,
        per_size=2,
        most=40,
    ).entries
    assert 2 == len(found["y"])
    assert leads in str(found["y"][0].skeleton)


def test_terms_whose_constant_is_zero_are_left_out() -> None:
    """A state that never moves has an equation without terms, as SymPy would write it."""
    law = Law(("x", "y"), (parse("c0*x + c1*y + c2"), parse("c3*x + c4")), (0.0, 2.0, 0.0, 0.0, -0.0))
    assert [parse("2.0*y"), 0] == [one.expression for one in split([law])]

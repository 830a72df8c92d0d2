"""Laws that data cannot tell apart as their inputs were, that are one in two writings, and that chaos parts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import cut
from discovery.laws import Frame, Unknown, unknown_symbol
from discovery.selection.refined import Refined, canonical_law, refine
from discovery.selection.simplifying import on_values, signed, simplified, simplified_front
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, symbol

ProblemOf = Callable[..., DiscoveryProblem]
SETTINGS = Shooting()


@pytest.mark.parametrize(
    ("course", "same", "other"),
    [
        ([0.0, 3.0, 0.0], ["u", "u**2", "u**4", "sign(u)"], ["exp(u)"]),
        ([-3.0, 3.0, 0.0], ["u", "u**3", "sign(u)"], ["u**2"]),
        ([0.0, 1.0, 2.0], ["u"], ["u**2", "u**3", "sign(u)"]),
    ],
)
def test_powers_of_a_switch_are_the_switch(
    course: list[float], same: list[str], other: list[str], problem_of: ProblemOf, law_of: Callable[..., Law]
) -> None:
    """Whoever sees an input off and on knows no power of it from another; of three levels they are apart."""
    x, u = symbol("x"), symbol("u")
    frame = Frame(("x",), (unknown_symbol("f"),), (Unknown("f", ("x", "u"), (x, u)),), (), ("u",))
    problem = problem_of(law_of({"x": "-c0*x"}, 1.0), [[1.0]], np.linspace(0.0, 2.0, 3))
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 10)
    windows = replace(windows, drives=np.array(course)[:, None], held=(True,))
    laws = [frame.law((parse(f"c0*x + c1*{text}", ("x", "u", "c0", "c1")),), (-1.0, 2.0)) for text in same + other]
    forms = [canonical_law(on_values(law, windows)).skeletons for law in laws]
    assert {forms[0]} == set(forms[: len(same)])
    assert 1 + len(other) == len(set(forms))


@pytest.mark.parametrize(
    ("course", "held", "alike"),
    [([0.0, 3.0, 0.0], True, True), ([0.0, 1.0, 2.0], True, False), ([0.0, 3.0, 0.0], False, False)],
)
@pytest.mark.parametrize(
    "function", ["cos(u)", "exp(-c3*u)", "x*log(2 + u)", "u/(c3 + u)", "sqrt(1 + u)", "1/(1 + exp(c3*u))", "u*cos(u)"]
)
def test_functions_of_a_switch_are_lines(
    function: str, course: list[float], held: bool, alike: bool, problem_of: ProblemOf, law_of: Callable[..., Law]
) -> None:
    """They have two values, which a line has, too; not where an input is interpolated and has all between."""
    x, u = symbol("x"), symbol("u")
    frame = Frame(("x",), (unknown_symbol("f"),), (Unknown("f", ("x", "u"), (x, u)),), (), ("u",))
    problem = problem_of(law_of({"x": "-c0*x"}, 1.0), [[1.0]], np.linspace(0.0, 2.0, 3))
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 10)
    windows = replace(windows, drives=np.array(course)[:, None], held=(held,))
    names = ("x", "u", "c0", "c1", "c2", "c3")
    plain = "x*u" if function.startswith("x") else "u"
    law = frame.law(
        (parse(f"c0*x + c1*{function} + c2", names),), (-1.0, 2.0, 0.7, 0.4)[: 4 if "c3" in function else 3]
    )
    line = frame.law((parse(f"c0*x + c1*{plain} + c2", names),), (-1.0, 2.0, 0.7))
    forms = [canonical_law(on_values(one, windows)).skeletons for one in (law, line)]
    assert alike == (forms[0] == forms[1])


def test_what_has_no_value_without_the_input_stays(problem_of: ProblemOf, law_of: Callable[..., Law]) -> None:
    """exp(-k/u) is 0 as u goes to 0, for which no number can be put in; laws that differ beside it stay two."""
    x, u = symbol("x"), symbol("u")
    frame = Frame(("x",), (unknown_symbol("f"),), (Unknown("f", ("x", "u"), (x, u)),), (), ("u",))
    problem = problem_of(law_of({"x": "-c0*x"}, 1.0), [[1.0]], np.linspace(0.0, 2.0, 3))
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 10)
    windows = replace(windows, drives=np.array([[0.0], [3.0], [0.0]]), held=(True,))
    names = ("x", "u", "c0", "c1", "c2")
    laws = [frame.law((parse(f"c0*{one} + c1*exp(-c2/u)", names),), (-1.0, 2.0, 0.7)) for one in ("x", "x**3")]
    forms = [canonical_law(on_values(one, windows)).skeletons for one in laws]
    assert forms[0] != forms[1]
    assert "nan" not in str(forms)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [([1.0, 2.0], "c0*x + c1"), ([-1.0, -2.0], "-c0*x - c1"), ([1.0, -1.0], "c0*Abs(x) + c1*sign(x)")],
)
def test_sizes_and_signs_of_states_are_as_they_were_measured(
    starts: list[float], expected: str, problem_of: ProblemOf, law_of: Callable[..., Law]
) -> None:
    """Noise near zero is no other sign; a state that has both keeps its functions."""
    problem = problem_of(law_of({"x": "-c0*x"}, 1.0), [[x] for x in starts], np.linspace(0.0, 9.0, 60), noise=0.01)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 100)
    law = signed(law_of({"x": "c0*Abs(x) + c1*sign(x)"}, 1.0, 2.0), windows)
    assert law_of({"x": expected}, 1.0, 2.0).skeletons == law.skeletons


def fitted(problem: DiscoveryProblem, law: Law) -> Refined:
    """The law on whole runs."""
    found = refine(law, cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000))
    assert found is not None
    return found


def test_a_law_written_otherwise_is_the_same(law_of: Callable[..., Law], problem_of: ProblemOf) -> None:
    """x/(1 + x) and 1 - 1/(1 + x) do not tie with each other: the shorter is left, and so is one that differs."""
    problem = problem_of(law_of({"x": "-x/(1 + x)"}), [[3.0]], np.linspace(0.0, 4.0, 60), noise=0.01)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    one, other, far = (
        fitted(problem, law_of({"x": text})) for text in ("-x/(1 + x)", "-1 + 1/(1 + x)", "-x/(1.01 + x)")
    )
    front = simplified_front([one, other, far], windows, SETTINGS, threads=1)
    assert 2 == len(front)
    assert far.law in [item.law for item in front]


def test_the_size_of_what_keeps_its_sign_is_no_rival(law_of: Callable[..., Law], problem_of: ProblemOf) -> None:
    """Of a concentration, |x| and x sign(x) are x, whatever noise does near zero; one that fits otherwise stays."""
    problem = problem_of(law_of({"x": "-c0*x"}, 0.7), [[1.0]], np.linspace(0.0, 9.0, 60), noise=0.01)
    assert problem.trajectories[0].states.min() < 0.0
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    one, size, sign = (fitted(problem, law_of({"x": x}, 0.7)) for x in ("-c0*x", "-c0*Abs(x)", "-c0*x*sign(x)"))
    size, sign = replace(size, score=one.score + 4.0), replace(sign, score=one.score + 5.0)
    assert [one.law] == [item.law for item in simplified_front([one, size, sign], windows, SETTINGS, threads=1)]
    apart = replace(size, fit=replace(size.fit, cost=size.fit.cost + 1.0))
    assert 2 == len(simplified_front([one, apart], windows, SETTINGS, threads=1))


def test_a_chaotic_law_is_led_to_its_relations(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """On a long window, starts of constants one deviation away are on another solution, and a refit would be lost."""
    lorenz = {"x": "c0*x + c1*y", "y": "c2*x*z + c3*x + c4*y", "z": "c5*x*y + c6*z"}
    law = law_of(lorenz, -10.0, 10.0, -1.0, 28.0, -1.0, 1.0, -8.0 / 3.0)
    problem = problem_of(law, [[-8.0, 7.0, 27.0]], np.linspace(0.0, 10.0, 512), noise=0.01)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 512)
    free = refine(law, windows, starts=np.array([[-8.0, 7.0, 27.0]]), settings=SETTINGS)
    assert free is not None
    found = simplified(free, windows, SETTINGS)
    assert {"-x*z", "x*y"} <= {str(term) for skeleton in found.law.skeletons for term in skeleton.args}
    assert len(found.law.constants) <= 4
    assert found.fit.misfit < free.fit.misfit + 0.02

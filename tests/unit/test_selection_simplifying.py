"""Laws that data cannot tell apart as their inputs were."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import cut
from discovery.laws import Frame, Unknown, unknown_symbol
from discovery.selection.refined import canonical_law
from discovery.selection.simplifying import on_values, signed
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, symbol

ProblemOf = Callable[..., DiscoveryProblem]


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

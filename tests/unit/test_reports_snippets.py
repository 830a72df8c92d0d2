"""Laws as code to paste."""

import numpy as np
import pytest

from discovery.reports.snippets import python_text, sympy_text
from discovery.symbolic.parse import parse
from discovery.types import symbol


def run(text: str):
    """The function that the text defines."""
    scope: dict = {}
    exec(text, scope)
    return scope["law"]


@pytest.mark.parametrize(
    "rhs", ["c0*x", "c0*sin(x)*exp(-x/2)", "c0*abs(x)**1.5 + log(x)", "c0/(1 + x**2)", "cot(x)", "sqrt(x) - tanh(c0*x)"]
)
def test_the_function_gives_the_law_of_one_state_and_of_many(rhs, law_of):
    """As SymPy evaluates it, on a state and on an array of states."""
    law = law_of({"x": rhs}, 0.7)
    function = run(python_text(law))
    expected = [float(law.equations["x"].xreplace({symbol("x"): value})) for value in (0.3, 1.2)]
    assert expected == pytest.approx([float(function(0.0, [value])[0]) for value in (0.3, 1.2)])
    assert np.shape(function(0.0, np.array([[0.3, 1.2]]))) == (1, 2)


def test_a_state_named_as_the_package_does_not_hide_it(law_of):
    """A column may be called numpy."""
    function = run(python_text(law_of({"numpy": "c0*sin(numpy)*y", "y": "c1*numpy"}, 2.0, 3.0)))
    assert [2.0 * np.sin(0.5) * 4.0, 1.5] == pytest.approx(function(0.0, [0.5, 4.0]).tolist())


def test_the_text_for_sympy_reads_back(law_of):
    """With fifteen digits, as SymPy writes numbers."""
    law = law_of({"x": "c0*x*y", "y": "c1"}, 0.123456789, -3.0)
    texts = eval(sympy_text(law))
    assert law.equations == {state: parse(text) for state, text in texts.items()}

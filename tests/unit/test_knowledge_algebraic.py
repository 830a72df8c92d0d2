"""Columns that are told by their value at each time."""

import pytest
import sympy as sp

from discovery.errors import DiscoveryError
from discovery.knowledge.dimensions import consistent, constant_units, exponents
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.laws import told_symbol
from discovery.samples import symbol


def told(columns: str, *sentences: str, inputs: str = "", discrete: bool = False) -> Knowledge:
    """What is understood of these columns."""
    states, drives = ({c: c for c in names.split()} for names in (columns, inputs))
    return understand(sentences, Names(states, drives, discrete=discrete))


CELL = ("V = E - R*I - u", "u' = -u/tau + I/C")


def test_a_column_by_its_value_is_algebraic() -> None:
    """A cell's voltage: its state is hidden, its constants are free."""
    frame = told("V", *CELL, inputs="I").frame
    assert (("V", "u"), ("V",)) == (frame.states, frame.algebraic)
    assert told_symbol("E") - told_symbol("R") * symbol("I") - symbol("u") == frame.templates[0]


def test_its_side_takes_its_place_in_other_equations() -> None:
    """No algebraic state stands in a template, whatever the order of the sentences."""
    frame = told("N x", "x' = -k*x*N", "N = x + y", "y' = k*x*N - T", "T = 2*N").frame
    assert ("N",) == frame.algebraic
    total = symbol("x") + symbol("y")
    assert (total, -told_symbol("k") * symbol("x") * total) == frame.templates[:2]
    frame = told("a b x", "a = 2*b", "b = x + 1", "x' = -k*x").frame
    assert ("a", "b") == frame.algebraic
    assert 2 * (symbol("x") + 1) == frame.templates[0]


def test_what_is_conserved_may_hold_one() -> None:
    """N = J + A is a word for the sum."""
    known = told("N", "N = J + A", "J' = k*A - J", "A' = J - k*A", "N = const")
    assert symbol("J") + symbol("A") == known.conserved[0].quantity
    with pytest.raises(DiscoveryError, match="contradicts the equations"):
        told("N", "N = J + A", "J' = k*A - J", "A' = J - 2*k*A", "N = const")


def test_an_input_by_derivatives_of_states_tells_one_of_them() -> None:
    """A voltage that drives a coil: its current has the derivative."""
    frame = told("i", "V = R*i + L*di/dt", inputs="V").frame
    assert (("i",), ()) == (frame.states, frame.algebraic)
    expected = (symbol("V") - told_symbol("R") * symbol("i")) / told_symbol("L")
    assert 0 == sp.expand(frame.templates[0] - expected)


@pytest.mark.parametrize(
    ("columns", "sentences", "message"),
    [
        ("V", ("V = V + x", "x' = -x"), "V is told by way of itself"),
        ("a b x", ("a = b + x", "b = a - 1", "x' = -x"), "is told by way of itself"),
        ("V", ("V = x + f(x)", "x' = -x"), "write what is known of f, with free constants at most"),
        ("V x", ("V = 2*x",), "tell x' = ... too"),
        ("V x", ("V = 2*x", "x = 3*V"), "but nothing has a derivative"),
        ("V", ("V = 2*x", "V' = -V", "x' = V"), "The equation of V is told twice"),
        ("V", ("V = 3", "V' = -V"), "V is a column, which is no constant"),
        ("V", ("V = x", "x' = -x", "z' = -z"), "There is no column 'z'"),
    ],
)
def test_what_does_not_fit_is_refused(columns: str, sentences: tuple[str, ...], message: str) -> None:
    """Before anything is computed, with the way out."""
    with pytest.raises(DiscoveryError, match=message):
        told(columns, *sentences)


def test_of_a_map_no_column_is_told_so() -> None:
    """Its rows are next values."""
    with pytest.raises(DiscoveryError, match=r"Of a map next values are told, as in next V = \.\.\."):
        told("V x", "V = 2*x", "next x = r*x", discrete=True)


def test_its_unit_is_that_of_the_column() -> None:
    """And not that of a rate: R is in V/A, E in V."""
    frame = told("V", *CELL, inputs="I").frame
    law = frame.law((), (1.0, 1.0, 1.0, 1.0))
    units = {"V": "V", "I": "A", "u": "V", "t": "s"}
    assert {"E": "V", "R": "V A⁻¹", "tau": "s", "C": "A s V⁻¹"} == dict(
        zip(law.called, constant_units(law, units), strict=True)
    )
    dimensions = {name: exponents(unit) for name, unit in units.items()}
    assert consistent(law, dimensions)
    assert not consistent(told("V", "V = u + I", *CELL[1:], inputs="I").frame.law((), (1.0, 1.0)), dimensions)

"""Results as tables of pandas, and equations as text."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.reports import tables, text


@pytest.fixture
def result(law_of, result_of):
    """A law with an inner constant and one that serves two equations; a rival without intervals."""
    law = law_of(
        {"x": "c0*x/(c1 + x) - c2*y", "y": "-c2*(x + y) + 2*c0*y**2 - x"}, 1.25, 0.5, 3.0, sources=("sindy:a",)
    )
    rival = law_of({"x": "c0*x", "y": "-y"}, 0.12345678, sources=("operon", "sindy:b"))
    return result_of(law, [0.5, 0.4], headers=["x [m]", "speed"], rivals=[rival], simulated=False)


def test_each_constant_stands_with_its_terms(result) -> None:
    """By number, then by equation; the bounds are those of the law."""
    table = tables.constants(result)
    assert [
        ("x [m]", "c0*x/(c1 + x)", "c0"),
        ("speed", "2*c0*y**2", "c0"),
        ("x [m]", "c0*x/(c1 + x)", "c1"),
        ("x [m]", "-c2*y", "c2"),
        ("speed", "-c2*(x + y)", "c2"),
    ] == list(table[["state", "term", "constant"]].itertuples(index=False, name=None))
    np.testing.assert_allclose(table["low"], 0.9 * table["value"])
    np.testing.assert_allclose(table["high"], 1.1 * table["value"])


def test_each_constant_has_its_unit(law_of, result_of) -> None:
    """By the columns and their time; 1 where it has none, and nothing where the columns do not tell it."""
    law = law_of({"x": "-c0*x + c1*x**(1 + c2) + c3*u", "u": "-c0*u"}, 1.0, 2.0, 0.5, 3.0)
    result = result_of(law, [0.5, 0.4], headers=["x [-]", "u"], simulated=False)
    told = tables.constants(replace(result, time_name="time_h"))
    assert {"c0": "h⁻¹", "c1": "h⁻¹", "c2": "1", "c3": ""} == dict(zip(told["constant"], told["unit"], strict=True))


def test_without_a_law_there_are_columns_and_no_rows(result) -> None:
    """So that code that reads them goes on."""
    none = replace(result, ranking=replace(result.ranking, front=()))
    assert ["state", "term", "constant", "value", "low", "high", "unit"] == list(tables.constants(none).columns)
    assert 0 == len(tables.constants(none)) == len(tables.front(none))


def test_the_front_is_a_table_by_rank(result) -> None:
    """Score and gap, what was measured, who proposed it, and the equations in the user's names."""
    table = tables.front(result)
    assert "rank" == table.index.name
    assert [1, 2] == list(table.index)
    assert [0.0, 10.0] == list(table["gap"])
    assert ["sindy", "operon, sindy"] == list(table["engines"])
    assert ["0.1235*x", "-y"] == list(table.loc[2, ["(x [m])'", "(speed)'"]])


@pytest.mark.parametrize(("precision", "expected"), [(2, "0.12*x"), (4, "0.1235*x"), (12, "0.12345678*x")])
def test_numbers_are_rounded_to_significant_digits(precision: int, expected: str, law_of) -> None:
    """As many as asked for."""
    law = law_of({"x": "c0*x"}, 0.12345678)
    assert (expected,) == text.right_hand_sides(law, precision)
    assert (f"(x)' = {expected}",) == text.lines(law, precision)


def test_columns_are_called_as_people_call_them(law_of, result_of) -> None:
    """S and not S_, which code needs, as the terminal calls it; where no headers are given, as code does."""
    law = law_of({"S_": "c0*S_*I_", "x": "c1*S_"}, -0.5, 2.0)
    result = replace(result_of(law, [0.5, 0.4], headers=["S [g/L]", "x"], simulated=False), inputs={"I_": "I"})
    assert ["-0.5*I*S", "2.0*S"] == list(tables.front(result).loc[1, ["(S [g/L])'", "(x)'"]])
    assert ["c0*I*S", "c1*S"] == list(tables.constants(result)["term"])
    assert ("(S)' = -0.5*I*S", "(x)' = 2.0*S") == text.lines(law, headers=text.columns_of(result))
    assert ("(S_)' = -0.5*I_*S_", "(x)' = 2.0*S_") == text.lines(law)

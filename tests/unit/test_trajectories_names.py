"""Headers become identifiers that expressions can hold."""

import keyword

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.trajectories.names import is_safe, read_as, safe_names

AWKWARD = st.sampled_from(
    ["t", "c0", "c12", "I", "S", "beta", "lambda", "", "_", "x [m]", "x (m)", "µ", "1st", "x", "x_2"]
)
HEADERS = st.lists(st.one_of(st.text(max_size=12), AWKWARD), unique=True, max_size=12)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("x", "x"),
        ("hare_thousands", "hare_thousands"),
        ("T", "T"),
        ("t", "t_"),
        ("c0", "c0_"),
        ("c", "c"),
        ("I", "I_"),
        ("S", "S_"),
        ("beta", "beta_"),
        ("gamma", "gamma_"),
        ("pi", "pi_"),
        ("re", "re_"),
        ("lambda", "lambda_"),
        ("None", "None_"),
        ("square", "square_"),
        ("_x", "_x"),
        ("__class__", "class_"),
        ("stats", "stats_"),
        ("v [m/s]", "v"),
        ("v(m/s)", "v"),
        ("N [1/ml]", "N_"),
        ("x(1)", "x_1"),
        ("[m]", "m"),
        ("100%", "x_100"),
        ("<script>", "script"),
        ("a$b{c}", "a_b_c"),
        ("hare count", "hare_count"),
        ("µ", "mu"),
        ("Δx", "Deltax"),
        ("θ̇", "theta"),
        ("x₁", "x1"),
        ("Größe", "Gro_e"),
        ("température", "temperature"),
        ("速度", "x_"),
        ("DO conc, mg/L (LGR S/N: 10312345, SEN S/N: 10312345)", "DO_conc"),
        ("Temp, °C", "Temp"),
        ("", "x_"),
    ],
)
def test_a_header_becomes_the_identifier_that_resembles_it_most(header: str, name: str) -> None:
    """What is safe is kept; the rest is transliterated, cut and marked."""
    assert {name: header} == safe_names([header])


def test_a_header_that_is_safe_keeps_its_name_before_one_that_would_become_it() -> None:
    """``x [m]`` must not take the name of a column ``x`` further right."""
    assert {"x_2": "x [m]", "x": "x", "x_3": "x (m)"} == safe_names(["x [m]", "x", "x (m)"])


def test_numbers_never_make_a_name_of_a_constant() -> None:
    """``c0`` is a constant of laws; a second ``c`` must not become one."""
    assert ["c", "c_2"] == list(safe_names(["c", "c [1]"]))


@settings(deadline=None, derandomize=True)
@given(HEADERS)
def test_names_are_unique_identifiers_in_the_order_of_the_headers(headers: list[str]) -> None:
    """Every header has a name, and the name can stand in an expression."""
    names = safe_names(headers)
    assert headers == list(names.values())
    for name in names:
        assert name.isascii()
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not hasattr(sp, name)
        assert is_safe(name)


@settings(deadline=None, derandomize=True)
@given(HEADERS)
def test_names_of_names_are_the_names(headers: list[str]) -> None:
    """What was made safe once stays as it is."""
    names = list(safe_names(headers))
    assert names == list(safe_names(names))


def test_people_read_the_names_that_code_cannot_have():
    """Where only an underscore was added; what means something else in a formula keeps it."""
    headers = ["I", "S (g/L)", "lambda", "x", "µ", "t", "exp", "pi", "c0", "E_"]
    assert {"I_": "I", "S_": "S", "lambda_": "lambda"} == read_as(safe_names(headers))


def test_an_index_in_brackets_becomes_the_number_of_the_name() -> None:
    """``q[0]`` is q_0 and ``q[1]`` q_1, which can be typed; no number is off by one."""
    headers = ["q[0]", "q[1] [rad]", "xyz[2]", "P[0,1]", "c[0]", "XKF1[0].VD"]
    assert ["q_0", "q_1", "xyz_2", "P_0_1", "c_0", "XKF1_0_VD"] == list(safe_names(headers))

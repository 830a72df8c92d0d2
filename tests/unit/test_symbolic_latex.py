"""Typesetting of names, numbers and expressions in LaTeX."""

import pytest

from discovery.symbolic.latex import LatexPen, Typesetter
from discovery.symbolic.lettering import escape, printable, split_name
from discovery.symbolic.parse import parse

NAMES = {
    "x": "x",
    "x_1": "x_{1}",
    "x1": "x_{1}",
    "x₁": "x_{1}",
    "x_max": r"x_{\mathrm{max}}",
    "theta": r"\theta",
    "theta_2": r"\theta_{2}",
    "μ": r"\mu",
    "µ": r"\mu",
    "hare_thousands": r"\mathrm{hare\_thousands}",
    "100%": r"\text{100\%}",
    "a$b{c}": r"\text{a\$b\{c\}}",
    "<script>": r"\text{\textless{}script\textgreater{}}",
    r"\input{/etc/passwd}": r"\text{\textbackslash{}input\{/etc/passwd\}}",
    "\\": r"\text{\textbackslash{}}",
    "prey count": r"\text{prey count}",
    "T [°C]": r"\text{T [\textdegree{}C]}",
    "Größe": r"\text{Gr\"{o}\ss{}e}",
    "温": r"\text{[U+6E29]}",
}

EXPRESSIONS = {
    "c0*h - c1*h*l": r"0.482 \, h - 0.0248 \, h \, l",
    "c1*h*l + c2*l": r"- 0.915 \, l + 0.0248 \, h \, l",
    "h**2/(c1 + h**2)": r"\frac{h^{2}}{0.0248 + h^{2}}",
    "c3*h": r"1.2 \cdot 10^{-5} \, h",
    "c3**2*h": r"{\left(1.2 \cdot 10^{-5}\right)}^{2} \, h",
    "2/3*h - h/2 - 1/h": r"\frac{h}{6} - \frac{1}{h}",
    "(1 - h)*l": r"l \, \left(1 - h\right)",
    "-h*(1 - l)/(h + l)": r"- \frac{h \, \left(1 - l\right)}{h + l}",
    "sin(h)**2": r"\sin^{2}\left(h\right)",
    "exp(-h)": r"\mathrm{e}^{- h}",
    "exp(-h**2/(c0 + l**2))": r"\exp\left(- \frac{h^{2}}{0.482 + l^{2}}\right)",
    "sqrt(h) + cbrt(l)": r"\sqrt{h} + \sqrt[3]{l}",
    "abs(h)*h": r"h \, \left|h\right|",
    "log(h) + asin(l)": r"\ln\left(h\right) + \arcsin\left(l\right)",
    "sign(h)": r"\operatorname{sign}\left(h\right)",
    "2**h*c0": r"0.482 \cdot 2^{h}",
    "h**c0": "h^{0.482}",
    "h**c2": r"\frac{1}{h^{0.915}}",
    "pi*h": r"\pi \, h",
    "0.12345678*h": r"0.1235 \, h",
    "0": "0",
    "-3": "- 3",
}
NUMBERS = {"c0": "0.482", "c1": "0.0248", "c2": "-0.915", "c3": "1.2e-5"}


@pytest.mark.parametrize(("header", "expected"), NAMES.items(), ids=[ascii(name) for name in NAMES])
def test_a_name_is_printed_and_not_interpreted(header, expected):
    """Short names become mathematics; in all others each character prints as itself."""
    assert expected == LatexPen().name(header)


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS.items(), ids=list(EXPRESSIONS))
def test_an_expression_is_written_as_a_person_would(text, expected):
    """Signs are pulled out, numbers stand first, quotients and roots are built up."""
    assert expected == Typesetter(numbers=NUMBERS)(parse(text))


def test_escaped_text_is_ascii_whatever_came():
    """Every character of the first planes becomes ASCII, so that no encoding is needed to compile it."""
    assert all(escape(chr(code)).isascii() for code in range(0x3100))


@pytest.mark.parametrize(("text", "expected"), [("--", "-{}-"), ("---", "-{}-{}-"), ("''", "'{}'"), (",,", ",{},")])
def test_ligatures_of_tex_are_broken(text, expected):
    """Two hyphens stay two hyphens."""
    assert expected == escape(text)


def test_control_characters_and_direction_overrides_are_dropped():
    """A name can neither break the line nor turn the text around it."""
    assert "a bc" == printable("a\n\x00b\u202ec")


def test_names_that_would_look_alike_are_spelled_out():
    """``x1`` and ``x_1`` side by side keep their difference."""
    typeset = Typesetter(LatexPen(), {"a": "x1", "b": "x_1"})
    assert r"\mathrm{x1} + \mathrm{x\_1}" == typeset(parse("a + b"))


def test_headers_stand_for_identifiers():
    """The user's own names appear in the formula."""
    assert r"\theta \, \mathrm{prey\_count}" == Typesetter(headers={"a": "theta", "b": "prey_count"})(parse("a*b"))


def test_long_expressions_are_broken_between_terms():
    """Each line fits and all terms are there, in order, with their signs."""
    lines = Typesetter().lines(parse("a + b - a*b + a*b**2"), 11)
    assert (r"a + b", r"- a \, b", r"+ a \, b^{2}") == lines


def test_equal_texts_of_two_constants_do_not_cancel():
    """Constants that are rounded to the same text stay two constants."""
    assert r"10 \, y - 10 \, x" == Typesetter(numbers={"c0": "10", "c1": "10"})(parse("c0*y - c1*x"))


def test_the_derivative_names_state_and_time():
    """Letters stand close to the d, words apart from it."""
    typeset = Typesetter(LatexPen(), {"h": "hare", "t": "year"})
    assert r"\frac{\mathrm{d} \, \mathrm{hare}}{\mathrm{d} \, \mathrm{year}}" == typeset.derivative("h")
    assert r"\frac{\mathrm{d}x}{\mathrm{d}t}" == Typesetter().derivative("x")


@pytest.mark.parametrize("name", ["x_", "_x", "", "x_longsubscript", "x_1_2"])
def test_only_plain_short_names_are_split(name):
    """What does not look like a letter with a subscript is left whole."""
    assert (name, "") == split_name(name)


def test_constants_stand_before_what_varies():
    """Letters that are no variable, and of variables names before functions, whatever the alphabet says."""
    typeset = Typesetter(LatexPen(), {}, NUMBERS, frozenset({"a", "v"}))
    assert r"- \kappa \, v \, \left|v\right|" == typeset(parse("-kappa*v*Abs(v)"))
    assert r"0.482 \, z \, a" == typeset(parse("c0*a*z"))
    assert r"\frac{z \, a}{a + k}" == typeset(parse("z*a/(k + a)"))

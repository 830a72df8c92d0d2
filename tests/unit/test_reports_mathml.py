"""MathML of names and expressions."""

from xml.etree import ElementTree as ET

import pytest

from discovery.reports.mathml import MathMLPen
from discovery.symbolic.latex import Typesetter
from discovery.symbolic.parse import parse


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("x_1", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("theta", "<mi>θ</mi>"),
        ("<script>", "<mi>&lt;script&gt;</mi>"),
        ("a$b{c}", "<mi>a$b{c}</mi>"),
        (r"\input{/etc/passwd}", r"<mi>\input{/etc/passwd}</mi>"),
        ('"&', "<mi>&quot;&amp;</mi>"),
    ],
)
def test_a_name_is_escaped(header, expected):
    """No name becomes a tag."""
    assert expected == MathMLPen().name(header)


def test_numbers_have_a_true_minus_and_a_power_of_ten():
    """As in print, not as in a program."""
    assert "<mn>−3.1</mn>" == MathMLPen().number("-3.1")
    assert "<mrow><mn>1.2</mn><mo>⋅</mo><msup><mn>10</mn><mn>−5</mn></msup></mrow>" == MathMLPen().number("1.2e-5")


@pytest.mark.parametrize(
    "text", ["a*x/(b + x**2)", "sqrt(x) + cbrt(x + y)", "exp(-x**2/(y + 3))*sin(x)**2", "abs(x) - 2**x/3", "x**-1.5"]
)
def test_every_fraction_power_and_root_has_the_children_it_needs(text):
    """MathML draws these wrongly, without an error, if a child is missing or one too many."""
    root = ET.fromstring(f"<math>{Typesetter(MathMLPen())(parse(text))}</math>")
    needed = {"mfrac": 2, "msup": 2, "msub": 2, "mroot": 2, "msqrt": 1}
    wrong = [node.tag for node in root.iter() if node.tag in needed and len(node) != needed[node.tag]]
    assert [] == wrong


def test_a_product_is_written_in_full():
    """The whole of a small formula, sign by sign."""
    space = '<mspace width="0.17em"/>'
    expected = f"<mo>−</mo> <mrow><mn>2.5</mn>{space}<mi>x</mi>{space}<mi>y</mi></mrow>"
    assert expected == Typesetter(MathMLPen(), numbers={"c0": "-2.5"})(parse("c0*x*y"))

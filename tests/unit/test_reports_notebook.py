"""What a notebook shows of a law and a result."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from discovery.types import Finding


@pytest.fixture
def result(law_of, result_of):
    """A law in columns with odd names."""
    law = law_of({"x": "c0*x - c1*x*y", "y": "-c0*y"}, 0.8, 0.06)
    made = result_of(law, [0.5, 0.4], headers=["x_1", "<script>"], time_name="a$b{c}", simulated=False)
    findings = (Finding("good", "fits & forecasts"), Finding("caution", "few"), Finding("bad", "none"))
    return replace(made, verdict=replace(made.verdict, headline="1 < 2", findings=findings))


def test_latex_stands_between_dollar_signs(result) -> None:
    """Names of columns are escaped, constants rounded by their intervals."""
    shown = result._repr_latex_()
    assert shown.startswith(r"$$\begin{aligned} \frac{\mathrm{d}x_{1}}{")
    assert shown.endswith(r"\end{aligned}$$")
    assert r"&= 0.800 \, x_{1} - 0.0600 \, x_{1} \, " in shown
    assert r"\text{a\$b\{c\}}" in shown


def test_html_has_the_verdict_the_law_and_the_constants(result) -> None:
    """As XML that a browser shows; nothing of the data is markup."""
    shown = result._repr_html_()
    tree = ET.fromstring(shown)
    words = " ".join(tree.itertext())
    for part in ("Law found.", "1 < 2", "x_1, <script>", "0.0540", "✓ fits & forecasts", "! few", "✗ none"):
        assert part in words
    assert "<script" not in shown
    assert 2 == len(list(tree.iter("{http://www.w3.org/1998/Math/MathML}mtr")))


def test_a_law_alone_is_shown_in_its_identifiers(result) -> None:
    """Constants have four digits, as nothing is known of their intervals."""
    assert r"\frac{\mathrm{d}y}{\mathrm{d}t} &= - 0.8 \, y" in result.law._repr_latex_()
    assert ET.fromstring(result.law._repr_html_()).tag == "div"


def test_without_a_law_the_verdict_is_shown(result) -> None:
    """No LaTeX, no table."""
    none = replace(
        result, ranking=replace(result.ranking, front=()), verdict=replace(result.verdict, status="not_found")
    )
    assert none._repr_latex_() is None
    assert "No law found." in none._repr_html_()
    assert "table" not in none._repr_html_()


def test_long_equations_are_broken(law_of, result_of) -> None:
    """Into rows of the same equation."""
    law = law_of({"x": " + ".join(f"c{i}*x*sin({i + 1}*x)" for i in range(20))}, *([0.5] * 20))
    shown = result_of(law, [0.1], simulated=False)._repr_html_()
    assert shown.count("<mtr>") > 3


def test_in_a_terminal_the_text_is_short(result) -> None:
    """IPython prints it in place of all arrays."""

    class Printer:
        def text(self, words: str) -> None:
            self.words = words

    printer = Printer()
    result._repr_pretty_(printer, cycle=False)
    assert "Law found. 1 < 2\n(x)' = -0.06*x*y + 0.8*x\n(y)' = -0.8*y" == printer.words
    result.law._repr_pretty_(printer, cycle=False)
    assert "(x)' = -0.06*x*y + 0.8*x\n(y)' = -0.8*y" == printer.words
    result.law._repr_pretty_(printer, cycle=True)
    assert "<class 'discovery.laws.Law'>" == printer.words


def test_a_map_has_no_derivatives(law_of, result_of) -> None:
    """A plus stands for the next value, as in reports."""
    law = replace(law_of({"x": "c0*x*(1 - x)"}, 3.2), discrete=True)
    shown = result_of(law, [0.3], simulated=False)
    assert r"x^{+} &= 3.2" in law._repr_latex_()
    assert r"x^{+} &=" in shown._repr_latex_()
    ET.fromstring(shown._repr_html_())

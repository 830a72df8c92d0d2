"""What a law conserves stands in each form of the report."""

from dataclasses import replace

import pytest

from discovery.reports import page, tex, typst
from discovery.resources import folder
from discovery.structure import Invariant, Structure
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryResult

INVARIANT = Invariant(
    parse("c0*log(l) - c1*l - c2*h + c3*log(h)"), (parse("c3 - c0"),), parse("c0*log(l) + c3*log(h)"), 0.02, 0.01
)


@pytest.fixture(name="result")
def _result(lynx_hare: DiscoveryResult) -> DiscoveryResult:
    return replace(lynx_hare, structure=Structure((INVARIANT,)))


def test_latex_says_what_is_conserved(result: DiscoveryResult) -> None:
    """With the relation that it needs, and how well the data keep it."""
    text = tex.render(result, folder("reports/templates"), ())
    section = text.partition(r"\textbf{Conserved}")[2].partition(r"\section")[0]
    for words in (r"\ln", "which the intervals allow", "whatever the constants", r"varies by 2 \%"):
        assert words in section


def test_typst_says_what_is_conserved(result: DiscoveryResult) -> None:
    """In the same words."""
    section = typst.render(result, folder("reports/templates"), ()).partition("*Conserved*")[2].partition("\n= ")[0]
    for words in ("ln ", "which the intervals allow", "whatever the constants", "varies by 2 %"):
        assert words in section


def test_the_page_says_what_is_conserved(result: DiscoveryResult) -> None:
    """In the same words, in a list of its own."""
    section = page.render(result, folder("reports/templates"), {}).partition('<ul class="conserved">')[2]
    for words in ("<math", "which the intervals allow", "whatever the constants", "varies by 2 %"):
        assert words in section.partition("</ul>")[0]


def test_nothing_is_said_where_nothing_is_conserved(lynx_hare: DiscoveryResult) -> None:
    """No heading over an empty list."""
    assert "Conserved" not in tex.render(lynx_hare, folder("reports/templates"), ())

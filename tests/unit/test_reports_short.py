"""Sharing out the one-page form."""

from dataclasses import replace

from discovery.reports.formulas import Equation, Formulas
from discovery.reports.short import cut, short_form
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.parse import parse
from discovery.types import Finding, Law, RankedLaw, Ranking


def long_law(terms: int) -> RankedLaw:
    """A law of so many terms, one constant each."""
    text = " + ".join(f"c{i}*x**{i % 50 + 1}*sin(x)**{i // 50 + 1}" for i in range(terms))
    law = Law(("x",), (parse(text),), tuple(1.0 + i for i in range(terms)))
    return RankedLaw(law, 1.0, 1.0, 0.9, terms, 0.1, (0.5,) * terms, (90.0,) * terms)


def test_a_short_law_is_shown_whole(decay):
    """With all of its constants in one table."""
    form = short_form(decay, Formulas(decay, LatexPen(), str))
    assert (1, 0, 0, 1) == (form.law_lines, form.law_left, form.constants_left, form.rivals)
    assert [["c0"]] == [[row.name for row in column] for column in form.constants]


def test_a_long_law_is_cut_and_what_is_left_is_counted(decay):
    """Lines of the law and rows of constants share what reasons and rivals leave; none is lost without a word."""
    findings = tuple(Finding("good", "x") for _ in range(12))
    result = replace(decay, ranking=Ranking((long_law(150),), ""), verdict=replace(decay.verdict, findings=findings))
    formulas = Formulas(result, LatexPen(), str)
    form = short_form(result, formulas)
    shown = sum(len(column) for column in form.constants)
    assert 150 == shown + form.constants_left
    assert len(formulas.law(result.ranking.front[0], 82)[0].lines) == form.law_lines + form.law_left
    assert form.law_left > 0
    assert (2, 6) == (len(form.constants), form.findings)


def test_without_a_law_there_is_nothing_to_share(decay):
    """Reasons are shown all the same."""
    nothing = replace(decay, ranking=Ranking((), ""), verdict=replace(decay.verdict, findings=(Finding("bad", "x"),)))
    form = short_form(nothing, Formulas(nothing, LatexPen(), str))
    assert (0, (), 1) == (form.law_lines, form.constants, form.findings)


def test_whole_equations_are_kept_as_long_as_there_is_room():
    """The one at the limit is cut, those beyond it are left out."""
    equations = [Equation("a", ("1", "2")), Equation("b", ("3", "4")), Equation("c", ("5",))]
    assert (Equation("a", ("1", "2")), Equation("b", ("3",))) == cut(equations, 3)
    assert tuple(equations) == cut(equations, 9)

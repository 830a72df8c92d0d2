"""A law or a result as a notebook shows it: LaTeX, HTML with MathML, and plain text."""

from __future__ import annotations

import math
from html import escape

from discovery.reports.content import STATUS
from discovery.reports.mathml import MathMLPen
from discovery.reports.naming import constant_names
from discovery.reports.owning import OwnSheet, collapsed, own_sheets, own_tables
from discovery.reports.rows import constants, numbers, span, written_digits
from discovery.reports.text import lines
from discovery.symbolic.latex import LatexPen, Pen, Typesetter
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult, Law, RankedLaw

_WIDTH = 90  # characters of a formula on one line of a notebook
# Browsers align the cells of MathML by style alone.
_RIGHT, _LEFT = ('<mtd style="text-align:right">', '<mtd style="text-align:left">')
_COLOURS = {"found": "#2e7d32", "partial": "#b26a00", "not_found": "#c62828"}
_INTERVAL = '<th colspan="2">95 % interval</th>'
_LEVELS = {"good": "✓", "caution": "!", "bad": "✗", "note": "·"}


def latex(value: Law | DiscoveryResult) -> str | None:
    """The law between dollar signs; None if there is none."""
    ranked = _law(value)
    if ranked is None:
        return None
    rows = [f"{left} &= " + r" \\ &\quad ".join(sides) for left, sides in _equations(value, ranked, LatexPen())]
    return r"$$\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}$$"


def html(value: Law | DiscoveryResult) -> str:
    """The law as MathML; of a result also the verdict and the table of constants. Colours are the notebook's own."""
    ranked = _law(value)
    formula = "" if ranked is None else _mathematics(value, ranked)
    if isinstance(value, Law):
        return formula
    head = (
        f'<p><strong style="color:{_COLOURS[value.status]}">{STATUS[value.status]}.</strong> '
        f"{_text(value.verdict.headline)}</p>"
    )
    findings = "".join(f"<li>{_LEVELS[finding.level]} {_text(finding.text)}</li>" for finding in value.verdict.findings)
    listed = f'<ul style="list-style:none;padding-left:0">{findings}</ul>' if findings else ""
    return f"<div>{head}{formula}{'' if ranked is None else _table(value, ranked)}{listed}</div>"


def text(value: Law | DiscoveryResult) -> str:
    """The verdict, of a result, and the equations."""
    if isinstance(value, Law):
        return "\n".join(lines(value))
    equations = () if value.law is None else lines(value.law, times=span(value))
    return "\n".join((f"{STATUS[value.status]}. {value.verdict.headline}", *equations))


def _law(value: Law | DiscoveryResult) -> RankedLaw | None:
    if isinstance(value, Law):
        return RankedLaw(value, math.nan, math.nan, math.nan, 0)
    return value.ranking.front[0] if value.ranking.front else None


def _typesetter(value: Law | DiscoveryResult, ranked: RankedLaw, pen: Pen) -> Typesetter:
    names = {} if isinstance(value, Law) else {"t": value.time_name, **value.headers, **constant_names(value)}
    times = () if isinstance(value, Law) else span(value)
    varying = frozenset({"t", *ranked.law.states, *ranked.law.inputs})
    return Typesetter(pen, names, numbers(ranked, times), varying, written_digits(ranked.law, times))


def _equations(value: Law | DiscoveryResult, ranked: RankedLaw, pen: Pen) -> list[tuple[str, tuple[str, ...]]]:
    typesetter = _typesetter(value, ranked, pen)
    law = ranked.law if isinstance(value, Law) else collapsed(ranked.law, value.structure.owned)
    left = typesetter.successor if law.discrete else typesetter.derivative
    pairs = zip(law.states, law.skeletons, strict=True)
    return [
        (typesetter.name(state) if state in law.algebraic else left(state), typesetter.lines(skeleton, _WIDTH))
        for state, skeleton in pairs
    ]


def _mathematics(value: Law | DiscoveryResult, ranked: RankedLaw) -> str:
    rows: list[str] = []
    for left, sides in _equations(value, ranked, MathMLPen()):
        first = f"{_RIGHT}<mrow>{left}</mrow></mtd>{_LEFT}<mrow><mo>=</mo>{sides[0]}</mrow></mtd>"
        more = [f'{_RIGHT}</mtd>{_LEFT}<mrow><mspace width="2em"/>{side}</mrow></mtd>' for side in sides[1:]]
        rows += [f"<mtr>{cells}</mtr>" for cells in (first, *more)]
    table = f'<mtable displaystyle="true">{"".join(rows)}</mtable>'
    return f'<div><math xmlns="http://www.w3.org/1998/Math/MathML">{table}</math></div>'


def _table(value: DiscoveryResult, ranked: RankedLaw) -> str:
    names = {state: _text(value.headers.get(state, state)) for state in ranked.law.states}
    rows = "".join(
        f"<tr><td>{', '.join(names[state] for state in row.states)}</td><td>{row.value}</td>"
        f"<td>{row.low}</td><td>{row.high}</td></tr>"
        for row in constants(value, ranked)
    )
    own = "".join(map(_sheet, own_sheets(own_tables(value))))
    if not rows:
        return own
    head = f"<thead><tr><th>equation of</th><th>constant</th>{_INTERVAL}</tr></thead>"
    return f"<table>{head}<tbody>{rows}</tbody></table>{own}"


def _sheet(sheet: OwnSheet) -> str:
    names = "".join(f"<th>{_text(one.header)}</th>{_INTERVAL}" for one in sheet.constants)
    rows = "".join(
        f"<tr><td>{_text(group)}</td>"
        + "".join(f"<td>{one.value}</td><td>{one.low}</td><td>{one.high}</td>" for one in values)
        + "</tr>"
        for group, values in sheet.rows
    )
    return f"<table><thead><tr><th>{_text(sheet.by)}</th>{names}</tr></thead><tbody>{rows}</tbody></table>"


def _text(words: str) -> str:
    return escape(printable(words))

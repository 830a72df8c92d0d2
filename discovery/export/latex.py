"""LaTeX: a document of its own with equations and tables of constants; needs amsmath, booktabs and longtable."""

from __future__ import annotations

from discovery.export.law import TIME, ExportedLaw
from discovery.reports.formulas import Formulas
from discovery.reports.naming import shown, symbols
from discovery.reports.owning import OwnSheet, OwnValue, own_sheets, own_tables
from discovery.reports.room import inputs
from discovery.reports.rows import Constant, constants, units_of
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import escape, printable
from discovery.types import DiscoveryResult

_HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{amsmath}
\usepackage{booktabs}
\usepackage{longtable}
\begin{document}
"""
_WIDTH = 62  # characters of a table in the width of its pages
_LONGEST_TERM = 40  # characters of a term that a table has room for


def write(result: DiscoveryResult) -> str:
    """The chosen law, its constants rounded by their intervals, with the symbols of the report."""
    ranked = result.ranking.front[0]
    about = ExportedLaw.of(result, ()).about
    formulas = Formulas(result, LatexPen(), str, shown(result))
    rows = [
        f"{equation.left} &= " + " \\\\\n  &\\quad ".join(equation.lines) for equation in formulas.law(ranked, width=60)
    ]
    equations = "\\begin{align*}\n  " + " \\\\\n  ".join(rows) + "\n\\end{align*}\n"
    comments = "".join(f"% {printable(line)}\n" for line in about)
    words = "\n\n".join(rf"\noindent {line}" for line in (escape(about[1]), *_legend(result, formulas)))
    tables = _table(result, formulas) + _own(result, formulas)
    body = f"\\begin{{sloppypar}}\n{words}\n\\end{{sloppypar}}\n{equations}{tables}"
    return f"{comments}{_HEAD}{body}\\end{{document}}\n"


def _legend(result: DiscoveryResult, formulas: Formulas[str]) -> tuple[str, ...]:
    """Which symbol is which column, and in what unit, where symbols do not say so."""
    columns = {**result.headers, TIME: result.time_name}
    told = [one for one in symbols(result) if not one.is_plain]
    states = (rf"${formulas.name(one.identifier)}$: {escape(columns[one.identifier])}" for one in told)
    drives = ((name, result.inputs[name]) for name in inputs(result) if result.inputs[name] != name)
    return (*states, *(rf"${formulas.name(name)}$: {escape(header)}, an input" for name, header in drives))


def _table(result: DiscoveryResult, formulas: Formulas[str]) -> str:
    """Each constant with the term in which it stands first, its interval, and its unit where columns have units."""
    found = constants(result, result.ranking.front[0])
    if not found:
        return ""
    has_units, untold = units_of(found)
    head = r"constant & stands in & value & \multicolumn{2}{c}{95\,\% interval}" + r" & unit" * has_units
    rows = [
        " & ".join(
            (
                f"${formulas.name(row.name)}$",
                _place(row, formulas),
                *_interval(row, formulas),
                *[escape(row.unit)] * has_units,
            )
        )
        for row in found
    ]
    lines = [rf"\begin{{tabular}}{{llrrr{'l' * has_units}}}", r"\toprule", rf"{head} \\", r"\midrule"]
    lines += [rf"{row} \\" for row in rows] + [r"\bottomrule", r"\end{tabular}"]
    lines += ["", escape(untold)] if has_units and untold else []
    return "\n".join((r"\begin{center}\small", *lines, r"\end{center}", ""))


def _own(result: DiscoveryResult, formulas: Formulas[str]) -> str:
    """The constants of groups: a row for each group, in tables that may go on overleaf."""
    return "".join(_sheet(sheet, formulas) for sheet in own_sheets(own_tables(result), _WIDTH))


def _sheet(sheet: OwnSheet, formulas: Formulas[str]) -> str:
    heads = (
        rf"${formulas.name(one.name)}$ {escape(one.in_unit)} & \multicolumn{{2}}{{c}}{{95\,\% interval}}"
        for one in sheet.constants
    )
    rows = [
        " & ".join((escape(group), *[text for one in values for text in _interval(one, formulas)]))
        for group, values in sheet.rows
    ]
    lines = [
        rf"\begin{{longtable}}{{l{'rrr' * len(sheet.constants)}}}",
        rf"\toprule {' & '.join((escape(sheet.by), *heads))} \\ \midrule\endhead",
        *(rf"{row} \\" for row in rows),
        r"\bottomrule",
        r"\end{longtable}",
    ]
    return "\n".join((r"{\small", *lines, "}", ""))


def _place(row: Constant, formulas: Formulas[str]) -> str:
    """The term and the equations in which a constant stands."""
    term = f"${formulas.expression(row.term)}$ in " if len(str(row.term)) < _LONGEST_TERM else ""
    return term + ", ".join(f"${formulas.rate(state)}$" for state in row.states)


def _interval(row: Constant | OwnValue, formulas: Formulas[str]) -> tuple[str, ...]:
    texts = (row.value, row.low, row.high)
    return tuple(f"${formulas.number(text)}$" if text[-1:].isdigit() else text for text in texts)

"""LaTeX: a document of its own with the equations and the table of constants; needs amsmath and booktabs."""

from __future__ import annotations

from dataclasses import replace

from discovery.export.law import ExportedLaw
from discovery.reports.formulas import Formulas
from discovery.reports.rows import Constant, constants
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import escape, printable
from discovery.types import DiscoveryResult

_LONGEST = 24  # characters of a column's name that an equation has room for
_HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage{amsmath}
\usepackage{booktabs}
\begin{document}
"""
_TABLE = r"""\begin{center}
\begin{tabular}{lrrr}
\toprule
equation & value & \multicolumn{2}{c}{95\,\% interval} \\
\midrule
"""


def write(result: DiscoveryResult) -> str:
    """The chosen law, its constants rounded by their intervals."""
    ranked = result.ranking.front[0]
    about = ExportedLaw.of(result, ()).about
    legend = _legend(result)
    if legend:
        result = replace(result, headers={state: state for state in result.headers}, time_name="t")
    formulas = Formulas(result, LatexPen(), str)
    rows = [
        f"{equation.left} &= " + " \\\\\n  &\\quad ".join(equation.lines) for equation in formulas.law(ranked, width=60)
    ]
    equations = "\\begin{align*}\n  " + " \\\\\n  ".join(rows) + "\n\\end{align*}\n"
    comments = "".join(f"% {printable(line)}\n" for line in about)
    words = "\n\n".join(rf"\noindent {escape(line)}" for line in (about[1], *legend))
    body = f"\\begin{{sloppypar}}\n{words}\n\\end{{sloppypar}}\n{equations}{_table(result, formulas)}"
    return f"{comments}{_HEAD}{body}\\end{{document}}\n"


def _legend(result: DiscoveryResult) -> tuple[str, ...]:
    """Which letter is which column, where their names are too long for an equation; else nothing."""
    names = {**result.headers, "t": result.time_name}
    if max(map(len, names.values())) <= _LONGEST:
        return ()
    return tuple(f"{identifier}: {header}" for identifier, header in names.items())


def _table(result: DiscoveryResult, formulas: Formulas[str]) -> str:
    rows = [
        " & ".join((", ".join(f"${formulas.name(state)}$" for state in row.states), *_interval(row, formulas)))
        for row in constants(result, result.ranking.front[0])
    ]
    if not rows:
        return ""
    return _TABLE + " \\\\\n".join(rows) + " \\\\\n\\bottomrule\n\\end{tabular}\n\\end{center}\n"


def _interval(row: Constant, formulas: Formulas[str]) -> tuple[str, ...]:
    texts = (row.value, row.low, row.high)
    return tuple(f"${formulas.number(text)}$" if text[-1:].isdigit() else text for text in texts)

"""The chosen law as one piece of LaTeX, for notebooks and for ``result.json``."""

from __future__ import annotations

from discovery.reports.formulas import Formulas
from discovery.reports.naming import without_units
from discovery.symbolic.latex import LatexPen
from discovery.types import DiscoveryResult


def law_latex(result: DiscoveryResult) -> str:
    """The chosen law in an ``aligned`` environment, constants rounded by their intervals; empty if there is none."""
    if not result.ranking.front:
        return ""
    formulas = Formulas(result, LatexPen(), str, without_units(result))
    rows = [
        f"{equation.left} &= " + " \\\\ &\\quad ".join(equation.lines)
        for equation in formulas.law(result.ranking.front[0])
    ]
    return "\\begin{aligned} " + " \\\\ ".join(rows) + " \\end{aligned}"

"""What the one-page form has room for: a budget of lines, shared between law, constants, reasons and rivals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from discovery.reports.formulas import Equation, Formulas, Safe
from discovery.reports.rows import Constant, constants
from discovery.types import DiscoveryResult

LINE = 82  # characters of a formula in the text width
# Lines of text on the page beside title, figure, what was not tested and provenance.
_ROOM = 38
_FINDINGS, _RIVALS, _GROUPS, _CONSERVED = 6, 3, 12, 2
_GROUPS_A_LINE = 3  # a name, a value and its interval each
_FEWEST = 4  # lines of the law, and rows of constants, that are shown in any case


@dataclass(frozen=True)
class ShortForm:
    """Shares of the page.

    Attributes:
        law_lines: lines of the law that are shown; ``law_left`` are not.
        constants: rows of the table of constants, in one column or two; ``constants_left`` are in neither.
        findings, rivals: how many are shown.
        groups: of runs whose own values of a constant are shown, of each such constant.
        conserved: how many conserved quantities are shown.
    """

    law_lines: int
    law_left: int
    constants: tuple[tuple[Constant, ...], ...]
    constants_left: int
    findings: int
    rivals: int
    groups: int = 0
    conserved: int = 0


def short_form(result: DiscoveryResult, formulas: Formulas[Safe]) -> ShortForm:
    """Shares the page out: reasons and rivals first, which are few; then the law, then its constants."""
    findings = min(_FINDINGS, len(result.verdict.findings))
    front = result.ranking.front
    rivals = min(_RIVALS, max(len(front) - 1, 0))
    room = _ROOM - 2 * findings - (2 * rivals + 2 if rivals else 0)
    if not front:
        return ShortForm(0, 0, (), 0, findings, rivals)
    owned = result.structure.owned
    groups = max((min(_GROUPS, len(one.groups)) for one in owned), default=0)
    kept = min(_CONSERVED, len(result.structure.invariants))
    room -= len(owned) * math.ceil(groups / _GROUPS_A_LINE) + 2 * kept
    needed = sum(len(equation.lines) for equation in formulas.law(front[0], LINE))
    lines = min(needed, max(_FEWEST, (room - _FEWEST - 2) // 2))
    rows = constants(result, front[0])
    fitting = max(_FEWEST, room - 2 * lines - 2)
    columns = 1 if len(rows) <= fitting else 2
    shown = rows[: columns * fitting]
    height = math.ceil(len(shown) / columns)
    table = tuple(shown[i : i + height] for i in range(0, len(shown), height)) if shown else ()
    return ShortForm(lines, needed - lines, table, len(rows) - len(shown), findings, rivals, groups, kept)


def cut(equations: Sequence[Equation[Safe]], lines: int) -> tuple[Equation[Safe], ...]:
    """The first lines of a law, whole equations as long as there is room."""
    kept: list[Equation[Safe]] = []
    for equation in equations:
        if lines > 0:
            kept.append(Equation(equation.left, equation.lines[:lines]))
        lines -= len(equation.lines)
    return tuple(kept)

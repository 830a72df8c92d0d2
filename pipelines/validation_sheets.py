"""Tables of a validation, each as terminal table, CSV, JSON, LaTeX and HTML."""

from __future__ import annotations

import csv
import html
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from discovery.files import finite
from pipelines.store import write
from pipelines.validation_summary import Row, Share, Summary

NOTHING = "–"

_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--", "±": r"$\pm$", "²": r"$^2$", ">": "$>$",
    "<": "$<$",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A table with its cells as text; ``right`` tells which columns hold numbers."""

    title: str
    columns: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


_CASES: tuple[tuple[str, bool], ...] = (
    ("system", False), ("noise", True), ("drop", True), ("seed", True), ("R²", True), ("R² unseen", True),
    ("form", False), ("worst constant", True), ("missing", True), ("extra", True), ("smoothing s", True),
    ("search s", True), ("selection s", True), ("all s", True), ("status", False), ("exit", True),
)  # fmt: skip


def case_sheet(rows: Sequence[Row]) -> Sheet:
    """One row for each case."""
    cells = tuple(
        (
            one.system,
            f"{one.noise:g}",
            f"{one.drop:g}",
            str(one.seed),
            _number(one.reconstruction, "{:.4f}"),
            _number(one.unseen, "{:.4f}"),
            one.form or NOTHING,
            _number(one.largest_error, "{:.2%}"),
            str(one.missing),
            str(one.extra),
            _number(one.smoothing, "{:.1f}"),
            _number(one.search, "{:.1f}"),
            _number(one.selection, "{:.1f}"),
            _number(one.seconds, "{:.1f}"),
            one.status,
            str(one.exit_code),
        )
        for one in rows
    )
    return Sheet("Cases", tuple(name for name, _ in _CASES), tuple(right for _, right in _CASES), cells)


def summary_sheet(found: Sequence[Summary]) -> Sheet:
    """One row for each group."""
    counts = ("by", "group", "systems", "cases")
    columns = (*counts, "R² > 0.9", "unseen R² > 0.9", "same structure", "identical", "false terms", "s a case")
    cells = tuple(
        (
            one.by,
            one.group,
            str(one.systems),
            str(one.cases),
            percent(one.reconstructed),
            percent(one.predicted),
            percent(one.structure),
            percent(one.identical),
            percent(one.false_terms),
            f"{one.seconds:.1f}",
        )
        for one in found
    )
    title = "Shares of cases in per cent (in brackets the standard error over seeds | over systems)"
    return Sheet(title, columns, (False, False, *[True] * 8), cells)


def percent(one: Share) -> str:
    """A share in per cent, with its standard errors over seeds and over systems."""
    if math.isnan(one.value):
        return NOTHING
    errors = (_number(100 * error, "{:.1f}") for error in (one.over_seeds, one.over_systems))
    return f"{100 * one.value:.1f} ({' | '.join(errors)})"


def as_terminal(sheet: Sheet) -> Table:
    """For rich."""
    table = Table(title=sheet.title, box=None, pad_edge=False, title_justify="left")
    for name, right in zip(sheet.columns, sheet.right, strict=True):
        table.add_column(name, justify="right" if right else "left", no_wrap=not right and name == "system")
    for cells in sheet.rows:
        table.add_row(*[Text(cell) for cell in cells])
    return table


def as_csv(records: Sequence[Row] | Sequence[Summary]) -> str:
    """All numbers as they are, with a header; empty where there is nothing to tell."""
    text = io.StringIO()
    flat = [_flat(finite(asdict(record))) for record in records]
    rows = csv.DictWriter(text, list(flat[0]) if flat else [], lineterminator="\n")
    rows.writeheader()
    rows.writerows(flat)
    return text.getvalue()


def as_latex(sheet: Sheet) -> str:
    """A ``longtable`` with rules of ``booktabs``."""
    places = "".join("r" if right else "l" for right in sheet.right)
    lines = [f"\\begin{{longtable}}{{{places}}}", f"\\caption{{{_tex(sheet.title)}}}\\\\", "\\toprule"]
    lines += [" & ".join(map(_tex, sheet.columns)) + r" \\", "\\midrule", "\\endhead"]
    lines += [" & ".join(map(_tex, cells)) + r" \\" for cells in sheet.rows]
    return "\n".join([*lines, "\\bottomrule", "\\end{longtable}", ""])


def latex_document(sheets: Sequence[Sheet]) -> str:
    """All tables as one document."""
    head = "\\documentclass[landscape]{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{booktabs,longtable}\n"
    head += "\\usepackage[margin=1cm]{geometry}\n\\begin{document}\\footnotesize\n"
    return head + "\n".join(map(as_latex, sheets)) + "\\end{document}\n"


def as_html(sheets: Sequence[Sheet], title: str) -> str:
    """One page without scripts and without anything from elsewhere."""
    style = (
        "body{font:14px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0 2em}"
        "caption{text-align:left;font-weight:600;padding:.5em 0}th,td{padding:.15em .7em;text-align:left;"
        "border-bottom:1px solid #ddd;white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}"
    )
    tables = "\n".join(map(_html_table, sheets))
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f"<style>{style}</style></head>\n<body><h1>{name}</h1>\n{tables}\n</body></html>\n"
    )


def as_document(rows: Sequence[Row], found: Sequence[Summary], settings: Mapping[str, Any]) -> dict[str, Any]:
    """For JSON: all numbers as they are."""
    return {
        "schema": 1,
        "settings": dict(settings),
        "summaries": [finite(asdict(one)) for one in found],
        "cases": [finite(asdict(one)) for one in rows],
    }


def write_sheets(out: Path, rows: Sequence[Row], found: Sequence[Summary], settings: Mapping[str, Any]) -> None:
    """Writes ``cases.csv``, ``summary.csv``, ``validation.json``, ``validation.tex`` and ``validation.html``."""
    cases, summary = case_sheet(rows), summary_sheet(found)
    document = json.dumps(as_document(rows, found, settings), indent=1, ensure_ascii=False, allow_nan=False)
    files = {
        "cases.csv": as_csv(rows),
        "summary.csv": as_csv(found),
        "validation.json": document + "\n",
        "validation.tex": latex_document((summary, cases)),
        "validation.html": as_html((summary, cases), "Validation on systems whose law is known"),
    }
    for name, text in files.items():
        write(out / name, text.encode())


def _html_table(sheet: Sheet) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        marks = [' class="n"' if right else "" for right in sheet.right]
        inner = (f"<{tag}{mark}>{html.escape(cell)}</{tag}>" for cell, mark in zip(cells, marks, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line(cells, "td") for cells in sheet.rows)
    return f"<table><caption>{html.escape(sheet.title)}</caption>\n{line(sheet.columns, 'th')}\n{body}\n</table>"


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _number(value: float, form: str) -> str:
    return NOTHING if math.isnan(value) else form.format(value)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values under joined names, lists as one text."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {key if inner == "value" else f"{key}_{inner}": one for inner, one in value.items()}
        else:
            flat[key] = " ".join(value) if isinstance(value, list) else value
    return flat

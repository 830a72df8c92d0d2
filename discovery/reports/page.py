"""The report as one HTML page: MathML, inline SVG and a few lines of script, nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup

from discovery.reports.content import figure_caption
from discovery.reports.context import context
from discovery.reports.drawing import inline
from discovery.reports.formulas import Formulas
from discovery.reports.mathml import MathMLPen
from discovery.reports.snippets import python_text, sympy_text
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult


def render(result: DiscoveryResult, templates: Path, images: Mapping[str, str]) -> str:
    """The page; it parses as XML too.

    Args:
        images: text of an SVG file for each figure.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
    )
    drawn = {name: Markup(inline(text, name, _description(result, name))) for name, text in images.items()}  # noqa: S704
    style, script = ((templates / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return environment.get_template("report.html.j2").render(
        context(result, tuple(images)),
        math=Formulas(result, MathMLPen(), Markup),
        drawn=drawn,
        style=Markup(style),  # noqa: S704 -- our own file
        script=Markup(script),  # noqa: S704 -- our own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        copies=_copies(result),
    )


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def _description(result: DiscoveryResult, name: str) -> str:
    return html.escape(figure_caption(result, name))


def _copies(result: DiscoveryResult) -> dict[str, Markup]:
    """What the copy buttons give, by the words on the button; line breaks are kept."""
    if not result.ranking.front:
        return {}
    equations = Formulas(result, LatexPen(), str).law(result.ranking.front[0], width=10_000)
    rows = (f"{equation.left} &= {equation.lines[0]}" for equation in equations)
    latex = "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"
    texts = {"LaTeX": latex, "SymPy": sympy_text(result.ranking.front[0].law)}
    texts["Python"] = python_text(result.ranking.front[0].law)
    return {name: Markup(html.escape(text)) for name, text in texts.items()}  # noqa: S704 -- escaped here

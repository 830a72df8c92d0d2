"""The report as one HTML page: MathML, inline SVG, fonts and a few lines of script, nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from discovery.advice import Advice
from discovery.reports.charts import fit_charts
from discovery.reports.content import HEADINGS as LAW_HEADINGS
from discovery.reports.content import figure_caption, figure_rows
from discovery.reports.context import context
from discovery.reports.drawing import inline
from discovery.reports.explorer import Explorer, explorer
from discovery.reports.formulas import Formulas
from discovery.reports.lighter import lighter
from discovery.reports.merit import merits
from discovery.reports.naming import without_units
from discovery.reports.onscreen import OnScreen
from discovery.reports.snippets import python_text, sympy_text
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult, RankedLaw

HEADINGS = {
    "law": "Law",
    "verdict": "Verdict",
    "measurements": "What was measured",
    "fit": "Fit and forecast",
    "dynamics": "Dynamics, and a start that was not seen",
    "residuals": "Residuals",
    "figures": "Further figures",
    "rivals": "Competing laws, and why they lost",
    "engines": "Agreement of the engines",
    "open": "What these data leave open, and what to measure next",
    "untested": "What was not tested",
    "methods": "Methods",
    "references": "References",
    "provenance": "Provenance",
}
_SECTION = {
    "trajectories": "fit",
    "phase": "dynamics",
    "unseen": "dynamics",
    "residuals": "residuals",
}  # where a figure stands
_REPLACED = ("front",)  # figures that the page has in another form
_FONTS = ("latin-modern-math", "source-sans", "source-sans-greek")


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
    drawn = {name: _drawn(result, name, text) for name, text in images.items() if name not in _REPLACED}
    front = explorer(result)
    style, script = _style(templates, front), (templates / "report.js").read_text(encoding="utf-8")
    values = context(result, tuple(drawn)) | _of_the_page(result, tuple(drawn), front)
    return environment.get_template("report.html.j2").render(
        values,
        math=OnScreen(result),
        drawn=drawn,
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 -- our own file and rules
        script=Markup(script),  # noqa: S704 -- our own file
    )


def _of_the_page(result: DiscoveryResult, drawn: tuple[str, ...], front: Explorer | None) -> dict[str, object]:
    """What this page says in a form of its own."""
    illustrated = {anchor: [name for name in drawn if _SECTION.get(name, "figures") == anchor] for anchor in HEADINGS}
    absent = {anchor for anchor in ("fit", "dynamics", "residuals", "figures") if not illustrated[anchor]}
    absent |= {"rivals"} if front is None else set()
    absent |= {"engines"} if not result.ranking.front else set()
    absent |= {"open"} if result.advice == Advice(covariance=result.advice.covariance) else set()
    absent |= {"references"} if not result.cites else set()
    headings = HEADINGS | {"law": LAW_HEADINGS[result.status]}
    laws = result.ranking.front[: 1 if front is None else len(front.choices)]
    return {
        "headings": headings,
        "sections": [(anchor, heading) for anchor, heading in headings.items() if anchor not in absent],
        "illustrated": [(anchor, names) for anchor, names in illustrated.items() if names],
        "numbers": {name: number for number, name in enumerate(drawn, start=1)},
        "captions": {name: figure_caption(result, name) for name in drawn},
        "charts": fit_charts(result),
        "explorer": front,
        "texts": [_texts(result, ranked) for ranked in laws],
        "narrow": [placed.name for row in figure_rows(result, drawn) for placed in row if placed.narrow],
        "merits": merits(result),
    }


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def _policy(style: str, script: str) -> str:
    """Content security: our own style and script by their digests, fonts in the page, and nothing else.

    Attributes of style are allowed because figures are made of them; they can load nothing.
    """
    return (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src-elem 'sha256-{_digest(style)}'; "
        "style-src-attr 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _style(templates: Path, front: Explorer | None) -> str:
    style = (templates / "report.css").read_text(encoding="utf-8")
    for font in _FONTS:
        data = base64.b64encode((templates / "fonts" / f"{font}.woff2").read_bytes()).decode()
        style = style.replace(f"fonts/{font}.woff2", f"data:font/woff2;base64,{data}")
    return style + (front.rules if front else "")


def _drawn(result: DiscoveryResult, name: str, image: str) -> Markup:
    caption = html.escape(printable(figure_caption(result, name)))
    return Markup(lighter(inline(image, name, caption)))  # noqa: S704 -- drawn and escaped by us


def _texts(result: DiscoveryResult, ranked: RankedLaw) -> dict[str, Markup]:
    """What the copy buttons give, by the words on the button; line breaks are kept."""
    equations = Formulas(result, LatexPen(), str, without_units(result)).law(ranked, width=10_000)
    rows = (f"{equation.left} &= {equation.lines[0]}" for equation in equations)
    latex = "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"
    owned = result.structure.owned
    python = python_text(ranked.law, owned) + _example(result)
    texts = {"LaTeX": latex, "SymPy": sympy_text(ranked.law, owned), "Python": python}
    return {name: Markup(html.escape(text)) for name, text in texts.items()}  # noqa: S704 -- escaped here


def _example(result: DiscoveryResult) -> str:
    """Lines of Python that integrate the law from where the fit of the first run starts; none of a map, or if nothing
    was fitted.
    """
    fits = [prediction for prediction in result.predictions if prediction.kind == "fit" and len(prediction.times)]
    more = bool(result.inputs or result.structure.owned)  # arguments that the reader has to choose
    if more or result.trajectories[0].discrete or not fits or not np.all(np.isfinite(fits[0].states[0])):
        return ""
    span = ", ".join(f"{float(time)!r}" for time in fits[0].times[[0, -1]])
    first = zip(result.trajectories[0].names, fits[0].states[0], strict=True)
    read = result.law.algebraic if result.law else ()
    start = ", ".join(f"{value:.6g}" for name, value in first if name not in read)
    return (
        "\n\n\n# For example, along the first run:\n# from scipy.integrate import solve_ivp\n"
        f'# solution = solve_ivp(law, ({span}), [{start}], method="LSODA", rtol=1e-8)'
    )

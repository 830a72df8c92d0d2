"""Writes a report into a folder: LaTeX, HTML and PDF, ``references.bib`` and ``figures/``."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure

from discovery import files
from discovery.protocols import NEVER, Deadline
from discovery.reports import drawing, page, tex, typst
from discovery.reports.figures import draw, summary
from discovery.reports.references import cited
from discovery.resources import folder as resource
from discovery.types import DiscoveryResult

Form = Literal["full", "short"]
_TEMPLATES: Mapping[Form, str] = {"full": "report", "short": "short"}
STEMS: Mapping[Form, str] = {"full": "report", "short": "report-short"}  # names of the files
_PAST = Deadline(0.0)


@dataclass(frozen=True)
class ReportFiles:
    """What was written.

    Attributes:
        tex: LaTeX of the first form that was asked for.
        pdf: its PDF; None if none was asked for, there is no typesetter, or that failed.
        notes: why there is no PDF although one was wanted.
        others: PDF and sources of the other form.
    """

    tex: Path
    html: Path
    pdf: Path | None
    notes: tuple[str, ...] = ()
    others: tuple[Path, ...] = ()


def write_report(
    result: DiscoveryResult,
    folder: Path,
    *,
    pdf: bool = True,
    forms: Sequence[Form] = ("full",),
    typesetter: Literal["auto", "latex", "typst"] = "auto",
    until: Deadline = NEVER,
) -> ReportFiles:
    """Writes the report of a result; each file appears whole or not at all.

    Args:
        folder: made if it is not there; files of an older report are replaced.
        pdf: whether a PDF is made if there is a typesetter. A failure of it is noted and loses nothing else.
        forms: ``full``, and ``short``, which has one page.
        typesetter: ``latex``, ``typst``, or the first of these that is installed; it is noted if one that is named is
            not there.
        until: when all has to be done. HTML comes first; where no time is left for PDF, also of the figures, there
            is none, which is noted.
    """
    files.folder(folder / "figures")
    templates = resource("reports/templates")
    begin = time.monotonic()
    drawn = draw(result)
    names = tuple(drawn)
    if "short" in forms:
        drawn["summary"] = summary(result)
    images = {name: _laid_out(name, figure) for name, figure in drawn.items()}
    for name, image in images.items():
        _write(folder / "figures" / f"{name}.svg", image.encode())
    references, _ = cited(result.cites, resource("reports/references.bib"))
    _write(folder / "references.bib", "\n\n".join(reference.source for reference in references).encode() + b"\n")
    shown = {name: images[name] for name in names}
    html_file = _write(folder / "report.html", page.render(result, templates, shown).encode())
    in_time = until.remaining() > time.monotonic() - begin  # for the same figures once more
    for name, figure in drawn.items():
        _onpaper(name, figure, folder / "figures", in_time=in_time)
    printed = [_print(result, folder, form, names, typesetter, pdf, until if in_time else _PAST) for form in forms]
    others = [path for other in printed[1:] for path in (other.tex, other.pdf) if path is not None]
    notes = tuple(dict.fromkeys(note for one in printed for note in one.notes))
    return ReportFiles(printed[0].tex, html_file, printed[0].pdf, notes, tuple(others))


@dataclass(frozen=True)
class _Printed:
    """One form: its LaTeX source, its PDF if there is one, and why not."""

    tex: Path
    pdf: Path | None
    notes: tuple[str, ...]


def _print(
    result: DiscoveryResult,
    folder: Path,
    form: Form,
    names: tuple[str, ...],
    typesetter: Literal["auto", "latex", "typst"],
    pdf: bool,
    until: Deadline,
) -> _Printed:
    """Sources and PDF of one form."""
    template, stem = _TEMPLATES[form], STEMS[form]
    figures = ("summary",) if form == "short" else names
    templates = resource("reports/templates")
    source = _write(folder / f"{stem}.tex", tex.render(result, templates, figures, template).encode())
    target = source.with_suffix(".pdf")
    target.unlink(missing_ok=True)  # an older PDF would contradict the new report
    by_typst = typesetter == "typst" or (typesetter == "auto" and not tex.installed() and typst.installed())
    compiled = source
    if by_typst:
        text = typst.render(result, templates, figures, template)
        compiled = _write(folder / f"{stem}.typ", text.encode())
    if not pdf or (typesetter == "auto" and not (tex.installed() or by_typst)):
        return _Printed(source, None, ())
    made, why = _typeset(compiled, until, by_typst=by_typst)
    return _Printed(source, None, (why,)) if made is None else _Printed(source, _write(target, made), ())


def _typeset(source: Path, until: Deadline, *, by_typst: bool) -> tuple[bytes | None, str]:
    """The PDF, or None and why there is none."""
    if not until.passed():
        made, why = typst.compile_pdf(source) if by_typst else tex.compile_pdf(source, until)
        if made is not None or not until.passed():
            return made, why
    folder = shlex.quote(str(source.parent))
    return None, f"The budget was spent, so that there is no PDF. `discover report {folder}` makes it."


def _laid_out(name: str, figure: Figure) -> str:
    """Lays a figure out, and gives its SVG."""
    with drawing.style(name):
        drawing.lay_out(figure)  # once, the same for both
        return drawing.svg(figure)


def _onpaper(name: str, figure: Figure, folder: Path, *, in_time: bool) -> None:
    """Writes the PDF of a figure that is laid out, if there is time."""
    target = folder / f"{name}.pdf"
    if not in_time:
        target.unlink(missing_ok=True)  # an older one would contradict the new report
        return
    with drawing.style(name):
        _write(target, drawing.pdf(figure))


def _write(path: Path, data: bytes) -> Path:
    """Writes beside ``path`` and renames, so that nobody ever reads half a file."""
    files.write(path, data)
    return path

"""Writes a report into a folder: ``report.tex``, ``.html`` and ``.pdf``, ``references.bib`` and ``figures/``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from discovery.reports import drawing, page, tex
from discovery.reports.figures import draw
from discovery.reports.references import cited
from discovery.resources import folder as resource
from discovery.types import DiscoveryResult


@dataclass(frozen=True)
class ReportFiles:
    """What was written.

    Attributes:
        pdf: None if it was not asked for, there is no TeX, or TeX failed.
        figures: the PDF and SVG files.
        notes: why there is no PDF although one was wanted.
    """

    tex: Path
    html: Path
    pdf: Path | None
    figures: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def write_report(result: DiscoveryResult, folder: Path, *, pdf: bool | None = None) -> ReportFiles:
    """Writes the report of a result; each file appears whole or not at all.

    Args:
        folder: made if it is not there; files of an older report are replaced.
        pdf: True or None make a PDF if pdflatex is installed; True also notes if it is not. A failure of TeX is
            noted and loses nothing else.
    """
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    templates = resource("reports/templates")
    figures: list[Path] = []
    images: dict[str, str] = {}
    for name, figure in draw(result).items():
        with drawing.style(name):
            images[name] = drawing.svg(figure)
            figures.append(_write(folder / "figures" / f"{name}.pdf", drawing.pdf(figure)))
        figures.append(_write(folder / "figures" / f"{name}.svg", images[name].encode()))
    references, _ = cited(result.cites, resource("reports/references.bib"))
    _write(folder / "references.bib", "\n\n".join(reference.source for reference in references).encode() + b"\n")
    html_file = _write(folder / "report.html", page.render(result, templates, images).encode())
    tex_file = _write(folder / "report.tex", tex.render(result, templates, tuple(images)).encode())
    pdf_file, notes = _write_pdf(tex_file, pdf)
    return ReportFiles(tex_file, html_file, pdf_file, tuple(figures), notes)


def _write_pdf(source: Path, wanted: bool | None) -> tuple[Path | None, tuple[str, ...]]:
    target = source.with_suffix(".pdf")
    target.unlink(missing_ok=True)  # an older PDF would contradict the new report
    if wanted is False or (wanted is None and not tex.installed()):
        return None, ()
    made, why = tex.compile_pdf(source)
    return (None, (why,)) if made is None else (_write(target, made), ())


def _write(path: Path, data: bytes) -> Path:
    """Writes beside ``path`` and renames, so that nobody ever reads half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path

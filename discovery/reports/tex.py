r"""The report as LaTeX, and as PDF where a TeX is installed.

Text is escaped on its way into the template unless it is marked as :class:`Tex`, so nothing that the user's file
contains can become a command. The run of pdflatex has neither shell escape nor the right to leave its folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import jinja2

from discovery.reports.context import context
from discovery.reports.formulas import Formulas
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import escape, printable
from discovery.types import DiscoveryResult

TIMEOUT = 120.0  # seconds for one pass; a report takes about two
_SHORT = 30  # characters that fit wherever breakable text stands
_PASSES = 2  # the second one knows the numbers of figures and citations


class Tex(str):
    """Text that is LaTeX already."""

    __slots__ = ()


def render(result: DiscoveryResult, templates: Path, figures: tuple[str, ...]) -> str:
    """The LaTeX source; figures are read from ``figures/<name>.pdf`` beside it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        comment_start_string=r"\COMMENT{",
        comment_end_string="}",
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 -- `finalize` escapes for TeX
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
    )
    environment.filters |= {"breakable": breakable, "url": url}
    formulas = Formulas(result, LatexPen(), Tex)
    return environment.get_template("report.tex.j2").render(context(result, figures), math=formulas, tex=Tex)


def _finalize(value: object) -> str:
    return value if isinstance(value, Tex) else escape(str(value))


def breakable(text: str) -> Tex:
    """Escaped text that may be broken after each sign and inside long words, such as a path or a hash."""
    if len(text) <= _SHORT:
        return Tex(escape(text))
    pieces = re.findall(r"[A-Za-z0-9]{1,8}|[^A-Za-z0-9]", printable(text))
    return Tex(r"\allowbreak{}".join(escape(piece) for piece in pieces))


def url(text: str) -> Tex:
    r"""An address for ``\href``."""
    return Tex(re.sub(r"([%#&_])", r"\\\1", re.sub(r"[\\{}\s^~]", "", text)))


def installed() -> bool:
    """Whether there is a pdflatex."""
    return shutil.which("pdflatex") is not None


def compile_pdf(source: Path) -> tuple[bytes | None, str]:
    """Runs pdflatex on ``source`` in its folder.

    Returns:
        The PDF, or None and the reason in one sentence.
    """
    program = shutil.which("pdflatex")
    if program is None:
        return None, "No PDF was made, because pdflatex is not installed; report.tex can be compiled elsewhere."
    with tempfile.TemporaryDirectory(dir=source.parent, prefix="tex-") as scratch:
        output = Path(scratch).name
        options = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", f"-output-directory={output}")
        for _ in range(_PASSES):
            try:
                done = subprocess.run(
                    (program, *options, source.name), cwd=source.parent, env=_paranoid(), capture_output=True,
                    timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as error:
                return None, f"No PDF was made, because pdflatex did not finish ({type(error).__name__})."
            if done.returncode:
                return None, f"No PDF was made, because pdflatex failed: {_complaint(done.stdout)}"
        return (Path(scratch) / source.with_suffix(".pdf").name).read_bytes(), ""


def _paranoid() -> dict[str, str]:
    """The environment in which TeX can neither read nor write outside its folder, and writes no dates."""
    fixed = {"openin_any": "p", "openout_any": "p", "shell_escape": "f", "SOURCE_DATE_EPOCH": "0"}
    return dict(os.environ) | fixed | {"FORCE_SOURCE_DATE": "1"}


def _complaint(log: bytes) -> str:
    lines = log.decode("utf-8", errors="replace").splitlines()
    return next((line for line in lines if line.startswith("!")), "see report.tex")

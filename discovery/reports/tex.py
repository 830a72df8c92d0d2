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
from collections.abc import Iterable
from pathlib import Path

import jinja2

from discovery import files
from discovery.protocols import NEVER, Deadline
from discovery.reports.context import context
from discovery.reports.formulas import Equation, Formulas
from discovery.reports.naming import shown
from discovery.reports.printing import Printing
from discovery.reports.short import short_form
from discovery.symbolic.latex import LatexPen
from discovery.symbolic.lettering import escape, printable
from discovery.types import DiscoveryResult

TIMEOUT = 120.0  # seconds for one pass; a report takes less than one
_LONG_WORD = 18  # characters of a word that leaves no line too loose or too long
_SIGNS = re.compile(r"(?<=[*/(,])(?=[^*])")
_SHORT = 30  # characters that fit wherever breakable text stands
# The second pass knows the pages of the outline, the third the widths of tables that run over pages.
_PASSES = 4
_AGAIN = re.compile(rb"Rerun to get|rerun LaTeX|Table widths have changed|Label\(s\) may have changed")


class Tex(str):
    """Text that is LaTeX already."""

    __slots__ = ()


class ReportPen(LatexPen):
    """Formulas that TeX may break and, as a last resort, shrink, by the macros that the templates' preamble defines."""

    def row(self, parts: Iterable[str]) -> str:
        """Factors between which a line may end."""
        return r" \by ".join(parts)

    def fraction(self, above: str, below: str) -> str:
        """With a slash where it is wider than a line."""
        return rf"\ratio{{{above}}}{{{below}}}"

    def root(self, inside: str, degree: int) -> str:
        """A power where it is wider than a line."""
        return rf"\rootof{{{inside}}}" if degree == 2 else rf"\rootof[{degree}]{{{inside}}}"

    def fence(self, inside: str, bar: bool = False) -> str:
        """Brackets that give up growing where what they hold must be broken."""
        return rf"\fitted{{{super().fence(inside, bar)}}}" if bar else rf"\fence{{{inside}}}"

    def power(self, base: str, exponent: str) -> str:
        """A bracket that is raised may be broken as any other."""
        return f"{base}^{{{exponent}}}" if base.startswith(r"\fence{") else super().power(base, exponent)


def _lay_out(equations: tuple[Equation[Tex], ...]) -> Tex:
    """Equations in the environment that the preamble defines, which measures the left-hand sides first."""
    lefts = "".join(rf"\leftside{{{equation.left}}}" for equation in equations)
    lines = (rf"\lawline{{{equation.left}}}{{{_terms(equation)}}}" for equation in equations)
    return Tex("\n".join((rf"\begin{{law}}{lefts}", *lines, r"\end{law}")))


def _terms(equation: Equation[Tex]) -> str:
    first, *others = equation.lines
    return "".join((rf"\term{{{first}}}", *("%\n  " + rf"\term{{{{}}{other}}}" for other in others)))


def render(result: DiscoveryResult, templates: Path, figures: tuple[str, ...], form: str = "report") -> str:
    """The LaTeX source; figures are read from ``figures/<name>.pdf`` beside it.

    Args:
        form: name of the template: ``report`` is the full form, ``short`` has one page.
    """
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
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- `finalize` escapes for TeX
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
    )
    environment.filters |= {"breakable": breakable, "prose": prose, "url": url}
    formulas = Formulas(result, ReportPen(), Tex, shown(result))
    template = environment.get_template(f"{form}.tex.j2")
    printing = Printing(formulas, lambda text: Tex(escape(text)), lambda write: _lay_out(write(formulas)))
    return template.render(context(result, figures), math=printing, short=short_form(result, formulas))


def _finalize(value: object) -> str:
    return value if isinstance(value, Tex) else escape(str(value))


def breakable(text: str) -> Tex:
    """Escaped text that may be broken after each sign and inside long words, such as a path or a hash."""
    if len(text) <= _SHORT:
        return Tex(escape(text))
    return _in_pieces(re.findall(r"[A-Za-z0-9]{1,8}|[^A-Za-z0-9]", printable(text)))


def prose(text: str) -> Tex:
    """Escaped sentences; a long word, as a term of a law is, may be broken after its signs."""
    words = text.split(" ")
    return Tex(" ".join(_in_pieces(_SIGNS.split(word)) if len(word) > _LONG_WORD else escape(word) for word in words))


def _in_pieces(pieces: Iterable[str]) -> Tex:
    return Tex(r"\allowbreak{}".join(escape(piece) for piece in pieces))


def url(text: str) -> Tex:
    r"""An address for ``\href``."""
    return Tex(re.sub(r"([%#&_])", r"\\\1", re.sub(r"[\\{}\s^~]", "", text)))


def installed() -> bool:
    """Whether there is a pdflatex."""
    return shutil.which("pdflatex") is not None


def compile_pdf(source: Path, until: Deadline = NEVER) -> tuple[bytes | None, str]:
    """Runs pdflatex on ``source`` in its folder, as often as it asks for, but not past ``until``.

    Returns:
        The PDF, or None and the reason in one sentence.
    """
    program = shutil.which("pdflatex")
    if program is None:
        return None, (
            "No PDF was made, because pdflatex is not installed; report.tex can be compiled elsewhere. "
            "Without a TeX, typst makes it: pip install typst"
        )
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=files.SCRATCH) as scratch:
        output = Path(scratch).name
        options = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", f"-output-directory={output}")
        command = (*_leash(), program, *options, source.name)
        for _ in range(_PASSES):
            try:
                done = subprocess.run(
                    command, cwd=source.parent, env=_paranoid(), capture_output=True,
                    timeout=min(TIMEOUT, until.remaining()), check=False, stdin=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired) as error:
                return None, f"No PDF was made, because pdflatex did not finish ({type(error).__name__})."
            if done.returncode:
                return None, f"No PDF was made, because pdflatex failed: {_complaint(done.stdout)}"
            if not _AGAIN.search(done.stdout):
                break
        return (Path(scratch) / source.with_suffix(".pdf").name).read_bytes(), ""


def _leash() -> tuple[str, ...]:
    """What to run a program by so that it ends with this process, however that ends; nothing where there is no such."""
    setpriv = shutil.which("setpriv")  # of util-linux, which every Linux has
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def _paranoid() -> dict[str, str]:
    """The environment in which TeX can neither read nor write outside its folder, and writes no dates."""
    fixed = {"openin_any": "p", "openout_any": "p", "shell_escape": "f"}
    dated = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
    return dict(os.environ) | fixed | dated | {"max_print_line": "1000"}  # messages on one line, as `_AGAIN` reads them


def _complaint(log: bytes) -> str:
    lines = log.decode("utf-8", errors="replace").splitlines()
    return next((line for line in lines if line.startswith("!")), "see report.tex")

"""The report in Typst, and as PDF by typst's wheel, for machines without a TeX.

Text reaches the template as string literals, which Typst never reads as markup, and the pen of formulas writes names as
literals too. The compiler reads no file outside the report's folder.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import jinja2

from discovery.reports.context import context
from discovery.reports.formulas import Equation, Formulas
from discovery.reports.naming import shown
from discovery.reports.printing import Printing
from discovery.reports.short import short_form
from discovery.symbolic.lettering import printable, split_name
from discovery.types import DiscoveryResult

_OPERATORS = {"*": "⋅", "-": "-", "+": "+", ",": "\\,", "′": "prime"}
# Operators that Typst knows by name.
_FUNCTIONS = frozenset(
    {"sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "coth"}
    | {"ln", "exp", "max", "min"}
)
_LONGEST_WORD = 30  # characters of a word that fit wherever text stands
_LONG_TERM = 120  # characters of a term's source beyond which it may be wider than a line
_NO_WIDTH = "\u200b"  # where a word may be broken


class Typ(str):
    """Text that is Typst already."""

    __slots__ = ()


def literal(text: str) -> str:
    r"""A string literal of Typst: only the quotation mark and the backslash mean anything in it."""
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class TypstPen:
    """Writes formulas for Typst's math mode."""

    def name(self, header: str) -> str:
        """One letter in italics with its subscript, a longer name upright."""
        base, below = split_name(header)
        if len(base) != 1 or not base.isalpha():
            return self.word(header)
        if not below:
            return base
        return f"{base}_({below if below.isdigit() else literal(below)})"

    def word(self, text: str) -> str:
        """Letter by letter, upright."""
        return literal(text)

    def number(self, text: str) -> str:
        """With a power of ten for an exponent."""
        digits, _, exponent = text.partition("e")
        return f"{digits} ⋅ 10^({int(exponent)})" if exponent else digits

    def operator(self, sign: str) -> str:
        """Escaped where it separates arguments."""
        return _OPERATORS.get(sign, sign)

    def row(self, parts: Iterable[str]) -> str:
        """Thin spaces between factors, so that long names stay apart."""
        return " thin ".join(parts)

    def fraction(self, above: str, below: str) -> str:
        """A built-up fraction."""
        return f"frac({above}, {below})"

    def power(self, base: str, exponent: str) -> str:
        """An exponent after whatever the base is."""
        return f"attach({base}, t: {exponent})"

    def root(self, inside: str, degree: int) -> str:
        """A radical sign."""
        return f"sqrt({inside})" if degree == 2 else f"root({degree}, {inside})"

    def fence(self, inside: str, bar: bool = False) -> str:
        """Brackets that grow."""
        return f"abs({inside})" if bar else f"lr(( {inside} ))"

    def function(self, name: str) -> str:
        """An operator, with a space so that it stays apart from its argument."""
        return f"{name} " if name in _FUNCTIONS else f"op({literal(name)}) "

    def upright(self, letter: str) -> str:
        """Roman."""
        return f"upright({letter}) "


class FlatPen(TypstPen):
    """Writes formulas that may be broken anywhere between factors: no built-up fractions, brackets that do not grow."""

    def fraction(self, above: str, below: str) -> str:
        """With a slash."""
        return rf"{self.fence(above)} \/ {self.fence(below)}"

    def power(self, base: str, exponent: str) -> str:
        """A raised bracket stays breakable."""
        return f"{base}^({exponent})" if base.endswith(r"\)") else super().power(base, exponent)

    def root(self, inside: str, degree: int) -> str:
        """As a power."""
        return rf"{self.fence(inside)}^(1\/{degree})"

    def fence(self, inside: str, bar: bool = False) -> str:
        """Signs that Typst does not take for a pair."""
        return rf"\| {inside} \|" if bar else rf"\( {inside} \)"


def _lay_out(equations: tuple[Equation[Typ], ...], flat: tuple[Equation[Typ], ...]) -> Typ:
    """Equations for the function of the template that measures them and fills the lines."""
    rows = (
        f"  ($display({one.left} =)$, ({''.join(_terms(one, other))})),"
        for one, other in zip(equations, flat, strict=True)
    )
    return Typ("\n".join(("#law((", *rows, "))")))


def _terms(equation: Equation[Typ], flat: Equation[Typ]) -> Iterator[str]:
    """Each term as an equation of its own, a long one with its flat twin."""
    for place, (line, other) in enumerate(zip(equation.lines, flat.lines, strict=True)):
        term = f"$display({_spaced(line) if place else line})$"
        twin = f"$display({_spaced(other) if place else other})$"
        yield f"({term}, {twin}), " if len(line) > _LONG_TERM else f"{term}, "


def _spaced(line: str) -> str:
    """The sign between two terms with the spaces of a sign between two terms."""
    return f"med {line[0]} med {line[2:]}"


def escape(text: str) -> str:
    """Text as an expression that gives it; the semicolon keeps what follows from being read as a part of it."""
    return f"#{literal(text)};"


def breakable(text: str) -> Typ:
    """Text whose long words, such as a hash, may be broken."""
    words = re.split(r"(\s+)", printable(text))
    pieces = (
        _NO_WIDTH.join(re.findall(r"[A-Za-z0-9]{1,8}|.", word)) if len(word) > _LONGEST_WORD else word for word in words
    )
    quoted = "".join(pieces).replace("\\", "\\\\").replace('"', '\\"')
    return Typ(f'#"{quoted}";')


def render(result: DiscoveryResult, templates: Path, figures: tuple[str, ...], form: str = "report") -> str:
    """The Typst source; figures are read from ``figures/<name>.pdf`` beside it.

    Args:
        form: name of the template: ``report`` is the full form, ``short`` has one page.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- `finalize` makes literals
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: value if isinstance(value, Typ) else escape(str(value)),
    )
    environment.filters |= {"breakable": breakable, "literal": lambda text: Typ(literal(str(text)))}
    formulas = Formulas(result, TypstPen(), Typ, shown(result))
    flat = replace(formulas, pen=FlatPen())
    printing = Printing(formulas, lambda text: Typ(escape(text)), lambda write: _lay_out(write(formulas), write(flat)))
    return environment.get_template(f"{form}.typ.j2").render(
        context(result, figures), math=printing, short=short_form(result, formulas), typst=lambda value: Typ(str(value))
    )


def installed() -> bool:
    """Whether typst's wheel is here; it is not imported."""
    return importlib.util.find_spec("typst") is not None


def compile_pdf(source: Path) -> tuple[bytes | None, str]:
    """Compiles ``source`` in its folder.

    Returns:
        The PDF, or None and the reason in one sentence.
    """
    if not installed():
        return None, "No PDF was made, because typst is not installed. Add it with: pip install typst"
    import typst  # 80 MB, and only here

    try:
        made = typst.compile(source, root=source.parent, format="pdf", timestamp=0)
    except RuntimeError as error:
        return None, f"No PDF was made, because typst failed: {str(error).splitlines()[0]}"
    return made, ""

"""MathML, as browsers show it without any script: a pen for :class:`discovery.symbolic.latex.Typesetter`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from discovery.symbolic.lettering import printable, split_name

_TALL = ("<mfrac", "<msqrt", "<mroot")
_THIN_SPACE = '<mspace width="0.17em"/>'
_SIGNS = {"-": "\u2212", "*": "\u22c5"}


class MathMLPen:
    """Writes presentation MathML; every name is escaped for HTML."""

    def name(self, header: str) -> str:
        """An identifier; a single letter becomes italic by MathML's own rule."""
        base, below = split_name(header)
        if not below:
            return self.word(base)
        subscript = f"<mn>{below}</mn>" if below.isdigit() else f"<mi>{escape(below)}</mi>"
        return f"<msub>{self.word(base)}{subscript}</msub>"

    def word(self, text: str) -> str:
        """An identifier, upright where it has more than one letter."""
        return f"<mi>{escape(printable(text))}</mi>"

    def number(self, text: str) -> str:
        """With a power of ten for an exponent."""
        digits, _, exponent = text.partition("e")
        digits = digits.replace("-", _SIGNS["-"])
        if not exponent:
            return f"<mn>{digits}</mn>"
        power = f"<mn>{int(exponent)}</mn>".replace("-", _SIGNS["-"])
        return f"<mrow><mn>{digits}</mn>{self.operator('*')}<msup><mn>10</mn>{power}</msup></mrow>"

    def operator(self, sign: str) -> str:
        """Unicode's minus and dot."""
        return f"<mo>{_SIGNS.get(sign, sign)}</mo>"

    def row(self, parts: Iterable[str]) -> str:
        """A thin space between factors, so that long names stay apart."""
        return f"<mrow>{_THIN_SPACE.join(parts)}</mrow>"

    def fraction(self, above: str, below: str) -> str:
        """A built-up fraction."""
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def power(self, base: str, exponent: str) -> str:
        """A superscript."""
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def root(self, inside: str, degree: int) -> str:
        """A radical sign."""
        if degree == 2:
            return f"<msqrt><mrow>{inside}</mrow></msqrt>"
        return f"<mroot><mrow>{inside}</mrow><mn>{degree}</mn></mroot>"

    def fence(self, inside: str, bar: bool = False) -> str:
        """Brackets; they grow about what is tall, as Chromium sets wide spaces about those that may grow."""
        left, right = ("|", "|") if bar else ("(", ")")
        grows = "true" if any(tag in inside for tag in _TALL) else "false"
        return (
            f'<mrow><mo form="prefix" stretchy="{grows}">{left}</mo>{inside}'
            f'<mo form="postfix" stretchy="{grows}">{right}</mo></mrow>'
        )

    def function(self, name: str) -> str:
        """An upright name with the invisible operator of application."""
        return f"<mi>{escape(name)}</mi><mo>\u2061</mo>"

    def upright(self, letter: str) -> str:
        """A single letter that is not a variable."""
        return f'<mi mathvariant="normal">{escape(letter)}</mi>'

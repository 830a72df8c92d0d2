r"""Characters and names: what outside text looks like when it is printed, and never more than that.

Column names and file names are typeset, not interpreted: :func:`escape` turns each character into plain ASCII TeX that
prints it, so that neither ``\input`` nor an encoding can do harm.
"""

from __future__ import annotations

import re
import unicodedata

GREEK: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω",
}  # fmt: skip
GREEK_COMMANDS = {letter: "\\" + name for name, letter in GREEK.items()} | {
    "ε": r"\varepsilon", "φ": r"\varphi", "ϕ": r"\phi", "ϵ": r"\epsilon", "ϑ": r"\vartheta", "ς": r"\varsigma",
    "υ": r"\upsilon", "ο": "o",
}  # fmt: skip
_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}",
    "°": r"\textdegree{}", "±": r"\ensuremath{\pm}", "×": r"\ensuremath{\times}", "·": r"\ensuremath{\cdot}",
    "−": r"\ensuremath{-}", "′": r"\ensuremath{'}", "²": r"\textsuperscript{2}", "³": r"\textsuperscript{3}",
    "–": r"\textendash{}", "—": r"\textemdash{}", "‘": "`{}", "’": "'{}", "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}", "…": r"\dots{}", "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}",
    "≈": r"\ensuremath{\approx}", "∞": r"\ensuremath{\infty}", "→": r"\ensuremath{\to}", "√": r"\ensuremath{\surd}",
    "∂": r"\ensuremath{\partial}", "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}",
    "ł": r"\l{}", "Ł": r"\L{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ı": r"\i{}", "đ": r"\dj{}", "Đ": r"\DJ{}",
    "⁻": r"\textsuperscript{\ensuremath{-}}", "€": r"\texteuro{}", "£": r"\pounds{}", "§": r"\S{}",
} | {digit: rf"\textsuperscript{{{value}}}" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}  # fmt: skip
_ACCENTS = {
    "\u0300": "\\`", "\u0301": "\\'", "\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\=", "\u0306": r"\u",
    "\u0307": r"\.", "\u0308": r"\"", "\u030a": r"\r", "\u030b": r"\H", "\u030c": r"\v", "\u0327": r"\c",
    "\u0328": r"\k",
}  # fmt: skip
_SUBSCRIPT_DIGITS = str.maketrans({chr(0x2080 + digit): str(digit) for digit in range(10)})
_SHORT_NAME = re.compile(
    rf"(?P<base>[A-Za-z]|{'|'.join(GREEK)}|[{''.join(GREEK.values())}])"
    r"(?:_?(?P<digits>[0-9]{1,3})|_(?P<word>[A-Za-z0-9]{1,8}))?"
)


def printable(text: str) -> str:
    """``text`` on one line, composed (NFC), without control characters and direction overrides."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("µ", "μ"))
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def escape(text: str) -> str:
    """TeX, in ASCII, that prints ``text`` in text mode; a character TeX has no glyph for prints as its code point."""
    written = "".join(_escape_character(c) for c in printable(text))
    return re.sub(r"([-',])(?=\1)", r"\1{}", written)  # two in a row would become a dash or a quotation mark


def _escape_character(character: str) -> str:
    if character in _TEXT:
        return _TEXT[character]
    if character.isascii():
        return character
    if character in GREEK_COMMANDS:
        return rf"\ensuremath{{{GREEK_COMMANDS[character]}}}"
    base, *marks = unicodedata.normalize("NFD", character)
    if marks and base.isascii() and base.isalpha() and all(mark in _ACCENTS for mark in marks):
        for mark in marks:
            base = f"{_ACCENTS[mark]}{{{base}}}"
        return base
    if unicodedata.combining(character):
        return ""
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    return "".join(_TEXT.get(c, c) for c in plain) or f"[U+{ord(character):04X}]"


def split_name(header: str) -> tuple[str, str]:
    """Base and subscript of a short name: ``x_1`` is (x, 1), ``theta`` (θ, ""); a long name is its own base."""
    clean = printable(header).strip()
    subscripted = re.sub(r"^(.*?[^\W\d])_?([₀-₉]+)$", r"\1_\2", clean).translate(_SUBSCRIPT_DIGITS)
    found = _SHORT_NAME.fullmatch(subscripted)
    if found is None:
        return clean, ""
    base = found["base"]
    return GREEK.get(base, base), found["digits"] or found["word"] or ""

"""Identifiers for columns: what a person wrote as a header becomes a name that expressions can hold."""

from __future__ import annotations

import builtins
import keyword
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

import sympy as sp

from discovery.headers import bare
from discovery.symbolic.complexity import is_constant
from discovery.symbolic.parse import FUNCTIONS, NUMBERS

TIME = "t"
# Names that SymPy gives a meaning when it reads text, those of its modules (which are attributes of the package once
# they are imported), Python's own, and those of the grammar.
RESERVED = frozenset(
    {TIME, *dir(sp), *sp.__all__, *(module.name for module in pkgutil.iter_modules(sp.__path__))}
    | {*dir(builtins), *keyword.kwlist, *FUNCTIONS, *NUMBERS}
)
LONGEST = 40  # characters of an identifier, so that laws can be printed and read back
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")


def safe_names(headers: Sequence[str]) -> dict[str, str]:
    """An identifier of ASCII characters for each header: safe name -> header, in the order of the headers.

    A header that is such an identifier and is not reserved keeps its name. Others lose a unit in brackets, are
    transliterated (``µ`` becomes ``mu``), get ``_`` for other characters, and a number where two would be the same.
    """
    kept = {header for header in headers if is_safe(header)}
    names: dict[str, str] = {}
    for header in headers:
        keeps = header in kept and header not in names
        names[header if keeps else _unique(_proposal(header), kept | names.keys())] = header
    return names


def read_as(headers: Mapping[str, str]) -> dict[str, str]:
    """What people read for identifiers that code reads, where that is another: ``I`` for ``I_``.

    Names of functions, numbers, time and constants keep their underscore, as formulas have them in another meaning.
    """
    meant = {TIME, *FUNCTIONS, *NUMBERS}
    words = {name: bare(header) for name, header in headers.items() if name == f"{bare(header)}_"}
    return {name: word for name, word in words.items() if word not in meant and not is_constant(word)}


def header_of(name: str, headers: Sequence[str]) -> str:
    """The header of a column that may be told without its unit, or by its identifier; the name itself if there is none.

    What stands for two columns stands for neither.
    """
    if name in headers:
        return name
    plain = [header for header in headers if bare(header) == name]
    if len(plain) == 1:
        return plain[0]
    return name if plain else safe_names(headers).get(name, name)


def is_safe(name: str) -> bool:
    """Whether the name can stand for a state in expressions as it is."""
    if not (name.isascii() and name.isidentifier()) or name.startswith("__"):
        return False
    return len(name) <= LONGEST and name not in RESERVED and not is_constant(name)


def _proposal(header: str) -> str:
    name = "".join(_ascii(unicodedata.normalize("NFKD", bare(header))))
    name = re.sub(r"\W+", "_", name, flags=re.ASCII)
    name = re.sub(r"__+", "_", name).strip("_")
    name = name[:LONGEST].rstrip("_")
    if not name or name[0].isdigit():
        name = f"x_{name}"
    return name if is_safe(name) else f"{name}_"


def _ascii(text: str) -> Iterable[str]:
    for character in text:
        if character.isascii():
            yield character
        elif greek := _GREEK.fullmatch(unicodedata.name(character, "")):
            yield greek[2].lower() if greek[1] == "SMALL" else greek[2].capitalize()
        elif not unicodedata.combining(character):
            yield "_"


def _unique(name: str, taken: Iterable[str]) -> str:
    if name not in taken and is_safe(name):
        return name
    numbered = (f"{name[: LONGEST - 6].rstrip('_')}_{i}" for i in count(2))
    return next(candidate for candidate in numbered if candidate not in taken and is_safe(candidate))

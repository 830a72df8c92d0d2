"""Lines of comments: where they stand, and the names of columns that the last of those above the data may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from discovery.trajectories.time_names import likeness
from discovery.trajectories.tokens import is_missing, is_number

# Of numpy and OpenFOAM; of COMSOL and MATLAB, where a blank follows, as "%RH" is a name; of other programs.
_MARK = re.compile(r"#+|%+(?=\s)|!+|//+")
# Within a table, where a blank follows: #1 is a label, and #N/A an entry of Excel.
_WITHIN = re.compile(r"^[ \t]*#+(?:[ \t]+(?![\d#])[^\r\n]*)?(?=[\r\n]|\Z)", re.MULTILINE)
# A word, or what stands in brackets, with the unit in brackets behind it.
_UNDIVIDED = re.compile(r"(?:[^\s\[\]()]|\[[^\]]*\]|\([^)]*\))+(?:[ \t]+(?:\[[^\]]*\]|\([^)]*\)))?")
_WIDE = re.compile(r"\s{2,}|\t")


def comment(line: str) -> str | None:
    """What a line says that begins as comments do; None for any other."""
    text = line.strip()
    mark = _MARK.match(text)
    return None if mark is None else text[mark.end() :].lstrip("# ")


def uncommented(text: str) -> str:
    """Whole lines of a table, with an empty line for each comment, so that lines count."""
    return _WITHIN.sub("", text) if "#" in text else text


def names_among(comments: Sequence[str], width: int, split: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """Names of so many columns in the last comment, as ``numpy.savetxt`` writes them; none where it has none.

    A name is no number nor a lone mark, as in ``dt = 0.1``; a unit in brackets belongs to the word before it, and names
    of several words are two blanks apart. OpenFOAM numbers its probes in the line above that of ``Time``.

    Args:
        split: how entries of a row are told apart.
    """
    if not comments:
        return ()
    last = comments[-1]
    for names in (split(last), _UNDIVIDED.findall(last), _WIDE.split(last)):
        if len(names) == width and all(map(_is_name, names)):
            return tuple(names)
    kind, *numbers = comments[-2].split() if len(comments) > 1 else [""]
    if likeness(last) is not None and len(numbers) == width - 1 and all(number.isdecimal() for number in numbers):
        return (last, *(f"{kind}_{number}" for number in numbers))
    return ()


def _is_name(entry: str) -> bool:
    there = any(character.isalpha() for character in entry) and not is_missing(entry)
    return there and not (is_number(entry, ".") or is_number(entry, ","))

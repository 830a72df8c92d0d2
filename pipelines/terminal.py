"""Text for a terminal: what comes from a file shows itself and commands nothing; courses as rows of dots; the end."""

from __future__ import annotations

import os
import re
import shlex
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path
from typing import IO, Any, NoReturn

from discovery.errors import BackendMissing, DataError, DiscoveryError, OutputError, UsageError

# How `discover run` ends; errors have codes of their own, in discovery/errors.py.
FOUND, NOT_FOUND, PARTIAL, INTERRUPTED = 0, 4, 6, 130
WITH_RESULT = (FOUND, NOT_FOUND, PARTIAL)
# What each exit code says, in the words of the README and of the pages.
EXITS: Mapping[int, str] = {
    FOUND: "a law was found",
    DiscoveryError.exit_code: (
        "another error, as a law that cannot be followed so far, or a fault of the program; the message says which"
    ),
    UsageError.exit_code: "a wrong option, name or configuration",
    DataError.exit_code: "data that cannot be used; the message names line and column",
    NOT_FOUND: "the data support no law",
    BackendMissing.exit_code: "something that was asked for is not installed; the message has the command that adds it",
    PARTIAL: "the budget cut work off; what there is so far was written",
    OutputError.exit_code: "a file cannot be written, as on a full disk; what was there before is whole",
    INTERRUPTED: "interrupted by Ctrl-C or SIGTERM; what there is so far was written",
}
_LONGEST = 4000  # characters of one message: a file without line ends must not fill the screen
# Bits of a braille character, by column and by row from above.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800
# A word with a single quotation mark, and nothing that a shell acts on between double ones.
_MARKED = re.compile(r"""(?=.*')[^"$`\\!\n]*""")
LISTED = 6  # files at most whose names a command has beside their numbers
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
_PLAIN = "_.-~^"  # heights where the terminal has no braille


def plain(text: str, longest: int = _LONGEST) -> str:
    r"""The text with every character that is not seen written out, such as ``\x1b``, and cut if it is very long.

    That is control characters, escape sequences among them, marks that turn the direction of writing, ends of lines.
    """
    if text.isprintable() and len(text) <= longest:
        return text
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def lines(text: str) -> str:
    """As :func:`plain`, line by line."""
    return "\n".join(plain(line) for line in text.splitlines())


def told(error: Any) -> bool:
    """Whether an error is one of a command's usage, which then tells itself; without its library's word before ours."""
    if not hasattr(error, "show"):
        return False
    if isinstance(getattr(error, "message", None), str):
        error.message = error.message.replace("Value error, ", "")
    error.show()
    return True


def suggest(words: Sequence[str]) -> None:
    """What may have been meant by a command of wrong usage: a file where a command belongs, or several for one."""
    files = [word for word in words if not word.startswith("-") and Path(word).is_file()]
    if words and words[0] in files[:1]:
        sys.stderr.write(f"To see what is in {words[0]!r}: discover check {plain(shlex.quote(words[0]))}\n")
    elif words[:1] in (["check"], ["run"]):
        data = [file for file in files if Path(file).suffix == Path(files[0]).suffix]
        if len(data) > 1:
            sys.stderr.write(lines(joining(data, words[0])) + "\n")


def joining(files: Sequence[str], command: str) -> str:
    """How files of one run each become one file with a column that tells the runs apart, and the command for that.

    Of names with one number that differs, such as a dose, that number is the column, which can drive the states, too.
    """
    whole = next(name for name in (f"joined{'_' * i}.csv" for i in count()) if not Path(name).exists())
    numbers = _numbers([Path(file).stem for file in files]) if len(files) <= LISTED else None
    read = "pd.concat([pd.read_csv(f, sep=None, engine='python', dtype=str)"  # any separator, decimals as they are
    written = f".to_csv('{whole}', index=False)"
    if numbers is None:
        key, name = "file", "file"
        code = f"import sys, pandas as pd; {read}.assign(file=f) for f in sys.argv[1:]]){written}"
        join = command_line(["python", "-c", code, *files])
    else:
        key, name = "setting", "setting (call it as what differs, such as dose)"
        each = ", ".join(f"{file!r}: {number}" for file, number in zip(files, numbers, strict=True))
        code = f"import pandas as pd; {read}.assign(setting=n) for f, n in {{{each}}}.items()]){written}"
        join = command_line(["python", "-c", code])
    return (
        f"One file is read. Files of one run each are put below each other, with a column {name} that tells the runs "
        f"apart:\n  {join}\n  discover {command} {whole} --trajectory {key}"
    )


def _numbers(names: Sequence[str]) -> list[str] | None:
    """The number of each name, where that alone differs between them; None where it does not."""
    every = [re.split(_NUMBER, name) for name in names]
    if len({tuple(parts[::2]) for parts in every}) > 1:
        return None
    differing = [column for column in zip(*(parts[1::2] for parts in every), strict=True) if len(set(column)) > 1]
    if len(differing) != 1 or len(set(map(float, differing[0]))) < len(names):
        return None
    return [str(float(text)).removesuffix(".0") for text in differing[0]]  # 01 is no number in Python


def command_line(words: Sequence[str]) -> str:
    """A command as a person types it in a shell: in double quotation marks what has single ones, such as ``x''``."""
    return " ".join(f'"{word}"' if _MARKED.fullmatch(word) else shlex.quote(word) for word in words)


def fancy(stream: IO[str] | None = None) -> bool:
    """Whether the stream can show braille."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "ascii"
    try:
        chr(_BRAILLE).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def course(values: Sequence[float], width: int, height: int, *, dots: bool = True) -> list[str]:
    """Values as ``height`` lines of ``width`` characters, from their least to their largest; gaps where not finite.

    What is closer than a dot is drawn as its whole range, so that a fast oscillation looks like a band.
    """
    across, down = (2 * width, 4 * height) if dots else (width, len(_PLAIN))
    finite = [value for value in values if value == value and abs(value) != float("inf")]
    if not finite or width < 1:
        return [" " * width] * (height if dots else 1)
    low, high = min(finite), max(finite)
    scale = (down - 1) / (high - low) if high > low else 0.0
    filled: list[set[int]] = [set() for _ in range(across)]
    for column, part in enumerate(_shares(_stretched(values, across), across)):
        places = [round((value - low) * scale) for value in part if value == value and abs(value) != float("inf")]
        if places:
            filled[column] = set(range(min(places), max(places) + 1))
    if not dots:
        return ["".join(_PLAIN[round(sum(one) / len(one))] if one else " " for one in filled)]
    return [_row(filled, down - 1 - 4 * row) for row in range(height)]


def _stretched(values: Sequence[float], count: int) -> Sequence[float]:
    """At least ``count`` values, by straight lines between those that there are."""
    if len(values) >= count or len(values) < 2:
        return values
    places = [place * (len(values) - 1) / (count - 1) for place in range(count)]
    left = [min(int(place), len(values) - 2) for place in places]
    return [values[i] + (place - i) * (values[i + 1] - values[i]) for i, place in zip(left, places, strict=True)]


def _shares(values: Sequence[float], count: int) -> list[Sequence[float]]:
    """The values in ``count`` neighbouring parts, of one value at least."""
    edges = [place * len(values) / count for place in range(count + 1)]
    return [values[int(a) : max(int(a) + 1, int(b))] for a, b in pairwise(edges)]


def _row(filled: Sequence[set[int]], top: int) -> str:
    characters: list[str] = []
    for left in range(0, len(filled), 2):
        bits = 0
        for side, marks in enumerate(_DOTS):
            for down, mark in enumerate(marks):
                bits |= mark if top - down in filled[left + side] else 0
        characters.append(chr(_BRAILLE + bits) if bits else " ")
    return "".join(characters)


def leave(code: int) -> NoReturn:
    """Ends the program with that code, also where work that was left behind is still inside of native code."""
    if threading.active_count() > 1:
        with suppress(OSError, ValueError):  # nobody reads, or there is no room: the code says what there is to say
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

"""Identifiers that a language takes, for whatever states and constants are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from itertools import count

LONGEST = 60  # MATLAB and C99 tell names apart by 63 characters
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def identifiers(names: Sequence[str], reserved: Collection[str]) -> tuple[str, ...]:
    """An identifier for each name, all different: ASCII letters, digits and ``_``, the first one a letter.

    A name that is such an identifier and is not reserved is kept; of two that are the same, by the first.
    """
    kept = {name for name in names if _fits(name, reserved)}
    given: list[str] = []
    for name in names:
        keeps = name in kept and name not in given
        given.append(name if keeps else _unique(_proposal(name), {*kept, *given}, reserved))
    return tuple(given)


def _fits(name: str, reserved: Collection[str]) -> bool:
    return len(name) <= LONGEST and _PLAIN.fullmatch(name) is not None and name not in reserved


def _proposal(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    text = re.sub(r"\W+", "_", plain, flags=re.ASCII).strip("_")[: LONGEST - 10]
    return text if text[:1].isalpha() else f"x_{text}".rstrip("_")


def _unique(text: str, taken: Collection[str], reserved: Collection[str]) -> str:
    candidates: Iterable[str] = (text if i == 0 else f"{text}_" if i == 1 else f"{text}_{i}" for i in count())
    return next(candidate for candidate in candidates if _fits(candidate, reserved) and candidate not in taken)

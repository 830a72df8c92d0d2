"""What columns are called in formulas: a short symbol each, with the column's full name and its unit beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from discovery.symbolic.lettering import GREEK, printable, split_name
from discovery.types import DiscoveryResult

TIME = "t"  # the identifier of time in expressions
_UNIT = re.compile(r"(?<=\S)\s*(?:\[([^\[\]]*)\]|\((?!\d+\))([^()]*)\))\s*$")  # "v [m/s]", "v (m/s)"; not "x(1)"
# A name in a formula is read as one name only if it is one word; long ones make a formula a text.
_WORD = re.compile(r"[^\W\d_]\w*")
_LONGEST = 8
# Letters that mean something else in a law: constants, Euler's number, the differential and time.
_TAKEN = frozenset("cdet")
_SPARE = "xyzuwqrs"
# A column of times that is named by its unit.
_TIMES = re.compile(r"(?i)(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)")


@dataclass(frozen=True)
class Symbol:
    """How one column is written.

    Attributes:
        identifier: its name in expressions.
        shown: what stands for it in formulas.
        name: its header without the unit.
        unit: as the header writes it; None if the header has none.
    """

    identifier: str
    shown: str
    name: str
    unit: str | None

    @property
    def is_own(self) -> bool:
        """Whether formulas show the column's own name."""
        return self.shown == self.name

    @property
    def is_plain(self) -> bool:
        """Whether nothing need be said of it beside a formula."""
        return self.is_own and not self.unit

    @property
    def stands_for(self) -> str:
        """The column's name where it is not shown, else empty."""
        return "" if self.is_own else self.name


def split_header(header: str) -> tuple[str, str | None]:
    """Name and unit: ``v [m/s]`` is (v, m/s); None where no unit is given."""
    clean = printable(header).strip()
    found = _UNIT.search(clean)
    if found is None:
        return clean, None
    return clean[: found.start()], (found[1] if found[1] is not None else found[2]).strip()


def symbols(result: DiscoveryResult) -> tuple[Symbol, ...]:
    """A symbol for each state, in order, and one for time at the end.

    A name that is one word of at most eight characters stands for itself. Others get their first letter if it is free,
    small or capital, else a letter with their number; time that is not named by a letter is t.
    """
    states = result.trajectories[0].names
    parts = {name: split_header(result.headers.get(name, name)) for name in states}
    parts[TIME] = split_header(result.time_name)
    stated = result.structure.units
    parts = {key: (name, stated.get(key, unit)) for key, (name, unit) in parts.items()}
    counts = Counter(split_name(name) for name, _ in parts.values())
    own = {key for key, (name, _) in parts.items() if _is_readable(name) and counts[split_name(name)] == 1}
    own -= {TIME} if len(split_name(parts[TIME][0])[0]) > 1 else set()
    taken = {split_name(parts[key][0])[0] for key in own}
    chosen = {key: parts[key][0] for key in own}
    for place, key in enumerate(parts, start=1):
        if key not in own:
            chosen[key] = TIME if key == TIME and TIME not in taken else _letter(parts[key][0], place, taken)
            taken.add(chosen[key])
    return tuple(Symbol(key, chosen[key], name, _unit(key, name, unit)) for key, (name, unit) in parts.items())


def shown(result: DiscoveryResult) -> Mapping[str, str]:
    """What stands in formulas for each state and for time, by identifier."""
    return {symbol.identifier: symbol.shown for symbol in symbols(result)}


def _unit(key: str, name: str, unit: str | None) -> str | None:
    return name if unit is None and key == TIME and _TIMES.fullmatch(name) else unit


def _is_readable(name: str) -> bool:
    letters = re.sub("[₀-₉]", "", name)
    known = all(c.isascii() or c in GREEK.values() or "\u00c0" <= c <= "\u017f" for c in letters)
    return bool(known and len(name) <= _LONGEST and _WORD.fullmatch(name))


def _letter(name: str, place: int, taken: set[str]) -> str:
    if first := re.search("[A-Za-z]", name):
        for letter in (first[0], first[0].swapcase()):
            if letter not in _TAKEN | taken:
                return letter
    spare = next((letter for letter in _SPARE if letter not in taken), _SPARE[0])
    return f"{spare}_{place}"


def without_units(result: DiscoveryResult) -> Mapping[str, str]:
    """Column names without their units where these are not needed to tell columns apart."""
    return {symbol.identifier: symbol.shown for symbol in symbols(result) if symbol.is_own}

"""What columns are called in formulas: a short symbol each, with the column's full name and its unit beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from discovery import headers
from discovery.knowledge.dimensions import constant_units
from discovery.symbolic.lettering import GREEK, printable, split_name
from discovery.types import DiscoveryResult, Law

TIME = "t"  # the identifier of time in expressions
# A name in a formula is read as one name only if it is one word; long ones make a formula a text.
_WORD = re.compile(r"[^\W\d_]\w*")
_LONGEST = 8
# A word that ends in its unit, as "height_m": the unit is no subscript. Shorter words are symbols, as the V of "V_m",
# and a capital is an index more often, as in "soil_N", but for that of kelvins, volts and watts.
_ENDS_IN_UNIT = re.compile(r"([^\W\d_]{4,})_((?:[^\W\d_A-Z]|[KVW]|[^\W\d_]{2,})(?<!in))")
_INDEX = re.compile(r"\[(\d+)\]$")  # an element of an array, whose index formulas write below the name
# Letters that mean something else in a law: constants, Euler's number, the differential and time.
_TAKEN = frozenset("cdet")
_SPARE = "xyzuwqrs"
# What the rate of a state is called whose rate was not measured: a velocity, that of an angle with a Greek letter.
_RATES, _GREEK_RATES = ("v", "w", "u"), ("ω", "Ω")


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


def printed_header(header: str) -> tuple[str, str | None]:
    """Name and unit, as they can be printed: ``v [m/s]`` is (v, m/s); None where no unit is given."""
    return headers.split_header(printable(header))


def symbols(result: DiscoveryResult) -> tuple[Symbol, ...]:
    """A symbol for each state, in order, and one for time at the end.

    A name that is one word of at most eight characters stands for itself, unless it ends in its unit; an index in
    brackets stands below it, as in q_0 for ``q[0]``. Others get their first letter if it is free, small or capital,
    else a letter with their number; a Greek letter that a name begins with stands for it. The rate of a state, as
    ``h'``, is v, or ω where the state has a Greek letter. Time that is not named by a letter, or whose name ends in its
    unit, is t.
    """
    states = result.trajectories[0].names
    parts = {name: printed_header(result.headers.get(name, name)) for name in states}
    parts[TIME] = (printed_header(result.time_name)[0], headers.unit_of_time(printable(result.time_name)))
    stated = result.structure.units
    parts = {key: (name, stated.get(key, unit)) for key, (name, unit) in parts.items()}
    words = {key: _INDEX.sub(r"_\1", name) for key, (name, _) in parts.items()}
    counts = Counter(map(split_name, words.values()))
    own = {key for key, word in words.items() if _is_readable(word) and counts[split_name(word)] == 1}
    own -= {key for key in own if _ends_in_unit(key, parts)}
    own -= {TIME} if len(split_name(words[TIME])[0]) > 1 else set()
    taken = {split_name(words[key])[0] for key in own} | {split_name(name)[0] for name in _told(result)}
    taken |= {*result.inputs, *_input_words(result).values()}
    chosen = {key: words[key] for key in own}
    bases = {name: key for key, (name, _) in parts.items()}
    for place, key in enumerate(parts, start=1):
        if key not in own:
            name = parts[key][0]
            base = bases.get(name.removesuffix("'")) if name.endswith("'") else None
            first = (TIME,) if key == TIME else _rate_letters(chosen.get(base, "")) if base else _greek(name)
            free = [letter for letter in first if letter not in taken]
            chosen[key] = free[0] if free else _letter(name, place, taken)
            taken.add(chosen[key])
    return tuple(Symbol(key, chosen[key], name, unit) for key, (name, unit) in parts.items())


def input_units(result: DiscoveryResult) -> Mapping[str, str | None]:
    """Units of the columns that drive the states, None where one has none; what tells groups apart is a number."""
    marks = {mark for one in result.structure.owned for mark in one.inputs}
    stated = result.structure.units
    return {
        name: "" if name in marks else stated.get(name, printed_header(header)[1])
        for name, header in result.inputs.items()
    }


def units_of_constants(result: DiscoveryResult, law: Law) -> tuple[str, ...]:
    """The unit of each constant of a law as text, by those of the columns."""
    return constant_units(law, {one.identifier: one.unit for one in symbols(result)} | dict(input_units(result)))


def shown(result: DiscoveryResult) -> Mapping[str, str]:
    """What stands in formulas for states, time, inputs that are one word, and constants that a user named."""
    drives = _input_words(result)
    states = {symbol.identifier: symbol.shown for symbol in symbols(result)}
    counts = Counter(map(split_name, [*drives.values(), *states.values()]))
    words = {name: word for name, word in drives.items() if _WORD.fullmatch(word) and counts[split_name(word)] == 1}
    return {**words, **states, **constant_names(result)}


def _input_words(result: DiscoveryResult) -> Mapping[str, str]:
    """What the user calls the inputs, without units, an index as formulas have it."""
    return {name: _INDEX.sub(r"_\1", printed_header(header)[0]) for name, header in result.inputs.items()}


def constant_names(result: DiscoveryResult) -> Mapping[str, str]:
    """What a user called constants of the chosen law, by symbol: ``c0`` is ``k``; of groups with the group's name."""
    own = {one.constant(group): f"{one.name} of {group}" for one in result.structure.owned for group in one.groups}
    told = result.law.told if result.law else ()
    return {f"c{i}": own.get(name, name) for i, name in enumerate(told)}


def in_letters(result: DiscoveryResult, text: str) -> str:
    """A sentence that speaks of states by names or identifiers, with the symbols of formulas, ``h*l`` in ``h'``."""
    states = symbols(result)[:-1]
    counts = Counter(one.name for one in states)
    letters = {one.name: one.shown for one in states if counts[one.name] == 1}
    letters |= {one.identifier: one.shown for one in states}
    names = "|".join(map(re.escape, sorted(letters, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: letters[found[0]], text)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A sentence that speaks of c0, c1, ... with the names that a user gave."""
    return re.sub(r"\bc\d+\b", lambda found: names.get(found[0], found[0]), text)


def _told(result: DiscoveryResult) -> set[str]:
    owned = {one.constant(group) for one in result.structure.owned for group in one.groups}
    return ({*(result.law.told if result.law else ())} - owned) | {one.name for one in result.structure.owned}


def _rate_letters(base: str) -> tuple[str, ...]:
    return _GREEK_RATES + _RATES if base in GREEK.values() else _RATES


def _greek(name: str) -> tuple[str, ...]:
    word = re.match(r"[A-Za-z]+|.", name)
    letter = GREEK.get(word[0], word[0]) if word else ""
    return (letter,) if letter in GREEK.values() else ()


def _is_readable(name: str) -> bool:
    letters = re.sub("[₀-₉]", "", name)
    known = all(c.isascii() or c in GREEK.values() or "\u00c0" <= c <= "\u017f" for c in letters)
    return bool(known and len(name) <= _LONGEST and _WORD.fullmatch(name))


def _ends_in_unit(key: str, parts: Mapping[str, tuple[str, str | None]]) -> bool:
    """Whether a name has its unit behind an underscore; not where that tells it from another, as prey_a and prey_b."""
    name = parts[key][0]
    if key == TIME:
        return "_" in name and headers.stated_unit_of_time(name) is not None
    found = _ENDS_IN_UNIT.fullmatch(name)
    if found is None or _greek(name) or not headers.is_unit(found[2]):
        return False
    others = (other.rstrip("'") for other, _ in parts.values())
    return not any(other.startswith(f"{found[1]}_") and other != name for other in others)


def _letter(name: str, place: int, taken: set[str]) -> str:
    if first := re.search("[A-Za-z]", name):
        for letter in (first[0], first[0].swapcase()):
            if letter not in _TAKEN | taken:
                return letter
    spare = next((letter for letter in _SPARE if letter not in taken), _SPARE[0])
    return f"{spare}_{place}"


def without_units(result: DiscoveryResult) -> Mapping[str, str]:
    """Column names without their units where these are not needed to tell columns apart."""
    every = symbols(result)
    counts = Counter(split_name(one.name) for one in every)
    plain = {one.identifier: one.name for one in every if counts[split_name(one.name)] == 1}
    return plain | dict(constant_names(result))

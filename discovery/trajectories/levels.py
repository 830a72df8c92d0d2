"""Names of columns that tell to what something was set, as ``PL_5uW``, ``I(5 mW)`` and ``T=300 K``.

They are of one quantity where nothing but that number differs. What only counts, as in ``x_1`` and ``C1 [mg/L]``, may
number the states of one system; and where or when something was measured, as in ``T @ 10 cm``, does not make runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discovery.headers import is_symbol, split_header
from discovery.trajectories.time_names import is_unit_of_time

_SET = re.compile(
    r"(?P<before>.*?[^\W\d_].*?)(?P<between>\s*[=@]\s*|[\s_.:-]*\(\s*|[\s_:-]+)"
    r"(?P<number>\d+(?:\.\d+)?)(?P<blank>[\s_]*)(?P<unit>(?:[^\W\d_]|[%°])[^()=@]*?)?(?P<end>\s*\)?)"
)
# Lengths are places and wavelengths, times and frequencies are moments and bands: states of one system have them.
_PLACES = re.compile(r"[kdcmµuμn]?m|ft|inch|mi|°|deg|rad|[kMGT]?Hz")
# Names of these before "=".
_WHERE = re.compile(r"(?:.*[\W_])?(?:[xyzrst]|(?i:depth|height|position|pos|distance|lag|tau|time|freq))")
# Units of one letter that may follow a number behind a blank or an underscore: others are indices, quantities, chains.
_LETTERS = frozenset("KW%°")
SHORT = 3  # letters of a name below which it is a symbol, and its numbers may count states


@dataclass(frozen=True)
class Level:
    """A name that tells to what something was set.

    Attributes:
        before, setting, behind: its parts, which together are the whole; the setting is the number with its unit.
        number: as a number.
        alone: whether the number cannot be an index, as it stands behind ``=`` or ``@`` or in brackets, or its unit
            hangs on it.
    """

    before: str
    setting: str
    behind: str
    number: float
    alone: bool

    @property
    def form(self) -> str:
        """What columns of the same quantity are called, with ``{}`` for the setting."""
        return f"{self.before}{{}}{self.behind}"

    @property
    def quantity(self) -> str:
        """What was measured, with its unit."""
        return self.before.partition("(")[0].strip(" _.:-=@") + self.behind.removeprefix(")")

    @property
    def alike(self) -> str:
        """What is the same in the names of columns that differ by their number alone."""
        return self.form.format(re.sub(r"^[\d.]+", "{}", self.setting))


def level(header: str) -> Level | None:
    """What a name tells; None where it tells no such thing."""
    name, rest = named(header)
    found = _SET.fullmatch(name)
    if found is None or bool(found["end"]) > ("(" in found["between"] or "(" in found["before"]):
        return None
    unit, sign = found["unit"] or "", found["between"].strip()
    told = sign in ("=", "@")
    if unit and (not is_symbol(unit) or is_unit_of_time(unit) or _PLACES.fullmatch(unit)):
        return None
    if not unit and not told:
        return None
    if sign == "=" and _WHERE.fullmatch(found["before"].strip()):
        return None
    if len(unit) == 1 and not (told or "(" in sign) and (unit not in _LETTERS or found["blank"]):
        return None
    if _is_short(found["before"]) and "_" in found["between"] and found["blank"]:  # C_5 in mM
        return None
    alone = told or "(" in sign or (len(unit) > 1 and not found["blank"])
    setting = f"{found['number']}{found['blank']}{unit}"
    return Level(f"{found['before']}{found['between']}", setting, found["end"] + rest, float(found["number"]), alone)


def named(header: str) -> tuple[str, str]:
    """The name in a header, and the rest, with the unit; what begins with a number in brackets belongs to the name."""
    name, unit = split_header(header)
    if not header.startswith(name) or (unit is not None and unit[:1].isdigit()):
        name = header
    return name, header[len(name) :]


def are_set(levels: Sequence[Level]) -> bool:
    """Whether names that are alike tell settings: all of them different, and none may be a count of states."""
    numbers = sorted({one.number for one in levels})
    counted = any(numbers == [float(i) for i in range(at, at + len(numbers))] for at in (0, 1))
    short = any(_is_short(one.before) and not one.alone for one in levels)
    return len(numbers) == len(levels) and not (short and counted)


def _is_short(name: str) -> bool:
    return len(re.sub(r"[\W\d_]", "", name)) < SHORT

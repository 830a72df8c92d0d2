"""What columns of times are called, and how their numbers go on."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

import numpy as np

from discovery.headers import ARBITRARY, is_unit, split_header, stated_unit_of_time, words_of
from discovery.trajectories.columns import Column

TIME_WORDS = frozenset(
    {"t", "time", "times", "zeit", "timestamp", "datetime", "date", "epoch", "year", "years", "month", "months", "week"}
    | {"weeks", "day", "days", "hour", "hours", "minute", "minutes", "second", "seconds"}
)
UNITS = frozenset(
    {"s", "sec", "secs", "ms", "us", "µs", "μs", "ns", "ps", "fs", "min", "mins", "h", "hr", "hrs", "d", "yr", "yrs"}
    | {"kyr", "myr", "gyr", "utc", "tdb", "tt"}
    | {"jd", "mjd", "hjd", "bjd"}
)
# Units that name a column of times by themselves; single letters are states as often, min may be the least value, HR a
# heart rate, MS a mean square, PS a power, and fs a rate of samples.
LONE = UNITS - {"s", "h", "d", "us", "µs", "μs", "ns", "ps", "fs", "utc", "min", "tdb", "tt", "hr", "ms"}
JULIAN = frozenset({"jd", "mjd", "hjd", "bjd"})  # days since some day, from which another is taken, as in HJD-2450000
SPAN = 4  # rank of such names, and of elapsed_s
# Share of the steps of a column of such a name that may go back, each where another run begins: of runs of four rows
# or more.
BACK = 0.25
CAPITAL = 3  # rank of the name T, which is a temperature where a column of dates or times of day is beside it
# Offsets of a zone's time, as in "Date Time, GMT-06:00".
_ZONE = re.compile(r"\b(?:utc|gmt)(?:\s*[+-]\d\d?(?::?\d\d)?)?\b")
FILLERS = frozenset({"in", "elapsed", "since", "start", "decimal", "test"})  # Test_Time(s) of cyclers for cells
AMONG, UNIT = 5, 6  # ranks of names with a word of time among others, and of names with a unit of time alone
UNKNOWN = 7  # rank of a name of time alone with a unit that counts none, as "Time (a.u.)", and of what counts rows
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # TimeUS, RunTime
# Words of time beside which others may stand: at the end of a word, as in Versuchszeit and header.stamp; and with a
# unit of time, as "temps" may be temperatures.
_WORDS, _ENDING = frozenset({"time", "stamp", "age"}), "zeit"
_NO_TIMES = frozenset({"freizeit", "arbeitszeit", "mahlzeit"})
_WITH_UNIT = frozenset({"temps", "tiempo", "tempo"})
# With a unit of time, what is time where a second pulse looks at what a first began; with other words a span.
_DELAY = "delay"
_OF_DELAY = frozenset({"delay", "time", "pump", "probe", "stage", "fs", "ps", "ns", "us", "µs", "μs", "ms", "s"})
# Words between a day or an hour and what it is counted from: "Days after sowing", "hours post infection".
_FROM = frozenset({"after", "post", "since", "past", "from", "nach", "seit", "depuis"})
# Words of spans that belong to a system or to a part of the record: time to peak, step time of a cycler, half-life.
_SPANS = frozenset(
    {"to", "step", "between", "per", "constant", "lag", "delay", "dead", "rise", "fall", "remaining", "left", "half"}
    | {"life", "period", "doubling", "response", "residence", "retention", "survival", "lead", "wait", "waiting"}
    | {"exposure", "charge", "discharge", "dwell", "transit", "integration", "over", "down", "up", "duration", "mean"}
    | {"feed"}
)
# Words of what counts rows: Time_Iter of SU2 beside Cur_Time.
_TURNS = frozenset({"iter", "iteration", "iterations", "index", "number", "count"})
# Case counts: S, mS and H are siemens and henries.
_UNITS_OF_TIME = re.compile(
    r"[fpnuµμm]?s|[Ss]ecs?|[Mm]ins?|[Hh]rs?|h|d|wk|[kMG]?yrs?|"
    r"(?:(?:[Mm]illi|[Mm]icro|[Nn]ano|[Pp]ico|[Ff]emto)?[Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear)s?"
)


def likeness(header: str) -> int | None:
    """0 for the surest name of a time; None for a name that is none.

    Of the surer ones every word must belong to a time or its zone, as of ``t_days`` and ``time [s]``, and not of
    ``T [K]`` and ``time_to_peak``. A capital T alone is more often a temperature, and comes late; ``elapsed_ms``,
    ``mins`` and ``HJD`` come later, then ``Cultivation time``, what has a unit of time alone, ``EFT (h)``, and last
    a time whose unit is none of time, ``Time (a.u.)``.
    """
    for text in (header, _CAMEL.sub(" ", header)):
        rank = _of_words(words_of(_ZONE.sub("", text.lower())), header)
        if rank is not None and (text == header or rank in (0, 2)):  # dT, minT and tMax are no times
            return rank
    return _among_others(header)


def _of_words(words: Sequence[str], header: str) -> int | None:
    """Rank of a name of which every word belongs to a time."""
    if JULIAN & set(words):
        words = [word for word in words if not word.isdigit()]
    main = next((word for word in words if word in TIME_WORDS), None)
    if main is None:
        return SPAN if words and words[0] in LONE | {"elapsed"} and set(words) <= UNITS | {"elapsed"} else None
    if words[-1] == "in" or not set(words) <= TIME_WORDS | UNITS | FILLERS:
        return None
    if main == "t":
        return CAPITAL if header.lstrip().startswith("T") else 1
    return 0 if main == "time" else 2


def _among_others(header: str) -> int | None:
    """Rank of a name that has a word of time among others, or a unit of time."""
    name, unit = split_header(header)
    timed = is_unit_of_time(unit)
    words = set(words_of(_CAMEL.sub(" ", name)))
    if _DELAY in words and words <= _OF_DELAY and (timed or is_unit_of_time(stated_unit_of_time(header))):
        return AMONG
    if unit is not None and not timed:
        return UNKNOWN if _is_called_time(name, words, unit) else None
    if words & _SPANS:
        return None
    if words & _TURNS:
        return UNKNOWN if timed or words & (TIME_WORDS | _WORDS) else None
    german = any(word.endswith(_ENDING) for word in words - _NO_TIMES)
    if german or words & _WORDS or (words & TIME_WORDS and words & _FROM):
        return AMONG
    return (AMONG if words & _WITH_UNIT else UNIT) if timed else None


def _is_called_time(name: str, words: Set[str], unit: str) -> bool:
    """Whether nothing but time can be meant by a name; by a t alone only if the unit is none of a quantity."""
    if words == {"t"}:
        return name == "t" and (not is_unit(unit) or ARBITRARY.fullmatch(unit) is not None)
    return bool(words & (TIME_WORDS | _WORDS)) and words <= TIME_WORDS | _WORDS | FILLERS and "in" not in words


def may_be_time(header: str) -> bool:
    """Whether a name may be that of a time: by a word of it, or its unit."""
    return likeness(header) in (0, AMONG, UNIT)


def is_unit_of_time(unit: str | None) -> bool:
    """Whether a unit counts time, as ``h`` and ``minutes`` do."""
    return unit is not None and _UNITS_OF_TIME.fullmatch(unit.strip().rstrip(".")) is not None


def goes_on(column: Column) -> bool:
    """Whether numbers go one way as those of a clock do, but where another run begins; other entries may."""
    if column.kind != "number":
        return True
    steps = np.diff(column.values[~np.isnan(column.values)])
    up, down = int(np.count_nonzero(steps > 0.0)), int(np.count_nonzero(steps < 0.0))
    return up + down > 0 and min(up, down) <= BACK * (up + down)


def only_rises(column: Column) -> bool:
    """Whether a column has numbers that rise, and go back rarely and by more than a usual step, to another run."""
    if column.kind != "number":
        return False
    steps = np.diff(column.values[~np.isnan(column.values)])
    up, down = steps[steps > 0.0], steps[steps < 0.0]
    rare = len(down) <= BACK * len(steps) and len(up) + len(down) == len(steps)  # none stays as it is
    return len(up) > 0 and rare and bool(np.all(-down > np.median(up)))

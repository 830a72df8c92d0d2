"""Columns that grow piece by piece while a file is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from discovery.trajectories.local_dates import NUMBERS, by_numbers, dates_of, parts_of
from discovery.trajectories.tokens import MINUS, MISSING, Kind, as_python, is_number, seconds_of
from discovery.trajectories.weeks import days_of_quarters, days_of_weeks

MOST_LABELS = 10_000  # a text column with more different entries tells no runs apart; keeps memory bounded
# The end of a day, as ISO 8601 had it, which is the next day's start.
_MIDNIGHT = re.compile(r"[T ]24:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_FRACTION = re.compile(r"(:\d\d:\d\d)[,:](?=\d)")  # behind a comma, as ISO 8601 prefers it, or a colon
_BASIC = re.compile(r"^(\d{4})(\d\d)(\d\d)[T ](\d\d)(\d\d)(\d\d)?")  # without marks, as archives name times
_WORLD = re.compile(r" ?(?:UTC|GMT)$")
MOST_MISFITS = 20  # different entries of a column of numbers that are counted; nobody names more of them


@dataclass(frozen=True)
class Misfit:
    """An entry that is not what its column holds, or in a text no number, and the line in which it stands."""

    line: int
    entry: str


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        kind: ``date`` of local ones too, once the order of days and months is known; where it is not, ``text``.
        values: float64 with NaN for numbers, the seconds of times of day likewise, datetime64[us] with NaT for dates,
            else the index of each entry in ``labels`` with -1 where nothing is written.
        labels: the different entries of a text column; if they are more than ``MOST_LABELS``, only the first of them,
            and ``values`` points at none.
        misfit: the first entry that is neither missing nor what the column holds; of a text column, the first
            that is no number. None if there is no such entry.
        misfits: how often each entry is there that is no number, of a column of numbers; the first different ones.
        day_first: whether dates begin with the day.
    """

    header: str
    kind: Kind
    values: np.ndarray
    labels: tuple[str, ...] = ()
    misfit: Misfit | None = None
    misfits: Mapping[str, int] = field(default_factory=dict)
    day_first: bool = False


class Numbers:
    """Grows a column of numbers; it ends as text if most of its entries are none."""

    def __init__(self, decimal: str) -> None:
        self._decimal = decimal
        self._parts: list[np.ndarray] = [np.empty(0)]
        self._texts = 0
        self._misfit: Misfit | None = None
        self._misfits: Counter[str] = Counter()

    def add(self, entries: pd.Series, lines: np.ndarray) -> None:
        """Appends numbers, or text in which numbers are looked for."""
        if entries.dtype.kind not in "iuf":
            text = _stripped(entries)
            entries = self._parsed(text)
            wrong = np.flatnonzero(text.notna() & entries.isna())
            self._texts += len(wrong)
            if len(wrong) and self._misfit is None:
                self._misfit = Misfit(int(lines[wrong[0]]), str(text.iloc[wrong[0]]))
            for entry, count in text.iloc[wrong].value_counts(sort=False).items():
                if str(entry) in self._misfits or len(self._misfits) < MOST_MISFITS:
                    self._misfits[str(entry)] += int(count)
        self._parts.append(entries.to_numpy(dtype=np.float64))

    def finished(self, header: str) -> Column:
        """The numbers, or a text column without labels."""
        values = _joined(self._parts)
        if self._texts > np.count_nonzero(~np.isnan(values)):
            return Column(header, "text", np.full(len(values), -1), misfit=self._misfit)
        return Column(header, "number", values, misfit=self._misfit, misfits=self._misfits)

    def _parsed(self, text: pd.Series) -> pd.Series:
        text = text.str.replace(MINUS, "-", regex=False).map(as_python, na_action="ignore")
        if self._decimal == ",":
            text = text.where(~text.str.contains(".", regex=False, na=False)).str.replace(",", ".", regex=False)
        return pd.Series(pd.to_numeric(text, errors="coerce"))


class Dates:
    """Grows a column of dates in ISO 8601; those with a time zone are put into UTC."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = [np.empty(0, dtype="datetime64[us]")]
        self._misfit: Misfit | None = None

    def add(self, entries: pd.Series, lines: np.ndarray) -> None:
        """Appends dates written as text."""
        text = _stripped(entries).str.replace(_FRACTION, r"\1.", regex=True).str.replace(_WORLD, "Z", regex=True)
        text = text.str.replace(_BASIC, _marked, regex=True)
        ends = text.str.contains(_MIDNIGHT, na=False)
        starts = text.str.replace("24:", "00:", n=1, regex=False).where(ends, text) if ends.any() else text
        dates = pd.to_datetime(starts, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
        dates += pd.to_timedelta(ends.to_numpy(dtype=np.int64), unit="D")
        if text.str.contains("[Ww]", na=False).any():
            dates = dates.fillna(days_of_weeks(text))
        if text.str.contains("[Qq]", na=False).any():
            dates = dates.fillna(days_of_quarters(text))
        self._misfit = self._misfit or _place(text, lines, (text.notna() & dates.isna()).to_numpy())
        self._parts.append(dates.to_numpy(dtype="datetime64[us]"))

    def finished(self, header: str) -> Column:
        """The dates."""
        return Column(header, "date", _joined(self._parts), misfit=self._misfit)


class LocalDates:
    """Grows a column of dates whose order of days and months all entries together tell."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = [np.empty((0, len(NUMBERS) + 1))]
        self._lines: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
        self._misfit: Misfit | None = None
        self._first: Misfit | None = None

    def add(self, entries: pd.Series, lines: np.ndarray) -> None:
        """Appends dates written as text."""
        text = _stripped(entries)
        parts = parts_of(by_numbers(text))
        there, none = text.notna().to_numpy(), np.isnan(parts[:, 0])
        self._first = self._first or _place(text, lines, there)
        self._misfit = self._misfit or _place(text, lines, there & none)
        self._parts.append(parts)
        self._lines.append(lines)

    def finished(self, header: str) -> Column:
        """The dates, or a text column without labels; with one where it is the same date in all rows."""
        parts, lines = _joined(self._parts), _joined(self._lines)
        dates = dates_of(parts)
        if dates is None:
            there = ~np.isnan(parts[:, 0])
            if self._first and not self._misfit and np.all(parts[there] == parts[there][:1]):
                return Column(header, "text", np.where(there, 0, -1), (self._first.entry,), misfit=self._first)
            return Column(header, "text", np.full(len(parts), -1), misfit=self._first)
        impossible = np.flatnonzero(np.isnat(dates) & ~np.isnan(parts[:, 0]))
        if len(impossible) and (self._misfit is None or lines[impossible[0]] < self._misfit.line):
            a, b, c = parts[impossible[0], :3].astype(int)
            mark = "." if parts[impossible[0], -1] else "/"
            return Column(header, "date", dates, misfit=Misfit(int(lines[impossible[0]]), f"{a}{mark}{b}{mark}{c}"))
        there = ~np.isnat(dates)
        days = dates[there].astype("datetime64[D]")
        day_first = bool(np.all(parts[there, 0] == (days - days.astype("datetime64[M]")).astype(np.int64) + 1))
        return Column(header, "date", dates, misfit=self._misfit, day_first=day_first)


class Clocks:
    """Grows a column of times of day, or of elapsed ones, in seconds."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = [np.empty(0)]
        self._misfit: Misfit | None = None

    def add(self, entries: pd.Series, lines: np.ndarray) -> None:
        """Appends times written as text."""
        text = _stripped(entries)
        seconds = text.map(seconds_of, na_action="ignore").to_numpy(dtype=np.float64)
        self._misfit = self._misfit or _place(text, lines, text.notna().to_numpy() & np.isnan(seconds))
        self._parts.append(seconds)

    def finished(self, header: str) -> Column:
        """The seconds."""
        return Column(header, "clock", _joined(self._parts), misfit=self._misfit)


class Labels:
    """Grows a column of text as indices into its different entries."""

    def __init__(self) -> None:
        self._indices: dict[str, int] = {}
        self._parts: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
        self._misfit: Misfit | None = None

    def add(self, entries: pd.Series, lines: np.ndarray) -> None:
        """Appends text."""
        codes, different = pd.factorize(_stripped(entries))
        places = [self._place(str(label)) for label in different]
        self._parts.append(np.array([*places, -1])[codes])
        if self._misfit is None:
            wrong = next((i for i, label in enumerate(different) if not is_number(str(label), ".")), None)
            if wrong is not None:
                self._misfit = Misfit(int(lines[np.argmax(codes == wrong)]), str(different[wrong]))

    def finished(self, header: str) -> Column:
        """The labels and each entry's place among them."""
        values = _joined(self._parts)
        if len(self._indices) > MOST_LABELS:
            values = np.full_like(values, -1)
        return Column(header, "text", values, tuple(self._indices), self._misfit)

    def _place(self, label: str) -> int:
        if len(self._indices) > MOST_LABELS:
            return -1
        return self._indices.setdefault(label, len(self._indices))


def grow(kind: Kind, decimal: str) -> Numbers | Dates | LocalDates | Clocks | Labels:
    """An empty column of that kind."""
    match kind:
        case "number":
            return Numbers(decimal)
        case "date":
            return Dates()
        case "local date":
            return LocalDates()
        case "clock":
            return Clocks()
        case "text":
            return Labels()


def _place(text: pd.Series, lines: np.ndarray, where: np.ndarray) -> Misfit | None:
    """The first of the entries that are meant, and its line."""
    return Misfit(int(lines[np.argmax(where)]), str(text.iloc[int(np.argmax(where))])) if where.any() else None


def _marked(found: re.Match[str]) -> str:
    """A time with the marks between its parts."""
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}:{found[6] or '00'}"


def _stripped(entries: pd.Series) -> pd.Series:
    """The entries as text without blanks around them; missing ones are NaN."""
    text = entries.map(str, na_action="ignore").astype("str").str.strip()
    return text.where(~text.isin(MISSING))


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """The parts as one array; they are given up, so that a long column is in memory once."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole

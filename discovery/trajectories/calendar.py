"""Days, hours, weeks and months as numbers, 20171002, 2017100214, 201740, 201710, and years beside their weeks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from discovery.headers import bare
from discovery.trajectories.columns import Column
from discovery.trajectories.table import Table
from discovery.trajectories.weeks import Days, firsts, mondays

YEARS = (1800, 2200)  # between which a number of six to fourteen digits may begin with a year
_WEEKS = re.compile(r"week|woche|semaine|semana|settimana|(?<![a-z])(?:kw|wk|yw|yyyyww)(?![a-z])")
_MONTHS = re.compile(r"month|monat|(?<![a-z])(?:mois|mes|mese|ym|yyyymm)(?![a-z])")
_YEAR = re.compile(r"(?:iso[\W_]*)?(?:years?|yr|jahr|ann[ée]e|año|anno|yyyy)")
_PART = re.compile(
    r"(?:(?:iso|epi)[\W_]*)?(weeks?|wk|kw|woche|semaine|months?|mon?|monat|mois)(?:[\W_]*(?:no|nr|num|number))?"
)
_DAY_OF_YEAR = re.compile(
    r"doy|[jy](?:ul(?:ian)?)?[\W_]*day|year[\W_]*day|day[\W_]*(?:of[\W_]*)?(?:the[\W_]*)?year|julian[\W_]*date"
)
_ORDINAL = re.compile(r"(?<![a-z])(?:dates?|doy|julian|yyyyddd|ydoy)(?![a-z])|day[\W_]*of[\W_]*year")
LONGEST = 10  # digits behind a year: of month, day, hour, minute and second
LAST = {"week": 53, "day": 366}  # of a year
_DAYS = ("day", "tag", "jour", "dy")
_DIGITS = re.compile(r"\d{6}|\d{8}")


@dataclass(frozen=True)
class Parts:
    """Columns that have the same times, once in one number.

    Attributes:
        decimal: header of years with fractions.
        year, others: headers of the year, and of the month or week and perhaps the day.
    """

    decimal: str
    year: str
    others: tuple[str, ...]


def as_dates(column: Column) -> tuple[Column, str]:
    """A column of numbers that are dates, as one of dates, with a note; any other as it is, with none.

    Eight digits are a day, as 20170131, and two, four or six more its hour, minute and second. Six are a year and a
    month or a week, and seven a year and its day, where the header says so, or where they jump at each year's end:
    201752 is followed by 201801. Numbers that are none of these become NaT.
    """
    if column.kind != "number" or column.misfit is not None:
        return column, ""
    there = ~np.isnan(column.values)
    known = column.values[there]
    whole = (known >= YEARS[0] * 100) & (known < (YEARS[1] + 1) * 10**LONGEST) & (known == np.round(known))
    if not len(known) or not np.all(whole):
        return column, ""
    numbers = known.astype(np.int64)
    years, rest = np.divmod(numbers, 100)
    header = column.header.lower()
    if (stamps := _stamps(numbers)) is not None:
        days, what = stamps
    elif np.all((numbers // 1000 >= YEARS[0]) & (numbers // 1000 <= YEARS[1])):
        days, what = _days_of_years(*np.divmod(numbers, 1000)), "days of the year"
        if np.isnat(days).any() or not (_ORDINAL.search(header) or _jumps(np.unique(numbers), 1000)):
            return column, ""
    elif np.all((years >= YEARS[0]) & (years <= YEARS[1]) & (rest >= 1) & (rest <= 53)):
        if _MONTHS.search(header) or (rest.max() <= 12 and not _WEEKS.search(header)):
            days, what, said = firsts(years, rest), "months", bool(_MONTHS.search(header))
        else:
            days, what, said = mondays(years, rest), "weeks of ISO 8601", bool(_WEEKS.search(header))
        if not said and not _jumps(np.unique(numbers)):
            return column, ""
    else:
        return column, ""
    values = np.full(len(column.values), np.datetime64("NaT", "us"))
    values[there] = days
    note = f"The numbers in {column.header!r}, such as {numbers[0]}, were read as years and {what}."
    return replace(column, kind="date", values=values), note


def in_digits(text: str, header: str) -> str:
    """The date that six or eight digits are under that header, as 2018-07-23 for 201830; empty where they are none."""
    if not _DIGITS.fullmatch(text.strip()):
        return ""
    dated, note = as_dates(Column(header, "number", np.array([float(text)])))
    return str(dated.values[0].astype("datetime64[D]")) if note and not np.isnat(dated.values[0]) else ""


def names_dates(header: str) -> bool:
    """Whether a header speaks of weeks or months."""
    return bool(_WEEKS.search(header.lower()) or _MONTHS.search(header.lower()))


def names_years(header: str) -> bool:
    """Whether a header is that of years."""
    return _YEAR.fullmatch(bare(header).lower()) is not None


def year_and_part(table: Table, besides: Sequence[str]) -> tuple[str, str] | None:
    """Headers of a column of years and of one of their weeks, months or days, if both are there."""
    free = [one for one in table.columns if one.kind == "number" and one.header not in besides]
    years = [one.header for one in free if _YEAR.fullmatch(one.header.strip().lower())]
    parts = [one.header for one in free if _PART.fullmatch(one.header.strip().lower()) and _are_parts(one.values)]
    parts += [one.header for one in free if _is_day_of_year(one.header) and _are_parts(one.values, LAST["day"])]
    return (years[0], parts[0]) if years and parts else None


def year_in_parts(table: Table, besides: Sequence[str], told: str | None = None) -> Parts | None:
    """A column of years with fractions beside those of the year and its month or week, if they are there.

    Args:
        besides: headers of columns that are told to be something else.
        told: header of the only column that may be it.
    """
    calendar = year_and_part(table, besides)
    if calendar is None:
        return None
    year, part = calendar
    count = LAST["day"] if _is_day_of_year(part) else 52 if _WEEKS.search(part.lower()) else 12
    middle = table[year].values + (table[part].values - 0.5) / count
    for column in table.columns:
        free = column.kind == "number" and column.header not in (year, part, *besides)
        if not free or told not in (None, column.header):
            continue
        off = np.abs(column.values - middle)
        if np.isfinite(off).any() and np.nanmax(off) <= 1.0 / count:  # anywhere in the month, or at an end of it
            days = [one for one in table.headers if one.strip().lower() in _DAYS and one not in besides]
            return Parts(column.header, year, (part, *days))
    return None


def joined(year: str, part: str, headers: Sequence[str]) -> str:
    """What makes one column of times of two, in pandas."""
    if _WEEKS.search(part.lower()):
        return f"table['date'] = table.pop({year!r}).astype(str) + '-W' + table.pop({part!r}).astype(str).str.zfill(2)"
    if _is_day_of_year(part):
        days = f"table.pop({year!r}).astype(str) + ' ' + table.pop({part!r}).astype(str)"
        return f"table['date'] = pandas.to_datetime({days}, format='%Y %j')"
    day = next((f"table.pop({one!r})" for one in headers if one.strip().lower() in _DAYS), "1")
    return f"table['date'] = pandas.to_datetime(dict(year=table.pop({year!r}), month=table.pop({part!r}), day={day}))"


def _is_day_of_year(header: str) -> bool:
    return _DAY_OF_YEAR.fullmatch(header.strip().lower()) is not None


def _are_parts(values: Float[np.ndarray, " row"], last: int = LAST["week"]) -> bool:
    known = values[~np.isnan(values)]
    return bool(np.all((known >= 1) & (known <= last) & (known == np.round(known)))) and len(np.unique(known)) > 1


def _jumps(numbers: np.ndarray, parts: int = 100) -> bool:
    """Whether numbers, in their order, go on by more from one year to the next than within a year."""
    steps, ends = np.diff(numbers), np.diff(numbers // parts) > 0
    return bool(ends.any() and not ends.all() and steps[ends].min() > np.median(steps[~ends]))


def _days(numbers: np.ndarray) -> Days:
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    first = firsts(years, months)
    found = first + (days - 1)
    there = (days >= 1) & (found.astype("datetime64[M]") == first.astype("datetime64[M]"))
    return np.where(there, found, np.datetime64("NaT", "D"))


def _stamps(numbers: Int[np.ndarray, " row"]) -> tuple[np.ndarray, str] | None:
    """Days, or times of days to the hour, minute or second, that numbers of one length are; None if any is none."""
    for more, what in enumerate(("days", "hours", "minutes", "seconds")):
        days, rest = np.divmod(numbers, 100**more)
        if not np.all((days >= YEARS[0] * 10_000) & (days < (YEARS[1] + 1) * 10_000)):
            continue
        parts = [rest // 100 ** (more - place) % 100 for place in range(1, more + 1)]
        there = [part < last for part, last in zip(parts, (24, 60, 60), strict=False)]
        found = _days(days).astype("datetime64[us]")
        if np.isnat(found).any() or not np.all(there):
            return None
        for part, unit in zip(parts, ("h", "m", "s"), strict=False):
            found = found + part.astype(f"timedelta64[{unit}]")
        return found, what
    return None


def _days_of_years(years: Int[np.ndarray, " row"], days: Int[np.ndarray, " row"]) -> Days:
    """Days counted from each year's first; NaT for what the year has not."""
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    found = first + (days - 1)
    there = (days >= 1) & (found.astype("datetime64[Y]") == first.astype("datetime64[Y]"))
    return np.where(there, found, np.datetime64("NaT", "D"))

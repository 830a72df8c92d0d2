"""Which columns tell runs apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice

import numpy as np
from jaxtyping import Float, Int

from discovery.errors import DataError
from discovery.headers import words_of
from discovery.trajectories.columns import MOST_LABELS, Column
from discovery.trajectories.qualities import names_quality
from discovery.trajectories.table import Table

RUN_WORDS = frozenset(
    {"trajectory", "traj", "run", "trial", "id", "experiment", "exp", "series", "body", "particle", "replicate"}
    | {"rep", "batch", "episode", "subject"}
)
FLAGS = frozenset({"true", "false", "yes", "no", "on", "off"})  # what was switched, not what was repeated
MOST_TRIED = 50  # choices of keys; each takes some 0.2 s on 10^6 rows, and a wide table has thousands
REPEATED = 0.1  # share of the rows at most whose time is there twice in a run by oversight, or as digits were cut
MOST_OF_RESTARTS = 3  # columns, as plate, dose and replicate, that are named beside a key
# Share of the usual step by which that from one run to the next differs in one record, and how often the largest change
# between its other rows a number may change there.
EVEN, LEAP = 0.01, 1.5
ROWS_PER_RUN = 3  # fewer on average, and the column does not tell runs apart


def is_run_name(header: str) -> bool:
    """Whether a column of that name tells runs apart: ``run``, ``Trial no.``, ``body_id``."""
    words = set(words_of(header))
    return bool(words) and words <= RUN_WORDS | {"no", "nr", "number", "name", "index"} and bool(words & RUN_WORDS)


def group(table: Table, keys: Sequence[str], rows: Int[np.ndarray, " timed"]) -> Int[np.ndarray, " timed"]:
    """The number of the run of each row; runs are numbered by their first row."""
    groups = np.zeros(len(rows), dtype=np.int64)
    if not keys:
        return groups
    for key in keys:
        _, codes = np.unique(table[key].values[rows], return_inverse=True)
        _, groups = np.unique(groups * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    _, first, groups = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[groups]


def disorder(times: Float[np.ndarray, " timed"], groups: Int[np.ndarray, " timed"]) -> tuple[int, int] | None:
    """The first row whose time is not later than that of the row before it in the same run, and that row."""
    order = np.argsort(groups, kind="stable")
    wrong = (np.diff(times[order]) <= 0) & (np.diff(groups[order]) == 0)
    if not np.any(wrong):
        return None
    late = int(np.min(order[1:][wrong]))
    return late, int(order[np.flatnonzero(order == late)[0] - 1])


def told_keys(table: Table, told: Sequence[str], rows: Int[np.ndarray, " timed"]) -> tuple[str, ...]:
    """The columns that the user names, once they are seen to tell each row's run.

    Raises:
        DataError: an entry is missing, or there are too many runs.
    """
    for key in told:
        column = table[key]
        if len(column.labels) > MOST_LABELS:
            raise DataError(
                f"{table.name}, column {key!r}: more than {MOST_LABELS} different entries, and as many runs. "
                "Name a column with fewer by --trajectory, or split the file."
            )
        missing = column.values[rows] < 0
        if np.any(missing):
            place = table.place(int(rows[np.argmax(missing)]), key)
            raise DataError(f"{place}: the row does not tell its run. Fill in the column, or remove the row.")
    return tuple(told)


def guess_keys(
    table: Table, rows: Int[np.ndarray, " timed"], times: Float[np.ndarray, " timed"], taken: Sequence[str]
) -> tuple[str, ...]:
    """The columns named like runs; failing these, or if time does not increase in each run, columns that mend it.

    Where time increases without any key, only a text column whose entries form blocks is taken: flags such as
    ``ok`` and ``bad`` that come and go do not make runs, nor do the steps of an input, nor entries that change while
    time goes on as usual, as a gauge's grade or a zone of time.

    Args:
        times: of those rows.
        taken: headers of columns that are something else.
    """
    candidates = [column for column in table.columns if column.header not in taken and _may_tell(column, rows)]
    named = tuple(column.header for column in candidates if is_run_name(column.header))
    orderly = disorder(times, group(table, named, rows)) is None
    if named and orderly:
        return named
    others = [column for column in candidates if column.header not in named]
    for extra in islice(_extensions(others, texts_only=orderly), MOST_TRIED):
        groups = group(table, (*named, *extra), rows)
        texts = all(table[key].kind == "text" for key in extra)
        if orderly and _goes_on(table, rows, times, groups, (*taken, *extra)):
            continue
        if disorder(times, groups) is None and (_in_blocks(groups) or (texts and not orderly)):
            return (*named, *extra)
    return named


def nearly_a_key(
    table: Table, rows: Int[np.ndarray, " timed"], times: Float[np.ndarray, " timed"], taken: Sequence[str]
) -> tuple[str, int, int] | None:
    """A column whose entries are runs in blocks but for a few times that are there twice, and the first such two rows.

    Args:
        times: of those rows.
        taken: headers of columns that are something else.
    """
    for column in table.columns:
        if column.header in taken or not _may_tell(column, rows):
            continue
        groups = group(table, [column.header], rows)
        steps = np.diff(times)[np.diff(groups) == 0]
        twice, back = np.count_nonzero(steps == 0.0), np.count_nonzero(steps < 0.0)
        wrong = disorder(times, groups) if 0 < twice <= REPEATED * len(rows) and not back else None
        if wrong is not None and _in_blocks(groups):
            return column.header, *wrong
    return None


def keys_of_restarts(
    table: Table,
    rows: Int[np.ndarray, " timed"],
    times: Float[np.ndarray, " timed"],
    taken: Sequence[str],
    keys: Sequence[str],
) -> tuple[str, ...]:
    """Columns that only change where time goes back, as doses do, with which the keys tell runs apart; or nothing.

    Args:
        times: of those rows.
        taken: headers of columns that are something else.
        keys: headers of the columns that tell some apart already.
    """
    within = np.diff(times) > 0
    others = [one for one in table.columns if one.header not in (*taken, *keys) and one.kind in ("number", "text")]
    values = {one.header: one.values[rows] for one in others}  # what is missing is equal to nothing among numbers
    steady = [name for name, one in values.items() if np.all(one[1:][within] == one[:-1][within]) and np.ptp(one) > 0]
    choices = (some for number in range(1, MOST_OF_RESTARTS + 1) for some in combinations(steady, number))
    for some in islice(choices, MOST_TRIED):
        groups = group(table, (*some, *keys), rows)
        if disorder(times, groups) is None and len(rows) >= ROWS_PER_RUN * (int(groups.max(initial=0)) + 1):
            return (*some, *keys)
    return ()


def _may_tell(column: Column, rows: Int[np.ndarray, " timed"]) -> bool:
    """Whether the column holds labels or whole numbers, none missing, each on several rows."""
    values = column.values[rows]
    if {label.lower() for label in column.labels[:3]} <= FLAGS and column.labels:
        return False
    if column.kind in ("date", "clock") or (column.kind == "number" and column.misfit is not None):
        return False
    if names_quality(column.header):
        return False
    if column.kind == "text":
        whole = bool(np.all(values >= 0))
    else:
        whole = bool(np.all(np.isfinite(values)) and np.all(values == np.round(values)))
    return whole and 1 < len(np.unique(values)) <= len(rows) / ROWS_PER_RUN


def _extensions(columns: Sequence[Column], texts_only: bool) -> Iterator[tuple[str, ...]]:
    """Keys to try, the simplest first."""
    texts = [column.header for column in columns if column.kind == "text"]
    numbers = [column.header for column in columns if column.kind == "number"]
    yield from ((text,) for text in texts)
    if not texts_only:
        yield from ((number,) for number in numbers)
        yield from combinations([*texts, *numbers], 2)


def _goes_on(
    table: Table,
    rows: Int[np.ndarray, " timed"],
    times: Float[np.ndarray, " timed"],
    groups: Int[np.ndarray, " timed"],
    besides: Sequence[str],
) -> bool:
    """Whether time goes on from each run to the next by an even step, and no number leaps there: it is one record."""
    steps, border = np.diff(times), np.diff(groups) != 0
    usual = float(np.median(steps)) if len(steps) else 0.0
    if not border.any() or not np.all(np.abs(steps[border] - usual) <= EVEN * usual):
        return False
    numbers = [one.values[rows] for one in table.columns if one.kind == "number" and one.header not in besides]
    leaps = (np.nan_to_num(np.abs(np.diff(values))) for values in numbers)
    return not any(np.max(leap[border]) > LEAP * np.max(leap[~border], initial=0.0) for leap in leaps)


def _in_blocks(groups: Int[np.ndarray, " timed"]) -> bool:
    """Whether the rows of each run follow each other, and are some."""
    changes = int(np.count_nonzero(np.diff(groups)))
    return changes == int(groups.max(initial=0)) and int(np.bincount(groups).min()) >= ROWS_PER_RUN

"""Columns that hold the errors of others, and what they say of the measurements."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float

from discovery.headers import bare
from discovery.trajectories.codes import codes

_WORDS = "err|error|sigma|sd|se|sem|std|stdev|stderr|unc|uncertainty"
# What errors of a column X are called; neither dX, which is as often a rate or a step, nor E_X, a field or an energy.
_NAMED = re.compile(rf"(?:e_|(?i:{_WORDS})[_ ])(?P<behind>.+)|(?P<before>.+)[_ ](?i:{_WORDS})|(?P<alone>(?i:{_WORDS}))")
# ... and of these what errors of a mean are called, where the scatter of its single values is there, too.
_OF_MEAN = re.compile(r"(?:.*[\W_])?(?:se|sem|stderr)(?:[\W_].*)?", re.IGNORECASE)
_MEANS = ("mean", "average", "avg")  # X_mean may stand beside X_sd


def errors_among(headers: Sequence[str], numbers: Mapping[str, Float[np.ndarray, " sample"]]) -> dict[str, str]:
    """Of each of the columns that holds errors of another, which names and values show, the header of that other.

    Args:
        headers: of the columns that may.
        numbers: all columns of numbers by header.
    """
    quantities = {bare(one).casefold(): one for one in numbers} | {bare(one): one for one in numbers}
    found: dict[str, str] = {}
    for header in headers:
        named = _NAMED.fullmatch(bare(header))
        whose = _whose(named, quantities) if named else None
        if whose is not None and whose != header and _are_errors(numbers[header], numbers[whose]):
            found[header] = whose
    return found


def _whose(named: re.Match[str], quantities: Mapping[str, str]) -> str | None:
    """The column whose errors a name says that it has."""
    whole = named["behind"] or named["before"] or ""
    for quantity in (whole, whole.casefold()):
        for mean in ("", *_MEANS):
            for name in (f"{quantity}_{mean}", f"{quantity} {mean}", f"{mean}_{quantity}", f"{mean} {quantity}"):
                if (found := quantities.get(name.strip("_ "))) is not None:
                    return found
    return None


def _are_errors(values: Float[np.ndarray, " sample"], of: Float[np.ndarray, " sample"]) -> bool:
    """Whether none is below zero, and most are above it and below the range of what they would be the errors of."""
    there, of = (one[np.isfinite(one) & ~np.isin(one, list(codes(one)))] for one in (values, of))
    return bool(len(there) and len(of) and np.all(there >= 0.0) and 0.0 < np.median(there) < np.ptp(of))


def taken(found: Mapping[str, str]) -> dict[str, str]:
    """The one column of errors of each, by its header: of several that of a mean, as it is smaller, else the first."""
    chosen: dict[str, str] = {}
    for header, of in found.items():
        if of not in chosen or (_OF_MEAN.fullmatch(bare(header)) and not _OF_MEAN.fullmatch(bare(chosen[of]))):
            chosen[of] = header
    return chosen


def said_of_errors(
    found: Mapping[str, str], kept: Collection[str], values: Mapping[str, Float[np.ndarray, " sample"]]
) -> list[str]:
    """Notes on the columns of errors, of which one is taken for each state.

    Args:
        kept: headers of the states.
    """
    chosen = taken(found)
    return [
        _said(header, of, values[header] if of in kept else None, chosen[of] if of in kept else header)
        for header, of in found.items()
    ]


def _said(header: str, of: str, errors: Float[np.ndarray, " sample"] | None, other: str) -> str:
    """The note on a column of errors.

    Args:
        errors: its values; None where what they are the errors of is no state.
        other: the column of errors of the same that is taken.
    """
    what = ", and is left out"
    if other != header:
        what = f", and is left out, as {other!r} is taken"
    elif errors is not None:
        usual, alike = _usual(errors), not np.ptp(errors[_known(errors)]) > 0.0
        what = f", {usual:.3g} at the median: samples are weighed by them where that is the likelier noise"
        what = ", all alike, so that none weighs more than another" if alike else what
    return f"{header!r} looks like the errors of {of!r}{what}. If it is not that, name it with --states or --inputs."


def relative(
    errors: Mapping[str, Float[np.ndarray, " row"]], states: Mapping[str, Float[np.ndarray, " row"]]
) -> Float[np.ndarray, "row state"]:
    """The errors of each measurement, relative to the median of those of its state; no columns where all are the same.

    Those that are not known, or zero, are the usual ones: nobody measures without any.
    """
    columns: list[Float[np.ndarray, " row"]] = []
    for header, values in states.items():
        given = errors.get(header, np.ones_like(values))
        columns.append(np.where(_known(given), given / _usual(given, values), 1.0))
    found = np.column_stack(columns)
    return found if np.any(found != 1.0) else np.empty((len(found), 0))


def _known(errors: Float[np.ndarray, " row"]) -> Bool[np.ndarray, " row"]:
    """Which are errors: above zero, and none that stands for what is missing."""
    return np.isfinite(errors) & (errors > 0.0) & ~np.isin(errors, list(codes(errors)))


def _usual(errors: Float[np.ndarray, " row"], of: Float[np.ndarray, " row"] | None = None) -> float:
    """The median of those that are known, of measured values alone; 1 where there is none."""
    known = errors[_known(errors) & (np.isfinite(of) if of is not None else True)]
    return float(np.median(known)) if len(known) else 1.0

"""What `discover simulate` does: an initial state, times and inputs from the command line to a forecast on stdout."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from discovery.errors import DataError, UsageError
from discovery.headers import bare, split_header
from pipelines.driving import as_number, chosen, grouped, idle, named_runs

if TYPE_CHECKING:
    from discovery.types import DiscoveryResult, Drive, Law, Trajectory
    from pipelines.own_start import Record


# Ends of a band of 200 solutions scatter by a tenth of its width; they take a fraction of a second.
DRAWS = 200
SAMPLES = 200  # rows of a law in continuous time, as many as a curve needs on a page
# Records that a time of a dated run may be away from its zero; further are numbers that were meant as dates, in a form
# that nothing tells.
FURTHEST = 1000
COUNTED = " were turned into "  # in the note of a run whose times were dates or times of day
END = "end"  # what --from says to go on from where the record ends
MOST_STEPS = 1_000_000  # rows of a map, as many as can be asked for of other laws


@dataclass(frozen=True)
class Wanted:
    """What is asked for, as on the command line; empty or None takes what the run or the inputs have.

    Attributes:
        start, until: first and last time, as numbers or as dates; the first may be the record's ``end``.
        samples: rows of a law in continuous time; None takes 200. A map has a row for each step.
        inputs: a file with their courses, or ``u=1,v=2`` where they stay as they are.
    """

    x0: str | None = None
    start: str | float | None = None
    until: str | float | None = None
    samples: int | None = None
    inputs: str | Path | None = None
    start_error: str = ""
    draws: int = DRAWS
    seed: int = 0
    groups: tuple[str, ...] = ()


def simulate_command(folder: Path, wanted: Wanted) -> None:
    """Writes the forecast as CSV.

    Raises:
        UsageError: the state or the times make no sense, or inputs are missing or not wanted.
        DataError: the run holds no law, or the inputs cannot be used.
        EdgeReached: the law ends before the last time; what comes before is written.
    """
    from pipelines.forecasts import doubts, forecast_table, until_it_ends
    from pipelines.own_start import fitted_records, own_start, runs_of
    from pipelines.store import load

    result = load(folder)
    if result.law is None:
        raise DataError(f"{folder} holds no law that can be simulated. See {folder / 'report.html'} for the reasons.")
    names, told = _inputs(result, wanted.inputs), str(wanted.inputs or "")
    constant = _constant(result, told, names) if "=" in told and not Path(told).exists() else None
    course = _drive(result, Path(told), names) if names and constant is None else None
    named = [run.label for run in named_runs(result, wanted.groups)]
    runs = tuple(run for run in runs_of(result, chosen(result, wanted.groups)) if run.label in named)
    records = () if wanted.x0 is not None else fitted_records(result, runs, _way_out(result))
    start, until = _span(result, wanted, course, runs, _beginning(result, records))
    course = _course((start, until), constant) if constant is not None else course
    drive = grouped(result, wanted.groups, course, (start, until))
    own = own_start(result, records, start, _way_out(result)) if records else None
    state = own.state if own else _start(result, wanted.x0 or "")
    errors = _errors(result, wanted.start_error) if wanted.start_error else own.errors if own else None
    even = np.linspace(start, until, wanted.samples or SAMPLES)
    times = _steps(start, until, wanted) if result.law.discrete else even
    table, end = until_it_ends(
        lambda when: forecast_table(
            result, state, when, errors=errors, beginning=own.beginning if own else None,
            way=own.way if own else None, draws=wanted.draws, seed=wanted.seed, drive=drive,
        ),
        times, result,
    )  # fmt: skip
    if result.origin:
        sys.stderr.write(f"note: {result.time_name} is counted since {result.origin}\n")
    if own and (own.within or own.run):
        others = " --group names another." if len(records) > 1 else ""
        sys.stderr.write(f"note: {own.within or f'the forecast begins as the run {own.run} did'}.{others}\n")
    for sentence in doubts(result, state, table, drive, end):
        sys.stderr.write(f"caution: {sentence}\n")
    table.to_csv(sys.stdout, index=False)
    if end is not None:
        raise end


def _start(result: DiscoveryResult, text: str) -> Float[np.ndarray, " state"]:
    """The initial state that was given; algebraic states follow from the others."""
    assert result.law is not None
    given = {name: header for name, header in result.headers.items() if name not in result.law.algebraic}
    values = dict(zip(given, initial_state(text, given), strict=True))
    return np.array([values.get(name, math.nan) for name in result.headers])


def _errors(result: DiscoveryResult, text: str) -> Float[np.ndarray, " state"]:
    """Deviations of the initial state; algebraic states follow from the others."""
    assert result.law is not None
    moving = result.law.moving.states
    given = dict(zip(moving, _deviations(text, len(moving)), strict=True))
    return np.array([given.get(name, 0.0) for name in result.law.states])


def _steps(start: float, until: float, wanted: Wanted) -> Float[np.ndarray, " step"]:
    """The steps of a map."""
    if wanted.samples is not None:
        raise UsageError("--samples is given, but the law is a map, which has a row for each step. Leave it out.")
    if (count := round(until) - round(start) + 1) > MOST_STEPS:
        raise UsageError(
            f"From {start:g} to {until:g} are {count:.7g} steps, and at most {MOST_STEPS} are written. Choose an "
            "earlier --until."
        )
    return np.arange(round(start), round(until) + 1.0)


def _beginning(result: DiscoveryResult, records: Sequence[Record]) -> float:
    """The first time where nothing tells another: when the run's own start is, or zero for a state of ``--x0``.

    A law in which time stands goes by the clock of the record, whose zero may be far from it, as that of years.
    """
    assert result.law is not None
    if records:
        return records[0].first
    return float(result.trajectories[0].times[0]) if _timed(result.law) else 0.0


def _timed(law: Law) -> bool:
    """Whether time stands in the law."""
    from discovery.samples import symbol

    return any(symbol("t") in side.free_symbols for side in law.skeletons)


def _span(
    result: DiscoveryResult, wanted: Wanted, drive: Drive | None, runs: Sequence[Trajectory], beginning: float
) -> tuple[float, float]:
    first, last = (beginning, None) if drive is None else (float(drive.times[0]), float(drive.times[-1]))
    if str(wanted.start).strip().lower() == END:
        start = max(float(run.times[-1]) for run in runs or result.trajectories)
    else:
        start = first if wanted.start is None else _moment(result, wanted.start, "--from")
    until = last if wanted.until is None else _moment(result, wanted.until, "--until")
    if until is None:
        raise UsageError("--until is missing: a forecast needs a last time. Write for example --until 5.")
    if not float("-inf") < start < until < float("inf"):
        what = f"the first time, {start:g}" if wanted.start is None else f"--from {start:g}"
        raise UsageError(f"--until {until:g} does not come after {what}. Choose a later, finite end.")
    if drive is not None and not (first <= start and until <= float(drive.times[-1])):
        raise UsageError(
            f"The inputs are known from {first:g} to {drive.times[-1]:g}, but {start:g} to {until:g} is asked for. "
            "Choose --from and --until within, or give a longer course."
        )
    return start, until


def _moment(result: DiscoveryResult, told: str | float, option: str) -> float:
    """The time of an option: a number, or where the run has an origin a date, in digits alone too, or a time of day."""
    from discovery.trajectories.calendar import in_digits
    from discovery.trajectories.dated import moment

    text = str(told)
    first, last = (float(result.trajectories[0].times[end]) for end in (0, -1))
    text = (result.origin and in_digits(text, bare(result.time_name))) or text
    example = f"a number of {result.time_name}, such as {last:g}"
    if (number := as_number(text)) is not None:
        if result.origin and FURTHEST * (last - first) < abs(number) < math.inf:
            raise UsageError(
                f"{option} {text} is more than {FURTHEST} times as far as the record is long: {result.time_name} is "
                f"counted since {result.origin}. Write {example}, or a date or time of day as {result.origin!r}."
            )
        return number
    if not result.origin:
        raise UsageError(f"{option} {text!r} is not a number, and {_no_origin(result)}. Write {example}.")
    found = moment(text, split_header(result.time_name)[1] or "", result.origin, last)
    if found is None:
        raise UsageError(
            f"{option} {text!r} is neither a number nor a date. Write {example}, or a date as {result.origin!r}, which "
            "is its zero."
        )
    return found


def _no_origin(result: DiscoveryResult) -> str:
    """Why dates cannot be counted; folders of before origins were kept have notes of them alone."""
    if result.law and result.law.discrete:
        return f"a map counts samples, whatever their dates: the last is number {result.trajectories[0].times[-1]:g}"
    if any(COUNTED in note for note in result.notes):
        return "the run's folder, of an earlier version, does not hold from when its dates are counted"
    return "the run has no dates"


def _way_out(result: DiscoveryResult) -> str:
    """The option that gives a state where the run has none."""
    read = result.law.algebraic if result.law else ()
    return f"--x0 {_example({name: header for name, header in result.headers.items() if name not in read})}"


def _inputs(result: DiscoveryResult, text: str | Path | None) -> Mapping[str, str]:
    """Headers of the inputs that stand in the law, by identifier; not of those that tell groups apart.

    Raises:
        UsageError: there are some and nothing is given, or the other way round, or a file is not there.
    """
    assert result.law is not None
    marks = {mark for one in result.structure.owned for mark in one.inputs}
    asked = [name for name in result.law.inputs if name not in marks and name not in idle(result)]
    names = {name: result.inputs.get(name, name) for name in asked}
    headers = ", ".join(names.values())
    if text is None and names:
        raise UsageError(
            f"The law is driven by {headers}. Give its course: --inputs new.csv, with a column of times and "
            f"{headers}; or numbers, if it is constant: --inputs {_example(names)}."
        )
    if text is not None and not names and not idle(result):
        raise UsageError(f"--inputs {text} is given, but nothing drives the law of this run. Leave it out.")
    if text is not None and not names and "=" not in str(text) and not Path(text).exists():
        raise UsageError(f"There is no file {text}. Nothing drives the law of this run: leave --inputs out.")
    return names


def _drive(result: DiscoveryResult, path: Path, names: Mapping[str, str]) -> Drive:
    """The inputs of a file in the order of the law's."""
    from discovery.trajectories.read import read_course
    from discovery.types import Drive

    assert result.law is not None
    origin = result.origin or (None if _timed(result.law) else "")
    times, values = read_course(path, [*names.values()], unit=split_header(result.time_name)[1] or "", origin=origin)
    held = dict(zip(result.law.inputs, result.trajectories[0].held, strict=True))
    return Drive.of_samples(times, values, tuple(held[name] for name in names))


def _constant(result: DiscoveryResult, text: str, names: Mapping[str, str]) -> list[float]:
    """Values of inputs that stay as they are, in the order of the law's, from ``u=1,v=2``, also with idle ones.

    Raises:
        UsageError: they are not one number for each input.
    """
    every = {**names, **{name: result.inputs.get(name, name) for name in idle(result)}}
    if numbers := _values(_parts(text), names) or _values(_parts(text), every):
        return numbers[: len(names)]
    wanted = names or every
    raise UsageError(
        f"--inputs {text!r} is no file, and does not give one number for each input. The inputs are "
        f"{', '.join(wanted.values())}; write for example --inputs {_example(wanted)}, or name a CSV file with their "
        "courses."
    )


def _course(span: tuple[float, float], values: Sequence[float]) -> Drive:
    """Inputs that do not change."""
    from discovery.types import Drive

    return Drive(np.array(span), np.tile(values, (2, 1)), (True,) * len(values))


def initial_state(text: str, headers: dict[str, str]) -> list[float]:
    """Values in the order of the states, from ``1,2`` or ``x=1,y=2``.

    Names are identifiers, or those of columns with or without their units.

    Raises:
        UsageError: they do not give one number for each state; the message has words that can be pasted.
    """
    if numbers := _values(_parts(text), headers):
        return numbers
    raise UsageError(
        f"--x0 {text!r} does not give one number for each state. The states are {', '.join(headers.values())}; write "
        f"for example --x0 {_example(headers)}."
    )


def _values(parts: Sequence[str], headers: Mapping[str, str]) -> list[float]:
    """Finite numbers in the order of the columns, with or without their names; empty where they do not fit."""
    named = {name.strip(): value for name, value in (part.split("=", 1) for part in parts if "=" in part)}
    numbers: list[float] = []
    try:
        if not named and len(parts) == len(headers):
            numbers = [float(part) for part in parts]
        if len(named) == len(parts) == len(headers):
            spelled = ((name, header, bare(header)) for name, header in headers.items())
            numbers = [float(next(named[name] for name in names if name in named)) for names in spelled]
    except (ValueError, StopIteration):
        return []
    return numbers if all(map(math.isfinite, numbers)) else []


def _example(headers: Mapping[str, str]) -> str:
    """A number for each column that can be pasted into a shell, called as in the forecast, without their units."""
    example = ",".join(f"{_pasted(name, header)}=1.0" for name, header in headers.items())
    return example if shlex.quote(example) == example else f'"{example}"'


def _pasted(name: str, header: str) -> str:
    """The header without its unit, or the identifier where a list or a quoted shell word reads it apart."""
    return name if set(bare(header)) & set(',="$`\\!') else bare(header)


def _deviations(text: str, states: int) -> list[float]:
    """A deviation for each state, from ``0.1,0.2`` or one number for all."""
    try:
        numbers = [float(part) for part in _parts(text)]
    except ValueError:
        numbers = []
    numbers = numbers * states if len(numbers) == 1 else numbers
    if len(numbers) == states and all(0.0 <= number < math.inf for number in numbers):
        return numbers
    raise UsageError(
        f"--start-error {text!r} does not give one deviation of at least 0 for each of {states} states. Write for "
        f"example --start-error {','.join(['0.1'] * states)}, or 0 if the initial state is exact."
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]

"""The registry of systems in a terminal: a list, one system in full, or its data as CSV."""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sympy as sp
from rich.console import Console
from rich.table import Table
from rich.text import Text

from discovery.datasets import known, measured
from discovery.datasets.corrupt import Corruption
from discovery.datasets.measured import Measurement
from discovery.datasets.reading import Input
from discovery.datasets.simulate import simulate_many
from discovery.datasets.system import TIME, System
from discovery.datasets.writing import write_csv
from discovery.errors import UsageError
from discovery.symbolic.parse import parse
from discovery.types import Trajectory, symbol
from pipelines.store import write
from pipelines.validation_cases import chosen

Entry = System | Measurement
WIDE = 160  # columns where the output is not a terminal


def systems_command(
    systems: Sequence[str],
    *,
    suite: str | None,
    tags: Sequence[str],
    csv: Path | None,
    runs: int,
    corruption: Corruption,
    seed: int,
    as_json: bool,
) -> None:
    """The verb ``discover systems``.

    Args:
        systems: none lists all that ``suite`` and ``tags`` leave.
        csv: file for the data of the one system that is named; ``-`` is stdout.
        runs: trajectories to write, one from each initial state.

    Raises:
        UsageError: no system of that name (the nearest are suggested), or data of several systems are asked for.
    """
    if csv is not None:
        if len(systems) != 1:
            raise UsageError(f"--csv writes the data of one system, but {len(systems)} are named. Name one.")
        entry = load(systems[0])
        corrupted = tuple(corruption.apply(run, seed + i) for i, run in enumerate(_runs(entry, runs)))
        _write(csv, corrupted, tuple(_inputs(entry)))
        return
    entries = [load(name) for name in names(systems, tags, suite)]
    if as_json:
        sys.stdout.write(json.dumps([document(entry) for entry in entries], ensure_ascii=False) + "\n")
    elif systems:
        for entry in entries:
            sys.stdout.write(shown(entry))
    else:
        Console(highlight=False, width=None if sys.stdout.isatty() else WIDE).print(listing(entries))


def names(systems: Sequence[str], tags: Sequence[str], suite: str | None) -> tuple[str, ...]:
    """What was asked for; everything that there is, measurements too, if nothing in particular was."""
    if systems or tags or suite:
        return chosen(systems, tags=tags, suite=suite)
    return (*known.names(), *measured.names())


def load(name: str) -> Entry:
    """The known system or the measurements of that name.

    Raises:
        UsageError: there is neither; the message suggests the nearest names.
    """
    return measured.load(name) if name in measured.names() else known.load(name)


def document(entry: Entry) -> dict[str, Any]:
    """All that is known of a system, for JSON."""
    kind = "measured" if isinstance(entry, Measurement) else "known"
    half = {} if isinstance(entry, Measurement) else {"half": known.half(entry.name), "dimension": entry.dimension}
    return {"kind": kind, **half, **entry.model_dump(mode="json")}


def listing(entries: Sequence[Entry]) -> Table:
    """One line for each system."""
    table = Table("name", "states", "half", "what", "tags", box=None, pad_edge=False)
    for entry in entries:
        if isinstance(entry, Measurement):
            cells = (entry.name, str(len(entry.observed)), "", entry.title, "measured")
        else:
            tags = ", ".join(entry.tags)
            cells = (entry.name, str(entry.dimension), known.half(entry.name), entry.title, tags)
        table.add_row(*[Text(cell) for cell in cells])
    return table


def shown(entry: Entry) -> str:
    """One system in full, equations as they are written on paper."""
    lines = [f"{entry.name}: {entry.title}", ""]
    lines += [line for state in entry.equations for line in (*_typeset(entry, state), "")]
    lines += _facts([(name, _described(state)) for name, state in entry.states.items()])
    lines += _facts([(name, f"= {one.equation}  {_described(one)}") for name, one in _inputs(entry).items()])
    lines += _facts([(name, _described(constant)) for name, constant in entry.constants.items()])
    if isinstance(entry, Measurement):
        told = [("time", f"{entry.time} {entry.time_unit}".strip()), ("licence", entry.licence), ("cite", entry.cite)]
    else:
        told = [
            ("times", _times(entry)),
            ("starts", "; ".join(", ".join(f"{value:g}" for value in start) for start in entry.initial_states)),
            ("tags", ", ".join(entry.tags)),
            ("half", known.half(entry.name)),
        ]
        told += [("jumps at", "; ".join(entry.events)), ("conserved", "; ".join(entry.conserved))]
    told += [("source", entry.source), ("notes", entry.notes)]
    return "\n".join([*lines, *_facts([(name, text) for name, text in told if text]), ""])


def _typeset(entry: Entry, state: str) -> list[str]:
    """An equation with fractions and powers drawn in two dimensions; in plain ASCII where the terminal needs it."""
    right = parse(entry.equations[state], (*entry.states, *entry.constants, *_inputs(entry), TIME))
    left = sp.Derivative(symbol(state), symbol(TIME), evaluate=False)
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    text = sp.pretty(sp.Eq(left, right, evaluate=False), use_unicode=unicode, wrap_line=False)
    return [f"  {line.rstrip()}" for line in str(text).splitlines()]


def _inputs(entry: Entry) -> Mapping[str, Input]:
    """What drives a system; of measurements nothing is known to."""
    return entry.inputs if isinstance(entry, System) else {}


def _described(part: Any) -> str:
    """Value, unit and meaning of a state or a constant, as far as they are known."""
    value = getattr(part, "value", None)
    words = [] if value is None else [f"= {value:g}"]
    deviation = getattr(part, "deviation", None)
    words += [] if deviation is None else [f"± {deviation:g}"]
    words += [part.unit] if part.unit else []
    return f"{' '.join(words)}  {part.meaning}".strip()


def _facts(facts: Sequence[tuple[str, str]]) -> list[str]:
    """Names and texts in two columns, and an empty line below."""
    width = max((len(name) for name, _ in facts), default=0)
    lines = [f"  {name:<{width}}  {text}".rstrip() for name, text in facts]
    return [*lines, ""] if lines else []


def _times(system: System) -> str:
    first, last = system.time_span
    spacing = "logarithmically spaced" if system.log_spaced else "evenly spaced"
    unit = f" {system.time_unit}" if system.time_unit else ""
    return f"{system.samples} of {first:g} … {last:g}{unit}, {spacing}"


def _runs(entry: Entry, runs: int) -> tuple[Trajectory, ...]:
    if isinstance(entry, Measurement):
        return measured.trajectories(entry)
    most = len(entry.initial_states)
    if not 1 <= runs <= most:
        raise UsageError(f"{entry.name} has {most} initial states, but --runs is {runs}. Ask for 1 to {most}.")
    return simulate_many(entry, entry.initial_states[:runs])


def _write(csv: Path, runs: Sequence[Trajectory], inputs: Sequence[str]) -> None:
    text = io.StringIO()
    write_csv(text, runs, inputs=inputs)
    if str(csv) == "-":
        sys.stdout.write(text.getvalue())
        return
    try:
        write(csv, text.getvalue().encode())
    except OSError as error:
        raise UsageError(f"{csv} cannot be written: {error.strerror}. Choose another file with --csv.") from None
    if inputs:
        told = f"discover run {shlex.quote(str(csv))} --inputs {','.join(inputs)}"
        sys.stderr.write(f"The states are driven by {' and '.join(inputs)}: {told}\n")

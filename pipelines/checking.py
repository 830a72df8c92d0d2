"""What `discover check` prints and writes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from discovery.errors import UsageError
from discovery.trajectories.checks import DataCheck, check, document
from discovery.trajectories.codes import without_codes
from discovery.trajectories.facts import Facts, StateFacts
from discovery.trajectories.intersample import between_rows
from discovery.trajectories.read import read_csv
from discovery.wording import joined
from pipelines.config import Columns
from pipelines.terminal import command_line, course, fancy, plain

PICTURES = (".png", ".svg", ".pdf")
_COLOURS = {"note": "dim", "caution": "yellow", "serious": "bold red"}
_WIDEST = 24  # characters of a column's name
_NARROW = 100  # columns of a terminal below which the courses are short


def check_command(data: Path, columns: Columns, *, picture: Path | None, as_json: bool) -> None:
    """Reads the file, looks at it, prints what is in it, and writes the picture.

    Raises:
        UsageError: the picture's name has no known ending, or it cannot be written.
        DataError: the file cannot be used.
    """
    if picture is not None and picture.suffix.lower() not in PICTURES:
        raise UsageError(f"--picture {picture} has none of the endings {', '.join(PICTURES)}. Choose one of them.")
    measurements = between_rows(read_csv(
        data, time=columns.time, states=columns.states, trajectory=columns.trajectory, inputs=columns.inputs,
        held=columns.held, missing=columns.missing, units=columns.units,
    ))  # fmt: skip
    checked = check(measurements)
    command = next_command(data, columns, checked)
    if picture is not None:
        _draw(checked, picture)
    out = Console(highlight=False, emoji=False, markup=False)
    if as_json:
        shown = {**document(checked), "next": command}
        out.file.write(json.dumps(shown, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        return
    out.print(survey(checked, out.width, dots=fancy(out.file)), soft_wrap=not out.is_terminal)
    out.print(Text.assemble(("next  ", "bold"), plain(command)), soft_wrap=True)


def next_command(data: Path, columns: Columns, checked: DataCheck) -> str:
    """The command that finds the law: with what was told, what is switched as input, no columns that others give."""
    units = checked.facts.measurements.abreast
    if units is not None and units.certain and not columns.states:
        return command_line(units.words)
    words = ["discover", "run", str(data)]
    if columns.time is not None:
        words += ["--time", columns.time]
    switches = [] if columns.states else list(checked.switches)  # what was named a state stays one
    lost = [] if columns.states else checked.lost
    surplus = [one for one in dict.fromkeys((*checked.surplus, *lost)) if one not in switches]
    if len({*surplus, *switches}) == len(checked.facts.headers):
        surplus = []
    if surplus or columns.states:
        kept = [header for header in checked.facts.headers if header not in (*surplus, *switches)]
        words += ["--states", joined(kept)]
    doses = checked.doses
    if keys := columns.trajectory or (checked.facts.measurements.keys if doses else ()):
        words += ["--trajectory", joined(keys)]
    pulses = [] if columns.states else checked.pulses
    if inputs := [*columns.inputs, *(one for one in switches if one not in pulses), *doses]:
        words += ["--inputs", joined(inputs)]
    if held := [*columns.held, *pulses]:
        words += ["--held", joined(held)]
    if columns.missing:
        words += ["--missing", joined(columns.missing)]
    for setting in checked.angles:
        words += ["--set", setting]
    words += ["--map"] * checked.mapped
    for law in checked.laws:
        words += ["--law", law]
    return command_line(words)


def _draw(checked: DataCheck, path: Path) -> None:
    from discovery.files import write
    from discovery.reports.survey import picture, save

    measurements = checked.facts.measurements
    runs, _ = without_codes(measurements.trajectories)
    write(path, save(picture(checked, runs, tuple(measurements.inputs.values())), path.suffix.lower()))


def survey(checked: DataCheck, width: int, *, dots: bool = True) -> RenderableType:
    """The whole check for a terminal of that width."""
    facts, notes = checked.facts, checked.facts.measurements.notes
    parts: list[RenderableType] = [_headline(facts), Text(), _states(facts, width, dots), Text()]
    if notes:
        parts += [*(Text(plain(note), style="dim") for note in notes), Text()]
    for alert in checked.alerts:
        said = Text.assemble((f"{alert.level:<9}", _COLOURS[alert.level]), plain(alert.text))
        parts.append(_hanging(said))
        if alert.advice:
            parts.append(_hanging(Text(f"{'':<9}{plain(alert.advice)}", style="dim")))
    if not checked.alerts:
        parts.append(Text("Nothing stands in the way.", style="green"))
    parts.append(Text())
    return Group(*parts)


def _hanging(text: Text) -> RenderableType:
    """Lines after the first begin under its text."""
    table = Table.grid(padding=0)
    table.add_column(width=9)
    table.add_column(overflow="fold")
    table.add_row(text[:9], text[9:])
    return table


def _headline(facts: Facts) -> Text:
    fewest, most = min(run.rows for run in facts.runs), max(run.rows for run in facts.runs)
    each = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    runs = f"{len(facts.runs)} runs of {each}" if len(facts.runs) > 1 else "1 run"
    first, last = min(run.first for run in facts.runs), max(run.last for run in facts.runs)
    source, clock = plain(facts.measurements.source), plain(facts.measurements.time_name)
    late = max(abs(first), abs(last)) / max(last - first, 1e-300)  # of times since 1970 the first digits are the same
    digits = min(max(6, 4 + math.ceil(math.log10(max(late, 1.0)))), 15)
    time = f"{clock} from {first:.{digits}g} to {last:.{digits}g}"
    return Text.assemble((source, "bold"), f": {facts.rows} rows, {runs}, {time}, {_spacing(facts)}")


def _spacing(facts: Facts) -> str:
    steps = facts.steps
    if steps.spacing == "even":
        return f"every {steps.typical:.4g}"
    if steps.spacing == "even with gaps":
        return f"every {steps.typical:.4g} with gaps"
    return f"unevenly, {steps.shortest:.4g} to {steps.longest:.4g} apart"


def _states(facts: Facts, width: int, dots: bool) -> Table:
    """One row for each state: range, noise, samples, and its course in the longest run; inputs are below them."""
    table = Table(box=None, pad_edge=False, header_style="bold", collapse_padding=True)
    table.add_column("state", no_wrap=True)
    for name in ("from", "to", "noise"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("samples an\noscillation" if width < _NARROW else "samples an oscillation", justify="right")
    runs, _ = without_codes(facts.measurements.trajectories)
    longest = max(runs, key=len)
    whose = "" if len(facts.runs) == 1 else f" of {plain(longest.label, _WIDEST)}"
    table.add_column(Text(f"course{whose}"), no_wrap=True)
    room = 16 if width < _NARROW else 44
    for place, state in enumerate(facts.states):
        drawn = course(longest.states[:, place].tolist(), room, 2, dots=dots)
        table.add_row(*_figures(facts, state), Text("\n".join(drawn), style="cyan"))
    for place, state in enumerate(facts.inputs):
        drawn = course(longest.inputs[:, place].tolist(), room, 2, dots=dots)
        name, low, high, _, dense = _figures(facts, state)
        table.add_row(name, low, high, Text("input"), dense, Text("\n".join(drawn), style="cyan"))
    return table


def _figures(facts: Facts, state: StateFacts) -> Iterator[Text]:
    dense = facts.samples_per_oscillation(state)
    noise = f"{100 * state.noise_share:.2g} %" if state.noise_share == state.noise_share else "–"
    if state.switched:  # its steps are no noise
        noise = "–"
    elif state.noise_share < 1e-4:
        noise = "none seen"
    elif state.bounded:
        noise = f"≤ {noise}"
    elif state.noise_kind == "proportional":
        noise = f"{noise} ∝"
    yield Text(plain(state.header, _WIDEST))
    yield Text(f"{state.low:.4g}")
    yield Text(f"{state.high:.4g}")
    yield Text(noise)
    yield Text("–" if dense != dense else f"{dense:.3g}")

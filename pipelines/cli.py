"""The `discover` command. Stages are imported inside the commands, so that help answers at once."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from discovery.errors import DiscoveryError, UsageError

if TYPE_CHECKING:
    from discovery.types import DiscoveryResult

FOUND, NOT_FOUND, PARTIAL, INTERRUPTED = 0, 4, 6, 130

app = typer.Typer(
    name="discover",
    help="From a CSV of measurements to the differential equation behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Run = Annotated[Path, typer.Argument(help="Folder that `discover run` wrote.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@app.command()
def run(
    data: Annotated[
        Path, typer.Argument(help="CSV with a column of times and one for each state.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.  [default: runs/NAME]", show_default=False)
    ] = None,
    time: Annotated[str | None, typer.Option(help="Column of times; guessed if not given.")] = None,
    states: Annotated[
        str, typer.Option(help="Columns of the states, separated by commas; all numbers if not given.")
    ] = "",
    trajectory: Annotated[str, typer.Option(help="Columns that tell runs apart, separated by commas.")] = "",
    engines: Annotated[str, typer.Option(help="Search engines: sindy,structured,operon,pysr.")] = "",
    noise: Annotated[str | None, typer.Option(help="auto, additive, proportional or lognormal.")] = None,
    smoother: Annotated[
        str | None, typer.Option(help="auto, neural_ode, gaussian_process, kalman, spline or local_polynomial.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="default, quick, classical, genetic, or a TOML file.")] = "default",
    budget: Annotated[str | None, typer.Option(help="Cut the work off after this time: 60s, 5m, 1h.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same data and seed, same law.")] = None,
    as_json: AsJson = False,
) -> None:
    """Finds the law behind measured trajectories and writes it up.

    Exit codes: 0 law found, 3 bad data, 4 no law that the data support, 5 backend missing, 6 budget spent with a
    partial result, 130 interrupted with a partial result.
    """
    from dataclasses import replace

    from discovery.protocols import Deadline
    from discovery.reports.notation import law_latex
    from discovery.reports.write import write_report
    from discovery.trajectories.read import read_csv
    from pipelines import config as configuration
    from pipelines import console
    from pipelines.ode import discover_ode
    from pipelines.store import RunFolder

    config = configuration.read(recipe).changed(
        engines=_list(engines) or None, noise=noise, smoother=smoother, seed=seed,
        budget=None if budget is None else _seconds(budget),
    )  # fmt: skip
    measurements = read_csv(data, time=time, states=_list(states), trajectory=_list(trajectory))
    folder = RunFolder.open(out or Path("runs") / data.name.split(".")[0], measurements, config)
    deadline = Deadline()
    with console.interruptible(deadline.stop), console.ticking() as progress:
        result = discover_ode(measurements, config, deadline=deadline, progress=progress, store=folder)
        result = replace(result, provenance={"command": _command(data, out), **result.provenance})
        latex = law_latex(result)
        folder.keep_result(result, latex)
        progress("report", "drawing figures, typesetting")
        report = write_report(result, folder.path)
    if as_json:
        _print_json(folder.path / "result.json")
    else:
        console.show(result)
        for note in report.notes:
            console.TALK.print(note, style="dim", markup=False)
        for path in (report.html, report.tex, report.pdf, folder.path / "result.json"):
            if path is not None:
                console.TALK.print(f"  {path}", markup=False)
    raise typer.Exit(_exit_code(result))


@app.command()
def report(folder: Run) -> None:
    """Draws the report of a finished run again, without computing anything new."""
    from discovery.reports.write import write_report
    from pipelines.store import load

    files = write_report(load(folder), folder)
    for path in (files.html, files.tex, files.pdf):
        if path is not None:
            typer.echo(path)
    for note in files.notes:
        typer.echo(note, err=True)


@app.command()
def export(
    folder: Run,
    to: Annotated[
        str, typer.Option(help="python, numpy, julia, c, matlab, latex, sympy, sbml, modelica, csv or constants.")
    ],
    out: Annotated[Path | None, typer.Option(help="File to write; stdout if not given.", show_default=False)] = None,
    rank: Annotated[int, typer.Option(help="Place of the law on the front; 1 is the chosen one.", min=1)] = 1,
) -> None:
    """Writes the law of a run in another language: code, a model, a document or a table."""
    from discovery.export.formats import export as exported
    from pipelines.store import load, write

    text = exported(load(folder), to, rank=rank)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        write(out, text.encode())
    except OSError as error:
        raise UsageError(f"--out {out} cannot be written: {error.strerror}. Choose another file.") from None


@app.command()
def simulate(
    folder: Run,
    x0: Annotated[str, typer.Option("--x0", help="Initial state: 1.0,2.0 in the order of the states, or x=1,y=2.")],
    until: Annotated[float, typer.Option(help="Last time.")],
    start: Annotated[float, typer.Option("--from", help="First time.")] = 0.0,
    samples: Annotated[int, typer.Option(help="Rows to write.", min=2, max=1_000_000)] = 200,
    start_error: Annotated[
        str, typer.Option(help="Deviations of the initial state, 0 if exact; the noise of the data if not given.")
    ] = "",
    draws: Annotated[int, typer.Option(help="Solutions that the band is made of; 0 for no band.", min=0)] = 200,
    seed: Annotated[int, typer.Option(help="Same seed, same band.", min=0)] = 0,
) -> None:
    """Forecasts by the law of a run, with a band; writes CSV to stdout.

    Between x_low and x_high lie 95 % of the solutions with constants and initial states as uncertain as they are.
    """
    import numpy as np

    from discovery.errors import DataError
    from pipelines.forecasts import forecast_table
    from pipelines.store import load

    result = load(folder)
    if result.law is None:
        raise DataError(f"{folder} holds no law that can be simulated. See {folder / 'report.html'} for the reasons.")
    if not float("-inf") < start < until < float("inf"):
        raise UsageError(f"--until {until:g} does not come after --from {start:g}. Choose a later, finite end.")
    state = np.array(_initial_state(x0, dict(result.headers)))
    errors = np.array(_deviations(start_error, len(state))) if start_error else None
    times = np.linspace(start, until, samples)
    table = forecast_table(result, state, times, errors=errors, draws=draws, seed=seed)
    table.to_csv(sys.stdout, index=False)


@app.command(context_settings={"ignore_unknown_options": True})  # expressions may begin with a minus sign
def compare(
    found: Annotated[str, typer.Argument(help="Expression, or run folder.", show_default=False)],
    reference: Annotated[str, typer.Argument(help="Expression, or run folder.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Tells whether two expressions, or the laws of two runs, are the same law, and how that was decided."""
    from discovery.symbolic.compare import compare_laws

    verdict = compare_laws(*_laws(found, reference)) if Path(found).is_dir() else _compare_texts(found, reference)
    if as_json:
        error = verdict.largest_error if verdict.largest_error == verdict.largest_error else None
        typer.echo(json.dumps({"verdict": verdict.verdict, "how": verdict.how, "largest_error": error}))
    else:
        typer.echo(verdict.verdict)
        typer.echo(verdict.how, err=True)


@app.command()
def systems(
    names: Annotated[
        list[str] | None, typer.Argument(help="Systems to show; none lists all.", show_default=False)
    ] = None,
    suite: Annotated[str | None, typer.Option(help="odebench, others, known or measured.")] = None,
    tag: Annotated[str, typer.Option(help="Only systems with all of these tags, separated by commas.")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write data of the one system named to this file; - is stdout.")
    ] = None,
    runs: Annotated[int, typer.Option(help="Trajectories to write, one from each initial state.", min=1)] = 1,
    noise: Annotated[float, typer.Option(help="Multiplicative noise: relative deviation.")] = 0.0,
    additive: Annotated[float, typer.Option(help="Additive noise, in deviations of each state.")] = 0.0,
    drop: Annotated[float, typer.Option(help="Fraction of the samples left out at random.")] = 0.0,
    every: Annotated[int, typer.Option(help="Keep every so many-th sample.")] = 1,
    hide: Annotated[str, typer.Option(help="States that were not observed, separated by commas.")] = "",
    seed: Annotated[int, typer.Option(help="Same seed, same noise.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Lists and shows systems whose law is known, and writes their data."""
    from discovery.datasets.corrupt import Corruption
    from pipelines.systems import systems_command

    corruption = Corruption(multiplicative=noise, additive=additive, every=every, drop=drop, hide=_list(hide))
    systems_command(
        names or (), suite=suite, tags=_list(tag), csv=csv, runs=runs, corruption=corruption, seed=seed, as_json=as_json
    )


@app.command()
def validate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Known systems or measurements; none means all.", show_default=False)
    ] = None,
    suite: Annotated[str | None, typer.Option(help="odebench, others, known or measured.")] = None,
    tag: Annotated[str, typer.Option(help="Only systems with all of these tags, separated by commas.")] = "",
    noise: Annotated[str, typer.Option(help="Relative deviations of the noise, separated by commas.")] = "0.02",
    drop: Annotated[str, typer.Option(help="Fractions of the samples left out, separated by commas.")] = "0",
    seeds: Annotated[int, typer.Option(help="Repetitions with other noise.", min=1)] = 3,
    jobs: Annotated[int, typer.Option(help="Discoveries at a time, one core each.", min=1)] = 2,
    budget: Annotated[str, typer.Option(help="Time for each discovery: 30s, 5m.")] = "30s",
    recipe: Annotated[str, typer.Option(help="default, quick, classical, genetic, or a TOML file.")] = "default",
    out: Annotated[Path, typer.Option(help="Folder of records and tables; a stopped validation goes on there.")] = Path(
        "runs/validation"
    ),
    as_json: AsJson = False,
) -> None:
    """Runs the method on systems whose law is known and tells what was recovered."""
    from pipelines.validate import validate_command

    validate_command(
        names or (), suite=suite, tags=_list(tag), noise=noise, drop=drop, seeds=seeds, jobs=jobs,
        budget=_seconds(budget), recipe=recipe, out=out, as_json=as_json,
    )  # fmt: skip


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Says what is installed, what is missing, and the command that adds it."""
    from dataclasses import asdict

    from pipelines.doctor import examine, render

    checks = examine()
    typer.echo(json.dumps([asdict(check) for check in checks], indent=1) if as_json else render(checks))
    if not all(check.ok or check.optional for check in checks):
        raise typer.Exit(5)


def _compare_texts(found: str, reference: str) -> Any:
    from discovery.symbolic.compare import compare as compare_expressions
    from discovery.symbolic.parse import parse

    left, right = parse(found), parse(reference)
    names = sorted({str(symbol) for symbol in left.free_symbols | right.free_symbols})
    return compare_expressions(left, right, names)


def _laws(found: str, reference: str) -> tuple[Any, Any]:
    from pipelines.store import load

    laws: list[Any] = []
    for folder in (found, reference):
        law = load(Path(folder)).law
        if law is None:
            raise UsageError(f"{folder} holds no law. Compare runs that found one.")
        laws.append(law.equations)
    return laws[0], laws[1]


def _initial_state(text: str, headers: dict[str, str]) -> list[float]:
    """Values in the order of the states, from ``1,2`` or ``x=1,y=2`` (identifiers or column names)."""
    parts = _list(text)
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    numbers: list[float] = []
    try:
        if not named and len(parts) == len(headers):
            numbers = [float(part) for part in parts]
        if len(named) == len(parts) == len(headers):
            numbers = [float(named[name] if name in named else named[headers[name]]) for name in headers]
    except (ValueError, KeyError):
        pass
    if numbers and all(map(math.isfinite, numbers)):
        return numbers
    raise UsageError(
        f"--x0 {text!r} does not give one number for each state. The states are {', '.join(headers.values())}; write "
        f"for example --x0 {','.join(f'{name}=1.0' for name in headers)}."
    )


def _deviations(text: str, states: int) -> list[float]:
    """A deviation for each state, from ``0.1,0.2`` or one number for all."""
    try:
        numbers = [float(part) for part in _list(text)]
    except ValueError:
        numbers = []
    numbers = numbers * states if len(numbers) == 1 else numbers
    if len(numbers) == states and all(0.0 <= number < math.inf for number in numbers):
        return numbers
    raise UsageError(
        f"--start-error {text!r} does not give one deviation of at least 0 for each of {states} states. Write for "
        f"example --start-error {','.join(['0.1'] * states)}, or 0 if the initial state is exact."
    )


def _seconds(text: str) -> float:
    """Seconds of ``60``, ``60s``, ``5m`` or ``1h``."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    try:
        seconds = float(number) * units[unit]
    except ValueError:
        raise UsageError(f"--budget {text!r} is not a time. Write for example 60s, 5m or 1h.") from None
    if not 0 < seconds < float("inf"):
        raise UsageError(f"--budget {text!r} is not a time above zero. Write for example 60s, 5m or 1h.")
    return seconds


def _command(data: Path, out: Path | None) -> str:
    """The command as it was given, but for the places of files: the same run has the same record anywhere."""
    words = iter(sys.argv[1:])
    kept = [data.name if word == str(data) else word for word in words if out is None or not _names_folder(word, words)]
    return shlex.join(["discover", *kept])


def _names_folder(word: str, rest: Iterator[str]) -> bool:
    if word == "--out":
        next(rest, None)
    return word.split("=", maxsplit=1)[0] == "--out"


def _exit_code(result: DiscoveryResult) -> int:
    if result.stopped_by == "interrupt":
        return INTERRUPTED
    if result.stopped_by == "deadline":
        return PARTIAL  # also without a law: work that was cut off cannot say that there is none
    return NOT_FOUND if result.status == "not_found" else FOUND


def _print_json(path: Path) -> None:
    sys.stdout.write(path.read_text(encoding="utf-8"))


def main() -> NoReturn:
    """Runs the command; each kind of error has its exit code and one message on stderr."""
    try:
        code = app(prog_name="discover", standalone_mode=False)
    except DiscoveryError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        show = getattr(error, "show", None)  # click's own usage errors have it
        if show is None:
            raise
        show()
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)

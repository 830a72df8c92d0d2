"""The `discover` command. Stages are imported inside the commands, so that help answers at once."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from time import monotonic, process_time
from typing import Annotated, Literal, NoReturn

import typer

from discovery.errors import DiscoveryError, OutputError
from pipelines.config import resolve
from pipelines.flags import (
    AsJson,
    Data,
    Held,
    Inputs,
    Laws,
    Map,
    Missing,
    Own,
    Recipe,
    Run,
    Runs,
    Settings,
    States,
    Time,
    Units,
    argument,
    columns,
    examples,
    option,
    parts,
    seconds_of,
)
from pipelines.terminal import FOUND, INTERRUPTED, NOT_FOUND, PARTIAL, leave, lines, suggest, told

__all__ = ["FOUND", "INTERRUPTED", "NOT_FOUND", "PARTIAL", "app", "main"]

CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO)

app = typer.Typer(
    name="discover",
    help="From a CSV of measurements to the differential equation behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("discover check data.csv", "discover run data.csv", "discover run --help"),
)


@app.command(
    epilog=examples(
        "discover run data.csv",
        "discover run data.csv --states prey,hunters --recipe quick",
        "discover run data.csv --budget 5m --json > law.json",
        "discover run data.csv --plan",
    ),
)
def run(
    context: typer.Context,
    data: Data,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.  [default: runs/NAME]", show_default=False)
    ] = None,
    time: Time = None,
    states: States = None,
    trajectory: Runs = None,
    inputs: Inputs = None,
    held: Held = None,
    missing: Missing = None,
    laws: Laws = None,
    engines: Annotated[str | None, option("engines", "A,B")] = None,
    noise: Annotated[str | None, option("noise", "KIND")] = None,
    smoother: Annotated[str | None, option("smoother", "NAME")] = None,
    own: Own = None,
    units: Units = None,
    map: Map = None,  # noqa: A002  # the name of the option
    recipe: Recipe = None,
    budget: Annotated[str | None, option("budget", "TIME")] = None,
    seed: Annotated[int | None, option("seed", "NUMBER")] = None,
    threads: Annotated[int | None, option("threads", "NUMBER")] = None,
    settings: Settings = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print stages and expected times; run nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Insist on going on with what is kept of this run.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run of other data.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the law, and errors.")] = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Write result.json alone, seconds sooner; for many runs by a script.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Finds the law behind measured trajectories and writes it up.

    A first law is shown within seconds; Ctrl-C ends with the best so far. The same command again goes on from there.

    Exit codes: 0 law found, 1 another error, or a fault of the program, 2 bad options, 3 bad data, 4 no law that the
    data support, 5 backend missing, 6 budget spent and 130 interrupted, with a partial result, 7 files cannot be
    written.
    """
    begin = context.obj or monotonic()
    from pipelines.running import Request, run_command

    flags = {
        "engines": engines, "noise": noise, "smoother": smoother, "budget": budget, "seed": seed, "threads": threads,
        "data": columns(time, states, trajectory, inputs, missing, held), "laws": laws, "own": own, "units": units,
        "map": map,
    }  # fmt: skip
    how = {
        "plan": plan, "resume": resume, "overwrite": overwrite, "quiet": quiet, "report": not no_report,
        "as_json": as_json,
    }  # fmt: skip
    raise typer.Exit(run_command(Request(data, out, recipe, flags, settings or (), **how, begin=begin)))


@app.command(
    short_help="Says in seconds what is in a file, and what to run next.",
    epilog=examples("discover check data.csv", "discover check data.csv --picture data.png"),
)
def check(
    data: Data,
    time: Time = None,
    states: States = None,
    trajectory: Runs = None,
    inputs: Inputs = None,
    held: Held = None,
    missing: Missing = None,
    picture: Annotated[
        Path | None, typer.Option(help="Write the courses to this file: .png, .svg or .pdf.", show_default=False)
    ] = None,
    recipe: Recipe = None,
    as_json: AsJson = False,
) -> None:
    """Says in seconds what is in a file: columns, sampling, noise, relations, what to mind, and what to run next."""
    from pipelines.checking import check_command

    config = resolve(recipe, os.environ, {"data": columns(time, states, trajectory, inputs, missing, held)})
    check_command(data, config.data, picture=picture, as_json=as_json)


@app.command(
    short_help="Writes a commented configuration file.",
    epilog=examples("discover init", "discover init my.toml --recipe quick", "discover init --schema"),
)
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File to write; - is stdout.")] = Path("discovery.toml"),
    recipe: Annotated[
        str, typer.Option(help="Recipe whose settings are set; the rest stands as comments.")
    ] = "default",
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of the configuration instead.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Writes a configuration with every option, what it means, its default and where that comes from."""
    from pipelines.starting import init_command

    init_command(path, recipe=recipe, as_schema=schema, force=force)


@app.command(
    short_help="Draws the report of a run again.",
    epilog=examples("discover report runs/data", "discover report runs/data --form short"),
)
def report(
    folder: Run,
    form: Annotated[
        Literal["full", "short", "both"], typer.Option(help="The whole report, its one-page form, or both.")
    ] = "full",
    typesetter: Annotated[
        Literal["auto", "latex", "typst"], typer.Option(help="What makes the PDF; auto takes LaTeX where it is there.")
    ] = "auto",
) -> None:
    """Draws the report of a finished run again, without computing anything new."""
    from discovery.reports.write import write_report
    from pipelines.store import load

    forms = ("full", "short") if form == "both" else (form,)
    files = write_report(load(folder), folder, forms=forms, typesetter=typesetter)
    for path in (files.html, files.tex, files.pdf, *files.others):
        if path is not None:
            typer.echo(path)
    for note in files.notes:
        typer.echo(lines(note), err=True)


@app.command(
    short_help="Writes the law as code, a model, a document or a table.",
    epilog=examples("discover export runs/data --to python", "discover export runs/data --to c --out law.c"),
)
def export(
    folder: Run,
    to: Annotated[
        str, typer.Option(help="python, numpy, julia, c, matlab, r, latex, sympy, sbml, modelica, csv or constants.")
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
    else:
        write(out, text.encode())


@app.command(
    epilog=examples(
        "discover simulate runs/data --x0 prey=30,hunters=4 --until 5 > forecast.csv",
        "discover simulate runs/data --x0 30,4 --from 2 --until 5 --samples 11",
        "discover simulate runs/data --from end --until 20",
        "discover simulate runs/motor --inputs new.csv > forecast.csv",
    )
)
def simulate(
    folder: Run,
    x0: Annotated[
        str | None,
        typer.Option(
            "--x0", help="Initial state: 1.0,2.0 in the order of the states, or x=1,y=2; the run's if not given."
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last time, or date; that of the inputs if not given.")] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="First time or date, or end of the record; without --x0 the fitted state there is the initial one.  "
            "[default: that of the inputs; else of the run's start; with --x0 0, unless time stands in the law]",
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(help="Rows to write; a map has one for each step.  [default: 200]", min=2, max=1_000_000),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(help="CSV with times and each input of the law; or numbers, u=1,v=2.", metavar="FILE"),
    ] = None,
    group: Annotated[list[str] | None, typer.Option(help="The run to begin as, or whose constants.")] = None,
    start_error: Annotated[
        str,
        typer.Option(
            help="Deviations of the initial state, 0 if exact. If not given: what the run knows of its own start, and "
            "the noise of the data for one of --x0."
        ),
    ] = "",
    draws: Annotated[int, typer.Option(help="Solutions that make the band, 40 or more; 0 for none.", min=0)] = 200,
    seed: Annotated[int, typer.Option(help="Same seed, same band.", min=0)] = 0,
) -> None:
    """Forecasts by the law of a run, with a band; writes CSV to stdout.

    Between x_low and x_high lie 95 % of the solutions with constants and initial states as uncertain as they are; the
    run's own start is drawn together with the constants. A law that inputs drive needs their course.
    """
    from pipelines.simulating import Wanted, simulate_command

    simulate_command(folder, Wanted(x0, start, until, samples, inputs, start_error, draws, seed, tuple(group or ())))


@app.command(
    context_settings={"ignore_unknown_options": True},  # expressions may begin with a minus sign
    short_help="Tells whether two laws are the same.",
    epilog=examples('discover compare "x*(1 + y)" "x + x*y"', 'discover compare runs/one "x\' = c0*x" --json'),
)
def compare(
    found: Annotated[str, argument("FOUND", "Expression, equation, or run folder.")],
    reference: Annotated[str, argument("REFERENCE", "Expression, equation, or run folder.")],
    region: Annotated[str, typer.Option(metavar="A=LOW:HIGH,..", help="Ranges; else -3 to 3, or the runs'.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tells whether two expressions or laws of runs are one law, and how; c0, c1, ... are constants of any value."""
    from pipelines.comparing import compare_command

    compare_command(found, reference, region=region, as_json=as_json)


@app.command(
    short_help="Shows known systems, and writes their data.",
    epilog=examples(
        "discover systems --tag chaotic,rational",
        "discover systems lorenz --csv lorenz.csv --noise 0.02 --seed 1",
    ),
)
def systems(
    names: Annotated[list[str] | None, argument("NAMES", "Systems to show; none lists all.")] = None,
    suite: Annotated[str | None, typer.Option(help="odebench, others, known or measured.")] = None,
    tag: Annotated[str, typer.Option(help="Only systems with all of these tags, separated by commas.")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write data of the one system named to this file; - is stdout.")
    ] = None,
    runs: Annotated[int, typer.Option(help="Trajectories to write, one from each initial state.", min=1)] = 1,
    noise: Annotated[float, typer.Option(help="Multiplicative noise: relative standard deviation.")] = 0.0,
    additive: Annotated[float, typer.Option(help="Additive noise, in standard deviations of each state.")] = 0.0,
    drop: Annotated[float, typer.Option(help="Fraction of the samples left out at random.")] = 0.0,
    every: Annotated[int, typer.Option(help="Keep every n-th sample.")] = 1,
    hide: Annotated[str, typer.Option(help="States that were not observed, separated by commas.")] = "",
    seed: Annotated[int, typer.Option(help="Same seed, same noise.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Lists and shows systems whose law is known, and writes their data."""
    from discovery.datasets.corrupt import Corruption
    from pipelines.systems import systems_command

    corruption = Corruption(multiplicative=noise, additive=additive, every=every, drop=drop, hide=parts(hide))
    systems_command(
        names or (), suite=suite, tags=parts(tag), csv=csv, runs=runs, corruption=corruption, seed=seed, as_json=as_json
    )


@app.command(
    short_help="Runs the method on known systems, and scores it.",
    epilog=examples(
        "discover validate falling_object_drag --recipe quick --seeds 1",
        "discover validate --suite odebench --noise 0,0.05 --budget 60s",
    ),
)
def validate(
    names: Annotated[list[str] | None, argument("NAMES", "Known systems or measurements; none means all.")] = None,
    suite: Annotated[str | None, typer.Option(help="odebench, others, known or measured.")] = None,
    tag: Annotated[str, typer.Option(help="Only systems with all of these tags, separated by commas.")] = "",
    noise: Annotated[str, typer.Option(help="Relative standard deviations of noise, separated by commas.")] = "0.02",
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
        names or (), suite=suite, tags=parts(tag), noise=noise, drop=drop, seeds=seeds, jobs=jobs,
        budget=seconds_of(budget), recipe=recipe, out=out, as_json=as_json,
    )  # fmt: skip


@app.command(
    short_help="Says what is missing here, and how to add it.",
    epilog=examples("discover doctor", "discover doctor --report runs/data", "discover doctor --sbom > sbom.json"),
)
def doctor(
    folder: Annotated[Path | None, argument("FOLDER", "Run folder of a bug report.")] = None,
    report: Annotated[bool, typer.Option("--report", help="Print a complete bug report instead.")] = False,
    licences: Annotated[bool, typer.Option("--licences", help="List all packages with their licences.")] = False,
    sbom: Annotated[bool, typer.Option("--sbom", help="Print a bill of materials (CycloneDX, JSON).")] = False,
    as_json: AsJson = False,
) -> None:
    """Says what is installed, what is missing, and the command that adds it."""
    from pipelines.examining import Asked, examine_command

    raise typer.Exit(examine_command(Asked(folder, report, licences, sbom, as_json)))


def main(began: float | None = None) -> NoReturn:
    """Runs the command, given then or with this process; each kind of error has its exit code and one message."""
    try:
        began = began or monotonic() - process_time()  # what was loaded so far counts
        code = app(prog_name="discover", standalone_mode=False, obj=began)
    except DiscoveryError as error:
        typer.echo(f"error: {lines(str(error))}", err=True)
        leave(error.exit_code)
    except typer.Abort:
        leave(INTERRUPTED)
    except KeyboardInterrupt:
        leave(INTERRUPTED)
    except BrokenPipeError:  # who reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        leave(FOUND)
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        where = error.filename or "a file"
        typer.echo(f"error: {where} cannot be written: {error.strerror}. Make room, or choose another place.", err=True)
        leave(OutputError.exit_code)
    except Exception as error:
        if not told(error):
            raise
        suggest(sys.argv[1:])
        leave(2)
    leave(code if isinstance(code, int) else 0)

"""What `discover run` does: settings resolved, data read, the method run with a watcher, the result kept and shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import config as configuration
from pipelines import console
from pipelines.budget import Budget
from pipelines.config import RunConfig
from pipelines.terminal import FOUND, INTERRUPTED, NOT_FOUND, PARTIAL, command_line, plain

if TYPE_CHECKING:
    from discovery.reports.write import ReportFiles
    from discovery.trajectories.measurements import Measurements
    from discovery.types import DiscoveryResult
    from pipelines.plan import Step
    from pipelines.store import RunFolder

# Flags that change nothing of a result.
SILENT = ("--resume", "--overwrite", "--quiet", "-q", "--no-report")


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes:
        out: folder for the results; None is ``runs/NAME``.
        flags: options that were given, by their names in the configuration.
        settings: assignments of further options, ``search.sindy.ridge=1e-4``.
        begin: moment from which a budget counts, by ``time.monotonic()``.
    """

    data: Path
    out: Path | None = None
    recipe: str | None = None
    flags: Mapping[str, Any] = field(default_factory=dict[str, Any])
    settings: Sequence[str] = ()
    plan: bool = False
    resume: bool = False
    overwrite: bool = False
    quiet: bool = False
    report: bool = True
    as_json: bool = False
    begin: float = field(default_factory=time.monotonic)

    @property
    def folder(self) -> Path:
        """Where the results go: in a folder named as the data, without the endings of its format."""
        name = self.data.name.removesuffix(".gz")
        return self.out or Path("runs") / (Path(name).stem or name)


def run_command(request: Request) -> int:
    """Runs the method, or tells what it would do; gives the exit code.

    Raises:
        UsageError, DataError, BackendMissing: what was asked for cannot be done.
    """
    config = resolved(request)
    from discovery.trajectories.read import read_csv

    columns = config.data
    measurements = read_csv(
        request.data, time=columns.time, states=columns.states, trajectory=columns.trajectory, inputs=columns.inputs,
        held=columns.held, missing=columns.missing, units=columns.units, successive=config.map,
    )  # fmt: skip
    if request.plan:
        from pipelines.ode import ensure

        ensure(config, measurements)
        _print_plan(request, measurements, config)
        return FOUND
    rows = sum(map(len, measurements.trajectories))
    budget = Budget(config.budget, request.begin).loaded(rows, len(measurements.headers))
    return _run(request, measurements, config, budget)


def resolved(request: Request) -> RunConfig:
    """The configuration: flags before the environment, before recipe or file, before the defaults."""
    for sentence in configuration.misspelt(os.environ):
        console.TALK.print(plain(sentence), style="yellow", markup=False)
    return configuration.resolve(request.recipe, os.environ, request.flags, request.settings)


def _run(request: Request, measurements: Measurements, config: RunConfig, budget: Budget) -> int:
    from discovery.files import resumable
    from pipelines.ode import discover_ode, ensure
    from pipelines.store import RunFolder

    ensure(config, measurements)
    before = (request.folder / "result.json").exists()
    folder = RunFolder.open(request.folder, measurements, config, resume=request.resume, overwrite=request.overwrite)
    known = folder.result()
    if before and not (folder.path / "result.json").exists() and not request.quiet:
        console.TALK.print("What other settings or data gave here is replaced; --out keeps both.", markup=False)
    if folder.finished and not request.quiet:
        where, kept = plain(str(folder.path)), ", ".join(_stages(folder))
        whole = f"{where} holds this very run, finished" + request.report * ": its report is written anew" + "."
        console.TALK.print(whole if known else f"Going on with what is kept in {where}: {kept}.", markup=False)
    steps = _steps(measurements, config, folder.finished)
    watching = console.watching(steps, measurements.headers, budget=config.budget, quiet=request.quiet)
    deadline = budget.deadline
    with resumable(), console.interruptible(deadline.stop), watching as watcher:
        result = known or discover_ode(
            measurements, config, deadline=deadline, progress=watcher, store=folder, witness=watcher.witness
        )
        if known is None:
            result = replace(result, provenance={"command": _command(request), **result.provenance})
            _keep(result, folder)
        report = _report(result, folder, watcher, budget) if request.report else None
    _tell(request, result, report, folder)
    return exit_code(result)


def _keep(result: DiscoveryResult, folder: RunFolder) -> None:
    from discovery.reports.notation import law_latex

    folder.keep_result(result, law_latex(result))


def _report(result: DiscoveryResult, folder: RunFolder, watcher: console.Watcher, budget: Budget) -> ReportFiles:
    from discovery.reports.write import write_report

    watcher("report", "drawing figures, typesetting")
    return write_report(result, folder.path, until=budget.end)


def _tell(request: Request, result: DiscoveryResult, report: ReportFiles | None, folder: RunFolder) -> None:
    """The result on stdout; all that is known of it, and where it lies, on stderr."""
    if request.as_json:
        sys.stdout.write((folder.path / "result.json").read_text(encoding="utf-8"))
    elif request.quiet:
        console.print_law(result)
    else:
        console.show(result)
        later = command_line(["discover", "report", str(folder.path)])
        for note in report.notes if report else (f"`{later}` writes its report.",):
            console.say("note", note, "dim")
        written = (report.html, report.tex, report.pdf) if report else ()
        for path in (*written, folder.path / "result.json"):
            if path is not None:
                console.TALK.print(f"  {plain(str(path))}", markup=False)


def exit_code(result: DiscoveryResult) -> int:
    """Tells a shell script how it ended."""
    if result.stopped_by == "interrupt":
        return INTERRUPTED
    if result.stopped_by == "deadline":
        return PARTIAL  # also without a law: work that was cut off cannot say that there is none
    return NOT_FOUND if result.status == "not_found" else FOUND


def _stages(folder: RunFolder) -> list[str]:
    return [stage.partition("-")[0] for stage in folder.finished]


def _steps(measurements: Measurements, config: RunConfig, kept: Sequence[str], machine: float = 1.0) -> Sequence[Step]:
    from pipelines.inertia import with_inertia
    from pipelines.plan import plan

    rows = sum(len(run) for run in measurements.trajectories)
    config, _ = with_inertia(config, measurements)
    return plan(rows, len(measurements.headers), config, kept=kept, machine=machine)


def _print_plan(request: Request, measurements: Measurements, config: RunConfig) -> None:
    """The stages with their expected times, on stdout; nothing is written."""
    from pipelines.claims import Claim
    from pipelines.plan import REFERENCE_PACE, as_table, pace
    from pipelines.store import RunFolder, fingerprint

    old = Claim.of(request.folder)
    here = old is not None and old.mark == fingerprint(measurements, config)
    kept = RunFolder(request.folder, tuple(measurements.headers)).finished if here else ()
    steps = _steps(measurements, config, kept, pace() / REFERENCE_PACE)
    rows = sum(len(run) for run in measurements.trajectories)
    sys.stdout.write(as_table(steps, rows, len(measurements.headers), kept))


def _command(request: Request) -> str:
    """The command as it was given, but for the places of files: the same run has the same record anywhere."""
    words = iter(sys.argv[1:])
    named = request.out is not None
    kept = [
        request.data.name if not word.startswith("-") and Path(word) == request.data else word
        for word in words
        if word not in SILENT and not (named and _names_folder(word, words))
    ]
    return command_line(["discover", *kept])


def _names_folder(word: str, rest: Iterator[str]) -> bool:
    if word == "--out":
        next(rest, None)
    return word.split("=", maxsplit=1)[0] == "--out"

"""Known systems -> table of what was recovered."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console

from discovery.errors import UsageError
from discovery.files import resumable
from pipelines import config
from pipelines.terminal import plain
from pipelines.validation_cases import Case, chosen, plan
from pipelines.validation_jobs import Suite, ours, run
from pipelines.validation_sheets import as_document, as_terminal, case_sheet, summary_sheet, write_sheets
from pipelines.validation_summary import Row, row, summaries

Say = Callable[[str], None]


def validate(suite: Suite, cases: Sequence[Case], say: Say) -> tuple[Row, ...]:
    """Runs the cases that have no record yet and writes the tables of all that are finished.

    Args:
        say: told one line for each finished case.

    Returns:
        Rows in the order of ``cases``. If the work is interrupted, the tables are written all the same.
    """
    _writable(suite.out)
    rows: dict[Case, Row] = {}
    try:
        with closing(run(suite, cases)) as finished:
            for case, record, before in finished:
                rows[case] = row(case, record)
                say(_line(rows[case], len(rows), len(cases), before))
    finally:
        ordered = tuple(rows[case] for case in cases if case in rows)
        write_sheets(suite.out, ordered, summaries(ordered), suite.settings)
    return ordered


def validate_command(
    systems: Sequence[str],
    *,
    suite: str | None,
    tags: Sequence[str],
    noise: str,
    drop: str,
    seeds: int,
    jobs: int,
    budget: float,
    recipe: str,
    out: Path,
    as_json: bool,
) -> None:
    """The verb ``discover validate``: progress on stderr, the tables on stdout and in ``out``.

    Raises:
        UsageError: a system, suite, tag, number or recipe that cannot be used.
    """
    config.read(recipe)  # a wrong recipe is told now, not by every process
    cases = plan(chosen(systems, tags=tags, suite=suite), numbers(noise, "--noise"), numbers(drop, "--drop"), seeds)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    asked = Suite(ours(recipe), out, budget, jobs)
    with resumable():
        rows = validate(asked, cases, lambda line: talk.print(plain(line), markup=False))
    found = summaries(rows)
    if as_json:
        document = as_document(rows, found, asked.settings)
        sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
        return
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 220)
    for sheet in (case_sheet(rows), summary_sheet(found)):
        paper.print(as_terminal(sheet))
        paper.print()
    talk.print(f"Tables are in {plain(str(out))}: validation.html, .tex, .json, cases.csv, summary.csv.", markup=False)


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Numbers separated by commas.

    Raises:
        UsageError: a part is not a finite number.
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(map(math.isfinite, values)):
        raise UsageError(f"{option} {text!r} is not a list of numbers. Write for example {option} 0,0.02,0.05.")
    return values


def _line(one: Row, done: int, of: int, before: bool) -> str:
    """What is said of a finished case."""
    figures = "  ".join(
        f"{name} {value:.3f}"
        for name, value in (("R²", one.reconstruction), ("unseen", one.unseen))
        if not math.isnan(value)
    )
    kept = "  (kept)" if before else ""
    corruption = f"noise {one.noise:g} drop {one.drop:g} seed {one.seed}"
    where = f"{done:>4}/{of}  {one.system:<44} {corruption:<28}"
    return f"{where} {figures:<26} {one.form or 'not judged':<34} {one.status:<10} {one.seconds:6.1f} s{kept}"


def _writable(out: Path) -> None:
    try:
        (out / "cases").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}. Choose another folder with --out.") from None

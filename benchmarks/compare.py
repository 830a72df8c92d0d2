"""This program beside its peers on systems whose law is known: the same CSVs, the same scorer, one table.

    python -m benchmarks.compare                      # ODEBench, noise of 2 %, 30 s a system and method
    python -m benchmarks.compare --quick              # six systems, 10 s
    python -m benchmarks.compare --suite others --noise 0,0.05 --drop 0,0.5 --seeds 3

Each finished case is a file in ``--out``; an interrupted run goes on where it was. Every process is given one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from pipelines.validate import numbers, validate
from pipelines.validation_cases import SUITES, chosen, plan
from pipelines.validation_jobs import Method, Suite, ours, version_of
from pipelines.validation_sheets import Sheet, as_csv, as_html, as_latex, as_terminal, percent
from pipelines.validation_summary import Row, summaries

BASELINES = {
    "pysindy": "pysindy_default",
    "pysindy-best": "pysindy_best",
    "operon": "operon_smoothed",
    "pysr": "pysr_smoothed",
}
# One to three states; polynomial, rational, trigonometric, chaotic.
QUICK = (
    "odebench_03_logistic_growth",
    "odebench_14_budworm",
    "odebench_27_lotka_volterra",
    "odebench_28_pendulum",
    "odebench_42_chlorine_dioxide_iodine",
    "odebench_56_lorenz_chaotic",
)
DIVIDE = "; "


def methods(recipe: str) -> dict[str, Method]:
    """Ours and theirs by name."""
    folder = Path(__file__).resolve().parent / "baselines"
    version = version_of(sorted(folder.glob("*.py"))) + ours().version
    theirs = {
        name: Method(name, (sys.executable, "-m", f"benchmarks.baselines.{module}"), version)
        for name, module in BASELINES.items()
    }
    return {"discovery": ours(recipe), **theirs}


def overall(rows: dict[str, Sequence[Row]]) -> Sheet:
    """One row for each method."""
    cells = []
    for name, theirs in rows.items():
        everything = summaries(theirs)[0]
        shares = (everything.reconstructed, everything.predicted, everything.structure, everything.identical)
        failed = sum(one.status not in ("found", "partial") for one in theirs)
        cells.append(
            (name, str(everything.cases), *map(percent, shares), str(failed), f"{everything.seconds:.1f}")
        )  # fmt: skip
    columns = ("method", "cases", "R² > 0.9", "unseen R² > 0.9", "same structure", "identical", "no law", "s a case")
    title = "Shares of cases in per cent (in brackets the standard error over seeds | over systems)"
    return Sheet(title, columns, (False, *[True] * 7), tuple(cells))


def side_by_side(rows: dict[str, Sequence[Row]]) -> Sheet:
    """One row for each case: R² of the seen and the unseen start, form and seconds of every method."""
    first = next(iter(rows.values()))
    cells = tuple(
        (one.system, f"{one.noise:g}", f"{one.drop:g}", str(one.seed), *(_cell(theirs[at]) for theirs in rows.values()))
        for at, one in enumerate(first)
    )
    columns = ("system", "noise", "drop", "seed", *rows)
    return Sheet("R²; unseen R²; form; seconds", columns, (False, *[True] * 3, *[False] * len(rows)), cells)


def _cell(one: Row) -> str:
    if one.status not in ("found", "partial"):
        return f"{one.status}{DIVIDE}{one.seconds:.0f} s"
    return f"{one.reconstruction:.3f}{DIVIDE}{one.unseen:.3f}{DIVIDE}{one.form}{DIVIDE}{one.seconds:.0f} s"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs every method on every case, and prints and writes the tables."""
    given = _parser().parse_args(arguments)
    names = given.systems or (QUICK if given.quick else ())
    budget = 10.0 if given.quick else given.budget
    systems = chosen(names, suite=None if names else given.suite)
    cases = plan(systems, numbers(given.noise, "--noise"), numbers(given.drop, "--drop"), given.seeds)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    rows: dict[str, Sequence[Row]] = {}
    for name, method in methods(given.recipe).items():
        if name not in (given.methods or name).split(","):
            continue
        talk.print(name, style="bold", markup=False)
        suite = Suite(method, given.out / name, budget, given.jobs)
        rows[name] = validate(suite, cases, lambda line: talk.print(line, markup=False))
        if why := next((one.note for one in rows[name] if one.status.startswith("failed with 5")), ""):
            talk.print(f"{name} is skipped: {why.strip()}", markup=False)
            del rows[name]
    _publish(given.out, (overall(rows), side_by_side(rows)), rows)


def _publish(out: Path, sheets: Sequence[Sheet], rows: dict[str, Sequence[Row]]) -> None:
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
    for sheet in sheets:
        paper.print(as_terminal(sheet))
        paper.print()
    (out / "comparison.html").write_text(as_html(sheets, "Comparison on systems whose law is known"), encoding="utf-8")
    (out / "comparison.tex").write_text("\n".join(map(as_latex, sheets)), encoding="utf-8")
    for name, theirs in rows.items():
        (out / f"{name}.csv").write_text(as_csv(theirs), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", help="names; all of the suite if none")
    parser.add_argument("--suite", default="odebench", choices=SUITES)
    parser.add_argument("--noise", default="0.02", help="relative deviations, separated by commas")
    parser.add_argument("--drop", default="0", help="fractions left out, separated by commas")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--budget", type=float, default=30.0, help="seconds for each case and method")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--recipe", default="default")
    parser.add_argument("--methods", default="", help=f"of discovery,{','.join(BASELINES)}; all if none")
    parser.add_argument("--out", type=Path, default=Path("runs/comparison"))
    parser.add_argument("--quick", action="store_true", help="six systems, 10 s each")
    return parser


if __name__ == "__main__":
    main()

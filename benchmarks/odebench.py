"""ODEBench from end to end: 63 systems, each of two initial states seen in turn, the other to be predicted.

    python -m benchmarks.odebench                    # three settings of the noise, three seeds, both starts: hours
    python -m benchmarks.odebench --quick            # a dozen systems of all kinds, one seed, one start
    python -m benchmarks.odebench --seeds 1 --starts 0 --settings 0.05:0
    python -m benchmarks.odebench --suite others --seeds 1 --starts 0    # the registry's other systems
    python -m benchmarks.odebench --show             # the tables of what is there; measures nothing

The protocol is that of ODEBench (d'Ascoli et al. 2024): 512 samples, noise x(1 + σξ), a share ρ of the samples left out
at random, R² weighted by variance against the clean trajectory, 0 for a law that cannot be integrated. The law is
chosen by ``discover``'s default recipe on the corrupted samples of one start; nothing else reaches it. "Identical" is
a share of the cases in which the true form, fitted to the same samples, has its constants within 5 %: that share
stands beside it. Each finished case is a file in ``--out``; an interrupted run goes on where it was. A case has one
core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import odebench_best
from benchmarks.odebench_picture import draw
from benchmarks.odebench_sheets import Found, sheets
from discovery.datasets import known
from pipelines.store import write
from pipelines.validate import validate
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Suite, ours
from pipelines.validation_sheets import as_html, as_terminal
from pipelines.validation_summary import row

SETTINGS = "0:0,0.05:0,0.05:0.5"
# All tags and numbers of states; from both halves of the registry.
QUICK = (
    "odebench_03_logistic_growth", "odebench_14_budworm", "odebench_20_gene_switching", "odebench_27_lotka_volterra",
    "odebench_31_sir", "odebench_23_pendulum_overdamped_driven", "odebench_37_van_der_pol",
    "odebench_42_chlorine_dioxide_iodine", "odebench_50_schnakenberg", "odebench_56_lorenz_chaotic",
    "odebench_59_rossler_chaotic", "odebench_63_seir",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what is missing, prints and writes the tables and the picture."""
    given = _parser().parse_args(arguments)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    suite = Suite(ours(given.recipe), given.out, given.budget, given.jobs)
    cases = _cases(given)
    if not given.show:
        validate(suite, cases, lambda line: talk.print(line, markup=False))
    best = odebench_best.records(cases, given.out, given.jobs, measure=not given.show)
    found = [
        Found(case, row(case, record), best.get(case, {}))
        for case in cases
        if (record := suite.finished(case, of_any_version=given.show)) is not None
    ]
    tables = sheets(found)
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 180)
    for table in tables:
        paper.print(as_terminal(table))
        paper.print()
    write(given.out / "odebench.html", as_html(tables, "ODEBench from end to end").encode())
    draw(found, given.out / "odebench")


def _cases(given: argparse.Namespace) -> tuple[Case, ...]:
    names = tuple(map(known.resolve, given.systems or (QUICK if given.quick else known.select(suite=given.suite))))
    settings = [tuple(map(float, one.split(":"))) for one in given.settings.split(",")]
    starts = (0,) if given.quick else tuple(map(int, given.starts.split(",")))
    seeds = range(1 if given.quick else given.seeds)
    return tuple(
        Case(name, noise, drop, seed, start)
        for noise, drop in settings
        for seed in (seeds if noise or drop else (0,))  # without noise there is nothing to draw
        for start in starts
        for name in names
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", help="names of known systems, or unambiguous parts of them")
    parser.add_argument("--quick", action="store_true", help="a dozen systems, one seed, one start")
    parser.add_argument("--suite", default="odebench", choices=("odebench", "others"))
    parser.add_argument("--settings", default=SETTINGS, help="noise:dropped, separated by commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--starts", default="0,1", help="initial states that are seen, each in turn")
    parser.add_argument("--recipe", default="default")
    parser.add_argument("--budget", type=float, default=120.0, help="seconds after which a discovery is cut off")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print what is there")
    parser.add_argument("--out", type=Path, default=Path("runs/odebench"))
    return parser


if __name__ == "__main__":
    main()

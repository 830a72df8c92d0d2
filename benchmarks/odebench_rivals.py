"""Which laws that were chosen in place of the true form are no worse than it: simpler, and as near to the samples.

    python -m benchmarks.odebench --out runs/odebench
    python -m benchmarks.odebench_rivals --out runs/odebench

Both the chosen law and the true form are fitted to the same windows of the same samples, constants free. A rival has no
more constants, nodes and functions than the true form, and describes the samples no worse by BIC. Whatever a node or a
function is thought to cost, a rule that minds BIC prefers it, so that the share of cases without a rival is the most
that selection on these samples can have of true forms.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.odebench_best import posed
from benchmarks.odebench_sheets import setting
from discovery.protocols import NEVER
from discovery.selection.growth import Growth, grow, levels
from discovery.selection.refined import Refined, canonical_law
from discovery.selection.score import residual_length
from discovery.symbolic.compare import SAME_FORM
from discovery.symbolic.complexity import Function, factored, functions_of, node_count
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.parse import parse
from discovery.types import Law
from pipelines.store import write
from pipelines.validation_cases import Case
from pipelines.validation_sheets import NOTHING, Sheet, as_html, as_terminal
from pipelines.validation_truth import load


@dataclass(frozen=True)
class Fitted:
    """What a law takes to state, and what it leaves of the samples.

    Attributes:
        nodes: of the right-hand sides, in the shorter of two spellings.
        misfit: nats of the residuals.
        bic: of the residuals and the constants.
    """

    constants: int
    nodes: int
    functions: int
    misfit: float
    bic: float

    @classmethod
    def of(cls, item: Refined) -> Fitted:
        """Those of a fit."""
        sides, constants = item.law.skeletons, len(item.law.constants)
        functions = frozenset[Function]().union(*map(functions_of, sides))
        nodes = sum(min(node_count(side), node_count(factored(expanded(side)))) for side in sides)
        misfit = residual_length(item.fit.cost, item.fit.count)
        return cls(constants, nodes, len(functions), misfit, misfit + 0.5 * constants * math.log(item.fit.count))

    def rivals(self, true: Fitted) -> bool:
        """Whether it is no worse than the true form in any of these."""
        simpler = self.constants <= true.constants and self.nodes <= true.nodes and self.functions <= true.functions
        return simpler and self.bic <= true.bic


@dataclass(frozen=True)
class Compared:
    """The chosen law and the true form on the same samples; None where one of them cannot be followed."""

    case: Case
    chosen: Fitted | None
    true: Fitted | None

    @property
    def rival(self) -> bool:
        """Whether the chosen law is no worse."""
        return self.chosen is not None and self.true is not None and self.chosen.rivals(self.true)


def compared(case: Case, equations: Mapping[str, str]) -> Compared:
    """Both fitted as selection fits its finalists."""
    law, problem = posed(case, load(case.system, case.start))
    sides = tuple(parse(side, tuple(equations)) for side in equations.values())
    chosen = canonical_law(Law(tuple(equations), sides, ()))
    growth = Growth()
    fits, _ = grow([law, chosen], levels(problem, growth), growth, threads=1, deadline=NEVER, kept=[law, chosen])
    by_form = {item.law.skeletons: Fitted.of(item) for item in fits}
    return Compared(case, by_form.get(chosen.skeletons), by_form.get(law.skeletons))


def main(arguments: Sequence[str] | None = None) -> None:
    """Compares what is in the folder of a finished study, prints and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("runs/odebench"), help="folder of the study")
    given = parser.parse_args(arguments)
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((given.out / "cases").glob("*.json"))]
    missed = [one for one in records if one["score"]["form"] not in SAME_FORM and one["outcome"].get("equations")]
    context = multiprocessing.get_context("spawn")  # threads of numerical libraries do not survive a fork
    with ProcessPoolExecutor(given.jobs, mp_context=context) as executor:
        waiting = [executor.submit(compared, Case(**one["case"]), one["outcome"]["equations"]) for one in missed]
        found = [one.result() for one in track(waiting, "fitting", console=Console(stderr=True))]
    tables = (_shares([Case(**one["case"]) for one in records], found), _pairs(found))
    paper = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    for table in tables:
        paper.print(as_terminal(table))
        paper.print()
    write(given.out / "rivals.html", as_html(tables, "Rivals of the true forms").encode())


def _shares(cases: Sequence[Case], found: Sequence[Compared]) -> Sheet:
    def kind(case: Case) -> tuple[str, str]:
        return setting(case), str(case.start + 1)

    rows = [
        (*one, *map(str, (
            sum(kind(case) == one for case in cases), sum(kind(pair.case) == one for pair in found),
            sum(pair.rival for pair in found if kind(pair.case) == one),
        )))
        for one in dict.fromkeys(map(kind, cases))
    ]  # fmt: skip
    columns = ("setting", "start", "cases", "not of the true form", "of these rivals")
    return Sheet("Chosen laws that are no worse than the true form", columns, (False, *[True] * 4), tuple(rows))


def _pairs(found: Sequence[Compared]) -> Sheet:
    rows = [
        (pair.case.system, setting(pair.case), str(pair.case.seed), str(pair.case.start + 1), *_beside(pair))
        for pair in found
    ]
    columns = ("system", "setting", "seed", "start", "constants", "nodes", "functions", "misfit", "rival")
    return Sheet(
        "The chosen law and the true form; misfit of the first behind the other, in nats",
        columns,
        (False, False, *[True] * 6, False),
        tuple(rows),
    )


def _beside(pair: Compared) -> tuple[str, ...]:
    one, other = pair.chosen, pair.true
    if one is None or other is None:
        return (NOTHING,) * 5
    counts = (
        f"{one.constants}, {other.constants}",
        f"{one.nodes}, {other.nodes}",
        f"{one.functions}, {other.functions}",
    )
    return (*counts, f"{one.misfit - other.misfit:.1f}", "yes" if pair.rival else "no")


if __name__ == "__main__":
    main()

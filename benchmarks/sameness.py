"""Is it the same law when the same data are described otherwise? On registry systems whose terms are well determined.

    python -m benchmarks.sameness                     # twenty systems, five descriptions each
    python -m benchmarks.sameness --systems 5 --show  # the table of what is there; runs nothing

A system takes part if its law is polynomial, and if the data as they are give its true terms, as the one law that is
found, each with an interval narrower than a fifth of its constant. Then columns are put in another order, the first
state is counted in a unit a million times smaller, the record is split in two runs, and a column that is constant is
added. Each time the terms must be the same, and the constants inside each other's intervals. Finished runs are files
in ``--out``.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp

from discovery.datasets import known
from discovery.trajectories.read import read_csv
from discovery.types import DiscoveryResult, symbol
from pipelines.store import write

NOISE, SEED = 0.01, 0
MILLION = 1e6
NARROW = 0.2  # width of an interval over its constant
Table = pd.DataFrame
Terms = Mapping[str, Mapping[str, tuple[float, float, float]]]


def reordered(table: Table) -> Table:
    """The columns of states the other way round."""
    return table.loc[:, ["t", *table.columns[:0:-1]]]


def scaled(table: Table) -> Table:
    """The first state in another unit."""
    return table.assign(**{table.columns[1]: table[table.columns[1]] * MILLION})


def split(table: Table) -> Table:
    """Two runs instead of one."""
    halves = table.assign(run=np.where(np.arange(len(table)) < len(table) // 2, "first", "second"))
    return halves.loc[:, ["run", *table.columns]]


def padded(table: Table) -> Table:
    """A further column that never changes."""
    return table.assign(station=7.0)


DESCRIPTIONS: Mapping[str, Callable[[Table], Table]] = {
    "as it is": lambda table: table,
    "reordered": reordered,
    "first state x 1e6": scaled,
    "split": split,
    "with a constant column": padded,
}


def systems() -> list[str]:
    """Those of ODEBench whose right-hand sides are polynomials."""
    names: list[str] = []
    for name in known.select(suite="odebench"):
        system = known.load(name)
        states = [symbol(one) for one in system.states]
        if all(rhs.is_polynomial(*states) for rhs in system.expressions.values()):
            names.append(name)
    return names


def measured(name: str) -> Table:
    """A run of a system at one per cent of noise."""
    from pipelines.validation_cases import Case, corrupted
    from pipelines.validation_truth import load

    (run,) = corrupted(Case(name, NOISE, 0.0, SEED), load(name))
    return pd.DataFrame({"t": run.times, **dict(zip(run.names, run.states.T, strict=True))})


def found(table: Table, recipe: str, engines: Sequence[str] = ()) -> DiscoveryResult:
    """The discovery from a file that holds the table."""
    from pipelines import config
    from pipelines.ode import discover_ode

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        text = io.StringIO()
        table.to_csv(text, index=False)
        path.write_text(text.getvalue(), encoding="utf-8")
        measurements = read_csv(path, trajectory=("run",) if "run" in table else ())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return discover_ode(measurements, config.read(recipe).changed(threads=1, engines=tuple(engines) or None))


def terms(result: DiscoveryResult) -> dict[str, dict[str, tuple[float, float, float]]]:
    """By state and term: constant, and its interval; without one where the constant was made exact."""
    if not result.ranking.front:
        return {}
    ranked = result.ranking.front[0]
    law = ranked.law
    back = {str(symbol(name)): header for name, header in result.headers.items()}
    every: dict[str, dict[str, tuple[float, float, float]]] = {}
    for state, skeleton in zip(law.states, law.skeletons, strict=True):
        mine: dict[str, tuple[float, float, float]] = {}
        for term in sp.Add.make_args(sp.expand(skeleton)):
            number, shape = term.as_independent(*[symbol(name) for name in law.states], as_Add=False)
            constants = sorted(int(str(one)[1:]) for one in number.free_symbols)
            value, *ends = (
                float(number.subs([(symbol(f"c{i}"), sp.Float(numbers[i])) for i in constants]))
                for numbers in (law.constants, ranked.lows, ranked.highs)
            )
            known_ends = len(constants) == 1
            mine[str(shape)] = (value, min(ends) if known_ends else math.nan, max(ends) if known_ends else math.nan)
        every[back.get(state, state)] = mine
    return every


def measure(name: str, description: str, recipe: str, engines: Sequence[str] = ()) -> dict[str, Any]:
    """One discovery."""
    result = found(DESCRIPTIONS[description](measured(name)), recipe, engines)
    return {
        "system": name, "description": description, "status": result.status, "terms": terms(result),
        "ties": result.verdict.measures.get("ties", 0.0),
    }  # fmt: skip


def determined(name: str, record: Mapping[str, Any]) -> bool:
    """Whether the data as they are give the true terms, each well known, as the one law."""
    system = known.load(name)
    states = [symbol(one) for one in system.states]
    for state, rhs in system.expressions.items():
        truth = {
            str(term.as_independent(*states, as_Add=False)[1]) for term in sp.Add.make_args(sp.expand(rhs))
        } - {"0"}  # fmt: skip
        mine = record["terms"].get(state, {})
        if truth != set(mine):
            return False
        if any(high - low > NARROW * abs(value) for value, low, high in mine.values()):
            return False
    return record["status"] == "found" and not record["ties"]


def exact(law: Terms) -> set[tuple[str, str]]:
    """The constants that were made exact."""
    return {(state, shape) for state, mine in law.items() for shape, (_, low, _) in mine.items() if math.isnan(low)}


def same(base: Terms, other: Terms, first: str, unit: float = 1.0) -> str:
    """What differs between two laws, of which the second counts ``first`` in another unit; nothing if nothing does.

    Each law's constants have to be in the other's intervals. Where one has exact constants that the other has not, as 1
    is seen to be exact in one unit and not in another, its intervals are narrower by what they take for certain: then
    its constants have to be in the other's intervals.
    """
    ours, theirs = exact(base), exact(other)
    for state, mine in base.items():
        terms_there = other.get(state, {})
        if set(mine) != set(terms_there):
            return f"{state}': {sorted(set(mine) ^ set(terms_there))}"
        for shape, (value, low, high) in mine.items():
            power = sp.Poly(sp.sympify(shape), sp.Symbol(first)).degree() if first in shape else 0
            factor = unit ** (float(power) - (state == first))
            one, least, most = (number * factor for number in terms_there[shape])
            inside = math.isnan(low) or ours > theirs or low <= one <= high
            if not inside or not (math.isnan(least) or theirs > ours or least <= value <= most):
                return f"{state}' {shape}: {value:.5g} [{low:.5g}, {high:.5g}], {one:.5g} [{least:.5g}, {most:.5g}]"
    return ""


def report(out: Path, names: Sequence[str]) -> tuple[list[tuple[str, ...]], int]:
    """Rows of the table, and how many comparisons failed."""
    rows: list[tuple[str, ...]] = []
    failed = 0
    for name in names:
        base = _read(out, name, "as it is")
        if base is None or not determined(name, base):
            continue
        for description in list(DESCRIPTIONS)[1:]:
            record = _read(out, name, description)
            if record is None:
                continue
            unit = MILLION if "1e6" in description else 1.0
            difference = same(base["terms"], record["terms"], known.load(name).names[0], unit)
            failed += bool(difference)
            rows.append((name, description, difference or "the same"))
    return rows, failed


def _read(out: Path, name: str, description: str) -> dict[str, Any] | None:
    path = out / "cases" / f"{name}_{description.replace(' ', '_')}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def main() -> int:
    """Runs what is missing and prints what differs; 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=20)
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--engines", default="", help="separated by commas; the recipe's if none")
    parser.add_argument("--out", type=Path, default=Path("runs/sameness"))
    parser.add_argument("--show", action="store_true", help="run nothing")
    asked = parser.parse_args()
    names: list[str] = []
    for name in systems():
        for description in DESCRIPTIONS:
            base = _read(asked.out, name, "as it is")
            if asked.show or (description != "as it is" and (base is None or not determined(name, base))):
                continue
            if _read(asked.out, name, description) is None:
                record = measure(name, description, asked.recipe, [one for one in asked.engines.split(",") if one])
                place = asked.out / "cases" / f"{name}_{description.replace(' ', '_')}.json"
                write(place, json.dumps(record, indent=1).encode())
                print(f"{name}, {description}: {record['status']}", file=sys.stderr, flush=True)
        base = _read(asked.out, name, "as it is")
        names += [name] if base is not None and determined(name, base) else []
        if len(names) == asked.systems:
            break
    rows, failed = report(asked.out, names)
    for row in rows:
        print("{:<48}{:<24}{}".format(*row))
    print(f"{len(names)} systems, {len(rows)} comparisons, {failed} of them differ")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

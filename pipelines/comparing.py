"""What `discover compare` prints: whether two expressions, or the laws of two runs, are the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from discovery.errors import UsageError


def compare_command(found: str, reference: str, *, as_json: bool) -> None:
    """The verdict on stdout, and how it was reached on stderr; with ``as_json`` both in one document.

    Raises:
        UsageError: an expression that is none, a folder without a law.
    """
    folders = [one for one in (found, reference) if Path(one).is_dir()]
    if len(folders) == 1:
        other = reference if folders == [found] else found
        raise UsageError(f"{folders[0]} is a run, and {other} is no folder. Compare two runs or two expressions.")
    verdict = _compare_runs(found, reference) if folders else _compare_texts(found, reference)
    if as_json:
        error = verdict.largest_error if verdict.largest_error == verdict.largest_error else None
        document = {"verdict": verdict.verdict, "how": verdict.how, "largest_error": error}
        sys.stdout.write(json.dumps(document) + "\n")
        return
    sys.stdout.write(f"{verdict.verdict}\n")
    sys.stderr.write(f"{verdict.how}\n")


def _compare_texts(found: str, reference: str) -> Any:
    from discovery.symbolic.compare import compare as compare_expressions
    from discovery.symbolic.parse import parse

    left, right = parse(found), parse(reference)
    names = sorted({str(symbol) for symbol in left.free_symbols | right.free_symbols})
    return compare_expressions(left, right, names)


def _compare_runs(found: str, reference: str) -> Any:
    """The verdict on two laws, on the range of both records; inputs and time are variables as the states are."""
    from discovery.symbolic.compare import compare_laws

    results = [_with_law(folder) for folder in (found, reference)]
    laws = [result.law.equations for result in results]
    others = {str(one) for law in laws for side in law.values() for one in side.free_symbols}
    names = tuple(dict.fromkeys((*laws[1], *sorted(others))))
    seen = _seen(results)
    region = {name: seen[name] for name in names if name in seen}
    verdict = compare_laws(*laws, names=names, region=region)
    said = ", ".join(f"{low:.3g} <= {name} <= {high:.3g}" for name, (low, high) in region.items())
    return replace(verdict, how=f"{verdict.how} Compared where {said}.") if said else verdict


def _with_law(folder: str) -> Any:
    from pipelines.store import load

    result = load(Path(folder))
    if result.law is None:
        raise UsageError(f"{folder} holds no law. Compare runs that found one.")
    return result


def _seen(results: Sequence[Any]) -> dict[str, tuple[float, float]]:
    """Range of each variable of the laws in all records, states by their smoothed curves; none for what rests."""
    import numpy as np

    seen: dict[str, tuple[float, float]] = {}
    for result in results:
        for run, curve in zip(result.trajectories, result.smoothing.trajectories, strict=False):
            columns = [*zip(result.law.states, curve.states.T, strict=True)]
            columns += [*zip(result.law.inputs, run.inputs.T, strict=False), ("t", curve.times)]
            for name, values in columns:
                low, high = float(np.min(values)), float(np.max(values))
                if name in seen:
                    low, high = min(low, seen[name][0]), max(high, seen[name][1])
                if low < high:
                    seen[name] = (low, high)
    return seen

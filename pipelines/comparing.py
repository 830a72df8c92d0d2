"""What `discover compare` prints: whether two expressions, or the laws of two runs, are the same."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from discovery.errors import UsageError


def compare_command(found: str, reference: str, *, region: str = "", as_json: bool) -> None:
    """The verdict on stdout, and how it was reached on stderr; with ``as_json`` both in one document.

    Args:
        region: where to compare, as ``x=50:200,y=0:1``; a variable that is not named has [-3, 3], or the range of its
            records.

    Raises:
        UsageError: an expression that is none, a folder without a law, a region that is none or of another variable.
    """
    folders = [one for one in (found, reference) if Path(one).is_dir()]
    if len(folders) == 1:
        other = reference if folders == [found] else found
        raise UsageError(f"{folders[0]} is a run, and {other} is no folder. Compare two runs or two expressions.")
    verdict = (_compare_runs if folders else _compare_texts)(found, reference, region)
    if as_json:
        error = verdict.largest_error if verdict.largest_error == verdict.largest_error else None
        document = {"verdict": verdict.verdict, "how": verdict.how, "largest_error": error}
        sys.stdout.write(json.dumps(document) + "\n")
        return
    sys.stdout.write(f"{verdict.verdict}\n")
    sys.stderr.write(f"{verdict.how}\n")


def _compare_texts(found: str, reference: str, region: str) -> Any:
    from discovery.symbolic.compare import compare as compare_expressions
    from discovery.symbolic.parse import parse

    left, right = parse(found), parse(reference)
    names = sorted({str(symbol) for symbol in left.free_symbols | right.free_symbols})
    return compare_expressions(left, right, names, region=_ranges(region, names))


def _compare_runs(found: str, reference: str, region: str) -> Any:
    """The verdict on two laws, on the range of both records or what was told; inputs and time are variables as well."""
    from discovery.symbolic.compare import compare_laws

    results = [_with_law(folder) for folder in (found, reference)]
    laws = [result.law.equations for result in results]
    others = {str(one) for law in laws for side in law.values() for one in side.free_symbols}
    names = tuple(dict.fromkeys((*laws[1], *sorted(others))))
    seen = _seen(results) | _ranges(region, names)
    ranges = {name: seen[name] for name in names if name in seen}
    verdict = compare_laws(*laws, names=names, region=ranges)
    said = ", ".join(f"{low:.3g} <= {name} <= {high:.3g}" for name, (low, high) in ranges.items())
    return replace(verdict, how=f"{verdict.how} Compared where {said}.") if said else verdict


def _ranges(region: str, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The range of each variable that is named in ``x=50:200,y=0:1``."""
    ranges: dict[str, tuple[float, float]] = {}
    for part in filter(None, map(str.strip, region.split(","))):
        name, _, ends = part.partition("=")
        low, high = _ends(ends)
        if name.strip() not in names or not low < high:
            raise UsageError(
                f"--region has {part!r}, which is no range of a variable. The variables are {', '.join(names)}; write "
                f"for example --region {names[0] if names else 'x'}=50:200."
            )
        ranges[name.strip()] = low, high
    return ranges


def _ends(text: str) -> tuple[float, float]:
    """Both ends of ``50:200``; NaN if it is no finite range."""
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        return math.nan, math.nan
    return (low, high) if math.isfinite(high - low) else (math.nan, math.nan)


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

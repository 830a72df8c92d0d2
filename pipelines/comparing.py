"""What `discover compare` prints: whether two expressions, or the laws of two runs, are the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from discovery.errors import UsageError


def compare_command(found: str, reference: str, *, as_json: bool) -> None:
    """The verdict on stdout, and how it was reached on stderr; with ``as_json`` both in one document.

    Raises:
        UsageError: an expression that is none, a folder without a law.
    """
    verdict = _compare_runs(found, reference) if Path(found).is_dir() else _compare_texts(found, reference)
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
    """The verdict on two laws; inputs and time are variables as the states are."""
    from discovery.symbolic.compare import compare_laws

    laws = _laws(found, reference)
    others = {str(one) for law in laws for side in law.values() for one in side.free_symbols}
    return compare_laws(*laws, names=tuple(dict.fromkeys((*laws[1], *sorted(others)))))


def _laws(found: str, reference: str) -> tuple[Any, Any]:
    from pipelines.store import load

    laws: list[Any] = []
    for folder in (found, reference):
        law = load(Path(folder)).law
        if law is None:
            raise UsageError(f"{folder} holds no law. Compare runs that found one.")
        laws.append(law.equations)
    return laws[0], laws[1]

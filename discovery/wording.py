"""What sentences of all layers have in common."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Words with commas and an ``and`` before the last; nothing if there are none."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])


def times(count: int) -> str:
    """How often: once, twice, or a number of times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def joined(headers: Sequence[str]) -> str:
    """Headers as an option takes them: between quotation marks where they hold commas or quotation marks."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(headers)
    return line.getvalue()

"""What sentences of all layers have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNIT = re.compile(r"(?<=\S)\s*(?:\[[^\[\]]*\]|\((?!\d+\))[^()]*\))\s*$")  # "v [m/s]", "v (m/s)"; not "x(1)"


def listed(words: Sequence[str]) -> str:
    """Words with commas and an ``and`` before the last; nothing if there are none."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])


def bare(header: str) -> str:
    """A header without its unit."""
    return _UNIT.sub("", header)

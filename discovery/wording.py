"""What sentences of all layers have in common."""

from __future__ import annotations

from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Words with commas and an ``and`` before the last; nothing if there are none."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])

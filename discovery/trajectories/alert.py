"""One thing that a user should know of the measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["note", "caution", "serious"]


@dataclass(frozen=True)
class Alert:
    """One thing to know.

    Attributes:
        subject: of what kind it is: ``noise``, ``gaps``, ``relation``, ...
        text: what was seen, one sentence.
        advice: what to do, one sentence; empty where there is nothing to do.
        columns: headers that it is about; empty where it is about all.
    """

    level: Level
    subject: str
    text: str
    advice: str = ""
    columns: tuple[str, ...] = ()

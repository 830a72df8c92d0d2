"""The registry of systems whose law is known: one folder each in ``datasets/known``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from discovery import resources
from discovery.datasets.reading import require
from discovery.datasets.system import TAGS, System, read_system

FILE = "system.toml"
SUITES: tuple[str, ...] = ("odebench", "others", "known")
_ODEBENCH = "odebench_"


def names() -> tuple[str, ...]:
    """Names of all systems, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in _folder().glob(f"*/{FILE}")))


def load(name: str) -> System:
    """The system of that name.

    Raises:
        UsageError: there is none; the message suggests the nearest names.
        DataError: its file is broken; the message names file and key.
    """
    require(name, names(), "system")
    return read_system(_folder() / name / FILE)


def select(chosen: Sequence[str] = (), *, tags: Sequence[str] = (), suite: str | None = None) -> tuple[str, ...]:
    """Names of the systems that satisfy every condition, in alphabetical order.

    Args:
        chosen: names; none means all.
        tags: a system must have each of them.
        suite: ``odebench``, ``others`` (all but those) or ``known`` (all).

    Raises:
        UsageError: there is no such system, tag or suite.
    """
    everything = names()
    for name in chosen:
        require(name, everything, "system")
    for tag in tags:
        require(tag, TAGS, "tag")
    if suite is not None:
        require(suite, SUITES, "suite")
    kept = [name for name in everything if (not chosen or name in chosen) and _belongs(name, suite)]
    return tuple(name for name in kept if not tags or set(tags) <= set(load(name).tags))


def half(name: str) -> Literal["design", "check"]:
    """The half of the registry in which a system is, by a hash of its name, once and for all.

    Defaults and the grammar of term shapes may be chosen on ``design``; ``check`` is for checking alone.
    """
    return "check" if hashlib.sha256(name.encode()).digest()[-1] % 2 else "design"


def _belongs(name: str, suite: str | None) -> bool:
    return suite in (None, "known") or name.startswith(_ODEBENCH) == (suite == "odebench")


def _folder() -> Path:
    return resources.folder("datasets/known")

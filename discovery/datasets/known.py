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
# What people call a system of which the registry has several, or a longer name.
_SHORT = {
    "lorenz": "odebench_56_lorenz_chaotic",
    "rossler": "odebench_59_rossler_chaotic",
    "kidger": "kidger_pair",
}


def names() -> tuple[str, ...]:
    """Names of all systems, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in _folder().glob(f"*/{FILE}")))


def resolve(name: str) -> str:
    """The full name of a system: ``lorenz`` will do for ``odebench_56_lorenz_chaotic``, and so on.

    Raises:
        UsageError: there is none; the message suggests the nearest names.
    """
    everything = names()
    if name in everything:
        return name
    if name in _SHORT:
        return _SHORT[name]
    tails = {full.split("_", 2)[2]: full for full in everything if full.startswith(_ODEBENCH)}
    if name in tails:
        return tails[name]
    others = [full for full in everything if full not in tails.values()]  # whose short name says as much
    require(name, (*_SHORT, *others, *tails), "system", "discover systems")
    return name


def load(name: str) -> System:
    """The system of that name, or short name.

    Raises:
        UsageError: there is none; the message suggests the nearest names.
        DataError: its file is broken; the message names file and key.
    """
    return read_system(_folder() / resolve(name) / FILE)


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
    chosen = [resolve(name) for name in chosen]
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

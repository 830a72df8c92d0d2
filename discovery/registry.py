"""Finds plug-ins by their file: ``discovery/<stage>/<name>.py`` that defines ``PLUGIN``.

A plug-in file names a class that can be made without arguments::

    PLUGIN = "GaussianProcess"       # the class in this file
    REQUIRES = ("scipy",)            # import names, looked up without importing
    CITES = ("Rasmussen2006",)       # keys of reports/references.bib
    PROBE = "package.module:function"  # only where a package is not enough: answers with ``ok``, ``why``, ``command``
    APART = True                     # only of a search engine that is native code and may die: it gets its own process

Files without ``PLUGIN`` are parts. Other packages register a module under the entry-point group
``discovery.<stage>``. Nothing heavy is imported before :func:`load`.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from discovery.errors import BackendMissing, UsageError

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Plugin:
    """What a plug-in file says of itself."""

    name: str
    module: str
    attribute: str
    requires: tuple[str, ...]
    cites: tuple[str, ...]
    probe: str = ""
    apart: bool = False

    def missing(self) -> tuple[str, ...]:
        """Import names that are not installed."""
        return tuple(name for name in self.requires if importlib.util.find_spec(name) is None)


def _declarations(path: Path) -> dict[str, object]:
    """The literal values of PLUGIN, REQUIRES, CITES, PROBE and APART in a file, read without importing it."""
    found: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("PLUGIN", "REQUIRES", "CITES", "PROBE", "APART"):
                found[name] = ast.literal_eval(node.value)
    return found


@cache
def plugins(stage: str) -> dict[str, Plugin]:
    """All plug-ins of a stage by name: our own files first, then other packages' entry points."""
    found: dict[str, Plugin] = {}
    sources = [(path.stem, f"discovery.{stage}.{path.stem}", path) for path in sorted((_PACKAGE / stage).glob("*.py"))]
    for point in entry_points(group=f"discovery.{stage}"):
        spec = importlib.util.find_spec(point.module)
        if spec is not None and spec.origin is not None:
            sources.append((point.name, point.module, Path(spec.origin)))
    for name, module, path in sources:
        said = _declarations(path)
        if "PLUGIN" in said and name not in found:
            requires, cites = said.get("REQUIRES", ()), said.get("CITES", ())
            assert isinstance(requires, tuple)
            assert isinstance(cites, tuple)
            probe = str(said.get("PROBE", ""))
            apart = said.get("APART") is True
            found[name] = Plugin(name, module, str(said["PLUGIN"]), requires, cites, probe, apart)
    return found


def names(stage: str) -> tuple[str, ...]:
    """Names of all plug-ins of a stage, installed or not."""
    return tuple(plugins(stage))


def plugin(stage: str, name: str) -> Plugin:
    """The plug-in of that name.

    Raises:
        UsageError: there is none.
    """
    known = plugins(stage)
    if name not in known:
        raise UsageError(f"There is no {stage} plug-in called {name!r}. Choose from: {', '.join(known)}.")
    return known[name]


def ensure(stage: str, name: str) -> None:
    """Checks that a plug-in can run here; asks its probe, if it has one.

    Raises:
        UsageError: there is no such plug-in.
        BackendMissing: something that it needs is not installed; the message has the command that adds it.
    """
    found = plugin(stage, name)
    load(stage, name)
    if found.probe:
        module, function = found.probe.split(":")
        answer = getattr(importlib.import_module(module), function)()
        if not answer.ok:
            remedy = f"Add what is missing with: {answer.command}"
            raise BackendMissing(f"{stage} {name!r} cannot run here. {answer.why} {remedy}")


def load(stage: str, name: str) -> type:
    """The class of a plug-in; imports what it needs.

    Raises:
        UsageError: there is no such plug-in.
        BackendMissing: a package that it needs is not installed.
    """
    found = plugin(stage, name)
    if missing := found.missing():
        raise BackendMissing(
            f"{stage} {name!r} needs {', '.join(missing)}, which is not installed. "
            f"Install with: pip install {' '.join(missing)}"
        )
    return getattr(importlib.import_module(found.module), found.attribute)

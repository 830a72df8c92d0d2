"""The packages that the program is made of: versions, licences, and a bill of materials, from their own metadata."""

from __future__ import annotations

import json
import platform
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = "discovery"
UNKNOWN = "not stated"
LONGEST = 60  # characters of a licence; some packages have its whole text there


@dataclass(frozen=True)
class Part:
    """A package as it is installed.

    Attributes:
        name: in the normal form of the index.
        licence: as the package states it.
        home: address of its page; empty if it has none.
        needs: names of the packages that it asks for and that are installed.
    """

    name: str
    version: str
    licence: str
    home: str
    needs: tuple[str, ...]

    @property
    def address(self) -> str:
        """Its package URL (purl), by which lists of known holes name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def materials() -> tuple[Part, ...]:
    """This package, then all that it drags in, extras that are installed among them, by name."""
    found: dict[str, Part] = {}
    waiting = [canonicalize_name(ROOT)]
    while waiting:
        name = waiting.pop()
        if name not in found and (part := _part(name)) is not None:
            found[name] = part
            waiting += [canonicalize_name(other) for other in part.needs]
    first = found.pop(canonicalize_name(ROOT), None)
    return (*([first] if first else []), *(found[name] for name in sorted(found)))


def _part(name: str) -> Part | None:
    try:
        known = distribution(name)
    except PackageNotFoundError:
        return None
    needs = sorted({other for other in _needs(known, extras=name == ROOT) if _installed(other)})
    return Part(canonicalize_name(name), known.version, _licence(known), _home(known), tuple(needs))


def _needs(known: Distribution, *, extras: bool) -> Iterator[str]:
    """Names of what a package asks for here; with ``extras`` also of what it asks for by any of its own."""
    told = [""]
    if extras:
        told += known.metadata.get_all("Provides-Extra") or []
    for text in known.requires or []:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in told):
            yield canonicalize_name(requirement.name)


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _licence(known: Distribution) -> str:
    """The licence expression, else the licence if it is one line, else the classifiers that name one."""
    told = known.metadata
    expression, text = (
        (told[field] or "").strip() if field in told else "" for field in ("License-Expression", "License")
    )
    classifiers = [line for line in told.get_all("Classifier") or [] if line.startswith("License :: ")]
    named = ", ".join(line.split(" :: ")[-1] for line in classifiers)
    whole = "\n" in text or text.upper() in ("", "UNKNOWN")
    licence = expression or (named or text.split("\n")[0] if whole else text) or UNKNOWN
    return licence if len(licence) <= LONGEST else f"{licence[: LONGEST - 1]}…"


def _home(known: Distribution) -> str:
    told = known.metadata
    links = dict(line.split(", ", 1) for line in told.get_all("Project-URL") or [] if ", " in line)
    home = (told["Home-page"] or "") if "Home-page" in told else ""
    return home or next((links[name] for name in ("Homepage", "homepage", "Source", "Repository") if name in links), "")


def licences(found: Sequence[Part]) -> str:
    """One line for each package: name, version, licence."""
    widths = [max(len(getattr(part, field)) for part in found) for field in ("name", "version")]
    return "\n".join(f"{one.name:<{widths[0]}}  {one.version:<{widths[1]}}  {one.licence}" for one in found)


def bill_of_materials(found: Sequence[Part]) -> str:
    """A CycloneDX document (version 1.5, JSON) of the packages; the same for the same packages.

    Source: https://cyclonedx.org/docs/1.5/json/
    """
    root, *others = found
    listed = "\n".join(part.address for part in found)
    by_name = {part.name: part.address for part in found}
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, listed)}",
        "version": 1,
        "metadata": {
            "component": _component(root, "application"),
            "properties": [
                {"name": "python", "value": platform.python_version()},
                {"name": "platform", "value": f"{platform.system()} {platform.machine()}"},
            ],
        },
        "components": [_component(part, "library") for part in others],
        "dependencies": [
            {"ref": part.address, "dependsOn": [by_name[name] for name in part.needs if name in by_name]}
            for part in found
        ],
    }
    return json.dumps(document, indent=1)


def _component(part: Part, kind: str) -> dict[str, object]:
    component: dict[str, object] = {
        "type": kind, "bom-ref": part.address, "name": part.name, "version": part.version, "purl": part.address,
    }  # fmt: skip
    if part.licence != UNKNOWN:
        component["licenses"] = [{"license": {"name": part.licence}}]
    if part.home.startswith(("http://", "https://")):
        component["externalReferences"] = [{"type": "website", "url": part.home.strip()}]
    return component

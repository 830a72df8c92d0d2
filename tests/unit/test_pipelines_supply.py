"""What the program is made of, listed from the packages' own metadata."""

import json
from email.message import Message
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from pipelines import supply
from pipelines.supply import Part, bill_of_materials, licences, materials


@pytest.fixture(scope="module")
def installed() -> tuple[Part, ...]:
    """All packages."""
    return materials()


def test_every_package_is_listed_once_with_its_version(installed: tuple[Part, ...]) -> None:
    """This one first, then what it asks for, and what that asks for."""
    names = [part.name for part in installed]
    assert ("discovery", len(names)) == (names[0], len(set(names)))
    assert {"numpy", "sympy", "mpmath", "torch", "pyoperon"} <= set(names)
    assert version("numpy") == next(part.version for part in installed if part.name == "numpy")
    for part in installed:
        assert set(part.needs) <= set(names)


def test_licences_are_one_line_each(installed: tuple[Part, ...]) -> None:
    """Name, version and licence, in columns."""
    lines = licences(installed).splitlines()
    assert len(installed) == len(lines)
    assert lines[0].split() == ["discovery", version("discovery"), "MIT"]
    assert all(len(line) < 140 for line in lines)


class Known:
    """A package with that metadata."""

    def __init__(self, **told: str | list[str]) -> None:
        self.metadata = Message()
        for name, values in told.items():
            for value in values if isinstance(values, list) else [values]:
                self.metadata[name.replace("_", "-")] = value


@pytest.mark.parametrize(
    ("known", "licence"),
    [
        (Known(License_Expression="MIT", License="something else"), "MIT"),
        (Known(License="BSD-3-Clause"), "BSD-3-Clause"),
        (Known(License="All of\nits text", Classifier=["License :: OSI Approved :: BSD License"]), "BSD License"),
        (Known(License="UNKNOWN", Classifier=["Topic :: Text", "License :: OSI Approved"]), "OSI Approved"),
        (Known(License="Its title\nand all its text"), "Its title"),
        (Known(License="x" * 200), "x" * 59 + "…"),
        (Known(), "not stated"),
    ],
)
def test_a_licence_is_taken_from_where_it_is_stated(known: Known, licence: str) -> None:
    """Packages have three places for it."""
    assert licence == supply._licence(known)  # type: ignore[arg-type]


def test_the_bill_of_materials_is_a_valid_document(installed: tuple[Part, ...]) -> None:
    """By the schema of CycloneDX; the same packages give the same document."""
    text = bill_of_materials(installed)
    assert text == bill_of_materials(installed)
    document = json.loads(text)
    assert len(installed) == len(document["components"]) + 1 == len(document["dependencies"])
    validation = pytest.importorskip(
        "cyclonedx.validation.json", reason="pip install 'pip-audit>=2.7' brings the schema"
    )
    schemas = pytest.importorskip("cyclonedx.schema")
    assert validation.JsonStrictValidator(schemas.SchemaVersion.V1_5).validate_str(text) is None


def test_constraints_pin_what_is_asked_for(installed: tuple[Part, ...]) -> None:
    """A package that is asked for without a version that is pinned would come in any."""
    from pathlib import Path

    lines = (Path(__file__).resolve().parents[2] / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {Requirement(line).name.lower().replace("_", "-") for line in lines if "==" in line}
    torch = {part.name for part in installed if part.name.startswith(("nvidia-", "triton"))}  # pinned by torch itself
    asked = {name for part in installed if part.name == "discovery" for name in part.needs}
    assert set() == asked - torch - pinned

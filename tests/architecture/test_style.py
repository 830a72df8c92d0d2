"""Sizes, checkers and citations."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from discovery import registry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "discovery").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
MOST_LINES, MOST_OF_A_FUNCTION, MOST_OF_A_CLASS = 400, 50, 150
# Exceptions, each with its reason.
LONG = {
    "discovery/dynamics/runge_kutta.py:propagate": "one compiled loop over steps that share a dozen local arrays",
    "discovery/dynamics/implicit.py:propagate_stiff": "one compiled loop over steps that share a dozen local arrays",
}
STAGES = ("smoothing", "search", "selection")


def names_of(paths: list[Path]) -> list[str]:
    """Paths as they are read, for the names of tests."""
    return [str(path.relative_to(ROOT)) for path in paths]


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node


def length(node: ast.FunctionDef | ast.ClassDef) -> int:
    """Lines from the signature on, without the docstring."""
    text = ast.get_docstring(node, clean=False)
    first = node.body[0]
    docstring = 0 if text is None else (first.end_lineno or 0) - first.lineno + 1
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def command(*words: str) -> None:
    """Runs a checker of the environment; its words are the failure's."""
    program = str(Path(sys.executable).with_name(words[0]))
    result = subprocess.run([program, *words[1:]], capture_output=True, text=True, cwd=ROOT, check=False)
    assert 0 == result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=names_of(SOURCES))
def test_files_functions_and_classes_are_short(path: Path) -> None:
    """At most 400 lines a file, 50 a function, 150 a class."""
    place = str(path.relative_to(ROOT))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    for node in definitions(path):
        most = MOST_OF_A_CLASS if isinstance(node, ast.ClassDef) else MOST_OF_A_FUNCTION
        assert length(node) <= most or f"{place}:{node.name}" in LONG, f"{node.name} has {length(node)} lines"


@pytest.mark.parametrize("name", LONG)
def test_exceptions_are_still_exceptions(name: str) -> None:
    """What became short leaves the list."""
    place, function = name.split(":")
    assert any(node.name == function and length(node) > MOST_OF_A_FUNCTION for node in definitions(ROOT / place))


@pytest.mark.parametrize("path", SOURCES, ids=names_of(SOURCES))
def test_no_loose_ends(path: Path) -> None:
    """No marks of unfinished work, no relative imports, and a docstring on top."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("package", ["discovery", "pipelines"])
def test_annotations_are_for_users_too(package: str) -> None:
    """Type checkers read those of an installed package only where this file is."""
    assert (ROOT / package / "py.typed").is_file()


def test_stages_have_empty_initialisers() -> None:
    """``__init__.py`` of a stage is one docstring."""
    for path in (ROOT / "discovery").rglob("*/__init__.py"):
        assert 1 == len(ast.parse(path.read_text(encoding="utf-8")).body), path


@pytest.mark.parametrize("stage", STAGES)
def test_every_citation_has_an_entry(stage: str) -> None:
    """Keys in ``CITES`` stand in references.bib."""
    entries = re.findall(
        r"^@\w+\{([^,\s]+),", (ROOT / "reports/references.bib").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(entries) == len(set(entries))
    for plugin in registry.plugins(stage).values():
        assert set(plugin.cites) <= set(entries), plugin.name


def test_ruff_finds_nothing() -> None:
    """The rules of pyproject.toml hold everywhere."""
    command("ruff", "check", "--no-cache", ".")


def test_files_are_formatted() -> None:
    """As ruff formats them."""
    command("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.slow
def test_pyright_finds_nothing() -> None:
    """Types hold, in strict mode, in both packages."""
    command("pyright")

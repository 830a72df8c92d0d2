"""Who imports whom, and what is loaded when."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "discovery").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
HEAVY = ("torch", "torchdiffeq", "pysindy", "pyoperon", "pysr", "juliacall", "matplotlib", "numba", "sklearn", "pandas")
# Functions that import by name.
IMPORTERS = ("importlib.import_module", "import_module", "_backend")
# Where a package may be imported; everywhere else the stages do without it.
HOMES = {
    "torch": ("discovery/smoothing/neural",),
    "torchdiffeq": ("discovery/smoothing/neural",),
    "pysindy": ("discovery/search/sindy.py",),
    "pyoperon": ("discovery/search/operon",),
    "pysr": ("discovery/search/pysr_worker.py",),
    "juliacall": (),
    "matplotlib": ("discovery/reports/",),
    "typer": ("pipelines/cli.py", "pipelines/flags.py"),
}


def loaded_by(statement: str) -> set[str]:
    """Names of the modules in memory after a statement in a fresh interpreter."""
    code = f"import sys; {statement}; print(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    )


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports anywhere, through a function too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in IMPORTERS:
            found |= {str(one.value).split(".")[0] for one in node.args if isinstance(one, ast.Constant)}
    return found


def test_layers_hold() -> None:
    """Imports point one way: lint-imports keeps every contract of pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert 0 == result.returncode, result.stdout


def test_importing_discovery_loads_nothing_heavy() -> None:
    """Names are imported when they are asked for."""
    loaded = loaded_by("import discovery")
    assert "discovery" in loaded
    assert not loaded & {*HEAVY, "numpy", "scipy", "sympy", "sympy.printing"}


def test_help_loads_nothing_heavy() -> None:
    """The command line imports the stages inside its commands, so that ``discover --help`` is quick."""
    loaded = loaded_by("import pipelines.cli")
    assert "typer" in loaded
    assert not loaded & {*HEAVY, "numpy", "scipy", "sympy"}


def test_this_test_sees_what_is_loaded() -> None:
    """A module that is imported is found, or the tests above could not fail."""
    assert "sympy" in loaded_by("import discovery.types")


def test_engines_are_found_without_importing_them() -> None:
    """The registry reads files; it does not run them."""
    loaded = loaded_by(
        "from discovery import registry; [registry.names(s) for s in ('search', 'smoothing', 'selection')]"
    )
    assert not loaded & {*HEAVY, "numpy", "sympy"}


@pytest.mark.parametrize("package", HOMES)
def test_packages_stay_in_their_place(package: str) -> None:
    """A package is named by the files that adapt it, and by no other."""
    homes = tuple(str(ROOT / home) for home in HOMES[package])
    strangers = [
        str(path.relative_to(ROOT)) for path in SOURCES if package in imported(path) and not str(path).startswith(homes)
    ]
    assert [] == strangers


@pytest.mark.parametrize("package", [package for package, homes in HOMES.items() if homes])
def test_every_place_is_still_needed(package: str) -> None:
    """The list of places above is not longer than it has to be."""
    for home in HOMES[package]:
        assert any(package in imported(path) for path in SOURCES if str(path).startswith(str(ROOT / home)))


def test_nothing_is_evaluated_or_unpickled() -> None:
    """Text is read by discovery.symbolic.parse alone, and arrays without pickles."""
    forbidden = {"eval", "exec", "sympify", "parse_expr", "__import__"}
    for path in SOURCES:
        assert not imported(path) & {"pickle", "dill", "cloudpickle", "shelve", "marshal"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(node.func, "value", None)
                assert name not in forbidden or (isinstance(owner, ast.Name) and owner.id not in ("sp", "sympy")), path


def test_names_of_discovery_are_true() -> None:
    """``__all__`` is what can be imported, and nothing else is offered."""
    import discovery

    assert sorted(discovery.__all__) == discovery.__all__
    for name in discovery.__all__:
        assert getattr(discovery, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'discovery' has no attribute 'nothing'"):
        _ = discovery.nothing
    for name in ("datasets", "tests", "reports"):
        found = find_spec(name)
        assert found is None or found.origin is None or not found.origin.startswith(str(ROOT)), name

"""The README is true: its snippets run, its commands work, its tables are complete."""

import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import typer
from scipy.integrate import solve_ivp

from discovery import errors, registry
from pipelines import cli
from pipelines.config import RECIPES
from pipelines.terminal import EXITS
from tests.documentation.conftest import NUMBER

if TYPE_CHECKING:
    from tests.documentation.conftest import Reader

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUICK = (("--smoother", "gaussian_process"), ("--engines", "sindy"))


def blocks(language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The lines of all shell blocks."""
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def visitor(reader: "Reader") -> "Reader":
    """Somebody who reads the README and has data of their own. They are in a hurry."""
    rng = np.random.default_rng(0)
    tables: list[pd.DataFrame] = []
    for start in ([30.0, 4.0], [12.0, 9.0]):
        times = np.linspace(0.0, 12.0, 49)
        solution = solve_ivp(
            lambda t, u: [0.8 * u[0] - 0.06 * u[0] * u[1], 0.03 * u[0] * u[1] - 0.7 * u[1]],
            (0.0, 12.0), start, t_eval=times, rtol=1e-9, atol=1e-9,
        )  # fmt: skip
        prey, hunters = solution.y + 0.02 * rng.normal(size=solution.y.shape)
        tables.append(pd.DataFrame({"t": times, "prey": prey, "hunters": hunters}))
    tables[0].to_csv(reader.folder / "data.csv", index=False)
    both = pd.concat([table.assign(experiment=name) for name, table in zip("ab", tables, strict=True)])
    both.to_csv(reader.folder / "experiments.csv", index=False)
    reader.hurry = QUICK
    return reader


@pytest.mark.timeout(900)
def test_every_command_and_snippet_works(visitor: "Reader") -> None:
    """From top to bottom, in one folder, each with exit code 0 and something printed."""
    assert len(commands()) >= 9
    assert all(line.startswith("discover ") for line in commands())
    assert visitor.follow(ROOT / "README.md") == len(blocks("sh")) + len(blocks("python"))
    for name in ("report.html", "report.tex", "result.json", "config.toml", "timing.json", "figures", "stages"):
        assert name in README
        assert (visitor.folder / "runs" / "data" / name).exists()


def test_the_law_on_top_is_that_of_the_picture() -> None:
    """The gallery's run, which has the default recipe: its headline and its equations, in four digits."""
    result = json.loads((ROOT / "reports" / "gallery" / "lynx_hare" / "result.json").read_text(encoding="utf-8"))
    told = result["equations"].items()
    equations = [f"d {state} / dt = {NUMBER.sub(lambda n: f'{float(n[0]):.4g}', rhs)}" for state, rhs in told]
    assert [result["verdict"]["headline"], *equations] == blocks("text")[0].splitlines()[1:]


def test_the_options_are_all_there() -> None:
    """The table lists what `discover run` has, but for the folder, which the text explains."""
    run = typer.main.get_command(cli.app).commands["run"]  # pyright: ignore[reportAttributeAccessIssue]
    options = {name for option in run.params for name in option.opts if name.startswith("--")}
    told = set(re.findall(r"^\| `(--[a-z-]+)", README, flags=re.MULTILINE))
    assert options - {"--out", "--help"} == told
    assert "--out " in README


def test_the_names_are_those_of_plug_ins() -> None:
    """Engines, smoothers and recipes that can be asked for."""
    for option, names in (
        ("--engines", registry.names("search")),
        ("--smoother", registry.names("smoothing")),
        ("--recipe", tuple(RECIPES)),
    ):
        (row,) = re.findall(rf"^\| `{option} .*$", README, flags=re.MULTILINE)
        for name in names:
            assert f"`{name}`" in row


def test_the_exit_codes_are_all_there() -> None:
    """Those of errors, and those of the ends that a run can have, in the words of the program; help has them too."""
    told = {int(code): words for code, words in re.findall(r"^\| (\d+) \| (.*) \|$", README, flags=re.MULTILINE)}
    run = typer.main.get_command(cli.app).commands["run"]  # pyright: ignore[reportAttributeAccessIssue]
    helped = re.findall(r"\b\d+\b", (run.help or "").partition("Exit codes:")[2])
    assert EXITS == told
    assert set(map(str, EXITS)) == set(helped)
    kinds = (errors.DiscoveryError, errors.UsageError, errors.DataError, errors.BackendMissing, errors.OutputError)
    ends = {cli.FOUND, cli.NOT_FOUND, cli.PARTIAL, cli.INTERRUPTED}
    assert ends | {kind.exit_code for kind in kinds} == set(told)


def test_every_verb_is_told_of() -> None:
    """Each verb of the command appears in a command of the README, and no other."""
    verbs = set(typer.main.get_command(cli.app).commands)  # pyright: ignore[reportAttributeAccessIssue]
    assert verbs == {line.split()[1] for line in commands()}


def test_every_file_it_names_is_there() -> None:
    """Pictures, links and paths of this repository."""
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    named = re.findall(r"`((?:discovery|datasets|reports)/[\w./]+|[A-Za-z]+\.(?:md|txt))`", README)
    assert "reports/gallery/lynx_hare.svg" in linked
    for path in (*linked, *named):
        assert (ROOT / path).exists() or path.startswith("report."), path


@pytest.mark.parametrize("script", ["demo.sh", "test.sh", "setup.sh", ".ci/run"])
def test_the_scripts_can_be_run(script: str) -> None:
    """They are executable, stop at the first error, and begin where they are."""
    path = ROOT / script
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & stat.S_IXUSR
    assert os.access(path, os.X_OK)
    assert text.startswith("#!/bin/sh\n")
    assert "set -eu\n" in text
    assert 'cd "$(dirname "$0")' in text


def test_the_machine_runs_the_tests_by_the_command_of_the_readme() -> None:
    """`.ci/run` goes to the root and calls `./test.sh`; nothing else."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert ["set -eu", 'cd "$(dirname "$0")/.."', "exec ./test.sh"] == lines[1:]
    for script in ("./demo.sh", "./test.sh"):
        assert any(line.startswith(script) for block in blocks("text") for line in block.splitlines())


def test_every_dependency_is_pinned() -> None:
    """Each package that pyproject.toml names has one version in constraints.txt, torch 2.13.0 among them."""
    import tomllib

    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    pins: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, version = line.partition(";")[0].split("==")
            pins[plain(name)] = version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {plain(re.split(r"[<>=\[]", one)[0]) for one in wanted}
    assert set() == names - set(pins)
    assert "2.13.0" == pins["torch"]

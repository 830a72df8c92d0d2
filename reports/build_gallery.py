"""Rebuilds reports/gallery/: the report of each case as HTML, PDF and thumbnail, and an index of them.

    python reports/build_gallery.py [NAME ...] [--fresh]

A discovery is run where the data or the command have changed since the last one (or with --fresh); its folder stays in
runs/gallery/. Reports are drawn anew every time, which is quick. The cases stand in reports/gallery/cases.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sympy as sp
from jinja2 import Environment, FileSystemLoader, select_autoescape

from discovery.datasets import measured
from discovery.errors import DiscoveryError, UsageError
from discovery.symbolic.parse import parse
from discovery.types import symbol
from pipelines.store import write
from pipelines.terminal import command_line

ROOT = Path(__file__).resolve().parents[1]
GALLERY = ROOT / "reports" / "gallery"
RUNS = ROOT / "runs" / "gallery"
KEPT = ("report.html", "report.pdf", "result.json")
WIDTH = 480  # pixels of a thumbnail
EXITS = {"found": 0, "not_found": 4}


@dataclass(frozen=True)
class Case:
    """One report of the gallery; see cases.toml.

    Attributes:
        simulated: words after `discover systems`; empty for measured data.
        measured: name of the measured data; empty for simulated ones.
        columns: of the measured table that are kept; empty keeps all.
        options: words of the command after the file.
        picture: file of the gallery to which the figure of the trajectories is copied.
    """

    name: str
    title: str
    status: str
    caption: str
    source: str = ""
    simulated: str = ""
    measured: str = ""
    columns: tuple[str, ...] = ()
    picture: str = ""
    options: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What a user would type."""
        return command_line(["discover", "run", f"{self.name}.csv", *self.options])

    @property
    def made(self) -> str:
        """Where the data are from, in words."""
        if self.simulated:
            return self.source
        origin = measured.load(self.measured)
        return f"{origin.title}. {origin.cite}."


def cases() -> tuple[Case, ...]:
    """All cases, in the order of the index."""
    entries = tomllib.loads((GALLERY / "cases.toml").read_text(encoding="utf-8"))["case"]
    listed = ("columns", "options")
    return tuple(Case(**{**entry, **{key: tuple(entry.get(key, ())) for key in listed}}) for entry in entries)


def make_data(case: Case, folder: Path) -> Path:
    """Writes the CSV of a case."""
    path = folder / f"{case.name}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    if case.simulated:
        discover(["systems", *shlex.split(case.simulated), "--csv", path.name], folder)
        return path
    origin = measured.load(case.measured)
    table = pd.read_csv(ROOT / "datasets" / "measured" / origin.csv)
    table[list(case.columns or table.columns)].to_csv(path, index=False)
    return path


def discover(words: Sequence[str], folder: Path, expected: int = 0) -> None:
    """Runs the command line in a folder.

    Raises:
        DiscoveryError: it ends with another exit code.
    """
    program = str(Path(sys.executable).with_name("discover"))
    done = subprocess.run([program, *words], cwd=folder, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != expected:
        raise DiscoveryError(
            f"`discover {shlex.join(words)}` in {folder} ended with {done.returncode} and not with {expected}. "
            "Read what it said above; if another verdict is right now, correct cases.toml."
        )


def find(case: Case, folder: Path, options: Sequence[str] = (), *, fresh: bool = False) -> Path:
    """Runs the discovery of a case, unless its data and command are those of the last one; returns the run folder."""
    data = make_data(case, folder)
    run = folder / "runs" / case.name
    words = [*shlex.split(case.command)[1:], *options]
    key = hashlib.sha256(data.read_bytes() + shlex.join(words).encode()).hexdigest()
    asked, done = folder / "asked", folder / "key"
    if fresh or not (asked.exists() and asked.read_text(encoding="utf-8") == key):
        shutil.rmtree(run, ignore_errors=True)  # what is there is of other data, or of another command
        write(asked, key.encode())
    if fresh or not (done.exists() and done.read_text(encoding="utf-8") == key and (run / "result.json").exists()):
        done.unlink(missing_ok=True)
        discover(words, folder, EXITS[case.status])
        write(done, key.encode())
    return run


def render(case: Case, run: Path, target: Path) -> None:
    """Draws the report of a run anew and puts what the gallery keeps of it into a folder.

    Raises:
        DiscoveryError: no PDF could be made of it, or no picture of that.
    """
    discover(["report", str(run)], run.parent)
    if not (run / "report.pdf").exists():
        raise DiscoveryError(f"There is no {run / 'report.pdf'}. `discover doctor` says how PDFs are made.")
    target.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        shutil.copyfile(run / name, target / name)
    if shutil.which("pdftoppm") is None:
        raise DiscoveryError("pdftoppm is not installed. Debian: apt install poppler-utils.")
    picture = ["-png", "-singlefile", "-f", "1", "-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
    subprocess.run(["pdftoppm", *picture, "report.pdf", "thumbnail"], cwd=target, check=True)
    if case.picture:
        shutil.copyfile(run / "figures" / "trajectories.svg", target.parent / case.picture)


def law_text(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The law of a result with three digits, one line for each state."""
    lines: list[str] = []
    for state, text in document["equations"].items():
        rhs = one_for_all(parse(text, (*document["states"], *document.get("inputs", {}), "t")), document.get("own", ()))
        short = {number: sp.Float(f"{float(number):.3g}", 3) for number in rhs.atoms(sp.Float)}
        lines.append(f"{state}' = {rhs.xreplace(short)}")
    return tuple(lines)


def one_for_all(rhs: sp.Expr, own: Sequence[Mapping[str, Any]]) -> sp.Expr:
    """The expression with the name of a constant in place of its values for all groups of runs."""
    put = {
        term: symbol(one["name"]) if place == 0 else sp.S.Zero
        for one in own
        for place, mark in enumerate(map(symbol, one["inputs"]))
        for term in rhs.atoms(sp.Mul)
        if mark in term.args
    }
    return rhs.xreplace(put)


def index(gallery: Path = GALLERY) -> None:
    """Writes index.html and README.md of all cases that have been rendered."""
    entries: list[dict[str, Any]] = []
    for case in cases():
        kept = gallery / case.name / "result.json"
        if kept.exists():
            result = json.loads(kept.read_text(encoding="utf-8"))
            law = law_text(result) if result["status"] == "found" else ()
            entries.append({"case": case, "headline": result["verdict"]["headline"], "law": law})
    environment = Environment(
        loader=FileSystemLoader(GALLERY), autoescape=select_autoescape(("html.j2",)), keep_trailing_newline=True
    )
    for name in ("index.html", "README.md"):
        write(gallery / name, environment.get_template(f"{name}.j2").render(entries=entries).encode())


def build(names: Sequence[str] = (), *, fresh: bool = False, gallery: Path = GALLERY, runs: Path = RUNS) -> None:
    """Rebuilds the cases named, or all, and the index of all that have been rendered.

    Raises:
        UsageError: a name that is no case.
        DiscoveryError: a command did not end as cases.toml says.
    """
    every = cases()
    if unknown := set(names) - {case.name for case in every}:
        known = ", ".join(case.name for case in every)
        raise UsageError(f"No case is called {', '.join(sorted(unknown))}. The cases are {known}.")
    for case in every:
        if not names or case.name in names:
            render(case, find(case, runs / case.name, fresh=fresh), gallery / case.name)
    index(gallery)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Rebuilds the gallery of reports.")
    parser.add_argument("names", nargs="*", help="cases to rebuild; all if none is named")
    parser.add_argument("--fresh", action="store_true", help="run the discoveries again")
    told = parser.parse_args()
    try:
        build(told.names, fresh=told.fresh)
    except DiscoveryError as error:
        parser.exit(error.exit_code, f"error: {error}\n")


if __name__ == "__main__":
    main()

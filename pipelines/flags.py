"""The words of the command line: examples, and options that say what the configuration's model says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.config import meaning


def examples(*lines: str) -> str:
    """Examples below the help of a command, one on a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def option(name: str, metavar: str) -> Any:
    """An option in the words of the configuration's model."""
    return typer.Option(help=meaning(name), metavar=metavar, show_default=False)


Data = Annotated[Path, typer.Argument(help="CSV with a column of times and one for each state.", show_default=False)]
Time = Annotated[str | None, option("data.time", "COLUMN")]
States = Annotated[str | None, option("data.states", "A,B")]
Runs = Annotated[str | None, option("data.trajectory", "A,B")]
Inputs = Annotated[str | None, option("data.inputs", "A,B")]
Laws = Annotated[list[str] | None, typer.Option("--law", metavar="SENTENCE", help=meaning("laws"), show_default=False)]
Recipe = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="default, quick, classical, genetic, or a TOML file.", show_default=False),
]
Run = Annotated[Path, typer.Argument(help="Folder that `discover run` wrote.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

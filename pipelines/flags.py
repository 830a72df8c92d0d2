"""The words of the command line: examples, and options that say what the configuration's model says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.config import Columns, RunConfig, duration, listed, meaning


def examples(*lines: str) -> str:
    """Examples below the help of a command, one on a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def option(name: str, metavar: str) -> Any:
    """An option in the words of the configuration's model, with its default."""
    table, _, word = name.rpartition(".")
    default: object = (Columns.model_fields if table == "data" else RunConfig.model_fields)[word].default
    words = default if isinstance(default, tuple) else () if default is None else (default,)
    said = f"  [default: {','.join(map(str, words))}]" if words else ""
    return typer.Option(help=meaning(name) + said, metavar=metavar, show_default=False)


def argument(metavar: str, words: str) -> Any:
    """An argument by the name that help shows, in capitals as those of options."""
    return typer.Argument(metavar=metavar, help=words, show_default=False)


def parts(text: str) -> tuple[str, ...]:
    """The parts of a text that are separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def seconds_of(text: str) -> float:
    """Seconds of ``60``, ``60s``, ``5m`` or ``1h``."""
    seconds = duration(text)
    assert isinstance(seconds, float)
    return seconds


def columns(
    time: str | None,
    states: str | None,
    trajectory: str | None,
    inputs: str | None = None,
    missing: str | None = None,
    held: str | None = None,
) -> dict[str, Any]:
    """What is told of the columns; what is not told is left to the configuration."""
    told = {
        "time": time, "states": listed(states), "trajectory": listed(trajectory), "inputs": listed(inputs),
        "missing": listed(missing), "held": listed(held),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


_AGAIN = "Repeat the option for more."
Data = Annotated[Path, argument("DATA", "CSV with a column of times and one for each state.")]
Time = Annotated[str | None, option("data.time", "COLUMN")]
States = Annotated[str | None, option("data.states", "A,B")]
Runs = Annotated[str | None, option("data.trajectory", "A,B")]
Inputs = Annotated[str | None, option("data.inputs", "A,B")]
Held = Annotated[str | None, option("data.held", "A,B")]
Missing = Annotated[str | None, option("data.missing", "A,B")]
Laws = Annotated[
    list[str] | None, typer.Option("--law", metavar="SENTENCE", help=f"{meaning('laws')} {_AGAIN}", show_default=False)
]
Own = Annotated[
    list[str] | None,
    typer.Option("--own", metavar="NAME[:COLUMN]", help=f"{meaning('own')} {_AGAIN}", show_default=False),
]
Map = Annotated[bool | None, typer.Option("--map", help=meaning("map"), show_default=False)]
Units = Annotated[str | None, option("units", "KIND")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any other option, as in TOML: search.sindy.ridge=1e-4."),
]
Recipe = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="default, quick, classical, genetic, or a TOML file.", show_default=False),
]
Run = Annotated[Path, argument("FOLDER", "Folder that `discover run` wrote.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

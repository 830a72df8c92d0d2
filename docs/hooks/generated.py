"""Fills the pages with what the program says of itself: ``<!-- generated: NAME -->`` becomes a table made by NAME.

Commands come from the command line, settings from the classes that take them, exit codes from the terminal, the grammar
from its table, so that the pages cannot tell another story than the program.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from discovery import registry
from discovery.library.textbooks import GRAMMAR
from pipelines import cli, options
from pipelines.config import RECIPES
from pipelines.terminal import EXITS

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "reports" / "gallery"
SHOWN = (".html", ".pdf", ".png", ".svg")
MARK = re.compile(r"<!-- generated: ([a-z ]+) -->")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Adds the reports of the gallery, where they have been rendered."""
    for path in sorted(GALLERY.rglob("*")):
        if path.suffix in SHOWN and path.parent != GALLERY:
            name = f"gallery/{path.relative_to(GALLERY).as_posix()}"
            files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Puts the tables in their places."""
    del config, files

    def table(found: re.Match[str]) -> str:
        if found[1] not in TABLES:
            raise PluginError(f"{page.file.src_uri} asks for {found[1]!r}; there are {', '.join(TABLES)}.")
        return TABLES[found[1]]()

    return MARK.sub(table, markdown)


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Docstrings name other objects by roles of reStructuredText; here the name alone is shown."""
    del page, config, files
    return re.sub(r":(?:func|meth|class|mod|attr):(?=<code>)", "", html)


def rows(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    told = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *told]) + "\n"


def commands() -> str:
    """Every verb with its arguments and options."""
    verbs: dict[str, Any] = typer.main.get_command(cli.app).commands  # pyright: ignore[reportAttributeAccessIssue]
    return "\n".join(section for name, verb in verbs.items() for section in _verb(name, verb))


def _verb(name: str, verb: Any) -> Iterator[str]:
    yield f"## discover {name}\n\n{inspect.cleandoc(verb.help or '')}\n"
    positional = [one for one in verb.params if one.param_type_name == "argument"]
    optional = [one for one in verb.params if one.param_type_name == "option" and "--help" not in one.opts]
    words = [one.name if one.required else f"[{one.name}]" for one in positional]
    yield "```text\n" + " ".join(["discover", name, *words, *(["[OPTIONS]"] if optional else [])]) + "\n```\n"
    table = [(f"`{one.name}`", _help(one)) for one in positional]
    table += [(_spelt(one), _help(one)) for one in optional]
    yield rows(("", "meaning"), table)


def _spelt(option: Any) -> str:
    words = ", ".join(f"`{word}`" for word in (*option.opts, *option.secondary_opts))
    return f"{words} {option.metavar}" if option.metavar else words


def _help(parameter: Any) -> str:
    told = re.sub(r"\s*\[default: (.*?)\]", r" Default: `\1`.", parameter.help or "").strip()
    plain = isinstance(parameter.default, str | int | float) and not isinstance(parameter.default, bool)
    return f"{told} Default: `{parameter.default}`." if plain and parameter.default != "" else told


def plain(text: str) -> str:
    """The words of a docstring as Markdown on one line."""
    return re.sub(r":\w+:`(?:[\w.]+\.)?(\w+)`", r"`\1`", " ".join(text.split()).replace("``", "`"))


def recipes() -> str:
    """What the named recipes change."""
    told = [(name, [f"`{key} = {options.written(value)}`" for key, value in RECIPES[name].items()]) for name in RECIPES]
    return rows(("recipe", "changes"), [(f"`{name}`", "; ".join(changes) or "nothing") for name, changes in told])


def tables(found: Iterable[options.Option], note: str = "") -> str:
    """Settings by the table of the file in which they stand."""
    parts: list[str] = []
    for table, group in groupby(found, key=lambda option: option.table):
        lines = [(f"`{one.name}`", f"`{options.written(one.default)}`", plain(one.meaning)) for one in group]
        parts.append(f"### `[{table}]`{note}\n\n" + rows(("key", "default", "meaning"), lines))
    return "\n".join(parts)


def smoothers() -> str:
    """Settings of each smoother that has some; ``auto`` hands its table on to the neural ODE."""
    parts = [
        tables(mine, f' where `smoother = "{name}"`')
        for name in registry.names("smoothing")
        if (mine := [one for one in options.settings(name) if one.table == "smoothing"])
    ]
    nested = dict.fromkeys(one.table for one in options.settings() if one.table.startswith("smoothing."))
    also = [f'Where `smoother = "auto"`, the keys of the neural ODE stand in `[{table}]`.\n' for table in nested]
    return "\n".join([*parts, *also])


def engines() -> str:
    """Settings of each search engine that is installed."""
    return tables(one for one in options.settings() if one.table.startswith("search."))


def selection() -> str:
    """Settings of selection."""
    return tables(one for one in options.settings() if one.table.startswith("selection"))


def codes() -> str:
    """Exit codes with their meaning."""
    return rows(("code", "meaning"), [(str(code), EXITS[code]) for code in sorted(EXITS)])


def grammar() -> str:
    """Every kind of term that is tried, with its textbooks."""
    header = ("name", "terms", "times", "fitted inside", "source")
    told = [(f"`{one.name}`", one.formula, one.multipliers, one.inner, one.source) for one in GRAMMAR]
    return rows(header, told)


def gallery() -> str:
    """The rendered reports with their pictures, or how to render them."""
    index = GALLERY / "README.md"
    text = index.read_text(encoding="utf-8") if index.exists() else ""
    shown = re.search(r"<!-- cases -->\n(.*)<!-- end -->", text, flags=re.DOTALL)
    if shown is None:
        return "The reports have not been rendered here. `python reports/build_gallery.py` makes them.\n"
    return re.sub(r"(\]\(|src=\")(?!http)", r"\1gallery/", shown[1])


TABLES: dict[str, Callable[[], str]] = {
    "options": options.table,
    **{one.__name__: one for one in (commands, recipes, smoothers, engines, selection, codes, grammar, gallery)},
}

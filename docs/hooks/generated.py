"""Fills the pages with what the program says of itself: ``<!-- generated: NAME -->`` becomes a table made by NAME.

Commands come from the command line, settings from the classes that take them, exit codes from the errors, so that the
pages cannot tell another story than the program.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from discovery import errors, registry
from discovery.selection.trajectories import TrajectorySelector
from pipelines import cli
from pipelines.config import RECIPES, RunConfig

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "reports" / "gallery"
SHOWN = (".html", ".pdf", ".png", ".svg")
MARK = re.compile(r"<!-- generated: ([a-z ]+) -->")
CODES = {
    cli.FOUND: "a law was found",
    errors.DiscoveryError.exit_code: "another error that the program foresees; the message says which",
    cli.NOT_FOUND: "the data support no law",
    cli.PARTIAL: "the budget was spent; what there is so far was written",
    cli.INTERRUPTED: "interrupted by Ctrl-C; what there is so far was written",
}


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
    table += [(", ".join(f"`{word}`" for word in (*one.opts, *one.secondary_opts)), _help(one)) for one in optional]
    yield rows(("", "meaning"), table)


def _help(parameter: Any) -> str:
    told = re.sub(r"\s*\[default: (.*?)\]", r" Default: `\1`.", parameter.help or "").strip()
    plain = isinstance(parameter.default, str | int | float) and not isinstance(parameter.default, bool)
    return f"{told} Default: `{parameter.default}`." if plain and parameter.default != "" else told


def described(cls: type) -> dict[str, str]:
    """What the docstring of a class says of each attribute."""
    _, _, section = (inspect.getdoc(cls) or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for names, text in re.findall(r"^    ([\w, ]+): (.*(?:\n {8}.*)*)", section, flags=re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), plain(text))
    return found


def plain(text: str) -> str:
    """The words of a docstring as Markdown on one line."""
    return re.sub(r":\w+:`(?:[\w.]+\.)?(\w+)`", r"`\1`", " ".join(text.split()).replace("``", "`"))


def summary(cls: type) -> str:
    """The first paragraph of a docstring."""
    return plain((inspect.getdoc(cls) or "").split("\n\n")[0])


def fields() -> str:
    """The keys of a configuration."""
    meaning = described(RunConfig)
    table: list[tuple[str, ...]] = []
    for name, field in RunConfig.model_fields.items():
        default = field.get_default(call_default_factory=True)
        told = field.description or meaning.get(name, "")
        choices = ", ".join(f"`{one}`" for one in get_args(field.annotation) if isinstance(one, str))
        table.append((f"`{name}`", written(default), f"{told} One of {choices}." if choices else told))
    return rows(("key", "default", "meaning"), table)


def written(value: object) -> str:
    """A value as TOML writes it; a dash for what may be left out."""
    if value is None or value == {}:
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(written(one).strip("`") for one in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def recipes() -> str:
    """What the named recipes change."""
    return rows(
        ("recipe", "changes"),
        [
            (f"`{name}`", "; ".join(f"`{key} =` {written(value)}" for key, value in changes.items()) or "nothing")
            for name, changes in RECIPES.items()
        ],
    )


def settings(table: str, cls: type) -> str:
    """The fields of a plug-in that TOML can write, under the heading of its table."""
    meaning = described(cls)
    lines: list[tuple[str, ...]] = []
    for field in dataclasses.fields(cls):
        default = field.default_factory() if callable(field.default_factory) else field.default
        if field.name != "threads" and (default == {} or isinstance(default, str | bool | int | float | tuple)):
            lines.append((f"`{field.name}`", written(default), meaning.get(field.name, "")))
    return f"### `[{table}]`\n\n{summary(cls)}\n\n" + rows(("key", "default", "meaning"), lines)


def smoothers() -> str:
    """Settings of each smoother."""
    names = registry.names("smoothing")
    parts = [settings("smoothing", registry.load("smoothing", name)) for name in names]
    return "\n".join(
        part.replace("`[smoothing]`", f'`[smoothing]` where `smoother = "{name}"`', 1)
        for name, part in zip(names, parts, strict=True)
    )


def engines() -> str:
    """Settings of each search engine that is installed."""
    return "\n".join(settings(f"search.{name}", registry.load("search", name)) for name in registry.names("search"))


def selection() -> str:
    """Settings of selection."""
    return settings("selection", TrajectorySelector)


def codes() -> str:
    """Exit codes with their meaning."""
    kinds = (errors.DiscoveryError, errors.UsageError, errors.DataError, errors.BackendMissing, errors.OutputError)
    told = {kind.exit_code: summary(kind).rstrip(".") for kind in kinds} | CODES
    return rows(("code", "meaning"), [(str(code), told[code]) for code in sorted(told)])


def gallery() -> str:
    """The rendered reports with their pictures, or how to render them."""
    index = GALLERY / "README.md"
    text = index.read_text(encoding="utf-8") if index.exists() else ""
    shown = re.search(r"<!-- cases -->\n(.*)<!-- end -->", text, flags=re.DOTALL)
    if shown is None:
        return "The reports have not been rendered here. `python reports/build_gallery.py` makes them.\n"
    return re.sub(r"(\]\(|src=\")(?!http)", r"\1gallery/", shown[1])


TABLES: dict[str, Callable[[], str]] = {
    one.__name__: one for one in (commands, fields, recipes, smoothers, engines, selection, codes, gallery)
}

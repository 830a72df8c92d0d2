"""Every option in words: the commented configuration that `discover init` writes, its JSON schema, a table for docs.

All of it is taken from the model in ``config.py`` and from the classes that the settings make.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from discovery import registry
from pipelines.config import VARIABLES, Columns, RunConfig

# Options that are told once for all and reach the settings of each part from there.
TOLD_ABOVE = ("threads", "budget", "noise")
# A setting that is a table of another plug-in's settings.
TABLES = {("smoothing", "auto", "neural"): "neural_ode"}
WIDTH = 100
UNSET = (None, (), {})  # defaults that say that nothing is told


@dataclass(frozen=True)
class Option:
    """One option of the configuration.

    Attributes:
        table: of the TOML file; empty at its top.
        default: None where the option is not set.
        source: where the default comes from.
        example: how a value is written in TOML, where there is no default to show it.
    """

    table: str
    name: str
    meaning: str
    default: Any
    source: str
    example: str = ""

    @property
    def key(self) -> str:
        """The name with its table, as ``--set`` takes it."""
        return f"{self.table}.{self.name}" if self.table else self.name

    @property
    def variable(self) -> str:
        """The variable of the environment that sets it; empty if none does."""
        return next((variable for variable, option in VARIABLES.items() if option == self.key), "")


def options() -> tuple[Option, ...]:
    """The options of the model: those at the top of the file, then those of the columns."""
    top = (name for name in RunConfig.model_fields if name not in ("data", "smoothing", "search", "selection"))
    return (
        *(_of_model(RunConfig, "", name) for name in top),
        *(_of_model(Columns, "data", n) for n in Columns.model_fields),
    )


def settings(smoother: str = "auto") -> tuple[Option, ...]:
    """The settings of a smoother, of every engine that is installed, and of the selection."""
    found = list(_of_plugin("smoothing", smoother, "smoothing"))
    for name, plugin in registry.plugins("search").items():
        found += () if plugin.missing() else _of_plugin("search", name, f"search.{name}")
    return (*found, *_of_plugin("selection", "trajectories", "selection"))


def template(config: RunConfig) -> str:
    """A configuration with every option, its meaning, default and source.

    What differs from the defaults is set; the rest stands there as a comment, so that a newer version's defaults hold.
    """
    told = config.model_dump(exclude_defaults=True)
    lines = [
        "# Configuration of `discover run data.csv --recipe THIS_FILE`. What is commented out stands at its default;",
        "# uncomment what you want to change. A flag wins over a DISCOVERY_* variable, that over this file.",
    ]
    table = ""
    for option in (*options(), *settings(config.smoother)):
        if option.table != table:
            table = option.table
            origin = [] if table == "data" else [f"# Its defaults, with their reasons, are those of {option.source}."]
            lines += ["", "", f"[{table}]", *origin]
        value = _looked_up(told, option.key)
        lines += ["", *_described(option, changed=value is not None)]
        lines.append(f"# {option.name} = {_shown(option)}" if value is None else f"{option.name} = {written(value)}")
    return "\n".join(lines) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema of the configuration, the settings of all installed parts among it."""
    document = RunConfig.model_json_schema()
    for option in settings():
        place = document["properties"]
        for part in option.table.split("."):
            entry = place.setdefault(part, {})
            entry.setdefault("type", "object")
            place = entry.setdefault("properties", {})
        kind = _kind(option.default)
        place[option.name] = {**kind, "description": option.meaning, "default": option.default, "source": option.source}
    return document


def table() -> str:
    """The options of the model as a table in Markdown."""
    lines = ["| option | meaning | default | environment | source of the default |", "|---|---|---|---|---|"]
    for option in options():
        default = "" if option.default in UNSET else f"`{written(option.default)}`"
        variable = f"`{option.variable}`" if option.variable else ""
        lines.append(f"| `{option.key}` | {option.meaning} | {default} | {variable} | {option.source} |")
    return "\n".join(lines) + "\n"


def _of_model(model: type[RunConfig | Columns], table: str, name: str) -> Option:
    field = model.model_fields[name]
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return Option(table, name, field.description or "", field.default, str(extra["source"]), str(extra["example"]))


def _of_plugin(stage: str, name: str, table: str) -> Iterator[Option]:
    """The settings of a plug-in; those of the dataclasses among them, and tables, come last, as TOML wants it."""
    plugin = registry.plugin(stage, name)
    papers = f" ({', '.join(plugin.cites)})" if plugin.cites else ""
    source = f"{plugin.module.replace('.', '/')}.py{papers}"
    yield from _of_class(registry.load(stage, name)(), table, source, stage=(stage, name))


def _of_class(defaults: Any, table: str, source: str, *, stage: tuple[str, str] = ("", "")) -> Iterator[Option]:
    """The settings of an object that have a meaning to others than its author: those that its docstring tells of."""
    meanings = attributes(type(defaults))
    later: list[Iterator[Option]] = []
    for field in dataclasses.fields(defaults):
        default = getattr(defaults, field.name)
        if field.name in TOLD_ABOVE or field.metadata.get("program"):
            continue
        if other := TABLES.get((*stage, field.name)):
            later.append(_of_plugin(stage[0], other, f"{table}.{field.name}"))
        elif dataclasses.is_dataclass(default) and not isinstance(default, type):
            place = f"{type(default).__module__.replace('.', '/')}.py"
            later.append(_of_class(default, f"{table}.{field.name}", place))
        elif field.name in meanings and isinstance(default, bool | int | float | str | tuple):
            yield Option(table, field.name, meanings[field.name], default, source)
    for one in later:
        yield from one


def attributes(kind: type) -> Mapping[str, str]:
    """What the docstring of a class says of each of its attributes, on one line each."""
    text = inspect.getdoc(kind) or ""
    _, _, listed = text.partition("Attributes:\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \S)", "\n" + listed.split("\n\n")[0]):
        names, colon, said = " ".join(entry.split()).partition(": ")
        if colon:
            found |= {name.strip(): said[:1].upper() + said[1:] for name in names.split(",")}
    return found


def _described(option: Option, *, changed: bool) -> Iterator[str]:
    """The comment above an option: what it means, and, of those of the model, whence it comes."""
    text = option.meaning if option.meaning.endswith(".") else f"{option.meaning}."
    if changed and option.default not in UNSET:
        text += f" Default: {written(option.default)}."
    if option.variable:
        text += f" Environment: {option.variable}."
    if option.table in ("", "data"):
        text += f" Source of the default: {option.source}."
    yield from textwrap.wrap(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )


def _shown(option: Option) -> str:
    return option.example or written(option.default)


def written(value: Any) -> str:
    """The value as TOML writes it, on one line."""
    import tomli_w

    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return f"{{ {', '.join(tomli_w.dumps({name: one}).strip() for name, one in pairs)} }}"
    text = tomli_w.dumps({"v": value}, multiline_strings=False).removeprefix("v = ")
    return " ".join(text.split()).replace("[ ", "[").replace(", ]", "]")


def _looked_up(told: Mapping[str, Any], key: str) -> Any:
    value: Any = told
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _kind(default: Any) -> dict[str, Any]:
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if isinstance(default, tuple):
        return {"type": "array", "items": _kind(default[0]) if default else {}}
    return {"type": names[type(default)]}

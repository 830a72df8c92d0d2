"""What a run is asked to do: one model for flags, environment, files and defaults; the only place where names become
objects. The model is light, so that `discover --help` can take its words from it.
"""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from discovery import registry
from discovery.errors import UsageError

if TYPE_CHECKING:
    from discovery.protocols import SearchEngine, Smoother
    from discovery.selection.trajectories import TrajectorySelector

Noise = Literal["auto", "additive", "counts", "proportional", "combined", "lognormal", "given", "process"]
Options = dict[str, Any]

# Named recipes: what they change from the defaults.
RECIPES: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "quick": {"engines": ("sindy", "structured"), "smoother": "gaussian_process"},
    "classical": {"smoother": "gaussian_process"},
    "genetic": {"engines": ("sindy", "structured", "operon", "pysr")},
}
# Engines that get what the others leave unexplained, and run after them.
GENETIC = ("operon", "pysr")
PREFIX = "DISCOVERY_"  # of environment variables: DISCOVERY_SEED is `seed`
LIKE = 0.7  # likeness above which a misspelt name is guessed; difflib's 0.6 makes "pruned" of "rule"
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def duration(told: object) -> object:
    """Seconds of ``60``, ``"60s"``, ``"5m"`` or ``"1h"``; what is no text stays as it is.

    Raises:
        UsageError: the text is not a time above zero.
    """
    if not isinstance(told, str):
        return told
    text = told.strip()
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    try:
        seconds = float(number) * _UNITS[unit]
    except ValueError:
        raise UsageError(f"budget {told!r} is not a time. Write for example 60s, 5m or 1h.") from None
    if not 0 < seconds < float("inf"):
        raise UsageError(f"budget {told!r} is not a time above zero. Write for example 60s, 5m or 1h.")
    return seconds


def listed(told: object) -> object:
    """The parts of a text that are separated by commas; what is no text stays as it is.

    A part with a comma in it stands between quotation marks, as in CSV: ``"a, b",c``.
    """
    if not isinstance(told, str):
        return told
    parts = next(csv.reader([told.replace("\n", " ")], skipinitialspace=True), [])
    return tuple(part.strip() for part in parts if part.strip())


def sentences(told: object) -> object:
    """A text is one sentence; the parts of a list are one each."""
    return (told,) if isinstance(told, str) else told


def filled(told: object) -> object:
    """The same tables without those in which nothing is set, such as a commented file has."""
    if not isinstance(told, Mapping):
        return told
    items = {key: filled(value) for key, value in cast("Mapping[str, object]", told).items()}
    return {key: value for key, value in items.items() if value != {}}


def _option(meaning: str, source: str, example: str = "", **more: Any) -> Any:
    """A field of the model: what it means, where its default comes from, and how it is written where it has none."""
    return Field(description=meaning, json_schema_extra={"source": source, "example": example}, **more)


class Columns(BaseModel):
    """What the columns of the file are; what is left out is found from the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: str | None = _option(
        "Column of times; guessed if not given.", "the one named like a time, else the first that increases", '"t"',
        default=None,
    )  # fmt: skip
    states: tuple[str, ...] = _option(
        "Columns of the states; all columns of numbers if not given.", "all columns of numbers", '["prey", "hunters"]',
        default=(),
    )  # fmt: skip
    trajectory: tuple[str, ...] = _option(
        "Columns that together tell runs apart; guessed if not given.", "those named like a run", '["experiment"]',
        default=(),
    )  # fmt: skip
    inputs: tuple[str, ...] = _option(
        "Columns that drive the states, and have no equation.", "nothing drives the states", '["current"]',
        default=(),
    )  # fmt: skip
    held: tuple[str, ...] = _option(
        "Inputs that hold their value until the next row, as totals of a day; named here they need not be in inputs. "
        "none: no others do.",
        "those that change at less than half of the rows, and not by ramps", '["rain"]', default=(),
    )  # fmt: skip
    missing: tuple[str, ...] = _option(
        "Entries that stand for a missing value, besides empty ones, NA and the like.", "-9999 and the like, far off",
        '["-9999"]', default=(),
    )  # fmt: skip
    units: dict[str, str] = _option(
        "Units of columns whose headers have none; t is time.", "those in the headers", '{ v = "m/s", t = "s" }',
        default={},
    )  # fmt: skip


UnitsMode = Literal["auto", "hard", "soft", "off"]


class RunConfig(BaseModel):
    """One run of the method. The settings of each part have the names of its own documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = _option(
        "Start of random numbers: same data and seed, same law.", "convention", default=0, ge=0, lt=2**32
    )
    budget: Annotated[float | None, BeforeValidator(duration, json_schema_input_type=float | str | None)] = _option(
        "Cut the work off after this time, with the best law so far: 60s, 5m, 1h. Genetic search does more with more.",
        "no limit: work is bounded by counts", '"5m"', default=None, gt=0,
    )  # fmt: skip
    threads: int = _option(
        "Fits side by side; the result does not depend on it.", "two cores are the least that machines have",
        default=2, ge=1, le=64,
    )  # fmt: skip
    noise: Noise = _option(
        "How measurements scatter: additive, counts (Poisson), proportional, combined (constant and proportional), "
        "lognormal, given (by columns of errors); auto: the likeliest. process: chance acts on states, in each step.",
        "chosen by likelihood; benchmarks/smoothing.md", default="auto",
    )  # fmt: skip
    smoother: str = _option(
        "How samples are smoothed: auto, neural_ode, gaussian_process, kalman, spline or local_polynomial.",
        "smallest errors of derivatives on ODEBench; benchmarks/smoothing.md", default="auto",
    )  # fmt: skip
    map: bool = _option(
        "The law is a map, x[n+1] = f(x[n]): it gives the next sample, and samples are counted.",
        "laws of nature are told in derivatives", default=False,
    )  # fmt: skip
    units: UnitsMode = _option(
        "Laws whose units do not match: hard refuses them, soft charges them, off checks nothing; auto is hard for "
        "all units in the headers, as in 'v [m/s]', that are known.", "no units, no checks", default="auto",
    )  # fmt: skip
    engines: Annotated[tuple[str, ...], BeforeValidator(listed)] = _option(
        "Search engines, separated by commas: sindy, structured, operon, pysr.",
        "most true equations in the pool; benchmarks/pool.md (pysr needs Julia)",
        default=("sindy", "structured", "operon"),
    )  # fmt: skip
    laws: Annotated[tuple[str, ...], BeforeValidator(sentences)] = _option(
        "What is known of the law, one sentence each: x'' = -k*x + f(x'), S + I + R = const, k > 0.",
        "nothing is taken for known", """["x'' = -k*x + f(x')", "k > 0"]""", default=(),
    )  # fmt: skip
    own: Annotated[tuple[str, ...], BeforeValidator(sentences)] = _option(
        "Constants of sentences with a value of their own in each run, or by the entries of a column: k, k:ball; auto "
        "finds them, in laws that were not told too.",
        "one law has one value of each constant", '["kappa:ball"]', default=(),
    )  # fmt: skip
    data: Columns = _option("What the columns are.", "found from the file", default_factory=Columns)
    smoothing: Annotated[Options, BeforeValidator(filled)] = _option(
        "Settings of the smoother.", "its own documentation", default_factory=dict
    )
    search: Annotated[dict[str, Options], BeforeValidator(filled)] = _option(
        "Settings of each engine, by name.", "their documentation", default_factory=dict
    )
    selection: Annotated[Options, BeforeValidator(filled)] = _option(
        "Settings of the selection.", "its own documentation", default_factory=dict
    )

    def changed(self, **changes: object) -> Self:
        """The same configuration with some values replaced; None leaves a value as it is.

        Raises:
            UsageError: a value that is not allowed.
        """
        given = {key: value for key, value in changes.items() if value is not None}
        return _validated(type(self), _joined(self.model_dump(), given), "configuration")

    def make_smoother(self) -> Smoother:
        """The smoother, ready to use."""
        options = dict(self.smoothing)
        if self.noise not in ("auto", "process"):
            options["noise"] = self.noise
        return _make(registry.load("smoothing", self.smoother), options, "smoothing")

    def with_smoother(self, name: str) -> Self:
        """The same configuration with another smoother as it comes: the settings were those of the one before."""
        return self.model_copy(update={"smoother": name, "smoothing": {}})

    def make_engine(self, name: str) -> SearchEngine:
        """The search engine of that name, ready to use."""
        plugin = registry.load("search", name)
        has = {field.name for field in dataclasses.fields(plugin)}
        above = {"threads": self.threads, "budget": self.budget}
        told = {option: value for option, value in above.items() if option in has and value is not None}
        return _make(plugin, {**told, **self.search.get(name, {})}, f"search.{name}")

    def make_selector(self) -> TrajectorySelector:
        """The selection, ready to use."""
        from discovery.selection.trajectories import TrajectorySelector

        return _make(TrajectorySelector, {"threads": self.threads, **self.selection}, "selection")

    def to_toml(self) -> str:
        """The resolved configuration as text that :func:`read` takes back."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(exclude_none=True))


# What can be told by a variable of the environment; tables and columns are for files and flags.
VARIABLES = {f"{PREFIX}{name.upper()}": name for name in ("seed", "budget", "threads", "noise", "smoother", "engines")}
RECIPE_VARIABLE = f"{PREFIX}RECIPE"


def meaning(option: str) -> str:
    """What an option means, in the words of the model: ``seed``, ``data.time``."""
    table, _, name = option.rpartition(".")
    fields = Columns.model_fields if table == "data" else RunConfig.model_fields
    return fields[name].description or ""


def _make(plugin: type, options: Options, where: str) -> Any:
    """An object of ``plugin`` with these settings."""
    try:
        return plugin(**_checked(plugin, options, where))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise UsageError(
            f"Configuration has {where} = {options!r}, which cannot be used: {error}. Correct it."
        ) from None


def _checked(plugin: type, options: Options, where: str) -> Options:
    """The settings, each of the kind of its default."""
    # What is run as a program is told by code only: configurations are passed from hand to hand.
    fields = {field.name: field for field in dataclasses.fields(plugin) if not field.metadata.get("program")}
    built: Options = {}
    for name, value in options.items():
        if name not in fields:
            raise UsageError(
                f"Configuration has {where}.{name}, which {plugin.__name__} does not know. {near(name, fields)}"
                f"It has: {', '.join(sorted(fields))}."
            )
        built[name] = _fitting(value, default_of(fields[name]), f"{where}.{name}")
    return built


def _fitting(value: Any, default: Any, where: str) -> Any:
    """The value as the kind of thing that the default is; files know neither tuples nor dataclasses."""
    if dataclasses.is_dataclass(default) and not isinstance(default, type) and isinstance(value, dict):
        return dataclasses.replace(default, **_checked(type(default), value, where))
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        return tuple(value)
    alike = isinstance(value, bool) if isinstance(default, bool) else isinstance(value, type(default))
    if isinstance(default, float):
        alike = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, int) and not isinstance(default, bool) and isinstance(value, bool):
        alike = False
    if not alike:
        raise UsageError(
            f"Configuration has {where} = {value!r}, which cannot be used. It needs a value such as {default!r}."
        )
    return value


def default_of(field: dataclasses.Field[Any]) -> Any:
    """The default of a dataclass's field."""
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def near(name: str, names: Sequence[str] | Mapping[str, object]) -> str:
    """``Did you mean ...? `` where a known name is like ``name``; empty where none is."""
    close = get_close_matches(name, list(names), n=1, cutoff=LIKE)
    return f"Did you mean {close[0]}? " if close else ""


def _validated(model: type[RunConfig], values: Mapping[str, Any], source: str) -> Any:
    try:
        config = model.model_validate(values)
    except UsageError as error:  # of a validator of ours; its message stands
        raise UsageError(f"{source}: {error}") from None
    except ValidationError as error:
        raise UsageError(f"{source}: {_explained(error)}") from None
    for name in (*config.engines, *config.search):
        registry.plugin("search", name)
    registry.plugin("smoothing", config.smoother)
    if not config.engines:
        raise UsageError(f"{source}: no search engine is named. Choose from: {', '.join(registry.names('search'))}.")
    return config


def _explained(error: ValidationError) -> str:
    """The first thing that is wrong, and what to do."""
    first = error.errors()[0]
    *tables, name = (str(part) for part in first["loc"])
    place = ".".join((*tables, name))
    if first["type"] == "extra_forbidden":
        known = Columns.model_fields if tables == ["data"] else RunConfig.model_fields
        return f"there is no option {place}. {near(name, known)}The options are {', '.join(known)}."
    return f"{place} = {first.get('input')!r} cannot be used. {first['msg']}. Correct that value."


def read(recipe: str) -> RunConfig:
    """The configuration of a named recipe or of a TOML file.

    Raises:
        UsageError: neither a recipe nor a readable file, broken TOML, or values that are not allowed.
    """
    if recipe in RECIPES:
        return _validated(RunConfig, RECIPES[recipe], f"recipe {recipe}")
    path = Path(recipe)
    if path.suffix != ".toml":
        hint = near(recipe, RECIPES)
        raise UsageError(
            f"There is no recipe {recipe!r}. {hint}Choose from {', '.join(RECIPES)}, or name a .toml file, such as "
            "`discover init` writes."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{recipe} cannot be read: {error.strerror}. Check the path.") from None
    except ValueError as error:  # TOML's own, an encoding, or a number of more digits than Python reads
        raise UsageError(f"{recipe} is not valid TOML: {error}. Correct that line.") from None
    except RecursionError:
        raise UsageError(f"{recipe} is nested too deeply to be a configuration. Simplify it.") from None
    return _validated(RunConfig, values, recipe)


def resolve(
    recipe: str | None,
    environment: Mapping[str, str],
    flags: Mapping[str, object],
    settings: Sequence[str] = (),
) -> RunConfig:
    """Flags before the environment, before the recipe or file, before the defaults.

    Args:
        recipe: name or file; None takes ``DISCOVERY_RECIPE``, else the default.
        environment: variables ``DISCOVERY_SEED`` and so on; those that are empty are passed over.
        flags: values by option; None is what was not given.
        settings: assignments such as ``search.sindy.ridge=1e-4``, values as in TOML.

    Raises:
        UsageError: a value that is not allowed, with where it came from.
    """
    config = read(recipe or environment.get(RECIPE_VARIABLE) or "default")
    for variable, option in VARIABLES.items():
        if told := environment.get(variable):
            config = _validated(RunConfig, {**config.model_dump(), option: told}, f"environment variable {variable}")
    config = config.changed(**flags)
    for setting in settings:
        values = _joined(config.model_dump(), _assigned(setting))
        config = _validated(RunConfig, values, f"--set {setting}")
    return config


def misspelt(environment: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each variable that is nearly one of ours; others' variables are nobody's mistake."""
    known = (*VARIABLES, RECIPE_VARIABLE)
    strangers = [name for name in environment if name.startswith(PREFIX) and name not in known]
    close = {name: get_close_matches(name, known, n=1, cutoff=0.85) for name in strangers}
    return tuple(f"{name} is not read. Did you mean {found[0]}?" for name, found in close.items() if found)


def _assigned(setting: str) -> Options:
    """The nested values of ``a.b=1``; a word without quotation marks is text."""
    key, equals, text = setting.partition("=")
    for written in (text, f'"{text}"') if equals else ():
        try:
            return tomllib.loads(f"{key.strip()} = {written}")
        except (ValueError, RecursionError):
            continue
    raise UsageError(
        f"--set {setting!r} is not of the form NAME=VALUE. Write for example --set search.sindy.ridge=1e-4."
    )


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> Options:
    """``one`` with the values of ``other``; tables are joined, those of settings too."""
    both = dict(one)
    for key, value in other.items():
        mine = both.get(key)
        both[key] = _joined(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both

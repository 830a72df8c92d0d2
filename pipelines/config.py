"""What a run is asked to do: one model for flags, files and defaults. The only place where names become objects."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from discovery import registry
from discovery.errors import UsageError
from discovery.protocols import SearchEngine, Smoother
from discovery.selection.trajectories import TrajectorySelector

Noise = Literal["auto", "additive", "proportional", "lognormal"]
Options = dict[str, Any]

# Named recipes: what they change from the defaults.
RECIPES: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "quick": {"engines": ("sindy", "structured"), "smoother": "gaussian_process"},
    "classical": {"smoother": "gaussian_process"},
    "genetic": {"engines": ("sindy", "structured", "operon", "pysr")},
}


class RunConfig(BaseModel):
    """One run of the method.

    Attributes:
        seed: of everything that draws random numbers.
        budget: seconds after which work is cut off; None lets it finish.
        threads: fits side by side; the result does not depend on it.
        noise: how measurements scatter about the states; ``auto`` takes the likelier.
        smoother: name of the smoother.
        engines: names of the search engines, in the order in which they run.
        smoothing, search, selection: settings of the smoother, of each engine by name, and of the selection; names as
            in the classes' own documentation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=0, ge=0, lt=2**32)
    budget: float | None = Field(default=None, gt=0)
    threads: int = Field(default=2, ge=1, le=64)
    noise: Noise = "auto"
    smoother: str = "auto"
    engines: tuple[str, ...] = ("sindy", "structured", "operon")
    smoothing: Options = Field(default_factory=dict)
    search: dict[str, Options] = Field(default_factory=dict)
    selection: Options = Field(default_factory=dict)

    def changed(self, **changes: object) -> Self:
        """The same configuration with some values replaced; None leaves a value as it is.

        Raises:
            UsageError: a value that is not allowed.
        """
        given = {key: value for key, value in changes.items() if value is not None}
        return _validated(type(self), {**self.model_dump(), **given}, "configuration")

    def make_smoother(self) -> Smoother:
        """The smoother, ready to use."""
        options = dict(self.smoothing)
        if self.noise != "auto":
            options["noise"] = self.noise
        return _make(registry.load("smoothing", self.smoother), options, "smoothing")

    def make_engine(self, name: str) -> SearchEngine:
        """The search engine of that name, ready to use."""
        plugin = registry.load("search", name)
        side_by_side = {"threads": self.threads} if any(f.name == "threads" for f in dataclasses.fields(plugin)) else {}
        return _make(plugin, {**side_by_side, **self.search.get(name, {})}, f"search.{name}")

    def make_selector(self) -> TrajectorySelector:
        """The selection, ready to use."""
        return _make(TrajectorySelector, {"threads": self.threads, **self.selection}, "selection")

    def to_toml(self) -> str:
        """The resolved configuration as text that :func:`read` takes back."""
        return tomli_w.dumps(self.model_dump(exclude_none=True))


def _make(plugin: type, options: Options, where: str) -> Any:
    fields = {field.name for field in dataclasses.fields(plugin)}
    for name in options:
        if name not in fields:
            known = ", ".join(sorted(fields))
            raise UsageError(
                f"Configuration has {where}.{name}, which {plugin.__name__} does not know. It has: {known}."
            )
    return plugin(**options)


def _validated(model: type[RunConfig], values: Mapping[str, Any], source: str) -> Any:
    try:
        config = model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{source}: {place} = {first.get('input')!r} cannot be used. {first['msg']}. Correct that value."
        ) from None
    for name in (*config.engines, *config.search):
        registry.plugin("search", name)
    registry.plugin("smoothing", config.smoother)
    if not config.engines:
        raise UsageError(f"{source}: no search engine is named. Choose from: {', '.join(registry.names('search'))}.")
    return config


def read(recipe: str) -> RunConfig:
    """The configuration of a named recipe or of a TOML file.

    Raises:
        UsageError: neither a recipe nor a readable file, broken TOML, or values that are not allowed.
    """
    if recipe in RECIPES:
        return _validated(RunConfig, RECIPES[recipe], f"recipe {recipe}")
    path = Path(recipe)
    if path.suffix != ".toml":
        raise UsageError(f"There is no recipe {recipe!r}. Choose from {', '.join(RECIPES)}, or name a .toml file.")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{recipe} cannot be read: {error.strerror}. Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{recipe} is not valid TOML: {error}. Correct that line.") from None
    return _validated(RunConfig, values, recipe)

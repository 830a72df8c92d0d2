"""What an export tells: a law with its intervals, the columns that it speaks of, and where its runs begin."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import cast

import numpy as np
import sympy as sp

from discovery.dynamics.ramps import widths
from discovery.dynamics.windows import known_states
from discovery.export.formula import Ramp
from discovery.export.infix import Dialect
from discovery.export.names import identifiers
from discovery.reports.content import title
from discovery.reports.rounding import rounded
from discovery.symbolic.constants import parts, substituted
from discovery.types import DiscoveryResult, Law, symbol

TIME = "t"


@dataclass(frozen=True)
class Start:
    """Where a run of the data begins and ends in time, and its state at the beginning by the fitted law."""

    label: str
    begin: float
    end: float
    state: tuple[float, ...]


@dataclass(frozen=True)
class Constant:
    """A constant: identifier, value, and interval in words."""

    name: str
    value: float
    interval: str


@dataclass(frozen=True)
class ExportedLaw:
    """The chosen law of a result, as an export sees it.

    Attributes:
        names: identifier in the target language of each state, constant and ``t``.
    """

    result: DiscoveryResult
    names: dict[str, str]

    @classmethod
    def of(cls, result: DiscoveryResult, reserved: Collection[str], time: str = "t") -> ExportedLaw:
        """For a language with those reserved words and that name of time; constants that were told keep their names."""
        law = result.ranking.front[0].law
        others = (*law.states, *law.inputs)
        given = identifiers([*others, *law.called], {*reserved, time})
        keys = (*others, *(f"c{i}" for i in range(len(law.constants))))
        return cls(result, {**dict(zip(keys, given, strict=True)), TIME: time})

    @property
    def law(self) -> Law:
        """The law itself."""
        return self.result.ranking.front[0].law

    @property
    def states(self) -> tuple[str, ...]:
        """Identifiers of the states that have derivatives, in the target language."""
        return tuple(self.names[state] for state in self.law.moving.states)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Identifiers of what drives the states, in the target language."""
        return tuple(self.names[name] for name in self.law.inputs)

    @property
    def headers(self) -> tuple[str, ...]:
        """Column of each of these states as the user wrote it."""
        return tuple(self.result.headers.get(state, state) for state in self.law.moving.states)

    @property
    def read(self) -> dict[str, str]:
        """Columns of the algebraic states, by their identifiers in the target language."""
        return {self.names[state]: self.result.headers.get(state, state) for state in self.law.algebraic}

    @property
    def used(self) -> tuple[str, ...]:
        """Identifiers of the states that stand in a right-hand side."""
        return self._found(self.law.states)

    @property
    def used_inputs(self) -> tuple[str, ...]:
        """Identifiers of the inputs that stand in a right-hand side."""
        return self._found(self.law.inputs)

    def _found(self, names: tuple[str, ...]) -> tuple[str, ...]:
        found = {str(one) for skeleton in self.law.moving.skeletons for one in skeleton.free_symbols}
        return tuple(self.names[name] for name in names if name in found)

    @cached_property
    def drives(self) -> tuple[np.ndarray, ...]:
        """Of each run a row for each sample: its time, then the inputs.

        Of an input that is smooth, the values between which straight lines lie nearest to its course.
        """
        return tuple(
            np.column_stack([run.times, *(() if run.drive is None else run.drive.values.T)])
            for run in self.result.trajectories
        )

    @property
    def held(self) -> tuple[bool, ...]:
        """Of each input whether it is held until the next sample; else it is linear between samples."""
        return self.result.trajectories[0].held

    @cached_property
    def constants(self) -> tuple[Constant, ...]:
        """The constants that stand in a right-hand side."""
        law = self.law
        found = {one for skeleton in law.skeletons for one in skeleton.free_symbols}
        return tuple(
            Constant(self.names[f"c{i}"], float(value), self.interval(i))
            for i, value in enumerate(law.constants)
            if symbol(f"c{i}") in found
        )

    def interval(self, index: int) -> str:
        """The interval of a constant in words."""
        value = self.law.constants[index]
        lows, highs = self.result.ranking.front[0].lows, self.result.ranking.front[0].highs
        if not lows or not math.isfinite(highs[index] - lows[index]):
            return "not determined by the data"
        _, low, high = rounded(value, lows[index], highs[index])
        return f"95 % interval {low} to {high}"

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """One for each run, in the order of the data."""
        kept = [self.law.states.index(state) for state in self.law.moving.states]
        fitted = {one.label: one for one in reversed(self.result.predictions) if one.kind == "fit"}
        starts: list[Start] = []
        for run, smooth in zip(self.result.trajectories, self.result.smoothing.trajectories, strict=True):
            fit = fitted.get(run.label)
            knows = fit is not None and fit.times[0] == run.times[0] and all(map(math.isfinite, fit.states[0]))
            state = fit.states[0] if fit is not None and knows else smooth.states[0]
            starts.append(Start(run.label, float(run.times[0]), float(run.times[-1]), tuple(map(float, state[kept]))))
        return tuple(starts)

    @cached_property
    def about(self) -> tuple[str, ...]:
        """Where the law comes from, a line each, the same for the same result."""
        told = self.result.provenance
        lines = [f"Found by discovery {version('discovery')}. Data: {title(self.result)}", self.result.verdict.headline]
        lines += [f"Command: {told['command']}"] if "command" in told else []
        lines += [f"SHA-256 of the data: {told['data_sha256']}"] if "data_sha256" in told else []
        return tuple(lines)

    def right_hand_sides(self, dialect: Dialect, indent: str = "") -> tuple[str, ...]:
        """Right-hand side of each state's derivative; further lines begin with ``indent``."""
        return tuple(_written(side, self, dialect, indent) for side in self.law.moving.skeletons)

    def readings(self, dialect: Dialect, indent: str = "") -> tuple[str, ...]:
        """The values of the algebraic states, in the states that have derivatives."""
        sides = dict(zip(self.law.states, self.law.skeletons, strict=True))
        return tuple(_written(sides[state], self, dialect, indent) for state in self.law.algebraic)

    @cached_property
    def ramps(self) -> dict[sp.Expr, sp.Expr]:
        """What stands for signs in languages that have ramps."""
        return _ramps_of(self)

    def runs(self, dialect: Dialect, written: Callable[[Start], str]) -> list[str]:
        """Each run as ``written``, its label in a comment behind it."""
        return [
            f"{written(start)}  {dialect.remark(start.label)}" if start.label else written(start)
            for start in self.starts
        ]

    def first_states(self) -> list[str]:
        """Where each run begins, in words."""
        told: list[str] = []
        for i, start in enumerate(self.starts, start=1):
            values = ", ".join(f"{name} = {value!r}" for name, value in zip(self.states, start.state, strict=True))
            told.append(f"First state of {start.label or f'run {i}'}, from {start.begin!r} to {start.end!r}: {values}")
        return told

    def preamble(self, dialect: Dialect) -> str:
        """Comments that say where the law comes from and which name is which column."""
        lines = [*self.about, ""]
        columns = {**dict(zip(self.states, self.headers, strict=True)), **self.read}
        lines += [f'{name}: column "{header}"' for name, header in columns.items()]
        lines += [f'{self.names[name]}: "{self.result.inputs.get(name, name)}", an input' for name in self.law.inputs]
        lines.append(f'{self.names[TIME]}: "{self.result.time_name}"')
        return "\n".join(map(dialect.remark, lines))


def _written(side: sp.Expr, law: ExportedLaw, dialect: Dialect, indent: str) -> str:
    """A right-hand side in a language, in which signs are ramps where it has these."""
    ramps = law.ramps if "ramp" in dialect.functions else {}
    return dialect.expression(substituted(side, ramps), law.names, indent)


def _ramps_of(exported: ExportedLaw) -> dict[sp.Expr, sp.Expr]:
    """The ramps in place of signs, as those along which our own solver follows the law."""
    law, runs = exported.law.moving, exported.result.trajectories
    if not any(side.has(sp.sign) for side in law.skeletons):
        return {}
    kept = [exported.law.states.index(state) for state in law.states]
    sizes = np.nanstd(known_states(runs, exported.result.smoothing.trajectories)[:, kept], axis=0)
    starts = np.array([start.state for start in exported.starts])
    found = widths(law, starts, sizes, exported.starts[0].begin, runs[0].drive)
    return {
        sign: cast("sp.Expr", Ramp(parts(sign)[0], sp.Float(f"{width:.3g}")))
        for sign, width in found.items()
        if width > 0.0
    }

"""The tables of a report as rows of text: constants, laws, states, runs, errors, engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from discovery.knowledge.dimensions import UNTOLD
from discovery.reports.comparison import Difference, differences, why_not
from discovery.reports.naming import input_units, printed_header, units_of_constants
from discovery.reports.owning import collapsed_expression
from discovery.reports.residuals import Kind, mean_square, residuals, state_errors
from discovery.reports.room import inputs
from discovery.reports.rounding import percent, plain, rounded
from discovery.reports.unseen import whole_runs
from discovery.symbolic.phases import decimals, digits
from discovery.types import DiscoveryResult, Law, RankedLaw, Trajectory, symbol

FIRST_LAWS = 5  # of the short table of rivals
MOST_CONSTANTS = 20  # that stand with the law; more are in the appendix
MOST_LAWS, MOST_ROWS = 8, 12  # what a reader compares; the run folder holds all


@dataclass(frozen=True)
class Constant:
    """A row of the table of constants.

    Attributes:
        states: those whose equations it stands in.
        value, low, high: value and interval as text.
        unit: as text, ``–`` where it cannot be told, empty where there is none.
        term: the term in which it stands first, with one letter for constants of groups.
    """

    name: str
    states: tuple[str, ...]
    value: str
    low: str
    high: str
    unit: str
    term: sp.Expr


@dataclass(frozen=True)
class Rival:
    """A row of the table of laws.

    Attributes:
        gap: score above the best.
        differences: equations whose terms are not those of the chosen law.
        why: why it is not the chosen law; empty for that one.
    """

    rank: int
    law: RankedLaw
    gap: str
    complexity: int
    misfit: str
    r_squared: str
    held_out: str
    sources: str
    differences: tuple[Difference, ...]
    why: str


@dataclass(frozen=True)
class State:
    """A row of the table of states and inputs: range and gaps of the measurements, scale of the noise.

    Attributes:
        role: what an input is, in words; empty for a state.
        constant: the constant part of combined noise; empty for noise of another kind.
    """

    identifier: str
    header: str
    unit: str
    low: str
    high: str
    missing: str
    noise: str
    role: str = ""
    constant: str = ""


@dataclass(frozen=True)
class Run:
    """A row of the table of runs."""

    label: str
    samples: int
    start: str
    end: str


@dataclass(frozen=True)
class Errors:
    """A row of errors of fit or forecast, of a state or of a run."""

    name: str
    count: int
    rms: str
    relative: str
    chi_squared: str
    outside: str
    memory: str
    ljung_box: str
    runs: str


@dataclass(frozen=True)
class Engine:
    """What a search engine had a part in.

    Attributes:
        parts: of it that proposed equations of the chosen law; empty if none did.
        laws: how many of the ranked laws have an equation of its.
        best: rank of the first of them.
    """

    name: str
    parts: tuple[str, ...]
    laws: int
    best: int


def constants(result: DiscoveryResult, ranked: RankedLaw) -> tuple[Constant, ...]:
    """The constants of a law with their 95 % intervals and their units."""
    law = ranked.law
    units = units_of_constants(result, law)
    rows: list[Constant] = []
    own = {one.constant(group) for one in result.structure.owned for group in one.groups}
    for i, texts in enumerate(_rounded(ranked, span(result))):
        if i < len(law.told) and law.told[i] in own:
            continue  # stands in a table of its own
        name = f"c{i}"
        terms = {
            state: term
            for state, skeleton in zip(law.states, law.skeletons, strict=True)
            for term in reversed(sp.Add.make_args(skeleton))
            if symbol(name) in term.free_symbols
        }
        first = collapsed_expression(next(iter(terms.values()), symbol(name)), law, result.structure.owned)
        rows.append(Constant(name, tuple(terms), *texts, units[i], first))
    return tuple(rows)


def units_of(rows: Sequence[Constant]) -> tuple[bool, str]:
    """Whether any constant has a unit that can be told, and what is said of those whose unit cannot; else empty."""
    found = {row.unit for row in rows}
    untold = f"Unit {UNTOLD}: unknown, as the units of the columns do not determine it."
    return bool(found - {"", UNTOLD}), untold if UNTOLD in found else ""


def numbers(ranked: RankedLaw, times: Sequence[float] = ()) -> dict[str, str]:
    """Text of each constant by its symbol, for the typesetter.

    Args:
        times: at which waves of time hold with the digits that are written, as :func:`span`.
    """
    return {f"c{i}": value for i, (value, _, _) in enumerate(_rounded(ranked, times))}


def span(result: DiscoveryResult) -> tuple[float, float]:
    """The first and the last time of all runs."""
    ends = [(float(run.times[0]), float(run.times[-1])) for run in result.trajectories if len(run)]
    return min((first for first, _ in ends), default=0.0), max((last for _, last in ends), default=0.0)


def written_digits(law: Law, times: Sequence[float]) -> dict[float, int]:
    """Significant digits of the numbers in a law, by their size, where waves of time need more than four."""
    places = decimals(law.skeletons, times, _values(law)) if times else {}
    sizes = {abs(float(leaf)): place for leaf, place in places.items() if isinstance(leaf, sp.Float)}
    return {size: digits(size, place, 4) for size, place in sizes.items()}


def _values(law: Law) -> dict[sp.Expr, float]:
    return {symbol(f"c{i}"): value for i, value in enumerate(law.constants)}


def _rounded(ranked: RankedLaw, times: Sequence[float]) -> Iterator[tuple[str, str, str]]:
    values = ranked.law.constants
    places = decimals(ranked.law.skeletons, times, _values(ranked.law)) if times else {}
    lows = ranked.lows or (float("nan"),) * len(values)
    highs = ranked.highs or (float("nan"),) * len(values)
    return (
        rounded(*bounds, places.get(symbol(f"c{i}"))) for i, bounds in enumerate(zip(values, lows, highs, strict=True))
    )


def rivals(result: DiscoveryResult) -> tuple[Rival, ...]:
    """The best laws of the front."""
    front = result.ranking.front[:MOST_LAWS]
    return tuple(
        Rival(
            rank, law, plain(law.score - front[0].score), law.complexity, plain(law.misfit), plain(law.r_squared),
            plain(law.held_out), ", ".join(engine_names((law,))) or "–",
            differences(law.law, front[0].law), why_not(law, front[0]) if rank > 1 else "",
        )
        for rank, law in enumerate(front, start=1)
    )  # fmt: skip


def states(result: DiscoveryResult) -> tuple[State, ...]:
    """What was measured, state by state, over all runs."""
    names = result.trajectories[0].names
    values = np.concatenate([run.states for run in result.trajectories])
    rows: list[State] = []
    noise = result.smoothing.noise
    for name, column, scale, constant in zip(names, values.T, noise.scale, noise.constant, strict=True):
        known = column[np.isfinite(column)]
        low, high = (plain(float(bound), 4) for bound in (known.min(), known.max())) if len(known) else ("–", "–")
        header = result.headers.get(name, name)
        unit = printed_header(header)[1] or ""
        missing = str(len(column) - len(known)) if len(known) else "all"
        size = plain(float(scale)) if len(known) else "–"
        besides = plain(float(constant)) if len(known) and noise.kind == "combined" else ""
        rows.append(State(name, header, unit, low, high, missing, size, constant=besides))
    return tuple(rows)


def drives(result: DiscoveryResult) -> tuple[State, ...]:
    """What drives the states, input by input, over all runs; it is taken as known exactly."""
    units, rows = input_units(result), list[State]()
    for name in inputs(result):
        place = list(result.inputs).index(name)
        values = np.concatenate([run.inputs[:, place] for run in result.trajectories])
        low, high = plain(float(values.min()), 4), plain(float(values.max()), 4)
        role = "input, held" if result.trajectories[0].held[place] else "input"
        rows.append(State(name, result.inputs[name], units[name] or "", low, high, "0", "–", role))
    return tuple(rows)


def runs(result: DiscoveryResult) -> tuple[Run, ...]:
    """The runs, the first dozen of them."""
    return tuple(
        Run(run_name(run, i), len(run), plain(float(run.times[0]), 5), plain(float(run.times[-1]), 5))
        for i, run in enumerate(result.trajectories[:MOST_ROWS], start=1)
    )


def run_name(run: Trajectory, place: int) -> str:
    """The label of a run, or its number."""
    return run.label or str(place)


def errors(result: DiscoveryResult, kind: Kind) -> tuple[Errors, ...]:
    """Errors of fit or forecast of each state."""
    return tuple(
        Errors(
            row.identifier, row.count, plain(row.rms), percent(row.relative), plain(row.chi_squared),
            percent(row.outside), plain(row.memory, 2), _probability(row.ljung_box), _probability(row.runs),
        )
        for row in state_errors(result, kind)
    )  # fmt: skip


def unseen_runs(result: DiscoveryResult) -> tuple[Errors, ...]:
    """Errors of the forecast of each run that was kept out whole, all states together."""
    whole = {run.label for run, _ in whole_runs(result)}
    every = np.concatenate([run.states for run in result.trajectories])
    spread = np.nanstd(np.where(np.isfinite(every).any(axis=0), every, 0.0), axis=0)
    rows: list[Errors] = []
    for one in (one for one in residuals(result, "held_out") if one.run.label in whole):
        with np.errstate(all="ignore"):
            relative = mean_square((one.differences / spread).ravel()) ** 0.5
        standard = one.standardised.ravel()
        known = standard[~np.isnan(standard)]
        outside = float(np.mean(np.abs(known) > 2.0)) if len(known) else np.nan
        rows.append(
            Errors(
                one.run.label, len(known), "–", percent(relative), plain(mean_square(standard)),
                percent(outside), "–", "–", "–",
            )
        )  # fmt: skip
    return tuple(rows)


def _probability(value: float) -> str:
    return "<10⁻⁹" if value < 1e-9 else plain(value, 2)


def engine_names(laws: Sequence[RankedLaw]) -> tuple[str, ...]:
    """Names of the engines that proposed equations of these laws; what stands after a colon is a part of an engine."""
    return tuple(dict.fromkeys(source.split(":")[0] for ranked in laws for source in ranked.law.sources))


def engines(result: DiscoveryResult) -> tuple[Engine, ...]:
    """Each engine's part in the ranking, the one with the best law first."""
    front = result.ranking.front
    rows: list[Engine] = []
    for name in engine_names(front):
        ranks = [rank for rank, law in enumerate(front, start=1) if name in engine_names((law,))]
        parts = tuple(
            source.partition(":")[2] or "whole"
            for source in dict.fromkeys(front[0].law.sources)
            if source.split(":")[0] == name
        )
        rows.append(Engine(name, parts, len(ranks), ranks[0]))
    return tuple(sorted(rows, key=lambda row: row.best))

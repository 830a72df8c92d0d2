"""Numbers in waves of time have the digits that the record needs, wherever a law is written."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.export import latex
from discovery.reports import notebook, tables, text
from discovery.reports.notation import law_latex
from discovery.reports.onscreen import OnScreen
from discovery.reports.rounding import rounded
from discovery.reports.rows import span
from discovery.types import DiscoveryResult, Trajectory
from pipelines.laws import law_lines

FREQUENCY, PHASE = 6.283185307, -0.00904
LAST = 1960.0


@pytest.fixture
def result(law_of, result_of) -> DiscoveryResult:
    """Seasons since Christ: a frequency that was told, one that was found within a wide interval, and a phase."""
    law = law_of({"x": "c0*cos(6.283185307*t + c1) + 1.75*c0*sin(c2*t)"}, 1.234567, PHASE, 3.14159265)
    made = result_of(law, [0.5], simulated=False)
    run = Trajectory(np.linspace(1950.0, LAST, 11), made.trajectories[0].states, law.states)
    return replace(made, trajectories=(run,))


WRITTEN: dict[str, Callable[[DiscoveryResult], str]] = {
    "terminal": lambda one: "\n".join(law_lines(one.law, one.headers, (), span(one))),  # pyright: ignore[reportArgumentType]
    "estimator": lambda one: "\n".join(text.lines(one.law, 3, span(one))),  # pyright: ignore[reportArgumentType]
    "page": lambda one: OnScreen(one).law(one.ranking.front[0]),
    "to copy": law_latex,
    "notebook": lambda one: notebook.latex(one) or "",
    "export": latex.write,
    "front": lambda one: str(tables.front(one).iloc[0, -1]),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_waves_hold_at_the_end_of_the_record(
    result: DiscoveryResult, written: Callable[[DiscoveryResult], str]
) -> None:
    """To a hundredth of a radian; what stands before them stays short."""
    numbers = [float(one) for one in re.findall(r"\d+\.\d+", written(result))]
    for exact in (FREQUENCY, 3.14159265):
        assert min(abs(one - exact) for one in numbers) * LAST < 0.01
    assert min(abs(one - abs(PHASE)) for one in numbers) < 0.005
    assert not any("234567" in str(one) for one in numbers)


def test_a_wave_since_the_first_row_is_short(result: DiscoveryResult) -> None:
    """Where time begins at zero, four digits do."""
    early = replace(result, trajectories=(replace(result.trajectories[0], times=np.linspace(0.0, 1.0, 11)),))
    assert "cos(6.283*t - 0.00904)" in law_lines(result.law, {}, (), span(early))[0]  # pyright: ignore[reportArgumentType]


def test_a_term_has_short_numbers(result: DiscoveryResult) -> None:
    """A number that was told stands before a term as it was told, and not with fifteen digits."""
    terms = list(tables.constants(result)["term"])
    assert "1.75*c0*sin(c2*t)" in terms
    assert "c0*cos(c1 + 6.28319*t)" in terms
    assert all(len(one) < 24 for one in terms)


def test_places_that_are_needed_are_written_with_and_without_an_interval() -> None:
    """They are a least: an interval may ask for more."""
    assert ("3.141593", "2.800000", "3.500000") == rounded(3.14159265, 2.8, 3.5, 6)
    assert ("3.141593", "not determined", "not determined") == rounded(3.14159265, places=6)
    assert ("3.14", "3.00", "3.20") == rounded(3.14159265, 3.0, 3.2, 1)
    assert "0.0" != rounded(0.0, -1.0, 1.0, 5)[0]

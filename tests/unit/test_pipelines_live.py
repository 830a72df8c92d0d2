"""What a terminal shows of a run that goes on."""

import io

import pytest
from rich.console import Console

from discovery.symbolic.parse import parse
from discovery.types import Law, RankedLaw
from pipelines import live
from pipelines.live import Screen
from pipelines.plan import Step
from pipelines.timeline import Timeline

STEPS = [Step("first law", "", 1.0), Step("smoothing", "", 60.0), Step("selection", "", 120.0)]
GOOD = RankedLaw(Law(("x", "y"), (parse("c0*x"), parse("-c1*y")), (1.5, 0.25)), 10.0, 1.02, 0.999, 7)
BETTER = RankedLaw(Law(("x", "y"), (parse("c0*x - c1*x*y"), parse("-c2*y")), (1.5, 0.1, 0.25)), 4.0, 0.99, 0.9995, 12)


class Clock:
    """A clock that is set by hand."""

    time = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """At zero."""
    return Clock()


@pytest.fixture
def screen(clock: Clock) -> Screen:
    """Of two states, one of which has a wild name."""
    return Screen(Timeline(STEPS, now=clock), {"x": "prey", "y": "\x1b[31m[bold]y"}, now=clock)


def drawn(screen: Screen, width: int = 80) -> list[str]:
    """The lines of a picture, without blanks at their ends."""
    console = Console(file=io.StringIO(), width=width, emoji=False)
    console.print(screen)
    text = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    return [line.rstrip() for line in text.splitlines()]


def test_the_stage_and_the_time_left_are_shown(screen: Screen, clock: Clock) -> None:
    """What an engine says of itself is not said twice."""
    screen("smoothing", "kalman: tuning", 0.25)
    clock.time = 30.0
    (line,) = drawn(screen)
    assert "smoothing kalman: tuning 25 %" in line
    assert line.endswith("30 s, about 2 min left")
    screen("search", "sindy: fractions")
    assert "search sindy fractions" in drawn(screen)[0]


def test_a_step_that_takes_longer_says_so(screen: Screen, clock: Clock) -> None:
    """Rather than that nothing is left."""
    screen("smoothing", "kalman")
    clock.time = 200.0
    assert drawn(screen)[0].endswith("3 min, longer than planned")


def test_the_first_law_is_shown_as_such(screen: Screen) -> None:
    """With the user's names, which command nothing; it gives way to better ones, with their rivals."""
    screen("first law", "refining constants")
    screen.witness([GOOD])
    text = "\n".join(drawn(screen))
    assert "first law, of a quick look   misfit 1.02, R² 0.999, size 7" in text
    assert "  d prey / dt = 1.5*x" in text
    assert r"  d \x1b[31m[bold]y / dt = -0.25*y" in text
    assert "\x1b" not in text
    screen("selection", "varying x'")
    screen.witness([BETTER, GOOD])
    text = "\n".join(drawn(screen))
    assert "best law so far   misfit 0.99" in text
    assert "first law" not in text
    assert ["6.0", "1.02", "7", "1.5*x;", "-0.25*y"] == drawn(screen)[-1].split()


def test_long_equations_are_folded_and_rivals_cut(screen: Screen) -> None:
    """No line is wider than the terminal."""
    long = Law(("x", "y"), (parse("c0*x + c1*x**2 + c2*x*y + c3*y**2 + c4*y + c5"), parse("c6*y")), (1.23456,) * 7)
    screen("selection", "varying x'", 0.5)
    screen.witness([GOOD, RankedLaw(long, 11.0, 1.0, 0.9, 30)])
    assert all(len(line) <= 60 for line in drawn(screen, 60))
    assert ["1.0", "1", "30"] == drawn(screen, 60)[-1].split()[:3]
    screen.witness([RankedLaw(long, 1.0, 1.0, 0.9, 30)])
    lines = drawn(screen, 60)
    assert all(len(line) <= 60 for line in lines)
    assert "1.235*y**2" in " ".join(lines)


def test_a_plateau_is_told_while_laws_are_tried(screen: Screen, clock: Clock) -> None:
    """Not before the search has shown other laws, not soon, and not after a better one."""
    screen("first law", "")
    screen.witness([GOOD])
    clock.time = 100.0
    assert 0.0 == screen.plateau
    screen("selection", "varying x'")
    screen.witness([GOOD])
    screen.witness([GOOD, BETTER])
    clock.time = 140.0
    assert 140.0 == screen.plateau
    assert "No better law for 2 min. Ctrl-C ends here, with a full report." in drawn(screen)
    screen.witness([BETTER, GOOD])
    assert 0.0 == screen.plateau


def test_nothing_of_it_stays(screen: Screen) -> None:
    """A live picture is wiped out at the end."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80)
    with live.shown(screen, console):
        screen("smoothing", "at work")
    assert "\x1b[2K" in file.getvalue()

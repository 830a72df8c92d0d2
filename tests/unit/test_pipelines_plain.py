"""Plain names on the way in, the data's names on the way out."""

import numpy as np

from discovery.dynamics.shooting import Fit
from discovery.selection.refined import Refined
from discovery.symbolic.parse import parse
from discovery.types import (
    EquationCandidate,
    Law,
    NoiseModel,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
)
from pipelines.plain import PlainNames, plain_names

FRAME = PlainNames(("wolf", "x0"))
TIMES = np.arange(3.0)
LAW = Law(("x0", "x1"), (parse("c0*x0*x1"), parse("-c1*x1")), (1.0, 2.0), ("sindy",))


def test_plain_names_are_in_the_order_of_the_alphabet() -> None:
    """Also where there are more than ten."""
    assert ("x0", "x1") == plain_names(2)
    names = plain_names(12)
    assert names == tuple(sorted(names))
    assert ("x00", "x11") == (names[0], names[-1])


def test_laws_come_back_by_the_names_of_the_data() -> None:
    """Names that are plain names of others are exchanged, not joined; constants keep their numbers."""
    back = FRAME.leave(LAW)
    assert ("wolf", "x0") == back.states
    assert (parse("c0*wolf*x0"), parse("-c1*x0")) == back.skeletons
    assert LAW.constants == back.constants


def test_what_holds_laws_is_followed() -> None:
    """Rankings, mappings by state, and tuples of them; what has no names is the same object."""
    ranking = Ranking((RankedLaw(LAW, 1.0, 1.0, 0.9, 5),), "the rule")
    back, settled, noise = FRAME.leave((ranking, {"x1": parse("x0")}, NOISE))
    assert (FRAME.leave(LAW), "the rule") == (back.front[0].law, back.rule)
    assert {"x0": parse("wolf")} == settled
    assert NOISE is noise


NOISE = NoiseModel("additive", np.ones(2), np.ones(2))


def test_runs_go_in_and_smoothings_come_out() -> None:
    """A state that the smoother has added, a velocity, is named after its position."""
    run = Trajectory(TIMES, np.ones((3, 2)), ("wolf", "x0"), "first")
    (inside,) = FRAME.enter([run])
    assert (("x0", "x1"), "first") == (inside.names, inside.label)
    four = np.ones((3, 4))
    curves = SmoothedTrajectory(TIMES, four, four, four, four, ("x0", "x1", "x0_dot", "x1_dot"))
    back = FRAME.leave(Smoothing((curves,), None, NOISE, 0.0, "neural_ode", ("The state x1 is slow.",)))
    assert ("wolf", "x0", "wolf_dot", "x0_dot") == back.trajectories[0].names
    assert ("The state x0 is slow.",) == back.notes


def test_words_are_in_the_names_of_the_data() -> None:
    """Whole words only."""
    heard: list[str] = []
    FRAME.progress(lambda stage, message="", fraction=None: heard.append(message))(
        "search", "trees for x0' and x1", 0.5
    )
    assert ["trees for wolf' and x0"] == heard
    assert "max0 x10" == FRAME.words("max0 x10")


def test_plain_names_of_the_data_change_nothing() -> None:
    """The same objects come back."""
    candidate = EquationCandidate("x0", parse("x0"), "sindy")
    assert candidate is PlainNames(("x0", "x1")).leave(candidate)


def test_relations_are_told_in_the_names_of_the_data() -> None:
    """They are words, and words of a verdict."""
    fit = Fit(LAW, np.zeros((1, 2)), 1.0, np.ones(1), np.eye(2), 3)
    relation = "the constant of x0*x1 in x0' is minus the constant of x1 in x1'"
    back = FRAME.leave(Refined(fit, 0.0, (relation,)))
    assert ("the constant of wolf*x0 in wolf' is minus the constant of x0 in x0'",) == back.relations
    assert ("wolf", "x0") == back.law.states
    assert () == FRAME.leave(Refined(fit, 0.0)).relations

"""Which run a forecast begins as, and whose constants it has, by `discover simulate --group`."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.laws import Frame, Law
from discovery.samples import symbol
from discovery.structure import Owned, Structure
from discovery.types import DiscoveryResult

Simulated = Callable[..., tuple[int, list[list[float]], str]]
UNTIL = "--until", 3
LABELS = ("Treated, T1", "Vehicle, dose 2.0")


def labelled(decay: DiscoveryResult) -> DiscoveryResult:
    """Two runs, told apart by two columns."""
    names = dict(zip([run.label for run in decay.trajectories], LABELS, strict=True))
    return replace(
        decay,
        trajectories=tuple(replace(run, label=names[run.label]) for run in decay.trajectories),
        predictions=tuple(replace(one, label=names[one.label]) for one in decay.predictions if one.label in names),
    )


@pytest.mark.parametrize(
    ("words", "place", "other"),
    [
        ((), 0, True), (("Treated, T1",), 0, False), (("T1",), 0, False), (("Vehicle",), 1, False), (("2",), 1, False),
        (("Vehicle", "dose 2.0"), 1, False),
    ],
)  # fmt: skip
def test_a_forecast_begins_as_the_run_that_is_named(
    decay: DiscoveryResult, simulated: Simulated, words: tuple[str, ...], place: int, other: bool
) -> None:
    """Where no constant is of groups, too; which it was is said, and how another is named."""
    found = labelled(decay)
    code, ((first, state), _), said = simulated(found, *UNTIL, *(part for word in words for part in ("--group", word)))
    assert 0 == code
    fit = next(one for one in found.predictions if one.kind == "fit" and one.label == LABELS[place])
    assert (first, state) == (fit.times[0], pytest.approx(fit.states[0, 0]))
    assert f"the forecast begins as the run {LABELS[place]} did." in said
    assert other == ("--group names another" in said)


def test_a_run_that_is_not_there_is_refused(decay: DiscoveryResult, simulated: Simulated) -> None:
    """With the names of those that are, and of that alone which is not."""
    for words, why in ((("T2",), "neither"), (("T1", "T2"), "--group T2: neither"), (("T1", "Vehicle"), "No run is")):
        code, _, said = simulated(labelled(decay), *UNTIL, *(part for word in words for part in ("--group", word)))
        assert 2 == code
        assert why in said
        assert "There are 'Treated, T1', 'Vehicle, dose 2.0'." in said


def test_a_run_has_the_constants_of_its_group(decay: DiscoveryResult, simulated: Simulated) -> None:
    """Whether the group is named, or the run."""
    found = labelled(decay)
    sides = (-symbol("x") * (0.5 * symbol("in_0") + symbol("in_1")),)
    law = Law(("x",), sides, (), frame=Frame(("x",), sides, inputs=("in_0", "in_1")))
    marks = [np.tile(one, (41, 1)) for one in ([1.0, 0.0], [0.0, 1.0])]
    runs = tuple(replace(run, inputs=one) for run, one in zip(found.trajectories, marks, strict=True))
    best = replace(found.ranking.front[0], law=law, lows=(), highs=())
    owned = Structure(owned=(Owned("k", "group", ("Treated", "Vehicle"), ("in_0", "in_1")),))
    found = replace(found, ranking=replace(found.ranking, front=(best,)), trajectories=runs, structure=owned)
    for run, group, rate in (("T1", "Treated", 0.5), ("2", "Vehicle", 1.0)):
        code, rows, _ = simulated(found, *UNTIL, "--group", run)
        assert (0, rows) == (code, simulated(found, *UNTIL, "--group", group)[1])
        assert rows[1][1] / rows[0][1] == pytest.approx(np.exp(-3.0 * rate), rel=1e-3)

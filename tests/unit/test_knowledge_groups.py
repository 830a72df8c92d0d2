"""Groups of runs: constants of their own for each group of runs, told by a name and a column."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from discovery.errors import DataError, UsageError
from discovery.knowledge.groups import group_of, in_groups
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.laws import Law
from discovery.reports.owning import collapsed, own_tables
from discovery.reports.tex import render
from discovery.resources import folder
from discovery.samples import Trajectory
from discovery.structure import Invariant, Structure
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryResult
from pipelines.config import RunConfig
from pipelines.driving import grouped
from pipelines.forecasts import doubts, forecast_table
from pipelines.laws import law_lines
from pipelines.ode import discover_ode
from pipelines.structures import structure_document, structure_from

RATES = {"slow, 1": 0.3, "slow, 2": 0.3, "fast, 1": 1.2}
RUNS = tuple(
    Trajectory(np.linspace(0, 3, 31 + 5 * i), 2 * np.exp(-rate * np.linspace(0, 3, 31 + 5 * i))[:, None], ("x",), label)
    for i, (label, rate) in enumerate(RATES.items())
)
KEYS = ("kind", "repetition")


def told(sentence: str = "x' = -k*x") -> Knowledge:
    """What a sentence says of one state x."""
    return understand([sentence], Names({"x": "x"}))


def test_runs_of_a_group_share_a_constant() -> None:
    """By the entries of a column, in the order in which they come."""
    found = in_groups(["k:kind"], told(), RUNS, KEYS)
    assert ("slow", "fast") == found.owned[0].groups
    assert [[1, 0], [1, 0], [0, 1]] == [run.inputs[0].tolist() for run in found.runs]
    assert found.known is not None
    assert ["k[slow]", "k[fast]"] == [one.name for one in found.known.frame.constants]


def test_each_run_is_a_group_where_no_column_is_named() -> None:
    """Of unequal lengths, as here."""
    found = in_groups(["k"], told(), RUNS, KEYS)
    assert tuple(RATES) == found.owned[0].groups
    assert {31, 36, 41} == {len(run) for run in found.runs}


def test_what_is_known_of_a_constant_is_known_of_all() -> None:
    """Bounds of the one are bounds of each."""
    known = understand(["x' = -k*x", "k > 0"], Names({"x": "x"}))
    found = in_groups(["k"], known, RUNS, KEYS)
    assert found.known is not None
    assert {0.0} == {one.low for one in found.known.frame.constants}


def test_a_law_in_which_a_group_lost_its_constant_is_refused() -> None:
    """As no table could show it."""
    found = in_groups(["k:kind"], told(), RUNS, KEYS)
    law = Law(("x",), (parse("-c0*x"),), (1.0,))
    assert math.inf == found.surcharge(law)
    assert 0.0 == in_groups([], told(), RUNS, KEYS).surcharge(law)


def test_an_unknown_constant_is_an_error() -> None:
    """With the nearest one."""
    with pytest.raises(UsageError, match=r"no sentence has a free constant of that name\. Did you mean kappa"):
        in_groups(["kapa"], told("x' = -kappa*x"), RUNS, KEYS)
    with pytest.raises(UsageError, match="Name it in one"):
        in_groups(["k"], None, RUNS, KEYS)


def test_several_constants_need_the_option_several_times() -> None:
    """As lists with commas are read elsewhere."""
    with pytest.raises(UsageError, match=r"Repeat it: --own kappa:kind --own g:kind\."):
        in_groups(["kappa, g:kind"], told("x' = -g - kappa*x"), RUNS, KEYS)


def test_an_unknown_column_is_an_error() -> None:
    """With those that tell runs apart."""
    with pytest.raises(UsageError, match="but by kind, repetition"):
        in_groups(["k:colour"], told(), RUNS, KEYS)


def test_a_column_may_be_named_without_its_unit() -> None:
    """As in other options; what is called so twice stays unknown."""
    runs = [
        replace(run, label=f"T [K] {label}") for run, label in zip(RUNS, ("290, a", "290, b", "310, a"), strict=True)
    ]
    found = in_groups(["k:T"], told(), runs, ("T [K]", "copy"))
    assert ("T [K]", ("T [K] 290", "T [K] 310")) == (found.owned[0].by, found.owned[0].groups)
    assert "T [K] 310" == group_of(runs[2].label, "T", ("T [K]", "copy"))
    with pytest.raises(UsageError, match=r"not told apart by 'T', but by T \[K\], T \[degC\]"):
        group_of(runs[2].label, "T", ("T [K]", "T [degC]"))


def test_a_single_group_is_an_error() -> None:
    """There is nothing to tell apart."""
    with pytest.raises(DataError, match="makes 1 groups of 2 runs"):
        in_groups(["k:kind"], told(), RUNS[:2], KEYS)


@pytest.fixture(name="found", scope="module")
def _found() -> DiscoveryResult:
    """Decays with two rates."""
    rng = np.random.default_rng(0)
    noisy = [
        Trajectory(run.times, run.states + 0.01 * rng.standard_normal(run.states.shape), run.names, run.label)
        for run in RUNS
    ]
    return discover_ode(noisy, RunConfig(laws=("x' = -k*x",), own=("k",), engines=("sindy",), smoother="kalman"))


def test_each_group_gets_its_value_and_interval(found: DiscoveryResult) -> None:
    """The truth lies within, give or take."""
    (table,) = own_tables(found)
    assert ("k", "run", tuple(RATES)) == (table.name, table.by, tuple(row.group for row in table.rows))
    for row in table.rows:
        assert float(row.value) == pytest.approx(RATES[row.group], rel=0.03)
        assert float(row.low) < float(row.value) < float(row.high)


def test_the_law_is_written_once_for_all_groups(found: DiscoveryResult) -> None:
    """With one letter for what differs, in the terminal and in the report."""
    assert found.law is not None
    assert ["d x / dt = -k*x"] == law_lines(found.law, {}, found.structure.owned)
    assert (parse("-k*x"),) == collapsed(found.law, found.structure.owned).skeletons
    report = render(found, folder("reports/templates"), ())
    assert "fast, 1" in report
    assert "group" not in report.partition("What was measured")[0]


def test_a_law_of_groups_survives_its_document(found: DiscoveryResult) -> None:
    """With the names of the groups."""
    document = json.loads(json.dumps(structure_document(found.structure)))
    assert Structure(owned=found.structure.owned) == structure_from(document, ["x"], 3)


def test_what_a_law_of_groups_conserves_survives_its_document(found: DiscoveryResult) -> None:
    """Written with the inputs that tell groups apart."""
    kept = (Invariant(parse("x*(c0*in_group_0 + c1*in_group_1)"), variation=0.1, expected=0.2),)
    whole = Structure(kept, found.structure.owned)
    assert whole == structure_from(json.loads(json.dumps(structure_document(whole))), ["x"], 3)


def test_a_forecast_is_that_of_a_group(found: DiscoveryResult) -> None:
    """What is 1 in the runs of the group is 1 throughout."""
    drive = grouped(found, ["fast, 1"], None, (0.0, 5.0))
    assert drive is not None
    assert [[0.0, 0.0, 1.0]] * 2 == drive.values.tolist()
    table = forecast_table(found, found.trajectories[0].states[0], np.linspace(0.0, 1.0, 3), draws=40, drive=drive)
    assert () == doubts(found, found.trajectories[0].states[0], table, drive)  # its own inputs were measured


@pytest.mark.parametrize(
    ("groups", "message"),
    [([], "k has a value for each run; choose one"), (["slower"], "slower: neither a run nor")],
)
def test_a_forecast_of_no_group_is_refused(groups: list[str], message: str, found: DiscoveryResult) -> None:
    """The message names the groups."""
    with pytest.raises(UsageError, match=message):
        grouped(found, groups, None, (0.0, 5.0))


@pytest.mark.parametrize(
    ("by", "groups", "text"),
    [
        ("dose", ("dose 0.5", "dose 2.0", "dose 20"), "2"), ("dose", ("dose 0.5", "dose 2.0", "dose 20"), "2.0"),
        ("dose", ("dose 0.5", "dose 2.0", "dose 20"), "dose 2.0"), ("", ("run 1", "run 2", "run 3"), "2"),
        ("kind", ("slow", "very fast", "fast"), "very fast"),
    ],
)  # fmt: skip
def test_a_group_is_named_by_its_entry(by: str, groups: tuple[str, ...], text: str, found: DiscoveryResult) -> None:
    """Alone or behind the column's name, numbers by their values, and no other group of which it is a part."""
    (one,) = found.structure.owned
    result = replace(found, structure=Structure(owned=(replace(one, by=by, groups=groups),)))
    drive = grouped(result, [text], None, (0.0, 5.0))
    assert drive is not None
    assert [0.0, 1.0, 0.0] == drive.values[0].tolist()


def test_constants_that_are_opened_one_after_another_have_marks_of_their_own() -> None:
    """As when they are found and not told."""
    one = in_groups(["a:kind"], told("x' = -a*x + b"), RUNS, KEYS)
    both = in_groups(["b:repetition"], one.known, one.runs, KEYS)
    assert both.known is not None
    assert ("in_group_0", "in_group_1", "in_group_1_0", "in_group_1_1") == both.known.frame.inputs
    assert {*one.owned[0].inputs, *both.owned[0].inputs} == set(both.known.frame.inputs)


def test_entries_may_have_commas_where_one_column_tells_runs_apart() -> None:
    """Of several it could not be told where one ends."""
    assert "steel, polished" == group_of("steel, polished", "material", ("material",))
    with pytest.raises(UsageError, match="cannot be told what belongs to which of material, run"):
        group_of("steel, polished, 1", "material", ("material", "run"))

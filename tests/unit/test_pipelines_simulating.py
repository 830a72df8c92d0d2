"""What `discover simulate` reads of an initial state, and how it says what is needed."""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from discovery.errors import UsageError
from discovery.laws import Frame, Law
from discovery.samples import symbol
from discovery.structure import Owned, Structure
from discovery.types import DiscoveryResult
from pipelines.simulating import initial_state
from pipelines.store import load

Simulated = Callable[..., tuple[int, list[list[float]], str]]


def test_the_state_that_is_proposed_can_be_pasted() -> None:
    """Columns are called as in the forecast; an identifier stands for a name that a list or a shell reads apart."""
    headers = {"angle": "angle [deg]", "angle_dot": "angle' [deg/s]", "arctic_hare": "arctic hare", "x_US": "x$US"}
    with pytest.raises(UsageError) as refused:
        initial_state("angle=1", headers)
    (told,) = shlex.split(str(refused.value).rsplit("--x0 ", 1)[1].removesuffix("."))
    assert "angle=1.0,angle'=1.0,arctic hare=1.0,x_US=1.0" == told
    assert [1.0] * 4 == initial_state(told, headers)
    with pytest.raises(UsageError, match=r"for example --x0 x=1\.0\.$"):
        initial_state("1,2", {"x": "x [m]"})


def test_a_forecast_of_the_own_start_begins_at_its_time(run: Path, simulated: Simulated) -> None:
    """A record of years begins in 1900; a state of --x0 is at 0, unless time stands in the law, or as --from says."""
    result = load(run)
    late = [replace(one, times=one.times + 1900.0) for one in (*result.predictions, *result.trajectories)]
    late = replace(result, predictions=tuple(late[:-1]), trajectories=tuple(late[-1:]))
    best = late.ranking.front[0]
    timed = replace(best, law=Law(("x",), (-symbol("x") + symbol("t") / 1900,), ()))
    assert late.law is not None
    driven = replace(late, ranking=replace(late.ranking, front=(timed, *late.ranking.front[1:])))

    def first(found: DiscoveryResult, *words: object) -> float:
        code, rows, _ = simulated(found, *words)
        assert 0 == code
        return rows[0][0]

    assert 1900.0 == first(late, "--until", 1902)
    assert 0.0 == first(late, "--until", 2, "--x0", 1)
    assert 1.0 == first(late, "--until", 2, "--x0", 1, "--from", 1)
    assert 1901.0 == first(late, "--until", 1902, "--from", 1901)
    assert 1900.0 == first(driven, "--until", 1902, "--x0", 1)
    code, _, said = simulated(driven, "--until", 2)
    assert 2 == code
    assert "--until 2 does not come after the first time, 1900." in said


def test_a_bottle_that_runs_empty_has_rows_until_then(decay: DiscoveryResult, simulated: Simulated) -> None:
    """And the message has the time, in the words of the user; the exit code says that the last time was not reached."""
    law = Law(("x",), (-0.2 * symbol("x") ** sp.Rational(1, 2),), ())
    front = (replace(decay.ranking.front[0], law=law, lows=(), highs=()),)
    bottle = replace(
        decay, ranking=replace(decay.ranking, front=front), headers={"x": "Höhe [m]"}, time_name="Zeit [s]"
    )
    code, rows, said = simulated(bottle, "--x0", 25, "--until", 60, "--samples", 7)
    assert (1, [0.0, 10.0, 20.0, 30.0, 40.0]) == (code, [time for time, _ in rows if time < 45.0])
    assert [25.0, 16.0, 9.0, 4.0, 1.0] == pytest.approx([level for _, level in rows[:5]], rel=1e-6)
    assert "error: Höhe reaches 0 soon after Zeit [s] = 49.999, and sqrt(Höhe) has no value below" in said
    assert "tell the law with (x + abs(x))/2 in the place of x in sqrt(x)" in said
    assert 0 == simulated(bottle, "--x0", 25, "--until", 49.999)[0]  # as it is printed


def test_dates_of_inputs_are_counted_from_the_origin_of_the_run(
    decay: DiscoveryResult, tmp_path: Path, simulated: Simulated
) -> None:
    """Where time stands in the law an hour of the day stays that hour, in a file that begins at another, too."""
    found = _driven_by_the_hour(decay, "2024-05-01")
    later = tmp_path / "later.csv"
    later.write_text("date,u\n" + "".join(f"2024-05-02 {hour:02d}:00:00,0\n" for hour in range(6, 12)))
    code, (first, last), said = simulated(found, "--inputs", later, "--x0", "x=0")
    assert 0 == code
    assert ([30.0, 0.0], pytest.approx([35.0, (35.0**2 - 30.0**2) / 2.0])) == (first, last)
    assert "note: date [h] is counted since 2024-05-01" == said.split(" caution")[0]
    found = replace(found, origin="")  # as of a run on times that were numbers
    code, _, said = simulated(found, "--inputs", later, "--x0", "x=0")
    assert 2 == code
    assert "time stands in the law, whose zero is at none that is known" in said


def _driven_by_the_hour(result: DiscoveryResult, origin: str) -> DiscoveryResult:
    """A result whose law is x' = t + u, with t in hours."""
    sides = (symbol("t") + symbol("u"),)
    law = Law(("x",), sides, (), frame=Frame(("x",), sides, inputs=("u",)))
    runs = [replace(run, inputs=0.0 * run.states, held=(False,)) for run in result.trajectories]
    front = (replace(result.ranking.front[0], law=law, lows=(), highs=()),)
    return replace(
        result, trajectories=tuple(runs), ranking=replace(result.ranking, front=front), time_name="date [h]",
        origin=origin, inputs={"u": "u"},
    )  # fmt: skip


def test_times_of_a_dated_run_may_be_dates(decay: DiscoveryResult, simulated: Simulated) -> None:
    """They are counted from its origin, in its unit; what is no date is refused, as dates are of numbers."""
    dated = replace(decay, time_name="date [h]", origin="2024-05-01")

    def times(*words: object) -> list[float]:
        code, rows, _ = simulated(dated, "--x0", 1, *words)
        assert 0 == code
        return [row[0] for row in rows]

    assert [0.0, 48.0] == times("--until", "2024-05-03")
    assert [-12.0, 36.5] == times("--from", "30.04.2024 12:00", "--until", "2024-05-02 12:30:00")
    assert [24.0, 30.0] == times("--from", "2024-05-02", "--until", 30)
    for wrong in ("tomorrow", "2024-02-30", "1/2/2024"):
        code, _, said = simulated(dated, "--x0", 1, "--until", wrong)
        assert 2 == code
        assert f"--until {wrong!r} is neither a number nor a date" in said
    code, _, said = simulated(decay, "--x0", 1, "--until", "2024-05-03")
    assert 2 == code
    assert "the run has no dates" in said


@pytest.mark.parametrize(
    ("time", "origin", "told", "found"),
    [
        ("week [d]", "2017-03-06", "201830", 504.0),
        ("month [d]", "2017-03-01", "201704", 31.0),
        ("date [d]", "2021-03-01", "20210320", 19.0),
        ("date [d]", "2021-03-01", "19", 19.0),
        ("time [h]", "22:00:00", "01:30:00", 3.5),
        ("time [h]", "22:00:00", "23:30:00", 1.5),
    ],
)
def test_times_are_read_as_those_of_files(
    decay: DiscoveryResult, simulated: Simulated, time: str, origin: str, told: str, found: float
) -> None:
    """Weeks, months and days as digits alone, and times of day behind the midnight that the record passes."""
    code, rows, _ = simulated(replace(decay, time_name=time, origin=origin), "--x0", 1, "--until", told)
    assert 0 == code
    assert pytest.approx(found) == rows[-1][0]


@pytest.mark.parametrize(
    ("origin", "told", "said"),
    [
        ("2017-03-06", "201830", "--until 201830 is more than 1000 times as far as the record is long"),
        ("", "2017-03-08", "of an earlier version, does not hold from when its dates are counted"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(
    decay: DiscoveryResult, simulated: Simulated, origin: str, told: str, said: str
) -> None:
    """A week under a header that names none, and dates of a folder that does not hold their zero."""
    notes = ("The dates in 'at' were turned into days since 2017-03-06.",)
    odd = replace(decay, time_name="at [d]", origin=origin, notes=notes)
    code, _, answer = simulated(odd, "--x0", 1, "--until", told)
    assert 2 == code
    assert said in answer


def test_a_map_of_dates_says_that_it_counts_samples(decay: DiscoveryResult, simulated: Simulated) -> None:
    """Its folder has no origin, as a new one of a map has none, and the way out is a number."""
    best = replace(decay.ranking.front[0], law=replace(decay.ranking.front[0].law, discrete=True))
    runs = tuple(replace(one, times=np.arange(41.0), discrete=True) for one in decay.trajectories)
    notes = ("The dates in 'month' were turned into days since 1980-01-01.",)
    counted = replace(
        decay, time_name="n", notes=notes, trajectories=runs, ranking=replace(decay.ranking, front=(best,))
    )
    code, _, answer = simulated(counted, "--from", "end", "--until", "2025-06")
    assert 2 == code
    assert (
        "a map counts samples, whatever their dates: the last is number 40. Write a number of n, such as 40" in answer
    )
    assert "version" not in answer


def test_inputs_may_be_numbers_that_hold_throughout(run: Path, simulated: Simulated) -> None:
    """By the names of their columns, with or without units; the forecast needs its end told then."""
    plain = load(run)
    side = -symbol("x") + symbol("u")
    law = Law(("x",), (side,), (), frame=Frame(("x",), (side,), inputs=("u",)))
    runs = tuple(replace(one, inputs=np.ones((len(one), 1)), held=(True,)) for one in plain.trajectories)
    best = replace(plain.ranking.front[0], law=law, lows=(), highs=())
    found = replace(
        plain, ranking=replace(plain.ranking, front=(best,)), trajectories=runs, inputs={"u": "u [V]"},
        advice=replace(plain.advice, covariance=()),
    )  # fmt: skip
    for told in ("u=2", "u [V]=2.0"):
        code, rows, _ = simulated(found, "--x0", 0, "--until", 1, "--inputs", told)
        assert 0 == code
        assert pytest.approx(2 - 2 / np.e, rel=1e-6) == rows[-1][1]
    refused = {
        ("--until", 1): "or numbers, if it is constant: --inputs u=1.0",
        ("--until", 1, "--inputs", "u=much"): "does not give one number for each input. The inputs are u [V]",
        ("--until", 1, "--inputs", "v=1"): "does not give one number for each input",
        ("--inputs", "u=1"): "--until is missing",
    }
    for further, said in refused.items():
        code, _, answer = simulated(found, "--x0", 0, *further)
        assert 2 == code
        assert said in answer


def test_a_forecast_from_within_the_record_begins_with_the_fitted_state_there(
    decay: DiscoveryResult, simulated: Simulated
) -> None:
    """At a sample, between samples and at the end; its first state is no state of another time."""
    for time, told in ((2.0, 2), (2.05, 2.05), (4.0, 4), (4.0, "end")):
        code, ((first, state), _), said = simulated(decay, "--from", told, "--until", 9)
        assert (0, time) == (code, first)
        assert pytest.approx(2.0 * np.exp(-0.5 * time)) == state
        assert f"note: the forecast begins with the fitted state of a at t [s] = {time:g}" in said
    code, ((first, state), _), said = simulated(decay, "--until", 9)
    assert (0, 0.0, 2.0) == (code, first, state)
    assert "begins with" not in said


@pytest.mark.parametrize("time", [-1, 4.5])
def test_a_forecast_from_outside_of_the_record_needs_a_state(
    decay: DiscoveryResult, simulated: Simulated, time: float
) -> None:
    """The message says from when to when the record is, and the ways out."""
    code, _, said = simulated(decay, "--from", time, "--until", 9)
    assert 2 == code
    assert (
        f"begins at t [s] = {time:g} has no state to begin with: the record is from 0 to 4. Give the state, --x0"
        in said
    )
    assert "--from end" in said
    assert 0 == simulated(decay, "--from", time, "--until", 9, "--x0", 1)[0]
    assert 4.0 == simulated(decay, "--from", "end", "--until", 9, "--x0", 1)[1][0][0]


def _filling(result: DiscoveryResult) -> DiscoveryResult:
    """A result whose law is x' = u - x, with u = 1 in the first half of the record, and 3 in the second."""
    side = symbol("u") - symbol("x")
    law = Law(("x",), (side,), (), frame=Frame(("x",), (side,), inputs=("u",)))
    times = np.linspace(0.0, 4.0, 5)
    inputs = np.where(times < 2.0, 1.0, 3.0)[:, None]
    run = replace(result.trajectories[0], times=times, states=np.zeros((5, 1)), inputs=inputs, held=(True,))
    state = np.where(times <= 2.0, 1.0, 3.0 - 2.0 * np.exp(2.0 - times))[:, None]
    fit = replace(result.predictions[0], times=times, states=state)
    best = replace(result.ranking.front[0], law=law, lows=(), highs=())
    return replace(
        result, ranking=replace(result.ranking, front=(best,)), trajectories=(run,), inputs={"u": "u"},
        predictions=(fit,), smoothing=replace(result.smoothing, trajectories=result.smoothing.trajectories[:1]),
    )  # fmt: skip


def test_inputs_that_are_not_in_the_law_are_not_asked_for(run: Path, simulated: Simulated) -> None:
    """As the number of a run that stood among them; who gives it all the same is answered."""
    plain = load(run)
    side = -symbol("x") + symbol("u")
    runs = tuple(
        replace(one, inputs=np.tile([3.0, 1.0], (len(one), 1)), held=(True, True)) for one in plain.trajectories
    )
    for sides, asked in {side: ("u=2", "u=2,Cycle=7"), -symbol("x"): (None, "u=2,Cycle=7")}.items():
        law = Law(("x",), (sides,), (), frame=Frame(("x",), (sides,), inputs=("Cycle", "u")))
        best = replace(plain.ranking.front[0], law=law, lows=(), highs=())
        found = replace(
            plain, ranking=replace(plain.ranking, front=(best,)), trajectories=runs,
            inputs={"Cycle": "Cycle", "u": "u [V]"}, advice=replace(plain.advice, covariance=()),
        )  # fmt: skip
        for told in asked:
            code, rows, said = simulated(found, "--x0", 1, "--until", 1, *(("--inputs", told) if told else ()))
            assert (0, False) == (code, "Cycle" in said)
            expected = 2 - 1 / np.e if sides is side else 1 / np.e
            assert pytest.approx(expected, rel=1e-6) == rows[-1][1]
    refused = {
        "missing.csv": "There is no file missing.csv. Nothing drives the law of this run: leave --inputs out.",
        "u=much": "The inputs are Cycle, u [V]; write for example --inputs Cycle=1.0,u=1.0, or",
    }
    for told, words in refused.items():
        code, _, said = simulated(found, "--x0", 1, "--until", 1, "--inputs", told)
        assert (2, True) == (code, words in " ".join(said.split())), said


def test_inputs_that_begin_within_the_record_find_the_state_of_that_time(
    decay: DiscoveryResult, simulated: Simulated, tmp_path: Path
) -> None:
    """Between samples the law is followed with the inputs that the record had, and not with those of the forecast."""
    found = _filling(decay)
    later = tmp_path / "later.csv"
    later.write_text("t,u\n3.5,0\n9,0\n")
    code, ((first, state), (_, last)), _ = simulated(found, "--inputs", later)
    assert (0, 3.5) == (code, first)
    assert pytest.approx(3.0 - 2.0 * np.exp(-1.5)) == state
    assert pytest.approx(state * np.exp(-5.5), abs=1e-6) == last
    code, ((first, state), _), _ = simulated(found, "--inputs", "u=0", "--until", 9)
    assert (0, 0.0, 1.0) == (code, first, state)
    later.write_text("t,u\n5,0\n9,0\n")
    code, _, said = simulated(found, "--inputs", later)
    assert 2 == code
    assert "the record is from 0 to 4" in said


def test_a_band_from_within_the_record_is_that_of_the_courses_that_lead_there(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], discover: Callable[..., int]
) -> None:
    """A start of which the state of a later time comes is known as it is, and not as the later noise."""
    result = load(run)
    fit = result.predictions[0]
    noisy = replace(result.smoothing, noise=replace(result.smoothing.noise, scale=np.array([0.5])))
    times = ("--until", float(fit.times[-1]) + 1.0, "--samples", 2, "--draws", 200)

    def band(found: DiscoveryResult) -> np.ndarray:
        monkeypatch.setattr("pipelines.store.load", lambda folder: found)
        assert 0 == discover("simulate", run, "--from", "end", *times)
        return np.array([float(one) for one in capsys.readouterr().out.splitlines()[1].split(",")])

    _, state, low, high = band(replace(result, smoothing=noisy))
    assert fit.states[-1, 0] == state
    assert 0.0 < high - low < 0.1
    cut = replace(fit, states=fit.states + np.where(fit.times > 1.0, 3.0, 0.0)[:, None])  # its second window
    _, state, low, high = band(replace(result, smoothing=noisy, predictions=(cut,)))
    assert 1.0 < high - low < 3.0


def test_a_forecast_of_a_group_begins_with_a_run_of_that_group(decay: DiscoveryResult, simulated: Simulated) -> None:
    """Its constants are not those of the first run."""
    sides = (-symbol("x") * (0.5 * symbol("in_0") + symbol("in_1")),)
    law = Law(("x",), sides, (), frame=Frame(("x",), sides, inputs=("in_0", "in_1")))
    marks = [np.tile(one, (41, 1)) for one in ([1.0, 0.0], [0.0, 1.0])]
    runs = tuple(replace(run, inputs=one) for run, one in zip(decay.trajectories, marks, strict=True))
    best = replace(decay.ranking.front[0], law=law, lows=(), highs=())
    owned = Owned("k", "kind", ("slow", "fast"), ("in_0", "in_1"))
    found = replace(
        decay, ranking=replace(decay.ranking, front=(best,)), trajectories=runs, structure=Structure(owned=(owned,))
    )
    for group, start in (("slow", 2.0), ("fast", 1.0)):
        for time, words in ((0.0, ()), (2.0, ("--from", 2))):
            code, ((first, state), _), _ = simulated(found, "--group", group, "--until", 9, *words)
            assert (0, time) == (code, first)
            assert pytest.approx(start * np.exp(-0.5 * time)) == state
    code, _, said = simulated(replace(found, trajectories=runs[:1]), "--group", "fast", "--until", 9)
    assert 2 == code
    assert "no run was of all groups that are asked for" in said

"""What a person sees: the law on stdout, talk on stderr, and Ctrl-C that ends work early."""

import io
import os
import signal
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from rich.console import Console

from discovery.advice import Advice, Experiment, LooseCombination
from discovery.structure import Owned, Structure
from discovery.symbolic.parse import parse
from discovery.types import (
    DiscoveryResult,
    Failure,
    Finding,
    Law,
    NoiseModel,
    RankedLaw,
    Ranking,
    Smoothing,
    Trajectory,
    Verdict,
)
from pipelines import console
from pipelines.laws import right_hand_sides
from pipelines.live import Screen, shown
from pipelines.timeline import Timeline

LAW = Law(("x", "y"), (parse("c0*x - c1*x*y"), parse("c2*x*y - 0.123456789*y")), (1.10000001, 0.4, 0.25), ("sindy",))
UNTOLD = "Unit –: unknown, as the units of the columns do not determine it."
RIVAL = Law(("x", "y"), (parse("c0*x"), parse("c1*y")), (2.0, -1.0), ("operon",))


@pytest.fixture
def result() -> DiscoveryResult:
    """A result whose texts hold what a terminal's markup would swallow."""
    run = Trajectory(np.arange(3.0), np.ones((3, 2)), ("x", "y"))
    noise = NoiseModel("lognormal", np.array([0.1, 0.25]), np.array([0.0, 0.0]), estimated=False)
    return DiscoveryResult(
        headers={"x": "prey [bold]", "y": "hunters"},
        time_name="t",
        trajectories=(run,),
        smoothing=Smoothing((), None, noise, 0.0, "kalman", ("[red]Smoothed.",)),
        ranking=Ranking(
            (RankedLaw(LAW, 1.0, 1.0, 0.9, 9, lows=(1.0, 0.3, np.nan), highs=(1.2, 0.5, np.nan)),
             RankedLaw(RIVAL, 4.5, 1.7, 0.8, 3)), "the shortest wins"),
        verdict=Verdict("found", "A law was found [here].", (Finding("caution", "Residuals [remember]."),), {}),
        predictions=(),
        notes=("One column was set aside [sic].",),
        failures=(Failure("search operon", "It [crashed]."),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("gaussian_process + neural_ode", "Smoothed by gaussian_process + neural_ode."),
        ("universal", "Smoothed by the form of the law, with networks for what is unknown in it."),
        ("successive samples", "Not smoothed: each sample is compared with the next."),
    ],
)
def test_the_smoother_is_called_as_a_user_knows_it(
    method: str, said: str, result: DiscoveryResult, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the name of an option, or in words where no option is called so."""
    console.show(replace(result, smoothing=replace(result.smoothing, method=method)))
    assert said in capsys.readouterr().err


def test_the_law_is_data_and_the_rest_is_talk(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout holds one line for each state, in the user's names, and nothing else."""
    console.show(result)
    printed = capsys.readouterr()
    assert ["d prey [bold] / dt = -0.4*x*y + 1.1*x", "d hunters / dt = 0.25*x*y - 0.1235*y"] == (
        printed.out.splitlines()
    )
    for text in (
        "A law was found [here].",
        "lognormal (as told), prey [bold] 0.1, hunters 0.25. Smoothed by kalman.",
        "One column was set aside [sic].",
        "[red]Smoothed.",
        "failed   search operon: It [crashed].",
        "caution  Residuals [remember].",
        "not determined",
        "1.00 … 1.20",
        "2.0*x; -1.0*y",
        "3.5",
    ):
        assert text in printed.err


def test_noise_of_two_parts_is_told_with_both(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """What grows with the state, and what does not."""
    noise = NoiseModel("combined", np.array([0.1, 0.25]), np.zeros(2), constant=np.array([0.3, 4.0]))
    console.show(replace(result, smoothing=replace(result.smoothing, noise=noise)))
    told = " ".join(capsys.readouterr().err.split())
    assert "combined (the likeliest), prey [bold] 0.1 of it and 0.3, hunters 0.25 of it and 4." in told


def test_constants_have_their_terms_and_units(
    result: DiscoveryResult, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units where columns have some, terms where the terminal is wide enough."""
    measured = replace(result, headers={"x": "prey [g]", "y": "hunters [g]"}, time_name="t [d]")
    console.show(measured)
    table = [" ".join(line.split()) for line in capsys.readouterr().err.splitlines()]
    assert "constant value 95 % interval unit first term" in table
    assert "c0 1.10 1.00 … 1.20 d⁻¹ c0*x in x'" in table
    assert "c1 0.40 0.30 … 0.50 d⁻¹ g⁻¹ -c1*x*y in x'" in table
    assert UNTOLD not in table
    monkeypatch.setattr(console.TALK, "width", console.WIDE - 1)
    console.show(replace(measured, headers={"x": "prey", "y": "hunters"}, time_name="t"))
    table = [" ".join(line.split()) for line in capsys.readouterr().err.splitlines()]
    assert "c0 1.10 1.00 … 1.20" in table
    assert UNTOLD not in table


def test_a_unit_that_nothing_tells_is_explained(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """Once, under the table, where the dash occurs."""
    console.show(replace(result, headers={"x": "prey", "y": "hunters"}, time_name="day"))
    table = [" ".join(line.split()) for line in capsys.readouterr().err.splitlines()]
    assert "c1 0.40 0.30 … 0.50 – -c1*x*y in x'" in table
    assert 1 == table.count(UNTOLD)


def test_without_a_law_only_talk_is_printed(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout stays empty, so that a script sees that there is nothing."""
    nothing = replace(result, ranking=Ranking((), ""), verdict=Verdict("not_found", "No law was found.", (), {}))
    console.show(nothing)
    printed = capsys.readouterr()
    assert "" == printed.out
    assert "No law was found." in printed.err


def test_advice_is_a_line_or_two(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """The loosest combination, how many more there are, and each experiment."""
    loose = (LooseCombination(("c0",), (1.0,), 0.5, "c0 is [loose]."), LooseCombination(("c1",), (1.0,), 0.3, "c1."))
    further = (Experiment("constants", (1.0, 2.0), 3.0, 2.0, 1.4, "Start [there]."),)
    console.show(replace(result, advice=Advice(loose=loose, experiments=further)))
    lines = capsys.readouterr().err.splitlines()[-2:]
    assert ["  advice   c0 is [loose]. (1 more such combination.)", "  advice   Start [there]."] == lines
    assert [] == console.advised(result)


def test_long_texts_stay_on_one_line(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """A log can be searched, and a path copied."""
    note = "/a/long/path" * 30
    console.show(replace(result, notes=(note,)))
    assert note in capsys.readouterr().err


def test_numbers_have_four_digits() -> None:
    """What is printed is for reading; all digits are in ``result.json``."""
    sides = tuple(map(parse, ("c0*x", "c1*x", "c2*x")))
    law = Law(("x", "y", "z"), sides, (0.123456, -41.2391, 1.2341e-9))
    assert ["0.1235*x", "-41.24*x", "1.234e-9*x"] == right_hand_sides(law, {})


def test_names_command_nothing(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, markup, emoji codes and turned writing show themselves, on both streams."""
    wild = "\x1b[31m:warning:[bold]\u202e\x9b2J"
    console.show(replace(result, headers={"x": wild, "y": "100%"}, notes=(f"{wild} is odd.",)))
    printed = capsys.readouterr()
    for text in (printed.out, printed.err):
        assert r"\x1b[31m:warning:[bold]\u202e\x9b2J" in text
        assert not set(text) & {"\x1b", "\u202e", "\x9b"}
    assert "In the equations x is " in printed.err
    assert "y is 100%." in printed.err


@pytest.mark.parametrize("header", ["mass [/x]", "mass [kg]", "mass \x1b[31m"])
def test_a_header_tells_groups_apart_as_it_is(
    result: DiscoveryResult, header: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Brackets of units are no markup, and nothing commands the terminal."""
    told = ("k[golf]", "k[whiffle]", "c")
    law = replace(LAW, told=told)
    ranking = Ranking((replace(result.ranking.front[0], law=law),), "")
    owned = Owned("k", header, ("golf", "whiffle"), ("in_0", "in_1"))
    console.show(replace(result, ranking=ranking, structure=Structure(owned=(owned,))))
    table = capsys.readouterr().err
    assert header.replace("\x1b", r"\x1b") + "  k" in table
    assert "\x1b" not in table


def test_tables_have_one_letter_for_constants_of_groups(
    result: DiscoveryResult, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the first terms of other constants, and in competing laws."""
    sides = (parse("c2*x*(c0*in_0 + c1*in_1)"), parse("-c2*y"))
    law = Law(("x", "y"), sides, (1.5, 2.5, 0.25), told=("k[golf]", "k[whiffle]", "c"))
    front = tuple(replace(one, law=law) for one in result.ranking.front)
    owned = Owned("k", "ball", ("golf", "whiffle"), ("in_0", "in_1"))
    console.show(replace(result, ranking=Ranking(front, ""), structure=Structure(owned=(owned,))))
    table = capsys.readouterr().err
    assert "c*k*x" in table
    assert "0.25*k*x; -0.25*y" in table
    assert "in_0" not in table


def test_in_a_pipe_each_stage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred steps of one stage do not fill the log; each engine is told."""
    with console.watching() as progress:
        for step in range(100):
            progress("smoothing", f"step {step}", step / 100)
        progress("search", "sindy: [fast]")
        progress("search", "sindy: [slow]")
        progress("search", "structured")
    lines = capsys.readouterr().err.splitlines()
    assert ["smoothing: step 0 0 %", "search: sindy: [fast]", "search: structured"] == [
        line.split(" s  ")[1] for line in lines
    ]


def test_in_a_pipe_the_first_law_is_one_line(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told at once; the same law, or others soon after, are not."""
    with console.watching(headers=result.headers) as watcher:
        watcher("first law", "at work")
        watcher.witness(result.ranking.front)
        watcher.witness(result.ranking.front)
        watcher.witness(result.ranking.front[1:])
    _, line = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "first law (misfit 1): d prey [bold] / dt = -0.4*x*y + 1.1*x; d hunters / dt = 0.25*x*y - 0.1235*y"
    )


def test_in_a_pipe_a_long_law_is_cut(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """It is one of many on the way; the last is shown whole."""
    terms = " + ".join(f"{i}.5*x**{i}*y" for i in range(1, 30))
    long = replace(result.ranking.front[0], law=Law(("x", "y"), (parse(terms), parse("y")), ()))
    with console.watching(headers=result.headers) as watcher:
        watcher("first law", "at work")
        watcher.witness([long])
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.endswith("…")
    assert console.LONGEST_LAW == len(line.split("): ", 1)[1])


def test_what_time_is_called_is_told_where_it_is_none(
    result: DiscoveryResult, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a profile by depth rates are by depth; times of that name need no word."""
    for header, said in (("Pressure (dbar)", True), ("date [d]", False), ("t", False)):
        console.show(replace(result, time_name=header))
        assert said == (f"t is {header}." in capsys.readouterr().err)


def test_formulas_have_the_columns_own_names(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """I and not I_, which code needs as SymPy's I is the imaginary unit: in laws, tables, and the words about them."""
    law = Law(("S_", "I_"), (parse("-c0*S_*I_"), parse("c0*S_*I_ - c1*I_")), (0.25, 0.5), ("sindy",))
    ranked = RankedLaw(law, 1.0, 1.0, 0.9, 9, lows=(0.2, 0.4), highs=(0.3, 0.6))
    rival = RankedLaw(law.with_constants((0.75, 1.5)), 4.0, 1.0, 0.9, 9)
    run = Trajectory(np.arange(3.0), np.ones((3, 2)), ("S_", "I_"))
    shown = replace(
        result, headers={"S_": "S", "I_": "I (%)"}, trajectories=(run,), ranking=Ranking((ranked, rival), "")
    )
    with console.watching(headers=shown.headers) as watcher:
        watcher.witness([ranked])
    console.show(shown)
    printed = capsys.readouterr()
    assert ["d S / dt = -0.25*I*S", "d I (%) / dt = 0.25*I*S - 0.5*I"] == printed.out.splitlines()
    assert "I_" not in printed.err
    assert "S_" not in printed.err
    assert "In the equations I is I (%)." in printed.err


def test_a_resumed_run_has_no_first_law(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """What selection shows first is the best so far."""
    with console.watching(headers=result.headers) as watcher:
        watcher("selection", "3 candidates")
        watcher.witness(result.ranking.front)
    assert "best so far (misfit 1): d prey" in capsys.readouterr().err


def test_quiet_is_quiet(result: DiscoveryResult, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither stages nor laws."""
    with console.watching(quiet=True) as watcher:
        watcher("smoothing", "at work")
        watcher.witness(result.ranking.front)
    assert ("", "") == tuple(capsys.readouterr())


def test_the_first_interrupt_asks_for_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Work goes on to what can be finished; afterwards Ctrl-C does again what it did."""
    before, stop = signal.getsignal(signal.SIGINT), Event()
    with console.interruptible(stop):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.is_set()
    assert before == signal.getsignal(signal.SIGINT)
    assert "Interrupted: finishing with the best so far." in capsys.readouterr().err


def test_a_request_to_end_is_as_the_first_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    """A job scheduler or `timeout` sends SIGTERM, to the program and to its group; Ctrl-C then leaves at once."""
    before, stop = signal.getsignal(signal.SIGTERM), Event()
    with console.interruptible(stop):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert before == signal.getsignal(signal.SIGTERM)
    assert 1 == capsys.readouterr().err.count("Told to end (SIGTERM): finishing with the best so far.")


def test_an_interrupt_waits_for_no_lock_that_it_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes while the screen is being changed, and telling of it draws the screen."""
    file, stop = io.StringIO(), Event()
    monkeypatch.setattr(console, "TALK", Console(file=file, force_terminal=True, width=100))
    screen = Screen(Timeline((), float("inf")), {})
    with console.interruptible(stop), shown(screen, console.TALK):
        with screen._lock:
            os.kill(os.getpid(), signal.SIGINT)
            assert stop.is_set()
        screen("smoothing", "at work")
    assert "Interrupted: finishing with the best so far." in file.getvalue()


def test_the_second_interrupt_leaves_at_once() -> None:
    """Whoever presses Ctrl-C twice means it."""
    with console.interruptible(Event()):
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)

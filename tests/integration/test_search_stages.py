"""How engines are run: what is settled first, the genetic ones last and for what is left, failures on the way."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.errors import EngineError
from discovery.problems.regression import regressions
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.operon import Operon
from discovery.smoothing.kalman import Kalman
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryProblem, DiscoveryResult, EquationCandidate, Law, Smoothing, Trajectory
from pipelines.apart import Apart
from pipelines.config import RunConfig
from pipelines.ode import discover_ode
from pipelines.stages import Asked, Stages, sharing, train
from pipelines.store import Memory

TIMES = np.linspace(0.0, 12.0, 200)
TRUE = {"w": "-x - 0.3*w - 0.5*x**3"}
# What an engine sees: states by plain names, x0 for x and x1 for w.
PLAIN = {"x1": "-x0 - 0.3*x1 - 0.5*x0**3"}


@dataclass
class Scripted:
    """An engine that proposes what it was told to, and keeps what it was asked."""

    texts: dict[str, str]
    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    fails: bool = False

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """Candidates of the script."""
        self.asked.append(problem.open)
        if self.fails:
            raise EngineError("It broke.")
        return tuple(EquationCandidate(state, parse(text), "scripted") for state, text in self.texts.items())


def measured() -> Trajectory:
    """A Duffing oscillator whose velocity is measured too, with noise of a hundredth."""
    from discovery.dynamics.simulate import simulate_or_fail
    from discovery.types import Law

    law = Law(("x", "w"), (parse("w"), parse(TRUE["w"])), ())
    states = simulate_or_fail(law, np.array([1.5, 0.0]), TIMES)
    noise = 0.01 * states.std(axis=0) * np.random.default_rng(0).standard_normal(states.shape)
    return Trajectory(TIMES, states + noise, ("x", "w"))


def run(monkeypatch: pytest.MonkeyPatch, engines: dict[str, Scripted] | dict[str, object]) -> DiscoveryResult:
    """A discovery by scripted engines."""
    monkeypatch.setattr(RunConfig, "make_engine", lambda _, name: engines[name])
    return discover_ode([measured()], RunConfig().changed(engines=tuple(engines), smoother="kalman"))


def test_what_is_settled_is_in_the_law_without_any_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """x' = w is a candidate, engines are told that w' alone is open, and the result says so."""
    sindy = Scripted(PLAIN)
    result = run(monkeypatch, {"sindy": sindy})
    assert [("x1",)] == sindy.asked
    assert result.law is not None
    assert parse("w").free_symbols == result.law.equations["x"].free_symbols
    assert "The equation x' = w was settled by the data before the search." in result.notes


def test_what_is_settled_is_left_alone_where_inputs_drive_the_rest() -> None:
    """It is in the law as if it had been told, and the result says who settled it."""
    drive = np.cos(0.7 * TIMES)

    def rates(time: float, state: np.ndarray) -> list[float]:
        return [state[1], -state[0] - 0.3 * state[1] + np.cos(0.7 * time)]

    states = solve_ivp(rates, (0.0, 12.0), [1.5, 0.0], t_eval=TIMES, rtol=1e-8).y.T
    noise = 0.01 * np.random.default_rng(0).standard_normal(states.shape)
    data = from_arrays(states + noise, TIMES, names=["x", "w"], inputs=drive[:, None])
    result = discover_ode(data, RunConfig().changed(engines=("sindy",), smoother="kalman"))
    assert result.law is not None
    assert parse("w") == result.law.equations["x"]
    assert ["The equation x' = w was settled by the data before the search."] == [
        note for note in result.notes if "settled" in note or "Told" in note
    ]


@dataclass
class Late(Scripted):
    """An engine that has its candidates when its share of the time is over."""

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """Candidates of the script."""
        time.sleep(deadline.remaining() + 0.001)
        return super().search(problem, seed=seed)


@pytest.mark.parametrize("engine", [Scripted, Late])
def test_a_search_that_used_up_its_share_of_the_time_was_cut(
    monkeypatch: pytest.MonkeyPatch, engine: type[Scripted]
) -> None:
    """On a faster machine it would find more, though there was time for all that came after."""
    monkeypatch.setattr("pipelines.stages.SEARCH_SHARE", 1e-4)
    monkeypatch.setattr(RunConfig, "make_engine", lambda *_: engine(PLAIN))
    config = RunConfig().changed(engines=("sindy",), smoother="kalman")
    result = discover_ode([measured()], config, deadline=Deadline.after(3600.0))
    ends = {Scripted: ("done", "found"), Late: ("deadline", "partial")}
    assert ends[engine] == (result.stopped_by, result.status)
    assert result.law is not None


def test_networks_that_there_was_no_time_for_were_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A law without them may be another one; where nothing is open there is none to train."""
    problem, cut = posed(), list[bool]()
    for left in (True, False):
        monkeypatch.setattr("pipelines.stages.open_functions", lambda *_, left=left: left)
        stages = replace(stages_of(1, "sindy"), deadline=Deadline.after(0.0))
        assert (problem, ()) == train(stages, None, problem)
        cut.append(stages.cut)
    assert [True, False] == cut


def test_genetic_search_is_left_out_where_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """An equation with a short explanation is not searched again."""
    operon = Scripted({})
    result = run(monkeypatch, {"sindy": Scripted(PLAIN), "operon": operon})
    assert [] == operon.asked
    assert {"search sindy", "open equations"} <= set(result.seconds)
    assert "search operon" not in result.seconds


def test_genetic_search_gets_what_is_left_though_it_is_named_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A poor candidate explains nothing; the genetic engine runs after the others and finds the rest."""
    operon = Scripted(PLAIN)
    result = run(monkeypatch, {"operon": operon, "sindy": Scripted({"x1": "-2*x0"})})
    assert [("x1",)] == operon.asked
    assert "search operon" in result.seconds
    assert result.law is not None
    assert {"x", "w"} == {str(one) for one in result.law.equations["w"].free_symbols}


def test_the_failure_of_an_engine_is_recorded_and_the_others_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its equations count as unexplained, and the result has the reason."""
    operon = Scripted(PLAIN)
    result = run(monkeypatch, {"sindy": Scripted({}, fails=True), "operon": operon})
    assert [("x1",)] == operon.asked
    assert [("search sindy", "It broke.")] == [(one.where, one.why) for one in result.failures]
    assert result.law is not None


def test_engines_get_the_threads_of_the_run() -> None:
    """The genetic engine runs as many searches side by side as the run may; its own setting goes first."""
    config = RunConfig().changed(threads=5)
    assert 5 == config.make_engine("operon").threads  # type: ignore[attr-defined]
    own = config.changed(search={"operon": {"threads": 1}})
    assert 1 == own.make_engine("operon").threads  # type: ignore[attr-defined]


def test_engines_get_the_budget_of_the_run() -> None:
    """The genetic engine does more with more, unless it is told otherwise."""
    config = RunConfig().changed(budget="5m")
    assert 300.0 == config.make_engine("operon").budget  # type: ignore[attr-defined]
    own = config.changed(search={"operon": {"budget": 0.0}})
    assert 0.0 == own.make_engine("operon").budget  # type: ignore[attr-defined]
    assert 0.0 == RunConfig().make_engine("operon").budget  # type: ignore[attr-defined]


@dataclass
class Meeting(Scripted):
    """An engine that waits for another at the same time."""

    meets: threading.Barrier | None = None
    seen: list[DiscoveryProblem] = field(default_factory=list[DiscoveryProblem])

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate, ...]:
        """Candidates of the script, once the other is there."""
        self.seen.append(problem)
        if self.meets is not None:
            self.meets.wait()
        return super().search(problem, seed=seed)


def stages_of(threads: int, *engines: str) -> Stages:
    """The stages of a run by these engines."""
    config = RunConfig().changed(engines=engines, threads=threads)
    return Stages(config, NEVER, silent, Memory())


def posed() -> DiscoveryProblem:
    """The oscillator, smoothed."""
    runs = (replace(measured(), names=("x0", "x1")),)
    smoothing = Kalman().smooth(runs, seed=0)
    return DiscoveryProblem(runs, smoothing, regressions(runs, smoothing))


def test_genetic_engines_go_on_side_by_side_and_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the short engine left, with its backbone; candidates do not depend on the number of cores."""
    found: list[tuple[object, ...]] = []
    problem = posed()
    for threads in (1, 2, 5):
        meets = threading.Barrier(2, timeout=60.0) if threads > 1 else None
        engines = {
            "operon": Meeting({"x1": "x0"}, meets=meets),
            "sindy": Scripted({"x0": "x1", "x1": "-2*x0"}),
            "pysr": Meeting({"x1": "x0 + x1"}, meets=meets),
        }
        monkeypatch.setattr(RunConfig, "make_engine", lambda _, name, engines=engines: engines[name])
        found.append(stages_of(threads, *engines).search(problem))
        (one,), (other,) = engines["operon"].seen, engines["pysr"].seen
        assert ("x1",) == one.open == other.open
        assert {"x1": parse("-2*x0")} == one.backbones == other.backbones
    assert found[0] == found[1] == found[2]
    assert ["x1", "-2*x0", "x0", "x0 + x1"] == [str(one.expression) for one in found[0][0]]


def test_the_failure_of_one_does_not_end_what_goes_on_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is recorded once."""
    engines = {"operon": Meeting({"x1": "x0"}), "pysr": Meeting({}, fails=True)}
    monkeypatch.setattr(RunConfig, "make_engine", lambda _, name: engines[name])
    found, failures = stages_of(2, *engines).search(posed())
    assert ["x0"] == [str(one.expression) for one in found if isinstance(one, EquationCandidate)]
    assert ["search pysr"] == [one.where for one in failures]


@pytest.mark.parametrize(("threads", "shares"), [(1, [1, 1]), (2, [1, 1]), (3, [2, 1]), (8, [4, 4])])
def test_engines_that_go_on_side_by_side_share_the_cores(threads: int, shares: list[int]) -> None:
    """None is left over; who was told how many keeps its own."""
    config = RunConfig().changed(threads=threads)
    asked = [Asked("operon", Operon(), posed(), unknown) for unknown in ("f", "g")]
    assert shares == [one.engine.threads for one in sharing(asked, config)]  # type: ignore[attr-defined]
    own = config.changed(search={"operon": {"threads": 7}})
    told = [Asked("operon", Operon(threads=7), posed(), "")]
    assert [7] == [one.engine.threads for one in sharing(told, own)]  # type: ignore[attr-defined]


def test_a_budget_is_shared_among_problems() -> None:
    """As many evaluations in all, whatever the parts; who was told a budget keeps it."""
    config = RunConfig().changed(budget=60.0)
    asked = [Asked("operon", Operon(budget=60.0), posed(), unknown) for unknown in ("f", "g", "h")]
    assert [20.0] * 3 == [one.engine.budget for one in sharing(asked, config)]  # type: ignore[attr-defined]
    own = config.changed(search={"operon": {"budget": 7.0}})
    told = [Asked("operon", Operon(budget=7.0), posed(), unknown) for unknown in ("f", "g")]
    assert [7.0] * 2 == [one.engine.budget for one in sharing(told, own)]  # type: ignore[attr-defined]


@dataclass
class Keeping(Memory):
    """A store that keeps candidates."""

    kept: dict[str, tuple[EquationCandidate | Law, ...]] = field(
        default_factory=dict[str, tuple[EquationCandidate | Law, ...]]
    )

    def candidates(self, engine: str) -> tuple[EquationCandidate | Law, ...] | None:
        """What was kept under that key."""
        return self.kept.get(engine)

    def keep_candidates(self, engine: str, candidates: tuple[EquationCandidate | Law, ...]) -> None:
        """Keeps them."""
        self.kept[engine] = candidates


@dataclass
class Budgeted(Scripted):
    """One whose work grows with the budget."""

    budget: float = 0.0


@pytest.mark.parametrize(
    ("leading", "budget", "again"),
    [("-2*x0", 60.0, False), ("-3*x0", 60.0, True), ("", 60.0, True), ("-2*x0", 3600.0, True)],
)
def test_genetic_search_is_kept_for_what_it_was_asked(
    leading: str, budget: float, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another backbone, none, or another budget: what was kept is the answer to another question."""
    store = Keeping()
    asked: list[int] = []
    for text, seconds in (("-2*x0", 60.0), (leading, budget)):
        late = Budgeted({"x1": "x0"}, budget=seconds)
        engines = {"operon": late, **({"sindy": Scripted({"x1": text})} if text else {})}
        monkeypatch.setattr(RunConfig, "make_engine", lambda _, name, engines=engines: engines[name])
        config = RunConfig().changed(engines=tuple(engines), threads=1)
        Stages(config, NEVER, silent, store).search(posed())
        store.kept.pop("sindy", None)
        asked.append(len(late.asked))
    assert [1, int(again)] == asked


class Dying:
    """An engine, or a smoother, that fails in a way that nobody foresaw."""

    def search(self, problem: DiscoveryProblem, **options: object) -> tuple[EquationCandidate, ...]:
        """Asks for half a petabyte."""
        return (EquationCandidate("x1", parse(str(np.ones(1 << 46)[0])), "dying"),)

    def smooth(self, trajectories: object, **options: object) -> Smoothing:
        """Fails."""
        raise ZeroDivisionError("by nought")


def test_an_engine_that_dies_is_named_in_the_report_and_the_others_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Out of memory, for one."""
    from discovery.reports.write import write_report

    result = run(monkeypatch, {"sindy": Dying(), "structured": Scripted(PLAIN)})
    assert [("search sindy", True)] == [(one.where, "ran out of memory" in one.why) for one in result.failures]
    assert result.law is not None
    sources = {source for one in result.ranking.front for source in one.law.sources}
    assert {"scripted"} == {source for source in sources if not source.startswith("selection:")} - {"settled"}
    report = write_report(result, tmp_path, pdf=False)
    for path in (report.html, report.tex):
        text = path.read_text(encoding="utf-8")
        assert "search sindy" in text
        assert "It ran out of memory, and its work is lost" in text


def test_the_process_of_an_engine_that_is_killed_is_named_and_the_others_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the system does where memory runs out; and one that hangs is not waited for when time is up."""
    kill = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    hang = (sys.executable, "-c", "import time; time.sleep(600)")
    monkeypatch.setattr("pipelines.ode.settled", lambda _: {})
    monkeypatch.setattr("pipelines.stages.remaining", lambda found, problem: problem)  # genetic search is asked of all
    for command, budget, why in ((kill, None, "was killed"), (hang, 20.0, "did not stop in time")):
        monkeypatch.setattr(Apart.__init__, "__defaults__", (command, 1.0))
        config = RunConfig().changed(engines=("sindy", "operon"), smoother="kalman", budget=budget)
        result = discover_ode([measured()], config)
        assert [("search operon", True)] == [(one.where, why in one.why) for one in result.failures]
        assert result.law is not None


def test_engines_that_all_die_end_the_run_with_their_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of the data where nothing was searched. (Neither equation is settled here.)"""
    monkeypatch.setattr("pipelines.ode.settled", lambda _: {})
    with pytest.raises(EngineError, match=r"(?s)Every search engine failed.*search sindy: It ran out of memory"):
        run(monkeypatch, {"sindy": Dying()})


def test_a_smoother_that_dies_is_replaced_by_the_plainest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure is named, and the law is found all the same."""
    make = RunConfig.make_smoother
    monkeypatch.setattr(RunConfig, "make_smoother", lambda self: Dying() if self.smoother == "auto" else make(self))
    engines = {"sindy": Scripted(PLAIN)}
    monkeypatch.setattr(RunConfig, "make_engine", lambda _, name: engines[name])
    result = discover_ode([measured()], RunConfig().changed(engines=("sindy",)))
    assert ["smoothing auto"] == [one.where for one in result.failures]
    assert "ZeroDivisionError" in result.failures[0].why
    assert "kalman" == result.smoothing.method
    assert result.law is not None

"""Results made by hand, realistic enough to judge a report by: hares and lynxes, Lorenz, and a search that failed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from discovery.advice import Advice, Experiment, LooseCombination, TermSupport
from discovery.reports import drawing, write
from discovery.reports.write import ReportFiles, write_report
from discovery.resources import folder
from discovery.symbolic.parse import parse
from discovery.types import (
    DiscoveryResult,
    Failure,
    Finding,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    Verdict,
    symbol,
)

NAN = float("nan")


def law(equations: dict[str, str], constants: tuple[float, ...], sources: tuple[str, ...]) -> Law:
    """A law from the text of its right-hand sides."""
    return Law(tuple(equations), tuple(parse(text) for text in equations.values()), constants, sources)


def integrate(chosen: Law, times: np.ndarray, start: np.ndarray) -> np.ndarray:
    """States of a law at given times."""
    import sympy as sp

    function = sp.lambdify([[symbol(state) for state in chosen.states]], list(chosen.equations.values()))
    solution = solve_ivp(
        lambda _, y: function(y), (times[0], times[-1]), start, t_eval=times, rtol=1e-8, atol=1e-8, method="LSODA"
    )
    return solution.y.T


def smoothed(trajectory: Trajectory) -> SmoothedTrajectory:
    """Stands in for a smoother: the samples themselves and their differences."""
    states = trajectory.states
    slopes = np.gradient(states, trajectory.times, axis=0)
    ones = np.ones_like(states)
    return SmoothedTrajectory(trajectory.times, states, slopes, ones, ones, trajectory.names, trajectory.label)


def provenance(name: str, command: str) -> dict[str, object]:
    """What a run says of itself."""
    return {
        "files": [name],
        "command": command,
        "seed": 0,
        "data_sha256": "9f2c1e7b0c5d4a8fb1c3e6d27a90f4b85d6e3c2a1f0b9e8d7c6b5a4938271605",
        "versions": {"discovery": "0.1.0", "python": "3.11.7", "sympy": "1.14.0", "torch": "2.13.0"},
        "config": {"smoothing": {"name": "neural_ode", "width": 64}, "search": {"engines": ["sindy", "operon"]}},
    }


def lynx_hare_result(headers: dict[str, str] | None = None) -> DiscoveryResult:
    """Lotka-Volterra on the Hudson Bay pelts of 1900 to 1920, the last four years held out."""
    table = pd.read_csv(folder("datasets/measured") / "lynx_hare_1900_1920.csv").to_numpy(dtype=float)
    times, states = table[:, 0], table[:, 1:].copy()
    states[9, 1] = NAN
    measured = Trajectory(times, states, ("h", "l"))
    chosen = law({"h": "c0*h - c1*h*l", "l": "c2*h*l - c3*l"}, (0.4653, 0.02326, 0.02709, 0.9405), ("sindy", "operon"))
    rivals = (
        ("c0*h - c1*h*l", "c2*h*l - c3*l - c4*l**2", (0.49, 0.0251, 0.0281, 0.871, 0.0021), ("sindy",), 3.1, 12),
        ("c0*h - c1*h*l/(c2 + h)", "c3*h*l - c4*l", (0.51, 3.9, 120.0, 0.027, 0.91), ("structured",), 4.4, 15),
        (
            "c0*h - c1*h*l - c5*h**2",
            "c2*h*l - c3*l + c4",
            (0.52, 0.025, 0.0277, 0.95, 0.31, -1.2e-5),
            ("sindy",),
            7.9,
            16,
        ),
        ("c0*h*(1 - h/c4) - c1*sqrt(h)*l", "c2*sqrt(h)*l - c3*l", (0.9, 0.11, 0.2, 1.1, 310.0), ("operon",), 19.4, 18),
        ("c0*sin(c1*t)", "c2*cos(c3*t)*exp(-l/30)", (14.0, 0.63, -12.0, 0.61), ("operon",), 61.0, 14),
    )
    best = RankedLaw(
        chosen, 74.2, 1.04, 0.93, 11, 1.31, (0.4322, 0.02149, 0.02511, 0.8712), (0.4984, 0.02503, 0.02907, 1.0098)
    )
    front = [best]
    for hare, lynx, constants, sources, gap, size in rivals:
        other = law({"h": hare, "l": lynx}, constants, sources)
        unknown = (NAN,) * len(constants)
        front.append(RankedLaw(other, 74.2 + gap, 1.0 + gap / 30, 0.92, size, NAN, unknown, unknown))
    fit = integrate(chosen, times[:17], np.array([35.88, 5.438]))
    forecast = integrate(chosen, times[16:], fit[-1])
    findings = (
        Finding("good", "The fit is at noise level: χ² per sample is 1.04."),
        Finding("good", "Two engines found the same form independently."),
        Finding(
            "caution", "The runner-up, with a term in lynx², is only 3.1 nats worse: these data hardly exclude it."
        ),
        Finding("bad", "The forecast of 1917 to 1920 misses the lynx minimum by 2.1 noise deviations."),
    )
    return DiscoveryResult(
        headers={"h": "hare_thousands", "l": "lynx_thousands"} if headers is None else headers,
        time_name="year",
        trajectories=(measured,),
        smoothing=Smoothing(
            (smoothed(measured),),
            None,
            NoiseModel("lognormal", np.array([0.195, 0.203]), np.array([0.1, 0.1])),
            -3.21,
            "neural_ode",
            ("The neural ODE was kept: its held-out likelihood is 0.4 nats a sample above the Gaussian process's.",),
        ),
        ranking=Ranking(tuple(front), "2 N log((χ²/N + 1)/2) + P log N + d, smaller is better"),
        verdict=Verdict("found", "The law is supported by the data at noise level.", findings, {"chi_squared": 1.04}),
        predictions=(Prediction("fit", "", times[:17], fit), Prediction("held_out", "", times[16:], forecast)),
        notes=("One sample of lynx_thousands was removed: it repeats the one before to all digits.",),
        failures=(Failure("pysr", "Julia is not installed."),),
        cites=("Chen2018", "Brunton2016", "Burlacu2020", "Bock1983"),
        provenance=provenance("lynx_hare_1900_1920.csv", "discover run lynx_hare_1900_1920.csv --time year --seed 0"),
        advice=Advice(
            (0.047, 0.038, 0.061, 0.052),
            (1.2, 1.0, 1.2, 1.1),
            (LooseCombination(("c2", "c3"), (1.0, 0.9), 0.3, "Of c2 and c3 little more than c2/c3 is determined."),),
            (Experiment("rivals", (60.0, 20.0), 8.0, 5.1, 0.6, "To tell it from law 2, start from 60, 20."),),
            (
                TermSupport("h", "h", 1.0, True),
                TermSupport("h", "h*l", 0.999, True),
                TermSupport("l", "h*l", 1.0, True),
                TermSupport("l", "l", 0.93, True),
                TermSupport("l", "l**2", 0.17, False),
            ),
            tuple(tuple(row) for row in np.diag([3e-4, 8e-7, 1e-6, 1.2e-3]).tolist()),
        ),
        seconds={"smoothing": 18.3, "search": 41.7, "selection": 12.9},
    )


def lorenz_result() -> DiscoveryResult:
    """Lorenz's system: three states, two runs, 2000 samples each, and one constant that is not determined."""
    chosen = law(
        {"x": "c0*y - c1*x", "y": "c2*x - x*z - c3*y", "z": "x*y - c4*z"},
        (10.0, 10.0, 28.0, 1.0, 8 / 3),
        ("structured",),
    )
    times = np.linspace(0.0, 20.0, 2000)
    truth = [integrate(chosen, times, start) for start in (np.array([1.0, 1.0, 20.0]), np.array([-5.0, 2.0, 30.0]))]
    noisy = [states + np.random.default_rng(i).normal(0.0, 0.4, states.shape) for i, states in enumerate(truth)]
    runs = tuple(Trajectory(times, states, ("x", "y", "z"), f"run {i}") for i, states in enumerate(noisy, start=1))
    long = law(
        {
            "x": " + ".join(
                f"c{i}*{term}" for i, term in enumerate(("x", "y", "z", "x*y", "x*z", "y*z", "x**2", "y**2"))
            ),
            "y": "c8*x - c9*x*z - c10*y + c11*sin(z)*exp(-x**2/(c12 + y**2))",
            "z": "x*y - c13*z",
        },
        tuple(0.123456 * (i - 4.5) for i in range(14)),
        ("operon",),
    )
    lows, highs = (9.93, 9.94, 27.9, NAN, 2.659), (10.06, 10.05, 28.12, NAN, 2.675)
    front = (RankedLaw(chosen, 120.0, 1.01, 0.999, 17, 1.2, lows, highs), RankedLaw(long, 180.0, 1.3, 0.99, 60))
    return DiscoveryResult(
        headers={"x": "x_1", "y": "μ", "z": "T [°C]"},
        time_name="t",
        trajectories=runs,
        smoothing=Smoothing(
            tuple(map(smoothed, runs)),
            None,
            NoiseModel("additive", np.full(3, 0.4), np.full(3, 0.01), False),
            1.0,
            "kalman",
        ),
        ranking=Ranking(front, "description length"),
        verdict=Verdict("partial", "The form is supported; one constant is not determined.", (), {}),
        predictions=(
            Prediction("fit", "run 1", times, truth[0]),
            Prediction("held_out", "run 2", times, truth[1]),
        ),
        stopped_by="deadline",
        cites=("Brunton2016", "Lorenz1900"),
        provenance=provenance("lorenz.csv", "discover run lorenz.csv"),
        seconds={"search": 180.25},
    )


def nothing_found_result() -> DiscoveryResult:
    """One state, and no candidate that could be simulated."""
    times = np.linspace(0.0, 1.0, 30)
    run = Trajectory(times, np.random.default_rng(0).normal(size=(30, 1)), ("x",))
    return DiscoveryResult(
        headers={"x": "x"},
        time_name="t",
        trajectories=(run,),
        smoothing=Smoothing((smoothed(run),), None, NoiseModel("additive", np.ones(1), np.ones(1)), -1.4, "kalman"),
        ranking=Ranking((), "description length"),
        verdict=Verdict("not_found", "No law describes these data better than noise.", (), {}),
        predictions=(),
    )


@pytest.fixture(scope="session")
def lynx_hare() -> DiscoveryResult:
    """Two states, a law that was found, six laws on the front."""
    return lynx_hare_result()


@pytest.fixture(scope="session")
def lorenz() -> DiscoveryResult:
    """Three states, two runs, an unfinished search."""
    return lorenz_result()


@pytest.fixture(scope="session")
def nothing_found() -> DiscoveryResult:
    """An empty front."""
    return nothing_found_result()


@pytest.fixture(scope="session")
def drawn_once() -> Callable[[], AbstractContextManager[None]]:
    """In that context figures of a result are drawn once, whoever typesets them: they are the same bytes each time."""
    known: dict[tuple[str, int], tuple[object, object]] = {}

    def remembered(work: Callable[[object], object]) -> Callable[[object], object]:
        def once(subject: object) -> object:
            key = (work.__name__, id(subject))
            if key not in known:
                known[key] = (subject, work(subject))  # the subject is kept, so that no other comes to have its id
            _, found = known[key]
            return dict(found) if isinstance(found, dict) else found

        return once

    @contextmanager
    def context() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for module, name in ((write, "draw"), (write, "summary"), (drawing, "svg"), (drawing, "pdf")):
                patch.setattr(module, name, remembered(getattr(module, name)))
            yield

    return context


@pytest.fixture(scope="session")
def written(lynx_hare, lorenz, nothing_found, tmp_path_factory, drawn_once) -> dict[str, ReportFiles]:
    """The report of each of the three, without PDF."""
    results = {"lynx_hare": lynx_hare, "lorenz": lorenz, "nothing_found": nothing_found}
    with drawn_once():
        return {
            name: write_report(result, tmp_path_factory.mktemp(name), pdf=False) for name, result in results.items()
        }


def _sum(count: Iterator[int], terms: Iterable[str]) -> str:
    """Terms with constants of their own."""
    return " + ".join(f"c{next(count)}*{term}" for term in terms)


def many_states_result() -> DiscoveryResult:
    """Ten states with long names, equations of a dozen terms, one of them nested deeply, and 120 constants."""
    names = tuple(f"s{i}" for i in range(1, 11))
    count = iter(range(1000))
    pairs = [(other, power) for other in names[:4] for power in (1, 2, 3)]
    equations = {name: _sum(count, [f"{other}*{name}**{power}" for other, power in pairs]) for name in names[1:]}
    inner = _sum(count, [f"{name}*s2**2" for name in names])
    nested = f"({inner})/(c{next(count)} + ({inner})**2)*exp(-({inner})) + sqrt({inner})*sin({inner})"
    equations = {names[0]: nested, **equations}
    numbers = next(count)
    values = tuple(float(v) for v in np.random.default_rng(0).normal(0.0, 1.0, numbers))
    times = np.linspace(0.0, 5.0, 120)
    states = np.sin(times[:, None] + np.arange(10)) + 2.0
    run = Trajectory(times, states, names)
    chosen = Law(names, tuple(parse(text) for text in equations.values()), values, ("sindy", "structured"))
    lows, highs = tuple(v - 0.1 for v in values), tuple(v + 0.1 for v in values)
    ranked = RankedLaw(chosen, 10.0, 1.0, 0.99, 400, 1.0, lows, highs)
    findings = tuple(
        Finding(level, "The law and its forecasts were tried in more ways than a line can hold, " * 3 + "and so on.")
        for level in ("good", "caution", "bad", "note") * 2
    )
    return DiscoveryResult(
        headers={name: f"concentration_of_species_{i}_in_the_reactor [mol/m^3]" for i, name in enumerate(names)},
        time_name="seconds_since_the_experiment_started",
        trajectories=(run,),
        smoothing=Smoothing((smoothed(run),), None, NoiseModel("additive", np.ones(10), np.ones(10)), 0.0, "kalman"),
        ranking=Ranking((ranked, RankedLaw(chosen, 11.0, 1.1, 0.98, 401, 1.0, lows, highs)), "description length"),
        verdict=Verdict("found", "A law was found.", findings, {"horizon": 0.0}),
        predictions=(Prediction("fit", "", times, states),),
        notes=("Column 'x' was set aside: it is 1 throughout." * 6,),
        cites=("Brunton2016",),
        provenance=provenance("a_very_long_name_of_a_file" * 8 + ".csv", "discover run " + "data/" * 40 + "x.csv"),
    )


def many_runs_result() -> DiscoveryResult:
    """Thirty runs of a decay with long labels, a fifth kept out whole; the forecasts of one diverged."""
    chosen = law({"x": "-c0*x"}, (0.5,), ("sindy",))
    times = np.linspace(0.0, 4.0, 25)
    labels = [f"experiment {i} of the series in building 7, second floor, left bench" for i in range(30)]
    runs, predictions = [], []
    for i, label in enumerate(labels):
        states = (1.0 + i) * np.exp(-0.5 * times)[:, None]
        runs.append(Trajectory(times, states + 0.01 * np.sin(7 * times)[:, None], ("x",), label))
        predictions.append(Prediction("fit", label, times, states))
        if i % 5 == 1:
            lost = np.where(times[:, None] > 2.0, np.nan, states) if i == 6 else states
            predictions.append(Prediction("held_out", label, times, lost))
    ranked = RankedLaw(chosen, 1.0, 1.0, 0.999, 3, float("inf"), (0.49,), (0.51,))
    return DiscoveryResult(
        headers={"x": "v [m/s]"},
        time_name="t [s]",
        trajectories=tuple(runs),
        smoothing=Smoothing(
            tuple(map(smoothed, runs)), None, NoiseModel("additive", np.full(1, 0.01), np.full(1, 0.01)), 2.0, "kalman"
        ),
        ranking=Ranking((ranked,), "description length"),
        verdict=Verdict("found", "A law was found.", (), {"held_out_error": float("inf")}),
        predictions=tuple(predictions),
        provenance=provenance("runs.csv", "discover run runs.csv"),
    )


@pytest.fixture(scope="session")
def many_states() -> DiscoveryResult:
    """What is too long for a line, a table or a page."""
    return many_states_result()


@pytest.fixture(scope="session")
def many_runs() -> DiscoveryResult:
    """One state, and more runs than a page shows."""
    return many_runs_result()

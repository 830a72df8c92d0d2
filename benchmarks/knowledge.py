"""What sentences are worth: cases from measured and simulated data, each with its sentences and with none.

    python benchmarks/knowledge.py [--quick] [--seeds 3] [--kept FILE] [CASE ...]

Each case is run by the method on the data alone, with three seeds of the noise where there is noise to draw. Lines tell
the sentences, the law found, its figures and CPU seconds. Laws are compared with the truth by the form verdict; nothing
of the truth is known to the method. ``--quick`` takes one seed and the recipe without genetic search. With ``--kept``
the lines of each run are kept in a file and not computed again, so that a benchmark can be stopped and gone on with.

Sources: pendulum, oscillator: Schmidt & Lipson (2009), Science 324:81; universal differential equation: Rackauckas et
al. (2020), arXiv:2001.04385, in both published versions; cart and pole: Kaheman, Kutz & Brunton (2020), Proc. R. Soc.
A 476:20200279, as in pysindy; planets: DE421.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.integrate import solve_ivp

from discovery.symbolic.compare import compare_laws
from discovery.symbolic.parse import parse
from discovery.trajectories.read import read_csv
from discovery.types import DiscoveryResult
from pipelines.config import read
from pipelines.ode import discover_ode

MEASURED = Path(__file__).resolve().parents[1] / "datasets" / "measured"
SEEDS = 3


@dataclass(frozen=True)
class Case:
    """Data, what is told of them, and what to look at.

    Attributes:
        make: writes the data of a seed, or None where the file is there.
        own: constants that are told to differ between groups of runs.
        truth: right-hand sides by state; empty where only ``look`` judges.
        look: sentences on a result.
    """

    name: str
    laws: tuple[str, ...]
    make: Callable[[Path, int], None] | None = None
    file: str = ""
    states: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    truth: dict[str, str] = field(default_factory=dict[str, str])
    look: Callable[[DiscoveryResult], str] = lambda _: ""


def _save(path: Path, header: str, columns: Sequence[np.ndarray]) -> None:
    np.savetxt(path, np.column_stack(columns), delimiter=",", header=header, comments="")


def _solved(
    rhs: Callable[..., list[float]], start: Sequence[float], times: np.ndarray, step: float = np.inf
) -> np.ndarray:
    span = (float(times[0]), float(times[-1]))
    return solve_ivp(rhs, span, start, t_eval=times, rtol=1e-9, atol=1e-11, max_step=step).y.T


def _noisy(states: np.ndarray, share: float, seed: int) -> np.ndarray:
    """With noise of a share of each state's deviation."""
    return states + share * states.std(axis=0) * np.random.default_rng(seed).standard_normal(states.shape)


def _course(times: np.ndarray, seed: int, low: float, high: float) -> np.ndarray:
    """A sum of five waves of random frequencies and phases: an input that excites."""
    rng = np.random.default_rng(seed)
    return sum(
        (rng.uniform(0.5, 1.0) * np.sin(rng.uniform(low, high) * times + rng.uniform(0.0, 6.28)) for _ in range(5)),
        np.zeros(len(times)),
    )


def _volterra(t: float, z: np.ndarray) -> list[float]:
    del t
    return [1.3 * z[0] - 0.9 * z[0] * z[1], -1.8 * z[1] + 0.8 * z[0] * z[1]]


def volterra31(path: Path, seed: int) -> None:
    """31 points on [0, 3], noise of 5 % of the mean."""
    _volterra_at(path, np.linspace(0.0, 3.0, 31), 0.05, seed)


def volterra21(path: Path, seed: int) -> None:
    """21 points on [0, 5], noise of 0.5 % of the mean."""
    _volterra_at(path, np.linspace(0.0, 5.0, 21), 0.005, seed)


def _volterra_at(path: Path, t: np.ndarray, share: float, seed: int) -> None:
    states = _solved(_volterra, (0.44249296, 4.6280594), t)
    noise = share * states.mean(axis=0) * np.random.default_rng(seed).standard_normal(states.shape)
    _save(path, "t,x,y", [t, states + noise])


def epidemic(path: Path, seed: int) -> None:
    """SIR, of which only I is observed."""
    t = np.linspace(0.0, 60.0, 121)
    states = _solved(lambda _, z: [-0.5 * z[0] * z[1], 0.5 * z[0] * z[1] - 0.15 * z[1]], (0.99, 0.01), t)
    _save(path, "t,I", [t, _noisy(states[:, 1:], 0.01, seed)])


def driven_van_der_pol(path: Path, seed: int) -> None:
    """Van der Pol's oscillator, driven by a measured course."""
    t = np.linspace(0.0, 30.0, 601)
    u = _course(t, 1, 0.3, 2.0)
    states = _solved(
        lambda s, z: [z[1], 1.5 * (1 - z[0] ** 2) * z[1] - z[0] + 1.2 * np.interp(s, t, u)], (1.0, 0.0), t, 0.05
    )
    _save(path, "t,x,v,u", [t, _noisy(states, 0.01, seed), u])


def forced_van_der_pol(path: Path, seed: int) -> None:
    """Van der Pol's oscillator with periodic forcing."""
    t = np.linspace(0.0, 40.0, 801)
    states = _solved(lambda s, z: [z[1], (1 - z[0] ** 2) * z[1] - z[0] + 0.8 * np.cos(1.7 * s)], (1.0, 0.0), t)
    _save(path, "t,x,v", [t, _noisy(states, 0.01, seed)])


def kapitza(path: Path, seed: int) -> None:
    """A pendulum whose pivot is shaken."""
    t = np.linspace(0.0, 6.0, 1201)
    states = _solved(
        lambda s, z: [z[1], (40.0 * np.cos(20.0 * s) - 9.81) * np.sin(z[0]) - 0.3 * z[1]], (1.0, 0.0), t, 0.01
    )
    _save(path, "t,theta,omega", [t, _noisy(states, 0.01, seed)])


def cart_pole(path: Path, seed: int) -> None:
    """A pole on a cart that a force drives: pysindy's ``pendulum_on_cart`` with all its values (1 kg, 1 kg, 1 m)."""
    t = np.linspace(0.0, 8.0, 801)
    force = 2.0 * _course(t, 3, 0.5, 4.0)

    def rhs(s: float, z: np.ndarray) -> list[float]:
        f, sine, cosine = float(np.interp(s, t, force)), np.sin(z[2]), np.cos(z[2])
        below = 1.0 + sine**2
        return [
            z[1],
            (f + sine * z[3] ** 2 - 9.81 * sine * cosine) / below,
            z[3],
            (19.62 * sine - f * cosine - z[3] ** 2 * sine * cosine) / below,
        ]

    states = _solved(rhs, (0.0, 0.0, 0.3, 1.0), t, 0.01)
    _save(path, "t,x,v,theta,omega,force", [t, _noisy(states, 0.01, seed), force])


def _constants(result: DiscoveryResult) -> str:
    """Constants with intervals."""
    best = result.ranking.front[0]
    return ", ".join(
        f"c{i} = {value:.6g} ({low:.6g} … {high:.6g})"
        for i, (value, low, high) in enumerate(zip(best.law.constants, best.lows, best.highs, strict=True))
    )


def _planet(body: str) -> Callable[[Path, int], None]:
    """The rows of some bodies."""

    def make(path: Path, seed: int) -> None:
        del seed
        lines = (MEASURED / "planets_heliocentric_de421.csv").read_text(encoding="utf-8").splitlines()
        rows = [line for line in lines[1:] if line.split(",")[0] in body.split("+")]
        path.write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")

    return make


def _gm(result: DiscoveryResult) -> str:
    sun = 2.95912208286e-4
    gm = result.law.constants[0] if result.law else np.nan
    return f"GM {gm:.8g}, {100 * (gm / sun - 1):+.4f} % of the Sun's (Jupiter's own mass is +0.0955 %)"


def _gm_of_each(result: DiscoveryResult) -> str:
    """GM by body where the law has one constant of each, with intervals."""
    best, sun = result.ranking.front[0], 2.95912208286e-4
    off = [
        f"{name} {100 * (value / sun - 1):+.4f} % ({100 * (low / sun - 1):+.4f} … {100 * (high / sun - 1):+.4f})"
        for name, value, low, high in zip(best.law.told, best.law.constants, best.lows, best.highs, strict=True)
    ]
    return "off the Sun's GM: " + ", ".join(off)


VECTOR = "r = (x_au, y_au, z_au)"
LOTKA = {"x": "1.3*x - 0.9*x*y", "y": "0.8*x*y - 1.8*y"}
TOLD = ("x' = a*x + f(x, y)", "y' = -d*y + g(x, y)", "f uses x, y", "g uses x, y")
EPIDEMIC = {"I_": "0.5*S_*I_ - 0.15*I_", "S_": "-0.5*S_*I_"}
DRIVEN = {"x": "v", "v": "1.5*v - 1.5*x**2*v - x + 1.2*u"}
FORCED = {"x": "v", "v": "v - x**2*v - x + 0.8*cos(1.7*t)"}
SHAKEN = {"theta": "omega", "omega": "(40*cos(20*t) - 9.81)*sin(theta) - 0.3*omega"}
BELOW = "(1 + sin(theta)**2)"
POLE = {
    "x": "v",
    "v": f"(force + omega**2*sin(theta) - 9.81*sin(theta)*cos(theta))/{BELOW}",
    "theta": "omega",
    "omega": f"(19.62*sin(theta) - force*cos(theta) - omega**2*sin(theta)*cos(theta))/{BELOW}",
}
PENDULUM, TRACK, PLANETS = "pendulum_schmidt_lipson", "oscillator_schmidt_lipson", "planets_heliocentric_de421"
BODIES = ("mercury", "venus", "earth_moon_barycentre", "mars", "jupiter")


def _pendulum(name: str, *laws: str) -> Case:
    return Case(name, laws, file=PENDULUM, states=("theta_rad",), look=_constants)


CASES = (
    _pendulum("pendulum", "theta_rad'' = f(theta_rad, theta_rad')"),
    _pendulum("pendulum, an angle", "theta_rad'' = f(theta_rad, theta_rad')", "theta_rad angle"),
    _pendulum("pendulum, told", "theta_rad'' = -k*sin(theta_rad) - c*theta_rad'"),
    Case("oscillator", ("x'' = f(x, x')",), file=TRACK, states=("x",), look=_constants),
    Case("oscillator, told", ("x'' = -k*(x - x0) - c*x'",), file=TRACK, states=("x",), look=_constants),
    Case("Lotka-Volterra, 31 points", TOLD, volterra31, truth=LOTKA, look=_constants),
    Case("Lotka-Volterra, 21 points", TOLD, volterra21, truth=LOTKA, look=_constants),
    Case("SIR, I only", ("S' = -beta*S*I", "beta > 0"), epidemic, truth=EPIDEMIC, look=_constants),
    Case("van der Pol, driven", (), driven_van_der_pol, inputs=("u",), truth=DRIVEN),
    Case("van der Pol, forced", ("x' = v", "v' = f(x, v, t)"), forced_van_der_pol, truth=FORCED),
    Case("Kapitza", ("theta' = omega", "omega' = f(theta, omega, t)"), kapitza, truth=SHAKEN),
    Case("cart and pole", ("theta angle",), cart_pole, inputs=("force",), truth=POLE),
    Case("planets", (VECTOR, "r'' = -f(|r|)*r/|r|"), file=PLANETS, look=_gm),
    Case("planets, by body", (VECTOR, "r'' = -k*r/|r|**3"), file=PLANETS, own=("k:body",), look=_gm_of_each),
    Case("planets, inner", (VECTOR, "r'' = -f(|r|)*r/|r|"), _planet("+".join(BODIES[:4])), look=_gm),
    *(Case(f"planets, {body}", (VECTOR, "r'' = -k*r/|r|**3"), _planet(body), look=_gm) for body in BODIES),
)


def data_of(case: Case, seed: int, folder: str) -> Path:
    """The measurements, or those of a seed, which are written into the folder."""
    if case.make is None:
        return MEASURED / f"{case.file}.csv"
    path = Path(folder) / "data.csv"
    case.make(path, seed)
    return path


def run(case: Case, path: Path, laws: tuple[str, ...], seed: int, quick: bool) -> Iterator[str]:
    """Lines on one run of a case."""
    config = read("quick" if quick else "default").changed(laws=laws, own=case.own if laws else ())
    begin = time.process_time()
    result = discover_ode(read_csv(path, states=case.states, inputs=case.inputs), config)
    spent = time.process_time() - begin
    told = "; ".join(laws) or ("nothing but the inputs" if case.inputs else "nothing")
    yield f"{case.name}, seed {seed}, told {told}"
    if result.law is None:
        yield f"  no law; {spent:.0f} CPU s"
        return
    equations = result.law.equations
    yield "  " + "; ".join(f"{result.headers.get(s, s)}' = {rhs.evalf(5)}" for s, rhs in equations.items())
    yield f"  {result.verdict.status}, chi-squared per value {result.ranking.front[0].misfit:.3g}, {spent:.0f} CPU s"
    if set(case.truth) == set(equations):
        names = (*equations, *case.inputs, "t")
        values = np.vstack([run.states for run in result.smoothing.trajectories])
        region = {s: (float(v.min()), float(v.max())) for s, v in zip(equations, values.T, strict=True)}
        verdict = compare_laws(equations, {s: parse(t) for s, t in case.truth.items()}, names=names, region=region)
        yield f"  form: {verdict.verdict} ({verdict.how})"
    if laws and (words := case.look(result)):
        yield f"  {words}"


def _kept(path: Path | None) -> dict[str, list[str]]:
    """Lines of runs that were finished before, by what was run."""
    if path is None or not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["run"]: row["lines"] for row in rows}


def _keep(path: Path | None, key: str, lines: Sequence[str]) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"run": key, "lines": lines}) + "\n")


def main() -> None:
    """Runs the cases named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help="beginnings of names; all if none is given")
    parser.add_argument("--quick", action="store_true", help="one seed, without genetic search")
    parser.add_argument("--seeds", type=int, help=f"seeds of the noise where it is drawn; {SEEDS}, or 1 with --quick")
    parser.add_argument("--told-only", action="store_true", help="not without sentences")
    parser.add_argument("--kept", type=Path, help="a file for the lines of finished runs, which are not run again")
    asked = parser.parse_args()
    before, drawn = _kept(asked.kept), asked.seeds or (1 if asked.quick else SEEDS)
    for case in CASES:
        if asked.cases and not any(case.name.startswith(name) for name in asked.cases):
            continue
        for seed in range(1 if case.file or case.name.startswith("planets") else drawn):
            with TemporaryDirectory() as folder:
                path = data_of(case, seed, folder)
                of = f"{hashlib.sha256(path.read_bytes()).hexdigest()[:12]} | {'quick' if asked.quick else 'default'}"
                for laws in dict.fromkeys([case.laws] if asked.told_only else [case.laws, ()]):
                    key = f"{case.name} | {'; '.join(laws)} | {seed} | {of}"
                    if key not in before:
                        before[key] = list(run(case, path, laws, seed, asked.quick))
                        _keep(asked.kept, key, before[key])
                    print("\n".join(before[key]), flush=True)


if __name__ == "__main__":
    main()

"""Charts of each state against time that reflow on a narrow screen: the chosen law's fit, and those of all laws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from discovery.reports.curves import Curve
from discovery.reports.drawing import thin
from discovery.reports.motion import curve
from discovery.reports.naming import symbols
from discovery.reports.panels import Panel
from discovery.reports.residuals import standardised
from discovery.reports.room import of_runs, shown_inputs, shown_runs
from discovery.reports.timelines import course, measured_or_fitted
from discovery.types import DiscoveryResult, Trajectory

MOST_RUNS, MOST_STATES = 3, 6  # as in the figures
_DENSE = 200  # samples beyond which their dots would touch
MOST_ERRORS = 240  # residuals of one law in one chart: more make the page heavy, as every law has its own
_LEAST_REACH = 4.0  # deviations; noise alone stays within

Layers = Callable[[Panel, int, int], Iterable[str]]  # what is drawn over the measurements of a run and a state


@dataclass(frozen=True)
class Chart:
    """A chart of one state or input in one run, as SVG.

    Attributes:
        words: the state's name where it is not its symbol, and the run's.
        residuals: a second chart below it; empty where there is none.
    """

    state: str
    words: str
    drawing: str
    residuals: str = ""


def rival_charts(result: DiscoveryResult, drawn: Sequence[Sequence[Curve]]) -> tuple[Chart, ...]:
    """Charts with the curves of all laws, and their residuals below.

    Style rules show one law or two: what belongs to the law of rank k has the class ``k<k>``.
    """

    def layers(panel: Panel, run: int, state: int) -> Iterable[str]:
        for rank, pieces in enumerate(drawn, start=1):
            parts = [(piece.times, piece.states[:, state]) for piece in pieces if piece.run == run]
            yield panel.line(parts, f"curve k{rank}")

    charts = _charts(result, layers, "measurements and the law that is shown")
    places = ((run, state) for run in range(MOST_RUNS) for state in range(MOST_STATES))
    dimension = result.trajectories[0].dimension
    kept = [(run, state) for run, state in places if run < len(result.trajectories) and state < dimension]
    return tuple(
        replace(chart, residuals=_residuals(result, drawn, run, state))
        for chart, (run, state) in zip(charts, kept, strict=True)
    )


def _residuals(result: DiscoveryResult, drawn: Sequence[Sequence[Curve]], run: int, state: int) -> str:
    """Residuals of all laws on one scale, that of the chosen law; what lies beyond stands at its edge.

    Nothing where the run has no sample of the state, as of a velocity that the law implies.
    """
    trajectory = result.trajectories[run]
    errors = [_standardised(result, pieces, run, state) for pieces in drawn]
    if not any(len(values) for _, values in errors):
        return ""
    first = errors[0][1] if len(errors[0][1]) else np.zeros(1)
    reach = max(_LEAST_REACH, 1.15 * float(np.max(np.abs(first))))
    panel = Panel(
        (float(trajectory.times[0]), float(trajectory.times[-1])), (-reach, reach), value_name="residual / σ",
        size=(420, 92), margins=(20, 18, 18, 46),
    )  # fmt: skip
    many = " many" if len(trajectory) > _DENSE else ""
    layers = (
        panel.points(times, np.clip(values, -0.97 * reach, 0.97 * reach), f"error{many} k{rank}")
        for rank, (times, values) in enumerate(errors, start=1)
    )
    header = result.headers.get(trajectory.names[state], trajectory.names[state])
    return panel.drawing(layers, f"Residuals of {header} in standard deviations of the noise, of the law that is shown")


def _standardised(
    result: DiscoveryResult, pieces: Sequence[Curve], run: int, state: int
) -> tuple[np.ndarray, np.ndarray]:
    """Times and residuals in noise deviations, at samples spread over the curves; missing values are left out."""
    trajectory = result.trajectories[run]
    parts: list[tuple[np.ndarray, np.ndarray]] = [(np.empty(0), np.empty(0))]
    here = [piece for piece in pieces if piece.run == run and len(piece.times)]
    starts = [piece.times[0] for piece in here]
    for piece in here:
        covered = (trajectory.times >= piece.times[0]) & (trajectory.times <= piece.times[-1])
        covered &= (trajectory.times < piece.times[-1]) | (piece.times[-1] not in starts)  # it belongs to the next one
        rows = np.flatnonzero(covered & np.isfinite(trajectory.states[:, state]))[:: 1 + len(trajectory) // MOST_ERRORS]
        times = trajectory.times[rows]
        states = np.stack([np.interp(times, piece.times, column) for column in piece.states.T], axis=1)
        part = trajectory.part(rows)
        parts.append((times, standardised(result.smoothing.noise, part.states, states, part.errors)[:, state]))
    times, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = np.isfinite(values)
    return times[known], values[known]


def fit_charts(result: DiscoveryResult) -> tuple[Chart, ...]:
    """Charts of the chosen law's predictions, as in the figure of the trajectories."""
    result = of_runs(result, shown_runs(result))

    def layers(panel: Panel, run: int, state: int) -> Iterable[str]:
        label = result.trajectories[run].label
        for prediction in (p for p in result.predictions if p.label == label):
            times, states = curve(result.law, prediction)
            if prediction.kind == "held_out" and len(times):
                yield panel.band(float(times[0]), float(times[-1]), "forecast-span")
            yield panel.line([(times, states[:, state])], prediction.kind)

    return _charts(result, layers, "measurements, fit, and forecast of held-out samples") + _input_charts(result)


def _input_charts(result: DiscoveryResult) -> tuple[Chart, ...]:
    """The course of each input, lower than a state's chart."""
    names = list(result.inputs)
    charts: list[Chart] = []
    for run in result.trajectories[:MOST_RUNS]:
        for place in shown_inputs(result):
            times, values = course(run, place)
            time, header = (float(run.times[0]), float(run.times[-1])), result.inputs[names[place]]
            every = np.concatenate([one.inputs[:, place] for one in result.trajectories])
            panel = Panel(time, _room_around(every), result.time_name, size=(420, 92))
            drawing = panel.drawing([panel.line([(times, values)], "drive")], f"{header} against {result.time_name}")
            charts.append(Chart(names[place], ", ".join(filter(None, (header, run.label))), drawing))
    return tuple(charts)


def _charts(result: DiscoveryResult, layers: Layers, shown: str) -> tuple[Chart, ...]:
    charts: list[Chart] = []
    full = {symbol.identifier: symbol.stands_for for symbol in symbols(result)}
    for number, run in enumerate(result.trajectories[:MOST_RUNS]):
        for state, name in enumerate(run.names[:MOST_STATES]):
            span = _room_around(measured_or_fitted(result, state))  # a curve may leave it
            panel = Panel((float(run.times[0]), float(run.times[-1])), span, result.time_name)
            header = result.headers.get(name, name)
            description = f"{header} against {result.time_name}: {shown}"
            drawing = panel.drawing([_measured(panel, run, state), *layers(panel, number, state)], description)
            words = ", ".join(filter(None, (full[name], run.label)))
            charts.append(Chart(name, words, drawing))
    return tuple(charts)


def _measured(panel: Panel, run: Trajectory, state: int) -> str:
    kept = thin(len(run))
    return panel.points(run.times[kept], run.states[kept, state], "measured many" if len(run) > _DENSE else "measured")


def _room_around(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.09 * (high - low) or 1.0
    return low - room, high + room

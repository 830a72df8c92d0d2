"""How near a found law is to the truth: two R², the form, constants and terms.

A pure function of the found equations and the truth; it does not matter which program found them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.datasets.field import Field, Values, field_of
from discovery.datasets.simulate import integrate
from discovery.errors import ExpressionError, SimulationError
from discovery.symbolic.compare import NEGLIGIBLE, SAME_FORM, FormVerdict, Judgement, compare_laws
from discovery.symbolic.constants import shape
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.multiplied import expanded
from discovery.types import Trajectory
from pipelines.validation_truth import Truth

GOOD = 0.9  # R² above which ODEBench counts a trajectory as reconstructed (d'Ascoli et al. 2024, section 4)
LEAST = -1e6  # R² is not reported below this: by then it only says that the law is useless

# Evaluations after which a law is given up, three seconds or so. The registry's hardest trajectory takes a quarter.
MAX_RATES = 150_000

Equations = Mapping[str, sp.Expr]


@dataclass(frozen=True)
class Score:
    """What one found law is worth.

    Attributes:
        reconstruction: R² of the trajectory that was seen; 0 if the law cannot be integrated; NaN if there is nothing
            to compare with.
        unseen: the same from the initial state that was not seen.
        form: verdict against the true law; None where no law is accepted.
        how: one sentence on what decided the form.
        largest_error: relative error of the worst constant; NaN if the law is not of the true form.
        missing: terms of the true law that the found one has not.
        extra: terms of the found law that the true one has not.
        note: why the law could not be integrated; empty if it could.
    """

    reconstruction: float
    unseen: float
    form: Judgement | None
    how: str
    largest_error: float
    missing: int
    extra: int
    note: str = ""


def score(found: Equations | None, truth: Truth) -> Score:
    """Judges the right-hand sides ``found``, in the states and inputs of ``truth`` and ``t``.

    Args:
        found: None if nothing was found.
    """
    equations = found or {}
    notes: list[str] = []
    moving = truth.in_time(equations)
    reconstruction = _mean([_forecast(moving, truth, run, notes) for run in truth.seen])
    unseen = math.nan if truth.unseen is None else _forecast(moving, truth, truth.unseen, notes)
    verdict = _form(equations, truth)
    missing, extra = _terms_apart(equations, truth, verdict)
    return Score(
        reconstruction,
        unseen,
        verdict.verdict if truth.equations else None,
        verdict.how,
        verdict.largest_error,
        missing,
        extra,
        notes[0] if notes else "",
    )


def r_squared(truth: Float[np.ndarray, "time state"], predicted: Float[np.ndarray, "time state"]) -> float:
    """Variance-weighted R² of all states together; missing samples of the truth do not count."""
    with np.errstate(over="ignore", invalid="ignore"):
        error = float(np.nansum((predicted - truth) ** 2))
        spread = float(np.nansum((truth - np.nanmean(truth, axis=0)) ** 2))
    if error == 0.0:
        return 1.0
    return max(1.0 - error / spread, LEAST) if spread > 0 and math.isfinite(error) else LEAST


def _forecast(equations: Equations, truth: Truth, run: Trajectory, notes: list[str]) -> float:
    """R² of the law integrated from the first state of ``run``; 0, with a note, if it cannot be integrated."""
    if set(equations) != set(run.names):
        if equations:
            odd = ", ".join(sorted(set(equations) ^ set(run.names)))
            notes.append(f"The law is not in the states that were measured (see {odd}).")
        return 0.0
    whole = np.isfinite(run.states).all(axis=1)
    if not whole.any():
        return math.nan
    begin = int(np.argmax(whole))
    try:
        predicted = _integrated(equations, truth, run.names, run.states[begin], run.times[begin:])
    except SimulationError as error:
        notes.append(str(error))
        return 0.0
    return r_squared(run.states[begin:], predicted)


def _integrated(
    equations: Equations,
    truth: Truth,
    names: Sequence[str],
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
) -> Float[np.ndarray, "time state"]:
    """By the solver and tolerances that made the truth, so that what differs is the law.

    A law that an explicit method cannot get through is given to the implicit one: it may be stiff where the truth
    is not.

    Raises:
        SimulationError: neither gets to the last time within its evaluations.
    """
    rates = [equations[name] for name in names]
    gaps = tuple(gap for gap in truth.gaps if any(rate.has(sp.sign(gap), sp.Abs(gap)) for rate in rates))
    jumps = any(rate.has(sp.sign, sp.Min, sp.Max) for rate in rates)
    methods = (True,) if truth.stiff else (False,) if jumps else (False, True)
    failure = SimulationError("")
    for stiff in methods:
        try:
            field = _bounded(field_of(names, rates, gaps))
            return integrate(field, start, times, stiff=stiff, max_step=truth.max_step if gaps else math.inf)
        except SimulationError as error:
            failure = error
        except (NameError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            # SymPy writes some derivatives (of sign, of roots) as functions that do not exist as code.
            failure = SimulationError(f"The law cannot be made a function: {type(error).__name__} {error}.")
    raise failure


def _bounded(field: Field) -> Field:
    """The same law, which gives up after so many evaluations."""
    return replace(field, rates=_Bounded(field.rates))


class _Bounded:
    """Counts the evaluations of a function."""

    def __init__(self, function: Callable[[float, Values, Values], list[float]]) -> None:
        self.function = function
        self.left = MAX_RATES

    def __call__(self, t: float, states: Values, sides: Values) -> list[float]:
        self.left -= 1
        if self.left < 0:
            raise ArithmeticError(f"it takes more than {MAX_RATES} evaluations")
        return self.function(t, states, sides)


def _form(equations: Equations, truth: Truth) -> FormVerdict:
    if not truth.equations:
        return FormVerdict("different", "There is no accepted law to compare with.")
    if not equations:
        return FormVerdict("different", "No law was found.")
    try:
        verdict = compare_laws(equations, truth.equations, names=truth.names, region=truth.region, free=truth.free)
    except ExpressionError as error:
        return FormVerdict("different", str(error))
    if truth.free and verdict.verdict == "identical":  # there is no published value for it to agree with
        return FormVerdict("same structure", verdict.how)
    return replace(verdict, largest_error=math.nan) if truth.free else verdict


def _terms_apart(equations: Equations, truth: Truth, verdict: FormVerdict) -> tuple[int, int]:
    """Terms missing and terms too many, by the shapes of the terms of both laws multiplied out.

    Both are 0 where the verdict finds the laws equal.
    """
    if verdict.verdict in SAME_FORM or not truth.equations:
        return 0, 0
    missing = extra = 0
    for state in {*equations, *truth.equations}:
        there = _shapes(_told(equations.get(state, sp.S.Zero), truth.points, truth.points_of))
        true = _shapes(truth.equations.get(state, sp.S.Zero))
        missing += (true - there).total()
        extra += (there - true).total()
    return missing, extra


def _told(expression: sp.Expr, points: Float[np.ndarray, "point name"], names: Sequence[str]) -> sp.Expr:
    """The expression without the terms that the form verdict does not hold against it either."""
    try:
        return drop_tiny(expression, points, names)
    except ExpressionError:
        return expression


def drop_tiny(expression: sp.Expr, states: Float[np.ndarray, "point name"], names: Sequence[str]) -> sp.Expr:
    """Leaves out the terms of which the RMS is a negligible share of the expression's.

    Args:
        states: where the law is used; points at which a term is undefined are passed over.

    Returns:
        The expression as it came if nothing is dropped, else what is left of its expanded form.
    """
    whole = expanded(expression)
    terms = sp.Add.make_args(whole)
    if len(terms) < 2:
        return expression
    values = compiled([whole, *terms], names)(states)
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        return expression
    # Divided by the largest value first, so that squares of large numbers stay finite.
    largest = np.abs(values).max()
    sizes = np.sqrt(np.mean((values / largest) ** 2, axis=0)) if largest > 0 else np.zeros(len(terms) + 1)
    kept = [term for term, size in zip(terms, sizes[1:], strict=True) if size >= NEGLIGIBLE * sizes[0]]
    return expression if len(kept) in (0, len(terms)) else sp.Add(*kept)


def _shapes(expression: sp.Expr) -> Counter[str]:
    return Counter(shape(term) for term in sp.Add.make_args(expanded(expression)) if term != 0)


def _mean(values: Sequence[float]) -> float:
    told = [value for value in values if not math.isnan(value)]
    return float(np.mean(told)) if told else math.nan

"""The method: from measured trajectories to a law, its error bars and a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import sympy as sp
from threadpoolctl import threadpool_limits

from discovery import registry
from discovery.advice import Advice
from discovery.errors import EngineError
from discovery.headers import unit_of_time
from discovery.knowledge.conserved import conserved
from discovery.knowledge.groups import Grouped, in_groups
from discovery.knowledge.knowledge import Knowledge
from discovery.knowledge.units import Units
from discovery.problems.hidden import followed
from discovery.problems.left_limits import at_samples, with_left_limits
from discovery.problems.regression import regressions
from discovery.problems.settled import borne_out, settled, settled_beside
from discovery.problems.steps import PROCESS, note_of, rejoined
from discovery.protocols import NEVER, Deadline, Progress, Smoother, Witness, silent, unseen
from discovery.samples import through_samples
from discovery.selection.advise import advise
from discovery.selection.agreement import agreement
from discovery.selection.beginnings import beginnings
from discovery.selection.borne_out import against_told
from discovery.selection.contradicted import contradicted, shown
from discovery.selection.selected import Selected
from discovery.selection.twins import said_of_twins
from discovery.selection.verdict import judge
from discovery.smoothing.outliers import LeftOut, left_out, said_of, with_outliers, without_outliers
from discovery.smoothing.successive import Successive
from discovery.structure import Structure
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check
from discovery.trajectories.gaps import between_gaps
from discovery.trajectories.intersample import between_rows
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.states import check_count
from discovery.trajectories.switches import in_stretches, left_whole
from discovery.types import (
    DiscoveryProblem,
    DiscoveryResult,
    Failure,
    Finding,
    Smoothing,
    Trajectory,
    Verdict,
)
from pipelines.collecting import seldom_collected
from pipelines.config import RunConfig
from pipelines.dimensional import admitted, charging, fitting, stated
from pipelines.inertia import with_inertia
from pipelines.maps import as_map
from pipelines.owning import among, in_vain, named, with_own
from pipelines.plain import PlainNames
from pipelines.sources import cites, provenance
from pipelines.stages import SMOOTHING_SHARE, Candidates, Stages, train
from pipelines.store import Memory, Store
from pipelines.told import (
    about_the_law,
    ensure_goes_by_steps,
    headers_of,
    in_words_of_the_user,
    loosely_told,
    problem_of,
    said_of_angles,
    said_of_data,
    smoother_for,
    spoken,
    understood,
    without_settled,
)


def discover_ode(
    data: Measurements | Sequence[Trajectory],
    config: RunConfig | None = None,
    *,
    deadline: Deadline = NEVER,
    progress: Progress = silent,
    store: Store | None = None,
    witness: Witness = unseen,
) -> DiscoveryResult:
    """Finds the law behind trajectories.

    1. The trajectories are smoothed by a neural ODE, beside a classical smoother; the one that the data favour, or
       their mean, gives states and derivatives.
    2. They pose regressions, on derivatives and in weak form; networks stand first for functions that were left open.
    3. Equations that are certain are settled. Search engines propose right-hand sides and whole laws for the others,
       genetic ones for what these leave unexplained.
    4. All candidates are merged, combined to systems, their constants refined on the measured trajectories by multiple
       shooting, and ranked by description length.
    5. The best law is judged by what it forecasts without having been fitted to it, and asked what it conserves, as the
       data then have to.

    Args:
        data: measurements as read from a file, or trajectories.
        deadline: cuts the work off; the result then says so.
        store: keeps the outcome of finished stages, so that a run can be resumed.
        witness: is shown a first law within seconds, then the best laws as selection goes on. Of a run that is not
            stopped the result is the same with or without one; one that is stopped before the search has the first
            law to fall back on, and where time is bounded that is one of the candidates.

    Raises:
        DataError: the data cannot be used.
        UsageError, BackendMissing: the configuration names what is not there.
    """
    # Sums of another number of threads have other last bits, and of nearly dependent terms other laws.
    with threadpool_limits(limits=1, user_api="blas"), seldom_collected():
        config, store = config or RunConfig(), store or Memory()
        deadline = deadline if config.budget is None else deadline.sooner(config.budget)
        return _discovered(_measurements(data, config), config, deadline, progress, store, witness)


def _discovered(
    data: Measurements, config: RunConfig, deadline: Deadline, progress: Progress, store: Store, witness: Witness
) -> DiscoveryResult:
    asked, (config, inertia) = config, with_inertia(config, data)
    measurements, told = _told(data, config)
    known, units = told.known, stated(measurements, config, told.known)
    plain = PlainNames(tuple(measurements.headers), used=known is None)
    stages = Stages(config, deadline, plain.progress(progress), store, plain.witness(witness, told.owned))
    seen, runs, dimensions = told.runs, plain.enter(told.runs), units.renamed(plain.names, plain.plain)
    first = () if known else stages.first(runs)
    smoother, why, keep = _smoother(known, config, runs, stages)
    smoothing, doubts = stages.smooth(runs, smoother, keep=keep)
    outliers = left_out(kept := without_outliers(runs, smoothing)[0], seen)
    problem, failed = _posed(told, kept, smoothing, dimensions, stages)
    found, failures = stages.search(problem)
    candidates, refused = admitted(found, dimensions)
    robust, own = bool(outliers), (config.own, measurements.keys)
    selected = stages.select_first(_left(candidates, first, failures, deadline, dimensions), problem, robust=robust)
    problem, selected = _followed(*plain.leave((problem, selected)))
    problem, selected, grown = with_own(*own, problem, selected, told, stages, units, robust=robust)
    (stopped_by, rest), unit = _ended(stages), units.texts.get("t") or unit_of_time(measurements.time_name) or ""
    checked = None if measurements.trajectories[0].discrete else check(measurements)
    named_states = bool(config.data.states) or about_the_law(known, config, inertia)
    doubted = (*_set(checked, named=named_states), *_doubts(selected, problem, checked, known, rest))
    verdict = judge(selected, finished=stopped_by == "done", agreed=doubted, unit=unit, loose=loosely_told(known))
    headers = dict(headers_of(measurements, known))
    said = said_of_data((measurements, checked), known, config, problem, unit, inertia)
    columns, advice = {**measurements.inputs, **headers}, _advised(selected, problem, verdict, headers, unit, rest)
    notes = (*_notes(problem, selected, why, outliers, columns), *refused, *beginnings(selected, problem, headers))
    for one in selected.ranking.front[:1]:
        notes += tuple(said_of_angles(one.law, measurements, config))
    verdict, structure = _kept(verdict, selected, problem, advice, rest, Structure((), grown.owned, units.texts))
    result = DiscoveryResult(
        headers=headers,
        time_name=measurements.time_name,
        trajectories=with_outliers(problem.trajectories, seen) if grown.known else measurements.trajectories,
        smoothing=replace(problem.smoothing, noise=selected.noise(problem.smoothing.noise)),
        ranking=selected.ranking,
        verdict=in_words_of_the_user(verdict, columns),
        predictions=(*selected.fitted, *(selected.held_out.predictions if selected.held_out else ())),
        stopped_by=stopped_by,
        notes=(*said, *units.notes, *notes, *in_vain(config.own, len(runs), told, grown)),
        failures=tuple(Failure(one.where, plain.words(one.why)) for one in (*doubts, *failed, *failures)),
        cites=cites(config, problem),
        provenance=provenance(measurements, asked),
        seconds=dict(stages.seconds), advice=advice, structure=structure,
        inputs={**measurements.inputs, **(grown.inputs or {})}, origin=measurements.origin,
    )  # fmt: skip
    return _as_measured(result, measurements.trajectories)


def _told(measurements: Measurements, config: RunConfig) -> tuple[Measurements, Grouped]:
    """What was told, of runs that have the limits of their inputs from the left, and the measurements in these runs.

    Runs stay whole where a constant belongs to each of them, or where nothing but the law tells how a state goes on.
    """
    known = understood(measurements, config)
    jumping = known.frame.algebraic if known else ()
    judged = not (jumping or (known and known.hidden))  # all that inputs act through is measured
    if config.noise == PROCESS:  # steps are from sample to sample, whatever switches there
        measurements = between_rows(measurements, judged=judged)
        return measurements, in_groups((), known, measurements.trajectories, measurements.keys)
    whole = bool(config.own or not judged)
    measurements = between_rows(between_gaps(measurements, whole=whole), judged=judged)
    measurements = left_whole(measurements, jumping) if whole else in_stretches(measurements)
    runs = with_left_limits(measurements.trajectories)
    return measurements, in_groups(named(config.own), known, runs, measurements.keys)


def _as_measured(result: DiscoveryResult, measured: Sequence[Trajectory]) -> DiscoveryResult:
    """The result with the rows of the measurements alone."""
    curves = at_samples(result.smoothing.trajectories, measured)
    return replace(
        result,
        trajectories=at_samples(result.trajectories, measured),
        smoothing=replace(result.smoothing, trajectories=curves),
        predictions=at_samples(result.predictions, measured),
    )


def _measurements(data: Measurements | Sequence[Trajectory], config: RunConfig) -> Measurements:
    """The data, of which the configuration can make something."""
    measurements = data if isinstance(data, Measurements) else from_arrays(list(data), None)
    ensure(config, measurements)
    return as_map(measurements) if config.map else measurements


def _smoother(
    known: Knowledge | None, config: RunConfig, runs: Sequence[Trajectory], stages: Stages
) -> tuple[Smoother, str, bool]:
    """The smoother, why it is another than was asked for, and whether a run with more time would have the same."""
    if config.map or config.noise == PROCESS:  # samples of a map, or of states on which chance acts, are no curve
        return Successive(process=config.noise == PROCESS), "", True
    hurried = stages.hurried
    smoother, why = smoother_for(known, config, runs, hurried=hurried)
    return smoother, why, not (hurried and why)


def _posed(
    told: Grouped, kept: tuple[Trajectory, ...], smoothing: Smoothing, units: Units, stages: Stages
) -> tuple[DiscoveryProblem, tuple[Failure, ...]]:
    """The problem, laws charged for what is known beside the data, and networks trained for unknown functions."""
    problem = _problem(told.known, kept, smoothing, units, stages)
    return train(stages, told.known, charging(problem, units, told.surcharge, told.known))


def _followed(problem: DiscoveryProblem, selected: Selected) -> tuple[DiscoveryProblem, Selected]:
    """The problem with the chosen law's course of states that nothing measured, and of steps the records again."""
    if selected.windows.steps:
        held = selected.held_out and replace(selected.held_out, predictions=())  # single steps among the others
        selected = replace(selected, fitted=rejoined(selected.fitted, problem.trajectories), held_out=held)
    return followed(problem, selected.fitted), selected


def _notes(
    problem: DiscoveryProblem,
    selected: Selected,
    why: str,
    outliers: Sequence[LeftOut],
    headers: Mapping[str, str],
) -> Iterator[str]:
    """What was decided about the data on the way: ``why`` about the smoother, and which outliers were left out."""
    yield from filter(None, [why])
    if selected.windows.steps:
        yield note_of(problem.trajectories, len(selected.windows.starts))
    front = selected.ranking.front
    for state, rhs in borne_out(problem.settled, front[0].law).items() if front else ():
        equation = spoken(f"{state}' = {rhs}", headers)
        yield f"The equation {equation} was settled by the data before the search."
    if outliers:
        yield f"{said_of(outliers, headers)}; the loss is robust."


def _left(
    candidates: Candidates, first: Candidates, failures: Sequence[Failure], deadline: Deadline, units: Units
) -> tuple[Candidates, ...]:
    """Candidate sets to try in order until one yields a law.

    The first law leads where there are no candidates or no time is left for them, as it is refined already. Where time
    may be up before these are, it is one of them: what was shown gives way to a better law alone.

    Raises:
        EngineError: engines failed and none proposed anything, though there was time.
    """
    if first and (deadline.passed() or not candidates):
        return (first, candidates) if candidates else (first,)
    if failures and not candidates and not deadline.passed():
        whole = "\n".join(f"{failure.where}: {failure.why}" for failure in failures)
        raise EngineError(f"Every search engine failed, and without candidates there is nothing to judge.\n{whole}")
    return ((*candidates, *admitted(first, units)[0]) if deadline.moment < math.inf else candidates,)


def ensure(config: RunConfig, measurements: Measurements) -> None:
    """Before any time is spent: what the configuration names is there, and the data can be used with what was told.

    Raises:
        DataError, UsageError, BackendMissing: they cannot.
    """
    units = measurements.abreast.remedy if measurements.abreast else ""
    check_count(list(measurements.headers.values()), measurements.source, units)
    seen = as_map(measurements) if config.map else measurements
    if config.noise == PROCESS:
        ensure_goes_by_steps(config, understood(seen, config), seen.trajectories)
    stated(seen, config, in_groups(named(config.own), understood(seen, config), seen.trajectories, seen.keys).known)
    among(config.own, seen.trajectories, seen.keys)
    for name in config.engines:
        registry.ensure("search", name)
        config.make_engine(name)
    config.make_selector()


def _set(checked: DataCheck | None, *, named: bool) -> Iterator[Finding]:
    """That what was taken for a state may be an input, unless states were named or something was told of them."""
    return (Finding("caution", text) for text in (checked.unmeasured if checked and not named else ()))


def _doubts(
    selected: Selected,
    problem: DiscoveryProblem,
    checked: DataCheck | None,
    known: Knowledge | None,
    deadline: Deadline,
) -> tuple[Finding, ...]:
    """What runs do not agree on, what speaks against that which was told, and records that begin before the motion.

    And other constants with which the law is as good.
    """
    steady = checked is not None and all(one.law.autonomous for one in selected.ranking.front[:1])
    copied = [Finding("caution", text) for text in checked.copies] if checked else []
    begun = [Finding("caution", text) for text in checked.beginnings] if checked and steady else []
    told = known.conserved if known else ()
    twice = [Finding("caution", text) for text in said_of_twins(selected, problem, deadline)]
    return (*copied, *begun, *twice, *agreement(selected, deadline=deadline), *against_told(selected, told))


def _advised(
    selected: Selected,
    problem: DiscoveryProblem,
    verdict: Verdict,
    headers: Mapping[str, str],
    unit: str,
    rest: Deadline,
) -> Advice:
    """Advice on the law; no experiments for one that the data do not support."""
    supported = verdict.status != "not_found"
    return advise(selected, problem, headers=headers, unit=unit, supported=supported, deadline=rest)


def _kept(
    verdict: Verdict, selected: Selected, problem: DiscoveryProblem, advice: Advice, deadline: Deadline, told: Structure
) -> tuple[Verdict, Structure]:
    """What was told, and what the chosen law conserves, with the verdict where the data do not.

    Nothing is asked of a law that the data do not support, nor told of one.
    """
    if verdict.status == "not_found" or not selected.ranking.front or selected.windows.steps:
        return verdict, told  # nor is anything conserved where chance acts on the states
    law, curves = selected.ranking.front[0].law, problem.smoothing.trajectories
    found = conserved(
        law, curves, advice.covariance, owned=told.owned, inputs=[run.inputs for run in problem.trajectories],
        measured=through_samples(problem.trajectories, curves, selected.noise(problem.smoothing.noise)),
        deadline=deadline,
    )  # fmt: skip
    verdict = contradicted(verdict, law, found)
    return verdict, told if verdict.status == "not_found" else replace(told, invariants=shown(found))


def _problem(
    known: Knowledge | None, kept: tuple[Trajectory, ...], smoothing: Smoothing, units: Units, stages: Stages
) -> DiscoveryProblem:
    """The regressions, with what is certain settled, or with what was told taken off.

    Where inputs were named and nothing else was told, what is certain is taken off as if it had been told.
    """
    if known is None:
        problem = DiscoveryProblem(kept, smoothing, regressions(kept, smoothing))
        return problem.settling(settled(problem))
    found: Mapping[str, sp.Expr] = {}
    if not (known.sentences or stages.config.own or stages.config.map):
        plain = DiscoveryProblem(kept, smoothing, ())
        found = fitting(settled_beside(known.frame.inputs, plain), units)
        known = without_settled(known, found)
    limit = stages.deadline.sooner(SMOOTHING_SHARE * stages.deadline.remaining())
    problem = problem_of(known, kept, smoothing, stages.config, limit, stages.progress).settling(found)
    stages.cut |= limit.passed()
    return problem


def _ended(stages: Stages) -> tuple[Literal["done", "deadline", "interrupt"], Deadline]:
    """By what the work ended, and the deadline of the rest: a law is told in whole, or the result says so."""
    deadline = stages.deadline
    if deadline.stop.is_set():
        return "interrupt", deadline
    if deadline.passed():
        return "deadline", deadline
    return ("deadline" if stages.cut else "done"), NEVER

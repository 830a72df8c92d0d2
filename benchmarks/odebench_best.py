"""What the data of a case allow at best: the true form, fitted to the same measurements from its true constants."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import sympy as sp

from discovery.errors import DiscoveryError
from discovery.problems.regression import regressions
from discovery.protocols import NEVER
from discovery.registry import load as plug_in
from discovery.selection.growth import Growth, grow, levels
from discovery.selection.polish import polished
from discovery.selection.refined import canonical_law
from discovery.symbolic.compare import SAME_FORM
from discovery.types import DiscoveryProblem, Law
from pipelines.store import write
from pipelines.validation_cases import Case, corrupted
from pipelines.validation_jobs import version_of
from pipelines.validation_scoring import score
from pipelines.validation_truth import Truth, load

ROOT = Path(__file__).resolve().parents[1]
# The noise model of the default smoother is from the classical curve too.
SMOOTHER = "gaussian_process"
Record = dict[str, Any]


def records(cases: Sequence[Case], out: Path, jobs: int, *, measure: bool = True) -> dict[Case, Record]:
    """One record for each case: R² of the fitted true form, whether its constants are within 5 %, how far the worst is.

    Args:
        out: finished cases are files there, and are not done again by the same version.
        measure: whether those that are missing are worked out; else those of any version do.
    """
    version = version_of([*sorted((ROOT / "discovery").rglob("*.py")), Path(__file__)]) if measure else None
    found = {case: record for case in cases if (record := _read(_place(out, case), version)) is not None}
    waiting = [case for case in cases if case not in found] if measure else []
    context = multiprocessing.get_context("spawn")  # threads of numerical libraries do not survive a fork
    with ProcessPoolExecutor(jobs, mp_context=context) as executor:
        running = {executor.submit(best, case): case for case in waiting}
        for done in as_completed(running):
            case = running[done]
            found[case] = {"version": version, **done.result()}
            write(_place(out, case), json.dumps(found[case]).encode())
    return found


def best(case: Case) -> Record:
    """The record of a case."""
    begin = time.process_time()
    truth = load(case.system, case.start).without_inputs()
    note, found = "", None
    try:
        found = fitted(case, truth)
    except DiscoveryError as failure:
        note = str(failure)
    if found is None:  # lost on the way
        lost = {"identical": False, "error": None, "reconstruction": 0.0, "unseen": 0.0}
        return {**lost, "note": note, "cpu": time.process_time() - begin}
    told = score(found, truth)
    right = told.form in SAME_FORM
    return {
        "identical": right and told.largest_error <= 0.05,
        "error": told.largest_error if right else None,
        "reconstruction": told.reconstruction,
        "unseen": told.unseen,
        "note": told.note,
        "cpu": time.process_time() - begin,
    }


def fitted(case: Case, truth: Truth) -> Mapping[str, sp.Expr] | None:
    """The true form with the constants that refinement finds; None if it is lost on the way."""
    law, problem = posed(case, truth)
    growth = Growth()
    found, windows = grow([law], levels(problem, growth), growth, threads=1, deadline=NEVER)
    if not found:
        return None
    last = polished(found[0].fit, windows, problem.trajectories, problem.smoothing.noise, growth.shooting)
    return last.fit.law.equations


def posed(case: Case, truth: Truth) -> tuple[Law, DiscoveryProblem]:
    """The true form with its true constants, and the data with their smooth curves."""
    law = canonical_law(Law(tuple(truth.equations), tuple(truth.equations.values()), ()))
    return law, problem_of(case, truth, SMOOTHER)


def problem_of(case: Case, truth: Truth, smoother: str) -> DiscoveryProblem:
    """The measurements of a case and what a smoother makes of them."""
    runs = corrupted(case, truth)
    smoothing = plug_in("smoothing", smoother)().smooth(runs, seed=case.seed)
    return DiscoveryProblem(runs, smoothing, regressions(runs, smoothing))


def _place(out: Path, case: Case) -> Path:
    return out / "best" / f"{case.key}.json"


def _read(path: Path, version: str | None) -> Record | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if version in (None, record.get("version")) else None

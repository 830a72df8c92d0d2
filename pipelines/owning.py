"""Constants with values of their own that are found and not told: ``--own auto``.

When a law is there, each of its constants is asked whether runs agree on it. The one that gains most by values of its
own gets them, the rest of the law is sought anew, and so on while its description gets shorter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from string import ascii_lowercase
from typing import cast

import sympy as sp

from discovery.dynamics.shooting import Fit
from discovery.errors import DataError, UsageError
from discovery.knowledge.groups import MOST_GROUPS, Grouped, group_of, in_groups
from discovery.knowledge.knowledge import Knowledge
from discovery.knowledge.units import Units
from discovery.laws import Frame, Law, Told, Unknown, told_symbol, unknown_symbol
from discovery.problems.hidden import followed
from discovery.problems.regression import regressions
from discovery.problems.settled import settled
from discovery.problems.unknowns import framed
from discovery.protocols import unseen
from discovery.selection.apart import Apart, apart
from discovery.selection.growth import grow, levels
from discovery.selection.onward import NOISE_LEVEL
from discovery.selection.ranked import ranked_law
from discovery.selection.refined import freed, tied
from discovery.selection.score import score
from discovery.selection.selected import Selected
from discovery.selection.sharing import LEAD
from discovery.types import DiscoveryProblem, Ranking, Trajectory, symbol
from pipelines.stages import Stages, selector_of
from pipelines.store import Memory

AUTO = "auto"
TRIED = 3  # constants with which the law is refitted
MOST = 4  # constants that get values of their own; more than that is no law in common


def named(own: Sequence[str]) -> tuple[str, ...]:
    """What names a constant, and not how to find one.

    Raises:
        UsageError: a constant is named twice.
    """
    told = tuple(one for one in own if one.partition(":")[0].strip() != AUTO)
    constants = [one.partition(":")[0].strip() for one in told]
    for name in constants:
        if constants.count(name) > 1:
            raise UsageError(f"--own {name} is given twice. Keep the one by whose column its values differ.")
    return told


def among(own: Sequence[str], runs: Sequence[Trajectory], keys: Sequence[str]) -> None:
    """Raises UsageError where ``auto`` is to ask a column that does not tell runs apart, before any time is spent."""
    for name, _, column in (one.partition(":") for one in own):
        for run in runs if name.strip() == AUTO else ():
            group_of(run.label, column.strip(), keys)


def in_vain(own: Sequence[str], runs: int, before: Grouped, after: Grouped) -> Iterator[str]:
    """That ``auto`` found nothing, and what it looked at."""
    if after is before and any(one.partition(":")[0].strip() == AUTO for one in own):
        none = "no constant was found on which runs clearly disagree"
        yield f"own = auto: {none if runs > 1 else 'there is one run, and nothing to compare it with'}."


def with_own(
    own: Sequence[str],
    keys: Sequence[str],
    problem: DiscoveryProblem,
    selected: Selected,
    told: Grouped,
    stages: Stages,
    units: Units,
    *,
    robust: bool,
) -> tuple[DiscoveryProblem, Selected, Grouped]:
    """The law with values of their own for constants on which groups of runs do not agree; as it came without ``auto``.

    Args:
        own: ``auto`` asks each column that tells runs apart, and runs themselves; ``auto:ball`` that column.
        units: of the columns, by the names that the problem has now.
        robust: whether ``selected`` was fitted with a robust loss; costs of different losses cannot be compared.
    """
    asked = [column.strip() for name, _, column in (one.partition(":") for one in own) if name.strip() == AUTO]
    if not asked or len(problem.trajectories) < 2:
        return problem, selected, told
    columns = tuple(
        dict.fromkeys(c for one in asked for c in ([one] if one else [*(keys if len(keys) > 1 else ()), ""]))
    )
    # What was found for the runs together is kept under the same names, and a witness expects plain ones.
    stages = replace(stages, store=Memory(), witness=unseen)
    best = (problem, selected, told)
    if told.known is None:  # what laws were charged for was written in plain names, which are left
        problem = replace(problem, surcharge=units.surcharge)
    # A law of runs that differ imitates all of them; one run alone shows its form.
    for begun in chain(_from_one(problem, told, stages, robust=robust), (selected,)):
        found = (problem, begun, told)
        for _ in range(MOST):
            trial = _trial(columns, keys, *found, stages, robust=robust) if _score(found[1]) < math.inf else None
            if stages.deadline.passed() or trial is None or _score(trial[1]) > _score(found[1]) - LEAD:
                break
            found = trial
        if found[1] is not begun and _score(found[1]) < _score(best[1]) - LEAD:
            best = found
        if best[1].refined and best[1].refined[0].fit.reduced < NOISE_LEVEL:
            break  # nothing is left to be told
    return best


def _score(selected: Selected) -> float:
    """The description length by all samples, so that selections are comparable; infinite where there is no law."""
    if not selected.ranking.front or not selected.refined:
        return math.inf
    fitted = selected.refined[0].fit
    return score(fitted.law.skeletons, len(fitted.law.constants), fitted.cost, fitted.count)


def _from_one(problem: DiscoveryProblem, told: Grouped, stages: Stages, *, robust: bool) -> Iterator[Selected]:
    """The law that one run alone shows, the one of most samples, fitted to all; nothing where that has too few.

    Before that, the law in which the same term of several equations has one constant: one run may not say that it has.
    """
    index = max(range(len(problem.trajectories)), key=lambda i: len(problem.trajectories[i]))
    run, curve = problem.trajectories[index], problem.smoothing.trajectories[index]
    smoothing = replace(problem.smoothing, trajectories=(curve,), field=None)
    views = regressions((run,), smoothing)
    if told.known:
        try:
            one = framed(told.known.frame, (run,), smoothing, views, stages.config.seed, deadline=stages.deadline)
        except DataError:  # what all runs bear, one need not
            return
    else:
        one = DiscoveryProblem((run,), smoothing, views)
        one = one.settling(settled(one))
    one = replace(one, surcharge=problem.surcharge)
    front = stages.select(stages.search(one)[0], one, robust=robust).ranking.front
    growth = selector_of(stages, robust=robust).growth
    for ranked in front[:1]:
        # Numbers that were made exact for the one run are free again, and no term is added for what the runs differ in.
        law = freed(ranked.law)
        for each in filter(None, (tied(law), law)):
            refined, windows = grow([each], levels(problem, growth), growth, threads=1, deadline=stages.deadline)
            ranking = Ranking(tuple(ranked_law(item, windows) for item in refined), "")
            yield Selected(ranking, tuple(refined), windows, 0.0, None, math.inf, (), None, shooting=growth.shooting)


def _trial(
    columns: Sequence[str],
    keys: Sequence[str],
    problem: DiscoveryProblem,
    selected: Selected,
    told: Grouped,
    stages: Stages,
    *,
    robust: bool,
) -> tuple[DiscoveryProblem, Selected, Grouped] | None:
    """The law with the constant of the largest gain made the groups' own.

    None where none differs clearly, or the data are too few for so many constants.
    """
    place, column = _best(columns, keys, problem, selected, stages, robust=robust)
    if place < 0:
        return None
    frame, name = opened(selected.refined[0].law, place, told.known.frame if told.known else None)
    known = replace(told.known, frame=frame) if told.known else Knowledge((), frame)
    grown = in_groups((_asked(name, column),), known, problem.trajectories, keys)
    assert grown.known is not None
    both = Grouped(
        grown.known, grown.runs, (*told.owned, *grown.owned), {**(told.inputs or {}), **(grown.inputs or {})}
    )
    try:
        views, limit = problem.regressions, stages.deadline
        posed = framed(grown.known.frame, grown.runs, problem.smoothing, views, stages.config.seed, deadline=limit)
    except DataError:  # what is there already is kept
        return None
    posed = replace(posed, surcharge=lambda one: problem.surcharge(one) + grown.surcharge(one))
    found, _ = stages.search(posed)
    chosen = stages.select(found, posed, robust=robust)
    return followed(posed, chosen.fitted), chosen, both


def _asked(name: str, column: str) -> str:
    return f"{name}:{column}" if column else name


def _best(
    columns: Sequence[str],
    keys: Sequence[str],
    problem: DiscoveryProblem,
    selected: Selected,
    stages: Stages,
    *,
    robust: bool,
) -> tuple[int, str]:
    """The constant and the column with which the law, refitted as it is, has the shortest description.

    What each group alone makes of the law says which constants are worth a refit.
    """
    fitted = selected.refined[0].fit
    wrong = fitted.reduced > NOISE_LEVEL
    leads: list[tuple[float, str, Apart]] = []
    for column in columns:
        member = [group_of(run.label, column, keys) for run in problem.trajectories]
        groups = tuple(dict.fromkeys(member))
        if not 1 < len(groups) <= MOST_GROUPS:
            continue
        for one in apart(fitted, selected.windows, [groups.index(one) for one in member], selected.shooting):
            own, count = one.own, len(fitted.law.constants)
            # Where all differ in one proportion, the first of them differs little, and what is left says so.
            plain = own.differs(count) or (wrong and own.unlikely(count))
            if len(own.groups) == len(groups) and own.lead > LEAD and plain:
                leads.append((-own.lead, column, one))
    tried = [
        (_refitted(one, column, keys, problem, fitted, stages, robust=robust), one.place, column)
        for _, column, one in sorted(leads, key=lambda lead: lead[0])[:TRIED]
    ]
    return min(tried)[1:] if tried else (-1, "")


def _refitted(
    one: Apart,
    column: str,
    keys: Sequence[str],
    problem: DiscoveryProblem,
    fitted: Fit,
    stages: Stages,
    *,
    robust: bool,
) -> float:
    """The description length with values of their own for one constant, refitted; infinite if it cannot be."""
    law, place = fitted.law, one.place
    names = [law.told[i] if i < len(law.told) else f"c{i}" for i in range(len(law.constants))]
    put: dict[sp.Basic, sp.Basic] = {symbol(f"c{i}"): told_symbol(one) for i, one in enumerate(names)}
    templates = tuple(cast("sp.Expr", one.xreplace(put)) for one in law.skeletons)
    starts = law.frame.starts if law.frame else ()
    frame = Frame(law.states, templates, (), tuple(map(Told, names)), law.inputs, starts, law.algebraic)
    grown = in_groups((_asked(names[place], column),), Knowledge((), frame), problem.trajectories, keys)
    assert grown.known is not None
    values = [value for i, value in enumerate(one.constants) if i != place] + [*one.own.values]
    posed = replace(
        problem, trajectories=grown.runs, frame=grown.known.frame, told=(tuple(values),), parts={}, settled={}
    )
    return _score(stages.select((), posed, robust=robust))


def opened(law: Law, place: int, frame: Frame | None) -> tuple[Frame, str]:
    """The frame in which a law's terms with one of its constants are told and the rest is to be found.

    Args:
        frame: what was told of the law; without it nothing was.

    Returns:
        The frame, and the name that the constant has in it.
    """
    if frame is None:
        unknowns = tuple(Unknown(f"rest_of_{one}", law.states, tuple(map(symbol, law.states))) for one in law.states)
        frame = Frame(law.states, tuple(unknown_symbol(one.name) for one in unknowns), unknowns)
    if place < len(law.told):
        return frame, law.told[place]
    letters = _letters({*frame.states, *frame.inputs, *(one.name.partition("[")[0] for one in frame.constants)})
    put: dict[sp.Basic, sp.Basic] = {}
    more: dict[int, str] = {place: next(letters)}
    for unknown, part in zip(frame.unknowns, law.parts, strict=True):
        terms = [one for one in sp.Add.make_args(part) if symbol(f"c{place}") in one.free_symbols]
        for i in sorted({i for i in range(len(law.constants)) for one in terms if symbol(f"c{i}") in one.free_symbols}):
            more[i] = more.get(i) or (law.told[i] if i < len(law.told) else next(letters))
        stands: dict[sp.Basic, sp.Basic] = dict(zip(map(symbol, unknown.variables), unknown.arguments, strict=True))
        marks: dict[sp.Basic, sp.Basic] = {symbol(f"c{i}"): told_symbol(name) for i, name in more.items()}
        own = cast("sp.Expr", sp.Add(*terms).xreplace(stands).xreplace(marks))
        put[unknown_symbol(unknown.name)] = unknown_symbol(unknown.name) + own
    known = {one.name for one in frame.constants}
    return replace(
        frame.changed(put),
        constants=(*frame.constants, *(Told(name) for name in more.values() if name not in known)),
    ), more[place]


def _letters(taken: set[str]) -> Iterator[str]:
    """Names for constants that are not taken: letters, then letters with numbers; none that SymPy knows."""
    plain = [one for one in ascii_lowercase if one not in "cefinotx"]
    every = chain(plain, (f"{letter}{i}" for i in count(1) for letter in plain))
    return (one for one in every if one not in taken)

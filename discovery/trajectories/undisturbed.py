"""Columns without noise beside others that have some: they were set, and not measured with them."""

from __future__ import annotations

from discovery.trajectories.facts import Facts, StateFacts

# A column was hardly measured with the others where the least of their noise is this share of the deviation or more
# and so many times its own: two sensors of one experiment seldom differ by that much. Of every second known system
# without noise, as it is, rounded to one to three decimals or to three or four digits, or with a fifth of its samples,
# no column passes for disturbed; at 0.3 % of noise nearly all do.
DISTURBED, UNDISTURBED = 0.001, 30.0
# Share of the deviation above which noise leaves a column no course, which then tells nothing of the others: of 200
# records of 100 samples of white noise alone, 190 have more; where a third of the variance is a course, half have less.
LOST = 0.8


def undisturbed(facts: Facts) -> tuple[StateFacts, ...]:
    """Columns without noise where all others clearly have some: likely inputs, set and not measured.

    None where a column is in between, nor of those that belong to another: positions of which a column is the
    derivative, and columns that were computed from others. A derivative of a column with noise is set, too, as the feed
    that fills a vessel is, where other columns with noise belong to no such pair. A relation that holds but within the
    noise of the others says nothing: whatever drives a slow system goes along with it.
    """
    states = [state for state in facts.states if not apart(state)]
    disturbed = [state for state in states if _is_disturbed(state)]
    if not disturbed:
        return ()
    most = min(state.noise_share for state in disturbed) / UNDISTURBED
    quiet = tuple(state for state in states if state.noise_share <= most)
    moving = (*facts.velocities, *facts.derived, *((one.position, one.velocity) for one in facts.multiples))
    paired = {name for pair in moving for name in pair}
    fed = any(state.name not in paired for state in disturbed)
    related = {position for position, _ in moving} | (set[str]() if fed else paired)
    related |= {name for pair in facts.sums for name in pair}
    exact = (relation for relation in facts.relations if relation.exact)
    related |= {facts.states[place].name for relation in exact for place in relation.states}
    belong = any(state.name in related for state in quiet)
    return () if belong or len(quiet) + len(disturbed) < len(states) else quiet


def outside(facts: Facts) -> tuple[str, ...]:
    """Headers of the columns that have one course in all runs where any has noise, which would differ between them."""
    return facts.common if any(_is_disturbed(state) for state in facts.states if not apart(state)) else ()


def apart(state: StateFacts) -> bool:
    """Whether it is no measured course: a switch, a clock, a constant, or nothing but noise."""
    return state.coarse or state.straight or not state.deviation > 0.0 or has_no_course(state)


def lost(facts: Facts) -> tuple[StateFacts, ...]:
    """Columns that show nothing but noise, beside others that have a course."""
    found = tuple(state for state in facts.states if has_no_course(state))
    return found if len(found) < len(facts.states) else ()


def courses(facts: Facts) -> tuple[StateFacts, ...]:
    """All states but those, and those that were computed from others."""
    without, computed = lost(facts), {name for _, name in facts.derived}
    return tuple(state for state in facts.states if state not in without and state.name not in computed)


def has_no_course(state: StateFacts) -> bool:
    """Whether its neighbours say nothing of a sample, as of noise, or of steps of a map."""
    return state.noise_share > LOST and not (state.bounded or state.switched)


def _is_disturbed(state: StateFacts) -> bool:
    """Whether what neighbours leave is noise, and neither the polynomials' error nor that of few digits."""
    return state.noise_share >= DISTURBED and not state.bounded and state.noise >= state.resolution

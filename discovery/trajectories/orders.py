"""Of which order the law of the states has to be, as a sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence

from discovery.trajectories.derived import is_place
from discovery.trajectories.doses import names_of_doses, repeated
from discovery.trajectories.facts import MOST_MOVING, NOISY, Facts
from discovery.trajectories.undisturbed import courses

# Share of the range of a state that its start is off zero, at least, where it does not grow from nothing.
AWAY = 0.5


def oscillates_alone(facts: Facts) -> bool:
    """Whether the only column with a course comes and goes.

    Solutions of an autonomous equation of first order are monotonic. One turn that no noise explains will do, as that
    of a ball that was thrown up.

    Those of a driven one are not, so that there the courses of inputs must not explain it. Where neighbours say little
    of a sample, as of the steps of a map, it has no course that could turn; nor have quantities of a long table that
    pass for runs.
    """
    if len(courses(facts)) != 1 or (facts.inputs and not facts.inertia) or melted(facts):
        return False
    (state,) = courses(facts)
    return state.clear_turns > 0 and not state.coarse and state.noise_share <= NOISY


def melted(facts: Facts) -> bool:
    """Whether runs are quantities of a long table."""
    return facts.measurements.melted is not None and facts.measurements.melted.certain


def orders_of(facts: Facts) -> tuple[str, ...]:
    """Sentences that the states are of second order, where no law of first order will do and one of second does.

    None where a column is to be left out first, nor where constants of their own may be why runs differ.
    """
    if facts.derived:
        return of_places(facts)
    surplus = any(one.surplus >= 0 and one.exact for one in facts.relations)
    clear = oscillates_alone(facts) if len(courses(facts)) == 1 else facts.inertia
    few = len(facts.states) <= MOST_MOVING
    clear = clear or (facts.parting and few and repeated(facts))
    clear = clear or (facts.crossing is not None and (repeated(facts) or _begins_alike(facts)))
    return second_order(facts) if clear and not (surplus or melted(facts)) else ()


def _begins_alike(facts: Facts) -> bool:
    """Whether runs that pass a value at different rates begin at one state and do not part there.

    Constants of their own make runs differ at once, but where nothing moves whatever these are; that is zero, of what
    grows.
    """
    (state, *others), one = facts.states, facts.crossing
    return not others and one is not None and facts.same_start and abs(one.start) > AWAY * (state.high - state.low)


def of_places(facts: Facts) -> tuple[str, ...]:
    """Sentences that places are of second order whose velocities were computed from them and are to be left out.

    Of what else a derivative was computed from, as of a temperature, the law may be of first order, unless it comes and
    goes alone.
    """
    if oscillates_alone(facts):
        return second_order(facts)
    kept = {state.name: state.header for state in courses(facts)}
    headers = {state.name: state.header for state in facts.states}
    pairs = [(root, headers[name]) for root, name in facts.derived if root in kept]
    places = dict.fromkeys(root for root, velocity in pairs if is_place(kept[root], velocity))
    return second_order(facts, [*places]) if places else ()


def second_order(facts: Facts, of: Sequence[str] = ()) -> tuple[str, ...]:
    """Sentences that states are of second order, all unless some are named, with what drives them."""
    every = [state.name for state in courses(facts)]
    names = [*of] or every
    driving = (*(one for one in every if one not in names), *drives(facts), *names_of_doses(facts))
    inside = ", ".join((*names, *(f"{name}'" for name in names), *driving))
    free = [f"f{number}" for number in range(1, 2 * len(names) + len(driving) + 1)]
    letters = [one for one in (*"fghFGH", *free) if one not in {*names, *driving}]
    return tuple(f"{name}'' = {letter}({inside})" for name, letter in zip(names, letters, strict=False))


def drives(facts: Facts) -> tuple[str, ...]:
    """Names of the inputs."""
    return tuple(one.name for one in facts.inputs)

"""What a user should know of columns that belong together, and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from discovery.trajectories.alert import Alert
from discovery.trajectories.facts import Facts
from discovery.trajectories.orders import of_places
from discovery.trajectories.relations import EXACT, Relation
from discovery.trajectories.relations_in_words import words
from discovery.trajectories.undisturbed import courses
from discovery.wording import joined, listed

DISPARATE = 1e6  # ratio of scales that is large


def of_relations(facts: Facts) -> Iterator[Alert]:
    """Alerts of combinations that stay the same, of sums and derivatives, and of scales far apart."""
    beside, time = facts.measurements.abreast, facts.measurements.time_name
    if beside is not None and beside.time:
        return  # runs of one law, row by row at other times
    for relation in facts.relations:
        yield _of_relation(relation, facts)
    headers = {state.name: state.header for state in facts.states}
    for total, part in ((headers[total], headers[part]) for total, part in facts.sums):
        yield Alert(
            "caution", "sum",
            f"{total} is the running sum of {part}: each error of {part} stays in {total} from then on.",
            f"Leave one out with --states. Errors of {part} are independent of each other, as a fit takes them to be; "
            f"those of {total} are not, and look small.", (total, part),
        )  # fmt: skip
    yield from _of_derived(facts, headers)
    computed = {name for _, name in facts.derived}
    for position, velocity in (pair for pair in facts.velocities if pair[1] not in computed):
        yield Alert("note", "velocity", *_of_velocity((position, velocity), facts, headers),
                    (headers[position], headers[velocity]))  # fmt: skip
    for one in (pair for pair in facts.multiples if pair.velocity not in computed):
        yield Alert(
            "note", "velocity",
            f"{headers[one.velocity]} is {one.factor:.4g} times the derivative of {headers[one.position]}, by "
            "their units.",
            f"Choose units in which that factor is 1, of {time} too: then that equation needs no search.",
            (headers[one.position], headers[one.velocity]),
        )  # fmt: skip
    scales = [state.deviation for state in facts.states if state.deviation > 0.0]
    if scales and max(scales) > DISPARATE * min(scales):
        yield Alert(
            "note", "scales", f"The states differ in scale by a factor of {max(scales) / min(scales):.1g}.",
            "Units in which both are near 1 make constants that can be read.",
        )  # fmt: skip


def _of_velocity(pair: tuple[str, str], facts: Facts, headers: Mapping[str, str]) -> tuple[str, str]:
    """What is to be said of a position and its velocity, and what follows."""
    position, velocity = (headers[name] for name in pair)
    if pair in facts.nearly:
        return (
            f"{velocity} is nearly the derivative of {position}, but more than noise is left.",
            "The search looks for what else changes it.",
        )
    return f"{velocity} is the derivative of {position}.", "That equation needs no search."


def _of_derived(facts: Facts, headers: Mapping[str, str]) -> Iterator[Alert]:
    """Of derivatives that were computed from a column; what to do about all of them is said once for each."""
    laws = "".join(f' --law "{law}"' for law in of_places(facts)) if facts.derived else ""
    whole = {state.name for state in courses(facts)} | {root for root, _ in facts.derived}
    kept = shlex.quote(joined([state.header for state in facts.states if state.name in whole]))
    for root in dict.fromkeys(root for root, _ in facts.derived):
        names = [headers[name] for other, name in facts.derived if other == root]
        are, it = ("was", "it") if len(names) == 1 else ("were", "them")
        yield Alert(
            "caution", "computed",
            f"{listed(names)} {are} computed from {headers[root]}, noise and all, it seems: nobody measured {it}.",
            f"Leave {it} out, --states {kept}{laws}: errors that neighbours share pass for part of the law.",
            (headers[root], *names),
        )  # fmt: skip


def _of_relation(relation: Relation, facts: Facts) -> Alert:
    headers = facts.headers
    about = tuple(headers[place] for place in relation.states)
    said = words(relation, headers)
    if not relation.everywhere:
        return Alert(
            "note", "conserved", f"{said} stays the same within each run.",
            "A conserved quantity: terms that differ by it cannot be told apart within a run.", about,
        )  # fmt: skip
    if relation.surplus >= 0 and relation.exact:
        surplus = headers[relation.surplus]
        return Alert(
            "caution", "surplus", f"{said} holds exactly: {surplus} was computed from the others.",
            f"Leave {surplus} out: it adds nothing, and makes terms that cannot be told apart.", about,
        )  # fmt: skip
    within = "exactly" if relation.exact else "within the noise"
    known = relation.surplus < 0 or facts.states[relation.surplus].noise < EXACT * relation.noise
    more = "" if known else f", or leave {headers[relation.surplus]} out if it must be so"
    return Alert(
        "caution", "relation", f"{said} holds {within} on all data.",
        f"Terms that differ by it cannot be told apart; measure where it does not hold{more}.", about,
    )  # fmt: skip

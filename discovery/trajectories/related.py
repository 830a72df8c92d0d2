"""What a user should know of columns that belong together, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from discovery.trajectories.alert import Alert
from discovery.trajectories.facts import Facts
from discovery.trajectories.relations import Relation
from discovery.trajectories.relations_in_words import words

DISPARATE = 1e6  # ratio of scales that is large


def of_relations(facts: Facts) -> Iterator[Alert]:
    """Alerts of combinations that stay the same, of sums and derivatives, and of scales far apart."""
    if facts.abreast is not None and facts.abreast.time:
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
    for position, velocity in facts.velocities:
        yield Alert(
            "note", "velocity", f"{headers[velocity]} is the derivative of {headers[position]}.",
            "That equation needs no search.", (headers[position], headers[velocity]),
        )  # fmt: skip
    for one in facts.multiples:
        yield Alert(
            "note", "velocity",
            f"{headers[one.velocity]} is {one.factor:.4g} times the derivative of {headers[one.position]}, by "
            "their units.",
            f"Choose units in which that factor is 1, of {facts.time_name} too: then that equation needs no search.",
            (headers[one.position], headers[one.velocity]),
        )  # fmt: skip
    scales = [state.deviation for state in facts.states if state.deviation > 0.0]
    if scales and max(scales) > DISPARATE * min(scales):
        yield Alert(
            "note", "scales", f"The states differ in scale by a factor of {max(scales) / min(scales):.1g}.",
            "Units in which both are near 1 make constants that can be read.",
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
    more = "" if relation.surplus < 0 else f", or leave {headers[relation.surplus]} out if it must be so"
    return Alert(
        "caution", "relation", f"{said} holds {within} on all data.",
        f"Terms that differ by it cannot be told apart; measure where it does not hold{more}.", about,
    )  # fmt: skip

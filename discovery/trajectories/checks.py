"""`discover check`: what is in the data, and what to do about it, before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from discovery.files import finite
from discovery.trajectories.alert import Alert
from discovery.trajectories.alerts import alerts
from discovery.trajectories.doses import doses
from discovery.trajectories.facts import Facts, facts
from discovery.trajectories.mapped import is_map
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.orders import orders_of, oscillates_alone
from discovery.trajectories.relations_in_words import words
from discovery.trajectories.undisturbed import lost, outside, undisturbed
from discovery.trajectories.wrapped import may_be_angle

SET = "undisturbed"  # the subject of an alert of columns that are set and not measured, it seems


@dataclass(frozen=True)
class DataCheck:
    """Figures and alerts; the serious alerts come first.

    Attributes:
        mapped: whether rows are steps of a map, it seems.
    """

    facts: Facts
    alerts: tuple[Alert, ...]
    mapped: bool = False

    @property
    def surplus(self) -> tuple[str, ...]:
        """Headers of columns that others give, exactly or as derivatives, that add others up, or that are clocks."""
        states = self.facts.states
        exact = [states[one.surplus].header for one in self.facts.relations if one.surplus >= 0 and one.exact]
        totals = {total for total, _ in self.facts.sums} | {name for _, name in self.facts.derived}
        exact += [state.header for state in states if state.name in totals]
        clocks = [state.header for state in states if state.straight and len(states) > 1]
        found = tuple(dict.fromkeys((*exact, *clocks)))
        return found if len(found) < len(states) else ()

    @property
    def switches(self) -> tuple[str, ...]:
        """Headers of columns that look like inputs: of so few values as a switch has, set and so without noise, or the
        same in all runs.

        Those with gaps that no input may have are left out: a command with them would end with an error.
        """
        quiet = {*outside(self.facts), *(one.header for one in undisturbed(self.facts))}
        states = self.facts.states
        found = tuple(one.header for one in states if one.gapless and (one.switched or one.header in quiet))
        return found if len(found) < len(self.facts.states) else ()

    @property
    def lost(self) -> tuple[str, ...]:
        """Headers of columns that show nothing but noise, beside others: better left out, unless rows are steps."""
        return () if self.mapped else tuple(one.header for one in lost(self.facts))

    @property
    def doses(self) -> tuple[str, ...]:
        """Headers of columns that tell runs apart, and are likely inputs, too."""
        return doses(self.facts)

    @property
    def angles(self) -> tuple[str, ...]:
        """Settings that tell the unit of what looks like a wrapped angle and is called so, by which a run unwraps it.

        Of another name it may be a sawtooth, of which that would make a line: its alert has the setting.
        """
        found = (one for one in self.facts.states if one.wrapped and may_be_angle(one.header))
        return tuple(one.wrapped.setting(one.name) for one in found if one.wrapped and not one.wrapped.told)

    @property
    def pulses(self) -> tuple[str, ...]:
        """Those of them that come in pulses, which no line from sample to sample follows."""
        pulsed = [one.header for one in self.facts.states if one.pulsed]
        return tuple(header for header in self.switches if header in pulsed)

    @property
    def laws(self) -> tuple[str, ...]:
        """Sentences on the law that the data call for: of second order where states move so; or none."""
        return orders_of(self.facts)

    @property
    def inert(self) -> bool:
        """Whether these sentences are the only way that the states, which nothing drives, can have a law."""
        alone = oscillates_alone(self.facts) or self.facts.inertia
        return bool(self.laws) and alone and not (self.facts.inputs or self.facts.derived)

    @property
    def law(self) -> str:
        """The sentence where the data call for one alone."""
        return self.laws[0] if len(self.laws) == 1 else ""

    @property
    def beginnings(self) -> tuple[str, ...]:
        """What a verdict should say of records that begin before the motion, and what to do about it."""
        return tuple(f"{alert.text} {alert.advice}" for alert in self.alerts if alert.subject == "rest")

    @property
    def copies(self) -> tuple[str, ...]:
        """What a verdict should say of runs that are the same numbers."""
        return tuple(f"{alert.text} {alert.advice}" for alert in self.alerts if alert.subject == "copies")

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """What a verdict should say of states that were set and not measured, it seems, where nobody said they are."""
        return tuple(f"{alert.text} {alert.advice}" for alert in self.alerts if alert.subject == SET)

    def notes_on(self, *, hidden: bool, told: bool = False, named: bool = False) -> tuple[str, ...]:
        """What a report should say of the data: all alerts that call for caution, one sentence each.

        So are columns that look like runs side by side, unless something was ``told`` or they were ``named`` as states.
        Of which order a law can be is no matter of the data: the verdict says it, where it matters, and of records that
        begin at rest (:attr:`beginnings`) or states that were set (:attr:`unmeasured`), unless told or named. Where the
        law has states that nothing measured, ``hidden``, it is not known where runs begin. Where one law cannot hold in
        all runs and nothing was ``told`` of it, what to do is said, too.
        """
        aside = (
            "order",
            "rest",
            "wide",
            "copies",
            *(("starts",) if hidden else ()),
            *(() if told or named else (SET,)),
        )
        found = tuple(
            f"{alert.text} {alert.advice}"
            if alert.subject == "map" or (alert.subject == "computed" and not told)
            else alert.text
            for alert in self.alerts
            if alert.level != "note" and alert.subject not in aside
        )
        asked = not (told or hidden or named)
        wide = [one for one in self.alerts if one.subject == "wide" and (asked or one.level != "note")]
        found = (*(f"{one.text} {one.advice}" for one in wide), *found)
        if told or hidden or self.facts.crossing is None:
            return found
        return (*found, *(f"{one.text} {one.advice}" for one in self.alerts if one.subject == "order"))


def check(measurements: Measurements) -> DataCheck:
    """Looks at the measurements; takes a fraction of a second for ten thousand rows."""
    found = facts(measurements)
    mapped = is_map(measurements.trajectories, found)
    # What nothing tells of a map's state is no noise that another column could be computed with.
    found = replace(found, derived=()) if mapped else found
    return DataCheck(found, alerts(found, mapped=mapped), mapped)


def document(checked: DataCheck) -> Mapping[str, Any]:
    """The check as a JSON document; what is not finite is None."""
    found = checked.facts
    return finite(
        {
            "schema": 1,
            "file": found.measurements.source,
            "time": found.measurements.time_name,
            "rows": found.rows,
            "runs": [asdict(run) for run in found.runs],
            "sampling": asdict(found.steps),
            "states": [
                {
                    **asdict(state),
                    "noise_share": state.noise_share,
                    "samples_per_oscillation": found.samples_per_oscillation(state),
                }
                for state in found.states
            ],
            "inputs": [asdict(one) for one in found.inputs],
            "relations": [
                {"text": words(one, found.headers), **asdict(one), "exact": one.exact} for one in found.relations
            ],
            "velocities": [list(pair) for pair in found.velocities],
            "derived": [list(pair) for pair in found.derived],
            "sums": [list(pair) for pair in found.sums],
            "multiples": [asdict(one) for one in found.multiples],
            "alerts": [asdict(alert) for alert in checked.alerts],
            "notes": list(found.measurements.notes),
            "surplus": list(checked.surplus),
            "switches": list(checked.switches),
            "doses": list(checked.doses),
            "lost": list(checked.lost),
            "map": checked.mapped,
            "law": checked.law,
            "laws": list(checked.laws),
        }
    )

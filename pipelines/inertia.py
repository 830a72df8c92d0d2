"""Laws of second order where nothing was told, and none of first order of the columns can hold."""

from __future__ import annotations

from discovery.problems.steps import PROCESS
from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.monotone import turns_back
from discovery.trajectories.orders import oscillates_alone
from discovery.wording import listed
from pipelines.config import RunConfig


def with_inertia(config: RunConfig, measurements: Measurements) -> tuple[RunConfig, str]:
    """The configuration with sentences of second order where the data leave no other way, and why; else as it came.

    A single column that turns back follows no law x' = f(x), as an angle or a position does not; nor do two or three
    positions whose changes no law of first order explains. Whoever tells anything of the law, as x' = f(x), is heard.

    Of 440 records of the registry, each system at noise of 0, 2, 5 and 10 %, none that has a law of first order is
    taken for one of second; nor is any of 40 decays each with noise of two parts, of counts, or with tails.
    """
    told = config.laws or config.own or config.map or config.noise == PROCESS or measurements.inputs
    if told or measurements.trajectories[0].discrete:
        return config, ""
    checked = check(measurements)
    if not checked.inert or checked.switches or checked.doses:
        return config, ""
    runs = measurements.trajectories
    if oscillates_alone(checked.facts) and not any(turns_back(runs, state) for state in range(runs[0].dimension)):
        return config, ""
    why = next(one.text for one in checked.alerts if one.subject == "order")
    looked = f"Laws of second order were looked for, {listed(checked.laws)}; name with --inputs what else may drive it."
    return config.model_copy(update={"laws": checked.laws}), f"{why} {looked}"

"""The method as a whole: what is done again where it left no law."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryResult, Law, NoiseKind, Ranking
from pipelines import ode
from pipelines.config import RunConfig

Make = Callable[..., DiscoveryResult]


@pytest.mark.parametrize(
    ("kind", "estimated", "stopped_by", "asked"),
    [
        ("lognormal", True, "done", ["auto", "proportional"]),
        ("lognormal", False, "done", ["auto"]),
        ("lognormal", True, "deadline", ["auto"]),
        ("proportional", True, "done", ["auto"]),
    ],
)
def test_without_a_law_on_a_logarithmic_scale_noise_is_proportional(
    kind: NoiseKind,
    estimated: bool,
    stopped_by: str,
    asked: list[str],
    circle: Measurements,
    result_of: Make,
    law_of: Callable[..., Law],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A course that falls to zero has no logarithm. The settings told of are those that were asked for; a note says it.

    Not where the noise was told, nor where time is up.
    """
    found = result_of(law_of({"x": "c0*y", "y": "-c1*x"}, 1.0, 4.0), (1.0, 0.0))
    noises: list[str] = []

    def discovered(_: object, config: RunConfig, *__: object) -> DiscoveryResult:
        noises.append(config.noise)
        again = config.noise != "auto"
        noise = replace(found.smoothing.noise, kind=config.noise if again else kind, estimated=estimated and not again)
        ranking = found.ranking if again else Ranking((), "")
        smoothing = replace(found.smoothing, noise=noise)
        return replace(found, ranking=ranking, smoothing=smoothing, stopped_by=stopped_by)  # type: ignore[arg-type]

    monkeypatch.setattr(ode, "_discovered", discovered)
    result = ode.discover_ode(circle, RunConfig())
    assert asked == noises
    assert (len(asked) > 1) == (ode.POSITIVE in result.smoothing.notes) == bool(result.ranking.front)
    if len(asked) > 1:
        assert ("proportional", True) == (result.smoothing.noise.kind, result.smoothing.noise.estimated)
        assert ode.provenance(circle, RunConfig()) == result.provenance

"""How long beginnings of a hidden course are tried."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from discovery.problems import closed_loop
from discovery.problems.latent import Latent
from discovery.protocols import NEVER


@pytest.mark.parametrize(("first", "tried"), [(0.9, 1), (0.1, 12), (3.0, 12)])
def test_beginnings_are_tried_until_one_is_at_the_noise(
    first: float, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far below it, the noise was taken for too large, and a wrong law may fit as well: the others are tried, too."""
    followed: list[tuple[float, ...]] = []

    def follow(_: Latent, values: tuple[float, ...]) -> tuple[float, tuple[float, ...]]:
        followed.append(values)
        return first + 0.01 * len(followed), values

    monkeypatch.setattr(closed_loop, "_followed", follow)
    latent: Any = SimpleNamespace(frame=SimpleNamespace(unknowns=()), misfit=lambda values: 1.0)
    beginnings = [(float(place), (float(place),)) for place in range(20)]
    found = closed_loop.closed_loop(cast("Latent", latent), beginnings, NEVER)
    assert found == (first + 0.01, (0.0,))
    assert len(followed) == tried

"""The methods paragraph tells exactly what ran."""

from dataclasses import replace

import pytest

from discovery import registry
from discovery.reports.methods import methods
from discovery.types import Failure


@pytest.mark.parametrize(
    ("stage", "name"), [(stage, name) for stage in ("smoothing", "search") for name in registry.plugins(stage)]
)
def test_every_plug_in_is_described_with_all_its_papers(stage, name, decay):
    """No key of a plug-in that ran is left to the sentence for the rest."""
    config = {"smoother": name, "engines": []} if stage == "smoothing" else {"smoother": "kalman", "engines": [name]}
    method = name if stage == "smoothing" and name != "auto" else "kalman"
    cites = registry.plugins(stage)[name].cites
    smoothing = replace(decay.smoothing, method=method)
    told = methods(replace(decay, smoothing=smoothing, cites=cites, provenance={"config": config}))
    assert set(cites) == {key for sentence in told for key in sentence.keys}
    assert "described elsewhere" not in told[-1].text


def test_only_what_is_cited_is_referred_to(decay):
    """A paper of a part that did not run is not named; one that no sentence knows has a sentence of its own."""
    assert {"Sarkka2023", "Brunton2016"} == {key for sentence in methods(decay) for key in sentence.keys}
    assert ("Nobody1900",) == methods(replace(decay, cites=("Nobody1900",)))[-1].keys


def test_an_engine_that_failed_did_not_run(decay):
    """It is told of as a failure, not as a part of the method."""
    failed = methods(replace(decay, failures=(Failure("search operon", "not installed"),)))
    assert any("PyOperon" in sentence.text for sentence in methods(decay))
    assert not any("PyOperon" in sentence.text for sentence in failed)


def test_the_mean_of_two_curves_is_called_that(decay):
    """And the choice between them is told where it was one."""
    smoothing = replace(decay.smoothing, method="neural_ode + kalman")
    first, *_ = methods(replace(decay, smoothing=smoothing, provenance={"config": {"smoother": "auto"}}))
    assert first.text.startswith("Samples were smoothed by the mean of a neural ODE")
    assert "what the data favour" in first.text


def test_without_a_configuration_the_engines_are_those_of_the_laws(decay):
    """As in results made by hand."""
    texts = [sentence.text for sentence in methods(replace(decay, provenance={}))]
    assert any(text.startswith("SINDy") for text in texts)
    assert any(text.startswith("PyOperon") for text in texts)

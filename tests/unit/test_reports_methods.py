"""The methods paragraph tells exactly what ran."""

from dataclasses import replace

import pytest

from discovery import registry
from discovery.reports.context import context
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


def test_the_rule_rests_on_papers_on_description_lengths_and_the_fit_on_one_on_shooting(decay):
    """Each sentence cites what it is about, and papers are numbered as they are named."""
    cites = ("Schwarz1978", "Bartlett2023", "Bock1983", "Sarkka2023")
    found = replace(decay, cites=cites, ranking=replace(decay.ranking, rule="N log(chi2/N); the shortest wins."))
    keys = {sentence.text: sentence.keys for sentence in methods(found)}
    fit, rule = (next(keys[one] for one in keys if word in one) for word in ("multiple shooting", "N\u00a0log(χ²/N)"))
    assert (("Bock1983",), ("Schwarz1978", "Bartlett2023")) == (fit, rule)
    numbers = [place for _, places in context(found, ())["method_sentences"] for place in places]
    assert [1, 2, 3, 4] == numbers

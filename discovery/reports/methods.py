"""The methods paragraph: what ran, a sentence for each part, with the keys of the papers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from discovery.laws import NO_ENGINES
from discovery.reports.rounding import plain
from discovery.types import DiscoveryResult

_UNIVERSAL = "universal"
_SMOOTHERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "auto": ("", ("Rasmussen2006", "Sarkka2023")),
    "gaussian_process": (
        "a Gaussian process with a Matérn-7/2 covariance, in state-space form",
        ("Rasmussen2006", "Hartikainen2010"),
    ),
    "kalman": ("a Kalman smoother, its prior a thrice integrated Wiener process", ("Sarkka2023",)),
    "spline": (
        "a quintic smoothing spline, its roughness set by generalised cross-validation",
        ("Craven1979", "Wahba1978", "Wahba1983"),
    ),
    "local_polynomial": (
        "local polynomials, their bandwidth set by leave-one-out cross-validation",
        ("Cleveland1979", "Fan1996"),
    ),
    "neural_ode": (
        "a neural ODE, fitted by collocation and by multiple shooting, regularised by its evidence",
        ("Chen2018", "Roesch2021", "Turan2022", "MacKay1992", "Foresee1997", "Rasmussen2006", "Sarkka2023"),
    ),
    _UNIVERSAL: (
        "a universal differential equation, the form of the law with a network for each unknown function, fitted by "
        "collocation and by multiple shooting",
        ("Rackauckas2020", "Chen2018", "Roesch2021", "MacKay1992"),
    ),
}
_ENGINES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sindy": (
        "SINDy took paths of thresholds through libraries that grow, on smoothed derivatives and in weak form, by "
        "STLSQ, SR3 and bagged ensembles",
        ("Brunton2016", "Champion2020", "Fasel2022", "Kaptanoglu2022", "Messenger2021"),
    ),
    "structured": (
        "structured search eliminated terms on the trajectories, took best subsets of every size, and tried shapes "
        "with inner constants, fractions by implicit regression among them",
        ("Miller2002", "Messenger2021", "Sanathanan1963"),
    ),
    "operon": ("PyOperon evolved expressions, for equations that the others left unexplained", ("Burlacu2020",)),
    "pysr": ("PySR evolved expressions, for equations that the others left unexplained", ("Cranmer2023",)),
}
SUCCESSIVE = "successive samples"  # the method where nothing is smoothed
TOLD = "told"  # the source of a law whose form a user gave
_SHOOTING, _LENGTH = ("Bock1983",), ("Schwarz1978", "Bartlett2023")  # of multiple shooting, of description lengths


@dataclass(frozen=True)
class Sentence:
    """A sentence of the methods.

    Attributes:
        keys: of the papers that it rests on, all of them cited by the result.
    """

    text: str
    keys: tuple[str, ...] = ()


def methods(result: DiscoveryResult) -> tuple[Sentence, ...]:
    """What ran, in its order; each key of the result's citations stands in one sentence at least."""
    sentences = tuple(_sentences(result))
    told = {key for sentence in sentences for key in sentence.keys}
    rest = tuple(key for key in dict.fromkeys(result.cites) if key not in told)
    return (*sentences, Sentence("Further parts of what ran are described elsewhere.", rest)) if rest else sentences


def _sentences(result: DiscoveryResult) -> Iterator[Sentence]:
    cited = set(result.cites)

    def sentence(text: str, *keys: str) -> Sentence:
        return Sentence(text, tuple(key for key in dict.fromkeys(keys) if key in cited))

    yield sentence(*_smoothing(result))
    for name in _engines(result):
        told, keys = _ENGINES.get(name, (f"{name} proposed equations", ()))
        yield sentence(f"{told[0].upper()}{told[1:]}.", *keys)
    if result.ranking.front:
        before = "All candidates were merged, combined to systems and refined"
        if _was_told(result):
            before = "The form of the law was told, so that nothing was searched; its constants were fitted"
        how, where = "multiple shooting", "on windows that grow as far as the leading laws can be followed"
        if result.smoothing.noise.process:
            how, where = "least squares", "on single steps, each from the sample before it"
        yield sentence(f"{before} on the measured samples by {how} with forward sensitivities, {where}.", *_SHOOTING)
    rule = result.ranking.rule.rstrip(".").replace("chi2", "χ²").replace(" log", "\u00a0log")
    yield sentence(f"The ranking follows this rule: {rule}.", *_LENGTH)
    if result.ranking.front:
        yield sentence(
            "Intervals are those of the chosen law as if it had been known beforehand, and assume independent noise."
        )


def _smoothing(result: DiscoveryResult) -> tuple[str, ...]:
    smoothing = result.smoothing
    if smoothing.method == SUCCESSIVE:
        return ("Samples were not smoothed: each was compared with the next.",)
    asked = _asked(result).get("smoother", smoothing.method)
    kept = smoothing.method.split(" + ")
    texts = [_SMOOTHERS.get(name, (name.replace("_", " "), ()))[0] for name in kept]
    curve = texts[0] if len(texts) == 1 else f"the mean of {' and '.join(texts)}"
    keys = [key for name in (str(asked), *kept) for key in _SMOOTHERS.get(name, ("", ()))[1]]
    beside = ""
    # a hidden state has no field to learn, so nothing was compared
    if asked == "auto" and _UNIVERSAL not in kept and not _is_hidden(result):
        beside = "; of a neural ODE and its classical start this is what the data favour"
    score = plain(smoothing.score).replace("-", "−")
    return f"Samples were smoothed by {curve} ({score} nats a held-out sample{beside}).", *keys


def _engines(result: DiscoveryResult) -> tuple[str, ...]:
    """The engines that were asked for and did not fail; else those that the ranked laws name."""
    asked = _asked(result).get("engines")
    if isinstance(asked, (list, tuple)):
        names = [str(name) for name in cast("list[object]", asked)]
    else:
        sources = [source for law in result.ranking.front for source in law.law.sources]
        names = [source.split(":")[0] for source in sources]
    if _was_told(result):
        return ()
    failed = {failure.where.removeprefix("search ") for failure in result.failures}
    return tuple(name for name in dict.fromkeys(names) if name not in failed and name not in NO_ENGINES)


def _is_hidden(result: DiscoveryResult) -> bool:
    """Whether there is a state of which nothing was measured."""
    return not np.isfinite(np.concatenate([run.states for run in result.trajectories])).any(axis=0).all()


def _was_told(result: DiscoveryResult) -> bool:
    return {source.split(":")[0] for ranked in result.ranking.front for source in ranked.law.sources} == {TOLD}


def _asked(result: DiscoveryResult) -> Mapping[str, Any]:
    config = result.provenance.get("config")
    return cast("Mapping[str, Any]", config) if isinstance(config, Mapping) else {}

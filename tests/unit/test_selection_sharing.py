"""Whether runs agree on constants, and what is said where they do not."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, chosen, cut
from discovery.laws import Frame, Told, told_symbol
from discovery.selection.agreement import agreement
from discovery.selection.apart import _Alone, _apart, apart
from discovery.selection.correlated import inefficiency
from discovery.selection.polish import polished
from discovery.selection.refined import Refined
from discovery.selection.selected import Selected
from discovery.selection.sharing import LEAD, sharing
from discovery.selection.trajectories import BEND
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, Ranking, symbol

SETTINGS = Shooting(tolerance=1e-8)
DECAY = {"x": "c0*x + c1"}
TIMES = np.linspace(0.0, 4.0, 60)
STARTS = [[3.0], [2.0], [1.0]]


@pytest.fixture(name="fitted")
def _fitted(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> Callable[..., tuple[Fit, Windows, DiscoveryProblem]]:
    """Makes runs with rates of their own, or rates and levels, and fits one law to all of them."""

    def make(*constants: float | tuple[float, float], noise: float = 0.01) -> tuple[Fit, Windows, DiscoveryProblem]:
        own = [one if isinstance(one, tuple) else (one, 0.0) for one in constants]
        each = [
            problem_of(law_of(DECAY, *one), [start], TIMES, noise=noise)
            for one, start in zip(own, STARTS, strict=False)
        ]
        runs = tuple(replace(one.trajectories[0], label=f"run {i}") for i, one in enumerate(each))
        curves = tuple(one.smoothing.trajectories[0] for one in each)
        problem = replace(each[0], trajectories=runs, smoothing=replace(each[0].smoothing, trajectories=curves))
        windows = cut(runs, curves, each[0].smoothing.noise, 1000)
        found = fit(law_of(DECAY, *np.mean(own, axis=0).tolist()), windows, settings=SETTINGS)
        assert found is not None
        return found, windows, problem

    return make


def selected(found: Fit, windows: Windows, problem: DiscoveryProblem) -> Selected:
    """A selection of that law alone."""
    return Selected(Ranking((), "rule"), (Refined(found, 0.0),), windows, 0.0, None, np.inf, (), None)


def test_values_of_their_own_are_those_of_the_runs(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """To second order about the common value."""
    found, windows, _ = fitted(-1.0, -1.0, -1.2)
    shares = sharing(found, windows, range(3), SETTINGS)
    assert shares is not None
    own = shares.own(0)
    assert own is not None
    assert own.differs(2)
    np.testing.assert_allclose(own.values, [-1.0, -1.0, -1.2], atol=0.05)


def test_equal_runs_agree(fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]) -> None:
    """Values of their own do not pay, and nothing is said."""
    found, windows, problem = fitted(-1.0, -1.0, -1.0)
    shares = sharing(found, windows, range(3), SETTINGS)
    assert shares is not None
    assert [] == [i for i in range(2) if (own := shares.own(i)) and own.differs(2)]
    assert () == agreement(selected(found, windows, problem))


def test_what_one_group_alone_tells_of_has_no_values_of_its_own(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """There is nothing to compare."""
    found, windows, _ = fitted(-1.0, -1.5)
    shares = sharing(found, windows, [0, 0], SETTINGS)
    assert shares is not None
    assert shares.own(0) is None


def test_runs_that_share_no_constant_speak_against_a_law(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """The finding has the range of the values and the option that helps."""
    (finding,) = agreement(selected(*fitted(-0.5, -1.0, -2.0)))
    assert "bad" == finding.level
    assert "--own auto" in finding.text


def test_constants_that_were_told_are_named_in_the_option_that_gives_them_values(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Also where --own auto found none."""
    found, windows, problem = fitted(-0.8, -1.0, -1.3)
    told = replace(found, law=replace(found.law, told=("k", "c")))
    (finding,) = agreement(selected(told, windows, problem))
    assert "--own auto looks for them, --own k" in finding.text


def test_constants_that_runs_neither_agree_on_nor_separate_are_named(
    law_of: Callable[..., Law], fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]
) -> None:
    """A rate in two halves: no run tells them apart, and the runs have different rates, which may be their own."""
    found, windows, problem = fitted(-0.5, -1.0, -2.0)
    halves = law_of({"x": "c0*x + c1*x*(1 + x/10)"}, -0.6, -0.5)
    twice = fit(halves, windows, starts=found.starts, settings=SETTINGS)
    assert twice is not None
    (finding,) = agreement(selected(twice, windows, problem))
    assert "bad" == finding.level
    assert "cannot be separated in these data" in finding.text
    assert "correlation 1.00" in finding.text
    assert finding.text.endswith("Constants may have values of their own: --own auto looks for them.")


def test_a_dose_tells_constants_apart_that_no_run_does(
    law_of: Callable[..., Law], fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]
) -> None:
    """No run of a series shows what is growth and what its dose kills, but the doses do; a mark of a group is none."""
    found, windows, problem = fitted(-0.5, -1.0, -2.0)
    runs = np.repeat([run for run, _ in windows.places], np.diff(windows.offsets))
    windows = replace(windows, drives=np.array([0.0, 1.0, 4.0])[runs][:, None], held=(True,))
    for name, said in (("dose", "Runs disagree on .* or dose enters otherwise"), ("in_group_0", "cannot be separated")):
        side = parse(f"c0*x - c1*{name}*x")
        law = Law(("x",), (side,), (-0.4, 0.7), frame=Frame(("x",), (side,), inputs=(name,)))
        dosed = fit(law, windows, starts=found.starts, settings=SETTINGS)
        assert dosed is not None
        (finding,) = agreement(selected(dosed, windows, problem))
        assert finding.level == ("caution" if name == "dose" else "bad")
        assert re.search(said, finding.text)


@pytest.mark.parametrize(
    ("end", "said"),
    [(6.0, "is a compromise. A single run tells"), (0.02, "cannot be separated in these data")],
)
def test_an_amplitude_is_told_from_its_exponent_where_the_data_are(
    end: float, said: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Each run knows both, though by the formula they are one to 0.999; a run at one state knows but their product."""
    sides = {"x": "-c0*exp(-c1/x)"}
    each = [
        problem_of(law_of(sides, 1e7 * factor, 6e3), [[start]], np.linspace(0.0, end, 60), noise=0.01)
        for factor, start in ((1.0, 450.0), (1.3, 445.0), (0.8, 440.0))
    ]
    curves = tuple(one.smoothing.trajectories[0] for one in each)
    windows = cut(tuple(one.trajectories[0] for one in each), curves, each[0].smoothing.noise, 1000)
    found = fit(law_of(sides, 1e7, 6e3), windows, settings=SETTINGS)
    assert found is not None
    (finding,) = agreement(selected(found, windows, each[0]))
    assert "bad" == finding.level
    assert said in finding.text


def test_one_run_has_nobody_to_disagree_with(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Nothing is said."""
    assert () == agreement(selected(*fitted(-1.0)))


def test_white_residuals_are_worth_their_number() -> None:
    """Exactly: what passes for white changes no score."""
    white = np.random.default_rng(0).standard_normal((400, 2))
    assert 1.0 == inefficiency([white[:200], white[200:]])
    assert 1.0 == inefficiency([])


def test_residuals_that_remember_are_worth_fewer() -> None:
    """Of first order with memory 0.8 the integrated time is 1.8/0.2."""
    rng = np.random.default_rng(1)
    noise = np.zeros((20_000, 1))
    for i in range(1, len(noise)):
        noise[i] = 0.8 * noise[i - 1] + rng.standard_normal()
    assert inefficiency([noise]) == pytest.approx(9.0, rel=0.15)


def test_runs_without_a_window_and_gaps_without_samples_are_passed_over(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Of many runs some have windows; where nothing was measured a window tells nothing."""
    _, windows, problem = fitted(-1.0, -1.0, -2.0)
    law = Law(("x",), (symbol("c0") * symbol("x"),), (-1.0,))
    some = chosen(windows, [0, 2])
    found = fit(law, some, settings=SETTINGS)
    assert found is not None
    shared = sharing(found, some, (0, 1, 2), SETTINGS)
    assert shared is not None
    assert [-1.0, -2.0] == pytest.approx(list(own.values) if (own := shared.own(0)) else [], rel=0.05)
    weights = windows.weights.copy()
    weights[: windows.offsets[1]] = 0.0
    gap = replace(windows, weights=weights)
    found = fit(law, gap, settings=SETTINGS)
    assert found is not None
    assert sharing(found, gap, (0, 1, 2), SETTINGS) is not None
    assert polished(found, gap, problem.trajectories, problem.smoothing.noise, SETTINGS) is not None


def test_what_is_believed_counts_once(fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]) -> None:
    """Another constant that is believed to be a little off costs no lead, however many groups there are."""
    plain, windows, _ = fitted(-0.5, -0.7, -0.9)
    side = plain.law.skeletons[0].xreplace({symbol("c0"): told_symbol("a"), symbol("c1"): told_symbol("b")})
    leads: list[float] = []
    for deviation in (np.inf, 1e-3):
        frame = Frame(("x",), (side,), constants=(Told("a"), Told("b", mean=0.02, deviation=deviation)))
        law = frame.law((), plain.law.constants)
        found = fit(law, windows, settings=SETTINGS)
        assert found is not None
        shares = sharing(found, windows, [0, 1, 2], SETTINGS)
        assert shares is not None
        own = shares.own(found.law.told.index("a"))
        assert own is not None
        leads.append(own.lead)
    assert leads[1] > 0.6 * leads[0]


def test_runs_are_compared_by_the_loss_of_the_fit(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Two rates beside outliers: squares, of a law that was fitted robustly, had found no difference."""
    found, windows, problem = fitted(-0.8, -0.95, noise=0.02)
    tails = np.clip(np.random.default_rng(0).standard_t(2, windows.values.shape), -5.0, 5.0)
    windows = replace(windows, values=windows.values + 0.06 * tails)
    robust = Shooting(tolerance=1e-8, bend=BEND)
    refitted = fit(found.law, windows, settings=robust)
    assert refitted is not None
    one = replace(selected(refitted, windows, problem), shooting=robust)
    (finding,) = agreement(one)
    assert "--own auto" in finding.text
    assert () == agreement(replace(one, shooting=SETTINGS))


def test_the_constant_that_differs_leads(fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]) -> None:
    """Its values are those of the runs, and the other is what all of them share."""
    found, windows, _ = fitted((-1.0, 0.5), (-1.0, 0.5), (-1.6, 0.5))
    first, _ = apart(found, windows, range(3), SETTINGS)
    assert first.place == 0
    assert first.own.lead > LEAD
    assert first.own.differs(2)
    np.testing.assert_allclose(first.own.values, [-1.0, -1.0, -1.6], atol=0.05)
    np.testing.assert_allclose(first.constants, [-1.0, 0.5], atol=0.05)


def test_runs_that_share_no_constant_are_seen(fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]) -> None:
    """Where all are slower in one proportion, one constant with the other held is as wrong as before."""
    found, windows, _ = fitted((-0.5, 0.5), (-1.0, 1.0), (-2.0, 2.0))
    leads = apart(found, windows, range(3), SETTINGS)
    assert leads[0].own.lead > LEAD
    assert leads[0].own.unlikely(2)


def test_equal_runs_agree_and_one_has_nobody_to_disagree_with(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Values of their own do not pay."""
    found, windows, _ = fitted((-1.0, 0.5), (-1.0, 0.5), (-1.0, 0.5))
    assert not [one for one in apart(found, windows, range(3), SETTINGS) if one.own.lead > LEAD]
    assert [] == apart(found, windows, [0, 0, 0], SETTINGS)


def test_a_constant_that_cannot_be_told_from_another_stays_as_it_is(
    law_of: Callable[..., Law], fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]]
) -> None:
    """A rate in two halves: either may be the runs' own."""
    found, windows, _ = fitted(-0.5, -1.0, -2.0)
    halves = fit(law_of({"x": "c0*x + c1*x"}, -0.5, -0.6), windows, starts=found.starts, settings=SETTINGS)
    assert halves is not None
    for one in apart(halves, windows, range(3), SETTINGS):
        assert one.own.lead > LEAD
        np.testing.assert_allclose(np.add(one.own.values, one.constants[1 - one.place]), [-0.5, -1.0, -2.0], atol=0.05)


def test_what_rounding_leaves_of_a_curvature_is_none(
    fitted: Callable[..., tuple[Fit, Windows, DiscoveryProblem]],
) -> None:
    """Below zero here, of constants that are one to the last digit; it ended with an error of least squares."""
    found, _, _ = fitted(-1.0, -1.2)
    curvature = np.full((2, 2, 2), 1e36)
    curvature[0, 0, 1] = curvature[0, 1, 0] = np.nextafter(1e36, 2e36)
    one = _apart(_Alone(np.array([[-1.0, 0.0], [-1.2, 0.0]]), curvature, 1.0, 1.0), found, 0)
    assert one is not None
    np.testing.assert_allclose(np.add(one.own.values, one.constants[1]), [-1.0, -1.2])

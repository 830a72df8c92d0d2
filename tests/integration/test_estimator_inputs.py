"""Laws that are driven, by the scikit-learn face: inputs as columns, arrays and tables with times of their own."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from discovery import EquationDiscovery
from discovery.errors import DataError

TIMES = np.linspace(0.0, 5.0, 60)
DECAY = 3.0 * np.exp(-0.8 * TIMES)[:, None]
QUICK = {"engines": ("sindy",), "smoother": "gaussian_process"}


@pytest.fixture(scope="module")
def fitted() -> EquationDiscovery:
    """Fitted to a decay that nothing drives."""
    return EquationDiscovery(**QUICK).fit(DECAY, TIMES)


def _drive(times: np.ndarray) -> np.ndarray:
    return np.sin(1.3 * times) + 0.5 * np.cos(3.1 * times)


DRIVE = _drive(TIMES)


def _driven() -> pd.DataFrame:
    """x' = -0.8 x + 2 u, by steps so small that the input is a line in each."""
    fine = np.linspace(TIMES[0], TIMES[-1], 59 * 200 + 1)
    force, x = _drive(fine), np.zeros(len(fine))
    step = fine[1] - fine[0]
    for k in range(len(fine) - 1):
        middle = x[k] + 0.5 * step * (-0.8 * x[k] + 2.0 * force[k])
        x[k + 1] = x[k] + step * (-0.8 * middle + force[k] + force[k + 1])
    return pd.DataFrame({"t": TIMES, "level": x[::200], "valve": DRIVE})


@pytest.fixture(scope="module")
def driven() -> EquationDiscovery:
    """Fitted to a driven decay, its input a column."""
    return EquationDiscovery(**QUICK).fit(_driven(), "t", inputs="valve")


def test_what_drives_the_states_is_a_column_or_an_array(driven: EquationDiscovery) -> None:
    """The law has the input, whichever way it came, and simulations follow new ones."""
    data = _driven()
    assert driven.law_.inputs == ("valve",)
    assert sorted(driven.law_.constants) == pytest.approx([-0.8, 2.0], rel=2e-2)
    bare = EquationDiscovery(**QUICK).fit(data[["level"]].to_numpy(), TIMES, inputs=DRIVE)
    assert sorted(bare.law_.constants) == pytest.approx(sorted(driven.law_.constants), rel=1e-4)
    assert bare.law_.inputs == ("u0",)
    resting = driven.simulate({"level": 1.0}, TIMES, inputs=np.zeros(len(TIMES)))
    np.testing.assert_allclose(resting["level"], np.exp(-0.8 * TIMES), rtol=0.1)
    bare_score = bare.score(data[["level"]].to_numpy(), TIMES, inputs=DRIVE)
    assert driven.score(data, "t") == pytest.approx(bare_score, abs=1e-6)
    assert driven.score(data, "t") > 0.999
    slopes = driven.predict(pd.DataFrame({"level": [1.0, 0.0], "valve": [0.0, 1.0]}))
    np.testing.assert_allclose(slopes["level"], [-0.8, 2.0], rtol=2e-2)
    np.testing.assert_allclose(bare.predict([[1.0], [0.0]], inputs=[0.0, 1.0]), slopes, rtol=1e-4)


def test_inputs_that_do_not_fit_are_refused(driven: EquationDiscovery, fitted: EquationDiscovery) -> None:
    """Missing ones, others than the measured, those with gaps, and those that nobody asked for."""
    data, times = _driven(), [0.0, 1.0, 2.0]
    with pytest.raises(DataError, match=r"The law is driven\. Pass inputs, .*: valve"):
        driven.simulate([1.0], times)
    with pytest.raises(DataError, match=r"The law is driven\. Pass inputs"):
        driven.score(data[["level"]].to_numpy(), TIMES)
    with pytest.raises(DataError, match=r"Inputs have the shape \(2, 1\), and \(3, 1\) is wanted: a row for each time"):
        driven.simulate([1.0], times, inputs=[1.0, 2.0])
    with pytest.raises(DataError, match="Inputs have 1 values that are not finite"):
        driven.simulate([1.0], times, inputs=[1.0, np.nan, 2.0])
    with pytest.raises(DataError, match="Inputs have 1 values that are not finite"):
        driven.simulate([1.0], times, inputs=np.ma.masked_array(times, mask=[False, True, False]))
    with pytest.raises(DataError, match="The inputs have no column 'valve'"):
        driven.simulate([1.0], times, inputs=pd.DataFrame({"level": times}))
    with pytest.raises(DataError, match="There are 2 inputs, but the law has 1: valve"):
        driven.score(data[["level"]].to_numpy(), TIMES, inputs=np.column_stack([DRIVE, DRIVE]))
    with pytest.raises(DataError, match="nothing drives the states of this model"):
        fitted.predict([[1.0]], inputs=[1.0])
    with pytest.raises(DataError, match="nothing drives the states of this model"):
        fitted.score(DECAY, TIMES, inputs=DRIVE)
    with pytest.raises(DataError, match=r"no column 'vale' in X for the inputs\. Did you mean 'valve'"):
        EquationDiscovery(**QUICK).fit(data, "t", inputs=["vale"])


def test_inputs_may_be_numbers_that_hold_throughout(driven: EquationDiscovery) -> None:
    """By name, wherever inputs are taken; what is no number, or another name, is refused."""
    ones = np.ones(len(TIMES))
    plain = driven.simulate([0.0], TIMES, inputs=ones)
    np.testing.assert_array_equal(driven.simulate([0.0], TIMES, inputs={"valve": 1}), plain)
    assert driven.predict([[1.0], [2.0]], inputs={"valve": 0.5}).shape == (2, 1)
    for states, times in ((plain, TIMES), ([plain, plain], [TIMES, TIMES])):
        assert driven.score(states, times, inputs={"valve": 1.0}) == pytest.approx(1.0)
    with pytest.raises(DataError, match=r"The inputs are not numbers: .* one number stands for each"):
        driven.simulate([0.0], TIMES, inputs={"valve": list(ones)})
    with pytest.raises(DataError, match="The inputs have no column 'valve'"):
        driven.simulate([0.0], TIMES, inputs={"vale": 1.0})


def test_a_table_of_inputs_is_read_by_its_columns(driven: EquationDiscovery) -> None:
    """Whatever else it holds, in whichever order."""
    table = _driven().assign(other=1.0)[["other", "valve", "level"]]
    plain = driven.simulate([0.0], TIMES, inputs=DRIVE)
    np.testing.assert_array_equal(driven.simulate([0.0], TIMES, inputs=table), plain)
    states = table[["level"]].to_numpy()
    assert driven.score(states, TIMES, inputs=table) == driven.score(states, TIMES, inputs=DRIVE)


def test_a_table_of_inputs_with_times_of_its_own_is_followed_at_these(driven: EquationDiscovery) -> None:
    """A course of four rows for other times, by interpolation as for the command line; without times it is refused."""
    course = pd.DataFrame({"t": [0.0, 2.0, 2.01, 5.0], "valve": [1.0, 1.0, 0.0, 0.0]})
    coarse, fine = np.linspace(0.0, 5.0, 4), np.linspace(0.0, 5.0, 501)
    every = driven.simulate([0.0], fine, inputs=np.interp(fine, course["t"], course["valve"]))
    assert every[-1, 0] == pytest.approx(2.5 * (1.0 - np.exp(-1.6)) * np.exp(-0.8 * 3.0), rel=5e-2)
    np.testing.assert_allclose(driven.simulate([0.0], coarse, inputs=course)[-1], every[-1], rtol=1e-3)
    with pytest.raises(DataError, match=r"shape \(4, 1\), and \(5, 1\) is wanted.*with the column 't'"):
        driven.simulate([0.0], TIMES[:5], inputs=course[["valve"]])


def test_a_function_of_time_drives_as_its_values_do(driven: EquationDiscovery) -> None:
    """Only simulations ask for it at times of their own; what nothing drives takes none."""
    fine = np.linspace(0.0, 5.0, 4001)
    every = driven.simulate([1.0], fine, inputs=_drive(fine))
    np.testing.assert_allclose(driven.simulate([1.0], fine[::1000], inputs=_drive), every[::1000], atol=1e-4)
    with pytest.raises(DataError, match="inputs is a function, and its values are needed: pass an array"):
        driven.predict([[1.0]], inputs=_drive)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one: one.iloc[:-1], r"known from 0 to 2\.01 by their column 't', but 0 to 5 is asked for"),
        (lambda one: one.iloc[::-1], "The times of the inputs, column 't', do not increase"),
        (lambda one: one.assign(t=np.nan), "The times of the inputs, column 't', do not increase"),
    ],
)
def test_a_course_that_does_not_fit_the_times_is_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str, driven: EquationDiscovery
) -> None:
    """One that ends early, one that runs backwards, and one without times."""
    course = pd.DataFrame({"t": [0.0, 2.0, 2.01, 5.0], "valve": [1.0, 1.0, 0.0, 0.0]})
    with pytest.raises(DataError, match=message):
        driven.simulate([0.0], TIMES, inputs=change(course))


def test_rows_that_are_lost_do_not_bend_the_constants() -> None:
    """Nobody knows the input meanwhile, and a straight line would be wrong: two runs know better."""
    data = _driven().drop(index=range(20, 30))
    model = EquationDiscovery(laws=["level' = g*valve - k*level"], **QUICK).fit(data, "t", inputs="valve")
    assert 2 == len(model.result_.trajectories)
    assert sorted(map(abs, model.law_.constants)) == pytest.approx([0.8, 2.0], rel=1e-2)
    assert any("No row tells valve between" in note for note in model.result_.notes)


def test_an_input_that_is_told_to_be_held_drives_by_steps() -> None:
    """Totals of a step change with each row, and no line between them is what came."""
    totals, x = np.random.default_rng(0).gamma(0.7, 8.0, 60), [1.0]
    for total in totals[:-1]:
        x.append(total / 0.8 + (x[-1] - total / 0.8) * np.exp(-0.8))
    data = pd.DataFrame({"t": np.arange(60.0), "level": x, "rain": totals})
    model = EquationDiscovery(laws=["level' = g*rain - k*level"], **QUICK).fit(data, "t", inputs="rain", held="rain")
    assert sorted(map(abs, model.law_.constants)) == pytest.approx([0.8, 1.0], rel=1e-3)

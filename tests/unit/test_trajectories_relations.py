"""Algebraic relations between columns, found on data and written as a person writes them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.datasets.known import load
from discovery.datasets.simulate import simulate
from discovery.trajectories.noise import residuals
from discovery.trajectories.relations import Relation, relations
from discovery.trajectories.relations_in_words import rounded, words
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 30.0, 600)
SINE, COSINE, OTHER = np.sin(TIMES), np.cos(TIMES), np.cos(1.7 * TIMES)


def found(runs: Sequence[Sequence[np.ndarray]], noise: float = 0.0, seed: int = 0) -> tuple[Relation, ...]:
    """Relations of runs, each a list of columns over the same times, with independent noise."""
    rng = np.random.default_rng(seed)
    names = tuple("xyzuvw"[: len(runs[0])])
    tables = [np.column_stack(run) for run in runs]
    trajectories = [
        Trajectory(TIMES, table + noise * rng.normal(size=table.shape), names, str(place))
        for place, table in enumerate(tables)
    ]
    return relations(trajectories, [residuals(trajectories, i).scale for i in range(len(names))])


def told(runs: Sequence[Sequence[np.ndarray]], noise: float = 0.0) -> list[str]:
    """The same in words."""
    return [words(one, "xyzuvw"[: len(runs[0])]) for one in found(runs, noise)]


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.02])
@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([SINE, 2 * SINE + 1], ["y = 2 x + 1"]),
        ([SINE, COSINE], ["x² + y² = 1"]),
        ([SINE, OTHER, SINE * OTHER], ["z = x y"]),
        ([SINE, OTHER, 1 - SINE - OTHER], ["x + y + z = 1"]),
        ([SINE, OTHER, SINE**2, SINE - OTHER], ["x - y - u = 0", "z = x²"]),
        ([300 + SINE, 20 + COSINE], ["(x - 300)² + (y - 20)² = 1"]),
        ([SINE, OTHER], []),
        ([SINE, OTHER, np.sin(0.3 * TIMES) + 0.2 * SINE**3], []),
    ],
)
def test_a_relation_is_found_whatever_the_noise(columns: list[np.ndarray], expected: list[str], noise: float) -> None:
    """Linear ones, squares and products, more than one; and none where there is none."""
    assert expected == told([columns], noise)


def test_what_is_conserved_in_each_run_is_no_constraint() -> None:
    """The energy of an oscillator differs from run to run, and no state follows from the others."""
    runs = [[a * np.sin(2 * TIMES), 2 * a * np.cos(2 * TIMES)] for a in (1.0, 2.0, 1.5)]
    (energy,) = found(runs, 0.001)
    assert ("x² + 0.25 y²", False, -1) == (words(energy, "xy"), energy.everywhere, energy.surplus)


def epidemic(seed: int) -> tuple[Trajectory, list[float]]:
    """Counts of 5000 people on 75 days, with the noise of counts; susceptible, infected, recovered."""
    times, states = np.arange(75.0), np.array([4990.0, 10.0, 0.0])
    course: list[np.ndarray] = []
    for _ in times:
        course.append(states)
        for _ in range(50):
            new, gone = 0.42 * states[0] * states[1] / 5000.0 / 50.0, 0.14 * states[1] / 50.0
            states = states + np.array([-new, new - gone, gone])
    counts = np.random.default_rng(seed).poisson(np.array(course)).astype(float)
    run = Trajectory(times, counts, ("S", "I", "R"))
    return run, [residuals([run], state).scale for state in range(3)]


@pytest.mark.parametrize("seed", [0, 2, 7, 8, 10, 21])
def test_a_sum_of_counts_is_found_though_its_noise_is_hardly_known(seed: int) -> None:
    """Few rows, and noise that grows with the count: the sum alone is told, with factors 1, and no conic."""
    run, noise = epidemic(seed)
    (total,) = relations([run], noise)
    assert ((1.0, 1.0, 1.0), 1) == (total.factors, total.degree)
    assert pytest.approx(5000.0, rel=0.005) == total.value


def test_an_arc_that_any_conic_can_draw_is_no_relation() -> None:
    """Those of recovered and susceptible would have centres where nothing was measured; that of a circle is inside."""
    for seed in range(6):
        run, noise = epidemic(seed)
        pair = Trajectory(run.times, run.states[:, [0, 2]], ("S", "R"))
        for one in relations([pair], [noise[0], noise[2]]):
            assert "(" not in words(one, pair.names)
    assert ["(x - 3)² + (y - 2)² = 1"] == told([[3 + SINE, 2 + COSINE]], 0.002)


def as_noisy(runs: Sequence[Trajectory]) -> tuple[Relation, ...]:
    """Relations of runs, whose noise is of the kind that it seems to be."""
    seen = [residuals(runs, state) for state in range(len(runs[0].names))]
    return relations(runs, [one.scale for one in seen], [one.kind == "proportional" for one in seen])


def fed_batch(seed: int) -> Trajectory:
    """Biomass, substrate and product of a fed-batch, each with 2 % of noise, as a laboratory has them.

    Biomass less five times the product is diluted with time, and the product of it and the substrate is small.
    """
    step, course = 0.01, [np.array([0.3, 10.0, 0.0, 1.0])]
    for count in range(2000):
        biomass, substrate, product, volume = course[-1]
        feed = 0.0 if count < 800 else min(0.02 * np.exp(0.15 * (step * count - 8.0)), 0.3)
        growth, thinner = 0.35 * substrate / (0.5 + substrate) * biomass, feed / volume
        change = [growth - thinner * biomass, thinner * (400.0 - substrate) - 2.0 * growth]
        course.append(course[-1] + step * np.array([*change, 0.2 * growth - thinner * product, feed]))
    states = np.array(course)[::25, :3]
    noisy = states * (1.0 + 0.02 * np.random.default_rng(seed).normal(size=states.shape))
    return Trajectory(step * 25.0 * np.arange(len(states)), noisy, ("X", "S", "P"))


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_noise_that_grows_with_a_state_is_small_where_the_state_is(seed: int) -> None:
    """Nothing of second degree holds within it, neither X S - 5 S P = 1 nor (X - 5 P)² = 0.2."""
    run = fed_batch(seed)
    assert [] == [words(one, run.names) for one in as_noisy([run]) if one.degree == 2]


@pytest.mark.parametrize("seed", range(3))
def test_what_holds_is_found_though_noise_grows_with_the_states(seed: int) -> None:
    """A product of two states, and a sum of which one part comes to nothing."""
    rng = np.random.default_rng(seed)
    for columns, expected in (
        ([2 + SINE, 1.5 + OTHER, (2 + SINE) * (1.5 + OTHER)], ["z = x y"]),
        ([10 * np.exp(-0.3 * TIMES), 10 - 10 * np.exp(-0.3 * TIMES)], ["y = -x + 10"]),
    ):
        table = np.column_stack(columns)
        run = Trajectory(TIMES, table * (1.0 + 0.02 * rng.normal(size=table.shape)), tuple("xyz"[: len(columns)]))
        assert expected == [words(one, run.names) for one in as_noisy([run])]


def test_a_computed_column_is_told_from_a_measured_one() -> None:
    """A copy has the noise of its original; a second measurement has its own."""
    noisy = SINE + 0.05 * np.random.default_rng(1).normal(size=len(TIMES))
    (copy,) = found([[noisy, 3 * noisy]])
    (second,) = found([[SINE, 3 * SINE]], 0.05)
    assert (True, False) == (copy.exact, second.exact)
    assert (1, 1) == (copy.surplus, second.surplus)


def counted(rows: int, seed: int) -> np.ndarray:
    """Cells that were counted as they grew, with the noise of counts."""
    return (
        np.random.default_rng(seed).poisson(60.0 / (1.0 + 6.5 * np.exp(-8.75 * np.arange(rows) / rows))).astype(float)
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("digits", [0, 2, 3])
def test_what_was_computed_from_counts_has_their_noise(seed: int, digits: int) -> None:
    """However large it is, from few rows, and with digits that were cut; what was counted twice was not computed."""
    for rows in (8, 25):
        live, dead = 5.0 * counted(rows, seed), counted(rows, 100 + seed) + 3.0
        cells = np.array([float(f"{5000.0 * one:.{digits}e}" if digits else 5000.0 * one) for one in live])
        (found,) = as_noisy([Trajectory(np.arange(float(rows)), np.column_stack([live, dead, cells]), ("x", "y", "z"))])
        assert (found.exact, found.surplus) == (True, 2)
        factor, name = words(found, ("x", "y", "z")).removeprefix("z = ").split()
        assert (pytest.approx(5000.0, rel=0.005), "x") == (float(factor), name)
        again = np.column_stack([live, 5000.0 * (5.0 * counted(rows, 200 + seed))])
        assert not any(one.exact for one in as_noisy([Trajectory(np.arange(float(rows)), again, ("x", "z"))]))
    total = np.column_stack([live, dead, live + dead])
    (one,) = as_noisy([Trajectory(np.arange(25.0), total, ("x", "y", "z"))])
    assert (words(one, ("x", "y", "z")), one.exact) == ("x + y - z = 0", True)


def test_equal_readings_of_few_digits_were_not_computed() -> None:
    """Two thermometers of one bath, of which each reads to a tenth, differ by their rounding alone."""
    bath = 20.0 + 5.0 * np.exp(-np.arange(60.0) / 30.0)
    both = np.round(np.column_stack([bath, bath + 0.33]), 1)
    assert not any(one.exact for one in as_noisy([Trajectory(np.arange(60.0), both, ("x", "y"))]))


def test_what_two_sensors_have_in_common_is_no_rounding() -> None:
    """Fast fluctuations that both follow may pass for the noise, of which each one's own is a small share."""
    rng = np.random.default_rng(0)
    common, own = rng.normal(size=80), 0.03 * rng.normal(size=(80, 2))
    both = np.column_stack([20.0 + common, 21.0 + 0.8 * common]) + own
    assert not any(one.exact for one in as_noisy([Trajectory(np.arange(80.0), both, ("x", "y"))]))


def test_noise_alone_has_no_relations() -> None:
    """Columns without a course are not looked at."""
    rng = np.random.default_rng(2)
    assert () == found([[rng.normal(size=600), rng.normal(size=600), SINE]])


def test_few_rows_and_many_states_are_left_alone() -> None:
    """Chance finds relations among few rows; a wide table takes no time: pairs only."""
    short = Trajectory(np.arange(8.0), np.column_stack([SINE[:8], COSINE[:8]]), ("x", "y"))
    assert () == relations([short], [1e-9, 1e-9])
    rng = np.random.default_rng(3)
    courses = [np.sin(rate * TIMES) for rate in rng.uniform(0.1, 3.0, 40)]
    wide = Trajectory(TIMES, np.column_stack([*courses, 2 * courses[0]]), tuple(f"x{i}" for i in range(41)))
    (one,) = relations([wide], [1e-9] * 41)
    assert "x40 = 2 x0" == words(one, wide.names)


def test_missing_entries_take_no_part() -> None:
    """Only rows that are whole are used; where none is, nothing is found."""
    holed = SINE.copy()
    holed[::2] = np.nan
    other = np.full_like(SINE, np.nan)
    other[::2] = SINE[::2]
    assert ["y = 2 x"] == told([[holed, 2 * SINE]])
    assert [] == told([[holed, other]])


@given(st.floats(-9, 9).filter(lambda a: abs(a) > 0.1), st.floats(-100, 100))
@settings(max_examples=25, deadline=None)
def test_any_straight_line_is_found(slope: float, offset: float) -> None:
    """y = a x + b for any a and b that matter, to six digits."""
    (line,) = found([[SINE, slope * SINE + offset]])
    place = line.alone
    assert pytest.approx(-slope, rel=1e-6) == line.factors[1 - place] / line.factors[place]
    assert pytest.approx(offset, rel=1e-6, abs=1e-6 * abs(slope)) == line.value


@pytest.mark.parametrize(
    ("value", "doubt", "text"),
    [(1.003, 0.001, "1"), (1.003, 1e-6, "1.003"), (0.51234, 0.02, "0.51"), (0.0001, 0.01, "0"), (1234.4, 1.0, "1234")],
)
def test_numbers_have_the_digits_that_are_known(value: float, doubt: float, text: str) -> None:
    """A whole number within its error is written as one."""
    assert text == rounded(value, doubt)


def test_smooth_courses_of_a_short_run_are_no_relation_of_many_columns() -> None:
    """The voltages of a ladder go together to some 4 %; four shares of an epidemic do add up."""
    for name, expected in (("rc_ladder", 0), ("odebench_63_seir", 1)):
        system = load(name)
        run = simulate(system, system.initial_states[0])
        noise = 0.01 * run.states.std(axis=0)
        noisy = run.states + noise * np.random.default_rng(1).normal(size=run.states.shape)
        found = relations((replace(run, states=noisy),), noise.tolist())
        assert expected == sum(len(one.terms) > 3 for one in found)


def test_factors_are_written_with_two_digits_at_least() -> None:
    """With one the relation does not hold; without a power of ten where a person writes none."""
    written = [rounded(12.3, 4.0), rounded(-0.0123, 0.0016), rounded(123.4, 50.0), rounded(2.0, 0.01)]
    assert ["12", "-0.012", "120", "2"] == written

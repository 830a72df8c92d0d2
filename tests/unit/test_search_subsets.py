"""Best subsets of a library."""

from itertools import combinations

import numpy as np
import pytest

from discovery.search.subsets import Subset, best_subsets, eliminated


def brute_force(terms: np.ndarray, target: np.ndarray, size: int) -> list[tuple[float, tuple[int, ...]]]:
    """All supports of a size with their errors, best first."""
    found = []
    for support in combinations(range(terms.shape[1]), size):
        chosen = terms[:, support]
        residual = target - chosen @ np.linalg.lstsq(chosen, target)[0]
        found.append((float(residual @ residual), support))
    return sorted(found)


def search(terms: np.ndarray, target: np.ndarray, **options: object) -> tuple[Subset, ...]:
    """The search with a wide beam unless asked otherwise."""
    settings = {"largest": 4, "beam": 40, "keep": 2} | options
    return best_subsets(terms, target, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_the_beam_finds_what_trying_all_finds(seed: int) -> None:
    """Eight correlated terms, noise: the best two supports of each size up to four."""
    rng = np.random.default_rng(seed)
    terms = rng.standard_normal((50, 8)) @ (np.eye(8) + 0.4 * rng.standard_normal((8, 8)))
    target = terms[:, [1, 4, 6]] @ [1.0, -2.0, 0.5] + 0.3 * rng.standard_normal(50)
    found = search(terms, target)
    for size in (1, 2, 3, 4):
        expected = brute_force(terms, target, size)[:2]
        ours = [subset for subset in found if len(subset.support) == size]
        assert [support for _, support in expected] == [subset.support for subset in ours]
        np.testing.assert_allclose([subset.error for subset in ours], [error for error, _ in expected], rtol=1e-8)


@pytest.mark.parametrize(("beam", "keep"), [(1, 1), (2, 3), (8, 3)])
def test_the_best_single_columns_are_kept(beam: int, keep: int) -> None:
    """Of more columns than places, whatever their order: a later one that is worse takes none."""
    terms = np.linalg.qr(np.random.default_rng(0).standard_normal((50, 10)))[0]
    for order in (1, -1):
        target = terms @ np.arange(10.0, 0.0, -1.0)[::order]
        found = search(terms, target, largest=1, beam=beam, keep=keep)
        assert [(i,) for i in range(10)][::order][:keep] == [subset.support for subset in found]


def test_terms_are_eliminated_from_all_of_them() -> None:
    """Wherever they stand, also where there are more than half as many as rows."""
    rng = np.random.default_rng(0)
    terms = rng.standard_normal((30, 40))
    for pair in ([1, 4], [35, 38]):
        target = terms[:, pair] @ [3.0, -2.0] + 1e-3 * rng.standard_normal(30)
        found = {one.support: one.error for one in eliminated(terms, target, largest=4)}
        assert tuple(pair) == min((one for one in found if len(one) == 2), key=found.__getitem__)
        assert found[tuple(pair)] < 1e-3


def test_coefficients_are_in_the_terms_own_units() -> None:
    """Columns of very different size get their least-squares coefficients."""
    rng = np.random.default_rng(0)
    terms = rng.standard_normal((60, 5)) * [1.0, 1e-6, 1e6, 1.0, 1.0]
    target = terms @ [0.0, 3e6, -2e-6, 0.0, 0.0]
    best = next(subset for subset in search(terms, target, beam=3) if len(subset.support) == 2)
    assert (1, 2) == best.support
    np.testing.assert_allclose(best.coefficients, [3e6, -2e-6], rtol=1e-9)
    assert best.error < 1e-12 * float(target @ target)


def test_terms_that_are_alike_are_not_chosen_together() -> None:
    """A column that stands twice adds no direction."""
    rng = np.random.default_rng(0)
    terms = rng.standard_normal((40, 4))
    terms = np.column_stack([terms, 2.0 * terms[:, 0]])
    found = search(terms, terms[:, 0] + 0.1 * rng.standard_normal(40), largest=5)
    assert not any({0, 4} <= set(subset.support) for subset in found)
    assert 4 == max(len(subset.support) for subset in found)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_columns_that_are_not_ordinary_numbers_are_never_chosen(bad: float) -> None:
    """NaN, infinity and values whose squares overflow are left out without warning."""
    rng = np.random.default_rng(0)
    terms = rng.standard_normal((40, 4))
    target = terms[:, 1].copy()
    terms[3, 2] = bad
    found = search(terms, target)
    assert found
    assert not any(2 in subset.support for subset in found)


def test_columns_of_zeros_are_never_chosen() -> None:
    """They have no coefficient."""
    terms = np.random.default_rng(0).standard_normal((40, 3)) * [1.0, 0.0, 1.0]
    assert not any(1 in subset.support for subset in search(terms, terms[:, 0] + terms[:, 2]))


def test_more_columns_than_one_word_of_a_mask_holds() -> None:
    """Terms on both sides of the sixtieth column are found together."""
    rng = np.random.default_rng(0)
    terms = rng.standard_normal((200, 100))
    found = search(terms, terms[:, [5, 59, 60, 99]] @ [1.0, -2.0, 3.0, 0.5], beam=10)
    assert (5, 59, 60, 99) == next(subset.support for subset in found if len(subset.support) == 4)


def test_nothing_to_choose_from_gives_nothing() -> None:
    """Neither an empty library nor a target of zeros is an error."""
    assert () == search(np.zeros((10, 0)), np.ones(10))
    assert () == search(np.ones((10, 2)), np.zeros(10))


def test_terms_that_nearly_cancel_are_found_together() -> None:
    """Of three terms each says nothing alone, and no two say much; a narrow beam would go elsewhere."""
    rng = np.random.default_rng(1)
    base = rng.standard_normal((60, 30))
    target = rng.standard_normal(60)
    base[:, 17] = 30.0 * base[:, 3] - 20.0 * base[:, 24] + target + 0.01 * rng.standard_normal(60)
    base[:, 5:8] = target[:, None] + 1.5 * rng.standard_normal((60, 3))
    best = next(one for one in search(base, target, beam=2, keep=1) if len(one.support) == 3)
    assert (3, 17, 24) == best.support


def test_the_shortest_of_what_fits_nearly_as_well() -> None:
    """Terms that are almost copies: those of the least price are returned beside the best."""
    rng = np.random.default_rng(2)
    signal = rng.standard_normal(200)
    terms = signal[:, None] + 0.01 * rng.standard_normal((200, 12))
    target = signal + rng.standard_normal(200)
    prices = np.arange(12.0)[::-1]
    found = search(terms, target, largest=1, keep=1, short=2, prices=prices)
    best, *others = [subset.support[0] for subset in found]
    assert best == brute_force(terms, target, 1)[0][1][0]
    assert others == [one for one in (11, 10, 9) if one != best][:2]

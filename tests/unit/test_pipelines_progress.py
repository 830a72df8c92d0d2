"""Progress of a fit from Python."""

from collections.abc import Mapping

import pytest

from discovery.protocols import silent
from pipelines import progress as module
from pipelines.progress import NotebookProgress, progress


class Cell:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def __call__(self, bundle: Mapping[str, str]) -> None:
        """Keeps a copy."""
        self.shown.append(dict(bundle))


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Cell:
    """The output of a notebook's cell, at a clock that goes on by a second at each look."""
    made, ticks = Cell(), iter(range(1000))
    monkeypatch.setattr(module, "_notebook", lambda: made)
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(ticks)))
    return made


def test_a_notebook_has_a_bar_that_ends(cell: Cell) -> None:
    """Stage, message, share and seconds; at the end a word in its place."""
    with progress(verbose=True) as told:
        told("search", "<b>sindy</b>")
        told("selection", "refining", 0.25)
    begun, refined, done = cell.shown
    assert "search: &lt;b&gt;sindy&lt;/b&gt;" in begun["text/html"]
    assert "search: <b>sindy</b> (2 s)" == begun["text/plain"]
    assert '<progress max="1" value="0.250"' in refined["text/html"]
    assert done["text/plain"].startswith("done (")
    assert "<progress" not in done["text/html"]


def test_what_is_stopped_says_so(cell: Cell) -> None:
    """An error or an interrupt leaves no bar that seems to go on."""
    with pytest.raises(KeyboardInterrupt), progress(verbose=True):
        raise KeyboardInterrupt
    assert cell.shown[-1]["text/plain"].startswith("stopped (")


def test_a_bar_is_not_drawn_more_often_than_one_can_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new stage is shown at once; the same one again after a fifth of a second."""
    cell, now = Cell(), [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    told = NotebookProgress(cell)
    for moment, stage in (
        (0.0, "search"),
        (0.1, "search"),
        (0.15, "selection"),
        (0.3, "selection"),
        (0.4, "selection"),
    ):
        now[0] = moment
        told(stage, fraction=1.5)
    assert ["search (0 s)", "selection (0 s)", "selection (0 s)"] == [bundle["text/plain"] for bundle in cell.shown]
    assert 'value="1.000"' in cell.shown[0]["text/html"]


def test_nothing_is_told_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Silence is the default of the whole method."""
    with progress(verbose=False) as told:
        assert silent is told
        told("search")
    assert ("", "") == capsys.readouterr()


def test_outside_of_notebooks_there_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One where something begins, on stderr."""
    with progress(verbose=True) as told:
        told("smoothing", "tuning", 0.0)
        told("smoothing", "held-out samples", 0.7)
        told("search", "sindy")
    assert ("", "smoothing: tuning\nsearch: sindy\n") == capsys.readouterr()

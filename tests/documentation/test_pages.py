"""The pages in docs/ are true: every command and snippet runs, and prints what is shown."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.documentation.conftest import Reader

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
RUN = ("```sh\n", "```python\n")


@pytest.mark.timeout(1800)  # tens of seconds on a machine that does nothing else
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_is_true(page: Path, reader: "Reader") -> None:
    """From top to bottom, in one folder: a later page finds the run folders of an earlier one."""
    assert reader.follow(page) == sum(page.read_text(encoding="utf-8").count(fence) for fence in RUN)


def test_a_page_that_is_not_true_fails(tmp_path: Path, reader: "Reader") -> None:
    """What was not printed is named, a wrong exit code too; close numbers and lines left out are no falsehood."""
    page = tmp_path / "page.md"
    snippet = "```python\nfor n in (1.0, 2.0, 3.0):\n    print('value', n)\n```\n\n```output\n{}\n```\n"
    page.write_text(snippet.format("value   1.01\nvalue 3.0"), encoding="utf-8")
    assert 1 == reader.follow(page)
    for wrong in ("value 1.1", "value 3.02", "value 3.0\nvalue 1.0", "other 1.0"):
        page.write_text(snippet.format(wrong), encoding="utf-8")
        with pytest.raises(AssertionError, match=r"page.md, line 7: not printed:"):
            reader.follow(page)
    page.write_text("```sh\ndiscover compare x\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="discover compare x"):
        reader.follow(page)
    page.write_text("<!-- exit 2 -->\n```sh\ndiscover compare x\n```\n", encoding="utf-8")
    assert 1 == reader.follow(page)
    page.write_text("```sh\necho here >file && cat file\n```\n\n```output\nhere\n```\n", encoding="utf-8")
    assert 1 == reader.follow(page)


def test_what_is_shown_can_be_renewed(tmp_path: Path, reader: "Reader", monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest printed line takes the place of one that was not printed; the next reading passes."""
    page = tmp_path / "page.md"
    page.write_text("```python\nprint('a law of 3 terms')\n```\n\n```output\na law of 5 terms\n```\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setenv("UPDATE_PAGES", "1")
        with pytest.raises(AssertionError, match="a law of 5 terms"):
            reader.follow(page)
    assert 1 == reader.follow(page)
    assert "a law of 3 terms" in page.read_text(encoding="utf-8").split("```output")[1]

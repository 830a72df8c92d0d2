"""Names from strangers: column headers, labels and notes become neither tags of a page nor commands of a typesetter."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from discovery.reports import page, tex, typst
from discovery.reports.write import write_report
from discovery.resources import folder as resource
from discovery.types import DiscoveryResult

ResultOf = Callable[[str], DiscoveryResult]

NAMES = [
    r"\input{/etc/passwd}", r"\write18{touch pwned}", "$\\frac{1}{$", "<script>alert(1)</script>", '" onload="alert(1)',
    "#read(\"/etc/passwd\")", "{{ 7*7 }}", "${7*7}", "%s%n", "]]>", "'; DROP TABLE runs; --", "\u202etxt.exe", "a\x00b",
    "[link](javascript:alert(1))", "$x^{2", r"\\", "_^_", "=cmd|' /C calc'!A0", "../../etc/passwd", "&lt;b&gt;", "`id`",
]  # fmt: skip


class Tags(html.parser.HTMLParser):
    """Tags and attributes of a page, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes them."""
        self.seen |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.links |= {(value or "").split(":")[0] for name, value in attrs if name in ("href", "src", "action")}


@pytest.mark.parametrize("word", NAMES)
def test_no_name_becomes_a_tag_of_the_page(named_result: ResultOf, word: str) -> None:
    """The page has the tags, attributes and kinds of links that it has with harmless names."""
    templates = resource("reports/templates")
    hostile, harmless = (Tags(page.render(named_result(text), templates, {})) for text in (word, "harmless"))
    assert hostile.seen <= harmless.seen
    assert hostile.links <= harmless.links


COMMANDS = re.compile(r"\\(?:input|include|write|openout|openin|read|immediate|csname|catcode|usepackage|newcommand)\b")


@pytest.mark.parametrize("word", NAMES)
def test_no_name_becomes_a_command_of_a_typesetter(named_result: ResultOf, word: str) -> None:
    """LaTeX has the commands, and Typst the calls of code, that it has with harmless names."""
    templates = resource("reports/templates")
    hostile, harmless = (tex.render(named_result(text), templates, ()) for text in (word, "harmless"))
    assert len(COMMANDS.findall(harmless)) == len(COMMANDS.findall(hostile))
    hostile, harmless = (code_of(typst.render(named_result(text), templates, ())) for text in (word, "harmless"))
    assert harmless == hostile


def code_of(text: str) -> list[str]:
    """The names that stand after # outside of quotation marks, which is where Typst runs code."""
    return re.findall(r"(?<!\\)#(\w+)", re.sub(r'"(?:\\.|[^"\\])*"', '""', text))


def test_a_report_of_hostile_names_can_be_written(named_result: ResultOf, tmp_path: Path) -> None:
    """Figures are drawn and, where there is a typesetter, a PDF is made; nothing else appears."""
    hostile = named_result(r"$\write18{touch pwned} \input{/etc/passwd} <script> #read(")
    files = write_report(hostile, tmp_path)
    assert (files.pdf is not None) == (tex.installed() or typst.installed())
    assert [] == list(tmp_path.rglob("pwned*"))
    assert "root:x:0" not in files.html.read_text(encoding="utf-8")

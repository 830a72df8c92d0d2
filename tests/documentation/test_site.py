"""The site: it builds without a warning, needs nothing from the network, and its generated tables are complete."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if find_spec("mkdocs") is None or find_spec("mkdocstrings") is None or find_spec("material") is None:
    pytest.skip('The site is not built: add its packages by pip install ".[docs]".', allow_module_level=True)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `mkdocs build --strict` builds it."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == result.returncode, result.stdout + result.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    """Each file in docs/ has its page, and the hooks are not published."""
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    built = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert len(pages) >= 14
    assert pages <= built
    assert not list(site.rglob("*.py"))


def test_nothing_is_fetched_while_reading(site: Path) -> None:
    """No script, style, font or picture comes from elsewhere; links may lead out."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|iframe|source)[^>]*\bsrc=\"(https?:)?//", text)
        fetched += re.findall(r"<link[^>]*rel=\"(?:stylesheet|preconnect|preload)\"[^>]*href=\"https?://", text)
        assert [] == fetched, page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?https?://", style.read_text(encoding="utf-8")), style


def test_commands_and_settings_are_those_of_the_program(site: Path) -> None:
    """Each verb with its options, each key of the configuration and each recipe is on its page."""
    import typer

    from pipelines import cli, options
    from pipelines.config import RECIPES

    commands = (site / "reference/commands.html").read_text(encoding="utf-8")
    for name, verb in typer.main.get_command(cli.app).commands.items():  # pyright: ignore[reportAttributeAccessIssue]
        assert f"discover {name}" in commands
        for option in verb.params:
            assert all(word in commands for word in option.opts if word.startswith("--") and word != "--help"), name
    settings = (site / "reference/configuration.html").read_text(encoding="utf-8")
    for word in (*RECIPES, *(one.key for one in options.options())):
        assert f"<code>{word}</code>" in settings, word
    for option in options.settings():
        assert f"<code>[{option.table}]</code>" in settings, option.table
        assert f"<code>{option.name}</code>" in settings, option.key
    assert "generated:" not in commands + settings


def test_the_grammar_is_that_of_the_table(site: Path) -> None:
    """Each kind of term with its source."""
    from html import unescape

    from discovery.library.textbooks import GRAMMAR

    page = unescape((site / "reference/grammar.html").read_text(encoding="utf-8"))
    for one in GRAMMAR:
        assert one.formula in page, one.name
        assert one.source in page, one.name


def test_the_reference_has_what_python_offers(site: Path) -> None:
    """Each public name of `discovery`, with its documentation."""
    import discovery

    page = (site / "reference/python.html").read_text(encoding="utf-8")
    for name in discovery.__all__:
        assert re.search(rf'id="[\w.]*\.{name}"', page), name
    assert "strictly increasing, in the unit of the measurements" in page

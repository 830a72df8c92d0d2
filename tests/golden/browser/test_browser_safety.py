"""The HTML report in a real browser: names that would be code appear as they are, and nothing of theirs runs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.reports.write import write_report
from discovery.types import Finding, Verdict

NASTY = (
    "<script>harmed = 1</script>",
    '"onload="harmed = 1',
    '"><img src=x onerror="harmed = 1">',
    "</math></style></script></title><svg onload=harmed=1>",
    "javascript:harmed=1",
    "a$b{c}",
    "x_1",
    "μ",
    "100%",
)
SHORT = ("x_1", "μ")  # names that stand for themselves in formulas


@pytest.fixture(scope="module")
def dirty(lynx_hare, tmp_path_factory) -> list[tuple[tuple[str, ...], Path, Path]]:
    """Nasty texts, three a report, each in several places; the report, and a copy of it without the policy."""
    made = []
    for first in range(0, len(NASTY), 3):
        one, two, three = NASTY[first : first + 3]
        changed = replace(
            lynx_hare,
            headers={"h": one, "l": two},
            time_name=three,
            trajectories=tuple(replace(run, label=one) for run in lynx_hare.trajectories),
            predictions=tuple(replace(prediction, label=one) for prediction in lynx_hare.predictions),
            verdict=Verdict("found", two, (Finding("good", three),), {one: 1.0}),
            provenance={**lynx_hare.provenance, "files": [one, two], "command": three, one: two},
            notes=(one, two, three),
        )
        files = write_report(changed, tmp_path_factory.mktemp("dirty"), pdf=False)
        unguarded = files.html.with_name("unguarded.html")
        unguarded.write_text(re.sub(r"<meta http-equiv[^>]*>", "", files.html.read_text(encoding="utf-8")), "utf-8")
        made.append(((one, two, three), files.html, unguarded))
    return made


@pytest.mark.parametrize("number", range(len(NASTY) // 3))
def test_names_appear_as_they_are_and_harm_nothing(number, page, dirty):
    """Even where the policy is taken away no script of theirs runs; with it the page has nothing to complain of."""
    texts, guarded, unguarded = dirty[number]
    page.open(unguarded)
    page.ask("void [...document.querySelectorAll('button, label.dot')].forEach(e => e.click())")
    assert "undefined" == page.ask("typeof window.harmed")
    assert 1 == page.ask("document.scripts.length")
    assert 0 == page.ask("document.images.length")
    assert 0 == page.ask("document.querySelectorAll('[onload], [onerror]').length")
    notes = page.ask("[...document.querySelectorAll('#measurements li')].map(e => e.textContent)")
    assert list(texts) == notes[:3]
    assert texts[1] in page.ask("document.querySelector('.headline').textContent")
    words = page.ask("document.querySelector('#law').innerText.replace(/\\s+/g, ' ')")
    assert [] == [text for text in texts if text not in words and text not in SHORT]
    labels = page.ask("[...document.querySelectorAll('svg text')].map(e => e.textContent)")
    assert texts[2] in labels
    page.open(guarded)
    assert [] == page.complaints()


def test_the_policy_stops_scripts_and_requests_that_were_smuggled_in(page, written, tmp_path):
    """The last line of defence: what is not the page's own does not run and reaches nothing."""
    text = written["lynx_hare"].html.read_text(encoding="utf-8")
    smuggled = (
        "<script>harmed = 1</script><img src='x' onerror='window.harmed = 1' alt=''/><style>h1{color:red}</style>"
    )
    target = tmp_path / "smuggled.html"
    target.write_text(text.replace("</main>", f"{smuggled}</main>"), encoding="utf-8")
    page.open(target)
    assert "undefined" == page.ask("typeof window.harmed")
    assert "rgb(255, 0, 0)" != page.ask("getComputedStyle(document.querySelector('h1')).color")
    assert "refused" == page.ask("fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused')")
    assert any("Content Security Policy" in complaint for complaint in page.complaints())

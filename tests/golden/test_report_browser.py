"""The HTML report in a real browser: laid out, operated by mouse and keys, safe, printed, and looked at.

Pictures of the page are left in the folder that ``DISCOVERY_ARTEFACTS`` names, else in ``.ci/artefacts``.
"""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from discovery.reports.write import write_report
from discovery.types import Finding, Verdict

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("DISCOVERY_ARTEFACTS", ROOT / ".ci" / "artefacts"))
CHROMIUM, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="Chromium or its driver is not installed, so the page was not opened in a browser: "
        "apt-get install chromium chromium-driver",
    ),
    pytest.mark.skipif(
        find_spec("selenium") is None, reason='selenium is not installed: pip install "discovery[test]"'
    ),
]
PATIENCE = 20  # seconds after which a condition that should hold at once is a failure
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


class Page:
    """A browser with a report, and what the tests ask of it."""

    def __init__(self, driver) -> None:
        self.driver = driver

    def open(self, path: Path, width: int = 1200, scheme: str = "light", scripts: bool = True) -> None:
        """Shows a file in a window of that width, to a reader who prefers those colours."""
        command = self.driver.execute_cdp_cmd
        command("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        command("Emulation.setDeviceMetricsOverride", size)
        self.driver.get_log("browser")
        self.driver.get(path.as_uri())
        self.ask("document.fonts.ready.then(() => true)")

    def ask(self, expression: str):
        """The value of a JavaScript expression, waited for where it is a promise, also where scripts are off."""
        answer = self.driver.execute_cdp_cmd(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Returns when the expression is true."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: self.ask(expression), expression)

    def click(self, selector: str) -> None:
        """A click with the mouse at the middle of an element, where it is what a person would hit."""
        from selenium.webdriver.common.by import By

        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def press(self, *keys: str) -> None:
        """Keys, to what has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self) -> list[str]:
        """What the console says since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, name: str) -> bytes:
        """The whole page as PNG, kept as an artefact."""
        height = self.ask("document.documentElement.scrollHeight")
        width = self.ask("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        command = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        data = base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", command)["data"])
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"report_{name}.png").write_bytes(data)
        return data


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Page]:
    """One headless browser with a profile of its own."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE * 3)
    yield Page(driver)
    driver.quit()


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


VISIBLE = "[...document.querySelectorAll('article')].filter(a => a.checkVisibility()).map(a => a.id).join()"
CURVES = (
    "[...new Set([...document.querySelectorAll('.curve')].filter(c => c.checkVisibility())"
    ".map(c => c.classList[1]))].join()"
)


def test_formulas_are_laid_out_in_the_font_of_the_page(page, written):
    """Fractions are built up, signs of equality stand below each other, and the font with MathML's tables is in use."""
    page.open(written["lynx_hare"].html)
    height = "document.querySelector({!r}).getBoundingClientRect().height"
    assert page.ask(f"{height.format('.law .left mfrac')} > 1.7 * {height.format('.law .left mfrac mi')}")
    ends = page.ask("[...document.querySelectorAll('.law .left mo')].map(e => e.getBoundingClientRect().right)")
    assert 2 == len(ends)
    assert ends[0] == pytest.approx(ends[1], abs=0.5)
    families = page.ask("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).join()")
    assert "Report Math" in families
    assert "Report Sans" in families


def test_long_equations_are_broken_between_terms(page, written):
    """On a telephone the terms of an equation take several lines, each whole, and no sideways scrolling."""
    page.open(written["lorenz"].html, width=1600)
    page.ask("void document.querySelectorAll('details').forEach(e => { e.open = true; })")
    wide = page.ask("document.querySelector('#row-2 .formula').getBoundingClientRect().height")
    page.open(written["lorenz"].html, width=400)
    page.ask("void document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.ask("document.querySelector('#row-2 .formula').getBoundingClientRect().height") > 1.3 * wide


@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found"])
def test_nothing_is_fetched_and_the_console_stays_empty(name, page, written):
    """The file is all there is."""
    page.driver.get_log("performance")
    page.open(written[name].html)
    assert [] == page.complaints()
    events = [entry["message"] for entry in page.driver.get_log("performance")]
    asked = {url for event in events if "requestWillBeSent" in event for url in re.findall(r'"url":"([^"]+)"', event)}
    assert {"file"} == {url.split(":")[0] for url in asked if not url.startswith("data:")}


def test_a_click_on_a_dot_shows_that_law_and_its_fit(page, written):
    """Its equations, its curve beside the chosen one's, and its row."""
    page.open(written["lynx_hare"].html)
    assert ("law-1", "k1") == (page.ask(VISIBLE), page.ask(CURVES))
    page.click("label:has(#pick-3)")
    page.wait(f"{VISIBLE} === 'law-3'")
    assert "k1,k3" == page.ask(CURVES)
    colour = "getComputedStyle(document.querySelector({!r})).{}"
    assert page.ask(colour.format(".curve.k3", "stroke")) != page.ask(colour.format(".curve.k1", "stroke"))
    assert page.ask(colour.format("#row-3", "backgroundColor")) != page.ask(colour.format("#row-2", "backgroundColor"))


def test_the_front_is_walked_with_the_keys(page, written):
    """Dots are radio buttons: the arrow keys go from law to law, and the one in focus has a ring."""
    from selenium.webdriver.common.keys import Keys

    page.open(written["lynx_hare"].html)
    page.ask("document.getElementById('pick-1').focus()")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    page.wait(f"{VISIBLE} === 'law-3'")
    assert "solid" == page.ask("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    page.press(Keys.ARROW_LEFT)
    page.wait(f"{VISIBLE} === 'law-2'")


def test_the_table_of_rivals_chooses_too(page, written):
    """By mouse, and by Enter on the number; the focus goes to the dot, so that the arrow keys go on from there."""
    from selenium.webdriver.common.keys import Keys

    page.open(written["lynx_hare"].html)
    page.click("button[data-pick='4']")
    page.wait(f"{VISIBLE} === 'law-4'")
    assert "pick-4" == page.ask("document.activeElement.id")
    page.ask("document.querySelector(\"button[data-pick='2']\").focus()")
    page.press(Keys.ENTER)
    page.wait(f"{VISIBLE} === 'law-2'")


def test_without_scripts_all_is_there_and_laws_can_be_chosen(page, written):
    """Style rules alone show a law; buttons that need the script are not offered."""
    page.open(written["lynx_hare"].html, scripts=False)
    assert "" == page.ask("document.documentElement.className")
    assert 0 == page.ask("[...document.querySelectorAll('.needs-script')].filter(e => e.checkVisibility()).length")
    page.ask("document.getElementById('pick-5').click()")
    page.wait(f"{VISIBLE} === 'law-5'")
    assert 6 == page.ask("[...document.querySelectorAll('.rivals tbody')].filter(e => e.checkVisibility()).length")
    page.open(written["lynx_hare"].html)


def test_colours_follow_the_system_and_the_switch_overrules_it(page, written):
    """The choice is kept when the page is opened again."""
    light = "getComputedStyle(document.documentElement).backgroundColor === 'rgb(254, 254, 254)'"
    for scheme, expected in (("light", True), ("dark", False)):
        page.open(written["lynx_hare"].html, scheme=scheme)
        assert expected == page.ask(light)
    page.click("label:has(#theme-light)")
    page.wait(light)
    page.open(written["lynx_hare"].html, scheme="dark")
    assert page.ask(light)
    page.click("label:has(#theme-auto)")
    page.wait(f"!({light})")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme, page, written):
    """At least 4.5 to 1, as WCAG 2.2 asks (1.4.3)."""
    page.open(written["lynx_hare"].html, scheme=scheme)
    ratios = page.ask(
        """(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const paint = colours => {
          canvas.clearRect(0, 0, 1, 1);
          for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
          return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => {
            v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        };
        const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const behind = e => e ? [...behind(e.parentElement), getComputedStyle(e).backgroundColor] : [];
        const low = {};
        for (const element of document.querySelectorAll('main *, nav *')) {
          const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
          if (!own || !element.checkVisibility() || element.closest('.aside')) continue;
          const style = getComputedStyle(element);
          const text = element instanceof SVGElement ? style.fill : style.color;
          const ground = behind(element);
          const [a, b] = [luminance(paint(ground)), luminance(paint([...ground, text]))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) low[`${element.tagName}.${element.className.baseVal ?? element.className}`] = ratio;
        }
        return low; })()"""
    )
    assert {} == ratios


@pytest.mark.parametrize(
    "clipboard",
    ["navigator.clipboard", "{writeText: () => Promise.reject(new Error('denied'))}", "undefined"],
    ids=["granted", "denied", "absent"],
)
def test_copying_works_with_and_without_permission(clipboard, page, written):
    """What is pasted is the text of the page, line breaks included."""
    page.open(written["lynx_hare"].html)
    page.driver.execute_cdp_cmd(
        "Browser.setPermission",
        {"permission": {"name": "clipboard-write", "allowWithoutSanitization": True}, "setting": "granted"},
    )
    page.ask(f"void Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}, configurable: true}})")
    page.ask(
        "void document.querySelector('main').prepend(Object.assign(document.createElement('textarea'), {id: 'to'}))"
    )
    for number in (1, 2, 3):
        page.click(f"button[data-copy='copy-{number}']")
        page.wait(f"document.querySelector(\"button[data-copy='copy-{number}']\").textContent === 'Copied'")
        page.ask("void (document.getElementById('to').value = '', document.getElementById('to').focus())")
        page.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "key": "v", "commands": ["paste"]})
        page.wait("document.getElementById('to').value !== ''")
        assert page.ask(f"document.getElementById('copy-{number}').textContent") == page.ask(
            "document.getElementById('to').value"
        )


def test_where_nothing_can_be_copied_the_text_is_selected(page, written):
    """The reader is told which keys to press, and finds the text open and marked."""
    page.open(written["lynx_hare"].html)
    page.ask(
        "void (document.execCommand = () => false,"
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true}))"
    )
    page.click("button[data-copy='copy-3']")
    page.wait("document.querySelector(\"button[data-copy='copy-3']\").textContent === 'Press Ctrl+C'")
    assert page.ask("document.getElementById('copy-3').textContent.trim() === getSelection().toString().trim()")
    assert page.ask("document.getElementById('copy-3').checkVisibility()")


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


@pytest.fixture(scope="module")
def crowded(written, many_states, many_runs, tmp_path_factory) -> dict[str, Path]:
    """The usual reports, and those of results with more than a page can show."""
    paths = {name: files.html for name, files in written.items()}
    for name, result in (("many_states", many_states), ("many_runs", many_runs)):
        paths[name] = write_report(result, tmp_path_factory.mktemp(name), pdf=False).html
    return paths


@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found", "many_states", "many_runs"])
@pytest.mark.parametrize("width", [400, 768, 1600])
def test_nothing_sticks_out_of_the_window(name, width, page, crowded):
    """No sideways scrolling of the page, and no element beyond its edge but in boxes that scroll."""
    page.open(crowded[name], width=width)
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")
    assert [] == page.ask(
        """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
          && !e.closest('.scroll, .formula, pre, .aside, .skip, svg')
          && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1))
          .map(e => e.outerHTML.slice(0, 80))"""
    )


@pytest.mark.parametrize("width", [400, 1600])
def test_formulas_of_usual_length_need_no_scrolling(width, page, written):
    """They are broken into lines for narrow windows."""
    page.open(written["lynx_hare"].html, width=width)
    assert 0 == page.ask(
        "[...document.querySelectorAll('.formula')].filter(e => e.checkVisibility()"
        " && e.scrollWidth > e.clientWidth + 1).length"
    )


def test_it_prints_on_paper(page, written, tmp_path):
    """A4, in black on white even for readers of dark pages, without buttons, and with all sections."""
    page.open(written["lynx_hare"].html, scheme="dark")
    printed = page.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    target = tmp_path / "report.pdf"
    target.write_bytes(base64.b64decode(printed["data"]))
    PICTURES.mkdir(parents=True, exist_ok=True)
    shutil.copy(target, PICTURES / "report_printed.pdf")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed, so what was printed was not read: apt-get install poppler-utils")
    text = subprocess.run(("pdftotext", "-layout", target, "-"), capture_output=True, text=True, check=True).stdout
    assert "Copy LaTeX" not in text
    assert "Choose a law" in text
    for heading in ("The law", "Verdict", "What was measured", "Fit and forecast", "Residuals", "Provenance"):
        assert re.search(rf"^\s*{heading}$", text, re.MULTILINE), heading
    assert 3 <= text.count("\f") <= 15


@pytest.mark.parametrize(
    ("name", "width", "scheme", "chosen"),
    [
        ("lynx_hare", 1200, "light", 2),
        ("lynx_hare", 1200, "dark", 1),
        ("lynx_hare", 400, "light", 3),
        ("lorenz", 1600, "dark", 2),
        ("nothing_found", 1200, "light", 0),
    ],
)
def test_pictures_are_kept(name, width, scheme, chosen, page, written):
    """For a person to look at; each has the size of its page."""
    page.open(written[name].html, width=width, scheme=scheme)
    if chosen:
        page.ask(f"document.getElementById('pick-{chosen}').click()")
    data = page.picture(f"{name}_{width}_{scheme}")
    assert width == int.from_bytes(data[16:20], "big")
    assert int.from_bytes(data[20:24], "big") > 1500

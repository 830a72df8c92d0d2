"""The HTML report in a real browser, operated by mouse and keys, with and without scripts."""

import re

import pytest

VISIBLE = "[...document.querySelectorAll('article')].filter(a => a.checkVisibility()).map(a => a.id).join()"
CURVES = (
    "[...new Set([...document.querySelectorAll('.curve')].filter(c => c.checkVisibility())"
    ".map(c => c.classList[1]))].join()"
)


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

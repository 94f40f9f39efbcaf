"""The HTML report in a real browser, driven over Chromium's debugging pipe with real clicks and keys."""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.model.dependency import Location
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.graph import Graph
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext

pytestmark = pytest.mark.tools

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NUMBER = 2_000
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--window-size=1200,900",
)


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._write = map(_lift, os.pipe())
        self._read, from_browser = map(_lift, os.pipe())
        flags = " ".join(_FLAGS)
        # The pipe is spoken on the descriptors 3 and 4.
        command = f'exec "$0" {flags} --remote-debugging-pipe "--user-data-dir=$1" 3<&{to_browser} 4>&{from_browser}'
        self._process = subprocess.Popen(
            ["bash", "-c", command, str(CHROMIUM), str(profile)],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._session = ""

    def start(self) -> None:
        """Makes the page."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def open(self, url: str) -> None:
        """Loads a page and waits until it is there."""
        self.call("Page.navigate", url=url)
        self.evaluate(
            "new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))"
        )

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """A press and release of the mouse in the middle of an element."""
        box = self.evaluate(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();"
            f" return [r.x + r.width / 2, r.y + r.height / 2] }})(document.querySelector({json.dumps(selector)}))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Text typed where the focus is."""
        self.call("Input.insertText", text=text)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """One command to the page."""
        return self._call(method, session=self._session, **params)

    def close(self) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._read)
        os.close(self._write)

    def _call(self, method: str, *, session: str = "", **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = os.read(self._read, 1 << 20)
            assert data, "the browser is gone"
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(text)
        return answer


def _lift(descriptor: int) -> int:
    """The same file under a number that the shell's redirections do not touch."""
    lifted = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(descriptor)
    return lifted


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    started = Browser(tmp_path / "profile")
    try:
        started.start()
        yield started
    finally:
        started.close()


@pytest.fixture
def page(
    tmp_path: Path,
    make_report: Callable[..., Report],
    make_judgement: Callable[..., Judgement],
    render: Callable[[str, Report, ReportContext], str],
    context: ReportContext,
) -> str:
    """The address of a report on 2,000 dependencies, every tenth of which needs a container, each with evidence."""
    facts = tuple(
        Evidence(fact=f"import number {number}", origin=f"wheel.whl: module.py:{number}", strength=Strength.PROVEN)
        for number in range(5)
    )
    blocker = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="ships native wheels only", evidence=facts)
    note = Finding(rule=Rule.CS105, level=Level.NOTE, message="runs as an older release", evidence=facts)
    judged = [
        make_judgement(
            f"package-{number:04}",
            location=Location(path="requirements.txt", line=number + 1),
            **({"verdict": Verdict.CONTAINER, "findings": (blocker, note)} if number % 10 == 0 else {}),
        )
        for number in range(NUMBER)
    ]
    edges: dict[str, tuple[str, ...]] = {}
    for number in range(1, NUMBER):
        parent = judged[number // 7].key
        edges[parent] = (*edges.get(parent, ()), judged[number].key)
    path = tmp_path / "report.html"
    path.write_text(render("html", make_report(*judged, graph=Graph(edges=edges)), context), encoding="utf-8")
    return path.as_uri()


VISIBLE = "Array.from(document.querySelectorAll('#dependencies tbody tr')).filter(r => r.getClientRects().length)"


def test_the_table_is_filtered_and_sorted_by_real_clicks(browser: Browser, page: str, tmp_path: Path) -> None:
    browser.open(page)
    assert browser.evaluate(f"{VISIBLE}.length") == NUMBER

    browser.click(".controls input[value=workers]")
    assert browser.evaluate(f"{VISIBLE}.length") == NUMBER // 10
    browser.click(".controls input[type=search]")
    browser.type("package-01")
    assert browser.evaluate(f"{VISIBLE}.length") == 10
    assert "10" in browser.evaluate("document.querySelector('.controls [role=status]').textContent")

    names = f"{VISIBLE}.map(r => r.querySelector('th').textContent.trim().slice(0, 12))"
    heading = "#dependencies thead th:has(button)"
    for expected in (sorted, lambda found: sorted(found, reverse=True)):
        order = "ascending" if expected is sorted else "descending"
        for _ in range(2):  # the first click may turn round what is sorted already
            if browser.evaluate(f"document.querySelector('{heading}').getAttribute('aria-sort')") != order:
                browser.click(f"{heading} button")
        found = browser.evaluate(names)
        assert found == expected(found)
        assert len(found) == 10

    picture = base64.b64decode(browser.call("Page.captureScreenshot", format="png")["data"])
    (tmp_path / "report.png").write_bytes(picture)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000


def test_the_evidence_opens_on_a_click_and_at_a_key(browser: Browser, page: str) -> None:
    browser.open(page)
    shown = "document.querySelector('#d1 .evidence').checkVisibility()"
    assert not browser.evaluate(shown)
    browser.click("#d1 summary")
    assert browser.evaluate(shown)
    for kind in ("keyDown", "keyUp"):  # the click left the focus there
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13
        )
    assert not browser.evaluate(shown)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(browser: Browser, page: str, scheme: str) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(page)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 400
    assert browser.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.scroll'))") <= 0
    background = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, which knows what keeps people from reading a page."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    words = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"axe-core cannot be installed: {done.stderr.strip()[-300:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def varied_page(
    tmp_path: Path,
    report: Report,
    render: Callable[[str, Report, ReportContext], str],
    context: ReportContext,
) -> str:
    """The address of a report with something of everything."""
    path = tmp_path / "varied.html"
    path.write_text(render("html", report, context), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (400, "light")])
def test_axe_finds_nothing_that_keeps_anybody_from_reading_it(
    browser: Browser, varied_page: str, axe: str, width: int, scheme: str
) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(varied_page)
    browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.evaluate(f"{axe}; 0")
    told = browser.evaluate(
        "axe.run().then(found => found.violations.map(each => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`))"
    )
    assert told == []


def test_a_report_of_2000_dependencies_opens_in_under_two_seconds(browser: Browser, page: str) -> None:
    browser.open(page)
    elapsed_ms = browser.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    assert 0 < elapsed_ms < 2_000


def test_the_report_fetches_nothing_besides_itself(browser: Browser, page: str) -> None:
    browser.open(page)
    assert browser.evaluate("performance.getEntriesByType('resource').length") == 0

"""Each remedy is true: who does as it says and scans again no longer has what it was given for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
Rows = dict[str, dict[str, Any]]
Projects = Mapping[str, Mapping[str, Sequence[str]]]
"""Project → version → what it requires; a version that ends in «!» has a wheel for Linux only."""

_PIN = re.compile(r"(?:pin|allow|require) ([a-z-]+)==([\w.]+)")
_EXTRA = re.compile(r"drop the extra ([a-z]+) of ([a-z-]+)")


@pytest.fixture
def scan(run: Run) -> Callable[[str], Rows]:
    """Scans requirements and gives the dependencies by name."""

    def scan_text(text: str) -> Rows:
        result = run("requirements.txt", "--format", "json", "--no-inspect", files={"requirements.txt": text})
        return {row["name"]: row for row in json.loads(result.stdout)["projects"][0]["dependencies"]}

    return scan_text


@pytest.fixture
def fill(index: FakeIndex, make_wheel: MakeWheel) -> Callable[[Projects], None]:
    """Puts a table of projects on the index."""

    def fill_index(projects: Projects) -> None:
        for name, versions in projects.items():
            for version, requires in versions.items():
                tag = LINUX if version.endswith("!") else "py3-none-any"
                extras = sorted({extra for text in requires for extra in re.findall(r"extra == '([a-z]+)'", text)})
                index.add(make_wheel(name, version.removesuffix("!"), tag=tag, requires=requires, extras=extras))

    return fill_index


def apply_remedy(text: str, remedy: str) -> str:
    """The requirements as somebody writes them who follows the remedy."""
    extra = _EXTRA.search(remedy)
    if extra is not None:
        return text.replace(f"{extra[2]}[{extra[1]}]", extra[2])
    pin = _PIN.search(remedy)
    assert pin is not None, remedy
    lines = [line for line in text.splitlines() if re.match(r"[a-z-]+", line)[0] != pin[1]]  # type: ignore[index]
    extras = re.search(rf"^{pin[1]}(\[[a-z,]+\])", text, re.MULTILINE)
    return "\n".join([*lines, f"{pin[1]}{extras[1] if extras else ''}=={pin[2]}", ""])


def find_remedies(rows: Rows) -> Iterator[tuple[str, str, str]]:
    """The name, rule and remedy of each finding that tells to change a requirement."""
    for name, row in rows.items():
        for finding in row["findings"]:
            remedy = finding["remedy"] or ""
            if _EXTRA.search(remedy) or re.match(r"(pin|allow|require) ", remedy):
                yield name, finding["rule"], remedy


CORE: Mapping[str, Sequence[str]] = {f"2.{n}{'' if n in (5, 8) else '!'}": [] for n in range(10)}

CASES: dict[str, tuple[Projects, str, set[tuple[str, str]]]] = {
    "newer ones without a build": ({"a": {"1.0": [], "2.0!": []}}, "a\n", {("a", "CS105")}),
    "a newer one that needs what has no build": (
        {"a": {"1.0": [], "2.0": ["b"]}, "b": {"1.0!": []}},
        "a\n",
        {("a", "CS105")},
    ),
    "a pin": ({"core": CORE}, "core==2.6\n", {("core", "CS101"), ("core", "CS107")}),
    "a bound": ({"core": CORE}, "core<2.5\n", {("core", "CS101")}),
    "a pin that another one bounds from above": (
        {"core": CORE, "model": {"1.0": ["core<2.7"]}},
        "model\ncore==2.6\n",
        {("core", "CS101"), ("core", "CS107")},
    ),
    "a pin of both that only go together": (
        {"core": CORE, "model": {f"1.{n}": [f"core==2.{n}"] for n in range(10)}},
        "model==1.6\ncore==2.6\n",
        set(),
    ),
    "an extra": (
        {"web": {"1.0": ["loop; extra == 'fast'"]}, "loop": {"1.0!": []}},
        "web[fast]\n",
        {("web", "CS109")},
    ),
    "a pinned direct dependency": (
        {"core": CORE, "model": {f"1.{n}": [f"core==2.{n}"] for n in range(10)}},
        "model==1.6\n",
        {("model", "CS109")},
    ),
    "a bounded one from two levels up": (
        {
            "core": CORE,
            "model": {f"1.{n}": [f"core==2.{n}"] for n in range(10)},
            "api": {f"0.{n}": [f"model>=1.{n},<1.{n + 1}"] for n in range(10)},
        },
        "api<0.5\n",
        {("api", "CS109")},
    ),
    "a pinned one whose older release does": (
        {"tool": {"1.0": [], "2.0": ["fast"], "3.0": ["fast"]}, "fast": {"1.0!": []}},
        "tool>=2\n",
        {("tool", "CS109")},
    ),
}


@pytest.mark.parametrize(("projects", "text", "expected"), CASES.values(), ids=CASES)
def test_following_a_remedy_lifts_what_it_was_given_for(
    scan: Callable[[str], Rows],
    fill: Callable[[Projects], None],
    *,
    projects: Projects,
    text: str,
    expected: set[tuple[str, str]],
) -> None:
    fill(projects)
    before = scan(text)
    remedies = list(find_remedies(before))
    assert {(name, rule) for name, rule, _ in remedies} == expected
    for name, rule, remedy in remedies:
        after = scan(apply_remedy(text, remedy))
        assert rule not in {finding["rule"] for finding in after[name]["findings"]}, remedy
        assert after[name]["verdict"] == "workers", remedy


def test_an_older_release_is_told_to_be_one(scan: Callable[[str], Rows], fill: Callable[[Projects], None]) -> None:
    fill({"core": {"1.0": [], "2.0!": []}, "tool": {"1.0": [], "2.0": ["core>=2"]}})
    assert "an older release" in scan("core==2.0\n")["core"]["findings"][0]["remedy"]
    remedy = next(remedy for name, _, remedy in find_remedies(scan("tool>=2\n")) if name == "tool")
    assert remedy.startswith("require tool==1.0 instead of >=2: an older release")


def test_a_prerelease_from_before_there_was_native_code_is_never_proposed(
    scan: Callable[[str], Rows], fill: Callable[[Projects], None]
) -> None:
    fill({"web": {"1.0": ["watch>=0.20"]}, "watch": {"0.0.0a1": [], "0.20!": []}})
    assert all("0.0.0a1" not in (finding["remedy"] or "") for finding in scan("web\n")["watch"]["findings"])


def test_the_version_that_would_do_says_what_it_takes_in_the_place_of_the_blocker(
    scan: Callable[[str], Rows], fill: Callable[[Projects], None]
) -> None:
    fill({"core": CORE, "model": {f"1.{n}": [f"core==2.{n}"] for n in range(10)}})
    remedy = next(remedy for name, _, remedy in find_remedies(scan("model==1.6\n")) if name == "model")
    assert remedy == "require model==1.8 instead of ==1.6: it uses core 2.8, which has a compatible wheel"


def test_what_is_asked_besides_for_a_version_that_would_do_stays_bounded(
    scan: Callable[[str], Rows], fill: Callable[[Projects], None], index: FakeIndex
) -> None:
    fill(
        {
            "core": {f"2.{n}{'' if n == 250 else '!'}": [] for n in range(300)},
            "model": {f"1.{n}": [f"core==2.{n}"] for n in range(300)},
        }
    )
    remedies = [remedy for name, _, remedy in find_remedies(scan("model<1.200\n")) if name == "model"]
    assert remedies == ["require model==1.250 instead of <1.200: it uses core 2.250, which has a compatible wheel"]
    assert len(index.requests) < 60


def test_a_choice_that_is_a_year_old_is_not_told_as_good_advice(
    scan: Callable[[str], Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("fast", tag=LINUX))
    for name, day in (("old", "2025-05-01"), ("recent", "2026-05-01")):
        index.add(make_wheel(name, "1.0"), upload_time=f"{day}T12:00:00Z")
        index.add(make_wheel(name, "2.0", requires=["fast"]), upload_time="2026-09-01T12:00:00Z")
    index.add(make_wheel("patched", "1.0.1"), upload_time="2025-05-01T12:00:00Z")
    index.add(make_wheel("patched", "1.0.2", requires=["fast"]), upload_time="2026-09-01T12:00:00Z")
    remedies = {name: remedy for name, _, remedy in find_remedies(scan("old\nrecent\npatched\n"))}
    assert remedies == {
        "patched": "pin patched==1.0.1 so that every installer selects it",
        "old": "pin old==1.0, a release of 2025-05-01, or move what requires it into a container",
        "recent": "pin recent==1.0 so that every installer selects it",
    }

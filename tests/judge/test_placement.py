"""Which findings of a tree are reported: by side, by when they take effect, by who requires the package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
THREADS = "import threading\n\n\ndef start() -> None:\n    threading.Thread(target=print).start()\n"
ENTROPY = "import os\n\nKEY = os.urandom(32)\n"


@pytest.fixture
def tree(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """ "model" needs a container and requires "maths", "web" runs; both require "shared"; all three start threads."""
    index.add(make_wheel("model", tag=LINUX, requires=["maths", "shared"]))
    for name in ("maths", "shared"):
        index.add(make_wheel(name, files={f"{name}/__init__.py": THREADS}))
    index.add(make_wheel("web", requires=["shared"], files={"web/__init__.py": THREADS}))


def _scan(run: Run, text: str, *words: str) -> dict[str, Any]:
    result = run("requirements.txt", "--format", "json", *words, files={"requirements.txt": text})
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _rows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in document["projects"][0]["dependencies"]}


@pytest.mark.usefixtures("tree")
def test_what_only_a_blocked_requirement_reaches_is_placed_in_the_container(run: Run) -> None:
    document = _scan(run, "model\nweb\n", "--all-cautions")
    rows = _rows(document)
    assert {name: row["placement"] for name, row in rows.items()} == {
        "model": "container",
        "maths": "container",
        "shared": "worker",
        "web": "worker",
    }
    assert (rows["maths"]["verdict"], rows["maths"]["findings"]) == ("workers", [])
    assert {one["name"] for one in document["projects"][0]["bundle"]["largest"]} == {"shared", "web"}
    assert document["summary"]["container"] == 2


@pytest.mark.usefixtures("tree")
def test_the_verdict_of_a_project_looks_at_its_own_requirements(run: Run) -> None:
    assert _scan(run, "model\n")["verdict"] == "container"
    assert _scan(run, "model\nweb\n")["verdict"] == "hybrid"


@pytest.mark.usefixtures("tree")
def test_cautions_about_calls_are_reported_for_requirements_only(run: Run) -> None:
    rows = _rows(_scan(run, "web\n"))
    assert [finding["rule"] for finding in rows["web"]["findings"]] == ["CS304"]
    assert rows["web"]["findings"][0]["when"] == "call"
    assert rows["shared"]["findings"] == []
    rows = _rows(_scan(run, "web\n", "--all-cautions"))
    assert [finding["rule"] for finding in rows["shared"]["findings"]] == ["CS304"]


def test_startup_findings_are_passed_up_to_what_imports_them(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("secret", files={"secret/__init__.py": ENTROPY}))
    index.add(make_wheel("early", requires=["secret"], files={"early/__init__.py": "import secret\n"}))
    late = "def run() -> None:\n    import secret\n"
    index.add(make_wheel("late", requires=["secret"], files={"late/__init__.py": late}))
    document = _scan(run, "early\nlate\n")
    rows = _rows(document)
    assert document["verdict"] == "workers"
    for name in ("early", "secret"):
        (finding,) = rows[name]["findings"]
        assert (finding["rule"], finding["level"], finding["when"]) == ("CS307", "caution", "startup")
        assert finding["remedy"] == "import it inside the handler"
    assert rows["early"]["findings"][0]["cause"] == {"name": "secret", "version": "1.0"}
    assert rows["late"]["findings"] == []


@pytest.mark.usefixtures("tree")
def test_an_inherited_finding_takes_effect_as_its_cause_does(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("top", requires=["model"]))
    (finding,) = _rows(_scan(run, "top\n"))["top"]["findings"]
    assert (finding["rule"], finding["when"]) == ("CS109", "install")
    assert finding["cause"] == {"name": "model", "version": "1.0"}


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("words", "rules"),
    [
        (("--select", "CS304"), {"web": ["CS304"], "model": []}),
        (("--select", "CS101", "--select", "CS304"), {"web": ["CS304"], "model": ["CS101"]}),
        (("--min-level", "blocker"), {"web": [], "model": ["CS101"]}),
        (("--min-level", "caution"), {"web": ["CS304"], "model": ["CS101"]}),
    ],
)
def test_filters_choose_what_is_reported_and_change_no_verdict(
    run: Run, words: tuple[str, ...], rules: dict[str, list[str]]
) -> None:
    document = _scan(run, "model\nweb\n", *words)
    rows = _rows(document)
    assert {name: [finding["rule"] for finding in rows[name]["findings"]] for name in rules} == rules
    assert document["verdict"] == "hybrid"
    assert run("requirements.txt", *words).exit_code == 1


def test_an_unknown_rule_to_select_is_misuse(run: Run) -> None:
    assert run("requirements.txt", "--select", "CS9", files={"requirements.txt": ""}).exit_code == 2


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_dependency_list_runs(run: Run, text: str) -> None:
    result = run("requirements.txt", files={"requirements.txt": text})
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Runs on Python Workers. It has no dependencies.")


def test_a_row_of_the_founding_table_is_policy_as_long_as_nothing_else_blocks(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("plots", requires=["numpy"]))
    index.add(make_wheel("both", requires=["numpy", "native"]))
    index.add(make_wheel("native", tag=LINUX))
    result = run("requirements.txt", files={"requirements.txt": "numpy\nplots\n"})
    assert "2 need a container, all by policy." in " ".join(result.stdout.split())
    assert 'Allow it: `table = "advise"`' in " ".join(result.stdout.split())
    rows = _rows(_scan(run, "both\nplots\n"))
    assert [finding["policy"] for finding in rows["plots"]["findings"]] == [True]
    assert [finding["policy"] for finding in rows["both"]["findings"]] == [False]

"""What of the Worker's own code fails at deployment although everything that it requires runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

WORKER = '{"main": "src/entry.py", "compatibility_date": "2026-09-28", "compatibility_flags": ["python_workers"]}'
ENTROPY = "import os\n\nKEY = os.urandom(32)\n"


@pytest.fixture
def packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """ "secret" draws random numbers at import, "early" imports it then, "late" in a function."""
    index.add(make_wheel("workers-runtime-sdk", "1.9.5", files={"workers/__init__.py": ""}))
    index.add(make_wheel("secret", files={"secret/__init__.py": ENTROPY, "secret/part.py": ""}))
    index.add(make_wheel("early", requires=["secret"], files={"early/__init__.py": "import secret\n"}))
    index.add(make_wheel("late", requires=["secret"], files={"late/__init__.py": "def f():\n    import secret\n"}))
    index.add(make_wheel("maybe", files={"maybe/__init__.py": "import os, x\nif x.y():\n    os.urandom(1)\n"}))
    index.add(make_wheel("spaced", files={"space/one/__init__.py": ENTROPY, "space/two/__init__.py": ""}))

    scripts = "[console_scripts]\nrun = scripted:main\n"
    index.add(
        make_wheel(
            "scripted", files={"scripted.py": "def main():\n    import os\n    os.urandom(1)\n"}, entry_points=scripts
        )
    )
    index.add(make_wheel("twofold", files={"calm.py": "", "wild.py": ENTROPY}))


def _scan(run: Run, code: str, *words: str, requires: str = "early") -> tuple[dict[str, Any], int]:
    files = {
        "pyproject.toml": f'[project]\nname = "a"\nversion = "1"\ndependencies = ["{requires}"]\n',
        "wrangler.jsonc": WORKER,
        "src/entry.py": code,
    }
    result = run(".", "--format", "json", *words, files=files)
    return json.loads(result.stdout), result.exit_code


def _problems(document: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    problems = document["projects"][0]["problems"]
    return [(one["rule"], one["level"], one["location"]["path"], one["location"]["line"]) for one in problems]


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("requires", "code", "level"),
    [
        ("early", "import workers\nimport early\n", "blocker"),
        ("secret", "import workers\nfrom secret.part import x\n", "blocker"),
        ("spaced", "import workers\nfrom space.one import x\n", "blocker"),
        ("maybe", "import workers\nimport maybe\n", "caution"),
        ("spaced", "import workers\nfrom space.two import x\n", None),
        ("scripted", "import workers\nimport scripted\n", None),
        ("twofold", "import workers\nimport calm\n", None),
        ("twofold", "import workers\nimport wild\n", "blocker"),
        ("late", "import workers\nimport late\n", None),
        ("early", "import workers\ndef fetch():\n    import early\n", None),
    ],
)
def test_an_import_at_the_top_level_decides(run: Run, requires: str, code: str, level: str | None) -> None:
    document, exit_code = _scan(run, code, requires=requires)
    assert _problems(document) == ([("CS307", level, "src/entry.py", 2)] if level else [])
    assert (document["verdict"], exit_code) == ("workers", 1 if level == "blocker" else 0)


@pytest.mark.usefixtures("packages")
def test_the_first_line_counts_the_problem_and_the_remedy_is_given(run: Run) -> None:
    document, _ = _scan(run, "import early\n")
    (problem,) = document["projects"][0]["problems"]
    assert (problem["when"], problem["remedy"]) == ("startup", "import it inside the handler")
    text = run(".").stdout
    assert text.startswith("Runs on Python Workers once 1 problem is fixed.")


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os\nKEY = os.urandom(8)\n", [("CS307", "blocker", "src/entry.py", 2)]),
        ("import curses\n", [("CS301", "blocker", "src/entry.py", 1)]),
        ("import x, os\nif x.y():\n    os.urandom(8)\n", [("CS307", "caution", "src/entry.py", 3)]),
        ("import os\ndef fetch():\n    return os.urandom(8)\n", []),
        ("import random\nR = random.Random(42)\n", []),
    ],
)
def test_own_calls_at_the_top_level(run: Run, code: str, found: list[tuple[str, str, str, int]]) -> None:
    document, exit_code = _scan(run, code, requires="late")
    assert (_problems(document), document["verdict"]) == (found, "workers")
    assert exit_code == int(any(level == "blocker" for _, level, *_ in found))


@pytest.mark.usefixtures("packages")
def test_imports_that_no_requirement_provides_are_named(run: Run) -> None:
    document, exit_code = _scan(run, "import js, workers, json, late\nimport flask\n", requires="late")
    notes = [note for note in document["projects"][0]["notes"] if "no requirement" in note]
    assert notes == ["src/entry.py:2: imports flask, which no requirement provides"]
    assert exit_code == 0


@pytest.mark.usefixtures("packages")
def test_without_a_look_inside_nothing_is_said_of_own_code(run: Run) -> None:
    document, exit_code = _scan(run, "import early\n", "--no-inspect")
    assert (_problems(document), exit_code) == ([], 0)


@pytest.mark.usefixtures("packages")
def test_an_accepted_problem_does_not_count(run: Run) -> None:
    document, exit_code = _scan(run, "import early\n", "--accept", "CS307")
    assert (exit_code, document["projects"][0]["problems"][0]["accepted"] is not None) == (0, True)

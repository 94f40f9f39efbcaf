"""The Worker's own code: which packages it imports when, what nothing provides, and what fails at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.inspect.worker_code import find_undeclared, read_worker_code
from scanner.model.own_code import WorkerCode
from scanner.runtime.target import choose_target


def _read(folder: Path, files: Mapping[str, str]) -> WorkerCode:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_worker_code(str(folder / "src/entry.py"), choose_target())


def _imports(code: WorkerCode) -> list[tuple[str, str, int, bool]]:
    return [(each.module, Path(each.location.path).name, each.location.line, each.at_startup) for each in code.imports]


@pytest.mark.parametrize(
    ("text", "at_startup"),
    [
        ("import openai\n", True),
        ("from openai.types import Model\n", True),
        ("if True:\n    import openai\n", True),
        ("class Default:\n    import openai\n", True),
        ("def fetch():\n    import openai\n", False),
        ("later = lambda: __import__('openai')\n", False),
        ("if __name__ == '__main__':\n    import openai\n", False),
        ("import sys\nif sys.platform == 'win32':\n    import openai\n", False),
        ("raise RuntimeError\nimport openai\n", False),
    ],
)
def test_an_import_is_at_startup_where_it_certainly_runs_then(tmp_path: Path, text: str, *, at_startup: bool) -> None:
    (found,) = _read(tmp_path, {"src/entry.py": text}).imports
    assert (found.module.partition(".")[0], found.at_startup) == ("openai", at_startup)


def test_modules_are_followed_from_the_main_module_only(tmp_path: Path) -> None:
    code = _read(
        tmp_path,
        {
            "src/entry.py": "from lib import tools\nfrom workers import Response\ndef f():\n    import later\n",
            "src/lib/__init__.py": "",
            "src/lib/tools.py": "import fastapi\n",
            "src/later.py": "import boto3\n",
            "src/unreached.py": "import torch\n",
            "other.py": "import numpy\n",
        },
    )
    assert [module.name for module in code.modules] == ["entry", "later", "lib", "lib.tools"]
    named = [each for each in _imports(code) if each[0] != "workers"]
    assert named == [("boto3", "later.py", 1, False), ("fastapi", "tools.py", 1, True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import uuid\nID = uuid.uuid4()\n", [("CS307", "uuid.uuid4", 2)]),
        ("import os\nKEY = os.urandom(8)\n", [("CS307", "os.urandom", 2)]),
        ("import threading\nthreading.Thread(target=print).start()\n", [("CS307", "threading.Thread().start", 2)]),
        ("import curses\n", [("CS301", "curses", 1)]),
        ("import uuid\ndef make():\n    return uuid.uuid4()\n", []),
        ("import threading\nLOCK = threading.Lock()\n", []),
        ("import json\nX = json.dumps({})\n", []),
    ],
)
def test_calls_that_workers_forbid_are_found_at_the_top_level(
    tmp_path: Path, text: str, found: list[tuple[str, str, int]]
) -> None:
    code = _read(tmp_path, {"src/entry.py": text})
    assert [(call.rule, call.name, call.location.line) for call in code.calls] == found


def test_undeclared_are_the_imports_that_nothing_provides(tmp_path: Path) -> None:
    text = (
        "import json\nimport flask\nimport jinja2.ext\n"
        "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n"
        "import sys\nif sys.platform == 'win32':\n    import winstuff\n"
        "def f():\n    import boto3\n"
    )
    code = _read(tmp_path, {"src/entry.py": text})
    undeclared = find_undeclared(code, {"flask"})
    assert [(each.module, each.location.line) for each in undeclared] == [("jinja2.ext", 3), ("boto3", 12)]


def test_a_main_module_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    code = read_worker_code(str(tmp_path / "src/entry.py"), choose_target())
    assert (code.modules, code.imports, code.calls, code.problems) == ((), (), (), ())


def test_a_module_that_does_not_parse_is_a_problem_at_its_line(tmp_path: Path) -> None:
    code = _read(tmp_path, {"src/entry.py": "import flask\nimport broken\n", "src/broken.py": "x = 1\ndef f(:\n"})
    places = [
        (Path(problem.location.path).name, problem.location.line) for problem in code.problems if problem.location
    ]
    assert places == [("broken.py", 2)]

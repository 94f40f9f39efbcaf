from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from jsonschema import Draft202012Validator
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.model.dependency import Dependency, Location, Locked, Skipped
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.report.context import ReportContext
from scanner.report.entries import write_list

SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "list-v1.json"

_PLAIN = Dependency(
    name=canonicalize_name("Requests"),
    specifier=SpecifierSet(">=2.31,<3"),
    extras=("socks", "use-chardet-on-py3"),
    marker=Marker('python_version >= "3.9"'),
    location=Location(path="./requirements.txt", line=12),
)
_DIRECT = Dependency(
    name=canonicalize_name("auth"),
    specifier=SpecifierSet(),
    url="git+https://deploy:s3cret@git.example.org/auth.git@v3",
    groups=("dev",),
    location=Location(path="./requirements.txt", line=3, column=5),
)
_NAMELESS = Dependency(
    name=None,
    specifier=SpecifierSet(),
    url="./libs/own",
    editable=True,
    location=Location(path="./requirements.txt", line=4),
)
_LOCKED = Dependency(
    name=canonicalize_name("jiter"),
    specifier=SpecifierSet("==0.11.1"),
    pin=Version("0.11.1"),
    locked=Locked(version="0.11.1"),
    location=Location(path="uv.lock", line=120),
)
_SKIPPED = Skipped(text="python>=3.11", reason="the interpreter itself", location=Location(path="uv.lock", line=2))
_PROBLEM = Problem(
    rule=Rule.CS601, message="«x==» is no requirement", location=Location(path="./requirements.txt", line=5)
)
_UNPLACED = Problem(rule=Rule.CS602, message="base.txt does not exist", location=None)


@pytest.fixture
def write(context: ReportContext) -> Callable[..., str]:
    def render(
        output: Literal["terminal", "json"],
        entries: Sequence[Dependency] = (_PLAIN, _DIRECT, _NAMELESS, _LOCKED),
        width: int = 100,
    ) -> str:
        stream = StringIO()
        write_list(entries, (_SKIPPED,), (_PROBLEM, _UNPLACED), stream, replace(context, width=width), output)
        return stream.getvalue()

    return render


def test_the_terminal_groups_by_file_in_the_order_of_the_lines(
    write: Callable[..., str], golden: Callable[[str, str], None]
) -> None:
    golden("list.txt", write("terminal"))


def test_json_is_as_recorded(write: Callable[..., str], golden: Callable[[str, str], None]) -> None:
    golden("list.json", write("json"))


def test_json_validates_against_its_schema(write: Callable[..., str]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(write("json")))


def test_only_a_lock_entry_has_a_version(write: Callable[..., str]) -> None:
    pinned = replace(_LOCKED, locked=None)
    unnamed = replace(_LOCKED, locked=Locked(version=None))
    bare = replace(unnamed, pin=None)
    entries = json.loads(write("json", (_LOCKED, pinned, unnamed, bare)))["entries"]
    assert [entry["version"] for entry in entries] == ["0.11.1", None, "0.11.1", None]


@pytest.mark.parametrize("output", ["terminal", "json"])
def test_no_password_is_listed(write: Callable[..., str], output: str) -> None:
    text = write(output)
    assert "s3cret" not in text
    assert "https://****@git.example.org/auth.git@v3" in text


def test_a_narrow_terminal_loses_no_word(write: Callable[..., str]) -> None:
    narrow, wide = write("terminal", width=60), write("terminal", width=500)
    assert "".join(narrow.split()) == "".join(wide.split())
    assert max(map(len, narrow.splitlines())) <= 60

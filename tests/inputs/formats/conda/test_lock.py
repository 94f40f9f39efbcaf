"""The lock of conda-lock."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats import find_format, read_sources
from scanner.inputs.formats.conda.lock import parse_conda_lock
from scanner.inputs.formats.document import Document, Parsed
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

HEAD = """\
version: 1
metadata:
  platforms: [osx-arm64, linux-64]
  sources:
  - environment.yml
package:
"""


def _item(name: str, manager: str = "pip", platform: str = "linux-64", **more: str) -> str:
    fields = {"version": "'1.0'", "manager": manager, "platform": platform, "category": "main", **more}
    return "".join([f"- name: {name}\n", *(f"  {key}: {value}\n" for key, value in fields.items())])


LOCK = (
    HEAD
    + _item("numpy", "conda")
    + _item("Foo_Bar", "pip", "osx-arm64")
    + _item("Foo_Bar", hash="{sha256: ab12}", url="https://files.example.org/foo_bar-1.0-py3-none-any.whl")
    + _item("late", category="dev")
    + _item("forked", url="git+https://example.org/forked.git")
    + _item("given", source="{type: url, url: https://example.org/given-1.0.zip}")
)


def _dependencies(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def test_what_pip_installs_is_read_for_one_platform(make_document: MakeDocument) -> None:
    parsed = parse_conda_lock(make_document(LOCK, "conda-lock.yml"))
    assert [(each.name, each.location.line, each.groups, each.url) for each in _dependencies(parsed)] == [
        ("foo-bar", 17, (), None),
        ("late", 24, ("dev",), None),
        ("forked", 29, (), "git+https://example.org/forked.git"),
        ("given", 35, (), "https://example.org/given-1.0.zip"),
    ]
    foo = _dependencies(parsed)[0]
    assert (str(foo.pin), foo.hashes, foo.text, foo.direct) == ("1.0", ("sha256:ab12",), "Foo_Bar==1.0", None)
    assert parsed.is_lock
    assert parsed.problems == ()
    assert parsed.notes == ("conda-lock.yml locks 2 platforms; only linux-64 is read",)


def test_what_conda_installs_is_told_as_skipped(make_document: MakeDocument) -> None:
    parsed = parse_conda_lock(make_document(HEAD + _item("pytorch", "conda") + _item("x", "apt"), "conda-lock.yml"))
    told = [(each.text, each.location.line, each.reason) for each in parsed.entries if isinstance(each, Skipped)]
    assert told == [
        ("pytorch=1.0", 7, told[0][2]),
        ("x=1.0", 12, "installed by apt, an unsupported package manager"),
    ]
    assert "the Python package index has it as torch" in told[0][2]


def test_another_platform_is_read_where_linux_is_not_locked(make_document: MakeDocument) -> None:
    parsed = parse_conda_lock(make_document(HEAD + _item("foo", platform="win-64"), "conda-lock.yml"))
    assert [each.name for each in _dependencies(parsed)] == ["foo"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\n", "environment.yml that it was made from"),
        ("- a\n", "environment.yml that it was made from"),
        ("package: {\n", "not YAML"),
        ("x" * 2_000_001, "more than the limit"),
    ],
)
def test_what_is_no_such_lock_is_refused(text: str, message: str, make_document: MakeDocument) -> None:
    with pytest.raises(SourceError, match=message):
        parse_conda_lock(make_document(text, "conda-lock.yml"))


def test_broken_packages_are_problems_with_their_lines(make_document: MakeDocument) -> None:
    text = HEAD.replace("version: 1", "version: 7") + "- just text\n" + _item('"!"') + _item("foo", version="[1]")
    parsed = parse_conda_lock(make_document(text, "conda-lock.yml"))
    assert [problem.location.line for problem in parsed.problems if problem.location] == [1, 7, 8]
    assert [(each.name, each.pin) for each in _dependencies(parsed)] == [("foo", None)]


@pytest.mark.parametrize("path", ["conda-lock.yml", "a/dev-conda-lock.yml", "b.conda-lock.yaml", "-"])
def test_its_files_are_known_by_name_or_text(path: str) -> None:
    found = find_format(path, LOCK)
    assert found is not None
    assert found.name == "conda-lock"


def test_in_a_folder_it_is_read_in_place_of_what_it_locks(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies:\n- pip:\n  - foo-bar\n", encoding="utf-8")
    (tmp_path / "conda-lock.yml").write_text(LOCK, encoding="utf-8")
    (file,) = read_sources([str(tmp_path)], read_stdin=lambda: b"", expand=str)
    assert file.path.endswith("conda-lock.yml")
    assert "is read instead of" in file.parsed.notes[-1]


@given(st.text(max_size=200) | st.text("-: []{}\n 'ab1", max_size=60).map(lambda text: HEAD + text))
def test_arbitrary_text_raises_nothing_but_source_errors(text: str) -> None:
    def refuse(path: str) -> Document:
        raise SourceError(path, None, "there is no such file")

    with contextlib.suppress(SourceError):
        parse_conda_lock(Document(path="conda-lock.yml", text=text, open=refuse))

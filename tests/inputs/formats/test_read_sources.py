"""Paths to what they declare."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.inputs.formats import SOURCES, ReadFile, find_format, read_sources
from scanner.inputs.masking import NotedVariables
from scanner.model.dependency import Dependency
from scanner.model.rule import Rule


def _read(*paths: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> tuple[ReadFile, ...]:
    return read_sources(
        list(paths),
        read_stdin=lambda: stdin,
        expand=NotedVariables(environ or {}, lambda: {"index.example.org"}).expand,
    )


def _names(file: ReadFile) -> list[str | None]:
    return [entry.name for entry in file.parsed.entries if isinstance(entry, Dependency)]


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a/requirements.txt", "", "requirements"),
        ("C:\\x\\requirements-dev.in", "", "requirements"),
        ("requirements-dev.lock", "a==1\n", "requirements"),
        ("deps", "a==1\n", "requirements"),
        ("freeze.txt", "a==1\n", "requirements"),
        ("constraints.txt", "a==1\n", "requirements"),
        ("-", "a==1\n", "requirements"),
        ("setup.cfg", "", "setup.cfg"),
        ("x.cfg", "[options]\ninstall_requires = a\n", "setup.cfg"),
        ("setup.py", "", "setup.py"),
        ("x/tool.py", "# /// script\n# ///\n", "script"),
        ("-", "# /// script\n# ///\n", "script"),
        ("environment.yml", "", "conda environment"),
        ("x.yaml", "name: x\ndependencies:\n  # why\n  - python\n", "conda environment"),
        ("-", '{"version": "1", "pip_version": "26", "installed": []}', "pip inspect"),
        ("module.py", "import os\n", None),
        ("compose.yml", "services: []\n", None),
        ("data.json", "{}", None),
        ("picture.png", "", None),
    ],
)
def test_formats_are_known_by_path_and_then_by_text(path: str, text: str, name: str | None) -> None:
    found = find_format(path, text)
    assert (found.name if found else None) == name


def test_format_names_are_unique() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)


def test_standard_input_is_read_and_includes_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more.txt").write_text("b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (file,) = _read("-", stdin="a\n-r more.txt\n".encode("utf-16"))
    assert (file.path, file.format, _names(file)) == ("-", "requirements", ["a", "b"])


def test_a_path_is_kept_as_the_user_named_it_and_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "requirements.txt").write_text("a\n-r ../base.txt\n", encoding="utf-8")
    (tmp_path / "base.txt").write_text("b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (file,) = _read("sub/requirements.txt", "sub/requirements.txt")
    assert [entry.location.path for entry in file.parsed.entries] == ["sub/requirements.txt", "base.txt"]


def test_variables_come_from_the_environment_that_is_given(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("-i https://index.example.org/${VARIANT}\n", encoding="utf-8")
    (file,) = _read(str(path), environ={"VARIANT": "cpu"})
    assert file.parsed.index.index is not None
    assert file.parsed.index.index.url == "https://index.example.org/cpu/"


def test_a_circle_through_a_symbolic_link_is_one(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a\n-r sub/requirements.txt\n", encoding="utf-8")
    (tmp_path / "sub").symlink_to(tmp_path, target_is_directory=True)
    (file,) = _read(str(tmp_path / "requirements.txt"))
    assert _names(file) == ["a"]
    assert [problem.rule for problem in file.parsed.problems] == [Rule.CS602]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("gone.txt", None, "no such file"),
        ("requirements.txt", b"a\n\0\n", "contains a zero byte: not a text file"),
        ("setup.py", b"print 1", "not Python 3"),
        ("data.bin", b"x", "unknown file format: neither the name nor the contents match"),
        ("with\0zero.txt", None, "cannot be read: embedded null byte"),
    ],
)
def test_what_cannot_be_read_is_a_file_with_a_problem(
    tmp_path: Path, name: str, data: bytes | None, message: str
) -> None:
    path = f"{tmp_path}/{name}"
    if data is not None:
        Path(path).write_bytes(data)
    (file,) = _read(path)
    assert (file.path, file.format, file.parsed.entries) == (path, None, ())
    (problem,) = file.parsed.problems
    assert problem.rule is Rule.CS601
    assert problem.message.startswith(message)
    assert problem.location is not None
    assert problem.location.path == path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    os.mkfifo(path)
    (file,) = _read(str(path))
    assert file.parsed.problems[0].message == "neither a file nor a folder; use `-` to read standard input"


def test_bytes_that_are_no_text_cost_only_their_own_line(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_bytes(b"a==1\n# Stra\xdfe\nb==2\n-r more.txt\n")
    (tmp_path / "more.txt").write_bytes(b"c\n\xff\n")
    (file,) = _read(str(path))
    assert _names(file) == ["a", "b", "c"]
    places = {(p.location.path, p.location.line) for p in file.parsed.problems if p.location}
    assert places == {(str(path), 2), (str(tmp_path / "more.txt"), 2)}


def test_a_file_that_declares_nothing_says_so(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("# nothing yet\n", encoding="utf-8")
    (file,) = _read(str(path))
    assert file.parsed.notes == (f"{path} declares no dependencies",)


def test_a_plain_requirements_file_needs_no_yaml_library() -> None:
    program = (
        "import sys\nfrom scanner.inputs.formats import read_sources\n"
        "read_sources(['-'], read_stdin=lambda: b'a==1', expand=str)\n"
        "print(sorted({'ruamel.yaml', 'httpx', 'rich', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

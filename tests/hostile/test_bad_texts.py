"""One bad text is one finding, and nothing outside of the repository is opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.inputs.formats import ReadFile, read_path
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

ENDLESS = "1" * 5000


def _scan(run: Run, files: dict[str, str]) -> tuple[int, dict[str, Any]]:
    result = run("scan", ".", "--format", "json", files=files)
    return result.exit_code, json.loads(result.stdout)["projects"][0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pipfile", f'[packages]\nlong = "=={ENDLESS}"\npure = "*"\n'),
        ("Pipfile", f'[packages]\nlong = ">={ENDLESS}"\npure = "*"\n'),
        ("requirements.txt", f"long=={ENDLESS}\npure\n"),
        ("requirements.txt", "bad @ http://[/x.whl\npure\n"),
        ("requirements.txt", f"--find-links {'x' * 300}\nhttp://[/x.whl\npure\n"),
        ("pyproject.toml", f'[project]\nname = "x"\ndependencies = ["long=={ENDLESS}", "pure"]\n'),
    ],
)
def test_a_bad_declaration_leaves_the_others_judged(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, name: str, text: str
) -> None:
    index.add(make_wheel("pure"))
    code, project = _scan(run, {name: text, ".gitignore": "[b-a]\n"})
    assert code == 3
    assert {row["name"]: row["verdict"] for row in project["dependencies"]}["pure"] == "workers"


@pytest.mark.parametrize("metadata", [{"Version": ENDLESS}, {"Requires-Dist": f"pure>={ENDLESS}"}])
def test_bad_metadata_is_a_finding_of_its_package(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, metadata: dict[str, str]
) -> None:
    index.add(make_wheel("pure"))
    index.add(make_wheel("bad", metadata=metadata))
    code, project = _scan(run, {"requirements.txt": "bad\npure\n"})
    assert code == 3
    assert {row["name"]: row["verdict"] for row in project["dependencies"]} == {"bad": "unknown", "pure": "workers"}


def _fail(text: str) -> str:
    raise LookupError(text)


def _read(path: Path) -> ReadFile:
    path.write_text("secret>1 ; python_version > '3'\nplain\n", encoding="utf-8")
    return read_path(str(path), _fail)


def test_an_unexpected_error_has_a_stable_id_and_none_of_the_text(tmp_path: Path) -> None:
    first, second = (_read(tmp_path / name).parsed for name in ("a.txt", "b.txt"))
    assert [str(getattr(entry, "name", "")) for entry in first.entries] == ["plain"]
    assert [problem.rule for problem in first.problems] == [Rule.CS601]
    assert [problem.message for problem in first.problems] == [problem.message for problem in second.problems]
    assert first.problems[0].message.startswith("internal error ")
    assert "secret" not in first.problems[0].message


def test_the_traceback_of_an_unexpected_error_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "scanner")
    _read(tmp_path / "a.txt")
    assert "LookupError: secret" in caplog.text


def test_a_bad_byte_to_explain_is_a_problem(run: Run) -> None:
    result = run("explain", "nu\udcffmpy")
    assert result.exit_code == 2
    assert "not UTF-8" in result.stdout


def test_files_outside_are_named_and_not_opened(run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("hush==1 !!\n", encoding="utf-8")
    (outside / "x-1.0-py3-none-any.whl").write_bytes(b"hush")
    (outside / "setup.cfg").write_text("[options]\ninstall_requires = hush\n", encoding="utf-8")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "link.txt").symlink_to(outside / "secret.txt")
    (tmp_path / "repo" / "requirements.txt").write_text(
        "-r ../outside/secret.txt\n-c link.txt\n./../outside/x-1.0-py3-none-any.whl\n-e ../outside\n-r inside.txt\n",
        encoding="utf-8",
    )
    (tmp_path / "repo" / "inside.txt").write_text("# nothing\n", encoding="utf-8")
    (tmp_path / "repo" / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndynamic = ["dependencies"]\n'
        '[tool.setuptools.dynamic]\ndependencies = {file = "../outside/secret.txt"}\n',
        encoding="utf-8",
    )
    result = run("scan", "repo", "repo/requirements.txt", "repo/link.txt", "--format", "json", "--all-files")
    problems = [each for project in json.loads(result.stdout)["projects"] for each in project["problems"]]
    assert "hush" not in result.stdout
    places = {(Path(each["location"]["path"]).name, each["location"]["line"]) for each in problems}
    assert {("requirements.txt", line) for line in (1, 2, 3)} | {("link.txt", 1), ("pyproject.toml", 5)} <= places
    assert {each["rule"] for each in problems} == {"CS602"}
    assert all("outside of" in each["message"] for each in problems)

"""`--python`: what an interpreter tells of its own environment."""

from __future__ import annotations

import json
import os
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

from scanner.cli.interpreter import read_installed
from scanner.model.errors import SettingsError

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment without pip that has alpha, which needs beta, and beta."""
    folder = tmp_path / "own-env"
    venv.create(folder, with_pip=False, symlinks=True)
    _install(folder, "alpha", "1.0", requires=("beta>=1",), requested=True)
    _install(folder, "beta", "2.0")
    return folder


def _packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def _install(
    environment: Path, name: str, version: str, *, requires: tuple[str, ...] = (), requested: bool = False
) -> None:
    folder = _packages(environment) / f"{name}-{version}.dist-info"
    folder.mkdir()
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    (folder / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if requested:
        (folder / "REQUESTED").touch()


def _add_pip(environment: Path, code: str) -> None:
    """Gives the environment a pip that does just this."""
    folder = _packages(environment) / "pip"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(code, encoding="utf-8")


def _write_program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _read(python: Path | str, **environ: str) -> Any:
    return json.loads(read_installed(str(python), {**os.environ, **environ}))


def _names(report: Any) -> dict[str, str]:
    return {each["metadata"]["name"]: each["metadata"]["version"] for each in report["installed"]}


def test_an_environment_without_pip_tells_by_the_standard_library(environment: Path) -> None:
    report = _read(environment)
    assert _names(report) == {"alpha": "1.0", "beta": "2.0"}
    alpha = next(each for each in report["installed"] if each["metadata"]["name"] == "alpha")
    assert alpha["metadata"]["requires_dist"] == ["beta>=1"]
    assert [each["requested"] for each in report["installed"] if each["metadata"]["name"] == "beta"] == [False]


def test_the_interpreter_itself_is_named_as_well_as_its_folder(environment: Path) -> None:
    assert _read(environment / "bin" / "python") == _read(environment)


def test_pip_is_asked_where_there_is_one_and_its_settings_have_no_say(environment: Path) -> None:
    code = (
        "import json, os, sys\n"
        "names = [n for n in os.environ if n.startswith('PIP_') and n != 'PIP_CONFIG_FILE']\n"
        "print(json.dumps({'version': '1', 'words': sys.argv[1:], 'names': names, 'isolated': sys.flags.isolated}))"
    )
    _add_pip(environment, code)
    report = _read(environment, PIP_REQUIRE_VIRTUALENV="1")
    assert report["words"][-2:] == ["inspect", "--local"]
    assert (report["names"], report["isolated"]) == ([], 1)


def test_a_pip_that_cannot_inspect_is_done_without(environment: Path) -> None:
    _add_pip(environment, "import sys\nsys.exit('unknown command')")
    assert _names(_read(environment)) == {"alpha": "1.0", "beta": "2.0"}


def test_the_real_interpreter_of_the_tests_tells_that_pytest_is_installed() -> None:
    assert _names(_read(sys.executable))["pytest"] == pytest.__version__


def test_what_is_no_interpreter_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("x", encoding="utf-8")
    told = {
        str(tmp_path): "not of a virtual environment",
        str(tmp_path / "nowhere"): "give an interpreter",
        str(tmp_path / "plain.txt"): "cannot be executed",
        _write_program(tmp_path / "fails", "echo it broke >&2; exit 3"): "it broke",
        _write_program(tmp_path / "silent", ""): "does not tell what is installed",
    }
    for path, words in told.items():
        with pytest.raises(SettingsError, match=words):
            read_installed(path, os.environ)


def test_an_interpreter_that_never_answers_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "never").touch()
    hanging = _write_program(tmp_path / "hangs", f"exec tail -f {tmp_path / 'never'}")
    with pytest.raises(SettingsError, match="has not answered"):
        read_installed(hanging, os.environ, timeout_seconds=0.2)


def test_an_interpreter_that_never_stops_is_cut_off(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="answers with over"):
        read_installed(_write_program(tmp_path / "flood", "exec cat /dev/zero"), os.environ)


def test_a_scan_takes_the_versions_as_they_are_and_keeps_the_edges(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, environment: Path
) -> None:
    for version in ("1.0", "1.1"):
        index.add(make_wheel("alpha", version))
    index.add(make_wheel("beta", "2.0", tag="cp314-cp314-manylinux_2_28_x86_64"))
    result = run("--python", str(environment), "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    rows = {
        row["name"]: (row["version"], row["verdict"], row["direct"]) for row in report["projects"][0]["dependencies"]
    }
    assert rows == {"alpha": ("1.0", "container", True), "beta": ("2.0", "container", False)}
    assert report["projects"][0]["dependencies"][0]["location"]["path"] == str(environment)


def test_list_shows_an_environment_beside_the_files_that_are_named(run: Run, environment: Path) -> None:
    result = run("list", "deps.txt", "--python", str(environment), files={"deps.txt": "gamma\n"})
    assert result.exit_code == 0
    assert [word for word in ("gamma", "alpha 1.0", "beta 2.0") if word not in result.stdout] == []


def test_an_interpreter_alone_is_not_joined_by_the_current_folder(run: Run, environment: Path) -> None:
    result = run("list", "--python", str(environment), files={"requirements.txt": "gamma\n"})
    assert "alpha" in result.stdout
    assert "gamma" not in result.stdout


def test_no_interpreter_is_misuse(run: Run) -> None:
    result = run("scan", "--python", "nowhere")
    assert result.exit_code == 2
    assert "--python: nowhere is not there" in result.stderr

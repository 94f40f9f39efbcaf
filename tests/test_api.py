"""The Python API: in a script, inside a running event loop, and with await; on the index of the loopback."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scanner
from scanner import Report, ScanError, Settings, SettingsError, SourceError, scan, scan_async, scan_text
from scanner.runtime import tables

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@pytest.fixture
def environ(index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of a user with the index of the loopback, in a folder with a requirements file."""
    index.add(make_wheel("flask", "3.1.2", requires=["itsdangerous"]))
    index.add(make_wheel("itsdangerous", "2.2.0"))
    index.add(make_wheel("uvloop", "0.22.1", tag=LINUX))
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("flask\nuvloop\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return {
        "UV_DEFAULT_INDEX": index.url,
        "PIP_CONFIG_FILE": os.devnull,
        "XDG_CONFIG_DIRS": str(tmp_path),
        "COMPAT_SCAN_CACHE_DIR": str(tmp_path / "cache"),
    }


def _verdicts(report: Report) -> dict[str, str]:
    return {one.name: str(one.verdict) for one in report.dependencies}


EXPECTED = {"flask": "workers", "itsdangerous": "workers", "uvloop": "container"}


def test_a_script_scans_paths(environ: dict[str, str], tmp_path: Path) -> None:
    report = scan(["requirements.txt"], environ=environ)
    assert _verdicts(report) == EXPECTED
    assert str(report.verdict) == "hybrid"
    assert report.scanned_at is not None
    assert (tmp_path / "cache").is_dir()


@pytest.mark.parametrize("make", [str, Path, lambda name: [Path(name)], lambda name: iter([name])])
def test_one_path_or_several_of_any_type(environ: dict[str, str], make: Callable[[str], Any]) -> None:
    assert _verdicts(scan(make("requirements.txt"), environ=environ)) == EXPECTED


def test_no_path_is_the_current_folder(environ: dict[str, str]) -> None:
    assert _verdicts(scan(environ=environ)) == EXPECTED


def test_a_scan_inside_a_running_loop(environ: dict[str, str]) -> None:
    async def cell() -> Report:
        return scan("requirements.txt", environ=environ)

    assert _verdicts(asyncio.run(cell())) == EXPECTED


def test_a_loop_goes_on_while_scans_are_awaited(environ: dict[str, str]) -> None:
    async def work() -> tuple[list[Report], int]:
        scans = asyncio.gather(*(scan_async("requirements.txt", environ=environ) for _ in range(3)))
        turns = 0
        while not scans.done():
            turns += 1
            await asyncio.sleep(0.001)
        return await scans, turns

    reports, turns = asyncio.run(work())
    assert [_verdicts(report) for report in reports] == [EXPECTED] * 3
    assert turns > 3


def test_text_is_recognised_by_its_content(environ: dict[str, str]) -> None:
    assert _verdicts(scan_text("flask\n", environ=environ)) == {"flask": "workers", "itsdangerous": "workers"}
    project = '[project]\nname = "x"\nversion = "1"\ndependencies = ["uvloop"]\n'
    report = scan_text(project, environ=environ)
    assert _verdicts(report) == {"uvloop": "container"}
    assert [one.location.path for one in report.dependencies if one.location] == ["-"]


def test_text_that_is_no_unicode_is_a_problem(environ: dict[str, str]) -> None:
    report = scan_text("flask\n\ud800\n", environ=environ)
    assert "flask" in _verdicts(report)
    assert list(report.all_problems())


def test_a_mapping_overrides_single_settings(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "compat-scan.toml").write_text('no-deps = true\nfail-on = "never"\n', encoding="utf-8")
    (project,) = scan("requirements.txt", environ=environ).projects
    assert [one.name for one in project.dependencies] == ["flask", "uvloop"]
    (project,) = scan("requirements.txt", {"no_deps": False}, environ=environ).projects
    assert {one.name for one in project.dependencies} == set(EXPECTED)
    assert str(project.fail_on) == "never"


def test_settings_are_used_as_they_are(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "compat-scan.toml").write_text('fail-on = "never"\n', encoding="utf-8")
    settings = Settings(no_deps=True, no_cache=True)
    (project,) = scan("requirements.txt", settings, environ=environ).projects
    assert [one.name for one in project.dependencies] == ["flask", "uvloop"]
    assert str(project.fail_on) == "unknown"
    assert not (tmp_path / "cache").exists()


def test_settings_take_the_words_of_enumerations_and_refuse_others() -> None:
    words: dict[str, Any] = {"table": "enforce", "fail_on": "never", "min_level": "caution"}
    assert Settings(**words).table is Settings().table
    with pytest.raises(SettingsError, match="table: is not one of enforce, advise"):
        Settings(**{**words, "table": "enforced"})


def test_an_index_of_the_settings_is_the_users_own(environ: dict[str, str], index: FakeIndex) -> None:
    del environ["UV_DEFAULT_INDEX"]
    index.credentials = ("me", "secret")
    url = index.url.replace("://", "://me:${TOKEN}@")
    settings = Settings(index_url=url, no_cache=True)
    assert _verdicts(scan("requirements.txt", settings, environ={**environ, "TOKEN": "secret"})) == EXPECTED


@pytest.mark.parametrize(
    ("paths", "settings", "variables", "error"),
    [
        ("missing.txt", None, {}, SourceError),
        ("requirements.txt", {"no_depts": True}, {}, SettingsError),
        ("requirements.txt", {"table": "off"}, {}, SettingsError),
        ("requirements.txt", {"group": "web"}, {}, SettingsError),
        ("requirements.txt", None, {"COMPAT_SCAN_TABEL": "advise"}, SettingsError),
    ],
)
def test_misuse_is_an_error_of_the_tree(
    environ: dict[str, str],
    paths: str,
    settings: Mapping[str, Any] | None,
    variables: Mapping[str, str],
    error: type[ScanError],
) -> None:
    with pytest.raises(error):
        scan(paths, settings, environ={**environ, **variables})


def test_an_index_that_does_not_answer_is_unknown(environ: dict[str, str]) -> None:
    report = scan("requirements.txt", environ={**environ, "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple/"})
    assert _verdicts(report)["flask"] == "unknown"
    assert not report.complete


def test_damaged_updated_tables_are_a_note(environ: dict[str, str], tmp_path: Path) -> None:
    assert not any("shipped tables" in note for note in scan("requirements.txt", environ=environ).notes)
    (tmp_path / "cache" / "tables.json").write_text("{", encoding="utf-8")
    report = scan("requirements.txt", environ=environ)
    assert [note for note in report.notes if note.endswith("the shipped tables are used")]
    assert _verdicts(report) == EXPECTED


def test_tables_that_did_not_change_are_parsed_once() -> None:
    try:
        texts = {"runtimes.toml": (ROOT / "data" / "runtimes.toml").read_text(encoding="utf-8")}
        date = tables.read_date(texts["runtimes.toml"])
        tables.use_updates(tables.Updates(date=date, texts=texts))
        first = tables.load_runtimes()
        tables.use_updates(tables.Updates(date=date, texts=dict(texts)))
        assert tables.load_runtimes() is first
        tables.use_updates(tables.Updates(date=date, texts={}))
        assert tables.load_runtimes() is not first
    finally:
        tables.use_updates(None)


def test_the_names_are_there_and_no_others() -> None:
    assert all(getattr(scanner, name) is not None for name in scanner.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'scam'"):
        scanner.scam  # type: ignore[attr-defined]  # noqa: B018


def _run_script(source: str, environ: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_else_of_the_project() -> None:
    source = "import sys, scanner; print([name for name in sys.modules if name.startswith(('scanner.', 'asyncio'))])"
    assert _run_script(source, {}) == "[]\n"


def test_a_process_uses_its_own_environment(environ: dict[str, str], tmp_path: Path) -> None:
    source = 'from scanner import scan; print(scan("requirements.txt").verdict)'
    assert _run_script(source, {**environ, "HOME": str(tmp_path)}) == "hybrid\n"


def _blocks() -> list[tuple[str, str]]:
    """The Python blocks of the page, each with what it prints."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```(?:\n\nprints\n\n```text\n(.*?)```)?", text, re.DOTALL)


@pytest.mark.parametrize(("source", "printed"), _blocks(), ids=range(len(_blocks())))
def test_every_example_of_the_page_prints_what_the_page_says(
    environ: dict[str, str], tmp_path: Path, source: str, printed: str
) -> None:
    if "await" in source:  # a cell of a notebook, whose loop runs already
        cell = "\n".join(f"    {line}" for line in source.splitlines())
        source = f"import asyncio\nasync def cell():\n{cell}\nasyncio.run(cell())\n"
    assert _run_script(source, {**environ, "HOME": str(tmp_path)}) == printed


def test_the_page_has_examples_of_every_function() -> None:
    text = "".join(source for source, _ in _blocks())
    assert all(f"{name}(" in text for name in ("scan", "scan_async", "scan_text", "Settings"))

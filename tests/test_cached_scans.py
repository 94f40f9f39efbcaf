"""The cache from outside: what a second scan asks for, what works without a network, and the cache commands."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from scanner.cli.group import main
from scanner.index.cache import FILE_NAME

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

Run = Callable[..., Result]
CODE = {
    "alpha/__init__.py": "from alpha import deep\nimport beta\n",
    "alpha/deep.py": "def go():\n    import subprocess\n    subprocess.run(['ls'])\n",
}


@pytest.fixture
def run(index: FakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in a folder of its own, against the index on the loopback, with a cache."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str, **environ: str) -> Result:
        surroundings = {
            "UV_DEFAULT_INDEX": index.url,
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_FIND_LINKS": "",
            "HOME": str(tmp_path),
            "XDG_CONFIG_DIRS": str(tmp_path),
            "COMPAT_SCAN_CACHE_DIR": str(tmp_path / "cache"),
            "CI": "1",
            **environ,
        }
        return CliRunner(env=surroundings).invoke(main, list(words), prog_name="compat-scan", catch_exceptions=False)

    return invoke


@pytest.fixture
def scan(run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The JSON report on a requirements file, without the notes on standard error."""

    def report(text: str, *words: str, **environ: str) -> dict[str, Any]:
        (tmp_path / "requirements.txt").write_text(text, encoding="utf-8")
        result = run("requirements.txt", "--format", "json", *words, **environ)
        loaded = json.loads(result.stdout)
        assert isinstance(loaded, dict)
        return {key: value for key, value in loaded.items() if key != "scanned_at"}

    return report


def _fetched(index: FakeIndex, since: int = 0) -> list[str]:
    return [request.path for request in index.requests[since:]]


def test_what_stands_beside_an_old_pkg_info_is_known_to_the_second_scan_too(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel, make_sdist: MakeSdist
) -> None:
    egg_info = {"alpha.egg-info/requires.txt": "beta\n", "setup.py": "from setuptools import setup\nsetup()\n"}
    index.add(make_sdist("alpha", files=egg_info, pkg_info="Metadata-Version: 1.2\nName: alpha\nVersion: 1.0\n"))
    index.add(make_wheel("beta", files={"beta.py": ""}))
    first = scan("alpha\n")
    assert [each["name"] for each in first["projects"][0]["dependencies"]] == ["alpha", "beta"]
    assert scan("alpha\n") == first


def test_a_second_scan_asks_for_nothing_and_says_the_same(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel, make_sdist: MakeSdist
) -> None:
    index.add(make_wheel("alpha", requires=["beta"], files=CODE))
    index.add(make_wheel("beta", files={"beta.py": "import fcntl_missing_here\n"}))
    index.add(make_wheel("gamma", files={"gamma/data.json": "{}"}))
    index.add(make_sdist("delta", files={"setup.py": "from setuptools import setup\nsetup()\n"}))
    first = scan("alpha\ngamma\ndelta\nnot-there\n")
    asked = len(index.requests)
    assert any(path.endswith(".whl") for path in _fetched(index))
    second = scan("alpha\ngamma\ndelta\nnot-there\n")
    assert _fetched(index, asked) == []
    assert second["projects"] == first["projects"]
    assert {row["name"] for row in second["projects"][0]["dependencies"]} == {
        "alpha",
        "beta",
        "gamma",
        "delta",
        "not-there",
    }


def test_a_changed_tree_is_followed_anew_without_fetching_known_wheels(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    index.add(make_wheel("beta", files={"beta/__init__.py": "import fcntl\n"}))
    scan("alpha\n")
    scan("beta\n")
    asked = len(index.requests)
    index.add(make_wheel("gamma", requires=["alpha", "beta"], files={"gamma.py": "import alpha\n"}))
    scan("gamma\n")
    assert [path for path in _fetched(index, asked) if path.endswith(".whl")] == [
        "/files/gamma/gamma-1.0-py3-none-any.whl"
    ]


def test_a_wheel_of_which_a_file_was_not_read_before_is_fetched_once_more(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    first = scan("alpha\n")
    with sqlite3.connect(tmp_path / "cache" / FILE_NAME) as database:
        database.execute("DELETE FROM entries WHERE kind = 'imports'")
        database.execute("UPDATE entries SET body = ?, crc = ? WHERE kind = 'code'", (b"{}", zlib.crc32(b"{}")))
    database.close()
    asked = len(index.requests)
    assert scan("alpha\n") == first
    assert _fetched(index, asked) == ["/files/alpha/alpha-1.0-py3-none-any.whl"]
    asked = len(index.requests)
    assert scan("alpha\n") == first
    assert _fetched(index, asked) == []


def test_without_the_cache_everything_is_fetched_again_and_nothing_is_kept(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    wheel = make_wheel("alpha", files=CODE)
    index.add(wheel)
    scan("alpha\n", "--no-cache")
    scan("alpha\n", COMPAT_SCAN_NO_CACHE="true")
    assert _fetched(index).count(f"/files/alpha/{wheel.filename}") == 2
    assert not (tmp_path / "cache").exists()


def test_another_runtime_is_analysed_for_itself(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    newest = scan("alpha\n")
    older = scan("alpha\n", "--compatibility-date", "2026-01-01")
    assert older["projects"][0]["target"] != newest["projects"][0]["target"]
    assert scan("alpha\n") == newest


def test_offline_the_cache_answers_and_what_it_lacks_is_unknown_and_named(
    scan: Callable[..., dict[str, Any]], run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    index.add(make_wheel("beta"))
    scan("alpha\n")
    asked = len(index.requests)
    report = scan("alpha\nbeta\n", "--offline")
    assert _fetched(index, asked) == []
    rows = {row["name"]: row for row in report["projects"][0]["dependencies"]}
    assert rows["alpha"]["verdict"] == "workers"
    assert rows["beta"]["verdict"] == "unknown"
    (finding,) = rows["beta"]["findings"]
    assert finding["rule"] == "CS504"
    assert finding["remedy"] == "scan once without --offline to fill the cache"
    result = run("requirements.txt", "--offline")
    assert result.exit_code == 3
    assert "the oldest (alpha) is of" in result.output


def test_offline_a_pin_to_the_pyodide_release_is_judged_from_the_shipped_data(
    scan: Callable[..., dict[str, Any]], index: FakeIndex, tmp_path: Path
) -> None:
    release = json.loads((Path(__file__).parents[1] / "data" / "pyodide" / "314.0.7.json").read_text(encoding="utf-8"))
    version = release["packages"]["pandas"]["version"]
    pinned = scan(f"pandas=={version}\n", "--offline", "--table", "advise")
    assert {row["name"]: row["verdict"] for row in pinned["projects"][0]["dependencies"]}["pandas"] == "workers"
    open_ended = scan("pandas\n", "--offline", "--table", "advise")
    assert {row["name"]: row["verdict"] for row in open_ended["projects"][0]["dependencies"]} == {"pandas": "unknown"}
    assert index.requests == []
    assert (tmp_path / "cache").is_dir()


def test_a_cache_that_cannot_be_used_is_told_once_and_the_scan_goes_on(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("alpha\n", encoding="utf-8")
    result = run("requirements.txt", "--format", "json", "--cache-dir", str(tmp_path / "file" / "cache"))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["verdict"] == "workers"
    assert result.stderr.count("nothing is cached") == 1


def test_the_cache_commands_tell_where_and_how_much_and_empty_it(
    run: Run, scan: Callable[..., dict[str, Any]], index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha", files=CODE))
    assert run("cache", "dir").stdout == f"{tmp_path / 'cache'}\n"
    assert run("cache", "size").stdout == "0 bytes\n"
    scan("alpha\n")
    lines = run("cache", "size").stdout.splitlines()
    assert lines[1:] == ["1 code", "1 imports", "1 listing", "1 metadata", "1 wheel"]
    size_bytes = int(lines[0].removesuffix(" bytes"))
    assert size_bytes == (tmp_path / "cache" / FILE_NAME).stat().st_size
    assert run("cache", "clear").stdout == f"{size_bytes} bytes freed\n"
    assert run("cache", "size").stdout == "0 bytes\n"
    asked = len(index.requests)
    scan("alpha\n")
    assert len(index.requests) > asked
    assert run("cache", "clear", "--cache-dir", str(tmp_path / "elsewhere")).stdout == "0 bytes freed\n"
    assert (tmp_path / "cache" / FILE_NAME).exists()


def test_the_cache_is_in_the_users_cache_folder_unless_it_is_set(run: Run, tmp_path: Path) -> None:
    found = run("cache", "dir", COMPAT_SCAN_CACHE_DIR="~/else").stdout
    assert found == f"{tmp_path / 'else'}\n"
    (tmp_path / "compat-scan.toml").write_text('cache-dir = "kept"\n', encoding="utf-8")
    assert Path(run("cache", "dir", "--cache-dir", "here").stdout.strip()) == Path("here")

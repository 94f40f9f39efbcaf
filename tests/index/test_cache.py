"""The cache: what is kept comes back, and nothing that happens to its file is an error."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanner.index.cache import FILE_NAME, Cache, clear_cache, measure_cache

ROOT = Path(__file__).resolve().parents[2]
NOON = 1_800_000_000.0


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "compat-scan"


@pytest.fixture
def open_cache(folder: Path, clock: Clock) -> Iterator[Callable[..., Cache]]:
    opened: list[Cache] = []

    def open_it(where: Path = folder, **keywords: int) -> Cache:
        opened.append(Cache(where, now=clock, **keywords))
        return opened[-1]

    yield open_it
    for cache in opened:
        cache.close()


def _run_python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Another process with the project at hand."""
    words = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_is_kept_comes_back_at_once_and_in_another_scan(open_cache: Callable[..., Cache]) -> None:
    first = open_cache()
    first.keep("wheel", "a", "text with ü and \ud800", etag='"x"')
    assert first.recall("wheel", "a") == "text with ü and \ud800"
    assert first.has("wheel", "a")
    first.close()
    second = open_cache()
    found = second.find("wheel", "a")
    assert found is not None
    assert (found.text, found.etag, found.stored_at) == ("text with ü and \ud800", '"x"', NOON)
    assert second.has("wheel", "a")
    assert not second.has("wheel", "b")
    assert second.recall("sdist", "a") is None
    assert second.notes() == ()


def test_an_entry_is_fresh_for_as_long_as_was_said(open_cache: Callable[..., Cache], clock: Clock) -> None:
    cache = open_cache()
    cache.keep("listing", "a", "old", fresh_seconds=600)
    cache.keep("wheel", "a", "for ever")
    clock.time += 599
    assert cache.recall("listing", "a") == "old"
    clock.time += 1
    assert cache.recall("listing", "a") is None
    assert cache.find("listing", "a") is not None
    clock.time += 10_000_000_000
    assert cache.recall("wheel", "a") == "for ever"


def test_an_entry_from_the_future_is_not_fresh(open_cache: Callable[..., Cache], clock: Clock) -> None:
    cache = open_cache()
    cache.keep("listing", "a", "text", fresh_seconds=600)
    clock.time -= 60
    assert cache.recall("listing", "a") is None


def test_a_renewed_entry_is_fresh_again(open_cache: Callable[..., Cache], clock: Clock) -> None:
    cache = open_cache()
    cache.keep("listing", "a", "text", fresh_seconds=600, etag='"1"')
    cache.close()
    clock.time += 1000
    later = open_cache()
    entry = later.find("listing", "a")
    assert entry is not None
    later.renew("listing", "a", entry, fresh_seconds=60)
    later.close()
    renewed = open_cache().find("listing", "a")
    assert renewed is not None
    assert (renewed.text, renewed.etag, renewed.stored_at) == ("text", '"1"', NOON + 1000)


def test_a_row_that_was_changed_counts_as_absent(open_cache: Callable[..., Cache], folder: Path) -> None:
    cache = open_cache()
    for key in ("body", "time", "whole"):
        cache.keep("wheel", key, "text")
    cache.close()
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.execute("UPDATE entries SET body = X'00' WHERE key = 'body'")
        database.execute("UPDATE entries SET stored_at = 'soon' WHERE key = 'time'")
    database.close()
    again = open_cache()
    assert again.recall("wheel", "body") is None
    assert again.recall("wheel", "time") is None
    assert again.recall("wheel", "whole") == "text"
    assert again.notes() == ()


@pytest.mark.parametrize("content", [b"this is no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_an_unreadable_file_is_set_aside_and_the_next_scan_begins_a_new_one(
    open_cache: Callable[..., Cache], folder: Path, content: bytes
) -> None:
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(content)
    cache = open_cache()
    assert cache.recall("wheel", "a") is None
    cache.keep("wheel", "a", "text")
    assert len(cache.notes()) == 1
    assert "renamed to" in cache.notes()[0]
    assert (folder / f"{FILE_NAME}.unreadable").read_bytes() == content
    cache.close()
    again = open_cache()
    again.keep("wheel", "a", "text")
    again.close()
    assert open_cache().recall("wheel", "a") == "text"


@pytest.mark.parametrize("change", ["PRAGMA user_version = 99", "PRAGMA application_id = 7"])
def test_a_database_of_another_schema_is_set_aside(open_cache: Callable[..., Cache], folder: Path, change: str) -> None:
    cache = open_cache()
    cache.keep("wheel", "a", "text")
    cache.close()
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.execute(change)
    database.close()
    again = open_cache()
    assert again.recall("wheel", "a") is None
    assert "renamed to" in again.notes()[0]


def test_a_cut_off_file_is_no_error(open_cache: Callable[..., Cache], folder: Path) -> None:
    cache = open_cache()
    for number in range(300):
        cache.keep("wheel", str(number), "text" * 500)
    cache.close()
    os.truncate(folder / FILE_NAME, 100_000)
    again = open_cache()
    found = [again.recall("wheel", str(number)) for number in range(300)]
    assert set(found) <= {"text" * 500, None}
    assert None in found
    assert len(again.notes()) == 1


def test_a_folder_that_cannot_be_made_is_told_once(open_cache: Callable[..., Cache], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = open_cache(tmp_path / "file" / "cache")
    assert cache.recall("wheel", "a") is None
    cache.keep("wheel", "a", "text")
    cache.close()
    assert len(cache.notes()) == 1
    assert "nothing is cached" in cache.notes()[0]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
@pytest.mark.parametrize("has_database", [False, True])
def test_a_read_only_home_is_told_once(has_database: bool) -> None:  # noqa: FBT001
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if has_database:
            cache = Cache(folder)
            cache.keep("wheel", "a", "text")
            cache.close()
            (folder / FILE_NAME).chmod(0o444)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # permissions do not bind the superuser
        try:
            cache = Cache(folder)
            cache.recall("wheel", "a")
            cache.keep("wheel", "b", "text")
            cache.close()
        finally:
            if user == 0:
                os.seteuid(0)
            folder.chmod(0o755)
        assert len(cache.notes()) == 1
        assert cache.recall("wheel", "b") is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_ends_the_keeping_and_not_the_scan(folder: Path, open_cache: Callable[..., Cache]) -> None:
    code = """
        import resource, signal, sys
        from pathlib import Path
        from scanner.index.cache import Cache
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        cache = Cache(Path(sys.argv[1]))
        for number in range(20):
            cache.keep("wheel", str(number), "x" * 40_000)
            cache.notes()
        cache.close()
        print(len(cache.notes()), cache.notes()[0])
    """
    process = _run_python(code, folder)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output.startswith("1 the cache ")
    again = open_cache()
    assert {again.recall("wheel", str(number)) for number in range(20)} <= {"x" * 40_000, None}
    assert again.notes() == ()


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_a_scan_that_is_killed_leaves_a_whole_cache(folder: Path, open_cache: Callable[..., Cache]) -> None:
    code = """
        import itertools, sys
        from pathlib import Path
        from scanner.index.cache import Cache
        cache = Cache(Path(sys.argv[1]))
        for number in itertools.count():
            cache.keep("wheel", str(number), str(number) * 20_000)
            cache.notes()
            print(number, flush=True)
    """
    process = _run_python(code, folder)
    assert process.stdout is not None
    written = [int(process.stdout.readline()) for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cache = open_cache()
    assert [cache.recall("wheel", str(number)) for number in written] == [str(n) * 20_000 for n in written]
    assert cache.notes() == ()
    with sqlite3.connect(folder / FILE_NAME) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_several_processes_write_at_the_same_time(folder: Path, open_cache: Callable[..., Cache]) -> None:
    code = """
        import sys
        from pathlib import Path
        from scanner.index.cache import Cache
        cache = Cache(Path(sys.argv[1]))
        for number in range(30):
            cache.keep("wheel", f"{sys.argv[2]} {number}", "x" * 5_000)
            cache.notes()
        cache.close()
        sys.exit(len(cache.notes()))
    """

    def run(name: str) -> tuple[int | None, str]:
        process = _run_python(code, folder, name)
        errors = process.communicate(timeout=120)[1]
        return process.returncode, errors

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, "abcd")) == [(0, "")] * 4
    cache = open_cache()
    assert all(cache.recall("wheel", f"{name} {number}") for name in "abcd" for number in range(30))


def test_what_was_not_used_for_longest_goes_first(open_cache: Callable[..., Cache], clock: Clock, folder: Path) -> None:
    size_bytes = 400_000
    cache = open_cache(max_bytes=size_bytes)
    for number in range(30):
        cache.keep("wheel", str(number), "x" * 10_000)
    cache.close()
    clock.time += 3 * 24 * 60 * 60
    used = open_cache(max_bytes=size_bytes)
    assert used.recall("wheel", "7")
    used.close()
    clock.time += 60
    later = open_cache(max_bytes=size_bytes)
    for number in range(100, 120):
        later.keep("wheel", str(number), "x" * 10_000)
    later.close()
    again = open_cache()
    kept = {number for number in (*range(30), *range(100, 120)) if again.has("wheel", str(number))}
    again.close()
    assert {7, *range(100, 120)} <= kept
    assert not kept & {0, 1, 2, 3}
    assert sum(path.stat().st_size for path in folder.iterdir()) <= size_bytes


def test_a_scan_that_learns_nothing_writes_nothing(open_cache: Callable[..., Cache], folder: Path) -> None:
    cache = open_cache()
    cache.keep("wheel", "a", "text")
    cache.close()
    before = (folder / FILE_NAME).read_bytes()
    again = open_cache()
    assert again.recall("wheel", "a") == "text"
    again.close()
    assert (folder / FILE_NAME).read_bytes() == before


def test_the_size_tells_entries_by_kind_and_clearing_leaves_other_files(
    open_cache: Callable[..., Cache], folder: Path
) -> None:
    assert measure_cache(folder).file_bytes == 0
    cache = open_cache()
    cache.keep("wheel", "a", "text")
    cache.keep("wheel", "b", "text")
    cache.keep("listing", "a", "text")
    cache.close()
    (folder / "node_modules.txt").write_text("another's", encoding="utf-8")
    (folder / f"{FILE_NAME}.unreadable").write_bytes(b"x")
    size = measure_cache(folder)
    assert size.entries == {"listing": 1, "wheel": 2}
    assert size.file_bytes > 4096
    clear_cache(folder)
    assert [path.name for path in folder.iterdir()] == ["node_modules.txt"]
    assert measure_cache(folder).entries == {}


def test_the_size_of_an_unreadable_cache_has_no_entries(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"no database" * 100)
    assert measure_cache(folder).entries == {}
    assert measure_cache(folder).file_bytes == 1100
